/* crate_dir.h - a run as a directory that is an RO-Crate */
#ifndef FT_CLI_CRATE_DIR_H
#define FT_CLI_CRATE_DIR_H

#include <stdbool.h>
#include <stddef.h>

struct ft_err;
struct ft_lineage;
struct ft_prov_run;
struct ft_store;

struct ft_crate_choice {
    const char *dir;         /* to be made; must not exist */
    const char *license;     /* or NULL */
    const char *const *only; /* objects whose files go with it; */
    size_t n_only;           /* 0: all results of the run */
    bool no_data;            /* none */
};

/* Make choice->dir: metadata, workflow, results; whole, or not at all.
 *   FT_EEXIST  it is there already
 *   FT_EUSAGE  a chosen object is no result of the run */
int ft_crate_write(struct ft_store *store, const struct ft_lineage *lineage,
                   const struct ft_prov_run *run,
                   const struct ft_crate_choice *choice, struct ft_err *err);

#endif
