/* vtu_data.c - the numbers of one array of a .vtu file */
#include "worker/formats/vtu_data.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"
#include "worker/formats/csv.h"

#define PIECE 65536          /* bytes at once; whole values of any size */
#define BLOCKS_MAX (1u << 20) /* of one array */
#define TOKEN_MAX 64          /* bytes of a number as text */

const struct ft_vtu_number *ft_vtu_number(const char *name)
{
    static const struct ft_vtu_number number[] = {
        { "Int8", 'i', 1 },    { "UInt8", 'u', 1 },   { "Int16", 'i', 2 },
        { "UInt16", 'u', 2 },  { "Int32", 'i', 4 },   { "UInt32", 'u', 4 },
        { "Int64", 'i', 8 },   { "UInt64", 'u', 8 },  { "Float32", 'f', 4 },
        { "Float64", 'f', 8 },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(number); i++)
        if (strcmp(number[i].name, name) == 0)
            return &number[i];
    return NULL;
}

/* --- values --------------------------------------------------------------- */

static int make_room(struct ft_vtu_values *values, struct ft_err *err)
{
    uint64_t cap = values->cap ? 2 * values->cap : 1024;

    if (values->count >= values->most)
        return ft_err_set(err, FT_EFORMAT, "it has more than %llu values",
                          (unsigned long long)values->most);
    if (values->count < values->cap)
        return 0;
    if (values->exact || cap > values->most)
        cap = values->most;
    values->value.i = ft_realloc(values->value.i, cap,
                                 sizeof(*values->value.i));
    values->cap = cap;
    return 0;
}

static int add_integer(struct ft_vtu_values *values, int64_t x,
                       struct ft_err *err)
{
    if (make_room(values, err) < 0)
        return -1;
    if (values->integer) {
        values->value.i[values->count++] = x;
        return 0;
    }
    if (x > FT_INTEGER_MAX || x < -FT_INTEGER_MAX)
        return ft_err_set(err, FT_EFORMAT, "value %llu is too large for a "
                          "floating-point number to hold it exactly",
                          (unsigned long long)values->count);
    values->value.f[values->count++] = (double)x;
    return 0;
}

static int add_number(struct ft_vtu_values *values, double x,
                      struct ft_err *err)
{
    if (values->integer)
        return ft_err_set(err, FT_EFORMAT, "value %llu is not an integer",
                          (unsigned long long)values->count);
    if (make_room(values, err) < 0)
        return -1;
    values->value.f[values->count++] = x;
    return 0;
}

static int check_complete(const struct ft_vtu_values *values,
                          struct ft_err *err)
{
    if (!values->exact || values->count == values->most)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "it has %llu values where %llu are "
                      "expected", (unsigned long long)values->count,
                      (unsigned long long)values->most);
}

/* One value from its bytes, the least significant first. */
static int add_bytes(struct ft_vtu_values *values, const unsigned char *at,
                     struct ft_err *err)
{
    union {
        uint64_t u8;
        int64_t i8;
        uint32_t u4;
        float f4;
        double f8;
    } v = { 0 };
    const struct ft_vtu_number *number = values->number;
    unsigned unused = 64 - 8u * number->size;

    for (int i = 0; i < number->size; i++)
        v.u8 |= (uint64_t)at[i] << (8 * i);
    if (number->kind == 'f' && number->size == 8)
        return add_number(values, v.f8, err);
    if (number->kind == 'f') {
        v.u4 = (uint32_t)v.u8;
        return add_number(values, v.f4, err);
    }
    if (number->kind == 'u' && v.u8 > INT64_MAX)
        return ft_err_set(err, FT_EFORMAT, "value %llu is beyond 2^63",
                          (unsigned long long)values->count);
    if (number->kind == 'i' && v.u8 >> (63 - unused) & 1)
        v.u8 |= unused ? UINT64_MAX << (64 - unused) : 0;
    return add_integer(values, v.i8, err);
}

static int add_piece(const struct ft_vtu_layout *layout, unsigned char *piece,
                     size_t len, struct ft_vtu_values *values,
                     struct ft_err *err)
{
    size_t size = values->number->size;

    for (size_t at = 0; at + size <= len; at += size) {
        for (size_t i = 0; layout->big && i < size / 2; i++) {
            unsigned char c = piece[at + i];

            piece[at + i] = piece[at + size - 1 - i];
            piece[at + size - 1 - i] = c;
        }
        if (add_bytes(values, piece + at, err) < 0)
            return -1;
    }
    return 0;
}

/* --- text ----------------------------------------------------------------- */

/* The text of a Float32 is that number, not the real one it looks like. */
static int add_single(struct ft_vtu_values *values, const char *text,
                      double number, struct ft_err *err)
{
    float x = strtof(text, NULL);

    if (isfinite(number) && !isfinite(x))
        return ft_err_set(err, FT_EFORMAT, "'%s' is beyond what a Float32 can "
                          "hold", text);
    return add_number(values, (double)x, err);
}

static int add_token(struct ft_vtu_values *values, const char *text,
                     struct ft_err *err)
{
    const struct ft_vtu_number *type = values->number;
    bool single = type->kind == 'f' && type->size == 4;
    int64_t integer = 0;
    double number = 0;

    switch (ft_csv_value(text, &integer, &number)) {
    case FT_CSV_INTEGER:
        return single ? add_single(values, text, (double)integer, err)
                      : add_integer(values, integer, err);
    case FT_CSV_NUMBER:
        return single ? add_single(values, text, number, err)
                      : add_number(values, number, err);
    default:
        return ft_err_set(err, FT_EFORMAT, "'%s' is not a number", text);
    }
}

int ft_vtu_read_text(const char *text, struct ft_vtu_values *values,
                     struct ft_err *err)
{
    static const char blank[] = " \t\r\n";
    char token[TOKEN_MAX + 1];

    for (text += strspn(text, blank); *text; text += strspn(text, blank)) {
        size_t len = strcspn(text, blank);

        if (len > TOKEN_MAX)
            return ft_err_set(err, FT_EFORMAT, "'%.20s...' is not a number",
                              text);
        memcpy(token, text, len);
        token[len] = '\0';
        if (add_token(values, token, err) < 0)
            return -1;
        text += len;
    }
    return check_complete(values, err);
}

/* --- bytes ---------------------------------------------------------------- */

struct reader {
    struct ft_vtu_source from;
    unsigned char raw[PIECE]; /* of a file */
    size_t raw_at, raw_len;
    unsigned char quantum[3]; /* of base64, decoded */
    int quantum_at, quantum_len;
};

/* The next byte as it stands; -1 at the end, -2 and 'err'. */
static int next_raw(struct reader *in, struct ft_err *err)
{
    size_t n = PIECE;

    if (in->raw_at < in->raw_len)
        return in->raw[in->raw_at++];
    if (in->from.at >= in->from.end)
        return -1;
    if (in->from.text)
        return (unsigned char)in->from.text[in->from.at++];
    if (n > in->from.end - in->from.at)
        n = (size_t)(in->from.end - in->from.at);
    if (pread(in->from.fd, in->raw, n, (off_t)in->from.at) != (ssize_t)n) {
        ft_err_set(err, FT_EBUSY, "the file changed while it was read");
        return -2;
    }
    in->from.at += n;
    in->raw_len = n;
    in->raw_at = 1;
    return in->raw[0];
}

static int digit_of(int c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c > 0 ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Four digits are three bytes; "=" stands for what is missing at the end.  1,
 * 0 at the end of the input, -1. */
static int next_quantum(struct reader *in, struct ft_err *err)
{
    uint32_t bits = 0;
    int n = 0, padding = 0, c;

    while (n < 4) {
        c = next_raw(in, err);
        if (c == -2)
            return -1;
        if (c >= 0 && isspace(c))
            continue;
        if (c == -1 && n == 0)
            return 0;
        if (c == -1)
            return ft_err_set(err, FT_EFORMAT, "its base64 text ends early");
        if (c == '=' && n >= 2)
            padding++;
        else if (padding || digit_of(c) < 0)
            return ft_err_set(err, FT_EFORMAT, "byte 0x%02x in its base64 text",
                              (unsigned)c);
        bits = bits << 6 | (c == '=' ? 0 : (uint32_t)digit_of(c));
        n++;
    }
    for (int i = 0; i < 3; i++)
        in->quantum[i] = (unsigned char)(bits >> (16 - 8 * i));
    in->quantum_at = 0;
    in->quantum_len = 3 - padding;
    return 1;
}

static int next_byte(struct reader *in, struct ft_err *err)
{
    if (!in->from.base64)
        return next_raw(in, err);
    while (in->quantum_at == in->quantum_len) {
        int rc = next_quantum(in, err);

        if (rc <= 0)
            return rc - 1; /* as next_raw() */
    }
    return in->quantum[in->quantum_at++];
}

static int take(struct reader *in, unsigned char *to, size_t n,
                struct ft_err *err)
{
    for (size_t i = 0; i < n; i++) {
        int c = next_byte(in, err);

        if (c == -1)
            return ft_err_set(err, FT_EFORMAT, "its data end early");
        if (c < 0)
            return -1;
        to[i] = (unsigned char)c;
    }
    return 0;
}

/* A number of the header. */
static int take_size(struct reader *in, const struct ft_vtu_layout *layout,
                     uint64_t *size, struct ft_err *err)
{
    unsigned char byte[8];
    int n = layout->header_size;

    if (take(in, byte, (size_t)n, err) < 0)
        return -1;
    *size = 0;
    for (int i = 0; i < n; i++)
        *size = *size << 8 | byte[layout->big ? i : n - 1 - i];
    return 0;
}

/* So many bytes are what was expected. */
static int check_total(const struct ft_vtu_values *values, uint64_t total,
                       struct ft_err *err)
{
    uint64_t size = values->number->size, count = total / size;

    if (total % size == 0 && count <= values->most &&
        (!values->exact || count == values->most))
        return 0;
    return ft_err_set(err, FT_EFORMAT, "its header says %llu bytes where %s"
                      "%llu are expected", (unsigned long long)total,
                      values->exact ? "" : "at most ",
                      (unsigned long long)(values->most * size));
}

static int read_plain(struct reader *in, const struct ft_vtu_layout *layout,
                      struct ft_vtu_values *values, struct ft_err *err)
{
    unsigned char piece[PIECE];
    uint64_t left;

    if (take_size(in, layout, &left, err) < 0 ||
        check_total(values, left, err) < 0)
        return -1;
    while (left) {
        size_t n = left < PIECE ? (size_t)left : PIECE;

        if (take(in, piece, n, err) < 0 ||
            add_piece(layout, piece, n, values, err) < 0)
            return -1;
        left -= n;
    }
    return 0;
}

/* --- packed --------------------------------------------------------------- */

struct blocks {
    uint64_t count, size, last; /* bytes, unpacked; last 0: as the others */
    uint64_t *packed;           /* bytes of each */
};

static int take_blocks(struct reader *in, const struct ft_vtu_layout *layout,
                       const struct ft_vtu_values *values,
                       struct blocks *blocks, struct ft_err *err)
{
    uint64_t most = values->most * values->number->size;
    uint64_t unit = values->number->size;

    if (take_size(in, layout, &blocks->count, err) < 0 ||
        take_size(in, layout, &blocks->size, err) < 0 ||
        take_size(in, layout, &blocks->last, err) < 0)
        return -1;
    if (!blocks->count)
        return check_total(values, 0, err);
    if (blocks->count > BLOCKS_MAX || blocks->size > INT64_MAX / BLOCKS_MAX ||
        !blocks->size || blocks->size % unit || blocks->last % unit ||
        blocks->last > blocks->size)
        return ft_err_set(err, FT_EFORMAT, "its header says %llu blocks of "
                          "%llu bytes, the last of %llu: at most %llu bytes "
                          "are expected", (unsigned long long)blocks->count,
                          (unsigned long long)blocks->size,
                          (unsigned long long)blocks->last,
                          (unsigned long long)most);
    if (check_total(values, blocks->last
                    ? (blocks->count - 1) * blocks->size + blocks->last
                    : blocks->count * blocks->size, err) < 0)
        return -1;
    blocks->packed = ft_calloc(blocks->count, sizeof(*blocks->packed));
    for (uint64_t i = 0; i < blocks->count; i++)
        if (take_size(in, layout, &blocks->packed[i], err) < 0)
            return -1;
    return 0;
}

/* Unpack until 'want' bytes are in 'out', taking from the *packed bytes that
 * the block still has. */
static int unpack(struct reader *in, z_stream *z, unsigned char *buffer,
                  uint64_t *packed, unsigned char *out, size_t want,
                  struct ft_err *err)
{
    int rc = Z_OK;

    z->next_out = out;
    z->avail_out = (uInt)want;
    while (z->avail_out && rc == Z_OK) {
        if (!z->avail_in && *packed) {
            size_t n = *packed < PIECE ? (size_t)*packed : PIECE;

            if (take(in, buffer, n, err) < 0)
                return -1;
            *packed -= n;
            z->next_in = buffer;
            z->avail_in = (uInt)n;
        }
        rc = inflate(z, Z_NO_FLUSH);
    }
    return z->avail_out ? ft_err_set(err, FT_EFORMAT, "a packed block is "
                                     "damaged or too short") : 0;
}

/* The block must now be at its end. */
static int finish_block(struct reader *in, z_stream *z, unsigned char *buffer,
                        uint64_t *packed, struct ft_err *err)
{
    unsigned char more;
    int rc;

    do {
        if (!z->avail_in && *packed) {
            size_t n = *packed < PIECE ? (size_t)*packed : PIECE;

            if (take(in, buffer, n, err) < 0)
                return -1;
            *packed -= n;
            z->next_in = buffer;
            z->avail_in = (uInt)n;
        }
        z->next_out = &more;
        z->avail_out = 1;
        rc = inflate(z, Z_NO_FLUSH);
    } while (rc == Z_OK && z->avail_out);
    if (rc == Z_STREAM_END && z->avail_out && !z->avail_in && !*packed)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "a packed block holds more than its "
                      "header says");
}

static int read_block(struct reader *in, const struct ft_vtu_layout *layout,
                      uint64_t left, uint64_t packed,
                      struct ft_vtu_values *values, struct ft_err *err)
{
    unsigned char buffer[PIECE], piece[PIECE];
    z_stream z = { 0 };
    int rc = 0;

    if (inflateInit(&z) != Z_OK)
        return ft_err_set(err, FT_EIO, "could not start zlib");
    while (rc == 0 && left) {
        size_t n = left < PIECE ? (size_t)left : PIECE;

        rc = unpack(in, &z, buffer, &packed, piece, n, err);
        if (rc == 0)
            rc = add_piece(layout, piece, n, values, err);
        left -= n;
    }
    if (rc == 0)
        rc = finish_block(in, &z, buffer, &packed, err);
    (void)inflateEnd(&z);
    return rc;
}

static int read_packed(struct reader *in, const struct ft_vtu_layout *layout,
                       struct ft_vtu_values *values, struct ft_err *err)
{
    struct blocks blocks = { 0 };
    int rc = take_blocks(in, layout, values, &blocks, err);

    for (uint64_t i = 0; rc == 0 && i < blocks.count; i++)
        rc = read_block(in, layout,
                        i + 1 == blocks.count && blocks.last ? blocks.last
                                                             : blocks.size,
                        blocks.packed[i], values, err);
    free(blocks.packed);
    return rc;
}

/* -------------------------------------------------------------------------- */

int ft_vtu_read_bytes(const struct ft_vtu_layout *layout,
                      const struct ft_vtu_source *source,
                      struct ft_vtu_values *values, struct ft_err *err)
{
    struct reader *in = ft_calloc(1, sizeof(*in));
    int rc;

    in->from = *source;
    rc = layout->zlib ? read_packed(in, layout, values, err)
                      : read_plain(in, layout, values, err);
    if (rc == 0)
        rc = check_complete(values, err);
    /* Behind an inline array nothing more may stand; appended ones follow each
     * other. */
    if (rc == 0 && source->text) {
        int c = next_byte(in, err);

        rc = c == -1 ? 0 : -1;
        if (c >= 0)
            ft_err_set(err, FT_EFORMAT, "its data are longer than its header "
                       "says");
    }
    free(in);
    return rc;
}
