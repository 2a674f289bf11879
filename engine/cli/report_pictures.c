/* report_pictures.c - results that are pictures, inside the page */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/markup.h"
#include "cli/report.h"
#include "data/store/store.h"

#define PICTURES_MAX 40
#define PICTURE_BYTES_MAX (4 << 20)

struct gallery {
    struct ft_report *report;
    struct ft_store *store; /* opened for the first picture */
    char *scratch;
    size_t shown, left_out;
};

static bool is_picture(const struct ft_port *port)
{
    return port->type == FT_OBJECT_FILE && port->media_type &&
           strcmp(port->media_type, "image/png") == 0;
}

/* The bytes of a version; what is no PNG fails, whatever its media type. */
static int read_picture(struct gallery *g, const char *id, struct ft_str *bytes,
                        struct ft_err *err)
{
    char *path;
    int rc = -1;

    if (!g->store)
        g->store = ft_store_open(g->report->project, FT_STORE_READ, err);
    if (g->store && !g->scratch)
        g->scratch = ft_store_scratch(g->store, err);
    if (!g->scratch)
        return -1;
    path = ft_asprintf("%s/%zu.png", g->scratch, g->shown);
    if (ft_store_extract(g->store, id, path, err) == 0 &&
        ft_file_read(path, PICTURE_BYTES_MAX, bytes, err) == 0)
        rc = 0;
    if (rc == 0 && (bytes->len < 8 || memcmp(bytes->s, "\x89PNG\r\n\x1a\n", 8)))
        rc = ft_err_set(err, FT_EFORMAT, "it is not a PNG file");
    free(path);
    return rc;
}

static void open_gallery(struct gallery *g)
{
    if (g->shown + g->left_out == 0)
        ft_report_open(g->report, "pictures", "Pictures",
                       "Results of the media type image/png; of a loop those "
                       "of the last turn.");
}

static void show(struct gallery *g, size_t task, const char *output,
                 const char *id)
{
    struct ft_str name = FT_STR_INIT, bytes = FT_STR_INIT;
    struct ft_str *out = g->report->out;
    struct ft_err err = { 0 };

    open_gallery(g);
    if (g->shown == PICTURES_MAX) {
        g->left_out++;
        return;
    }
    ft_plan_task_name(g->report->run->plan, task, &name);
    ft_str_addf(&name, ": %s", output);
    ft_str_add(out, "<figure>");
    if (read_picture(g, id, &bytes, &err) == 0) {
        ft_str_add(out, "<img alt=\"\" src=\"data:image/png;base64,");
        ft_report_base64(out, bytes.s, bytes.len);
        ft_str_add(out, "\">");
    } else {
        ft_str_add(out, "<p>This picture could not be read: ");
        ft_markup_text(out, err.msg);
        ft_str_add(out, "</p>");
    }
    ft_str_add(out, "<figcaption>");
    ft_markup_text(out, name.s);
    ft_str_add(out, "</figcaption></figure>\n");
    g->shown++;
    ft_str_release(&bytes);
    ft_str_release(&name);
}

static void show_stage(struct gallery *g, size_t stage)
{
    const struct ft_run *run = g->report->run;
    const struct ft_stage *st = &run->plan->wf->stage[stage];
    const struct ft_plan_stage *ps = &run->plan->stage[stage];

    for (size_t o = 0; o < st->n_out; o++)
        for (size_t c = 0; is_picture(&st->out[o]) && c < ps->n / ps->turns;
             c++) {
            size_t task = ft_run_last_turn(run,
                                           ps->first + (c + 1) * ps->turns - 1);
            const struct ft_task_detail *d = ft_run_detail(run, task);

            if (d && o < d->out.n && *d->out.item[o].id)
                show(g, task, st->out[o].name, d->out.item[o].id);
        }
}

void ft_report_pictures(struct ft_report *r)
{
    struct gallery g = { .report = r };

    for (size_t s = 0; s < r->run->plan->wf->n_stages; s++)
        show_stage(&g, s);
    if (g.left_out)
        ft_str_addf(r->out, "<p>%zu more are not shown.</p>\n", g.left_out);
    if (g.shown + g.left_out)
        ft_report_close(r);
    if (g.scratch)
        (void)ft_path_remove(g.scratch, NULL); /* swept later otherwise */
    free(g.scratch);
    ft_store_close(g.store);
}
