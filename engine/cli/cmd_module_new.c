/* cmd_module_new.c - fedtwin module new: begin a module of one's own */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/open.h"
#include "cli/term.h"
#include "model/module.h"

#define STATUS_USAGE 2
#define STATUS_IO 4
#define TEMPLATE_MAX (1 << 20)
#define MARK "@MODULE@" /* in templates and in names of files: the module */
#define MARK_LIBRARY "@LIBRARY@" /* in templates: what it is linked with */

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

static const struct part c_parts[] = {
    { "c/module.yaml", "modules/" MARK ".yaml" },
    { "c/main.c", "modules/" MARK "/main.c" },
    { "c/Makefile", "modules/" MARK "/Makefile" },
    { "c/README.md", "modules/" MARK "/README.md" },
    { "c/example.yaml", MARK ".example.yaml" },
    { 0 },
};

static const struct part physics_parts[] = {
    { "physics/module.yaml", "modules/" MARK ".yaml" },
    { "physics/main.c", "modules/" MARK "/main.c" },
    { "c/Makefile", "modules/" MARK "/Makefile" },
    { "physics/README.md", "modules/" MARK "/README.md" },
    { "physics/example.yaml", MARK ".example.yaml" },
    { 0 },
};

static const struct kind {
    const char *language;
    bool physics;
    const struct part *part;
    const char *library; /* NULL: needs no 'make' in modules/NAME */
} kinds[] = {
    { "python", false, python_parts, NULL },
    { "c", false, c_parts, "fedtwin-stage" },
    { "c", true, physics_parts, "fedtwin-physics" },
};

/* 'language' may be NULL: the first that there is. */
static const struct kind *find_kind(const char *language, bool physics)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (kinds[i].physics == physics &&
            (!language || strcmp(kinds[i].language, language) == 0))
            return &kinds[i];
    ft_print_error("there is no template of a %s in the language '%s'",
                   physics ? "physics" : "module", language);
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (kinds[i].physics == physics)
            ft_print_hint("--language %s", kinds[i].language);
    return NULL;
}

/* What compiles it is there; the exit status. */
static int check_tools(void)
{
    const char *own = getenv("CC");
    char *cc = own && *own ? ft_strndup(own, strcspn(own, " ")) : NULL;
    const char *const tool[] = { "make", "pkg-config", cc ? cc : "cc" };
    int status = 0;

    for (size_t i = 0; i < FT_ARRAY_LEN(tool) && !status; i++) {
        char *path = strchr(tool[i], '/') ? ft_strdup(tool[i])
                                          : ft_path_search(tool[i]);

        if (!path || access(path, X_OK) < 0) {
            ft_print_error("a module in C cannot be compiled here: there is "
                           "no '%s'", tool[i]);
            ft_print_hint("install make, pkg-config and a C compiler; "
                          "CC=NAME is one that is not called cc");
            status = STATUS_IO;
        }
        free(path);
    }
    free(cc);
    return status;
}

/* 'text' with every 'mark' replaced; the caller frees. */
static char *replace(const char *text, const char *mark, const char *with)
{
    struct ft_str out = FT_STR_INIT;
    const char *found;

    for (; (found = strstr(text, mark)); text = found + strlen(mark)) {
        ft_str_addn(&out, text, (size_t)(found - text));
        ft_str_add(&out, with);
    }
    ft_str_add(&out, text);
    return ft_str_take(&out);
}

/* The text of a template for that module; the caller frees. */
static char *fill_in(const struct kind *kind, const char *text,
                     const char *module)
{
    char *named = replace(text, MARK, module);
    char *filled = replace(named, MARK_LIBRARY,
                           kind->library ? kind->library : "");

    free(named);
    return filled;
}

/* Where 'path' of a part is in the project; the caller frees. */
static char *path_in(const char *dir, const char *path, const char *module)
{
    char *name = replace(path, MARK, module), *whole = ft_path_join(dir, name);

    free(name);
    return whole;
}

static bool is_there(const char *dir, const char *path, const char *module)
{
    char *whole = path_in(dir, path, module);
    bool found = ft_path_exists(whole);

    if (found) {
        ft_print_error("'%s' is there already", whole);
        ft_print_hint("choose another name, or remove it first");
    }
    free(whole);
    return found;
}

/* Nothing of it is there yet; the exit status. */
static int check_new(const struct kind *kind, const char *dir,
                     const char *module)
{
    if (kind->library && is_there(dir, "modules/" MARK, module))
        return STATUS_USAGE;
    for (const struct part *part = kind->part; part->path; part++)
        if (is_there(dir, part->path, module))
            return STATUS_USAGE;
    return 0;
}

static int write_part(const struct kind *kind, const struct part *part,
                      const char *dir, const char *module, struct ft_err *err)
{
    char *source = ft_path_join(ft_dirs()->templates, part->template);
    char *path = path_in(dir, part->path, module), *into = ft_path_dir(path);
    struct ft_str text = FT_STR_INIT;
    char *filled = NULL;
    int rc = -1;

    if (ft_file_read(source, TEMPLATE_MAX, &text, err) == 0 &&
        ft_path_mkdirs(into, 0777, err) == 0) {
        filled = fill_in(kind, text.s, module);
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
        char *name = replace(part->path, MARK, module);

        printf("%s\n", name);
        free(name);
    }
}

static int write_all(const struct kind *kind, const char *dir,
                     const char *module)
{
    struct ft_err err;

    for (const struct part *part = kind->part; part->path; part++)
        if (write_part(kind, part, dir, module, &err) < 0)
            return ft_print_err(&err);
    print_parts(kind, module);
    if (kind->library)
        ft_print_hint("compile it: make -C modules/%s", module);
    ft_print_hint("try it: fedtwin run %s.example.yaml", module);
    return 0;
}

int ft_cmd_module_new(struct ft_cli *cli)
{
    const char *module = ft_cli_arg(cli, 0);
    const struct kind *kind = find_kind(ft_cli_option(cli, "language"),
                                        ft_cli_has(cli, "physics"));
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
    if (!status && kind->library)
        status = check_tools();
    if (!status && ft_cli_has(cli, "dry-run"))
        print_parts(kind, module);
    else if (!status)
        status = write_all(kind, s.project->dir, module);
    ft_session_close(&s);
    return status;
}
