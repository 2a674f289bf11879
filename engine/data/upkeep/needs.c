/* needs.c - lists of what must stay */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/index/db.h"
#include "data/upkeep/upkeep.h"

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

int ft_needs_rows(struct ft_needs *needs, struct ft_rows *rows,
                  struct ft_err *err)
{
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        ft_needs_version(needs, ft_rows_text(rows, 0));
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
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
