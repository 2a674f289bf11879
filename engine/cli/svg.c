/* svg.c - a picture as SVG */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/markup.h"
#include "cli/picture.h"

#define PAD 14.0
#define BOX_WIDTH_MIN 90.0
#define TEXT_SHOWN_MAX 34 /* characters of a line */
#define BAR_HEIGHT 5.0

static const double font_size[FT_PICTURE_LINES] = { 14, 11.5, 11.5 };
static const double line_height[FT_PICTURE_LINES] = { 18, 15, 15 };

/* Colours by what they mean; 'kind' of a box or a part is the class.  Without
 * CSS variables, which many programs that show SVG do not know. */
#define COLOURS(paper, ink, soft, line, box, edge)                           \
    ".ftp .paper{fill:" paper "}.ftp .name{fill:" ink "}\n"                  \
    ".ftp .more,.ftp .label{fill:" soft "}.ftp .label{stroke:" paper "}\n"   \
    ".ftp .line{stroke:" line "}.ftp .tip{fill:" line "}\n"                  \
    ".ftp .box{fill:" box ";stroke:" edge "}\n"
#define KINDS(ok, cached, run, bad, wait, skip, file)                        \
    ".ftp .ok{fill:" ok "}.ftp .cached{fill:" cached "}.ftp .run{fill:" run   \
    "}\n.ftp .bad{fill:" bad "}.ftp .wait{fill:" wait "}.ftp .skip{fill:"    \
    skip "}.ftp .file{fill:" file "}\n"

const char ft_picture_style[] =
    ".ftp{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"DejaVu Sans\",sans-serif}\n"
    ".ftp .name{font-weight:600}\n"
    ".ftp .label{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}\n"
    ".ftp .line{fill:none;stroke-width:1.4}.ftp .dashed{stroke-dasharray:5 4}\n"
    COLOURS("#fff", "#1d2733", "#5b6b7c", "#8b9aab", "#f6f8fa", "#c3cdd8")
    KINDS("#2e9e5b", "#2a9fb8", "#2f6fde", "#d23f3f", "#b6c0cb", "#d6d3c4",
          "#9a7bd0")
    "@media (prefers-color-scheme:dark){\n"
    COLOURS("#10161d", "#e6edf3", "#9fb0c0", "#6c7d8f", "#1a232d", "#384654")
    KINDS("#3fb56f", "#35b4cf", "#5b93f5", "#f06a6a", "#56636f", "#5d5a4b",
          "#b094e6")
    "}\n";

/* --- building ------------------------------------------------------------- */

struct ft_picture *ft_picture_new(const char *title, const char *about)
{
    struct ft_picture *p = ft_calloc(1, sizeof(*p));

    p->title = ft_strdup(title);
    p->about = ft_strdup(about);
    return p;
}

void ft_picture_free(struct ft_picture *p)
{
    if (!p)
        return;
    for (size_t b = 0; b < p->n_boxes; b++)
        for (int i = 0; i < FT_PICTURE_LINES; i++)
            free(p->box[b].line[i]);
    for (size_t a = 0; a < p->n_arrows; a++)
        free(p->arrow[a].label);
    free(p->box);
    free(p->arrow);
    free(p->line);
    free(p->label);
    free(p->title);
    free(p->about);
    free(p);
}

/* Bytes of the character at 's', which may be broken. */
static size_t character(const char *s)
{
    size_t n = 1;

    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static double character_width(const char *s)
{
    if ((unsigned char)*s >= 0xe1) /* most scripts of wide characters */
        return 1.05;
    if (strchr("mwMW@%", *s))
        return 0.98;
    if (strchr("ijlI.,:;|!'()[] ", *s))
        return 0.42;
    return *s >= 'A' && *s <= 'Z' ? 0.76 : 0.66;
}

double ft_picture_text_width(const char *text)
{
    double width = 0;

    for (; *text; text += character(text))
        width += character_width(text);
    return width;
}

/* Long texts lose their middle: their ends tell them apart. */
static char *shorten(const char *text)
{
    size_t n = 0, at = 0;
    struct ft_str out = FT_STR_INIT;

    for (const char *c = text; *c; c += character(c))
        n++;
    for (const char *c = text; *c; c += character(c), at++) {
        if (n <= TEXT_SHOWN_MAX || at < TEXT_SHOWN_MAX / 2 ||
            at >= n - TEXT_SHOWN_MAX / 2 + 1)
            ft_str_addn(&out, c, character(c));
        else if (at == TEXT_SHOWN_MAX / 2)
            ft_str_add(&out, "…");
    }
    return ft_str_take(&out);
}

size_t ft_picture_add(struct ft_picture *p, const char *name,
                      const char *what, const char *count)
{
    const char *text[FT_PICTURE_LINES] = { name, what, count };
    struct ft_picture_box *box;

    p->box = ft_grow(p->box, p->n_boxes, &p->cap_boxes, sizeof(*p->box));
    box = &p->box[p->n_boxes];
    *box = (struct ft_picture_box){ .width = BOX_WIDTH_MIN, .height = 16 };
    for (int i = 0; i < FT_PICTURE_LINES; i++) {
        double width;

        if (!text[i])
            continue;
        box->line[i] = shorten(text[i]);
        width = ft_picture_text_width(box->line[i]) * font_size[i] + 2 * PAD;
        box->width = width > box->width ? width : box->width;
        box->height += line_height[i];
    }
    return p->n_boxes++;
}

void ft_picture_connect(struct ft_picture *p, size_t from, size_t to,
                        const char *label, bool dashed)
{
    p->arrow = ft_grow(p->arrow, p->n_arrows, &p->cap_arrows,
                       sizeof(*p->arrow));
    p->arrow[p->n_arrows++] = (struct ft_picture_arrow){
        from, to, shorten(label), dashed,
    };
}

/* --- writing -------------------------------------------------------------- */

static void add_line(const struct ft_picture_line *line, struct ft_str *out)
{
    double end = line->x3 - (line->head ? 6 : 0);
    double bend = (end - line->x2) / 2;

    ft_str_addf(out, "<path class=\"line%s\" d=\"M%.1f %.1f H%.1f C%.1f %.1f "
                     "%.1f %.1f %.1f %.1f", line->dashed ? " dashed" : "",
                line->x1, line->y1, line->x2, line->x2 + bend, line->y1,
                end - bend, line->y3, end, line->y3);
    if (line->x4 > line->x3)
        ft_str_addf(out, " H%.1f", line->x4);
    ft_str_add(out, "\"/>\n");
    if (line->head)
        ft_str_addf(out, "<path class=\"tip\" d=\"M%.1f %.1f l-8 -4 v8 z\"/>"
                         "\n", line->x3, line->y3);
}

static void add_bar(const struct ft_picture_box *box, struct ft_str *out)
{
    double x = box->x + PAD, width = box->width - 2 * PAD;

    for (size_t i = 0; i < box->n_parts; i++) {
        double w = box->part[i].share * width;

        if (w <= 0)
            continue;
        ft_str_addf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
                         "width=\"%.1f\" height=\"%.0f\"/>", box->part[i].kind,
                    x, box->y + box->height - BAR_HEIGHT - 4, w, BAR_HEIGHT);
        x += w;
    }
}

static void add_box(const struct ft_picture_box *box, struct ft_str *out)
{
    double y = box->y + 6, text_height = 0;

    for (int i = 0; i < FT_PICTURE_LINES; i++)
        text_height += box->line[i] ? line_height[i] : 0;
    if (text_height + 16 < box->height) /* made taller for its arrows */
        y += (box->height - text_height - 16) / 2;
    ft_str_add(out, "<g><title>");
    for (int i = 0; i < FT_PICTURE_LINES; i++)
        if (box->line[i]) {
            ft_str_add(out, i ? ", " : "");
            ft_markup_text(out, box->line[i]);
        }
    ft_str_addf(out, "</title><rect class=\"box\" x=\"%.1f\" y=\"%.1f\" "
                     "width=\"%.1f\" height=\"%.1f\" rx=\"7\"/>", box->x,
                box->y, box->width, box->height);
    if (box->kind)
        ft_str_addf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
                         "width=\"4\" height=\"%.1f\" rx=\"2\"/>", box->kind,
                    box->x + 3, box->y + 6, box->height - 12);
    for (int i = 0; i < FT_PICTURE_LINES; i++) {
        if (!box->line[i])
            continue;
        ft_str_addf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
                         "font-size=\"%g\">", i ? "more" : "name",
                    box->x + PAD, y + line_height[i] - 4, font_size[i]);
        ft_markup_text(out, box->line[i]);
        ft_str_add(out, "</text>");
        y += line_height[i];
    }
    add_bar(box, out);
    ft_str_add(out, "</g>\n");
}

static void add_head(const struct ft_picture *p, bool alone,
                     struct ft_str *out)
{
    if (alone)
        ft_str_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    ft_str_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ftp\" "
                     "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f "
                     "%.0f\" role=\"img\">\n<title>", p->width, p->height,
                p->width, p->height);
    ft_markup_text(out, p->title);
    ft_str_add(out, "</title>\n<desc>");
    ft_markup_text(out, p->about);
    ft_str_add(out, "</desc>\n");
    if (alone)
        ft_str_addf(out, "<style>\n%s</style>\n<rect class=\"paper\" "
                         "width=\"100%%\" height=\"100%%\"/>\n",
                    ft_picture_style);
}

void ft_picture_svg(struct ft_picture *p, bool alone, struct ft_str *out)
{
    ft_picture_layout(p);
    add_head(p, alone, out);
    for (size_t i = 0; i < p->n_lines; i++)
        add_line(&p->line[i], out);
    for (size_t i = 0; i < p->n_boxes; i++)
        add_box(&p->box[i], out);
    for (size_t i = 0; i < p->n_labels; i++) {
        ft_str_addf(out, "<text class=\"label\" x=\"%.1f\" y=\"%.1f\" "
                         "font-size=\"11\">", p->label[i].x, p->label[i].y);
        ft_markup_text(out, p->label[i].text);
        ft_str_add(out, "</text>\n");
    }
    ft_str_add(out, "</svg>\n");
}
