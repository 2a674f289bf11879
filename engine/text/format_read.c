/* format_read.c - from libyaml's events to a tree that keeps the style
 *
 * The document has been parsed before (doc.c), so that it has limits, no tags,
 * keys that are scalars, and no errors.
 */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "text/format_in.h"
#include "text/utf8.h"

struct reader {
    struct ft_format *f;
    yaml_parser_t yaml;
    struct ft_piece *open[FT_DOC_DEPTH_MAX + 1];
    int depth;
};

/* libyaml counts characters; everything here is in bytes. */
static size_t offset_of(const struct ft_format *f, yaml_mark_t mark)
{
    size_t line = mark.line < f->n_lines ? mark.line : f->n_lines;
    const char *start = f->text + f->line[line];

    return (size_t)(ft_utf8_skip(start, f->len - f->line[line], mark.column) -
                    f->text);
}

/* Behind the line break at 'at', or 0; libyaml knows five kinds. */
static size_t break_end(const struct ft_format *f, size_t at)
{
    uint32_t c = 0;
    size_t n = ft_utf8_next(f->text + at, f->len - at, &c);

    if (c == '\r' && at + 1 < f->len && f->text[at + 1] == '\n')
        return at + 2;
    return n && (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 ||
                 c == 0x2029) ? at + n : 0;
}

static void find_lines(struct ft_format *f)
{
    size_t cap = 0, start = 0;

    for (size_t at = 0, end; at < f->len; at = end) {
        end = break_end(f, at);
        if (!end) {
            end = at + 1;
            if (end < f->len)
                continue;
        }
        f->line = ft_grow(f->line, f->n_lines, &cap, sizeof(*f->line));
        f->line[f->n_lines++] = start;
        start = end;
    }
    f->line = ft_grow(f->line, f->n_lines, &cap, sizeof(*f->line));
    f->line[f->n_lines] = f->len;
}

static struct ft_piece *new_piece(struct reader *r, const yaml_event_t *event,
                                  enum ft_form form, const yaml_char_t *anchor)
{
    struct ft_piece *piece = ft_calloc(1, sizeof(*piece));

    piece->form = form;
    piece->begin = offset_of(r->f, event->start_mark);
    piece->end = offset_of(r->f, event->end_mark);
    piece->anchor = ft_strdup((const char *)anchor);
    r->f->anchors |= anchor != NULL;
    return piece;
}

static struct ft_piece *read_scalar(struct reader *r,
                                    const yaml_event_t *event)
{
    const yaml_scalar_style_t style = event->data.scalar.style;
    bool block = style == YAML_LITERAL_SCALAR_STYLE ||
                 style == YAML_FOLDED_SCALAR_STYLE;
    struct ft_piece *piece = new_piece(r, event,
                                       block ? FT_FORM_BLOCK : FT_FORM_QUOTED,
                                       event->data.scalar.anchor);

    if (style == YAML_PLAIN_SCALAR_STYLE)
        piece->form = FT_FORM_PLAIN;
    piece->folded = style == YAML_FOLDED_SCALAR_STYLE;
    piece->source_breaks = event->end_mark.line != event->start_mark.line;
    piece->len = event->data.scalar.length;
    piece->text = ft_strndup((const char *)event->data.scalar.value,
                             piece->len);
    return piece;
}

/* Put 'piece' where it belongs: the root, a key, a value, an item. */
static void place(struct reader *r, struct ft_piece *piece)
{
    struct ft_piece *in = r->depth ? r->open[r->depth - 1] : NULL;
    struct ft_entry *last = in && in->n ? &in->entry[in->n - 1] : NULL;

    if (!in) {
        r->f->root = piece;
        return;
    }
    if (in->form == FT_FORM_MAP && last && !last->value) {
        last->value = piece;
        return;
    }
    in->entry = ft_grow(in->entry, in->n, &in->cap, sizeof(*in->entry));
    last = &in->entry[in->n++];
    *last = (struct ft_entry){ 0 };
    if (in->form == FT_FORM_MAP)
        last->key = piece;
    else
        last->value = piece;
}

static void open_piece(struct reader *r, struct ft_piece *piece, bool flow)
{
    piece->flow = flow;
    place(r, piece);
    r->open[r->depth++] = piece;
}

static void on_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        place(r, read_scalar(r, event));
        break;
    case YAML_ALIAS_EVENT:
        place(r, new_piece(r, event, FT_FORM_ALIAS,
                           event->data.alias.anchor));
        break;
    case YAML_MAPPING_START_EVENT:
        open_piece(r, new_piece(r, event, FT_FORM_MAP,
                                event->data.mapping_start.anchor),
                   event->data.mapping_start.style ==
                       YAML_FLOW_MAPPING_STYLE);
        break;
    case YAML_SEQUENCE_START_EVENT:
        open_piece(r, new_piece(r, event, FT_FORM_LIST,
                                event->data.sequence_start.anchor),
                   event->data.sequence_start.style ==
                       YAML_FLOW_SEQUENCE_STYLE);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        r->open[--r->depth]->end = offset_of(r->f, event->end_mark);
        break;
    default:
        break;
    }
}

void ft_format_read(struct ft_format *f)
{
    struct reader r = { .f = f };
    yaml_event_t event;
    bool end = false;

    find_lines(f);
    if (!yaml_parser_initialize(&r.yaml))
        FT_BUG("libyaml has no memory");
    yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.yaml, (const unsigned char *)f->text,
                                 f->len);
    while (!end) {
        if (!yaml_parser_parse(&r.yaml, &event))
            FT_BUG("a text that was parsed before has an error now");
        end = event.type == YAML_STREAM_END_EVENT;
        on_event(&r, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&r.yaml);
}

void ft_piece_free(struct ft_piece *piece)
{
    if (!piece)
        return;
    for (size_t i = 0; i < piece->n; i++) {
        ft_piece_free(piece->entry[i].key);
        ft_piece_free(piece->entry[i].value);
        free(piece->entry[i].before.item);
    }
    free(piece->entry);
    free(piece->tail.item);
    free(piece->anchor);
    free(piece->text);
    free(piece);
}
