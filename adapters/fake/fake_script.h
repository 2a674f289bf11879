/* fake_script.h - what a simulated site does with each attempt
 *
 * The options of a site file with 'adapter: fake' (share/doc/simulation.md).
 * What happens to an attempt follows from its tag and the seed alone, never
 * from the order in which attempts come, so that a run can be repeated.
 */
#ifndef FT_ADAPTERS_FAKE_SCRIPT_H
#define FT_ADAPTERS_FAKE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "run/adapter.h"

struct ft_err;

#define FT_FAKE_ANSWERS 5 /* of enum ft_submit_answer */

struct ft_fake_script {
    bool simulated; /* time is the site's own */
    bool without_outputs; /* stages that declare some succeed all the same */
    uint64_t seed;
    double wait_s;  /* from acceptance to start */
    double duration_s, spread; /* uniform in duration_s * (1 -+ spread) */
    double retry_after_s, lost_after_s;
    double answer[FT_FAKE_ANSWERS]; /* chances of a submission */
    double outcome[FT_OUTCOMES];    /* chances of an attempt that started */
};

struct ft_fake_fate {
    enum ft_submit_answer answer;
    bool accepted; /* of an unknown outcome: the site has it */
    double wait_s, run_s;
    enum ft_outcome outcome;
};

/* Read the options of 'site'.  FT_EDOC with the place. */
int ft_fake_read(const struct ft_site *site, struct ft_fake_script *script,
                 struct ft_err *err);

void ft_fake_fate(const struct ft_fake_script *script, uint64_t tag,
                  double timeout_s, struct ft_fake_fate *fate);

#endif
