/* cmd_fmt.c - fedtwin fmt: write files in their canonical form */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "model/site.h"
#include "model/workflow.h"
#include "text/format.h"

#define STATUS_CHANGES 1
#define STATUS_USAGE 2
#define STATUS_INVALID 3

/* What kind of file it is, by the key that gives its version. */
static const struct ft_field *table_of(const struct ft_doc *doc)
{
    const struct ft_node *root = ft_doc_root(doc);

    if (ft_node_get(root, "fedtwin-module"))
        return ft_module_fields;
    if (ft_node_get(root, "fedtwin-site"))
        return ft_site_fields;
    return ft_workflow_fields;
}

/* Links stay links, and the mode stays. */
static int replace(const char *file, const struct ft_str *text,
                   struct ft_err *err)
{
    char *path = realpath(file, NULL);
    struct stat st;
    int rc = -1;

    if (!path || stat(path, &st) < 0)
        ft_err_sys(err, "cannot find '%s'", file);
    else
        rc = ft_file_write(path, text->s, text->len, st.st_mode & 07777, err);
    free(path);
    return rc;
}

/* Write, compare or print; an exit status. */
static int deliver(const struct ft_cli *cli, const struct ft_doc *doc,
                   const struct ft_str *text)
{
    const char *file = ft_doc_file(doc);
    struct ft_err err;
    size_t len;
    const char *before = ft_doc_text(doc, &len);
    bool same = len == text->len && memcmp(before, text->s, len) == 0;

    if (ft_cli_has(cli, "check")) {
        if (!same)
            printf("%s\n", file);
        return same ? 0 : STATUS_CHANGES;
    }
    if (!ft_cli_has(cli, "write"))
        return fwrite(text->s, 1, text->len, stdout) == text->len ? 0 : 4;
    if (!same && replace(file, text, &err) < 0)
        return ft_print_err(&err);
    if (!same)
        fprintf(stderr, "%s: formatted\n", file);
    return 0;
}

static int format_file(const struct ft_cli *cli, const char *file)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = ft_doc_read(file, &diags);
    struct ft_str text = FT_STR_INIT;
    struct ft_err err;
    int status = STATUS_INVALID;

    ft_print_diags(&diags);
    if (doc && !diags.n_errors) {
        if (ft_format(doc, table_of(doc), &text, &err) < 0)
            status = ft_print_err(&err);
        else
            status = deliver(cli, doc, &text);
    }
    ft_str_release(&text);
    ft_doc_free(doc);
    ft_diags_release(&diags);
    return status;
}

int ft_cmd_fmt(struct ft_cli *cli)
{
    int worst = 0;

    if (ft_cli_has(cli, "check") && ft_cli_has(cli, "write")) {
        ft_print_error("'--check' changes nothing, '--write' does");
        return STATUS_USAGE;
    }
    for (int i = 0; i < cli->n_args; i++) {
        int status = format_file(cli, cli->arg[i]);

        worst = status > worst ? status : worst;
    }
    return worst;
}
