/* msh_in.c - what stands in a mesh file of Gmsh: words, lines, numbers */
#include "worker/formats/msh_in.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "worker/copy.h"
#include "worker/formats/grid.h"

int ft_msh_fail(const struct ft_msh_in *in, struct ft_err *err,
                const char *fmt, ...)
{
    char text[160];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (!in->binary)
        return ft_err_set(err, FT_EFORMAT, "%s:%d: %s", in->name, in->line,
                          text);
    return ft_err_set(err, FT_EFORMAT, "%s: byte %llu: %s", in->name,
                      (unsigned long long)(in->base + in->at), text);
}

uint64_t ft_msh_left(const struct ft_msh_in *in)
{
    return in->size_bytes - in->base - in->at;
}

static int ends_early(const struct ft_msh_in *in, struct ft_err *err)
{
    return ft_msh_fail(in, err, "the file ends within '%s'",
                       in->section ? in->section : "it");
}

/* --- bytes ---------------------------------------------------------------- */

/* The next block; -1 when there is more to read and it cannot be read. */
static int fill(struct ft_msh_in *in, struct ft_err *err)
{
    uint64_t left = in->size_bytes - in->base - in->len;
    size_t n = left < FT_MSH_BLOCK ? (size_t)left : FT_MSH_BLOCK;

    if (n && ft_read_all(in->fd, in->block, n) != (ssize_t)n)
        return ft_copy_changed(in->name, err);
    in->base += in->len;
    in->at = 0;
    in->len = n;
    return 0;
}

/* The next byte, which stays; -1 at the end, -2 and 'err'. */
static int peek(struct ft_msh_in *in, struct ft_err *err)
{
    if (in->at == in->len && fill(in, err) < 0)
        return -2;
    return in->at == in->len ? -1 : (unsigned char)in->block[in->at];
}

static void pass(struct ft_msh_in *in)
{
    if (in->block[in->at++] == '\n')
        in->line++;
}

static bool is_blank(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* 'n' bytes of a binary number, the least significant first. */
static int take(struct ft_msh_in *in, size_t n, uint64_t *x,
                struct ft_err *err)
{
    *x = 0;
    for (size_t i = 0; i < n; i++) {
        int c = peek(in, err);

        if (c < 0)
            return c == -1 ? ends_early(in, err) : -1;
        in->at++;
        *x |= (uint64_t)c << 8 * (in->swap ? n - 1 - i : i);
    }
    return 0;
}

/* --- text ----------------------------------------------------------------- */

int ft_msh_word(struct ft_msh_in *in, char word[FT_MSH_WORD + 1],
                struct ft_err *err)
{
    size_t n = 0;
    int c = peek(in, err);

    for (; is_blank(c); c = peek(in, err))
        pass(in);
    for (; c >= 0 && !is_blank(c); c = peek(in, err)) {
        if (n == FT_MSH_WORD || c < 0x20 || c >= 0x7f)
            return ft_msh_fail(in, err, n == FT_MSH_WORD
                               ? "a word of more than 63 characters"
                               : "a byte that is no text");
        word[n++] = (char)c;
        pass(in);
    }
    word[n] = '\0';
    return c == -2 ? -1 : n > 0;
}

int ft_msh_end_line(struct ft_msh_in *in, struct ft_err *err)
{
    int c;

    for (c = peek(in, err); c != '\n' && is_blank(c); c = peek(in, err))
        pass(in);
    if (c == '\n')
        pass(in);
    else if (c >= 0)
        return ft_msh_fail(in, err, "the line does not end where it should");
    return c == -2 ? -1 : 0;
}

int ft_msh_rest(struct ft_msh_in *in, char *text, size_t max,
                struct ft_err *err)
{
    size_t n = 0;
    int c;

    for (c = peek(in, err); c >= 0 && c != '\n'; c = peek(in, err)) {
        if (n == max)
            return ft_msh_fail(in, err, "the line is too long");
        text[n++] = (char)c;
        pass(in);
    }
    text[n] = '\0';
    return c == -2 ? -1 : 0;
}

int ft_msh_skip_to(struct ft_msh_in *in, const char *word, struct ft_err *err)
{
    char line[FT_MSH_WORD + 2];
    size_t n = 0;
    int c;

    for (c = peek(in, err); c >= 0; c = peek(in, err)) {
        pass(in);
        if (c == '\n') {
            line[n] = '\0';
            if (strcmp(line, word) == 0)
                return 0;
            n = 0;
        } else if (n <= FT_MSH_WORD && c != '\r') {
            line[n++] = (char)c;
        }
    }
    line[n] = '\0';
    if (c == -1 && strcmp(line, word) == 0)
        return 0;
    return c == -1 ? ends_early(in, err) : -1;
}

static int need_word(struct ft_msh_in *in, char word[FT_MSH_WORD + 1],
                     struct ft_err *err)
{
    int rc = ft_msh_word(in, word, err);

    return rc > 0 ? 0 : rc == 0 ? ends_early(in, err) : -1;
}

int ft_msh_text_int(struct ft_msh_in *in, int64_t *x, struct ft_err *err)
{
    char word[FT_MSH_WORD + 1], *end;

    if (need_word(in, word, err) < 0)
        return -1;
    errno = 0;
    *x = strtoll(word, &end, 10);
    return *end || errno ? ft_msh_fail(in, err, "'%s' is not an integer", word)
                         : 0;
}

/* --- numbers -------------------------------------------------------------- */

int ft_msh_int(struct ft_msh_in *in, int64_t *x, struct ft_err *err)
{
    uint64_t bits;

    if (in->binary) {
        if (take(in, 4, &bits, err) < 0)
            return -1;
        *x = (int32_t)(uint32_t)bits;
        return 0;
    }
    if (ft_msh_text_int(in, x, err) < 0)
        return -1;
    return *x >= INT32_MIN && *x <= INT32_MAX
               ? 0 : ft_msh_fail(in, err, "%lld is too large", (long long)*x);
}

int ft_msh_size(struct ft_msh_in *in, uint64_t *x, struct ft_err *err)
{
    int64_t number = 0;

    if ((in->binary ? take(in, 8, x, err)
                    : ft_msh_text_int(in, &number, err)) < 0)
        return -1;
    if (!in->binary)
        *x = (uint64_t)number;
    return *x <= INT64_MAX
               ? 0 : ft_msh_fail(in, err, "%lld where a count or tag is "
                                 "expected", (long long)*x);
}

int ft_msh_real(struct ft_msh_in *in, double *x, struct ft_err *err)
{
    char word[FT_MSH_WORD + 1], *end;
    uint64_t bits;

    if (in->binary) {
        if (take(in, 8, &bits, err) < 0)
            return -1;
        memcpy(x, &bits, sizeof(*x));
    } else {
        if (need_word(in, word, err) < 0)
            return -1;
        *x = strtod(word, &end);
        if (*end || strpbrk(word, "xX"))
            return ft_msh_fail(in, err, "'%s' is not a number", word);
    }
    return isfinite(*x) ? 0 : ft_msh_fail(in, err, "the coordinate %g", *x);
}

int ft_msh_check_count(struct ft_msh_in *in, uint64_t n, const char *things,
                       size_t bytes, size_t memory, struct ft_err *err)
{
    if (n > ft_msh_left(in) / bytes)
        return ft_msh_fail(in, err, "it says %llu %s, but has only %llu bytes "
                           "more", (unsigned long long)n, things,
                           (unsigned long long)ft_msh_left(in));
    if (n > FT_GRID_BYTES_MAX / memory)
        return ft_msh_fail(in, err, "%llu %s: at most %llu are taken",
                           (unsigned long long)n, things,
                           (unsigned long long)(FT_GRID_BYTES_MAX / memory));
    return 0;
}
