/* shell_text.h - values inside the text of a shell: stage
 *
 * The author wrote the text for sh, and the values of its expressions must not
 * change what it means: outside of quotes a value is one word, a list as many
 * words as it has elements; inside quotes and here-documents a value is text,
 * the elements of a list separated by blanks.  So paths with blanks, names
 * with quotes and gathered inputs are what their author expects, and no value
 * runs as a command.
 */
#ifndef FT_PLAN_SHELL_TEXT_H
#define FT_PLAN_SHELL_TEXT_H

#include <stdbool.h>

#include "base/str.h"

struct ft_value;

#define FT_SHELL_DEPTH_MAX 16 /* of "$( "$( ... )" )"; deeper ones are not told
                                 apart */

enum ft_shell_place {
    FT_SHELL_WORD,
    FT_SHELL_SINGLE,  /* in '...' */
    FT_SHELL_DOUBLE,  /* in "..." */
    FT_SHELL_COMMENT,
    FT_SHELL_HERE,    /* in a here-document */
};

/* Start with FT_SHELL_TEXT_INIT; the text grows in 'out', which the caller
 * takes; end with ft_shell_text_release(). */
struct ft_shell_text {
    struct ft_str out;
    enum ft_shell_place place;
    char before;  /* the last character */
    bool escaped; /* it was a backslash that counts */
    int parens;   /* open ones in this place */
    int outer[FT_SHELL_DEPTH_MAX]; /* 'parens' of the texts around a "$(" */
    int depth;
    struct { /* <<END */
        enum { FT_HERE_NONE, FT_HERE_NAME, FT_HERE_READY } state;
        bool verbatim;       /* END was quoted */
        struct ft_str end;   /* END */
        struct ft_str line;  /* the line so far, without leading tabs */
    } here;
};
#define FT_SHELL_TEXT_INIT { .out = FT_STR_INIT, .before = '\n', \
    .here = { .end = FT_STR_INIT, .line = FT_STR_INIT } }

/* What the author wrote. */
void ft_shell_text_add(struct ft_shell_text *sh, const char *text);
/* What an expression gave. */
void ft_shell_text_value(struct ft_shell_text *sh,
                         const struct ft_value *value);
void ft_shell_text_release(struct ft_shell_text *sh);

#endif
