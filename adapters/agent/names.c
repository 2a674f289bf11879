/* names.c - paths of home's, and the same things here
 *
 * task.json and the command of an attempt were made where the files of the run
 * are.  Whatever names one of those that came here gets its path here.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/agent/agent.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/words.h"

void agent_names_add(struct names *names, const char *from, char *to)
{
    names->item = ft_grow(names->item, names->n, &names->cap,
                          sizeof(*names->item));
    names->item[names->n++] = (struct name){ ft_strdup(from), to };
}

/* The longest first: one path may begin with another. */
static int by_length(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    size_t m = strlen(x->from), n = strlen(y->from);

    return (m < n) - (m > n);
}

void agent_names_sort(struct names *names)
{
    qsort(names->item, names->n, sizeof(*names->item), by_length);
}

void agent_names_release(struct names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        free(names->item[i].from);
        free(names->item[i].to);
    }
    free(names->item);
}

/* Could a name go on with 'c'? */
static bool goes_on(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static const struct name *name_at(const struct names *names,
                                  const char *text)
{
    for (size_t i = 0; i < names->n; i++) {
        const char *from = names->item[i].from;

        if (*from && ft_starts_with(text, from) && !goes_on(text[strlen(from)]))
            return &names->item[i];
    }
    return NULL;
}

/* 'text' with the names of here; the caller frees. */
static char *translate(const struct names *names, const char *text)
{
    struct ft_str s = FT_STR_INIT;
    char last = '\0';

    while (*text) {
        const struct name *name = *text == '/' && !goes_on(last)
                                      ? name_at(names, text) : NULL;

        last = *text;
        ft_str_addn(&s, name ? name->to : text, name ? strlen(name->to) : 1);
        text += name ? strlen(name->from) : 1;
    }
    return s.s ? ft_str_take(&s) : ft_strdup("");
}

void agent_names_list(const struct names *names, char *const **list)
{
    struct ft_words words = { 0 };

    for (size_t i = 0; *list && (*list)[i]; i++)
        ft_words_add(&words, translate(names, (*list)[i]));
    ft_words_free((char **)*list);
    *list = words.item;
}

static void set_path(const struct names *names, struct json_object *obj,
                     const char *key)
{
    const char *path = ft_json_str_or(obj, key, NULL);
    char *here = path ? translate(names, path) : NULL;

    if (here)
        ft_json_add_str(obj, key, here);
    free(here);
}

void agent_names_task(const struct names *names, struct json_object *task)
{
    struct json_object *inputs = ft_json_or_null(task, "inputs");

    set_path(names, task, "restart");
    if (!json_object_is_type(inputs, json_type_object))
        return;
    json_object_object_foreach(inputs, name, list) {
        (void)name;
        for (size_t i = 0; json_object_is_type(list, json_type_array) &&
                           i < json_object_array_length(list); i++) {
            struct json_object *in = json_object_array_get_idx(list, i);

            set_path(names, in, "path");
            json_object_object_del(in, "stored"); /* it is not here */
        }
    }
}
