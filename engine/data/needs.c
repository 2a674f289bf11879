/* needs.c - lists of what must stay */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/upkeep.h"

static void add(struct ft_needs *needs, const char *id, bool run)
{
    struct ft_needed *item;

    needs->item = ft_grow(needs->item, needs->n, &needs->cap,
                          sizeof(*needs->item));
    item = &needs->item[needs->n++];
    snprintf(item->id, sizeof(item->id), "%s", id);
    item->run = run;
}

void ft_needs_version(struct ft_needs *needs, const char *id)
{
    add(needs, id, false);
}

void ft_needs_run(struct ft_needs *needs, const char *id)
{
    add(needs, id, true);
}

void ft_needs_release(struct ft_needs *needs)
{
    free(needs->item);
    *needs = (struct ft_needs){ 0 };
}
