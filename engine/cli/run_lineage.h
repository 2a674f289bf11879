/* run_lineage.h - what only a run knows of its lineage */
#ifndef FT_CLI_RUN_LINEAGE_H
#define FT_CLI_RUN_LINEAGE_H

#include "data/provenance/provenance.h"

struct ft_session;

/* Describe s->run for an export, store open; the result points into the run.
 * Release it with ft_prov_run_release(). */
void ft_run_lineage(struct ft_session *s, struct ft_prov_run *run);

#endif
