/* layers.c - where the boxes of a picture go: Sugiyama's method
 *
 *   1. a box stands in the column behind the last one that it depends on
 *   2. an arrow over several columns gets a point in each, so that it goes
 *      round the boxes; arrows with one label of one box share these
 *   3. in each column boxes and points are sorted by where their neighbours are
 *   4. each moves up or down towards its neighbours as far as the others let it
 *
 * Boxes and points together are the cells below; the first cells are the boxes.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/picture.h"

#define CELLS_MAX 60000 /* beyond, long arrows go straight */
#define SWEEPS 8
#define MARGIN 16.0
#define COLUMN_GAP 56.0
#define BOX_GAP 18.0
#define POINT_HEIGHT 6.0
#define PORT_STEP 16.0
#define NONE ((size_t)-1)

struct cell {
    size_t column, place; /* in the column, from the top */
    double y, height;     /* of its middle */
    double wish;
    size_t first_in, n_in, first_out, n_out; /* in 'order' of links */
};

struct link {
    size_t from, to; /* cells of neighbouring columns, or any when too many */
    double port;     /* where it leaves a box, below its middle */
    bool dashed;
};

struct layout {
    struct ft_picture *picture;
    struct cell *cell;
    size_t n_cells, cap_cells;
    struct link *link;
    size_t n_links, cap_links;
    size_t *by_from, *by_to; /* links, sorted by their cells */
    size_t n_columns;
    size_t **column; /* cells from top to bottom */
    size_t *n_in_column;
    double *x, *width, *label_width; /* of columns */
};

/* --- columns -------------------------------------------------------------- */

static int by_source(const void *a, const void *b)
{
    const struct ft_picture_arrow *x = a, *y = b;

    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->dashed != y->dashed)
        return x->dashed ? 1 : -1;
    if (strcmp(x->label, y->label) != 0)
        return strcmp(x->label, y->label);
    return x->to < y->to ? -1 : x->to > y->to;
}

/* The longest way to each box, by taking away boxes without open inputs. */
static void rank_boxes(struct layout *l)
{
    const struct ft_picture *p = l->picture;
    size_t *open = ft_calloc(p->n_boxes + 1, sizeof(*open));
    size_t *first = ft_calloc(p->n_boxes + 2, sizeof(*first));
    size_t *queue = ft_calloc(p->n_boxes + 1, sizeof(*queue));
    size_t n = 0;

    for (size_t a = 0; a < p->n_arrows; a++) {
        open[p->arrow[a].to]++;
        first[p->arrow[a].from + 1]++;
    }
    for (size_t b = 0; b < p->n_boxes; b++) {
        first[b + 1] += first[b];
        if (!open[b])
            queue[n++] = b;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t a = first[queue[i]]; a < first[queue[i] + 1]; a++) {
            struct cell *to = &l->cell[p->arrow[a].to];
            size_t column = l->cell[queue[i]].column + 1;

            to->column = column > to->column ? column : to->column;
            if (--open[p->arrow[a].to] == 0)
                queue[n++] = p->arrow[a].to;
        }
    free(open);
    free(first);
    free(queue);
}

/* What has no inputs stands right before the first that takes it. */
static void pull_sources(struct layout *l)
{
    const struct ft_picture *p = l->picture;
    bool *fed = ft_calloc(p->n_boxes + 1, sizeof(*fed));

    for (size_t a = 0; a < p->n_arrows; a++)
        fed[p->arrow[a].to] = true;
    for (size_t a = 0; a < p->n_arrows;) {
        size_t from = p->arrow[a].from, near = SIZE_MAX;

        for (; a < p->n_arrows && p->arrow[a].from == from; a++)
            if (l->cell[p->arrow[a].to].column < near)
                near = l->cell[p->arrow[a].to].column;
        if (!fed[from])
            l->cell[from].column = near - 1;
    }
    free(fed);
}

/* --- points and links ----------------------------------------------------- */

static size_t add_cell(struct layout *l, size_t column, double height)
{
    l->cell = ft_grow(l->cell, l->n_cells, &l->cap_cells, sizeof(*l->cell));
    l->cell[l->n_cells] = (struct cell){ .column = column,
                                         .height = height };
    return l->n_cells++;
}

static void add_link(struct layout *l, size_t from, size_t to, double port,
                     bool dashed)
{
    l->link = ft_grow(l->link, l->n_links, &l->cap_links, sizeof(*l->link));
    l->link[l->n_links++] = (struct link){ from, to, port, dashed };
}

/* One arrow from 'port'.  'chain' has the points that arrows from the same port
 * have made, by column. */
static void add_chain(struct layout *l, const struct ft_picture_arrow *arrow,
                      double port, size_t *chain)
{
    size_t at = arrow->from;
    size_t last = l->cell[arrow->to].column;

    for (size_t c = l->cell[at].column + 1; c < last; c++) {
        if (chain[c] == NONE && l->n_cells >= CELLS_MAX)
            break;
        if (chain[c] == NONE) {
            chain[c] = add_cell(l, c, POINT_HEIGHT);
            add_link(l, at, chain[c], at == arrow->from ? port : 0,
                     arrow->dashed);
        }
        at = chain[c];
    }
    add_link(l, at, arrow->to, at == arrow->from ? port : 0, arrow->dashed);
}

static bool same_port(const struct ft_picture_arrow *a,
                      const struct ft_picture_arrow *b)
{
    return a->from == b->from && a->dashed == b->dashed &&
           strcmp(a->label, b->label) == 0;
}

static size_t count_ports(const struct ft_picture *p, size_t first)
{
    size_t n = 1;

    for (size_t a = first + 1;
         a < p->n_arrows && p->arrow[a].from == p->arrow[first].from; a++)
        n += !same_port(&p->arrow[a - 1], &p->arrow[a]);
    return n;
}

static double port_at(size_t i, size_t n)
{
    return ((double)i - (double)(n - 1) / 2) * PORT_STEP;
}

/* Arrows are sorted by box and label. */
static void add_links(struct layout *l)
{
    struct ft_picture *p = l->picture;
    size_t *chain = ft_calloc(l->n_columns + 1, sizeof(*chain));
    size_t port = 0, n_ports = 0;

    for (size_t a = 0; a < p->n_arrows; a++) {
        const struct ft_picture_arrow *arrow = &p->arrow[a];
        bool again = a && same_port(arrow, arrow - 1);

        if (!a || arrow->from != arrow[-1].from) {
            port = 0;
            n_ports = count_ports(p, a);
        } else if (!again) {
            port++;
        }
        if (!again)
            for (size_t c = 0; c <= l->n_columns; c++)
                chain[c] = NONE;
        add_chain(l, arrow, port_at(port, n_ports), chain);
    }
    free(chain);
}

/* Room for its ports. */
static void make_tall(struct layout *l)
{
    struct ft_picture *p = l->picture;

    for (size_t a = 0; a < p->n_arrows; a++) {
        struct ft_picture_box *box = &p->box[p->arrow[a].from];
        double need;

        if (a && p->arrow[a].from == p->arrow[a - 1].from)
            continue;
        need = (double)count_ports(p, a) * PORT_STEP + 8;
        box->height = need > box->height ? need : box->height;
    }
    for (size_t b = 0; b < p->n_boxes; b++)
        l->cell[b].height = p->box[b].height;
}

/* Lists of the links that leave and reach each cell, by counting. */
static void index_links(struct layout *l)
{
    size_t at_out = 0, at_in = 0;

    l->by_from = ft_calloc(l->n_links + 1, sizeof(*l->by_from));
    l->by_to = ft_calloc(l->n_links + 1, sizeof(*l->by_to));
    for (size_t i = 0; i < l->n_links; i++) {
        l->cell[l->link[i].from].n_out++;
        l->cell[l->link[i].to].n_in++;
    }
    for (size_t c = 0; c < l->n_cells; c++) {
        l->cell[c].first_out = at_out;
        l->cell[c].first_in = at_in;
        at_out += l->cell[c].n_out;
        at_in += l->cell[c].n_in;
        l->cell[c].n_out = l->cell[c].n_in = 0;
    }
    for (size_t i = 0; i < l->n_links; i++) {
        struct cell *from = &l->cell[l->link[i].from];
        struct cell *to = &l->cell[l->link[i].to];

        l->by_from[from->first_out + from->n_out++] = i;
        l->by_to[to->first_in + to->n_in++] = i;
    }
}

/* --- order ---------------------------------------------------------------- */

static void fill_columns(struct layout *l)
{
    size_t *all = ft_calloc(l->n_cells + 1, sizeof(*all)), at = 0;

    l->column = ft_calloc(l->n_columns + 1, sizeof(*l->column));
    l->n_in_column = ft_calloc(l->n_columns + 1, sizeof(*l->n_in_column));
    for (size_t c = 0; c < l->n_cells; c++)
        l->n_in_column[l->cell[c].column]++;
    for (size_t k = 0; k <= l->n_columns; k++) {
        l->column[k] = all + at; /* the first one owns the memory */
        at += l->n_in_column[k];
        l->n_in_column[k] = 0;
    }
    for (size_t c = 0; c < l->n_cells; c++) {
        size_t k = l->cell[c].column;

        l->cell[c].place = l->n_in_column[k];
        l->column[k][l->n_in_column[k]++] = c;
    }
}

/* Mean over the neighbours on one side; 'own' without any. */
static double mean(const struct layout *l, const struct cell *cell, bool left,
                   bool places, double own)
{
    size_t n = left ? cell->n_in : cell->n_out;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const struct link *link =
            &l->link[left ? l->by_to[cell->first_in + i]
                          : l->by_from[cell->first_out + i]];
        const struct cell *other = &l->cell[left ? link->from : link->to];
        double port = left ? link->port : -link->port;

        /* A port orders what leaves one box, and shifts it. */
        sum += places ? (double)other->place + (left ? link->port / 1e3 : 0)
                      : other->y + port;
    }
    return n ? sum / (double)n : own;
}

struct wish {
    double at;
    size_t place, cell;
};

static int by_wish(const void *a, const void *b)
{
    const struct wish *x = a, *y = b;

    if (x->at < y->at || x->at > y->at)
        return x->at < y->at ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static void sort_column(struct layout *l, size_t k, bool left,
                        struct wish *wish)
{
    size_t n = l->n_in_column[k];

    for (size_t i = 0; i < n; i++) {
        const struct cell *cell = &l->cell[l->column[k][i]];

        wish[i] = (struct wish){ mean(l, cell, left, true, (double)i), i,
                                 l->column[k][i] };
    }
    qsort(wish, n, sizeof(*wish), by_wish);
    for (size_t i = 0; i < n; i++) {
        l->column[k][i] = wish[i].cell;
        l->cell[wish[i].cell].place = i;
    }
}

static void sort_columns(struct layout *l)
{
    struct wish *wish = ft_calloc(l->n_cells + 1, sizeof(*wish));

    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t i = 1; i < l->n_columns; i++)
            sort_column(l, sweep % 2 ? l->n_columns - 1 - i : i,
                        sweep % 2 == 0, wish);
    free(wish);
}

/* --- places --------------------------------------------------------------- */

static double distance(const struct cell *a, const struct cell *b)
{
    return (a->height + b->height) / 2 + BOX_GAP;
}

/* Put a column where its cells wish to be, as near as their order and their
 * distances allow: least squares, by pooling neighbours that are too near. */
static void settle(struct layout *l, size_t k, struct wish *block)
{
    size_t n = l->n_in_column[k], n_blocks = 0, at = 0;
    double offset = 0;

    for (size_t i = 0; i < n; i++) {
        struct cell *cell = &l->cell[l->column[k][i]];

        if (i)
            offset += distance(&l->cell[l->column[k][i - 1]], cell);
        /* .at: mean of its members, .cell: how many */
        block[n_blocks++] = (struct wish){ cell->wish - offset, 0, 1 };
        while (n_blocks > 1 &&
               block[n_blocks - 2].at > block[n_blocks - 1].at) {
            struct wish *a = &block[n_blocks - 2], *b = a + 1;

            a->at = (a->at * (double)a->cell + b->at * (double)b->cell) /
                    (double)(a->cell + b->cell);
            a->cell += b->cell;
            n_blocks--;
        }
    }
    offset = 0;
    for (size_t i = 0; i < n_blocks; i++)
        for (size_t j = 0; j < block[i].cell; j++, at++) {
            struct cell *cell = &l->cell[l->column[k][at]];

            if (at)
                offset += distance(&l->cell[l->column[k][at - 1]], cell);
            cell->y = block[i].at + offset;
        }
}

static void place_columns(struct layout *l)
{
    struct wish *block = ft_calloc(l->n_cells + 1, sizeof(*block));

    for (size_t k = 0; k < l->n_columns; k++)
        settle(l, k, block);
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t i = 0; i < l->n_columns; i++) {
            size_t k = sweep % 2 ? l->n_columns - 1 - i : i;

            for (size_t c = 0; c < l->n_in_column[k]; c++) {
                struct cell *cell = &l->cell[l->column[k][c]];

                cell->wish = mean(l, cell, sweep % 2 == 0, false, cell->y);
            }
            settle(l, k, block);
        }
    free(block);
}

/* --- the result ----------------------------------------------------------- */

static void place_x(struct layout *l)
{
    const struct ft_picture *p = l->picture;
    double x = MARGIN;

    l->x = ft_calloc(l->n_columns + 1, sizeof(*l->x));
    l->width = ft_calloc(l->n_columns + 1, sizeof(*l->width));
    l->label_width = ft_calloc(l->n_columns + 1, sizeof(*l->label_width));
    for (size_t b = 0; b < p->n_boxes; b++) {
        double *width = &l->width[l->cell[b].column];

        *width = p->box[b].width > *width ? p->box[b].width : *width;
    }
    for (size_t a = 0; a < p->n_arrows; a++) {
        double w = ft_picture_text_width(p->arrow[a].label) * 11;
        double *most = &l->label_width[l->cell[p->arrow[a].from].column];

        *most = w > *most ? w : *most;
    }
    for (size_t k = 0; k < l->n_columns; k++) {
        l->x[k] = x;
        x += l->width[k] + COLUMN_GAP + l->label_width[k];
    }
    l->picture->width =
        l->n_columns ? l->x[l->n_columns - 1] + l->width[l->n_columns - 1] +
                           MARGIN
                     : 2 * MARGIN;
}

static void give_boxes(struct layout *l)
{
    struct ft_picture *p = l->picture;
    double top = 0, bottom = 0;

    for (size_t c = 0; c < l->n_cells; c++) {
        const struct cell *cell = &l->cell[c];

        if (!c || cell->y - cell->height / 2 < top)
            top = cell->y - cell->height / 2;
        if (!c || cell->y + cell->height / 2 > bottom)
            bottom = cell->y + cell->height / 2;
    }
    for (size_t c = 0; c < l->n_cells; c++)
        l->cell[c].y += MARGIN - top;
    for (size_t b = 0; b < p->n_boxes; b++) {
        size_t k = l->cell[b].column;

        p->box[b].width = l->width[k];
        p->box[b].x = l->x[k];
        p->box[b].y = l->cell[b].y - p->box[b].height / 2;
    }
    p->height = bottom - top + 2 * MARGIN;
}

static void give_lines(struct layout *l)
{
    struct ft_picture *p = l->picture;

    for (size_t i = 0; i < l->n_links; i++) {
        const struct link *link = &l->link[i];
        const struct cell *from = &l->cell[link->from];
        const struct cell *to = &l->cell[link->to];
        bool box = link->to < p->n_boxes;
        struct ft_picture_line line = {
            .x1 = l->x[from->column] + l->width[from->column],
            .y1 = from->y + link->port,
            .x2 = l->x[from->column] + l->width[from->column] +
                  l->label_width[from->column],
            .x3 = l->x[to->column],
            .y3 = to->y,
            .x4 = l->x[to->column] + (box ? 0 : l->width[to->column]),
            .dashed = link->dashed,
            .head = box,
        };

        p->line = ft_grow(p->line, p->n_lines, &p->cap_lines,
                          sizeof(*p->line));
        p->line[p->n_lines++] = line;
    }
}

static void give_labels(struct layout *l)
{
    struct ft_picture *p = l->picture;
    size_t port = 0, n_ports = 0;

    for (size_t a = 0; a < p->n_arrows; a++) {
        const struct ft_picture_arrow *arrow = &p->arrow[a];
        const struct ft_picture_box *box = &p->box[arrow->from];

        if (a && same_port(arrow, arrow - 1))
            continue;
        if (!a || arrow->from != arrow[-1].from) {
            port = 0;
            n_ports = count_ports(p, a);
        } else {
            port++;
        }
        if (!*arrow->label)
            continue;
        p->label = ft_grow(p->label, p->n_labels, &p->cap_labels,
                           sizeof(*p->label));
        p->label[p->n_labels++] = (struct ft_picture_label){
            box->x + box->width + 6,
            l->cell[arrow->from].y + port_at(port, n_ports) - 3,
            arrow->label,
        };
    }
}

void ft_picture_layout(struct ft_picture *picture)
{
    struct layout l = { .picture = picture };

    if (picture->n_arrows)
        qsort(picture->arrow, picture->n_arrows, sizeof(*picture->arrow),
              by_source);
    for (size_t b = 0; b < picture->n_boxes; b++)
        add_cell(&l, 0, 0);
    rank_boxes(&l);
    pull_sources(&l);
    for (size_t b = 0; b < picture->n_boxes; b++)
        if (l.cell[b].column >= l.n_columns)
            l.n_columns = l.cell[b].column + 1;
    make_tall(&l);
    add_links(&l);
    index_links(&l);
    fill_columns(&l);
    sort_columns(&l);
    place_columns(&l);
    place_x(&l);
    give_boxes(&l);
    give_lines(&l);
    give_labels(&l);
    free(l.cell);
    free(l.link);
    free(l.by_from);
    free(l.by_to);
    free(l.column[0]);
    free(l.column);
    free(l.n_in_column);
    free(l.x);
    free(l.width);
    free(l.label_width);
}
