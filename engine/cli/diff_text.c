/* diff_text.c - a difference as text for people */
#include "cli/diff_text.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/diff_parts.h"
#include "cli/term.h"

#define ID_SHOWN 12
#define DIGITS_SHOWN 6    /* of a number */
#define DIGITS_MAX 17
#define LINES_SHOWN 200   /* of a workflow's text */
#define PARAMS_SHOWN 50
#define CHANGES_SHOWN 20  /* of a stage */
#define DETAILS_SHOWN 20  /* objects */

/* --- pieces of JSON ------------------------------------------------------- */

size_t ft_diff_length(struct json_object *obj, const char *key)
{
    struct json_object *list = obj ? ft_json_or_null(obj, key) : NULL;

    return json_object_is_type(list, json_type_array)
               ? json_object_array_length(list) : 0;
}

struct json_object *ft_diff_item(struct json_object *obj, const char *key,
                                 size_t i)
{
    return i < ft_diff_length(obj, key)
               ? json_object_array_get_idx(ft_json_or_null(obj, key), i)
               : NULL;
}

/* A digest is cut to what tells it from others. */
static bool is_digest(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* On one line, whatever it holds. */
static void add_text(const char *text, size_t len, struct ft_str *out)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t n = end ? (size_t)(end - text) : len;

        ft_safe_text(text, n, out);
        if (!end)
            return;
        ft_str_add(out, "\\n");
        text = end + 1;
        len -= n + 1;
    }
}

/* "[3, 4]" */
static void add_list(struct json_object *list, struct ft_str *out)
{
    ft_str_addc(out, '[');
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const char *text =
            json_object_get_string(json_object_array_get_idx(list, i));

        ft_str_add(out, i ? ", " : "");
        add_text(text ? text : "-", text ? strlen(text) : 1, out);
    }
    ft_str_addc(out, ']');
}

void ft_diff_add(struct json_object *obj, const char *key, size_t i,
                 struct ft_str *out)
{
    struct json_object *item = ft_diff_item(obj, key, i);
    const char *text = json_object_get_string(item);

    if (!text)
        ft_str_addc(out, '-');
    else if (json_object_is_type(item, json_type_double))
        ft_str_addf(out, "%.*g", DIGITS_SHOWN, json_object_get_double(item));
    else if (json_object_is_type(item, json_type_array))
        add_list(item, out);
    else
        add_text(text, is_digest(text) ? ID_SHOWN : strlen(text), out);
}

/* Two numbers with as many digits as it takes to tell them apart. */
static bool add_numbers(struct json_object *a, struct json_object *b,
                        struct ft_str *out)
{
    char text[2][40];
    int digits = DIGITS_SHOWN;

    if (!json_object_is_type(a, json_type_double) ||
        !json_object_is_type(b, json_type_double))
        return false;
    do {
        snprintf(text[0], sizeof(text[0]), "%.*g", digits,
                 json_object_get_double(a));
        snprintf(text[1], sizeof(text[1]), "%.*g", digits,
                 json_object_get_double(b));
    } while (strcmp(text[0], text[1]) == 0 && digits++ < DIGITS_MAX);
    ft_str_addf(out, "%s -> %s", text[0], text[1]);
    return true;
}

void ft_diff_add_pair(struct json_object *obj, const char *key,
                      struct ft_str *out)
{
    if (add_numbers(ft_diff_item(obj, key, 0), ft_diff_item(obj, key, 1),
                    out))
        return;
    ft_diff_add(obj, key, 0, out);
    ft_str_add(out, " -> ");
    ft_diff_add(obj, key, 1, out);
}

static void print_more(const char *indent, size_t n, const char *what)
{
    if (n)
        printf("%s... and %zu more %s%s\n", indent, n, what,
               n == 1 ? "" : "s");
}

/* --- lines ---------------------------------------------------------------- */

static enum ft_tone tone_of(char sign)
{
    return sign == '-'   ? FT_RED
           : sign == '+' ? FT_GREEN
           : sign == '@' ? FT_CYAN
                         : FT_PLAIN;
}

void ft_diff_print_lines(struct json_object *text, const char *indent,
                         size_t max)
{
    const char *at = ft_json_str_or(text, "lines", "");
    size_t n = (size_t)ft_json_int_or(text, "lines_left_out", 0);
    struct ft_str line = FT_STR_INIT;

    for (size_t i = 0; *at; i++) {
        size_t len = strcspn(at, "\n");

        if (i < max) {
            ft_str_cut(&line, 0);
            ft_safe_text(at, len, &line);
            printf("%s%s%s%s\n", indent, ft_tone(stdout, tone_of(*at)),
                   line.s, ft_tone(stdout, FT_PLAIN));
        } else {
            n++;
        }
        at += len + (at[len] == '\n');
    }
    print_more(indent, n, "line");
    ft_str_release(&line);
}

/* --- sides ---------------------------------------------------------------- */

static void print_side(const char *sign, struct json_object *side)
{
    const char *kind = ft_json_str_or(side, "kind", "");
    const char *name = ft_json_str_or(side, "name", "");
    const char *time = ft_json_str_or(side, "time", NULL);
    const char *run = ft_json_str_or(side, "run", NULL);
    const char *file = ft_json_str_or(side, "workflow_file", NULL);
    bool is_id = strcmp(kind, "state") == 0 || strcmp(kind, "run") == 0;
    struct ft_str line = FT_STR_INIT;

    ft_str_addf(&line, "%s %s%s", sign, is_id ? kind : "", is_id ? " " : "");
    ft_safe_text(name, is_digest(name) ? ID_SHOWN : strlen(name), &line);
    if (time)
        ft_str_addf(&line, "  %.16sZ", time);
    if (run)
        ft_str_addf(&line, "  run %s", run);
    if (file && is_id) {
        ft_str_add(&line, "  of ");
        ft_safe_text(file, strlen(file), &line);
    }
    printf("%s%s%s\n", ft_tone(stdout, FT_BOLD), line.s,
           ft_tone(stdout, FT_PLAIN));
    ft_str_release(&line);
}

static void print_head(const char *text)
{
    printf("\n%s%s%s\n", ft_tone(stdout, FT_BOLD), text,
           ft_tone(stdout, FT_PLAIN));
}

/* --- parameters and workflow ---------------------------------------------- */

static void print_params(struct json_object *diff)
{
    size_t n = ft_diff_length(diff, "params");
    struct ft_table table;

    if (!n)
        return;
    print_head("parameters");
    ft_table_init(&table, 2, 0);
    for (size_t i = 0; i < n && i < PARAMS_SHOWN; i++) {
        struct json_object *param = ft_diff_item(diff, "params", i);
        struct ft_str text = FT_STR_INIT;

        ft_diff_add_pair(param, "values", &text);
        ft_table_add(&table, "  %s", ft_json_str_or(param, "name", ""));
        ft_table_add(&table, "%s", text.s);
        ft_str_release(&text);
    }
    ft_table_print(&table);
    print_more("  ", n > PARAMS_SHOWN ? n - PARAMS_SHOWN : 0, "parameter");
}

static void print_workflow(struct json_object *diff, bool names)
{
    struct json_object *workflow = ft_json_or_null(diff, "workflow");
    size_t n = ft_diff_length(workflow, "texts");

    if (!workflow || ft_json_bool_or(workflow, "same", true))
        return;
    print_head("workflow");
    for (size_t i = 0; i < n; i++) {
        struct json_object *text = ft_diff_item(workflow, "texts", i);
        struct ft_str path = FT_STR_INIT;
        const char *name = ft_json_str_or(text, "path", "");

        ft_safe_text(name, strlen(name), &path);
        printf("  %s: %lld removed, %lld added\n", path.s,
               (long long)ft_json_int_or(text, "removed", 0),
               (long long)ft_json_int_or(text, "added", 0));
        if (!names)
            ft_diff_print_lines(text, "  ", LINES_SHOWN);
        ft_str_release(&path);
    }
    if (!n)
        printf("  a file that it includes or uses differs\n");
}

/* --- what made them ------------------------------------------------------- */

static void print_stage(struct json_object *stage)
{
    size_t n = ft_diff_length(stage, "changes");
    int64_t tasks = ft_json_int_or(stage, "tasks", 0);
    int64_t read = ft_json_int_or(stage, "read", 0);

    printf("  %s", ft_json_str_or(stage, "stage", "?"));
    if (read < tasks)
        printf(" (%lld of %lld tasks looked at)", (long long)read,
               (long long)tasks);
    putchar('\n');
    for (size_t i = 0; i < n && i < CHANGES_SHOWN; i++) {
        struct json_object *change = ft_diff_item(stage, "changes", i);
        int64_t holds = ft_json_int_or(change, "tasks", 0);
        struct ft_str text = FT_STR_INIT;

        ft_diff_add_pair(change, "values", &text);
        printf("    %s: %s", ft_json_str_or(change, "what", "?"), text.s);
        if (read > 1)
            printf("  (%lld of %lld)", (long long)holds, (long long)read);
        putchar('\n');
        ft_str_release(&text);
    }
    print_more("    ", n > CHANGES_SHOWN ? n - CHANGES_SHOWN : 0, "change");
}

static void print_recipes(struct json_object *diff)
{
    size_t n = ft_diff_length(diff, "recipes");

    if (n)
        print_head("what made them");
    for (size_t i = 0; i < n; i++)
        print_stage(ft_diff_item(diff, "recipes", i));
}

/* --- objects -------------------------------------------------------------- */

static void print_counts(struct json_object *objects)
{
    static const struct {
        const char *key, *text;
    } row[] = {
        { "differs", "differ" },  { "added", "added" },
        { "removed", "removed" }, { "within", "equal within the tolerances" },
        { "same", "the same" },
    };
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++) {
        int64_t n = ft_json_int_or(objects, row[i].key, 0);

        if (n)
            ft_str_addf(&text, "%s%lld %s", text.len ? ", " : "",
                        (long long)n, row[i].text);
    }
    printf("\n%sobjects%s: %s\n", ft_tone(stdout, FT_BOLD),
           ft_tone(stdout, FT_PLAIN), text.len ? text.s : "none");
    ft_str_release(&text);
}

static void print_list(struct json_object *objects)
{
    size_t n = ft_diff_length(objects, "list");
    struct ft_table table;

    if (!n)
        return;
    ft_table_init(&table, 4, 0);
    for (size_t i = 0; i < n; i++) {
        struct json_object *object = ft_diff_item(objects, "list", i);
        struct ft_str text = FT_STR_INIT;
        const char *name = ft_json_str_or(object, "name", "");

        ft_safe_text(name, strlen(name), &text);
        ft_table_add(&table, "  %s", text.s);
        ft_table_add(&table, "%s", ft_json_str_or(object, "state", ""));
        ft_table_add(&table, "%s", ft_json_str_or(object, "type", ""));
        ft_str_cut(&text, 0);
        ft_diff_summary(object, &text);
        ft_table_add(&table, "%s", text.s);
        ft_str_release(&text);
    }
    ft_table_print(&table);
    print_more("  ", (size_t)ft_json_int_or(objects, "left_out", 0),
               "object");
}

static void print_details(struct json_object *objects)
{
    size_t n = ft_diff_length(objects, "list"), shown = 0, left_out = 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *object = ft_diff_item(objects, "list", i);

        if (!ft_json_or_null(object, "compare"))
            continue;
        if (shown++ < DETAILS_SHOWN)
            ft_diff_print_object(object);
        else
            left_out++;
    }
    if (left_out)
        putchar('\n');
    print_more("", left_out, "object");
}

/* -------------------------------------------------------------------------- */

static bool is_empty(struct json_object *diff)
{
    struct json_object *objects = ft_json_or_null(diff, "objects");

    return ft_json_bool_or(diff, "same", false) &&
           !ft_diff_length(diff, "recipes") &&
           !ft_diff_length(objects, "list");
}

void ft_diff_print(struct json_object *diff, bool names)
{
    struct json_object *objects = ft_json_or_null(diff, "objects");

    if (is_empty(diff))
        return;
    print_side("---", ft_json_or_null(diff, "a"));
    print_side("+++", ft_json_or_null(diff, "b"));
    print_params(diff);
    print_workflow(diff, names);
    print_recipes(diff);
    if (!objects)
        return;
    print_counts(objects);
    print_list(objects);
    if (!names)
        print_details(objects);
}
