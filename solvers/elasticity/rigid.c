/* rigid.c - can a part of the mesh move without straining?
 *
 * A rigid motion of a part is m = (displacement of its centre, rotation about
 * it times its size), six numbers, or three in a plane.  A held axis of a node
 * forbids the motions that move the node along it: row . m = 0.  The sum of
 * row row' over the held axes of a part has the free motions as null space.
 */
#include "elasticity/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "elasticity/eigen.h"
#include "fe/map.h"
#include "fe/parts.h"

#define MOTIONS 6
#define FREE 1e-10 /* an eigenvalue below FREE * largest is zero */
#define PURE 1e-6  /* what a motion along one axis may have of others */

/* One part of the mesh. */
struct part {
    double centre[3], size; /* m; of half its largest side */
    double gram[MOTIONS * MOTIONS];
};

/* Number the parts of all ranks from 0; of[i] for each local node. */
static PetscErrorCode number_parts(const struct fe_mesh *mesh, PetscInt of[],
                                   PetscInt *n_parts)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts, mine = 0, start;
    PetscInt *part, *number;
    PetscSF sf;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(n, &part, mesh->n_owned, &number));
    PetscCall(fe_parts(mesh, part));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        number[i] = part[i] == mesh->first + i ? mine++ : -1;
    PetscCall(fe_start(mesh->comm, mine, &start));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        number[i] += start;
    PetscCallMPI(MPI_Allreduce(&mine, n_parts, 1, MPIU_INT, MPI_SUM,
                               mesh->comm));
    PetscCall(fe_graph(mesh->comm, mesh->n_owned, n, part, &sf));
    PetscCall(PetscSFBcastBegin(sf, MPIU_INT, number, of, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(sf, MPIU_INT, number, of, MPI_REPLACE));
    PetscCall(PetscSFDestroy(&sf));
    PetscCall(PetscFree2(part, number));
    PetscFunctionReturn(0);
}

/* The row of a held axis. */
static void make_row(const struct part *part, const double axis[3],
                     const double x[3], double row[MOTIONS])
{
    double arm[3], turn[3];

    for (int k = 0; k < 3; k++)
        arm[k] = (x[k] - part->centre[k]) / part->size;
    fe_cross(arm, axis, turn);
    for (int k = 0; k < 3; k++) {
        row[k] = axis[k];
        row[3 + k] = turn[k];
    }
}

/* In a plane the motions out of it are none; those away from an axis strain. */
static void add_plane(struct part *part, bool axial)
{
    for (int k = 0; k < MOTIONS; k++)
        if ((k >= 2 && k < 5) || (axial && k != 1))
            part->gram[k * MOTIONS + k] += 1;
}

static void add_node(struct part *part, const struct ela_support *support,
                     PetscInt i, const double x[3])
{
    double row[MOTIONS];

    for (int k = 0; k < support->dofs; k++) {
        double axis[3] = { 0, 0, 0 };

        if (!support->fixed[i * support->dofs + k])
            continue;
        axis[k] = 1;
        ela_from_axes(support, i, axis);
        make_row(part, axis, x, row);
        for (int p = 0; p < MOTIONS; p++)
            for (int q = 0; q < MOTIONS; q++)
                part->gram[p * MOTIONS + q] += row[p] * row[q];
    }
}

/* --- words ------------------------------------------------------------- */

/* Of length 1, its largest part positive, without what is only rounding. */
static void make_unit(const double v[3], double unit[3])
{
    double size = sqrt(fe_dot(v, v));
    int most = 0;

    for (int k = 1; k < 3; k++)
        if (fabs(v[k]) > fabs(v[most]) + PURE * size)
            most = k;
    for (int k = 0; k < 3; k++) {
        unit[k] = v[k] / (v[most] < 0 ? -size : size);
        if (fabs(unit[k]) < PURE)
            unit[k] = 0;
    }
}

/* Describe one motion: a displacement along, or a rotation about, some line. */
static void describe(const struct part *part, const double m[MOTIONS],
                     char *text, size_t size)
{
    double turn2 = fe_dot(m + 3, m + 3), at[3], along[3];

    make_unit(turn2 < PURE * PURE ? m : m + 3, along);
    if (turn2 < PURE * PURE) {
        (void)snprintf(text, size, "displacement along (%.3g, %.3g, %.3g)",
                       along[0], along[1], along[2]);
        return;
    }
    fe_cross(m + 3, m, at); /* from the centre to the line that stays */
    for (int k = 0; k < 3; k++) {
        at[k] = part->centre[k] + at[k] / turn2 * part->size;
        if (fabs(at[k]) < PURE * part->size)
            at[k] = 0;
    }
    (void)snprintf(text, size, "rotation about the line through (%.3g, %.3g, "
                   "%.3g) m along (%.3g, %.3g, %.3g)", at[0], at[1], at[2],
                   along[0], along[1], along[2]);
}

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);

    (void)snprintf(text + used, size - used, "%s%s", used ? ", " : "", more);
}

/* Take the motion along axis 'k' out of the n motions, if it is one of them. */
static bool take_pure(double m[][MOTIONS], int n, int k)
{
    double share = 0, old[MOTIONS];

    for (int i = 0; i < n; i++) {
        old[i] = m[i][k];
        share += old[i] * old[i];
    }
    if (share < 1 - PURE)
        return false;
    for (int i = 0; i < n; i++) /* what is left has n - 1 dimensions */
        m[i][k] = 0;
    return true;
}

/* The n free motions in words: first those along the axes of space. */
static void name_motions(const struct part *part, double m[][MOTIONS], int n,
                         char *text, size_t size)
{
    static const char *const names[MOTIONS] = {
        "displacement along x", "displacement along y",
        "displacement along z", "rotation about x", "rotation about y",
        "rotation about z",
    };
    int left = n;

    text[0] = '\0';
    for (int k = 0; k < MOTIONS; k++)
        if (take_pure(m, n, k)) {
            append(text, size, names[k]);
            left--;
        }
    for (int i = 0; i < n && left > 0; i++) {
        double norm = 0, inner;
        char one[160];

        for (int j = 0; j < i; j++) {
            inner = 0;
            for (int k = 0; k < MOTIONS; k++)
                inner += m[i][k] * m[j][k];
            for (int k = 0; k < MOTIONS; k++)
                m[i][k] -= inner * m[j][k];
        }
        for (int k = 0; k < MOTIONS; k++)
            norm += m[i][k] * m[i][k];
        for (int k = 0; k < MOTIONS; k++)
            m[i][k] = norm > PURE ? m[i][k] / sqrt(norm) : 0;
        if (norm <= PURE)
            continue;
        describe(part, m[i], one, sizeof(one));
        append(text, size, one);
        left--;
    }
}

/* The free motions of a part; how many. */
static int find_free(struct part *part, double m[MOTIONS][MOTIONS])
{
    double root[MOTIONS], v[MOTIONS][ELA_EIGEN_MAX];
    int n = 0;

    ela_eigen(MOTIONS, part->gram, root, v);
    for (int i = 0; i < MOTIONS; i++) {
        if (root[i] > FREE * root[MOTIONS - 1])
            continue;
        for (int k = 0; k < MOTIONS; k++)
            m[n][k] = v[i][k];
        n++;
    }
    return n;
}

/* --- parts ------------------------------------------------------------- */

/* Centres, then sizes about them, then what the supports forbid: three sums
 * over all ranks. */
static PetscErrorCode find_parts(const struct fe_mesh *mesh,
                                 const struct ela_support *support,
                                 const PetscInt of[], PetscInt n,
                                 struct part part[])
{
    double *sum;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(4 * n, &sum));
    for (PetscInt i = 0; i < mesh->n_owned; i++) {
        sum[4 * of[i] + 3] += 1;
        for (int k = 0; k < 3; k++)
            sum[4 * of[i] + k] += mesh->x[3 * i + k];
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, (int)(4 * n), MPI_DOUBLE,
                               MPI_SUM, mesh->comm));
    for (PetscInt p = 0; p < n; p++)
        for (int k = 0; k < 3; k++)
            part[p].centre[k] = sum[4 * p + k] / sum[4 * p + 3];
    PetscCall(PetscArrayzero(sum, n));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        for (int k = 0; k < 3; k++) {
            double arm = mesh->x[3 * i + k] - part[of[i]].centre[k];

            sum[of[i]] = fmax(sum[of[i]], fabs(arm));
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, (int)n, MPI_DOUBLE, MPI_MAX,
                               mesh->comm));
    for (PetscInt p = 0; p < n; p++)
        part[p].size = sum[p];
    PetscCall(PetscFree(sum));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        add_node(&part[of[i]], support, i, mesh->x + 3 * i);
    for (PetscInt p = 0; p < n; p++)
        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, part[p].gram,
                                   MOTIONS * MOTIONS, MPI_DOUBLE, MPI_SUM,
                                   mesh->comm));
    PetscFunctionReturn(0);
}

/* A point of the part, for messages: that with the smallest number. */
static PetscErrorCode find_point(const struct fe_mesh *mesh,
                                 const PetscInt of[], PetscInt which,
                                 double x[3])
{
    PetscInt first = PETSC_MAX_INT, mine;
    double found[3] = { 0, 0, 0 };

    PetscFunctionBeginUser;
    for (PetscInt i = mesh->n_owned - 1; i >= 0; i--)
        if (of[i] == which)
            first = mesh->first + i;
    mine = first;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPIU_INT, MPI_MIN,
                               mesh->comm));
    for (int k = 0; mine == first && k < 3; k++)
        found[k] = mesh->x[3 * (first - mesh->first) + k];
    PetscCallMPI(MPI_Allreduce(found, x, 3, MPI_DOUBLE, MPI_SUM, mesh->comm));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_count_free(const struct fe_mesh *mesh,
                              const struct ela_support *support, int *n_free,
                              char text[FE_MSG])
{
    PetscInt n, *of;
    struct part *part;
    double m[MOTIONS][MOTIONS], x[3];
    char names[FE_MSG];

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(mesh->n_owned + mesh->n_ghosts, &of));
    PetscCall(number_parts(mesh, of, &n));
    PetscCall(PetscCalloc1(n, &part));
    PetscCall(find_parts(mesh, support, of, n, part));
    *n_free = 0;
    text[0] = '\0';
    for (PetscInt p = 0; p < n; p++) {
        int free;

        if (support->dofs == 2)
            add_plane(&part[p], support->axial);
        free = find_free(&part[p], m);
        if (free > 0 && *n_free == 0) {
            name_motions(&part[p], m, free, names, sizeof(names));
            PetscCall(find_point(mesh, of, p, x));
            (void)snprintf(text, FE_MSG, "nothing holds the %s (%.3g, %.3g, "
                           "%.3g) m against: %s",
                           n == 1 ? "body at" : "part of the mesh that has",
                           x[0], x[1], x[2], names);
        }
        *n_free += free;
    }
    PetscCall(PetscFree(part));
    PetscCall(PetscFree(of));
    PetscFunctionReturn(0);
}
