/* settings.c - what can be configured, and where a value came from */
#include "cli/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "data/store/project.h"
#include "text/doc.h"
#include "text/field.h"

const struct ft_setting_row ft_settings[] = {
    { "color", FT_FIELD_TEXT, "auto", "FEDTWIN_COLOR",
      "auto, always or never" },
    { "jobs", FT_FIELD_INT, "0", "FEDTWIN_JOBS",
      "cores that the local site may use; 0: all of the machine" },
    { "keep-going", FT_FIELD_BOOL, "false", "FEDTWIN_KEEP_GOING",
      "after a failure, go on with whatever does not depend on it" },
    { "pool", FT_FIELD_BOOL, "true", "FEDTWIN_POOL",
      "keep MPI programs that can serve alive between tasks" },
    { "python", FT_FIELD_TEXT, "", "FEDTWIN_PYTHON",
      "interpreter of python: stages; empty: the one fedtwin was built with" },
    { "module-path", FT_FIELD_TEXT, "", "FEDTWIN_MODULE_PATH",
      "further directories of modules, separated by ':'" },
    { "index-dir", FT_FIELD_TEXT, "", "FEDTWIN_INDEX_DIR",
      "keep indexes here, for projects on a parallel file system" },
    { "store.quota", FT_FIELD_QUANTITY, "", "FEDTWIN_STORE_QUOTA",
      "what the results of a project may take, such as '100 GiB'; empty: no "
      "limit" },
    { "store.ballast", FT_FIELD_QUANTITY, "64 MiB", "FEDTWIN_STORE_BALLAST",
      "space that is kept for cleaning up on a full disk; at most 1 % of what "
      "is free" },
    { .key = NULL },
};

#define N_SOURCES 3

/* The files, read once on first use; they live as long as the process. */
static struct {
    bool loaded;
    char *path[N_SOURCES]; /* project, user, system; NULL: there is none */
    struct ft_doc *doc[N_SOURCES];
    struct ft_str problems;
    bool exported[FT_ARRAY_LEN(ft_settings)]; /* the variable is ours */
} files = { .problems = FT_STR_INIT };

static char *project_file(void)
{
    struct ft_project *project = ft_project_open(NULL, NULL);
    char *path = NULL;

    if (project)
        path = ft_path_join(project->meta, "config.yaml");
    ft_project_close(project);
    return path;
}

static char *user_file(void)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");

    if (xdg && xdg[0] == '/')
        return ft_path_join(xdg, "fedtwin/config.yaml");
    return home ? ft_path_join(home, ".config/fedtwin/config.yaml") : NULL;
}

/* Check a file of settings; an empty one is fine. */
static void check_file(const struct ft_doc *doc, struct ft_diags *diags)
{
    struct ft_field field[FT_ARRAY_LEN(ft_settings)] = { 0 };

    for (size_t i = 0; ft_settings[i].key; i++)
        field[i] = (struct ft_field){ .key = ft_settings[i].key,
                                      .type = ft_settings[i].type,
                                      .unit = "byte", /* of a quantity */
                                      .doc = ft_settings[i].doc };
    if (!ft_node_is_null(ft_doc_root(doc)))
        ft_fields_check(doc, ft_doc_root(doc), field, "the settings", diags);
}

static struct ft_doc *read_file(const char *path, struct ft_str *problems)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc;

    if (!path || !ft_path_exists(path))
        return NULL;
    doc = ft_doc_read(path, &diags);
    if (doc)
        check_file(doc, &diags);
    for (size_t i = 0; i < diags.len; i++)
        ft_diag_text(&diags.item[i], false, problems);
    if (diags.n_errors) {
        ft_doc_free(doc);
        doc = NULL;
    }
    ft_diags_release(&diags);
    return doc;
}

static void load(void)
{
    if (files.loaded)
        return;
    files.loaded = true;
    files.path[0] = project_file();
    files.path[1] = user_file();
    files.path[2] = ft_strdup("/etc/xdg/fedtwin/config.yaml");
    for (int i = 0; i < N_SOURCES; i++)
        files.doc[i] = read_file(files.path[i], &files.problems);
}

static const struct ft_setting_row *find_row(const char *key)
{
    const struct ft_setting_row *row = ft_settings;

    while (row->key && strcmp(row->key, key) != 0)
        row++;
    if (!row->key)
        FT_BUG("no setting '%s'", key);
    return row;
}

static const char *find(const char *key, const char **origin)
{
    const struct ft_setting_row *row = find_row(key);
    const char *value = getenv(row->env);

    *origin = "environment";
    if (value && *value && !files.exported[row - ft_settings])
        return value;
    load();
    for (int i = 0; i < N_SOURCES; i++) {
        const struct ft_node *root =
            files.doc[i] ? ft_doc_root(files.doc[i]) : NULL;
        const struct ft_node *node = ft_node_get(root, key);

        *origin = files.path[i];
        if (node)
            return node->text;
    }
    *origin = "default";
    return row->deflt;
}

const char *ft_setting_text(const char *key)
{
    const char *origin;

    return find(key, &origin);
}

const char *ft_setting_origin(const char *key)
{
    const char *origin;

    find(key, &origin);
    return origin;
}

long ft_setting_number(const char *key, long fallback)
{
    const char *text = ft_setting_text(key);
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    return errno || end == text || *end ? fallback : n;
}

bool ft_setting_bool(const char *key)
{
    const char *text = ft_setting_text(key);

    return strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

const char *ft_settings_problems(void)
{
    load();
    return files.problems.s;
}

void ft_settings_export(void)
{
    static const char *const key[] = { "python", "module-path", "index-dir",
                                       "store.quota", "store.ballast" };

    for (size_t i = 0; i < FT_ARRAY_LEN(key); i++) {
        const struct ft_setting_row *row = find_row(key[i]);
        const char *origin, *text = find(key[i], &origin);

        if (!*text || strcmp(origin, "environment") == 0)
            continue;
        setenv(row->env, text, 1);
        files.exported[row - ft_settings] = true;
    }
}

/* --- writing -------------------------------------------------------------- */

/* A YAML scalar that reads back as 'value': single quotes when in doubt. */
static void add_scalar(struct ft_str *out, const char *value)
{
    size_t plain = strspn(value, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./");

    if (*value && !value[plain]) {
        ft_str_add(out, value);
        return;
    }
    ft_str_addc(out, '\'');
    for (; *value; value++) {
        if (*value == '\'')
            ft_str_addc(out, '\'');
        ft_str_addc(out, *value);
    }
    ft_str_addc(out, '\'');
}

/* Everything of the old file but 'key', then 'key': comments stay. */
static void add_other_lines(struct ft_str *out, const char *text,
                            const char *key)
{
    size_t len = strlen(key);

    while (*text) {
        size_t line = strcspn(text, "\n");

        line += text[line] == '\n';
        if (strncmp(text, key, len) != 0 || text[len] != ':')
            ft_str_addn(out, text, line);
        text += line;
    }
    if (out->len && out->s[out->len - 1] != '\n')
        ft_str_addc(out, '\n');
}

static int check_text(const char *path, const struct ft_str *text,
                      struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = ft_doc_parse(path, text->s, text->len, &diags);
    int rc = 0;

    if (doc)
        check_file(doc, &diags);
    if (diags.n_errors)
        rc = ft_diags_to_err(&diags, err);
    ft_doc_free(doc);
    ft_diags_release(&diags);
    return rc;
}

int ft_setting_write(bool user, const char *key, const char *value,
                     struct ft_err *err)
{
    struct ft_str old = FT_STR_INIT, text = FT_STR_INIT;
    const char *path;
    char *dir = NULL;
    int rc = -1;

    load();
    path = files.path[user ? 1 : 0];
    if (!path)
        return ft_err_set(err, FT_ENOENT, "%s",
                          user ? "there is no home directory"
                               : "this is not a project");
    if (ft_path_exists(path) && ft_file_read(path, FT_DOC_SIZE_MAX, &old,
                                             err) < 0)
        goto done;
    add_other_lines(&text, old.s, key);
    ft_str_addf(&text, "%s: ", key);
    add_scalar(&text, value);
    ft_str_addc(&text, '\n');
    dir = ft_path_dir(path);
    if (check_text(path, &text, err) < 0 ||
        ft_path_mkdirs(dir, 0777, err) < 0 ||
        ft_file_write(path, text.s, text.len, 0666, err) < 0)
        goto done;
    rc = 0;
done:
    free(dir);
    ft_str_release(&old);
    ft_str_release(&text);
    return rc;
}
