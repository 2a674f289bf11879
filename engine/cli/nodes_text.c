/* nodes_text.c - nodes that the project leaves out, for status and site show */
#include "cli/nodes_text.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/term.h"
#include "model/site.h"
#include "model/site_nodes.h"
#include "text/diag.h"

/* --- one site ------------------------------------------------------------- */

/* What is done with one of them. */
typedef void use_node(const char *site, const struct ft_node_out *node,
                      void *arg);

static void each_of_site(const struct ft_project *project, const char *site,
                         use_node *use, void *arg)
{
    struct ft_nodes_out out = { 0 };

    if (project)
        ft_nodes_out_read(project->dir, site, ft_clock_now_ns(), &out);
    for (size_t i = 0; i < out.n; i++)
        use(site, &out.item[i], arg);
    ft_nodes_out_release(&out);
}

static void print_node(const char *site, const struct ft_node_out *node,
                       void *arg)
{
    struct ft_str text = FT_STR_INIT;

    (void)arg;
    ft_str_addf(&text, "left out: %s of %s until ", node->node, site);
    ft_when_text(node->until_ns, &text);
    if (*node->why)
        ft_str_add(&text, ": ");
    ft_safe_text(node->why, strlen(node->why), &text);
    printf("%s; fedtwin site resume %s --node %s\n", text.s, site,
           node->node);
    ft_str_release(&text);
}

static void add_node(const char *site, const struct ft_node_out *node,
                     void *arg)
{
    json_object_array_add(arg, ft_node_out_json(site, node));
}

void ft_nodes_text_site(const struct ft_project *project, const char *site)
{
    each_of_site(project, site, print_node, NULL);
}

struct json_object *ft_nodes_json_site(const struct ft_project *project,
                                       const char *site)
{
    struct json_object *list = json_object_new_array();

    each_of_site(project, site, add_node, list);
    return list;
}

/* --- a run ---------------------------------------------------------------- */

static bool may_submit(const struct ft_run *run)
{
    return run->state == FT_RUN_RUNNING || run->state == FT_RUN_PAUSED ||
           run->state == FT_RUN_INTERRUPTED;
}

static void each_of_run(const struct ft_project *project,
                        const struct ft_run *run, use_node *use, void *arg)
{
    for (size_t i = 0; i < run->n_sites && may_submit(run); i++) {
        struct ft_diags diags = FT_DIAGS_INIT;
        struct ft_site *site =
            run->site_file[i] ? ft_site_read(run->site_file[i], &diags) : NULL;

        if (site)
            each_of_site(project, site->name, use, arg);
        ft_site_free(site);
        ft_diags_release(&diags);
    }
}

void ft_nodes_text_run(const struct ft_project *project,
                       const struct ft_run *run)
{
    each_of_run(project, run, print_node, NULL);
}

struct json_object *ft_nodes_json_run(const struct ft_project *project,
                                      const struct ft_run *run)
{
    struct json_object *list = json_object_new_array();

    each_of_run(project, run, add_node, list);
    return list;
}
