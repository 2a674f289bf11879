/* data.c - from a field in a file to values where the cells need them */
#include "post/data.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fe/comm.h"
#include "physics/raise.h"

/* --- components ----------------------------------------------------------- */

/* VTK's order of six numbers: a symmetric tensor. */
static const struct {
    int components;
    const char *name[9];
} names[] = {
    { 3, { "x", "y", "z" } },
    { 6, { "xx", "yy", "zz", "xy", "yz", "xz" } },
    { 9, { "xx", "xy", "xz", "yx", "yy", "yz", "zx", "zy", "zz" } },
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

int post_component(const char *name, int components)
{
    if (components == 1)
        return *name ? POST_NO_COMPONENT : 0;
    if (!*name || strcmp(name, "magnitude") == 0)
        return components == 3 ? POST_MAGNITUDE : POST_NO_COMPONENT;
    for (size_t i = 0; i < N_NAMES; i++)
        for (int k = 0; names[i].components == components && k < components;
             k++)
            if (strcmp(names[i].name[k], name) == 0)
                return k;
    return POST_NO_COMPONENT;
}

static PetscErrorCode no_component(struct stg_task *task, const char *label,
                                   const char *name, int components)
{
    char known[80] = "";
    size_t used = 0;

    if (components == 1)
        return stg_fail(task, "parameter 'component' is '%s', but %s has one "
                        "value at each place", name, label);
    for (size_t i = 0; i < N_NAMES; i++)
        for (int k = 0; names[i].components == components && k < components;
             k++)
            used += (size_t)snprintf(known + used, sizeof(known) - used, " %s",
                                     names[i].name[k]);
    if (!*name)
        return stg_fail(task, "%s has %d components; choose one with "
                        "'component':%s", label, components, known);
    return stg_fail(task, "parameter 'component' is '%s', but %s has%s%s",
                    name, label, components == 3 ? " magnitude" : "", known);
}

/* Keep one number of each row. */
static PetscErrorCode take_component(struct stg_task *task, const char *label,
                                     const char *name, int64_t rows,
                                     struct stg_field *field)
{
    int n = field->components, k = post_component(name, n);

    if (k == POST_NO_COMPONENT)
        return no_component(task, label, name, n);
    for (int64_t i = 0; n > 1 && i < rows; i++) {
        const double *v = field->value + n * i;

        field->value[i] = k == POST_MAGNITUDE
            ? sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) : v[k];
    }
    field->components = 1;
    return 0;
}

/* --- inputs --------------------------------------------------------------- */

/* " of NAME=VALUE, ..." for the cell of a matrix. */
static void describe_cell(const struct stg_value *cell, char *text, size_t size)
{
    const char *before = " of ";
    size_t used = 0;

    json_object_object_foreach(cell->json, axis, value) {
        struct json_object *number, *unit;
        bool quantity =
            json_object_is_type(value, json_type_object) &&
            json_object_object_get_ex(value, "value", &number) &&
            json_object_object_get_ex(value, "unit", &unit);
        int n;

        if (quantity)
            n = snprintf(text + used, size - used, "%s%s=%g %s", before, axis,
                         json_object_get_double(number),
                         json_object_get_string(unit));
        else
            n = snprintf(text + used, size - used, "%s%s=%s", before, axis,
                         json_object_get_string(value));
        if (n < 0 || used + (size_t)n >= size)
            return;
        used += (size_t)n;
        before = ", ";
    }
}

void post_input_label(const struct stg_input *input, char *text, size_t size)
{
    const char *slash = strrchr(input->path, '/');
    int n = snprintf(text, size, "'%s'", input->object
                     ? input->object : slash ? slash + 1 : input->path);

    if (n > 0 && (size_t)n < size && input->cell.json)
        describe_cell(&input->cell, text + n, size - (size_t)n);
}

static PetscErrorCode check_finite(struct stg_task *task, const char *label,
                                   const struct post_field *f)
{
    const struct stg_field *field = &f->field;
    bool cells = field->place == STG_ON_CELLS;
    int64_t n = cells ? f->input.my_cells : f->input.my_points;
    int64_t bad = 0, first = -1;

    for (int64_t i = n - 1; i >= 0; i--)
        if (!isfinite(field->value[i])) {
            bad++;
            first = i;
        }
    if (!bad)
        return 0;
    if (cells)
        return stg_fail(task, "%s is not finite in %lld cells, first in cell "
                        "%lld", label, (long long)bad,
                        (long long)(f->input.first_cell + first));
    return stg_fail(task, "%s is not finite at %lld points, first at "
                    "(%g, %g, %g) m", label, (long long)bad,
                    f->input.point[3 * first], f->input.point[3 * first + 1],
                    f->input.point[3 * first + 2]);
}

/* --- facets --------------------------------------------------------------- */

/* A field with more points, but no more cells, was split at contacts
 * (physics/split.h). */
static const char *other_mesh(const struct stg_mesh *field,
                              const struct stg_mesh *mesh)
{
    if (field->points > mesh->points && field->order == mesh->order &&
        field->cells <= mesh->cells)
        return "has more points than input 'mesh', as at a contact, where "
               "there is one for each body; such a field can only be reduced "
               "without 'mesh' and 'surfaces'";
    return "is on another mesh than input 'mesh'";
}

/* Take the mesh that the field was computed on, which has facets. */
static PetscErrorCode take_mesh(struct stg_task *task, const char *label,
                                struct post_field *f)
{
    struct stg_mesh mesh = { 0 };
    const char *path;
    bool same;
    PetscErrorCode rc = 0;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(task, "mesh", &path));
    PetscCall(stg_mesh_read(task, path, &mesh));
    if (mesh.order < f->input.order) /* solved with cells of second order */
        PetscCall(phy_raise(task, &mesh));
    same = mesh.points == f->input.points;
    for (int64_t i = 0; same && i < 3 * mesh.my_points; i++)
        same = mesh.point[i] == f->input.point[i];
    if (!same)
        rc = stg_fail(task, "%s %s", label, other_mesh(&f->input, &mesh));
    PetscCall(stg_agree(task, rc));
    stg_mesh_release(&f->input);
    f->input = mesh;
    PetscFunctionReturn(0);
}

/* --- dividing ------------------------------------------------------------- */

static PetscErrorCode divide(struct stg_task *task, struct post_field *f)
{
    struct stg_mesh *input = &f->input;
    struct fe_slab slab = {
        .n_points = (PetscInt)input->my_points,
        .n_cells = (PetscInt)input->my_cells,
        .x = input->point,
        .vtk = input->type,
        .node = input->node,
        .group = input->group,
    };

    PetscFunctionBeginUser;
    PetscCheck(input->points < PETSC_MAX_INT && input->cells < PETSC_MAX_INT,
               stg_comm(task), PETSC_ERR_USER_INPUT, "the mesh has %lld points "
               "and %lld cells; this build of PETSc counts to %lld",
               (long long)input->points, (long long)input->cells,
               (long long)PETSC_MAX_INT);
    PetscCall(PetscCalloc1(input->n_groups, &f->group));
    for (size_t g = 0; g < input->n_groups; g++) {
        f->group[g].id = input->groups[g].id;
        f->group[g].dim = input->groups[g].dimension;
        f->group[g].name = input->groups[g].name;
    }
    PetscCall(fe_mesh_new(stg_comm(task), &slab, f->group,
                          (int)input->n_groups, &f->mesh));
    PetscFunctionReturn(0);
}

size_t post_field_size(const struct post_field *f)
{
    PetscInt cells = 0;

    if (f->field.place == STG_ON_POINTS)
        return (size_t)(f->mesh->n_owned + f->mesh->n_ghosts);
    for (int b = 0; b < f->mesh->n_cell_blocks; b++)
        cells += f->mesh->block[b].n;
    return (size_t)cells;
}

static PetscErrorCode spread(struct post_field *f)
{
    const struct fe_mesh *mesh = f->mesh;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(post_field_size(f), &f->value));
    if (f->field.place == STG_ON_POINTS) {
        PetscCall(fe_mesh_from_input(mesh, f->field.value, f->value));
        PetscCall(fe_mesh_spread(mesh, f->value));
    } else {
        PetscCall(PetscSFBcastBegin(mesh->cells, MPI_DOUBLE, f->field.value,
                                    f->value, MPI_REPLACE));
        PetscCall(PetscSFBcastEnd(mesh->cells, MPI_DOUBLE, f->field.value,
                                  f->value, MPI_REPLACE));
    }
    PetscFunctionReturn(0);
}

PetscErrorCode post_field_load(struct stg_task *task, const char *name,
                               size_t i, const char *component,
                               struct post_field *f)
{
    struct stg_input input;
    char label[256];
    int64_t rows;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    *f = (struct post_field){ 0 };
    PetscCall(stg_input(task, name, i, &input));
    post_input_label(&input, label, sizeof(label));
    PetscCall(stg_field_read(task, input.path, NULL, &f->input, &f->field));
    rows = f->field.place == STG_ON_CELLS ? f->input.my_cells
                                          : f->input.my_points;
    rc = take_component(task, label, component, rows, &f->field);
    if (!rc)
        rc = check_finite(task, label, f);
    PetscCall(stg_agree(task, rc));
    PetscFunctionReturn(0);
}

PetscErrorCode post_field_read(struct stg_task *task, const char *name,
                               size_t i, const char *component,
                               struct post_field *f)
{
    struct stg_input input;
    char label[256];

    PetscFunctionBeginUser;
    PetscCall(post_field_load(task, name, i, component, f));
    PetscCall(stg_input(task, name, i, &input));
    post_input_label(&input, label, sizeof(label));
    if (stg_input_count(task, "mesh") > 0 && f->field.place == STG_ON_POINTS)
        PetscCall(take_mesh(task, label, f));
    PetscCall(divide(task, f));
    PetscCall(spread(f));
    PetscFunctionReturn(0);
}

PetscErrorCode post_mesh_read(struct stg_task *task, const char *name,
                              struct post_field *f)
{
    const char *path;

    PetscFunctionBeginUser;
    *f = (struct post_field){ 0 };
    PetscCall(stg_input_path(task, name, &path));
    PetscCall(stg_mesh_read(task, path, &f->input));
    PetscCall(divide(task, f));
    PetscFunctionReturn(0);
}

PetscErrorCode post_field_release(struct post_field *f)
{
    PetscFunctionBeginUser;
    PetscCall(PetscFree(f->value));
    PetscCall(fe_mesh_free(&f->mesh));
    PetscCall(PetscFree(f->group));
    stg_field_release(&f->field);
    stg_mesh_release(&f->input);
    PetscFunctionReturn(0);
}

void post_cell_values(const struct post_field *f, const struct fe_block *block,
                      PetscInt first, PetscInt c, double v[])
{
    int nodes = block->elem->nodes;

    for (int i = 0; i < nodes; i++)
        v[i] = f->field.place == STG_ON_CELLS
            ? f->value[first + c] : f->value[block->node[c * nodes + i]];
}
