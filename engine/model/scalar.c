/* scalar.c - the value of one scalar of a document */
#include "model/scalar.h"

#include <ctype.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/field.h"

void ft_scalar_literal(const struct ft_node *node, struct ft_value *value)
{
    *value = (struct ft_value)FT_VALUE_INIT;
    if (ft_node_is_null(node))
        return;
    if (ft_node_bool(node, &value->boolean)) {
        value->kind = FT_VALUE_BOOL;
    } else if (ft_node_number(node, &value->number)) {
        value->kind = FT_VALUE_NUMBER;
    } else if (!node->quoted &&
               ft_quantity_parse(node->text, &value->quantity, NULL) == 0) {
        value->kind = FT_VALUE_QUANTITY;
    } else {
        value->kind = FT_VALUE_TEXT;
        value->text = ft_strdup(node->text);
    }
}

struct ft_mark ft_scalar_mark(const struct ft_doc *doc,
                              const struct ft_node *node, size_t offset)
{
    size_t len = 0;

    while (offset + len < node->len) {
        unsigned char c = (unsigned char)node->text[offset + len];

        if (!isalnum(c) && c != '_' && c != '.')
            break;
        len++;
    }
    return ft_node_mark_at(doc, node, offset, len ? len : 1);
}

void ft_err_place(struct ft_err *err, const struct ft_mark *mark)
{
    if (!err)
        return;
    snprintf(err->file, sizeof(err->file), "%s",
             mark->file ? mark->file : "");
    err->line = mark->line;
    err->col = mark->col;
}

int ft_scalar_eval(const struct ft_doc *doc, const struct ft_node *node,
                   const struct ft_scope *scope, struct ft_value *value,
                   struct ft_mark *at, struct ft_err *err)
{
    struct ft_template tpl = { 0 };
    size_t offset = 0;
    int rc;

    if (!ft_node_has_expr(node)) {
        ft_scalar_literal(node, value);
        return 0;
    }
    rc = ft_template_parse(node->text, node->len, &tpl, &offset, err);
    if (rc == 0) {
        rc = ft_template_eval(&tpl, scope, value, &offset, err);
        ft_template_release(&tpl);
    }
    if (rc < 0) {
        *at = ft_scalar_mark(doc, node, offset);
        ft_err_place(err, at);
    }
    return rc;
}
