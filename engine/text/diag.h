/* diag.h - every problem of a file, collected and shown in clang's layout
 *
 *   heat.yaml:9:11: error FT0107: unknown module 'solve.hea'
 *    9 |     module: solve.hea
 *      |             ^^^^^^^^^ hint: did you mean 'solve.heat'?
 *
 * Codes are stable and each stands in one row of FT_DIAG_CODES
 * (diag_codes.h), which share/doc/diagnostics.md is tested against.  Control
 * characters and bytes that are not UTF-8 become '?': what a file holds never
 * reaches a terminal as an escape sequence.
 */
#ifndef FT_TEXT_DIAG_H
#define FT_TEXT_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ft_err;

/* A place in a text: 1-based line and column (in characters), and how many
 * characters the caret underlines.  line 0: the file as a whole. */
struct ft_mark {
    const char *file; /* borrowed from its ft_doc */
    int line, col, width;
};

enum ft_severity { FT_DIAG_ERROR, FT_DIAG_WARNING, FT_DIAG_NOTE };

struct ft_diag {
    enum ft_severity severity;
    char code[8]; /* "FT0107" */
    char *file;   /* copies: a diagnostic outlives its document */
    int line, col, width;
    char *source;   /* text of the line or the part round 'col', or NULL */
    int source_col; /* column of its first character */
    char *msg;
    char *hint; /* or NULL */
};

struct ft_diags {
    struct ft_diag *item;
    size_t len, cap;
    size_t n_errors;
    size_t dropped; /* past FT_DIAGS_MAX */
};

#define FT_DIAGS_INIT { 0 }
#define FT_DIAGS_MAX 200
#define FT_DIAG_TEXT_MAX 400 /* bytes of a message or hint; longer are cut */
#define FT_DIAG_LINE_MAX 160 /* characters of source shown */

struct ft_doc;

/* One row per code, 'X(name, "FTnnnn", "what it is about")':
 * 00xx text and limits, 01xx workflow, 02xx values and units, 03xx
 * expressions, 04xx modules, 05xx sites, 06xx plan. */
#include "text/diag_codes.h"

const char *ft_diag_code_id(enum ft_diag_code code);   /* "FT0107" */
const char *ft_diag_code_text(enum ft_diag_code code); /* "unknown module" */

/* Add one; 'code' is a name from diag_codes.h such as FT_D_UNKNOWN_KEY.  'doc'
 * provides the source line and may be NULL. */
void ft_diag_add(struct ft_diags *diags, const struct ft_doc *doc,
                 const struct ft_mark *mark, enum ft_diag_code code,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void ft_diag_warn(struct ft_diags *diags, const struct ft_doc *doc,
                  const struct ft_mark *mark, enum ft_diag_code code,
                  const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Add an error of a callee: its id gives the code ('code' when it has none),
 * its message and hint are taken over. */
void ft_diag_err(struct ft_diags *diags, const struct ft_doc *doc,
                 const struct ft_mark *mark, enum ft_diag_code code,
                 const struct ft_err *err);

/* Give the newest one its hint. */
void ft_diag_hint(struct ft_diags *diags, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Sort by file, line and column; equal ones become one. */
void ft_diags_sort(struct ft_diags *diags);

/* Append the text of one; with 'colour' severity and caret are coloured. */
void ft_diag_text(const struct ft_diag *diag, bool colour, struct ft_str *out);

/* [{"severity","code","file","line","column","message","hint"}, ...] */
struct json_object *ft_diags_json(const struct ft_diags *diags);

/* Fill 'err' (FT_EDOC) from the first error.  Returns -1. */
int ft_diags_to_err(const struct ft_diags *diags, struct ft_err *err);

void ft_diags_release(struct ft_diags *diags);

#endif
