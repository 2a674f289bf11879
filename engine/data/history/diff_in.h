/* diff_in.h - what the files of the difference share */
#ifndef FT_DATA_DIFF_IN_H
#define FT_DATA_DIFF_IN_H

#include "data/history/diff.h"

/* [a, b]; takes both over. */
struct json_object *ft_diff_pair(struct json_object *a,
                                 struct json_object *b);

/* Parameters that differ: [{"name","state","values":[text, text]}]. */
struct json_object *ft_diff_params(const struct ft_diff_side *a,
                                   const struct ft_diff_side *b);
/* The value of a parameter or of a cell as text: "2 mm".  'unit' is the one to
 * show quantities in, or NULL: SI. */
void ft_diff_value_text(struct json_object *value, const char *unit,
                        struct ft_str *out);

/* {"same","digests","files","texts":[…]} */
struct json_object *ft_diff_workflow(const struct ft_diff_side *a,
                                     const struct ft_diff_side *b);

/* A version on each side that stand for the same thing. */
struct ft_diff_match {
    const struct ft_version *a, *b; /* one may be NULL */
};

/* How what made the versions differs, by stages: [{"stage","tasks","read",
 * "changes":[{"what","values","tasks"}]}]; NULL on failure. */
struct json_object *ft_diff_recipes(struct ft_store *store,
                                    const struct ft_diff_match *match,
                                    size_t n, struct ft_err *err);

#endif
