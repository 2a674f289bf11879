/* memo.c - whole stages whose results are known to be there */
#include "run/drive/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sha256.h"
#include "run/drive/drive_in.h"
#include "run/record/change.h"

/* A memo's bytes: digest of all contents, then the ids. */
#define ROOT FT_SHA256_BYTES
#define ID FT_SHA256_BYTES

static size_t ids_size(const struct ft_plan *plan, size_t s)
{
    return plan->stage[s].n * plan->wf->stage[s].n_out * ID;
}

/* --- digests and their texts ---------------------------------------------- */

static bool is_zero(const uint8_t *bytes)
{
    static const uint8_t zero[ID];

    return memcmp(bytes, zero, ID) == 0;
}

/* --- what a stage holds --------------------------------------------------- */

/* Digest of the contents that every cell of a finished stage has, in order.
 * False while it is not finished, or a result of it is not known. */
static bool root_of(struct ft_drive *d, size_t s, uint8_t root[ROOT])
{
    const struct ft_plan_stage *ps = &d->plan->stage[s];
    size_t n_out = d->plan->wf->stage[s].n_out;
    struct ft_sha256 *sha;

    if (d->memo[s].known) {
        memcpy(root, d->memo[s].root, ROOT);
        return true;
    }
    if (ft_run_stage_settled(d->run, s) != ps->n)
        return false;
    sha = ft_sha256_new();
    for (size_t c = 0; c < ps->n; c++)
        for (size_t i = 0; i < n_out; i++) {
            const struct ft_version *v =
                d->have.version(&d->have, ps->first + c, i);

            if (v)
                ft_sha256_add(sha, v->content, sizeof(v->content));
            else
                ft_sha256_add(sha, "", 1); /* skipped, or left out */
        }
    ft_sha256_end(sha, d->memo[s].root);
    ft_sha256_free(sha);
    d->memo[s].known = true;
    memcpy(root, d->memo[s].root, ROOT);
    return true;
}

/* --- the key -------------------------------------------------------------- */

/* The same for the same values, however they are laid out in the file. */
static void add_node(const struct ft_node *node, struct ft_str *out)
{
    if (node->kind == FT_NODE_SCALAR) {
        ft_str_addf(out, "%c%zu:", node->quoted ? 'q' : 'p', node->len);
        ft_str_addn(out, node->text, node->len);
        return;
    }
    ft_str_addf(out, "%c%zu:", node->kind == FT_NODE_MAP ? 'm' : 'l',
                node->n);
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == FT_NODE_MAP)
            add_node(node->key[i], out);
        add_node(node->item[i], out);
    }
}

/* Rows that a stage is done for are in no text. */
static void add_rows(const struct ft_stage *stage, struct ft_str *out)
{
    for (size_t a = 0; a < stage->n_zipped; a++)
        for (size_t i = 0; i < stage->axis[a].n; i++) {
            ft_str_addc(out, '\n');
            ft_value_text(&stage->axis[a].value[i], out);
        }
}

/* Inputs of which the recipe of one cell does not tell those of all. */
static bool add_inputs(struct ft_drive *d, const struct ft_stage *stage,
                       struct ft_str *out)
{
    for (size_t i = 0; i < stage->n_in; i++) {
        const struct ft_input *in = &stage->in[i];
        uint8_t root[ROOT];

        if (in->kind == FT_SOURCE_FILE && !in->path)
            return false; /* another file in each cell */
        if (in->kind != FT_SOURCE_OBJECT)
            continue;
        if (!root_of(d, in->stage, root))
            return false;
        ft_str_addn(out, root, ROOT);
    }
    return true;
}

static bool make_key(struct ft_drive *d, const struct ft_bound *first,
                     char key[FT_SHA256_HEX + 1])
{
    const struct ft_workflow *wf = d->plan->wf;
    size_t s = ft_plan_stage_of(d->plan, first->task);
    const struct ft_stage *stage = &wf->stage[s];
    struct ft_str text = FT_STR_INIT;
    bool ok;

    ft_str_addf(&text, "stage 1 %zu\n%s\n%s\n", d->plan->stage[s].n,
                stage->name, first->key);
    add_node(stage->node, &text);
    for (size_t i = 0; i < wf->params.n; i++) {
        ft_str_addc(&text, '\n');
        ft_value_text(&wf->value[i], &text);
    }
    /* What is inside a used workflow follows from more than its own text. */
    if (stage->space != wf->space[0])
        ft_str_add(&text, wf->digest);
    add_rows(stage, &text);
    ok = add_inputs(d, stage, &text);
    if (ok)
        ft_sha256_text(text.s, text.len, key);
    ft_str_release(&text);
    return ok;
}

/* --- taking --------------------------------------------------------------- */

static bool may_have_memo(const struct ft_drive *d, size_t s)
{
    const struct ft_stage *stage = &d->plan->wf->stage[s];

    return d->plan->stage[s].n >= FT_MEMO_CELLS_MIN &&
           stage->cache == FT_CACHE_CONTENT && !stage->loop &&
           !d->adapter->bare;
}

/* Every file is there. */
static bool all_exist(struct ft_store *store, const char *bytes, size_t n)
{
    char(*id)[FT_SHA256_HEX + 1] = ft_calloc(n + 1, sizeof(*id));
    size_t n_ids = 0, missing;
    bool all;

    for (size_t i = 0; i < n; i++) {
        const uint8_t *at = (const uint8_t *)bytes + i * ID;

        if (!is_zero(at))
            ft_sha256_hex(at, id[n_ids++]);
    }
    all = !n_ids || ft_store_versions_exist(store, id, n_ids, &missing) == 1;
    free(id);
    return all;
}

bool ft_memo_look_up(struct ft_run *run, struct ft_store *store, size_t s)
{
    struct ft_stage_memo *memo = &run->memo[s];
    struct ft_str bytes = FT_STR_INIT, maker = FT_STR_INIT;
    size_t size = ids_size(run->plan, s);
    bool ok = memo->id.len == size;

    if (!ok && ft_store_memo_get(store, memo->key, &maker, &bytes) &&
        bytes.len == ROOT + size) {
        ft_str_addn(&memo->id, bytes.s + ROOT, size);
        ok = true;
    }
    ft_str_release(&maker);
    ft_str_release(&bytes);
    return ok;
}

static void take(struct ft_drive *d, size_t s, const char *key,
                 const char *maker, const struct ft_str *bytes)
{
    ft_journal_take(d->journal, d->run, s, key, maker);
    ft_str_addn(&d->run->memo[s].id, bytes->s + ROOT, bytes->len - ROOT);
    memcpy(d->memo[s].root, bytes->s, ROOT);
    d->memo[s].known = true;
}

bool ft_memo_take(struct ft_drive *d, const struct ft_bound *first)
{
    size_t s = ft_plan_stage_of(d->plan, first->task);
    const struct ft_plan_stage *ps = &d->plan->stage[s];
    struct ft_str bytes = FT_STR_INIT, maker = FT_STR_INIT;
    char key[FT_SHA256_HEX + 1];
    bool asked = d->memo[s].asked, taken;

    d->memo[s].asked = true;
    if (asked || d->options.fresh || !may_have_memo(d, s) ||
        d->run->counts[s][FT_TASK_WAITING] != ps->n ||
        d->run->steer.n_holds || d->run->steer.n_overrides ||
        d->run->steer.redo || d->resumed ||
        !make_key(d, first, key))
        return false;
    taken = ft_store_use(d->store, NULL) == 0 &&
            ft_store_memo_get(d->store, key, &maker, &bytes) &&
            bytes.len == ROOT + ids_size(d->plan, s) &&
            all_exist(d->store, bytes.s + ROOT, (bytes.len - ROOT) / ID);
    if (taken) {
        take(d, s, key, maker.s, &bytes);
        ft_drive_changed(d, first->task);
        ft_sched_stage_finished(d->sched, d->run, first->task);
    }
    ft_str_release(&maker);
    ft_str_release(&bytes);
    return taken;
}

void ft_memo_check(struct ft_run *run, struct ft_store *store)
{
    for (size_t s = 0; s < run->n_memos; s++)
        if (run->memo[s].run && !ft_memo_look_up(run, store, s))
            ft_run_give_back(run, s);
}

/* --- filling in ----------------------------------------------------------- */

void ft_memo_fill(struct ft_run *run, struct ft_store *store, size_t task)
{
    size_t s = ft_plan_stage_of(run->plan, task);
    size_t n_out = run->plan->wf->stage[s].n_out;
    struct ft_versions out = { 0 };
    const uint8_t *at;
    bool ok = true;

    if (!n_out || !ft_memo_look_up(run, store, s))
        return;
    at = (const uint8_t *)run->memo[s].id.s +
         (task - run->plan->stage[s].first) * n_out * ID;
    out.item = ft_calloc(n_out, sizeof(*out.item));
    out.n = n_out;
    for (size_t i = 0; i < n_out && ok; i++, at += ID) {
        char id[FT_SHA256_HEX + 1];

        ft_sha256_hex(at, id);
        ok = is_zero(at) ||
             ft_store_version(store, id, &out.item[i], NULL) == 0;
    }
    if (ok) {
        ft_plan_claim(run->plan, task, &out);
        ft_run_fill(run, task, &out);
    }
    ft_versions_release(&out);
}

/* --- keeping -------------------------------------------------------------- */

/* Every cell has a result of its own that may be used again. */
static bool is_whole(const struct ft_drive *d, size_t s)
{
    const uint32_t *count = d->run->counts[s];

    return (size_t)count[FT_TASK_SUCCEEDED] + count[FT_TASK_CACHED] ==
           d->plan->stage[s].n;
}

static void add_ids(struct ft_drive *d, size_t s, struct ft_str *bytes)
{
    const struct ft_plan_stage *ps = &d->plan->stage[s];
    size_t n_out = d->plan->wf->stage[s].n_out;

    for (size_t c = 0; c < ps->n; c++)
        for (size_t i = 0; i < n_out; i++) {
            const struct ft_version *v =
                d->have.version(&d->have, ps->first + c, i);
            uint8_t id[ID] = { 0 };

            if (v)
                ft_sha256_bytes(v->id, id);
            ft_str_addn(bytes, id, ID);
        }
}

static void keep(struct ft_drive *d, size_t s)
{
    struct ft_bound *first = ft_bind(d->plan, d->plan->stage[s].first,
                                     &d->have, d->store, NULL);
    struct ft_str bytes = FT_STR_INIT;
    char key[FT_SHA256_HEX + 1];
    uint8_t root[ROOT];

    if (first && make_key(d, first, key) && root_of(d, s, root)) {
        ft_str_addn(&bytes, root, ROOT);
        add_ids(d, s, &bytes);
        ft_store_memo_put(d->store, key, d->run->id, bytes.s, bytes.len);
    }
    ft_str_release(&bytes);
    ft_bound_free(first);
}

void ft_memo_keep(struct ft_drive *d)
{
    if (d->run->steer.n_overrides)
        return; /* some were not made as the stage says */
    for (size_t s = 0; s < d->plan->wf->n_stages; s++)
        if (may_have_memo(d, s) && !d->run->memo[s].run && is_whole(d, s))
            keep(d, s);
}
