/* fuzz_yaml.c - any bytes are a document or diagnostics, never a crash */
#include "t/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "text/doc.h"

/* Every place must be one; a value that is missing at the end may stand in the
 * line after the last. */
static void walk(const struct ft_doc *doc, const struct ft_node *node,
                 size_t *budget)
{
    size_t size;

    if (!*budget)
        return;
    --*budget;
    ft_doc_text(doc, &size);
    if (node->mark.line < 1 || node->mark.col < 1 ||
        (size_t)node->mark.line > size + 1)
        FT_BUG("node without a place");
    for (size_t i = 0; i < node->n; i++)
        walk(doc, node->item[i], budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_str text = FT_STR_INIT;
    size_t budget = 100000;
    struct ft_doc *doc;

    doc = ft_doc_parse("input.yaml", (const char *)data, size, &diags);
    if (doc && ft_doc_root(doc))
        walk(doc, ft_doc_root(doc), &budget);
    if (!doc && !diags.n_errors)
        FT_BUG("no document and no reason");
    ft_diags_sort(&diags);
    for (size_t i = 0; i < diags.len; i++)
        ft_diag_text(&diags.item[i], i % 2, &text);
    json_object_put(ft_diags_json(&diags));
    ft_str_release(&text);
    ft_diags_release(&diags);
    ft_doc_free(doc);
    return 0;
}
