/* diff_side.c - what stands on one side of a comparison */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "data/history/diff.h"
#include "data/history/history.h"
#include "data/index/ref.h"

void ft_diff_side_release(struct ft_diff_side *side)
{
    free(side->name);
    free(side->run);
    free(side->workflow_file);
    free(side->workflow);
    free(side->text);
    json_object_put(side->more);
    json_object_put(side->params);
    ft_versions_release(&side->objects);
    *side = (struct ft_diff_side){ 0 };
}

static int read_state(struct ft_store *store, const char *id,
                      struct ft_diff_side *side, struct ft_err *err)
{
    struct ft_state state;
    struct ft_err why;
    int rc = 0;

    if (ft_store_state(store, id, &state, err) < 0)
        return -1;
    side->time_ns = state.time_ns;
    side->n_objects = state.n_objects;
    side->run = ft_strdup(state.run);
    side->workflow = ft_strdup(state.workflow);
    side->workflow_file = ft_strdup(state.workflow_file);
    if (*state.params) {
        side->params = ft_json_parse(state.params, strlen(state.params),
                                     "the parameters of a state", err);
        rc = side->params ? 0 : -1;
    }
    if (rc == 0 && *state.workflow &&
        ft_store_workflow(store, state.workflow, &side->text, &side->more,
                          &why) < 0 && why.code != FT_ENOENT) {
        if (err)
            *err = why;
        rc = -1;
    }
    ft_state_release(&state);
    return rc;
}

int ft_diff_side_state(struct ft_store *store, const char *id,
                       struct ft_diff_side *side, struct ft_err *err)
{
    *side = (struct ft_diff_side){ .kind = FT_DIFF_STATE,
                                   .name = ft_strdup(id) };
    if (read_state(store, id, side, err) == 0)
        return 0;
    ft_diff_side_release(side);
    return -1;
}

bool ft_diff_is_ref(const char *text)
{
    struct ft_ref ref;
    bool named = ft_ref_parse(text, &ref, NULL) == 0;

    if (!named)
        return false;
    named = ref.id == NULL;
    ft_ref_release(&ref);
    return named;
}

int ft_diff_side_data(struct ft_store *store, const char *ref,
                      struct ft_diff_side *side, struct ft_err *err)
{
    *side = (struct ft_diff_side){ .kind = FT_DIFF_DATA,
                                   .name = ft_strdup(ref) };
    if (ft_store_resolve(store, ref, &side->objects, err) == 0)
        return 0;
    ft_diff_side_release(side);
    return -1;
}
