/* round.c - the loop of a workflow that a stage uses: several stages go round
 *
 *   remesh:
 *     use: adapt.yaml                 mesh ---> solve ---> estimate
 *     loop: {carry: {sizes: ...}}       ^                     |
 *                                       +---- next turn ------+
 *
 * The turns are the last axis of the stage that uses the workflow, so that the
 * stages inside have it as the last of those around them; they have none of
 * their own, which would come behind it.  A turn is over when all of them have
 * done theirs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "model/build.h"
#include "text/field.h"

/* --- stages that go round ------------------------------------------------- */

/* What would divide a turn, or make it wait for another one. */
static const struct {
    const char *key, *hint;
} refused[] = {
    { "matrix", "it can stand beside that loop; write a stage for each case "
                "of a turn" },
    { "foreach", "it can stand beside that loop; write a stage for each case "
                 "of a turn" },
    { "loop", "a script of one stage can repeat what is inside" },
    { "needs", "an input of the stage makes it wait in each turn" },
};

void ft_round_join(struct ft_build *b, struct ft_stage *stage,
                   struct ft_loop *loop)
{
    stage->loop = loop;
    if (!stage->n_out && stage->action != FT_ACTION_USE)
        stage->cache = FT_CACHE_NEVER; /* see read_loop() */
    for (size_t i = 0; i < FT_ARRAY_LEN(refused); i++) {
        const struct ft_node *key = ft_node_key(stage->node, refused[i].key);

        if (!key)
            continue;
        ft_diag_add(b->diags, stage->text->doc, &key->mark, FT_D_UNSUPPORTED,
                    "stage '%s' cannot have '%s': the loop of '%s' repeats "
                    "its workflow", stage->name, refused[i].key,
                    loop->use->name);
        ft_diag_hint(b->diags, "%s", refused[i].hint);
        stage->state->no_axes = true;
    }
}

/* --- what turns carry ----------------------------------------------------- */

static struct ft_input *find_input(struct ft_build *b, struct ft_space *space,
                                   const struct ft_node *key)
{
    for (size_t i = 0; i < space->n_in; i++)
        if (strcmp(space->in[i].name, key->text) == 0)
            return &space->input[i];
    if (space->bad_inputs)
        return NULL;
    ft_diag_add(b->diags, space->use->text->doc, &key->mark,
                FT_D_UNKNOWN_OUTPUT, "workflow '%s' has no input '%s'",
                ft_node_get(space->use->node, "use")->text, key->text);
    ft_hint_port(b, key->text, space->in, space->n_in);
    return NULL;
}

static const struct ft_export *find_export(struct ft_build *b,
                                           const struct ft_space *space,
                                           const struct ft_node *node)
{
    char *name = ft_carry_name(b, space->use, node);
    const struct ft_export *out = name ? ft_export_find(space, name) : NULL;

    if (name && !out) {
        ft_diag_add(b->diags, space->use->text->doc, &node->mark,
                    FT_D_UNKNOWN_OUTPUT, "the workflow of stage '%s' has no "
                    "output '%s'", space->use->name, name);
        ft_hint_exports(b, space);
    }
    free(name);
    return out && out->known ? out : NULL; /* else reported by now */
}

void ft_round_carry(struct ft_build *b, struct ft_space *space)
{
    const struct ft_stage *use = space->use;
    const struct ft_node *carry;

    if (!use || !use->loop || use->loop->use != use)
        return;
    use->loop->judge = space->first;
    carry = ft_node_get(ft_node_get(use->node, "loop"), "carry");
    for (size_t i = 0; carry && i < carry->n; i++) {
        const struct ft_node *key = carry->key[i], *node = carry->item[i];
        struct ft_input *in = find_input(b, space, key);
        const struct ft_export *out = find_export(b, space, node);

        if (!in || !out)
            continue;
        if (!in->node) { /* the first turn has nothing */
            in->node = node;
            in->kind = FT_SOURCE_NONE;
        }
        in->carry = 1 + out->output;
        in->carry_stage = out->stage;
        ft_carry_check(b, use, in, node, use->name,
                       &b->wf->stage[out->stage].out[out->output]);
    }
}

/* --- what comes before ---------------------------------------------------- */

static void add_before(struct ft_loop *loop, size_t stage, bool *known)
{
    if (known[stage])
        return;
    known[stage] = true;
    loop->before = ft_realloc(loop->before, loop->n_before + 1,
                              sizeof(*loop->before));
    loop->before[loop->n_before++] = stage;
}

/* All turns of all stages come after whatever feeds one of them, so that
 * nothing outside can wait for one stage and feed another. */
static void connect(struct ft_build *b, const struct ft_space *space)
{
    const struct ft_workflow *wf = b->wf;
    bool *known = ft_calloc(wf->n_stages, sizeof(*known));
    size_t end = space->first + space->n_stages;

    for (size_t s = space->first; s < end; s++)
        known[s] = true;
    for (size_t s = space->first; s < end; s++) {
        const struct ft_stage *stage = &wf->stage[s];

        for (size_t i = 0; i < stage->n_in; i++)
            if (stage->in[i].kind == FT_SOURCE_OBJECT)
                add_before(space->use->loop, stage->in[i].stage, known);
        for (size_t i = 0; i < stage->n_needs; i++)
            add_before(space->use->loop, stage->needs[i], known);
    }
    free(known);
}

void ft_rounds_connect(struct ft_build *b)
{
    for (size_t i = 0; i < b->wf->n_spaces; i++) {
        const struct ft_space *space = b->wf->space[i];
        const struct ft_stage *use = space->use;

        if (use && use->used && use->loop && use->loop->use == use)
            connect(b, space);
    }
}
