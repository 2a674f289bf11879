/* site_in.h - a site file while it is read */
#ifndef FT_MODEL_SITE_IN_H
#define FT_MODEL_SITE_IN_H

#include "model/site.h"

struct ft_site_reader {
    const struct ft_doc *doc;
    const struct ft_node *root;
    struct ft_diags *diags;
};

/* False after reporting that the file has no version that is known. */
bool ft_site_check_version(const struct ft_site_reader *r);
/* What the tables cannot say of a file that follows them; all of it. */
bool ft_site_check(const struct ft_site_reader *r);

#endif
