/* cmd_module_new.c - fedtwin module new: begin a module of one's own */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/open.h"
#include "cli/term.h"
#include "model/module.h"

#define STATUS_USAGE 2
#define TEMPLATE_MAX (1 << 20)
#define MARK "@MODULE@" /* in templates and in names of files: the module */

/* A file in share/templates, and where it goes in the project. */
struct part {
    const char *template, *path;
};

static const struct part python_parts[] = {
    { "python/module.yaml", "modules/" MARK ".yaml" },
    { "python/module.py", "modules/" MARK ".py" },
    { "python/example.yaml", MARK ".example.yaml" },
    { 0 },
};

static const struct kind {
    const char *name;
    const struct part *part;
    bool compiled; /* by 'make' in modules/NAME */
} kinds[] = {
    { "python", python_parts, false },
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    ft_print_error("there is no template in the language '%s'", name);
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        ft_print_hint("--language %s", kinds[i].name);
    return NULL;
}

/* 'text' with the name of the module put in; the caller frees. */
static char *fill_in(const char *text, const char *module)
{
    struct ft_str out = FT_STR_INIT;
    const char *mark;

    for (; (mark = strstr(text, MARK)); text = mark + strlen(MARK)) {
        ft_str_addn(&out, text, (size_t)(mark - text));
        ft_str_add(&out, module);
    }
    ft_str_add(&out, text);
    return ft_str_take(&out);
}

/* The path in the project that a part goes to; the caller frees. */
static char *part_path(const struct part *part, const char *dir,
                       const char *module)
{
    char *name = fill_in(part->path, module), *path = ft_path_join(dir, name);

    free(name);
    return path;
}

/* Nothing of it is there yet; the exit status. */
static int check_new(const struct kind *kind, const char *dir,
                     const char *module)
{
    bool found = false;

    for (const struct part *part = kind->part; part->path && !found; part++) {
        char *path = part_path(part, dir, module);

        found = ft_path_exists(path);
        if (found) {
            ft_print_error("'%s' is there already", path);
            ft_print_hint("choose another name, or remove it first");
        }
        free(path);
    }
    return found ? STATUS_USAGE : 0;
}

static int write_part(const struct part *part, const char *dir,
                      const char *module, struct ft_err *err)
{
    char *source = ft_path_join(ft_dirs()->templates, part->template);
    char *path = part_path(part, dir, module), *into = ft_path_dir(path);
    struct ft_str text = FT_STR_INIT;
    char *filled = NULL;
    int rc = -1;

    if (ft_file_read(source, TEMPLATE_MAX, &text, err) == 0 &&
        ft_path_mkdirs(into, 0777, err) == 0) {
        filled = fill_in(text.s, module);
        rc = ft_file_write(path, filled, strlen(filled), 0666, err);
    }
    free(filled);
    ft_str_release(&text);
    free(into);
    free(path);
    free(source);
    return rc;
}

/* Tell what is there now, or would be. */
static void print_parts(const struct kind *kind, const char *module)
{
    for (const struct part *part = kind->part; part->path; part++) {
        char *name = fill_in(part->path, module);

        printf("%s\n", name);
        free(name);
    }
}

static int write_all(const struct kind *kind, const char *dir,
                     const char *module)
{
    struct ft_err err;

    for (const struct part *part = kind->part; part->path; part++)
        if (write_part(part, dir, module, &err) < 0)
            return ft_print_err(&err);
    print_parts(kind, module);
    if (kind->compiled)
        ft_print_hint("compile it: make -C modules/%s", module);
    ft_print_hint("try it: fedtwin run %s.example.yaml", module);
    return 0;
}

int ft_cmd_module_new(struct ft_cli *cli)
{
    const char *module = ft_cli_arg(cli, 0);
    const char *language = ft_cli_option(cli, "language");
    const struct kind *kind = find_kind(language ? language : "python");
    struct ft_session s = FT_SESSION_INIT;
    int status;

    if (!kind)
        return STATUS_USAGE;
    if (!ft_module_name_valid(module)) {
        ft_print_error("'%s' is no name of a module", module);
        ft_print_hint("names joined by dots, such as solve.heat");
        return STATUS_USAGE;
    }
    status = ft_session_project(&s);
    if (!status)
        status = check_new(kind, s.project->dir, module);
    if (!status && ft_cli_has(cli, "dry-run"))
        print_parts(kind, module);
    else if (!status)
        status = write_all(kind, s.project->dir, module);
    ft_session_close(&s);
    return status;
}
