/* contact.c - heat across contacts: what one side loses the other gets */
#include "fe/kernel.h"
#include "heat/heat.h"

/* One pair of facets with the nodes of one side and those of the other. */
struct pair {
    const struct fe_tab *tab; /* of one side */
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES];
    double jump[FE_MAX_POINTS]; /* second side less first, K */
    double h[FE_MAX_POINTS], slope[FE_MAX_POINTS];
};

static void look_at(struct heat *heat, const struct phy_condition *contact,
                    int b, PetscInt c, struct pair *pair)
{
    const struct fe_block *block = &heat->mesh->block[b];
    const struct fe_tab *tab = &heat->d.tab[b];
    int n = tab->elem->nodes;
    double mean[FE_MAX_POINTS];

    pair->tab = tab;
    fe_mesh_corners(heat->mesh, block, c, pair->x);
    fe_mesh_take(block, c, 1, heat->w, pair->w);
    for (int q = 0; q < tab->points; q++) {
        mean[q] = pair->jump[q] = 0;
        for (int i = 0; i < n; i++) {
            mean[q] += tab->n[q][i] * (pair->w[i] + pair->w[n + i]) / 2;
            pair->jump[q] += tab->n[q][i] * (pair->w[n + i] - pair->w[i]);
        }
    }
    heat_conductance(heat, contact, tab, pair->x, mean, pair->h, pair->slope,
                     heat->trouble);
}

double heat_contact_residual(struct heat *heat,
                             const struct phy_condition *contact, double r[])
{
    const struct fe_mesh *mesh = heat->mesh;
    double s[FE_MAX_POINTS], of_pair[FE_MAX_NODES], into[2] = { 0, 0 };
    struct pair pair;

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n; c++) {
            int n = heat->d.tab[b].elem->nodes;

            if (!phy_holds(contact, &mesh->block[b], c))
                continue;
            look_at(heat, contact, b, c, &pair);
            for (int q = 0; q < pair.tab->points; q++)
                s[q] = pair.h[q] * pair.jump[q]; /* into the first side */
            fe_kernel_residual(pair.tab, pair.x, 0, 0, NULL, NULL, s, of_pair,
                               into);
            for (int i = 0; i < n; i++)
                of_pair[n + i] = -of_pair[i];
            fe_mesh_add(&mesh->block[b], c, 1, of_pair, r);
        }
    return -into[1];
}

/* With s = h(mean) jump into the first side, and m the mass matrix,
 *     d/du of -s on the first side  m(h - slope jump / 2)
 *          on the second one       -m(h + slope jump / 2);
 * the rows of the second side are the negative of these. */
void heat_contact_matrix(struct heat *heat,
                         const struct phy_condition *contact,
                         struct fe_matrix *matrix)
{
    static const double none[FE_MAX_POINTS];
    const struct fe_mesh *mesh = heat->mesh;
    double a[FE_MAX_NODES * FE_MAX_NODES], m[FE_MAX_NODES * FE_MAX_NODES];
    double c[FE_MAX_POINTS];
    struct pair pair;

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++)
        for (PetscInt k = 0; k < mesh->block[b].n; k++) {
            int n = heat->d.tab[b].elem->nodes;

            if (!phy_holds(contact, &mesh->block[b], k))
                continue;
            look_at(heat, contact, b, k, &pair);
            for (int side = 0; side < 2; side++) {
                double sign = side == 0 ? 1 : -1;

                for (int q = 0; q < pair.tab->points; q++)
                    c[q] = sign * heat->now.w_new *
                           (pair.h[q] - sign * pair.slope[q] * pair.jump[q] /
                            2);
                fe_kernel_matrix_at(pair.tab, pair.x, none, NULL, c, m);
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < n; j++) {
                        int column = side * n + j;

                        a[i * 2 * n + column] = m[i * n + j];
                        a[(n + i) * 2 * n + column] = -m[i * n + j];
                    }
            }
            fe_matrix_add(mesh, matrix, b, k, a);
        }
}
