/* build.h - a workflow under construction, shared by the files that read it
 *
 * workflow.c  the file as a whole, lookups
 * texts.c     the files of a workflow
 * setting.c   values from the command line
 * space.c     parameters and names of stages, of a file and what it includes
 * use.c       a stage that uses another workflow
 * binding.c   inputs and outputs of a used workflow
 * stage.c     the keys of one stage
 * axis.c      matrix and foreach
 * loop.c      loop: its turns, what they carry, its condition
 * round.c     loop of a workflow that a stage uses: several stages go round
 * input.c     where inputs come from: the edges
 * graph.c     needs, order and circles
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
    struct ft_map names; /* "tune.mesh" -> its key, of all stages and uses */
    size_t cap_stages;
    const struct ft_kept *kept; /* texts that are not read from the disk; or
                                   NULL */
    bool past; /* of a run that began: files may be gone by now */
};

/* What is known of a stage that has errors, so that each is reported once. */
struct ft_stage_state {
    bool broken;     /* its keys cannot be read */
    bool misspelt;   /* it has an unknown key: what is missing may be that */
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
/* The same for a workflow that the stage 'use' (taken) uses; NULL text: it
 * cannot be read. */
void ft_space_open(struct ft_build *b, struct ft_stage *use,
                   const struct ft_text *text);
void ft_space_free(struct ft_space *space);
/* What 'name' is in a space: a stage of the workflow, or the space that a stage
 * opens; NULL when it is not that. */
struct ft_stage *ft_space_stage(const struct ft_build *b,
                                const struct ft_space *space,
                                const char *name);
struct ft_space *ft_space_inner(const struct ft_build *b,
                                const struct ft_space *space,
                                const char *name);

/* A stage that uses a workflow, when the parameters around it have values: read
 * its keys and that workflow.  Takes 'use'. */
void ft_use_read(struct ft_build *b, struct ft_stage *use);
/* Give the parameters of the space values from 'with'. */
void ft_use_values(struct ft_build *b, struct ft_space *space);
/* What depends on the cell of the stage that opens the space. */
void ft_use_check(struct ft_build *b, struct ft_space *space);
/* The inputs that the file of a space declares; where they come from; and what
 * its outputs are. */
void ft_bindings_declare(struct ft_build *b, struct ft_space *space);
void ft_bindings_read(struct ft_build *b, struct ft_space *space);
void ft_exports_read(struct ft_build *b, struct ft_space *space);
const struct ft_export *ft_export_find(const struct ft_space *space,
                                       const char *name);
/* Make 'in', an input of a stage in the space, come from where input 'i' of the
 * space comes from. */
void ft_binding_take(const struct ft_space *space, size_t i,
                     struct ft_input *in);

/* Read where one input of a stage comes from, or one that it gives to the
 * workflow that it uses; name, node and port are set. */
void ft_input_read(struct ft_build *b, const struct ft_stage *stage,
                   struct ft_input *in);
/* The same for the default of an input of a workflow, in 'text'. */
void ft_input_default(struct ft_build *b, const struct ft_text *text,
                      struct ft_input *in);
void ft_input_release(struct ft_input *in);

extern const struct ft_field ft_include_fields[];

/* Read the keys of a stage but its inputs. */
void ft_stage_read(struct ft_build *b, struct ft_stage *stage);
void ft_stage_release(struct ft_stage *stage);
void ft_axes_read(struct ft_build *b, struct ft_stage *stage);
void ft_axes_release(struct ft_axis *axis, size_t n);
/* A loop, when action and outputs are known; its axis comes last. */
extern const struct ft_field ft_loop_fields[];
void ft_loop_read(struct ft_build *b, struct ft_stage *stage);
void ft_loop_release(struct ft_stage *stage);
/* What its turns carry, when the inputs have been read. */
void ft_carry_read(struct ft_build *b, struct ft_stage *stage);
void ft_loop_check(struct ft_build *b, const struct ft_stage *stage);
/* The NAME of "${out.NAME}"; the caller frees.  NULL after reporting. */
char *ft_carry_name(struct ft_build *b, const struct ft_stage *stage,
                    const struct ft_node *node);
/* Can input 'in' get what 'node' carries, output 'out' of 'from'? */
void ft_carry_check(struct ft_build *b, const struct ft_stage *stage,
                    const struct ft_input *in, const struct ft_node *node,
                    const char *from, const struct ft_port *out);
/* A stage of a workflow that 'loop' repeats. */
void ft_round_join(struct ft_build *b, struct ft_stage *stage,
                   struct ft_loop *loop);
/* What its turns carry, when inputs and outputs of the workflow are known. */
void ft_round_carry(struct ft_build *b, struct ft_space *space);
/* Fill loop->before of all loops that have several stages. */
void ft_rounds_connect(struct ft_build *b);
/* Inputs and 'needs', when all stages have been read. */
void ft_inputs_read(struct ft_build *b, struct ft_stage *stage);
void ft_needs_read(struct ft_build *b, struct ft_stage *stage);
/* Fill wf->order; false after reporting circles. */
bool ft_order_find(struct ft_build *b);
/* Cells of a stage whose values are looked at before a run. */
#define FT_CHECKED_CELLS 64
void ft_values_check(struct ft_build *b, const struct ft_stage *stage);
/* Names in 'with' that are no parameters; 'what' has them ("module", name). */
void ft_with_check(struct ft_build *b, const struct ft_stage *stage,
                   const struct ft_params *declared, const char *what,
                   const char *name);


/* The nearest stage, port or file beside 'path', as a hint for the newest
 * diagnostic. */
void ft_hint_stage(struct ft_build *b, const struct ft_space *space,
                   const char *name);
void ft_hint_port(struct ft_build *b, const char *name,
                  const struct ft_port *port, size_t n);
void ft_hint_file(struct ft_build *b, const char *path);
/* All outputs of a used workflow, likewise. */
void ft_hint_exports(struct ft_build *b, const struct ft_space *inner);

/* How the stage chooses among the cells of 'from', whose output 'in' takes. */
void ft_hint_axes(struct ft_build *b, const struct ft_input *in,
                  const struct ft_stage *stage, const struct ft_stage *from);

#endif
