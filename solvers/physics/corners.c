/* corners.c - from the cells of a field's mesh to those of the domain
 *
 * Cell k of both meshes is the same one, whatever its points are numbered.
 * What the field calls its points travels with the cells, and their values and
 * places follow:
 *
 *     cell k of the field -> cell k of the input -> cells here <- its points
 */
#include "physics/corners.h"

#include "fe/comm.h"

/* A cell of the field as it travels: VTK's type, then its points. */
#define WORDS (1 + FE_MAX_NODES)

struct corners {
    const struct phy_domain *d;
    const struct stg_mesh *mesh; /* of the field */
    const double *given;         /* its values */
    PetscInt n_cells, n_nodes;   /* here */
    PetscInt *cell;              /* [n_cells][WORDS] */
    double *value;               /* [n_nodes] */
    double (*x)[3];              /* places of the field's points */
};

/* --- cells --------------------------------------------------------------- */

/* Cells come first in a mesh: how many of its stretch are some. */
static PetscInt count_cells(const struct stg_mesh *mesh, int dim)
{
    PetscInt n = 0;

    while (n < mesh->my_cells && stg_cell_type(mesh->type[n])->dimension == dim)
        n++;
    return n;
}

static PetscErrorCode bring_cells(struct corners *c, PetscInt n_field,
                                  PetscInt n_input)
{
    const struct stg_mesh *mesh = c->mesh, *input = &c->d->input;
    PetscInt *out, *slab, *at, start;
    MPI_Datatype words;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc3(n_field * WORDS, &out, input->my_cells * WORDS,
                           &slab, n_input, &at));
    for (PetscInt i = 0; i < n_field; i++) {
        out[i * WORDS] = mesh->type[i];
        for (int64_t k = mesh->offset[i]; k < mesh->offset[i + 1]; k++)
            out[i * WORDS + 1 + k - mesh->offset[i]] = (PetscInt)mesh->node[k];
    }
    PetscCall(fe_start(c->d->mesh->comm, n_input, &start));
    for (PetscInt i = 0; i < n_input; i++)
        at[i] = start + i;
    PetscCall(PetscMalloc1(c->n_cells * WORDS, &c->cell));
    PetscCall(fe_graph(c->d->mesh->comm, n_field, n_input, at, &sf));
    PetscCallMPI(MPI_Type_contiguous(WORDS, MPIU_INT, &words));
    PetscCallMPI(MPI_Type_commit(&words));
    PetscCall(PetscSFBcastBegin(sf, words, out, slab, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, words, out, slab, MPI_REPLACE));
    PetscCall(PetscSFBcastBegin(c->d->mesh->cells, words, slab, c->cell,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(c->d->mesh->cells, words, slab, c->cell,
                              MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&words));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree3(out, slab, at));
    PetscFunctionReturn(0);
}

/* --- points -------------------------------------------------------------- */

/* How many nodes of an element a cell of that type has: all of them or, when it
 * is the one that the element was raised from, the corners; else none. */
static int known_nodes(const struct fe_elem *elem, PetscInt type)
{
    const struct fe_elem *of = fe_elem_vtk((int)type);

    if (of == elem)
        return elem->nodes;
    if (of && of->order == 1 && of->dim == elem->dim &&
        of->corners == elem->corners)
        return elem->corners;
    return 0;
}

/* Walk over all cells; elem == NULL ends it. */
struct walk {
    int b;
    PetscInt i, cell, node; /* in the block, of all, the first of its nodes */
    const struct fe_elem *elem;
    const PetscInt *local;
    int known;
};

static bool next_cell(const struct corners *c, struct walk *w)
{
    const struct fe_mesh *mesh = c->d->mesh;

    if (w->elem) {
        w->node += w->elem->nodes;
        w->cell++;
        w->i++;
    }
    while (w->b < mesh->n_cell_blocks && w->i == mesh->block[w->b].n) {
        w->b++;
        w->i = 0;
    }
    if (w->b == mesh->n_cell_blocks)
        return false;
    w->elem = mesh->block[w->b].elem;
    w->local = mesh->block[w->b].node + w->i * w->elem->nodes;
    w->known = known_nodes(w->elem, c->cell[w->cell * WORDS]);
    return true;
}

/* Values and places of the points that the cells have. */
static PetscErrorCode bring_points(struct corners *c)
{
    const struct stg_mesh *mesh = c->mesh;
    struct walk w = { 0 };
    PetscInt *at;
    MPI_Datatype triple;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(c->n_nodes, &at)); /* what is not known: point 0 */
    PetscCall(PetscMalloc1(c->n_nodes, &c->x));
    while (next_cell(c, &w))
        for (int i = 0; i < w.known; i++)
            at[w.node + i] = c->cell[w.cell * WORDS + 1 + i];
    PetscCall(fe_graph(c->d->mesh->comm, (PetscInt)mesh->my_points, c->n_nodes,
                       at, &sf));
    PetscCallMPI(MPI_Type_contiguous(3, MPI_DOUBLE, &triple));
    PetscCallMPI(MPI_Type_commit(&triple));
    PetscCall(PetscSFBcastBegin(sf, triple, mesh->point, c->x, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, triple, mesh->point, c->x, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&triple));
    PetscCall(PetscSFBcastBegin(sf, MPI_DOUBLE, c->given, c->value,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, MPI_DOUBLE, c->given, c->value,
                              MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree(at));
    PetscFunctionReturn(0);
}

/* Nodes that the field has not get the mean of their corners. */
static int take_values(struct corners *c)
{
    const double *x = c->d->mesh->x;
    struct walk w = { 0 };
    int same = 1;

    while (next_cell(c, &w)) {
        double *v = c->value + w.node;

        same = same && w.known > 0;
        for (int i = 0; same && i < w.known; i++)
            for (int k = 0; k < 3; k++)
                same = same && c->x[w.node + i][k] == x[3 * w.local[i] + k];
        for (int i = w.known; i < w.elem->nodes; i++) {
            int corner[FE_MAX_CORNERS];
            int n = fe_elem_parents(w.elem, i, corner);

            v[i] = 0;
            for (int k = 0; k < n; k++)
                v[i] += v[corner[k]] / n;
        }
    }
    return same;
}

/* --- all of it ----------------------------------------------------------- */

/* Is the field on the cells of the domain?  Then take its values. */
static PetscErrorCode by_cells(struct corners *c, int *same)
{
    MPI_Comm comm = c->d->mesh->comm;
    PetscInt n[2], all[2]; /* cells of the field and of the input */

    PetscFunctionBeginUser;
    n[0] = count_cells(c->mesh, c->d->mesh->dim);
    n[1] = count_cells(&c->d->input, c->d->mesh->dim);
    PetscCallMPI(MPI_Allreduce(n, all, 2, MPIU_INT, MPI_SUM, comm));
    *same = all[0] == all[1] && c->mesh->points > 0;
    if (!*same)
        PetscFunctionReturn(0);
    PetscCall(bring_cells(c, n[0], n[1]));
    PetscCall(bring_points(c));
    *same = take_values(c);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, same, 1, MPI_INT, MPI_LAND,
                               comm));
    PetscCall(PetscFree(c->cell));
    PetscCall(PetscFree(c->x));
    PetscFunctionReturn(0);
}

/* Another program may have listed the cells in another order. */
static PetscErrorCode by_points(struct corners *c, const char *input,
                                const char *unit)
{
    const struct phy_domain *d = c->d;
    PetscInt at = 0;
    double *u;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(d->n, &u));
    PetscCall(phy_read_nodes(d, input, unit, u));
    for (int b = 0; b < d->mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &d->mesh->block[b];

        for (PetscInt i = 0; i < block->n * block->elem->nodes; i++)
            c->value[at++] = u[block->node[i]];
    }
    PetscCall(PetscFree(u));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_read_corners(const struct phy_domain *d, const char *input,
                                const char *unit, double **value)
{
    struct stg_mesh mesh = { 0 };
    struct stg_field field = { 0 };
    struct corners c = { .d = d, .mesh = &mesh };
    const char *path;
    int same = 0;

    PetscFunctionBeginUser;
    for (int b = 0; b < d->mesh->n_cell_blocks; b++) {
        c.n_cells += d->mesh->block[b].n;
        c.n_nodes += d->mesh->block[b].n * d->mesh->block[b].elem->nodes;
    }
    PetscCall(PetscMalloc1(c.n_nodes + 1, value));
    c.value = *value;
    PetscCall(stg_input_path(d->task, input, &path));
    PetscCall(stg_field_read(d->task, path, unit, &mesh, &field));
    c.given = field.value;
    if (field.place == STG_ON_POINTS && field.components == 1)
        PetscCall(by_cells(&c, &same));
    stg_field_release(&field);
    stg_mesh_release(&mesh);
    if (!same)
        PetscCall(by_points(&c, input, unit));
    PetscFunctionReturn(0);
}
