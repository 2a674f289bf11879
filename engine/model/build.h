/* build.h - a workflow under construction, shared by the files that read it
 *
 * workflow.c  the top level, parameters, lookups
 * stage.c     the keys of one stage
 * axis.c      matrix and foreach
 * input.c     where inputs come from: the edges
 * graph.c     order and circles
 * hint.c      the nearest names
 * check.c     values and names, evaluated as far as no task is needed
 */
#ifndef FT_MODEL_BUILD_H
#define FT_MODEL_BUILD_H

#include "model/workflow.h"

struct ft_build {
    struct ft_workflow *wf;
    struct ft_module_set *modules;
    struct ft_diags *diags;
    struct ft_stage_state *state; /* as many as stages */
    bool no_values; /* some parameter has none: nothing is evaluated */
    bool recall;    /* of a run that began: files may be gone by now */
};

/* What is known of a stage that has errors, so that each is reported once. */
struct ft_stage_state {
    bool broken;     /* its keys cannot be read */
    bool no_outputs; /* its outputs are not known */
    bool no_axes;    /* its matrix is not known */
};

/* Read the keys of stage 'i' but its inputs. */
void ft_stage_read(struct ft_build *b, size_t i);
void ft_stage_release(struct ft_stage *stage);
void ft_axes_read(struct ft_build *b, struct ft_stage *stage);
/* Inputs and 'needs', when all stages have been read. */
void ft_inputs_read(struct ft_build *b, struct ft_stage *stage);
/* Fill wf->order; false after reporting circles. */
bool ft_order_find(struct ft_build *b);
/* Cells of a stage whose values are looked at before a run. */
#define FT_CHECKED_CELLS 64
void ft_values_check(struct ft_build *b, const struct ft_stage *stage);

static inline struct ft_stage_state *
ft_stage_state(struct ft_build *b, const struct ft_stage *stage)
{
    return &b->state[stage - b->wf->stage];
}

/* The nearest stage, port or file beside 'path', as a hint for the newest
 * diagnostic. */
void ft_hint_stage(struct ft_build *b, const char *name);
void ft_hint_port(struct ft_build *b, const char *name,
                  const struct ft_port *port, size_t n);
void ft_hint_file(struct ft_build *b, const char *path);

#endif
