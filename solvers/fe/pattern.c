/* pattern.c - merge what cells add to each row
 *
 * For each local node, the cells that have it give its row of blocks: a column
 * is new when it was not seen in this row.  A row is sorted once, and then its
 * columns know their places: no entry is ever searched for.  Rows of ghosts go
 * to their owners first, so that these can merge them with their own.
 */
#include "fe/pattern.h"

#include "fe/comm.h"

/* The cells of each local node: nodes first[i] .. first[i+1] of 'at', each the
 * block and the position in its list of nodes. */
struct incidence {
    PetscCount *first;
    struct {
        PetscInt block, at;
    } *item;
};

/* A block that another rank adds to a row of this one; both are numbers of
 * nodes. */
struct more {
    PetscInt row, column, at; /* 'at': its position among those of all ranks */
};

struct merge {
    const struct fe_mesh *mesh;
    struct fe_matrix *matrix;
    struct incidence inc;
    char *count;        /* by local node: how many of its unknowns are fixed */
    PetscInt turn, *seen; /* by local node: the last turn that had it */
    PetscInt *position; /* by local node: its place in this row */
    PetscInt *column;   /* of the row: numbers, and where they come from: a */
    PetscInt *source;   /* local node, or -1 - the position in 'more' */
    PetscInt n_more;
    struct more *more;
    PetscInt *more_first, *more_at; /* those of each owned row */
};

static PetscErrorCode find_incidence(const struct fe_mesh *mesh,
                                     struct incidence *inc)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 2, &inc->first));
    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt k = 0; k < block->n * block->elem->nodes; k++)
            inc->first[block->node[k] + 2]++;
    }
    for (PetscInt i = 0; i < n; i++)
        inc->first[i + 2] += inc->first[i + 1];
    PetscCall(PetscMalloc1(inc->first[n + 1], &inc->item));
    for (PetscInt b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt k = 0; k < block->n * block->elem->nodes; k++) {
            PetscCount at = inc->first[block->node[k] + 1]++;

            inc->item[at].block = b;
            inc->item[at].at = k;
        }
    }
    PetscFunctionReturn(0);
}

/* Does the node have unknowns that are not fixed? */
static bool is_free(const struct merge *merge, PetscInt i)
{
    return merge->count[i] < merge->matrix->unknowns;
}

static void see(struct merge *merge, PetscInt i, PetscInt *n)
{
    if (merge->seen[i] == merge->turn)
        return;
    merge->seen[i] = merge->turn;
    merge->column[*n] = fe_mesh_number(merge->mesh, i);
    merge->source[(*n)++] = i;
}

/* The columns of row 'i' in ascending order, some of them more than once; how
 * many. */
static PetscErrorCode collect(struct merge *merge, PetscInt i, PetscInt *n)
{
    const struct fe_mesh *mesh = merge->mesh;
    const struct incidence *inc = &merge->inc;

    PetscFunctionBeginUser;
    *n = 0;
    merge->turn++;
    for (PetscCount k = inc->first[i]; is_free(merge, i) &&
                                       k < inc->first[i + 1]; k++) {
        const struct fe_block *block = &mesh->block[inc->item[k].block];
        int nodes = block->elem->nodes;
        const PetscInt *node =
            block->node + inc->item[k].at / nodes * nodes;

        for (int j = 0; j < nodes; j++)
            if (is_free(merge, node[j]))
                see(merge, node[j], n);
    }
    if (i < mesh->n_owned) {
        if (merge->count[i]) /* the ones */
            see(merge, i, n);
        for (PetscInt k = merge->more_first[i]; k < merge->more_first[i + 1];
             k++) {
            merge->column[*n] = merge->more[merge->more_at[k]].column;
            merge->source[(*n)++] = -1 - merge->more_at[k];
        }
    }
    PetscCall(PetscSortIntWithArray(*n, merge->column, merge->source));
    PetscFunctionReturn(0);
}

/* Give the columns of row 'i' their places, from first[i] on. */
static void place(struct merge *merge, PetscInt i, PetscInt n)
{
    struct fe_matrix *matrix = merge->matrix;
    PetscInt at = matrix->first[i] - 1, start = matrix->first[i];

    for (PetscInt k = 0; k < n; k++) {
        if (k == 0 || merge->column[k] != merge->column[at - start])
            merge->column[++at - start] = merge->column[k];
        if (merge->source[k] >= 0)
            merge->position[merge->source[k]] = at;
        else
            matrix->other[-1 - merge->source[k]] =
                (struct fe_other){ i, at };
    }
    matrix->first[i + 1] = at + 1;
}

/* Tell the cells. */
static void place_cells(struct merge *merge, PetscInt i)
{
    const struct incidence *inc = &merge->inc;

    for (PetscCount k = inc->first[i]; k < inc->first[i + 1]; k++) {
        int b = (int)inc->item[k].block;
        int nodes = merge->mesh->block[b].elem->nodes;
        const PetscInt *node = merge->mesh->block[b].node +
                               inc->item[k].at / nodes * nodes;
        PetscInt *to = merge->matrix->place[b] +
                       (PetscCount)inc->item[k].at * nodes;

        for (int j = 0; j < nodes; j++)
            to[j] = is_free(merge, i) && is_free(merge, node[j])
                        ? merge->position[node[j]]
                        : -1;
    }
}

/* The ones on the diagonal of row 'i', whose columns have places. */
static void place_ones(struct merge *merge, PetscInt i)
{
    struct fe_matrix *matrix = merge->matrix;
    int m = matrix->unknowns;

    for (int k = 0; merge->count[i] && k < m; k++)
        if (matrix->fixed[i * m + k])
            matrix->one[matrix->n_ones++] =
                fe_matrix_at(matrix, i, merge->position[i]) +
                (PetscCount)fe_matrix_stride(matrix, i) * k + k;
}

/* No row has more columns than its cells have nodes and others add to it. */
static PetscInt most_of(const struct merge *merge, PetscInt i)
{
    const struct incidence *inc = &merge->inc;
    PetscInt most = 1;

    for (PetscCount k = inc->first[i]; k < inc->first[i + 1]; k++)
        most += merge->mesh->block[inc->item[k].block].elem->nodes;
    if (merge->more_first && i < merge->mesh->n_owned)
        most += merge->more_first[i + 1] - merge->more_first[i];
    return most;
}

/* Room for one row, and for those of nodes 'from' to 'to'. */
static PetscErrorCode make_room(struct merge *merge, PetscInt from,
                                PetscInt to, PetscInt *total)
{
    PetscInt longest = 0;
    PetscCount sum = 0;

    PetscFunctionBeginUser;
    for (PetscInt i = from; i < to; i++) {
        PetscInt most = most_of(merge, i);

        longest = PetscMax(longest, most);
        sum += most;
    }
    PetscCheck(sum < PETSC_MAX_INT, PETSC_COMM_SELF, PETSC_ERR_USER_INPUT,
               "the mesh is too large for this number of ranks: one has %lld "
               "entries of element matrices, PETSc counts to %lld",
               (long long)sum, (long long)PETSC_MAX_INT);
    PetscCall(PetscFree2(merge->column, merge->source));
    PetscCall(PetscMalloc2(longest, &merge->column, longest, &merge->source));
    *total = (PetscInt)sum;
    PetscFunctionReturn(0);
}

/* --- rows of ghosts ---------------------------------------------------- */

/* What this rank adds to the rows of others: in the order of ghosts, and of the
 * columns of each; and to whom.  The caller frees both. */
static PetscErrorCode find_mine(struct merge *merge, PetscInt *total,
                                struct more **item, PetscMPIInt **to)
{
    const struct fe_mesh *mesh = merge->mesh;
    PetscInt n, most, start, all = mesh->n_owned + mesh->n_ghosts;
    PetscLayout layout;

    PetscFunctionBeginUser;
    PetscCall(make_room(merge, mesh->n_owned, all, &most));
    PetscCall(PetscMalloc1(most, item));
    PetscCall(PetscMalloc1(most, to));
    PetscCall(PetscLayoutCreateFromSizes(mesh->comm, mesh->n_owned,
                                         PETSC_DECIDE, 1, &layout));
    *total = 0;
    for (PetscInt i = mesh->n_owned; i < all; i++) {
        PetscInt row = fe_mesh_number(mesh, i);

        PetscCall(collect(merge, i, &n));
        for (PetscInt k = 0; k < n; k++, (*total)++) {
            (*item)[*total] = (struct more){ row, merge->column[k], *total };
            PetscCall(PetscLayoutFindOwner(layout, row, &(*to)[*total]));
        }
    }
    PetscCall(fe_start(mesh->comm, *total, &start));
    for (PetscInt k = 0; k < *total; k++)
        (*item)[k].at += start;
    PetscCall(PetscLayoutDestroy(&layout));
    PetscFunctionReturn(0);
}

/* Sort what has arrived by rows; from then on, values travel the same way. */
static PetscErrorCode take_more(struct merge *merge, PetscInt n_mine)
{
    const struct fe_mesh *mesh = merge->mesh;
    PetscInt *first, *at, n = merge->n_more;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(mesh->n_owned + 2, &first));
    PetscCall(PetscMalloc1(n, &merge->more_at));
    PetscCall(PetscMalloc1(n, &at));
    for (PetscInt k = 0; k < n; k++)
        first[merge->more[k].row - mesh->first + 2]++;
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        first[i + 2] += first[i + 1];
    for (PetscInt k = 0; k < n; k++) {
        merge->more_at[first[merge->more[k].row - mesh->first + 1]++] = k;
        at[k] = merge->more[k].at;
    }
    merge->more_first = first;
    merge->matrix->n_mine = n_mine;
    merge->matrix->n_others = n;
    PetscCall(PetscMalloc1(n, &merge->matrix->other));
    PetscCall(fe_graph(mesh->comm, n_mine, n, at, &merge->matrix->others));
    PetscCall(PetscFree(at));
    PetscFunctionReturn(0);
}

static PetscErrorCode meet_others(struct merge *merge)
{
    PetscInt total = 0;
    struct more *item;
    PetscMPIInt *to;
    void *got;

    PetscFunctionBeginUser;
    PetscCall(find_mine(merge, &total, &item, &to));
    PetscCall(fe_exchange(merge->mesh->comm, total, to, sizeof(*item), item,
                          &merge->n_more, &got));
    merge->more = got;
    PetscCall(PetscFree(item));
    PetscCall(PetscFree(to));
    PetscCall(take_more(merge, total));
    PetscFunctionReturn(0);
}

/* --- all rows ---------------------------------------------------------- */

static PetscErrorCode merge_rows(struct merge *merge, PetscInt **column)
{
    const struct fe_mesh *mesh = merge->mesh;
    struct fe_matrix *matrix = merge->matrix;
    PetscInt n, all = mesh->n_owned + mesh->n_ghosts, most;

    PetscFunctionBeginUser;
    PetscCall(make_room(merge, 0, all, &most));
    PetscCall(PetscMalloc1(most, column));
    PetscCall(PetscMalloc1(all + 1, &matrix->first));
    PetscCall(PetscMalloc1(mesh->n_owned * matrix->unknowns, &matrix->one));
    matrix->n_owned = mesh->n_owned;
    matrix->n_rows = all;
    matrix->first[0] = 0;
    for (PetscInt i = 0; i < all; i++) {
        PetscCall(collect(merge, i, &n));
        place(merge, i, n);
        place_cells(merge, i);
        PetscCall(PetscArraycpy(*column + matrix->first[i], merge->column,
                                matrix->first[i + 1] - matrix->first[i]));
        if (i < mesh->n_owned)
            place_ones(merge, i);
    }
    PetscFunctionReturn(0);
}

/* How many unknowns of each node are fixed. */
static PetscErrorCode count_fixed(struct merge *merge, PetscInt n)
{
    int m = merge->matrix->unknowns;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n, &merge->count));
    for (PetscInt i = 0; i < n * m; i++)
        merge->count[i / m] += merge->matrix->fixed[i] != 0;
    PetscFunctionReturn(0);
}

PetscErrorCode fe_pattern(const struct fe_mesh *mesh, struct fe_matrix *matrix,
                          PetscInt **column)
{
    struct merge merge = { .mesh = mesh, .matrix = matrix };
    PetscInt n = mesh->n_owned + mesh->n_ghosts;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_blocks; b++) {
        PetscCount nodes = mesh->block[b].elem->nodes;

        PetscCall(PetscMalloc1(nodes * nodes * mesh->block[b].n,
                               &matrix->place[b]));
    }
    PetscCall(find_incidence(mesh, &merge.inc));
    PetscCall(count_fixed(&merge, n));
    PetscCall(PetscCalloc2(n, &merge.seen, n, &merge.position));
    PetscCall(meet_others(&merge));
    PetscCall(merge_rows(&merge, column));
    PetscCall(PetscFree2(merge.column, merge.source));
    PetscCall(PetscFree2(merge.seen, merge.position));
    PetscCall(PetscFree(merge.more_at));
    PetscCall(PetscFree(merge.more_first));
    PetscCall(PetscFree(merge.more));
    PetscCall(PetscFree(merge.count));
    PetscCall(PetscFree(merge.inc.first));
    PetscCall(PetscFree(merge.inc.item));
    PetscFunctionReturn(0);
}
