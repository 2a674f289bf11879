/* site.h - a place that computes, described by a site file */
#ifndef FT_MODEL_SITE_H
#define FT_MODEL_SITE_H

#include "model/module.h"

struct ft_site {
    char *name;
    char *file;    /* absolute; NULL for the built-in local site */
    char *adapter; /* "local", "fake", "program", "slurm" or "slurmrest" */
    char *program; /* adapter: program */
    struct ft_doc *doc;         /* NULL for the built-in local site */
    const struct ft_node *node; /* options of the adapter itself, or NULL */
    int slots;                  /* cores offered; 0: what the adapter finds */
    double memory_bytes;        /* 0: what the adapter finds */
    char *module_init;          /* what defines 'module' in a shell, or NULL */
    int nodes, gpus;            /* of a job on it; 0: one machine, none */
    char **mpirun;              /* launcher; {ranks} and {nodes} are replaced */
    size_t n_mpirun;
    double answer_within_s; /* of an adapter program; 0: as it is usual */
};

extern const struct ft_field ft_site_fields[];

/* The built-in site "local". */
struct ft_site *ft_site_local(void);
struct ft_site *ft_site_read(const char *path, struct ft_diags *diags);
/* As the adapter protocol's 'open' has it: quantities in SI units. */
struct json_object *ft_site_json(const struct ft_site *site);
void ft_site_free(struct ft_site *site);

#endif
