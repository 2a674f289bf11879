/* deadline.h - what is said about the end of a run that goes on */
#ifndef FT_RUN_DEADLINE_H
#define FT_RUN_DEADLINE_H

#include <stdbool.h>

#include "run/record/run.h"

struct ft_str;

/* Will the run miss its deadline, by the outlook? */
bool ft_outlook_is_late(const struct ft_run *run,
                        const struct ft_outlook *outlook);

/* "will end about 2026-11-21T18:40:00Z, 40 min late; longest path heat -> plot,
 * 25 min"; nothing when nothing was told. */
void ft_outlook_text(const struct ft_run *run,
                     const struct ft_outlook *outlook, struct ft_str *out);

/* Is the new outlook worth telling?  The first is, one with another verdict,
 * and one whose end has moved by a tenth of what was left; being on time again
 * takes a margin, so that the verdict does not flutter. */
bool ft_outlook_is_news(const struct ft_run *run,
                        const struct ft_outlook *told,
                        const struct ft_outlook *now);

#endif
