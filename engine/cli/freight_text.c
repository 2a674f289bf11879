/* freight_text.c - what a plan's tasks would have to move to sites */
#include "cli/freight_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/open.h"
#include "cli/term.h"
#include "model/site.h"
#include "run/site/freight.h"

struct ft_freights ft_freights_of(const struct ft_session *s,
                                  const struct ft_forecast *forecast)
{
    struct ft_freights list = { .item = ft_calloc(s->n_sites,
                                                  sizeof(*list.item)) };

    for (size_t i = 0; i < s->n_sites && s->store; i++)
        if (s->site[i] && !s->site[i]->shared)
            list.item[list.n++] =
                ft_freight_new(s->project, s->store, s->plan, forecast,
                               s->site[i], s->n_sites == 1);
    return list;
}

void ft_freights_release(struct ft_freights *freights)
{
    for (size_t i = 0; i < freights->n; i++)
        ft_freight_free(freights->item[i]);
    free(freights->item);
}

/* --- as text -------------------------------------------------------------- */

static void add_amount(const struct ft_load *load, struct ft_str *out)
{
    if (!(load->bytes > 0)) {
        ft_str_add(out, load->more ? "an unknown amount" : "nothing");
        return;
    }
    ft_str_addf(out, "%s%s", load->more ? "at least " : "",
                load->about ? "about " : "");
    ft_size_text(load->bytes, out);
}

static void add_time(const struct ft_freight *freight,
                     const struct ft_load *load, struct ft_str *out)
{
    double seconds = freight->rate > 0 ? load->bytes / freight->rate : 0;

    if (seconds > 0)
        ft_str_add(out, " in ");
    if (seconds >= 1e-3)
        ft_duration_text(seconds, out);
    else if (seconds > 0)
        ft_str_add(out, "less than 1 ms");
}

void ft_freights_task(const struct ft_freights *freights, size_t task,
                      struct ft_str *out)
{
    for (size_t i = 0; i < freights->n; i++) {
        const struct ft_freight *freight = freights->item[i];
        const struct ft_load *load = &freight->task[task];

        if (!load->n)
            continue;
        if (out->len)
            ft_str_add(out, "; ");
        add_amount(load, out);
        ft_str_addf(out, " to %s", freight->site->name);
        add_time(freight, load, out);
    }
}

static void print_load(const struct ft_freight *freight, const char *what,
                       const struct ft_load *load)
{
    struct ft_str text = FT_STR_INIT;

    add_amount(load, &text);
    ft_str_add(&text, " to move");
    add_time(freight, load, &text);
    printf("%s to %s: %s\n", what, freight->site->name, text.s);
    ft_str_release(&text);
}

static void print_rate(const struct ft_freight *freight)
{
    struct ft_str text = FT_STR_INIT;

    if (freight->rate > 0) {
        ft_size_text(freight->rate, &text);
        printf("the way to %s was measured: %s/s\n", freight->site->name,
               text.s);
    } else if (freight->all.bytes > 0) {
        printf("the way to %s was not measured yet\n", freight->site->name);
    }
    ft_str_release(&text);
}

void ft_freights_print(const struct ft_freights *freights,
                       const struct ft_plan *plan)
{
    for (size_t i = 0; i < freights->n; i++) {
        const struct ft_freight *freight = freights->item[i];

        for (size_t s = 0; s < plan->wf->n_stages; s++)
            if (freight->stage[s].n)
                print_load(freight, plan->wf->stage[s].name,
                           &freight->stage[s]);
        print_load(freight, "all", &freight->all);
        print_rate(freight);
    }
}

/* --- as JSON -------------------------------------------------------------- */

static struct json_object *load_json(const struct ft_freight *freight,
                                     const struct ft_load *load)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "bytes", (int64_t)load->bytes);
    ft_json_add_bool(obj, "at_least", load->more);
    ft_json_add_bool(obj, "about", load->about);
    if (freight->rate > 0)
        ft_json_add_num(obj, "seconds", load->bytes / freight->rate);
    return obj;
}

void ft_freights_add_task(const struct ft_freights *freights, size_t task,
                          struct json_object *obj)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < freights->n; i++) {
        const struct ft_freight *freight = freights->item[i];
        struct json_object *move;

        if (!freight->task[task].n)
            continue;
        move = load_json(freight, &freight->task[task]);
        ft_json_add_str(move, "site", freight->site->name);
        json_object_array_add(list, move);
    }
    if (freights->n)
        json_object_object_add(obj, "moves", list);
    else
        json_object_put(list);
}

static struct json_object *site_json(const struct ft_freight *freight,
                                     const struct ft_plan *plan)
{
    struct json_object *obj = load_json(freight, &freight->all);
    struct json_object *stages = json_object_new_array();

    ft_json_add_str(obj, "site", freight->site->name);
    ft_json_add_int(obj, "tasks", (int64_t)freight->all.n);
    if (freight->rate > 0)
        ft_json_add_num(obj, "rate_bytes_s", freight->rate);
    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        struct json_object *stage;

        if (!freight->stage[s].n)
            continue;
        stage = load_json(freight, &freight->stage[s]);
        ft_json_add_str(stage, "stage", plan->wf->stage[s].name);
        ft_json_add_int(stage, "tasks", (int64_t)freight->stage[s].n);
        json_object_array_add(stages, stage);
    }
    json_object_object_add(obj, "stages", stages);
    return obj;
}

void ft_freights_add(const struct ft_freights *freights,
                     const struct ft_plan *plan, struct json_object *obj)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < freights->n; i++)
        json_object_array_add(list, site_json(freights->item[i], plan));
    json_object_object_add(obj, "moves", list);
}
