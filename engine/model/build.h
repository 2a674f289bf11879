/* build.h - a workflow under construction, shared by the files that read it
 *
 * workflow.c  the file as a whole, lookups
 * texts.c     the files of a workflow
 * setting.c   values from the command line
 * space.c     parameters and names of stages, of a file and what it includes
 * stage.c     the keys of one stage
 * axis.c      matrix and foreach
 * loop.c      loop: its turns, what they carry, its condition
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
    const struct ft_kept *kept; /* of a run that began: files may be gone by
                                   now; or NULL */
};

/* What is known of a stage that has errors, so that each is reported once. */
struct ft_stage_state {
    bool broken;     /* its keys cannot be read */
    bool no_outputs; /* its outputs are not known */
    bool no_axes;    /* its matrix is not known */
};

/* Make 'doc' (taken; may be NULL) a file of the workflow under 'path' (copied)
 * whose relative paths start at 'dir'. */
struct ft_text *ft_text_add(struct ft_build *b, const char *path,
                            const char *dir, struct ft_doc *doc);
/* The file that the scalar 'node' of 'from' names, read once however often it
 * is named.  NULL after reporting. */
const struct ft_text *ft_text_load(struct ft_build *b,
                                   const struct ft_text *from,
                                   const struct ft_node *node);
/* The document that 'mark' stands in, or NULL. */
const struct ft_doc *ft_text_doc(const struct ft_workflow *wf,
                                 const struct ft_mark *mark);
void ft_texts_digest(struct ft_workflow *wf);
/* False after reporting that 'fedtwin: 1' is missing; what is no mapping is
 * left to the check of keys. */
bool ft_version_check(struct ft_build *b, const struct ft_text *text);
void ft_text_free(struct ft_text *text);

/* Give the parameters of the workflow itself, whose wf->value holds defaults,
 * the values of a run.  False after reporting: some have none. */
bool ft_settings_apply(struct ft_build *b, const struct ft_setting *setting,
                       size_t n_settings);

/* Read parameters and names of stages of 'text', which has been checked for its
 * keys, and of what it includes, as the names of the workflow itself. */
void ft_space_read(struct ft_build *b, const struct ft_text *text,
                   const struct ft_setting *setting, size_t n_settings);
void ft_space_free(struct ft_space *space);
extern const struct ft_field ft_include_fields[];

/* Read the keys of stage 'i' but its inputs. */
void ft_stage_read(struct ft_build *b, size_t i);
void ft_stage_release(struct ft_stage *stage);
void ft_axes_read(struct ft_build *b, struct ft_stage *stage);
/* A loop, when action and outputs are known; its axis comes last. */
extern const struct ft_field ft_loop_fields[];
void ft_loop_read(struct ft_build *b, struct ft_stage *stage);
/* What its turns carry, when the inputs have been read. */
void ft_carry_read(struct ft_build *b, struct ft_stage *stage);
void ft_loop_check(struct ft_build *b, const struct ft_stage *stage);
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
