/* nc_classic.c - netCDF's classic formats, CDF-1, CDF-2 and CDF-5
 *
 *   magic numrecs dimensions attributes variables | data
 *
 * All numbers are big-endian; names and values are padded to 4 bytes; each
 * list is a tag, a count and its entries.  CDF-2 has offsets, CDF-5 also
 * counts of 8 bytes.  (The formats are described in "The NetCDF Classic Format
 * Specification" and in that of PnetCDF.)
 */
#include "worker/formats/nc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "worker/copy.h"
#include "worker/h5.h"

#define HEADER_MAX (64u << 20) /* bytes */
#define NAME_MAX_BYTES 1024
#define LIST_MAX 65536         /* dimensions, variables, attributes */
#define PIECE 65536            /* bytes of data at once */

enum { TAG_DIMENSION = 10, TAG_VARIABLE = 11, TAG_ATTRIBUTE = 12 };
enum { TYPE_CHAR = 2, TYPES = 12 };

static const struct {
    char kind; /* c: text */
    uint8_t size;
} number[TYPES] = {
    [1] = { 'i', 1 }, [2] = { 'c', 1 }, [3] = { 'i', 2 },  [4] = { 'i', 4 },
    [5] = { 'f', 4 }, [6] = { 'f', 8 }, [7] = { 'u', 1 },  [8] = { 'u', 2 },
    [9] = { 'u', 4 }, [10] = { 'i', 8 }, [11] = { 'u', 8 },
};

struct dimension {
    char *name;
    uint64_t size; /* 0: the unlimited one */
};

struct attribute {
    char *name;
    int type;
    uint64_t count;
    size_t at; /* of its values in the header */
};

struct variable {
    char *name;
    int type;
    size_t rank, attrs, first_attr;
    int32_t dim[FT_NC_RANK_MAX];
    bool taken; /* its rank can be handled */
    uint64_t begin;
};

struct classic {
    int fd;
    uint64_t size_bytes, records;
    uint64_t record_bytes; /* of all variables */
    int version;
    unsigned char *header;
    size_t len, at;
    struct dimension *dim;
    struct attribute *attr;
    struct variable *var;
    size_t dims, dims_cap, attrs, attrs_cap, vars, vars_cap;
    const char *name;
};

/* --- the header ----------------------------------------------------------- */

static int fail(const struct classic *c, const char *what, struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "%s: byte %zu: %s", c->name, c->at,
                      what);
}

static int need(const struct classic *c, uint64_t n, struct ft_err *err)
{
    return n <= c->len - c->at
               ? 0 : fail(c, "the file ends within its header, or that is "
                             "beyond 64 MiB", err);
}

static uint64_t big_endian(const unsigned char *at, size_t size)
{
    uint64_t x = 0;

    for (size_t i = 0; i < size; i++)
        x = x << 8 | at[i];
    return x;
}

static int take(struct classic *c, size_t size, uint64_t *x,
                struct ft_err *err)
{
    if (need(c, size, err) < 0)
        return -1;
    *x = big_endian(c->header + c->at, size);
    c->at += size;
    return 0;
}

/* A count, of 4 or 8 bytes, never negative. */
static int take_count(struct classic *c, uint64_t *x, struct ft_err *err)
{
    size_t size = c->version == 5 ? 8 : 4;

    if (take(c, size, x, err) < 0)
        return -1;
    return *x <= (size == 8 ? INT64_MAX : INT32_MAX)
               ? 0 : fail(c, "a negative count", err);
}

/* Pass over 'n' bytes and what fills them up to 4. */
static int pass(struct classic *c, uint64_t n, struct ft_err *err)
{
    if (n > HEADER_MAX || need(c, (n + 3) & ~UINT64_C(3), err) < 0)
        return fail(c, "more bytes than the header has", err);
    c->at += (size_t)((n + 3) & ~UINT64_C(3));
    return 0;
}

static int take_name(struct classic *c, char **name, struct ft_err *err)
{
    uint64_t n = 0;
    size_t at;

    if (take_count(c, &n, err) < 0)
        return -1;
    at = c->at;
    if (!n || n > NAME_MAX_BYTES || pass(c, n, err) < 0)
        return fail(c, "a name of no or too many bytes", err);
    *name = ft_strndup((const char *)c->header + at, (size_t)n);
    return strlen(*name) == n && ft_h5_text_valid(*name)
               ? 0 : fail(c, "a name that is not printable UTF-8 text", err);
}

/* Tag and count of a list; both are 0 when it is absent. */
static int take_list(struct classic *c, uint64_t tag, uint64_t *n,
                     struct ft_err *err)
{
    uint64_t have = 0;

    if (take(c, 4, &have, err) < 0 || take_count(c, n, err) < 0)
        return -1;
    if (have != tag && (have || *n))
        return fail(c, "another list than the one that is expected", err);
    return *n <= LIST_MAX ? 0 : fail(c, "a list of more than 65536 entries",
                                     err);
}

static int take_type(struct classic *c, int *type, struct ft_err *err)
{
    uint64_t x = 0;

    if (take(c, 4, &x, err) < 0)
        return -1;
    *type = (int)x;
    return x >= 1 && x < TYPES && (x <= 6 || c->version == 5)
               ? 0 : fail(c, "an unknown type of numbers", err);
}

static int read_dimensions(struct classic *c, struct ft_err *err)
{
    uint64_t n = 0;

    if (take_list(c, TAG_DIMENSION, &n, err) < 0)
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        struct dimension *dim;

        c->dim = ft_grow(c->dim, c->dims, &c->dims_cap, sizeof(*c->dim));
        dim = &c->dim[c->dims++];
        *dim = (struct dimension){ 0 };
        if (take_name(c, &dim->name, err) < 0 ||
            take_count(c, &dim->size, err) < 0)
            return -1;
    }
    return 0;
}

static int read_attributes(struct classic *c, size_t *count,
                           struct ft_err *err)
{
    uint64_t n = 0;

    if (take_list(c, TAG_ATTRIBUTE, &n, err) < 0)
        return -1;
    *count = (size_t)n;
    for (uint64_t i = 0; i < n; i++) {
        struct attribute *attr;

        c->attr = ft_grow(c->attr, c->attrs, &c->attrs_cap, sizeof(*c->attr));
        attr = &c->attr[c->attrs++];
        *attr = (struct attribute){ 0 };
        if (take_name(c, &attr->name, err) < 0 ||
            take_type(c, &attr->type, err) < 0 ||
            take_count(c, &attr->count, err) < 0)
            return -1;
        attr->at = c->at;
        if (attr->count > HEADER_MAX ||
            pass(c, attr->count * number[attr->type].size, err) < 0)
            return fail(c, "an attribute of too many values", err);
    }
    return 0;
}

static int read_shape(struct classic *c, struct variable *var,
                      struct ft_err *err)
{
    uint64_t rank = 0, id = 0;

    if (take_count(c, &rank, err) < 0)
        return -1;
    var->taken = rank <= FT_NC_RANK_MAX;
    var->rank = var->taken ? (size_t)rank : 0;
    if (rank > LIST_MAX)
        return fail(c, "a variable of more than 65536 dimensions", err);
    for (uint64_t i = 0; i < rank; i++) {
        if (take_count(c, &id, err) < 0)
            return -1;
        if (id >= c->dims || (i && !c->dim[id].size))
            return fail(c, "a variable with a dimension that cannot be there",
                        err);
        if (var->taken)
            var->dim[i] = (int32_t)id;
    }
    return 0;
}

static int read_variables(struct classic *c, struct ft_err *err)
{
    uint64_t n = 0, skipped;

    if (take_list(c, TAG_VARIABLE, &n, err) < 0)
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        struct variable *var;

        c->var = ft_grow(c->var, c->vars, &c->vars_cap, sizeof(*c->var));
        var = &c->var[c->vars++];
        *var = (struct variable){ 0 };
        if (take_name(c, &var->name, err) < 0 || read_shape(c, var, err) < 0)
            return -1;
        var->first_attr = c->attrs;
        /* Its size is computed: the one that is written can overflow. */
        if (read_attributes(c, &var->attrs, err) < 0 ||
            take_type(c, &var->type, err) < 0 ||
            take(c, c->version == 5 ? 8 : 4, &skipped, err) < 0 ||
            take(c, c->version == 1 ? 4 : 8, &var->begin, err) < 0)
            return -1;
    }
    return 0;
}

/* --- where values lie ----------------------------------------------------- */

static bool is_record(const struct classic *c, const struct variable *var)
{
    return var->rank && !c->dim[var->dim[0]].size;
}

/* Bytes of a variable, or of one record of it. */
static int variable_bytes(const struct classic *c, const struct variable *var,
                          uint64_t *bytes, struct ft_err *err)
{
    *bytes = number[var->type].size;
    for (size_t i = is_record(c, var); i < var->rank; i++) {
        uint64_t n = c->dim[var->dim[i]].size;

        if (*bytes > FT_NC_FILE_MAX / n)
            return ft_err_set(err, FT_EFORMAT, "%s: the variable '%s' has too "
                              "many values", c->name, var->name);
        *bytes *= n;
    }
    return 0;
}

/* A record has a part of each variable, filled up to 4 bytes when there are
 * two or more. */
static int measure_records(struct classic *c, struct ft_err *err)
{
    size_t n = 0;
    uint64_t bytes, sum = 0;

    for (size_t i = 0; i < c->vars; i++) {
        if (!c->var[i].taken || !is_record(c, &c->var[i]))
            continue;
        if (variable_bytes(c, &c->var[i], &bytes, err) < 0)
            return -1;
        c->record_bytes = bytes;
        sum += (bytes + 3) & ~UINT64_C(3);
        n++;
    }
    if (n > 1)
        c->record_bytes = sum;
    if (c->record_bytes && c->records > c->size_bytes / c->record_bytes)
        return ft_err_set(err, FT_EFORMAT, "%s: it says %llu records of %llu "
                          "bytes, but has only %llu bytes", c->name,
                          (unsigned long long)c->records,
                          (unsigned long long)c->record_bytes,
                          (unsigned long long)c->size_bytes);
    return 0;
}

static int read_header(struct classic *c, struct ft_err *err)
{
    size_t attrs;
    uint64_t records = 0, size = 0;

    if (need(c, 4, err) < 0)
        return -1;
    c->version = c->header[3];
    c->at = 4;
    if (c->version != 1 && c->version != 2 && c->version != 5)
        return fail(c, "an unknown version of the classic format", err);
    size = c->version == 5 ? 8 : 4;
    if (take(c, size, &records, err) < 0)
        return -1;
    if (records == (size == 8 ? UINT64_MAX : UINT32_MAX))
        return fail(c, "the file does not say how many records it has: its "
                       "writer did not close it", err);
    c->records = records;
    if (read_dimensions(c, err) < 0 || read_attributes(c, &attrs, err) < 0 ||
        read_variables(c, err) < 0)
        return -1;
    return measure_records(c, err);
}

/* --- the interface -------------------------------------------------------- */

static void close_classic(struct ft_nc *nc)
{
    struct classic *c = nc->own;

    for (size_t i = 0; i < c->dims; i++)
        free(c->dim[i].name);
    for (size_t i = 0; i < c->attrs; i++)
        free(c->attr[i].name);
    for (size_t i = 0; i < c->vars; i++)
        free(c->var[i].name);
    free(c->dim);
    free(c->attr);
    free(c->var);
    free(c->header);
    close(c->fd);
    free(c);
}

int ft_nc_open_classic(struct ft_nc *nc, int fd, uint64_t size_bytes,
                       struct ft_err *err)
{
    struct classic *c = ft_calloc(1, sizeof(*c));

    *c = (struct classic){ .fd = fd, .size_bytes = size_bytes,
                           .name = nc->name };
    nc->format = &ft_nc_classic;
    nc->own = c;
    c->len = size_bytes < HEADER_MAX ? (size_t)size_bytes : HEADER_MAX;
    c->header = ft_calloc(c->len, 1);
    if (pread(fd, c->header, c->len, 0) != (ssize_t)c->len)
        ft_copy_changed(nc->name, err);
    else if (read_header(c, err) == 0)
        return 0;
    ft_nc_close(nc);
    return -1;
}

static int ends_early(const struct classic *c, const char *path,
                      struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "%s: the file ends within the values of "
                      "'%s'", c->name, path);
}

static bool is_coordinate(const struct classic *c, const struct variable *var)
{
    return var->taken && var->rank == 1 &&
           strcmp(var->name, c->dim[var->dim[0]].name) == 0;
}

static int list_classic(struct ft_nc *nc,
                        void (*each)(const char *path, void *arg), void *arg,
                        struct ft_err *err)
{
    const struct classic *c = nc->own;

    (void)err;
    for (size_t i = 0; i < c->vars; i++)
        if (c->var[i].taken && c->var[i].rank && c->var[i].type != TYPE_CHAR &&
            !is_coordinate(c, &c->var[i]))
            each(c->var[i].name, arg);
    return 0;
}

static int find_classic(struct ft_nc *nc, const char *path,
                        struct ft_nc_var *var, struct ft_err *err)
{
    const struct classic *c = nc->own;
    uint64_t bytes;
    size_t i = 0;

    while (i < c->vars && strcmp(c->var[i].name, path) != 0)
        i++;
    if (i == c->vars)
        return 0;
    if (!c->var[i].taken)
        return ft_err_set(err, FT_EFORMAT, "%s: '%s' has more than %d "
                          "dimensions", c->name, path, FT_NC_RANK_MAX);
    if (variable_bytes(c, &c->var[i], &bytes, err) < 0)
        return -1;
    if (c->var[i].begin > c->size_bytes)
        return ft_err_set(err, FT_EFORMAT, "%s: the values of '%s' begin "
                          "behind the end of the file", c->name, path);
    if (!is_record(c, &c->var[i]) &&
        bytes > c->size_bytes - c->var[i].begin)
        return ends_early(c, path, err);
    *var = (struct ft_nc_var){
        .path = ft_strdup(path), .kind = number[c->var[i].type].kind,
        .size = number[c->var[i].type].size, .rank = (int)c->var[i].rank,
        .coordinate = is_coordinate(c, &c->var[i]), .index = i,
        .begin = c->var[i].begin, .record = is_record(c, &c->var[i]),
    };
    for (int k = 0; k < var->rank; k++) {
        const struct dimension *dim = &c->dim[c->var[i].dim[k]];

        var->dim[k] = dim->size ? dim->size : c->records;
        var->dim_name[k] = ft_strdup(dim->name);
    }
    var->text = var->kind == 'c';
    if (var->text)
        var->kind = 0;
    return 1;
}

static int coordinate_classic(struct ft_nc *nc, const struct ft_nc_var *var,
                              int i, struct ft_nc_var *found,
                              struct ft_err *err)
{
    int rc = find_classic(nc, var->dim_name[i], found, err);

    if (rc > 0 && !found->coordinate) {
        ft_nc_var_release(found);
        rc = 0;
    }
    return rc;
}

static double value_of(const unsigned char *at, char kind, size_t size)
{
    union {
        uint64_t u8;
        int64_t i8;
        uint32_t u4;
        float f4;
        double f8;
    } v = { .u8 = big_endian(at, size) };
    unsigned unused = 64 - 8u * (unsigned)size;

    if (kind == 'f' && size == 8)
        return v.f8;
    if (kind == 'f') {
        v.u4 = (uint32_t)v.u8;
        return (double)v.f4;
    }
    if (kind == 'u')
        return (double)v.u8;
    v.u8 <<= unused;
    return (double)(v.i8 >> unused);
}

static int attr_classic(struct ft_nc *nc, const struct ft_nc_var *var,
                        const char *name, struct ft_nc_attr *attr,
                        struct ft_err *err)
{
    const struct classic *c = nc->own;
    const struct variable *of = &c->var[var->index];
    const struct attribute *a = c->attr + of->first_attr;
    const struct attribute *end = a + of->attrs;
    const unsigned char *at;
    char kind;

    (void)err;
    while (a < end && strcmp(a->name, name) != 0)
        a++;
    if (a == end)
        return 0;
    at = c->header + a->at;
    kind = number[a->type].kind;
    if (kind == 'c') {
        attr->text = ft_strndup((const char *)at, (size_t)a->count);
        return 1;
    }
    attr->count = (size_t)a->count;
    attr->number = ft_calloc(attr->count, sizeof(*attr->number));
    for (size_t i = 0; i < attr->count; i++)
        attr->number[i] = value_of(at + i * number[a->type].size, kind,
                                   number[a->type].size);
    return 1;
}

/* --- values --------------------------------------------------------------- */

/* Some numbers that lie side by side. */
static int read_run(const struct classic *c, const struct ft_nc_var *var,
                    uint64_t at, uint64_t n, double *to, struct ft_err *err)
{
    unsigned char piece[PIECE];

    if (at > c->size_bytes || n > (c->size_bytes - at) / var->size)
        return ends_early(c, var->path, err);
    while (n) {
        size_t some = n < PIECE / var->size ? (size_t)n : PIECE / var->size;

        if (pread(c->fd, piece, some * var->size, (off_t)at) !=
            (ssize_t)(some * var->size))
            return ft_copy_changed(c->name, err);
        for (size_t i = 0; i < some; i++)
            *to++ = value_of(piece + i * var->size, var->kind, var->size);
        at += some * var->size;
        n -= some;
    }
    return 0;
}

static int read_classic(struct ft_nc *nc, const struct ft_nc_var *var,
                        const uint64_t *start, const uint64_t *count,
                        double *to, struct ft_err *err)
{
    const struct classic *c = nc->own;
    uint64_t stride[FT_NC_RANK_MAX], index[FT_NC_RANK_MAX] = { 0 };
    uint64_t bytes = var->size;
    int last = var->rank - 1, i;

    for (i = last; i >= 0; i--) {
        stride[i] = i == 0 && var->record ? c->record_bytes : bytes;
        bytes *= i == 0 && var->record ? 1 : var->dim[i];
    }
    /* Only what cannot be cut short is read at once: the last dimension. */
    do {
        uint64_t at = var->begin;

        for (i = 0; i <= last; i++)
            at += (start[i] + index[i]) * stride[i];
        if (stride[last] == var->size
                ? read_run(c, var, at, count[last], to, err) < 0
                : read_run(c, var, at, 1, to, err) < 0)
            return -1;
        to += stride[last] == var->size ? count[last] : 1;
        index[last] += stride[last] == var->size ? count[last] : 1;
        for (i = last; i > 0 && index[i] == count[i]; i--) {
            index[i] = 0;
            index[i - 1]++;
        }
    } while (index[0] < count[0]);
    return 0;
}

static int read_text_classic(struct ft_nc *nc, const struct ft_nc_var *var,
                             char *to, struct ft_err *err)
{
    const struct classic *c = nc->own;
    uint64_t n = 1;

    if (var->record)
        return ft_err_set(err, FT_EFORMAT, "%s: '%s' is text in records, which "
                          "is not read", nc->name, var->path);
    for (int i = 0; i < var->rank; i++)
        n *= var->dim[i];
    if (n > c->size_bytes - var->begin)
        return ends_early(c, var->path, err);
    return pread(c->fd, to, n, (off_t)var->begin) == (ssize_t)n
               ? 0 : ft_copy_changed(c->name, err);
}

const struct ft_nc_format ft_nc_classic = {
    .name = "netCDF classic",
    .close = close_classic,
    .list = list_classic,
    .find = find_classic,
    .coordinate = coordinate_classic,
    .attr = attr_classic,
    .read = read_classic,
    .read_text = read_text_classic,
};
