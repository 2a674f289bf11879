/* param.c - values for parameters: the environment, files, -p, in this order */
#include "cli/param.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/term.h"

#define PREFIX "FEDTWIN_PARAM_"

static struct ft_setting *add(struct ft_cli_params *p)
{
    p->item = ft_grow(p->item, p->n, &p->cap, sizeof(*p->item));
    p->item[p->n] = (struct ft_setting){ .name = NULL };
    return &p->item[p->n++];
}

/* "NAME=VALUE" behind the first 'skip' bytes of 'text'. */
static void add_text(struct ft_cli_params *p, const char *text, size_t skip,
                     const char *eq, const char *option)
{
    struct ft_setting *setting = add(p);

    setting->name = ft_strndup(text + skip, (size_t)(eq - text) - skip);
    setting->text = eq + 1;
    setting->origin = ft_asprintf("%s%.*s", option, (int)(eq - text), text);
}

static void add_environment(struct ft_cli_params *p)
{
    for (char **env = environ; *env; env++) {
        const char *eq = strchr(*env, '=');

        if (eq && ft_starts_with(*env, PREFIX))
            add_text(p, *env, strlen(PREFIX), eq, "$");
    }
}

static void add_file(struct ft_cli_params *p, const char *path,
                     struct ft_diags *diags)
{
    struct ft_doc *doc = ft_doc_read(path, diags);
    const struct ft_node *root;

    if (!doc)
        return;
    p->doc = ft_realloc(p->doc, p->n_docs + 1, sizeof(*p->doc));
    p->doc[p->n_docs++] = doc;
    root = ft_doc_root(doc);
    if (root->kind != FT_NODE_MAP) {
        ft_diag_add(diags, doc, &root->mark, FT_D_TYPE,
                    "a file of parameters must be a mapping, not %s",
                    ft_node_kind_text(root));
        ft_diag_hint(diags, "write 'NAME: VALUE' for each parameter");
        return;
    }
    for (size_t i = 0; i < root->n; i++) {
        struct ft_setting *setting = add(p);

        setting->name = ft_strdup(root->key[i]->text);
        setting->doc = doc;
        setting->key = root->key[i];
        setting->node = root->item[i];
    }
}

static void add_recorded(struct ft_cli_params *p, struct json_object *list)
{
    size_t n = list ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);
        struct ft_setting *setting = add(p);

        setting->name = ft_strdup(ft_json_at_or(pair, 0, ""));
        setting->text = ft_json_at_or(pair, 1, "");
        setting->origin = ft_asprintf("%s of the state", setting->name);
    }
}

int ft_cli_params(const struct ft_cli *cli, struct json_object *recorded,
                  struct ft_cli_params *p, struct ft_diags *diags)
{
    *p = (struct ft_cli_params){ 0 };
    add_environment(p);
    add_recorded(p, recorded);
    for (int i = 0; i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "params") == 0)
            add_file(p, cli->given[i].value, diags);
    for (int i = 0; i < cli->n_given; i++) {
        const char *text = cli->given[i].value, *eq;

        if (strcmp(cli->given[i].name, "param") != 0)
            continue;
        eq = strchr(text, '=');
        if (!eq || eq == text) {
            ft_print_error("'-p %s' is not of the form NAME=VALUE", text);
            ft_cli_params_release(p);
            return -1;
        }
        add_text(p, text, 0, eq, "-p ");
    }
    return 0;
}

void ft_cli_params_release(struct ft_cli_params *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free((char *)p->item[i].name);
        free((char *)p->item[i].origin);
    }
    for (size_t i = 0; i < p->n_docs; i++)
        ft_doc_free(p->doc[i]);
    free(p->item);
    free(p->doc);
    *p = (struct ft_cli_params){ 0 };
}
