/* spec.h - a job as the engine wants it, checked
 *
 * sbatch, not the controller, checks much of what is asked for: a script
 * without "#!" would be accepted and fail, a job in a directory that is not
 * there would run somewhere else.
 */
#ifndef FT_ADAPTERS_SLURM_SPEC_H
#define FT_ADAPTERS_SLURM_SPEC_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/words.h"

struct ft_err;

struct ft_spec {
    /* borrowed from the request; NULL where the site is to choose */
    const char *tag, *name, *script, *dir;
    const char *queue, *account, *qos, *constraint;
    char *out, *err;       /* with '%' as Slurm wants it */
    char *exclude;         /* nodes, comma separated, or NULL */
    struct ft_words env;   /* NAME=VALUE */
    uint32_t nodes, ranks, threads, gpus;
    uint32_t memory_mib;   /* of each node; 0: the site's default */
    uint32_t walltime_min; /* 0: the queue's default */
    uint16_t signal_s;     /* before the end; 0: none */
    uint32_t array;        /* elements; 0: not an array */
    bool hold;
};

/* Read 'job'.  Values are rounded up to what Slurm can say: MiB, minutes.
 * FT_EDOC: why it cannot be a job.  Release 'spec' in either case. */
int ft_spec_read(struct json_object *job, struct ft_spec *spec,
                 struct ft_err *err);
void ft_spec_release(struct ft_spec *spec);

/* A text that is the same for two jobs exactly when they ask for the same
 * resources; the caller frees. */
char *ft_spec_shape(const struct ft_spec *spec);

#endif
