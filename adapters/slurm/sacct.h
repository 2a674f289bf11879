/* sacct.h - what the accounting remembers of jobs that the controller forgot */
#ifndef FT_ADAPTERS_SLURM_SACCT_H
#define FT_ADAPTERS_SLURM_SACCT_H

#include <json-c/json.h>
#include <stdint.h>

#include "adapters/slurm/shell.h"
#include "base/words.h"

/* Append a status of each of 'jobs' to 'list'; not_found for those that the
 * accounting does not know either.  -1: some are left out, for it did not
 * answer, or said a state that is not known. */
int ft_sacct_add(const struct ft_shell *shell, const struct ft_words *jobs,
                 struct json_object *list);

/* "5:0" or "0:9", as Slurm's commands print how something ended, as wait(2)
 * has it. */
uint32_t ft_sacct_wait_status(const char *text);

#endif
