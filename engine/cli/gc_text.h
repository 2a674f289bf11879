/* gc_text.h - what a gc did, for people and for programs */
#ifndef FT_CLI_GC_TEXT_H
#define FT_CLI_GC_TEXT_H

#include "data/upkeep/upkeep.h"
#include "run/record/upkeep.h"

struct ft_gc_done {
    bool dry; /* it would */
    struct ft_gc gc;
    const struct ft_run_clean *clean;
    size_t n_trash, n_purged; /* versions that lie there, or were destroyed */
    uint64_t trash_bytes, purged_bytes;
};
void ft_gc_print(const struct ft_gc_done *done, bool json);

void ft_gc_print_removals(const struct ft_removals *removals, bool json);

#endif
