/* manifest.h - one manifest, for the set of modules that owns it */
#ifndef FT_MODEL_MANIFEST_H
#define FT_MODEL_MANIFEST_H

#include "model/module.h"

/* Read the manifest 'doc', which has to be for module 'name'.  NULL after
 * reporting.  Marks of the module point into 'doc', which outlives it. */
struct ft_module *ft_manifest_read(const struct ft_doc *doc, const char *name,
                                   struct ft_diags *diags);
void ft_manifest_free(struct ft_module *module); /* NULL is fine */

#endif
