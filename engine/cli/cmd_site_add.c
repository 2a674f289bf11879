/* cmd_site_add.c - fedtwin site add: register a site file, or discover one */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "cli/site_text.h"
#include "cli/term.h"
#include "model/site.h"
#include "run/site/helper.h"
#include "text/doc.h"

#define STATUS_USAGE 2
#define STATUS_INVALID 3
#define PROBE_S 120.0 /* a site may be slow to count its nodes */

/* What is to be written: the text of a valid site file. */
struct draft {
    struct ft_str text;
    struct ft_site *site;
};

static void release_draft(struct draft *draft)
{
    ft_str_release(&draft->text);
    ft_site_free(draft->site);
}

/* Check the text that is there; the exit status. */
static int check_draft(struct draft *draft, const char *file)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    ft_site_free(draft->site);
    draft->site = ft_site_parse(file, draft->text.s, draft->text.len, &diags);
    ft_print_diags(&diags);
    ft_diags_release(&diags);
    return draft->site ? 0 : STATUS_INVALID;
}

static int read_file(const char *path, struct draft *draft)
{
    struct ft_err err;

    if (ft_file_read(path, FT_DOC_SIZE_MAX, &draft->text, &err) < 0)
        return ft_print_err(&err);
    return check_draft(draft, path);
}

/* --- discovery ------------------------------------------------------------ */

/* "KEY=VALUE" of --endpoint; false after printing that it is none. */
static bool add_endpoint(const char *given, struct ft_str *out)
{
    const char *equals = strchr(given, '=');

    if (!equals || equals == given) {
        ft_print_error("'%s' is not KEY=VALUE", given);
        ft_print_hint("for example --endpoint config=/etc/slurm/slurm.conf");
        return false;
    }
    ft_str_addf(out, "%s%.*s: ", out->len ? ", " : "",
                (int)(equals - given), given);
    ft_site_add_text(out, equals + 1);
    return true;
}

/* Has --endpoint said 'start', such as "config="? */
static bool has_endpoint(const struct ft_cli *cli, const char *start)
{
    for (int i = 0; i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "endpoint") == 0 &&
            ft_starts_with(cli->given[i].value, start))
            return true;
    return false;
}

/* What the command line says of where the scheduler is.  A configuration that
 * is in the environment now may not be there when the site is used. */
static bool add_endpoints(const struct ft_cli *cli, const char *adapter,
                          struct ft_str *out)
{
    const char *conf = getenv("SLURM_CONF");
    struct ft_str all = FT_STR_INIT;
    bool ok = true;

    for (int i = 0; i < cli->n_given && ok; i++)
        if (strcmp(cli->given[i].name, "endpoint") == 0)
            ok = add_endpoint(cli->given[i].value, &all);
    if (ok && conf && strcmp(adapter, "slurm") == 0 &&
        !has_endpoint(cli, "config=") &&
        !has_endpoint(cli, "transport=ssh")) {
        ft_str_addf(&all, "%sconfig: ", all.len ? ", " : "");
        ft_site_add_text(&all, conf);
    }
    if (all.len)
        ft_str_addf(out, "endpoint: {%s}\n", all.s);
    ft_str_release(&all);
    return ok;
}

/* The file as far as it is known before the adapter is asked. */
static int write_head(const struct ft_cli *cli, const char *name,
                      const char *doc, struct ft_str *out)
{
    const char *adapter = ft_cli_option(cli, "adapter");
    const char *program = ft_cli_option(cli, "program");
    const char *credential = ft_cli_option(cli, "credential");
    char when[FT_TIME_TEXT];

    ft_time_text(ft_clock_now_ns(), when);
    if (!adapter)
        adapter = program ? "program" : "slurm";
    ft_str_addf(out, "# Found by 'fedtwin site add --discover' on %.10s; "
                     "change it as you like.\n"
                     "fedtwin-site: 1\nsite: %s\n", when, name);
    if (doc) {
        ft_str_add(out, "doc: ");
        ft_site_add_text(out, doc);
        ft_str_addc(out, '\n');
    }
    ft_str_addf(out, "adapter: %s\n", adapter);
    if (program) {
        ft_str_add(out, "program: ");
        ft_site_add_text(out, program);
        ft_str_addc(out, '\n');
    }
    if (!add_endpoints(cli, adapter, out))
        return STATUS_USAGE;
    if (credential) {
        ft_str_add(out, "identity: {credential: ");
        ft_site_add_text(out, credential);
        ft_str_add(out, "}\n");
    }
    return 0;
}

/* "alpha, version 22.05.8"; the caller frees. */
static char *describe(struct json_object *found)
{
    const char *cluster = ft_json_str_or(found, "cluster", NULL);
    const char *version = ft_json_str_or(found, "version", NULL);

    return ft_asprintf("%s%s%s%s", cluster ? "cluster " : "",
                       cluster ? cluster : "a site",
                       version ? ", version " : "", version ? version : "");
}

static int probe(struct ft_session *s, const struct draft *draft,
                 struct json_object **found)
{
    struct json_object *request = json_object_new_object();
    struct ft_err err;

    ft_json_add_str(request, "op", "probe");
    if (ft_helper_ask_once(draft->site, s->project ? s->project->dir : NULL,
                           request, PROBE_S, found, &err) == 0)
        return 0;
    return ft_print_err(&err);
}

static int discover(struct ft_session *s, const struct ft_cli *cli,
                    struct draft *draft)
{
    struct json_object *found = NULL;
    struct ft_str head = FT_STR_INIT;
    char *doc = NULL;
    int status = write_head(cli, cli->arg[0], NULL, &draft->text);

    if (!status)
        status = check_draft(draft, "command line");
    if (!status && !ft_site_is_remote(draft->site)) {
        ft_print_error("'adapter: %s' has nothing to discover",
                       draft->site->adapter);
        status = STATUS_USAGE;
    }
    if (!status)
        status = probe(s, draft, &found);
    if (!status) {
        doc = describe(found);
        status = write_head(cli, cli->arg[0], doc, &head);
    }
    if (!status) {
        ft_str_cut(&draft->text, 0);
        ft_site_discovered(head.s, found, &draft->text);
        status = check_draft(draft, "what was found");
    }
    free(doc);
    ft_str_release(&head);
    json_object_put(found);
    return status;
}

/* --- where it goes -------------------------------------------------------- */

/* The level that --level says; -1 after printing that there is none. */
static int find_level(const struct ft_session *s, const struct ft_cli *cli)
{
    const char *text = ft_cli_option(cli, "level");

    if (!text)
        return s->project ? FT_SITE_PROJECT : FT_SITE_USER;
    for (int level = FT_SITE_PROJECT; level <= FT_SITE_SYSTEM; level++)
        if (strcmp(text, ft_site_level_names[level]) == 0)
            return level;
    ft_print_error("there is no level '%s'", text);
    ft_print_hint("project, user or system");
    return -1;
}

static int write_site(const struct draft *draft, const char *path,
                      struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int rc = -1;

    if (ft_path_exists(path))
        ft_err_set(err, FT_EEXIST, "'%s' exists already", path);
    else if (ft_path_mkdirs(dir, 0777, err) == 0)
        rc = ft_file_write(path, draft->text.s, draft->text.len, 0666, err);
    free(dir);
    return rc;
}

static int put(const struct ft_session *s, const struct ft_cli *cli,
               const struct draft *draft)
{
    int level = find_level(s, cli), status = 0;
    const char *name = draft->site->name;
    char *dir, *path;
    struct ft_err err;

    if (level < 0)
        return STATUS_USAGE;
    dir = ft_site_level_dir((enum ft_site_level)level,
                            s->project ? s->project->dir : NULL);
    if (!dir) {
        ft_print_error("%s", level == FT_SITE_PROJECT
                                 ? "this is not a project"
                                 : "there is no such directory of site files");
        return STATUS_USAGE;
    }
    path = ft_asprintf("%s/%s" FT_SITE_ENDING, dir, name);
    if (ft_cli_has(cli, "dry-run")) {
        fputs(draft->text.s, stdout);
        fprintf(stderr, "would write '%s'\n", path);
    } else if (write_site(draft, path, &err) < 0) {
        status = ft_print_err(&err);
        if (err.code == FT_EEXIST)
            ft_print_hint("'fedtwin site remove %s' puts it away", name);
    } else {
        printf("site '%s' is registered: %s\n", name, path);
        ft_print_hint("'fedtwin site test %s' tries it", name);
    }
    free(path);
    free(dir);
    return status;
}

int ft_cmd_site_add(struct ft_cli *cli)
{
    struct draft draft = { .text = FT_STR_INIT };
    struct ft_session s = FT_SESSION_INIT;
    const char *arg = cli->arg[0];
    int status;

    s.project = ft_project_open(NULL, NULL);
    if (strchr(arg, '/') || ft_ends_with(arg, FT_SITE_ENDING)) {
        status = read_file(arg, &draft);
    } else if (!ft_cli_has(cli, "discover")) {
        ft_print_error("'%s' is not the name of a file", arg);
        ft_print_hint("give a site file, or --discover to make one");
        status = STATUS_USAGE;
    } else if (!ft_name_valid(arg)) {
        ft_print_error("'%s' is not a name", arg);
        status = STATUS_USAGE;
    } else {
        status = discover(&s, cli, &draft);
    }
    if (!status && strcmp(draft.site->name, "local") == 0) {
        ft_print_error("'local' is this computer, whatever is registered");
        status = STATUS_USAGE;
    }
    if (!status)
        status = put(&s, cli, &draft);
    release_draft(&draft);
    ft_session_close(&s);
    return status;
}
