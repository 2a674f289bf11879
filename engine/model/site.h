/* site.h - a place that computes, described by a site file
 *
 * site_fields.c  the keys that there are
 * site_check.c   what a table cannot say of them
 * site.c         the file as a struct, and as JSON
 */
#ifndef FT_MODEL_SITE_H
#define FT_MODEL_SITE_H

#include "model/module.h"

/* A queue of the site, "partition" in Slurm.  0: the site does not say. */
struct ft_site_queue {
    char *name;
    char *account, *qos, *constraint; /* or NULL; 'account' may be the site's */
    int max_nodes, cores_per_node, gpus_per_node;
    double memory_per_node_bytes, max_walltime_s;
    double cost_core_hour; /* the site's where the queue has none */
    bool is_default;
};

enum ft_pilot_use { FT_PILOT_AUTO, FT_PILOT_NEVER, FT_PILOT_ALWAYS };

/* Jobs that serve many tasks. */
struct ft_site_pilot {
    enum ft_pilot_use use;
    int max;           /* at the same time */
    int slots;         /* of one; 0: a whole node */
    double memory_bytes; /* of one; 0: its share of a node, if that is known */
    double walltime_s; /* 0: the queue's */
    double idle_s;     /* until one without a task ends */
};

struct ft_site {
    char *name;
    char *file;    /* absolute; NULL when it is from none */
    char *doc_text; /* one sentence, or NULL */
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

    char *account; /* for jobs, or NULL */
    struct ft_site_queue *queue;
    size_t n_queues; /* 0: the site's default queue, unknown */
    double status_interval_s, answer_within_s, lost_after_s;
    double signal_before_s; /* a warning before the end of the walltime */
    int max_in_flight;      /* jobs, an array counted as one */
    int max_array;          /* elements; 0: what the adapter says */
    double submits_per_s;   /* 0: any number */
    bool shared;            /* sees the project under the same path */
    char *root;             /* directory for fedtwin at the site; NULL only
                               where it is shared */
    double cache_bytes;     /* of it, for files that are needed again */
    double visibility_wait_s; /* until a file written elsewhere is seen */
    char *fedtwin_dir;      /* of fedtwin's programs there; NULL: as here */
    char **env;             /* "NAME=value", NULL-terminated; NULL: none */
    char **modules;         /* environment modules, always loaded, in order */
    size_t n_modules;
    struct ft_site_pilot pilot;
    double speed;           /* 2: twice as fast as a site with 1 */
    double cost_core_hour;
};

extern const struct ft_field ft_site_fields[];

/* The built-in site "local". */
struct ft_site *ft_site_local(void);
/* NULL after reporting. */
struct ft_site *ft_site_read(const char *path, struct ft_diags *diags);
/* The same from a text; 'file' names it in diagnostics and nowhere else. */
struct ft_site *ft_site_parse(const char *file, const char *text, size_t len,
                              struct ft_diags *diags);
/* Is it reached through an adapter program? */
bool ft_site_is_remote(const struct ft_site *site);
/* The queue of that name (NULL: the default one), or NULL. */
const struct ft_site_queue *ft_site_queue_find(const struct ft_site *site,
                                               const char *name);
/* As the adapter protocol's 'open' has it: quantities in SI units. */
struct json_object *ft_site_json(const struct ft_site *site);
/* The path of one of fedtwin's programs there; the caller frees. */
char *ft_site_program(const struct ft_site *site, const char *name);
void ft_site_free(struct ft_site *site); /* NULL is fine */

#endif
