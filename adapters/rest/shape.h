/* shape.h - how the versions of slurmrestd's interface say the same things
 *
 * Up to v0.0.38 a job that is submitted is a set of sbatch's options, and
 * replies are plain.  From v0.0.39 on a job has libslurm's fields; numbers
 * become {"set": BOOL, "infinite": BOOL, "number": N} one after the other, and
 * states become lists of a state and flags.  The readers here take either form
 * wherever it stands; what has another name or place is in one table.
 */
#ifndef FT_ADAPTERS_REST_SHAPE_H
#define FT_ADAPTERS_REST_SHAPE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* Paths are names with a '/' between. */
struct ft_shape {
    const char *version;    /* "v0.0.38" */
    bool options;           /* jobs are sbatch's options */
    bool env_list;          /* "environment": ["A=b"], not {"A": "b"} */
    bool script_in_job;     /* the script is a member of the job */
    const char *gpus_key;   /* in a job */
    const char *gpus_start; /* of its value, before the number */
    const char *queue_flags; /* NULL: it does not tell the default one */
    const char *queue_state, *queue_nodes, *queue_minutes, *queue_max_nodes;
};

/* The newest one that is known and that 'offers' (an OpenAPI document) has;
 * with 'wanted' (or NULL) only that one.  NULL: none. */
const struct ft_shape *ft_shape_agree(struct json_object *offers,
                                      const char *wanted);
/* Does it have the accounting's operations, in the same version? */
bool ft_shape_accounting(struct json_object *offers,
                         const struct ft_shape *shape);
/* "v0.0.36 to v0.0.42", for people; the caller frees. */
char *ft_shape_known(void);

/* What is at 'path' in 'obj'; NULL: nothing. */
struct json_object *ft_shape_at(struct json_object *obj, const char *path);
const char *ft_shape_text(struct json_object *obj, const char *path);
/* False when it is not there, not set, infinite or no number. */
bool ft_shape_number(struct json_object *obj, const char *path,
                     int64_t *number);
int64_t ft_shape_number_or(struct json_object *obj, const char *path,
                           int64_t fallback);

/* A state, or flags: is 'word' the text at 'path', or in the list there?  In
 * any case of letters, as versions differ. */
bool ft_shape_has(struct json_object *obj, const char *path,
                  const char *word);

/* How a script ended, as wait(2) has it.  False when that cannot be told. */
bool ft_shape_exit(struct json_object *obj, const char *path,
                   uint32_t *wait_status);

#endif
