/* held.c - the same answers on every rank, also for nodes seen from afar */
#include "physics/held.h"

#include <stdio.h>

#include "fe/comm.h"
#include "fe/parts.h"

static void mark_held(const struct phy_domain *d,
                      const struct phy_conditions *list, int which,
                      PetscInt by[])
{
    const struct fe_mesh *mesh = d->mesh;
    const struct phy_condition *condition = &list->item[which];

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt i = 0; i < block->n * nodes; i++) {
            PetscInt *at = &by[block->node[i]];

            if (phy_holds(condition, block, i / nodes) &&
                (*at < 0 || list->item[*at].group > condition->group))
                *at = which;
        }
    }
}

PetscErrorCode phy_held_by(const struct phy_domain *d,
                           const struct phy_conditions *list, int kind,
                           PetscInt by[])
{
    const struct fe_mesh *mesh = d->mesh;
    PetscInt *group, *ghosts;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < d->n; i++)
        by[i] = -1;
    for (int k = 0; k < list->n; k++)
        if (list->item[k].kind == kind)
            mark_held(d, list, k, by);
    PetscCall(PetscMalloc1(d->n, &group));
    ghosts = group + mesh->n_owned;
    for (PetscInt i = 0; i < d->n; i++)
        group[i] = by[i] < 0 ? PETSC_MAX_INT : list->item[by[i]].group;
    /* a node may be held only on a rank that has it as a ghost */
    PetscCall(PetscSFReduceBegin(mesh->halo, MPIU_INT, ghosts, group,
                                 MPI_MIN));
    PetscCall(PetscSFReduceEnd(mesh->halo, MPIU_INT, ghosts, group, MPI_MIN));
    PetscCall(PetscSFBcastBegin(mesh->halo, MPIU_INT, group, ghosts,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, MPIU_INT, group, ghosts,
                              MPI_REPLACE));
    for (PetscInt i = 0; i < d->n; i++)
        for (int k = 0; k < list->n; k++)
            if (list->item[k].kind == kind && list->item[k].group == group[i])
                by[i] = k;
    PetscCall(PetscFree(group));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_held_alone(const struct phy_domain *d,
                              const struct phy_conditions *list, int kind,
                              const char *what)
{
    for (int i = 0; i < list->n; i++)
        for (int j = 0; j < list->n; j++) {
            const struct phy_condition *p = &list->item[i], *q = &list->item[j];

            if (i != j && p->kind == kind && p->group == q->group &&
                p->dim == q->dim)
                return stg_fail(d->task, "group '%s' is in '%s' and in '%s'; "
                                "%s", d->group[p->group].name, p->name,
                                q->name, what);
        }
    return 0;
}

void phy_mark_nodes(const struct phy_domain *d,
                    const struct phy_condition *condition, PetscInt mark[])
{
    const struct fe_mesh *mesh = d->mesh;

    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt i = 0; i < block->n * nodes; i++)
            if (phy_holds(condition, block, i / nodes))
                mark[block->node[i]] = 1;
    }
}

PetscErrorCode phy_parts_marked(const struct phy_domain *d,
                                const PetscInt mark[], const char *what)
{
    const struct fe_mesh *mesh = d->mesh;
    PetscInt *part, *root;
    char msg[FE_MSG] = "";
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(d->n, &part));
    PetscCall(PetscCalloc1(mesh->n_owned, &root));
    PetscCall(fe_parts(mesh, part));
    PetscCall(fe_graph(mesh->comm, mesh->n_owned, d->n, part, &sf));
    PetscCall(PetscSFReduceBegin(sf, MPIU_INT, mark, root, MPI_MAX));
    PetscCall(PetscSFReduceEnd(sf, MPIU_INT, mark, root, MPI_MAX));
    for (PetscInt i = 0; i < mesh->n_owned && !msg[0]; i++)
        if (part[i] == mesh->first + i && !root[i])
            (void)snprintf(msg, sizeof(msg), "the part of the mesh that has "
                           "the point (%g, %g, %g) m %s; should it be joined "
                           "to another part?", mesh->x[3 * i],
                           mesh->x[3 * i + 1], mesh->x[3 * i + 2], what);
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree(part));
    PetscCall(PetscFree(root));
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}
