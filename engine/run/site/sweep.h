/* sweep.h - end what a dead runner left at sites with a batch system */
#ifndef FT_RUN_SWEEP_H
#define FT_RUN_SWEEP_H

struct ft_err;
struct ft_run;

/* Every job of the sites of 'run' whose tag begins with 'prefix'.  FT_ESITE,
 * FT_EACCES when a site does not do it: then there may be some left. */
int ft_sweep_sites(const struct ft_run *run, const char *project_dir,
                   const char *prefix, struct ft_err *err);

#endif
