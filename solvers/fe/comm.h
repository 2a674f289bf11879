/* comm.h - the few patterns of communication that the others are made of
 *
 * Everything here is collective on 'comm'.
 */
#ifndef FE_COMM_H
#define FE_COMM_H

#include <petscsf.h>

#define FE_MSG 256 /* room for a message in the user's terms */

/* Agree that all is well: 'msg' is "" on ranks that found nothing wrong.
 * If a rank did, every rank fails with PETSC_ERR_USER_INPUT and the message of
 * the first such rank, so that one mistake is reported once. */
PetscErrorCode fe_agree(MPI_Comm comm, const char *msg);

/* Send items[i], 'size' bytes, to rank dest[i].  What arrives is ordered by
 * sending rank and then as it was sent; the caller frees *got with
 * PetscFree(). */
PetscErrorCode fe_exchange(MPI_Comm comm, PetscInt n, const PetscMPIInt dest[],
                           size_t size, const void *items, PetscInt *n_got,
                           void **got);

/* Where the stretch of this rank starts when each rank has 'n' things. */
PetscErrorCode fe_start(MPI_Comm comm, PetscInt n, PetscInt *start);

/* A graph whose roots are the things of which this rank has 'n_roots', and
 * whose leaves, here numbered 0 to n_leaves, are the things at the positions
 * 'at' among those of all ranks. */
PetscErrorCode fe_graph(MPI_Comm comm, PetscInt n_roots, PetscInt n_leaves,
                        const PetscInt at[], PetscSF *sf);

#endif
