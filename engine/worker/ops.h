/* ops.h - what the engine can ask for (share/doc/formats/worker.md) */
#ifndef FT_WORKER_OPS_H
#define FT_WORKER_OPS_H

struct ft_err;
struct json_object;

#define FT_WORKER_PROTOCOL 1

struct ft_op {
    const char *name;
    const char *file; /* member of the request that names the file to read */
    const char *other; /* that names a second one; or NULL */
    /* Do it and add the members of the answer. */
    int (*run)(const char *meta, struct json_object *request,
               struct json_object *answer, struct ft_err *err);
};

/* NULL when there is no such operation. */
const struct ft_op *ft_op_find(const char *name);

#endif
