/* module.h - a kind of stage, described by its manifest NAME.yaml
 *
 * Manifests are searched in the project's modules/, then in each directory of
 * $FEDTWIN_MODULE_PATH, then in the installed directory; the first one found
 * counts.  "solve.heat" is the file solve.heat.yaml.
 */
#ifndef FT_MODEL_MODULE_H
#define FT_MODEL_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/object.h"
#include "model/params.h"

struct ft_err;
struct ft_module_set;

enum ft_determinism { FT_DET_BITWISE, FT_DET_TOLERANCE, FT_DET_NONE };

/* An input or an output. */
struct ft_port {
    char *name;
    char *doc;
    enum ft_object_type type;
    const struct ft_unit *unit; /* field and image; NULL: an input takes any */
    bool optional; /* input: may be left out; output: may be missing */
    bool many;     /* input: a list of objects, as a gather gives */
    char *path;    /* output: file in the attempt directory, never NULL */
    char *media_type; /* file outputs, or NULL */
    char *format;  /* input of type file: accepted endings "geo step stp" */
    char *shown_in; /* input: the parameter with a unit for it, or NULL */
    struct ft_mark mark;
};

struct ft_resources {
    int nodes, ranks, threads, gpus; /* 0: not said */
    double memory_bytes, walltime_s; /* 0: not said */
};

struct ft_module {
    char *name, *version, *doc;
    char *file;         /* path of the manifest */
    char *text;         /* of the manifest */
    char *digest;       /* SHA-256 of it, hex */
    char *program;      /* path of the executable, or NULL */
    char **run;         /* argument list, or NULL */
    size_t n_run;
    char *python;       /* path of a script, or NULL */
    bool missing;       /* that program or script is not there: the manifest
                           can be looked at, but no stage can use it here */
    bool mpi;
    bool serve;         /* program understands --serve */
    struct ft_port *in, *out;
    size_t n_in, n_out;
    struct ft_params params;
    struct ft_resources resources;
    enum ft_determinism determinism;
};

extern const struct ft_field ft_module_fields[];
extern const struct ft_field ft_resources_fields[];
extern const struct ft_field ft_task_resources_fields[]; /* with expressions */

/* 'project_dir' may be NULL. */
struct ft_module_set *ft_module_set_new(const char *project_dir);
/* Load on first use.  NULL after reporting: FT_D_UNKNOWN_MODULE at 'mark' with
 * the nearest name, or the problems of the manifest itself. */
const struct ft_module *ft_module_find(struct ft_module_set *set,
                                       const char *name,
                                       const struct ft_doc *doc,
                                       const struct ft_mark *mark,
                                       struct ft_diags *diags);
/* This text is the manifest of 'name', in place of the one that is found, if
 * any; relative paths in it start there. */
void ft_module_set_keep(struct ft_module_set *set, const char *name,
                        const char *text);
/* Names of all modules that can be found, sorted; borrowed. */
const char *const *ft_module_names(struct ft_module_set *set, size_t *n);
void ft_module_set_free(struct ft_module_set *set);

const struct ft_port *ft_module_in(const struct ft_module *module,
                                   const char *name);
const struct ft_port *ft_module_out(const struct ft_module *module,
                                    const char *name);

/* "solve.heat": names joined by dots. */
bool ft_module_name_valid(const char *name);

/* Ranks times threads; what is not said counts as one. */
double ft_resources_cores(const struct ft_resources *res);

/* What ends it first, its walltime or 'timeout_s'; 0: neither is said. */
double ft_resources_limit_s(const struct ft_resources *res, double timeout_s);

/* From a mapping that ft_fields_check() has accepted. */
void ft_resources_read(const struct ft_node *node, struct ft_resources *res);

#endif
