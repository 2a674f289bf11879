/* site_nodes.h - nodes of a site that get nothing for a while
 *
 * Attempts kept failing on them (adapters/batch/batch_node.c).  That is kept
 * with the project, one file a node, so that all of its runs leave them out,
 * until its time is over or somebody lets the node in again:
 *
 *     PROJECT/.fedtwin/nodes/SITE/NODE.json    (share/doc/formats/nodes.md)
 */
#ifndef FT_MODEL_SITE_NODES_H
#define FT_MODEL_SITE_NODES_H

#include <stddef.h>
#include <stdint.h>

struct ft_err;
struct json_object;

/* Texts are owned by the list. */
struct ft_node_out {
    char *node;
    char *run; /* whose attempts they were */
    char *why;
    int64_t since_ns, until_ns; /* since 1970 */
};

struct ft_nodes_out {
    struct ft_node_out *item; /* by name */
    size_t n;
};

/* Those of 'site' that are out at 'now_ns'; what cannot be read is not. */
void ft_nodes_out_read(const char *project_dir, const char *site,
                       int64_t now_ns, struct ft_nodes_out *ret);
/* NULL: it is not among them. */
const struct ft_node_out *ft_nodes_out_find(const struct ft_nodes_out *out,
                                            const char *node);
void ft_nodes_out_release(struct ft_nodes_out *out);

/* Leave it out.  FT_EUSAGE when a file cannot have the name of the node, such
 * as "n[1-2]". */
int ft_node_out_add(const char *project_dir, const char *site,
                    const struct ft_node_out *node, struct ft_err *err);
/* Let it in again.  1; 0: there was no such file; -1. */
int ft_node_out_remove(const char *project_dir, const char *site,
                       const char *node, struct ft_err *err);

/* {"site","node","since","until","run","why"}; the caller's. */
struct json_object *ft_node_out_json(const char *site,
                                     const struct ft_node_out *node);

#endif
