/* cmd_data_keep.c - fedtwin data evict, pin, unpin: what is kept of results */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"
#include "run/record/upkeep.h"

/* Move what is in 'from' to the end of 'to'. */
static void take_all(struct ft_versions *to, struct ft_versions *from)
{
    to->item = ft_realloc(to->item, to->n + from->n + 1, sizeof(*to->item));
    if (from->n)
        memcpy(to->item + to->n, from->item, from->n * sizeof(*from->item));
    to->n += from->n;
    free(from->item);
    *from = (struct ft_versions){ 0 };
}

/* All versions that the arguments name. */
static int resolve(struct ft_session *s, const struct ft_cli *cli,
                   struct ft_versions *versions)
{
    struct ft_err err;

    for (int i = 0; i < cli->n_args; i++) {
        struct ft_versions some;

        if (ft_store_resolve(s->store, cli->arg[i], &some, &err) < 0)
            return ft_print_err(&err);
        take_all(versions, &some);
    }
    return 0;
}

static void count(const struct ft_versions *versions, bool gone, size_t *n,
                  uint64_t *bytes)
{
    *n = 0;
    *bytes = 0;
    for (size_t i = 0; i < versions->n; i++)
        if (versions->item[i].gone == gone) {
            ++*n;
            *bytes += versions->item[i].size_bytes;
        }
}

static void print_evicted(const struct ft_versions *versions,
                          const char *removal, bool dry)
{
    struct ft_str size = FT_STR_INIT;
    uint64_t bytes;
    size_t n;

    count(versions, false, &n, &bytes);
    ft_size_text((double)bytes, &size);
    printf("%s %zu payload%s, %s\n", dry ? "would evict" : "evicted", n,
           n == 1 ? "" : "s", size.s);
    if (*removal)
        printf("'fedtwin gc --restore %s' takes it back\n", removal);
    ft_str_release(&size);
}

int ft_cmd_data_evict(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    struct ft_run_needs needs;
    char removal[FT_REMOVAL_ID_MAX] = "";
    bool dry = ft_cli_has(cli, "dry-run");
    struct ft_err err;
    int status = dry ? ft_session_store(&s, FT_STORE_READ)
                     : ft_session_cleaning(&s);

    if (!status)
        status = resolve(&s, cli, &versions);
    needs = (struct ft_run_needs){ s.project, s.store };
    if (!status && !dry &&
        ft_store_evict(s.store, &versions, ft_cli_option(cli, "message"),
                       ft_run_tell_needs, &needs, removal, &err) < 0)
        status = ft_print_err(&err);
    if (!status)
        print_evicted(&versions, removal, dry);
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}

static int pin(struct ft_cli *cli, bool pinned)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    struct ft_err err;
    int status = ft_session_store(&s, FT_STORE_WRITE);

    if (!status)
        status = resolve(&s, cli, &versions);
    if (!status && ft_store_pin(s.store, &versions, pinned,
                                ft_cli_option(cli, "message"), &err) < 0)
        status = ft_print_err(&err);
    if (!status)
        printf("%s %zu version%s\n", pinned ? "pinned" : "unpinned",
               versions.n, versions.n == 1 ? "" : "s");
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}

int ft_cmd_data_pin(struct ft_cli *cli)
{
    return pin(cli, true);
}

int ft_cmd_data_unpin(struct ft_cli *cli)
{
    return pin(cli, false);
}
