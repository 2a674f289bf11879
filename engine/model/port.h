/* port.h - inputs and outputs as a manifest or a stage declares them */
#ifndef FT_MODEL_PORT_H
#define FT_MODEL_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/module.h"

extern const struct ft_field ft_in_fields[];  /* keys of one input */
extern const struct ft_field ft_workflow_in_fields[]; /* of a workflow */
extern const struct ft_field ft_out_fields[]; /* keys of one output */

/* Read a mapping that ft_fields_check() has accepted.  Every output gets a
 * path below the attempt directory.  False after reporting. */
bool ft_ports_read(const struct ft_doc *doc, const struct ft_node *node,
                   bool input, struct ft_port **port, size_t *n,
                   struct ft_diags *diags);
void ft_ports_release(struct ft_port *port, size_t n);
/* A copy for a stage; its marks stay those of the manifest. */
struct ft_port *ft_ports_copy(const struct ft_port *port, size_t n);

#endif
