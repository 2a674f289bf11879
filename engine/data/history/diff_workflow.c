/* diff_workflow.c - a workflow as a side, and how the texts of two differ */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/linediff.h"
#include "data/history/diff_in.h"
#include "model/workflow.h"
#include "text/doc.h"

#define LINES_MAX 2000 /* of one text */

void ft_diff_side_workflow(const struct ft_workflow *wf,
                           struct ft_diff_side *side)
{
    size_t len;

    *side = (struct ft_diff_side){
        .kind = FT_DIFF_FILE,
        .name = ft_strdup(wf->file),
        .workflow_file = ft_strdup(wf->file),
        .workflow = ft_strdup(wf->digest),
        .text = ft_strdup(ft_doc_text(wf->doc, &len)),
        .more = ft_workflow_texts_below(wf),
        .params = ft_workflow_params_json(wf),
    };
}

static struct json_object *text_or_null(const char *text)
{
    return text && *text ? json_object_new_string(text) : NULL;
}

/* How one file differs; NULL texts: it is not there. */
static void add_text(struct json_object *list, const char *path,
                     const char *a, const char *b)
{
    struct json_object *out;
    struct ft_linediff counts;
    struct ft_str lines = FT_STR_INIT;

    if (a && b && strcmp(a, b) == 0)
        return;
    out = json_object_new_object();
    ft_linediff(a ? a : "", a ? strlen(a) : 0, b ? b : "", b ? strlen(b) : 0,
                LINES_MAX, &lines, &counts);
    ft_json_add_str(out, "path", path);
    ft_json_add_str(out, "state", !a ? "added" : !b ? "removed" : "changed");
    ft_json_add_int(out, "removed", (int64_t)counts.removed);
    ft_json_add_int(out, "added", (int64_t)counts.added);
    ft_json_add_str(out, "lines", lines.s);
    ft_json_add_int(out, "lines_left_out", (int64_t)counts.left_out);
    json_object_array_add(list, out);
    ft_str_release(&lines);
}

/* The text of the file 'path' in [[path, text], …]. */
static const char *find_text(struct json_object *more, const char *path)
{
    for (size_t i = 0; more && i < json_object_array_length(more); i++) {
        struct json_object *pair = json_object_array_get_idx(more, i);
        const char *name = ft_json_at_or(pair, 0, NULL);

        if (name && strcmp(name, path) == 0)
            return ft_json_at_or(pair, 1, NULL);
    }
    return NULL;
}

/* The files that a workflow includes and uses. */
static void add_more(struct json_object *list, struct json_object *a,
                     struct json_object *b)
{
    for (size_t i = 0; a && i < json_object_array_length(a); i++) {
        struct json_object *pair = json_object_array_get_idx(a, i);
        const char *path = ft_json_at_or(pair, 0, NULL);

        if (path)
            add_text(list, path, ft_json_at_or(pair, 1, NULL),
                     find_text(b, path));
    }
    for (size_t i = 0; b && i < json_object_array_length(b); i++) {
        struct json_object *pair = json_object_array_get_idx(b, i);
        const char *path = ft_json_at_or(pair, 0, NULL);

        if (path && !find_text(a, path))
            add_text(list, path, NULL, ft_json_at_or(pair, 1, NULL));
    }
}

struct json_object *ft_diff_workflow(const struct ft_diff_side *a,
                                     const struct ft_diff_side *b)
{
    struct json_object *out = json_object_new_object();
    struct json_object *list = json_object_new_array();
    bool same = strcmp(a->workflow, b->workflow) == 0;
    const char *name = b->workflow_file && *b->workflow_file
                           ? b->workflow_file : a->workflow_file;

    ft_json_add_bool(out, "same", same);
    json_object_object_add(out, "digests",
                           ft_diff_pair(text_or_null(a->workflow),
                                        text_or_null(b->workflow)));
    json_object_object_add(out, "files",
                           ft_diff_pair(text_or_null(a->workflow_file),
                                        text_or_null(b->workflow_file)));
    if (!same) {
        if (a->text || b->text)
            add_text(list, name ? name : "", a->text, b->text);
        if (a->more && b->more)
            add_more(list, a->more, b->more);
    }
    json_object_object_add(out, "texts", list);
    return out;
}
