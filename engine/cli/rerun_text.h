/* rerun_text.h - what a rerun found, for people and programs */
#ifndef FT_CLI_RERUN_TEXT_H
#define FT_CLI_RERUN_TEXT_H

#include "run/rerun/rerun.h"

/* One task that is executed once more. */
struct ft_rerun_report {
    const struct ft_rerun *rerun;
    bool same_key;        /* nothing of the recipe has changed */
    const char *changes;  /* lines */
    const struct ft_ending *ending;         /* NULL: it was not executed */
    const struct ft_rerun_outputs *outputs; /* NULL: it did not do well */
    bool reproduced;      /* as far as its determinism asks for it */
    const char *scratch;  /* kept, or NULL */
    struct json_object *back; /* [version] that were brought back */
};

/* "bitwise", "tolerance" or "none"; what declares nothing is "bitwise". */
const char *ft_rerun_determinism(const struct ft_rerun *rerun);

void ft_rerun_print(const struct ft_rerun_report *report);
/* The caller releases. */
struct json_object *ft_rerun_json(const struct ft_rerun_report *report);

#endif
