/* around.h - which cells hang together around the points of contacts; a part of
 * split.c
 *
 * Cells that share a face at a point belong together there, unless a contact
 * lies on it:
 *
 *            \ | / a           a contact (===) ends at p: the way round it
 *         ----p=====           joins all cells, and p stays one point
 *            / | \ b
 *
 *            \ | / a           it goes on: two parts, and two points
 *         ====p=====
 *            / | \ b
 */
#ifndef PHY_AROUND_H
#define PHY_AROUND_H

#include "fe/comm.h"
#include "fe/face.h"
#include "physics/split.h"

enum phy_kind { PHY_CONTACT, PHY_FACET, PHY_CELL }; /* sorted so on a face */

/* A face of a cell, or a facet, at a point that it has. */
struct phy_meet {
    int64_t point;
    int64_t face[FE_FACE_MAX];
    int64_t number;    /* of the cell or facet in the input */
    enum phy_kind kind;
    int group;         /* position in the table; n_groups: none */
    int turn;          /* of the face, see fe_face_key() */
    PetscInt rank, at; /* who asks; the place in his list of nodes */
    PetscInt slot;     /* of the cell at the point, among all cells at points */
};

/* The point there now; for contacts, that of each side. */
struct phy_reply {
    PetscInt at;
    int64_t point[2];
};

/* All that meets at points of this rank. */
struct phy_around {
    struct phy_meet *met;
    PetscInt n;
    PetscInt *up;   /* union-find of slots */
    int64_t *point; /* by slot: the point, -1 where the cell has another slot */
};

/* Find the parts.  When a contact has a facet that is not between two cells, or
 * is listed twice, '*fault' is the first such facet and '*what' says so: "with
 * a body on one side only".  Not collective. */
PetscErrorCode phy_around_join(struct phy_around *around,
                               const struct phy_meet **fault,
                               const char **what);
PetscErrorCode phy_around_release(struct phy_around *around);

/* The first part at a point keeps it, others become new points: n, first and
 * origin of 'split', whose 'points' is known.  Collective. */
PetscErrorCode phy_around_number(MPI_Comm comm, struct phy_around *around,
                                 struct phy_split *split);

/* A reply for each of 'met', and the rank that it goes to.  Not collective. */
void phy_around_answer(struct phy_around *around, struct phy_reply reply[],
                       PetscMPIInt dest[]);

#endif
