/* rerun_text.c - what a rerun found, for people and programs */
#include "cli/rerun_text.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/diff_parts.h"
#include "cli/ref_text.h"
#include "cli/term.h"

#define ID_SHOWN 12

static const char *recorded(const struct ft_rerun *rerun, const char *key)
{
    return ft_json_str_or(rerun->record, key, "");
}

const char *ft_rerun_determinism(const struct ft_rerun *rerun)
{
    const char *text = recorded(rerun, "determinism");

    return strcmp(text, "tolerance") == 0 || strcmp(text, "none") == 0
               ? text : "bitwise";
}

/* --- text ----------------------------------------------------------------- */

/* Wraps what ft_store_compare() found as a difference of objects has it. */
static void add_summary(const struct ft_rerun_output *out, struct ft_str *text)
{
    struct json_object *object;

    if (!out->compare) {
        ft_str_add(text, "what it was is gone, so that only the digests can "
                         "be compared");
        return;
    }
    object = json_object_new_object();
    json_object_object_add(object, "compare", json_object_get(out->compare));
    ft_diff_summary(object, text);
    json_object_put(object);
}

static void print_output(const struct ft_rerun_output *out)
{
    static const struct {
        enum ft_tone tone;
        const char *text;
    } how[] = {
        [FT_RERUN_IDENTICAL] = { FT_GREEN, "identical" },
        [FT_RERUN_WITHIN] = { FT_GREEN, "equal within the tolerances" },
        [FT_RERUN_DIFFERS] = { FT_RED, "differs" },
        [FT_RERUN_MISSING] = { FT_RED, "was not written this time" },
        [FT_RERUN_EXTRA] = { FT_RED, "was not written then" },
    };
    struct ft_str name = FT_STR_INIT, text = FT_STR_INIT;

    if (out->was)
        ft_ref_text(out->was, &name);
    else
        ft_str_add(&name, out->object);
    if (out->state == FT_RERUN_WITHIN || out->state == FT_RERUN_DIFFERS)
        add_summary(out, &text);
    printf("  %s: %s%s%s%s%s\n", name.s, ft_tone(stdout, how[out->state].tone),
           how[out->state].text, ft_tone(stdout, FT_PLAIN),
           text.len ? ": " : "", text.len ? text.s : "");
    ft_str_release(&text);
    ft_str_release(&name);
}

static void print_inputs(const struct ft_rerun *rerun)
{
    for (size_t i = 0; i < rerun->bound->n_in; i++) {
        const struct ft_bound_input *in = &rerun->bound->in[i];
        struct ft_str text = FT_STR_INIT;

        if (in->version) {
            ft_ref_text(in->version, &text);
            ft_str_addf(&text, ", version %.*s", ID_SHOWN, in->version->id);
        } else {
            ft_safe_text(in->path, strlen(in->path), &text);
        }
        printf("  in %s: %s\n", in->name, text.s);
        ft_str_release(&text);
    }
}

/* "heat[power=45 W] of run 20261121-…"; the record may be a stranger's. */
static void add_task(const struct ft_rerun *rerun, struct ft_str *out)
{
    const char *task = recorded(rerun, "task"), *run = recorded(rerun, "run");

    ft_safe_text(task, strlen(task), out);
    ft_str_add(out, " of run ");
    ft_safe_text(run, strlen(run), out);
}

static void print_dry(const struct ft_rerun *rerun)
{
    const char *module = recorded(rerun, "module");
    struct ft_str text = FT_STR_INIT;

    add_task(rerun, &text);
    ft_str_add(&text, ": ");
    ft_safe_text(module, strlen(module), &text);
    printf("would execute %s, determinism %s\n", text.s,
           ft_rerun_determinism(rerun));
    ft_str_release(&text);
    print_inputs(rerun);
    for (size_t i = 0; i < rerun->was.n; i++)
        printf("  out %s, version %.*s%s\n", rerun->was.item[i].object,
               ID_SHOWN, rerun->was.item[i].id,
               rerun->was.item[i].gone ? " (its payload is gone)" : "");
}

void ft_rerun_print(const struct ft_rerun_report *r)
{
    struct ft_str text = FT_STR_INIT;
    size_t n = r->back ? json_object_array_length(r->back) : 0;

    if (!r->ending) {
        print_dry(r->rerun);
        return;
    }
    add_task(r->rerun, &text);
    ft_str_add(&text, ": executed in ");
    ft_duration_text((double)(r->ending->end_ns - r->ending->start_ns) / 1e9,
                     &text);
    printf("%s\n", text.s);
    ft_str_release(&text);
    for (size_t i = 0; r->outputs && i < r->outputs->n; i++)
        print_output(&r->outputs->item[i]);
    for (size_t i = 0; i < n; i++)
        printf("  brought back version %.*s\n", ID_SHOWN,
               json_object_get_string(json_object_array_get_idx(r->back, i)));
    if (r->scratch)
        printf("  kept in %s\n", r->scratch);
}

/* --- JSON ----------------------------------------------------------------- */

static struct json_object *output_json(const struct ft_rerun_output *out)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "object", out->object);
    ft_json_add_str(obj, "state", ft_rerun_state_names[out->state]);
    if (out->was) {
        ft_json_add_str(obj, "version", out->was->id);
        ft_json_add_str(obj, "content", out->was->content);
        ft_json_add_bool(obj, "gone", out->was->gone);
    }
    if (*out->content)
        ft_json_add_str(obj, "new_content", out->content);
    if (out->compare)
        json_object_object_add(obj, "compare", json_object_get(out->compare));
    return obj;
}

static struct json_object *lines_json(const char *text)
{
    struct json_object *list = json_object_new_array();

    while (text && *text) {
        size_t len = strcspn(text, "\n");

        json_object_array_add(list,
                              json_object_new_string_len(text, (int)len));
        text += len + (text[len] == '\n');
    }
    return list;
}

static struct json_object *inputs_json(const struct ft_rerun *rerun)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < rerun->bound->n_in; i++) {
        const struct ft_bound_input *in = &rerun->bound->in[i];
        struct json_object *obj = json_object_new_object();

        ft_json_add_str(obj, "name", in->name);
        if (in->version) {
            ft_json_add_str(obj, "object", in->version->object);
            ft_json_add_str(obj, "version", in->version->id);
        } else {
            ft_json_add_str(obj, "path", in->path);
        }
        ft_json_add_str(obj, "content", in->content);
        json_object_array_add(list, obj);
    }
    return list;
}

struct json_object *ft_rerun_json(const struct ft_rerun_report *r)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_str(obj, "task", recorded(r->rerun, "task"));
    ft_json_add_str(obj, "run", recorded(r->rerun, "run"));
    ft_json_add_str(obj, "module", recorded(r->rerun, "module"));
    ft_json_add_str(obj, "determinism", ft_rerun_determinism(r->rerun));
    ft_json_add_bool(obj, "same_key", r->same_key);
    json_object_object_add(obj, "changes", lines_json(r->changes));
    json_object_object_add(obj, "inputs", inputs_json(r->rerun));
    ft_json_add_bool(obj, "executed", r->ending != NULL);
    if (r->ending) {
        ft_json_add_str(obj, "outcome", ft_outcome_names[r->ending->outcome]);
        ft_json_add_bool(obj, "reproduced", r->reproduced);
    }
    for (size_t i = 0; r->outputs && i < r->outputs->n; i++)
        json_object_array_add(list, output_json(&r->outputs->item[i]));
    json_object_object_add(obj, "outputs", list);
    json_object_object_add(obj, "brought_back",
                           r->back ? json_object_get(r->back)
                                   : json_object_new_array());
    if (r->scratch)
        ft_json_add_str(obj, "scratch", r->scratch);
    return obj;
}
