/* freight.h - what a run would have to move to a site that does not see the
 * project
 *
 * Known beforehand are users' files, files that commands name, and results that
 * would be reused.  What another task makes has no size before it has run: it
 * needs no moving when that task can go nowhere else; if it can, there may be
 * more to move than is known.
 */
#ifndef FT_RUN_FREIGHT_H
#define FT_RUN_FREIGHT_H

#include <stdbool.h>
#include <stddef.h>

struct ft_forecast;
struct ft_plan;
struct ft_project;
struct ft_site;
struct ft_store;

struct ft_load {
    size_t n;     /* tasks that would run, and may go there */
    double bytes; /* that the site is not known to have */
    bool more;    /* and it may be more */
    bool about;   /* of an object of type file it is the size of its version,
                     which is not quite its own */
};

struct ft_freight {
    const struct ft_site *site;
    double rate; /* bytes a second as earlier runs have measured it; 0: not
                    known */
    struct ft_load all;    /* each file once */
    struct ft_load *stage; /* of each, each file once */
    struct ft_load *task;  /* of each */
};

/* What is to be moved to 'site', which is not shared, if all goes there that
 * may.  'forecast' is one of plan/reuse.h, FT_FORECAST_TELL.  'only': the run
 * has no other site. */
struct ft_freight *ft_freight_new(const struct ft_project *project,
                                  struct ft_store *store,
                                  const struct ft_plan *plan,
                                  const struct ft_forecast *forecast,
                                  const struct ft_site *site, bool only);
void ft_freight_free(struct ft_freight *freight); /* NULL is fine */

#endif
