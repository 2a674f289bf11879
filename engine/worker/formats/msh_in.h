/* msh_in.h - what stands in a mesh file of Gmsh: words, lines, numbers
 *
 * The file is read once, from its beginning to its end.  In a binary one the
 * words between the numbers are text too.  Every error names the line, or in a
 * binary file the byte.
 */
#ifndef FT_WORKER_MSH_IN_H
#define FT_WORKER_MSH_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_err;

#define FT_MSH_BLOCK 65536 /* bytes that are read at once */
#define FT_MSH_WORD 63     /* bytes of the longest word or number */

struct ft_msh_in {
    int fd;
    const char *name;
    uint64_t size_bytes, base; /* base: offset of block[0] in the file */
    char block[FT_MSH_BLOCK];
    size_t at, len;            /* in block */
    int line;
    bool binary, swap;         /* of numbers; the other byte order */
    const char *section;       /* for errors, or NULL */
};

/* FT_EFORMAT with the place.  Return -1. */
int ft_msh_fail(const struct ft_msh_in *in, struct ft_err *err,
                const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Bytes that were not read yet. */
uint64_t ft_msh_left(const struct ft_msh_in *in);

/* The next word, without the white space around it; 1, 0 at the end, -1. */
int ft_msh_word(struct ft_msh_in *in, char word[FT_MSH_WORD + 1],
                struct ft_err *err);

/* What is blank in the rest of the line, and its end. */
int ft_msh_end_line(struct ft_msh_in *in, struct ft_err *err);

/* The rest of the line but its end, at most 'max' bytes and a zero. */
int ft_msh_rest(struct ft_msh_in *in, char *text, size_t max,
                struct ft_err *err);

/* Pass over the lines to the one that is 'word'. */
int ft_msh_skip_to(struct ft_msh_in *in, const char *word, struct ft_err *err);

/* A number as text, whatever the file is. */
int ft_msh_text_int(struct ft_msh_in *in, int64_t *x, struct ft_err *err);

/* Numbers as the file has them: 4 bytes or text; 8 bytes or text.  What stands
 * for a size or a tag is never negative. */
int ft_msh_int(struct ft_msh_in *in, int64_t *x, struct ft_err *err);
int ft_msh_size(struct ft_msh_in *in, uint64_t *x, struct ft_err *err);
int ft_msh_real(struct ft_msh_in *in, double *x, struct ft_err *err);

/* A count of things, each of at least 'bytes' bytes in this file and 'memory'
 * in ours; one that cannot be true is an error. */
int ft_msh_check_count(struct ft_msh_in *in, uint64_t n, const char *things,
                       size_t bytes, size_t memory, struct ft_err *err);

#endif
