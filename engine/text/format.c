/* format.c - write a YAML text in its one canonical form */
#include "text/format.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/format_in.h"

/* --- the order of keys ---------------------------------------------------- */

/* The place of 'key' in the table; unknown ones come last. */
static size_t rank(const struct ft_field *table, const char *key)
{
    size_t i = 0;

    while (table[i].key && strcmp(table[i].key, key) != 0)
        i++;
    return i;
}

static void order(struct ft_piece *piece, const struct ft_field *table);

/* Elements of a list or map of mappings, or one mapping. */
static void order_value(struct ft_piece *piece, const struct ft_field *field)
{
    if (field->type == FT_FIELD_STRUCT) {
        order(piece, field->fields);
        return;
    }
    if ((field->type != FT_FIELD_LIST && field->type != FT_FIELD_MAP) ||
        field->of != FT_FIELD_STRUCT)
        return;
    for (size_t i = 0; i < piece->n; i++)
        order(piece->entry[i].value, field->fields);
}

static void order(struct ft_piece *piece, const struct ft_field *table)
{
    if (piece->form != FT_FORM_MAP || !table)
        return;
    for (size_t i = 1; i < piece->n; i++) {
        struct ft_entry e = piece->entry[i];
        size_t mine = rank(table, e.key->text), k = i;

        for (; k && rank(table, piece->entry[k - 1].key->text) > mine; k--)
            piece->entry[k] = piece->entry[k - 1];
        piece->entry[k] = e;
    }
    for (size_t i = 0; i < piece->n; i++) {
        size_t at = rank(table, piece->entry[i].key->text);

        if (table[at].key)
            order_value(piece->entry[i].value, &table[at]);
    }
}

/* --- the same meaning ----------------------------------------------------- */

/* Would the plain text be something else than text? */
static bool is_special(const struct ft_node *node)
{
    struct ft_node plain = *node;
    long long n;
    double x;
    bool b;

    plain.quoted = false;
    return ft_node_is_null(&plain) || ft_node_bool(&plain, &b) ||
           ft_node_int(&plain, &n) || ft_node_number(&plain, &x);
}

static bool same_scalar(const struct ft_node *a, const struct ft_node *b)
{
    if (ft_node_is_null(a) || ft_node_is_null(b))
        return ft_node_is_null(a) && ft_node_is_null(b);
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0 &&
           (a->quoted == b->quoted || !is_special(a));
}

static bool same_value(const struct ft_node *a, const struct ft_node *b,
                       const struct ft_field *field);

static bool same_struct(const struct ft_node *a, const struct ft_node *b,
                        const struct ft_field *table)
{
    for (size_t i = 0; i < a->n; i++) {
        const char *key = a->key[i]->text;
        const struct ft_node *other = ft_node_get(b, key);
        const struct ft_field *field = &table[rank(table, key)];

        if (!other ||
            !same_value(a->item[i], other, field->key ? field : NULL))
            return false;
    }
    return true;
}

static bool same_value(const struct ft_node *a, const struct ft_node *b,
                       const struct ft_field *field)
{
    const struct ft_field *table =
        field && field->type == FT_FIELD_STRUCT ? field->fields : NULL;
    bool of = field && field->of == FT_FIELD_STRUCT &&
              (field->type == FT_FIELD_LIST || field->type == FT_FIELD_MAP);

    if (a->kind != b->kind || a->n != b->n)
        return false;
    if (a->kind == FT_NODE_SCALAR)
        return same_scalar(a, b);
    if (table && a->kind == FT_NODE_MAP)
        return same_struct(a, b, table);
    for (size_t i = 0; i < a->n; i++) {
        if (a->kind == FT_NODE_MAP && !same_scalar(a->key[i], b->key[i]))
            return false;
        if (of ? !ft_format_same(a->item[i], b->item[i], field->fields)
               : !same_value(a->item[i], b->item[i], NULL))
            return false;
    }
    return true;
}

bool ft_format_same(const struct ft_node *a, const struct ft_node *b,
                    const struct ft_field *table)
{
    const struct ft_field whole = { .type = FT_FIELD_STRUCT,
                                    .fields = table };

    return same_value(a, b, &whole);
}

/* --- the way through ------------------------------------------------------ */

static size_t count_comments(const struct ft_piece *piece)
{
    size_t n = piece->tail.n;

    for (size_t i = 0; i < piece->n; i++)
        n += piece->entry[i].before.n + (piece->entry[i].behind != NULL) +
             count_comments(piece->entry[i].value);
    return n;
}

static void init(struct ft_format *f, const char *text, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf";

    *f = (struct ft_format){ .text = text, .len = len };
    if (len >= 3 && memcmp(text, mark, 3) == 0) {
        f->text += 3;
        f->len -= 3;
    }
    ft_format_read(f);
    ft_format_attach(f);
}

static void release(struct ft_format *f)
{
    ft_piece_free(f->root);
    free(f->head.item);
    free(f->line);
}

static size_t all_comments(const struct ft_format *f)
{
    return f->head.n + (f->root ? count_comments(f->root) : 0);
}

/* Nothing that people wrote may get lost, whatever this file does wrong. */
static int verify(const struct ft_doc *doc, const struct ft_format *f,
                  const struct ft_field *table, const struct ft_str *text,
                  struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *again = ft_doc_parse(ft_doc_file(doc), text->s, text->len,
                                        &diags);
    bool same = again && !diags.n_errors &&
                ft_format_same(ft_doc_root(doc), ft_doc_root(again), table);
    struct ft_format g;

    if (same) {
        init(&g, text->s, text->len);
        same = all_comments(&g) == all_comments(f);
        release(&g);
    }
    ft_doc_free(again);
    ft_diags_release(&diags);
    if (same)
        return 0;
    ft_err_set(err, FT_EDOC, "'%s' cannot be formatted without changing what "
               "it says", ft_doc_file(doc));
    return ft_err_hint(err, "write unusual YAML in it more simply");
}

int ft_format(const struct ft_doc *doc, const struct ft_field *table,
              struct ft_str *out, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_format f;
    size_t len;
    const char *source = ft_doc_text(doc, &len);
    int rc;

    init(&f, source, len);
    if (f.root && !f.anchors)
        order(f.root, table);
    ft_format_write(&f, &text);
    rc = verify(doc, &f, table, &text, err);
    if (rc == 0)
        ft_str_addn(out, text.s, text.len);
    release(&f);
    ft_str_release(&text);
    return rc;
}
