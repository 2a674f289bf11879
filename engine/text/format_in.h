/* format_in.h - between the files that format; for nobody else
 *
 *   format.c           the way through, the order of keys, the same meaning
 *   format_read.c      from libyaml's events to a tree that keeps the style
 *   format_comments.c  what each comment belongs to
 *   format_write.c     from the tree to text
 *   format_scalar.c    scalars in their styles
 */
#ifndef FT_TEXT_FORMAT_IN_H
#define FT_TEXT_FORMAT_IN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "text/format.h"

enum ft_form {
    FT_FORM_PLAIN,
    FT_FORM_QUOTED,
    FT_FORM_BLOCK, /* | or > */
    FT_FORM_ALIAS,
    FT_FORM_MAP,
    FT_FORM_LIST,
};

struct ft_entry;

/* Lines of comments, each with its '#', in order. */
struct ft_comments {
    struct ft_comment {
        const char *text; /* in the source */
        size_t len;
        bool blank; /* a blank line stands before it */
    } *item;
    size_t n, cap;
};

struct ft_piece {
    enum ft_form form;
    bool flow;        /* a collection in flow style */
    size_t begin, end; /* bytes of the source */
    char *anchor;     /* of an alias: its name; or NULL */
    char *text;       /* of a scalar */
    size_t len;
    bool folded;      /* '>' */
    bool source_breaks; /* a plain scalar over several lines */
    struct ft_entry *entry; /* of a collection */
    size_t n, cap;
    struct ft_comments tail; /* behind its last entry */
};

/* A key with its value, or an item of a list. */
struct ft_entry {
    struct ft_piece *key; /* NULL in a list */
    struct ft_piece *value;
    struct ft_comments before;
    const char *behind; /* comment at the end of its line, or NULL */
    size_t behind_len;
    bool blank;         /* a blank line stands before it and its comments */
};

struct ft_format {
    const char *text;
    size_t len;
    size_t *line; /* offset of each line, and of the end */
    size_t n_lines;
    struct ft_piece *root; /* NULL: the document is empty */
    struct ft_comments head; /* before everything else, followed by a blank */
    bool anchors;          /* there are some: keys keep their order */
};

/* --- format_read.c -------------------------------------------------------- */

void ft_format_read(struct ft_format *f);
void ft_piece_free(struct ft_piece *piece); /* NULL is fine */

/* --- format_comments.c ---------------------------------------------------- */

/* Find the comments and give each to what it belongs to. */
void ft_format_attach(struct ft_format *f);

/* --- format_write.c ------------------------------------------------------- */

void ft_format_write(const struct ft_format *f, struct ft_str *out);

/* --- format_scalar.c ------------------------------------------------------ */

/* On one line. */
void ft_scalar_inline(const struct ft_piece *piece, struct ft_str *out);
/* After "key:" or "-"; further lines are indented by 'indent', the first one
 * begins at column 'col'.  'behind' is a comment for the first line. */
void ft_scalar_block(const struct ft_format *f, const struct ft_piece *piece,
                     size_t indent, size_t col, const char *behind,
                     size_t behind_len, struct ft_str *out);

#endif
