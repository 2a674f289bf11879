/* h5.h - HDF5 files the way every object of fedtwin is written (objects.md)
 *
 * Format V110, no times, every dataset that has rows in checksummed chunks; but
 * a large one that all ranks write is plain, since HDF5 writes such chunks
 * twice (it gets its checksums when it becomes a version).  Equal data give
 * equal bytes, whatever the number of ranks.  Every result of every rank is
 * checked, because a full disk can leave a file that opens cleanly with zeros
 * in it.
 *
 * All functions are collective, except on a file made by
 * stg_h5_create_alone(), which one rank writes by itself.
 *
 * A small file is read once and copied to all ranks, or gathered and written by
 * rank 0, which takes a fraction of the time that MPI-IO needs for it.  What
 * fails while rank 0 writes is known to the others, and returned, when the file
 * is closed; until then rank 0 goes on without writing.
 */
#ifndef STG_H5_H
#define STG_H5_H

#include <hdf5.h>

#include "stage/stage.h"

#define STG_H5_CHUNK_BYTES (1 << 20)
/* A small file: when it is read; its largest dataset, when it is written. */
#define STG_H5_SMALL_BYTES (1 << 20)

enum stg_h5_how {
    STG_H5_PARALLEL,
    STG_H5_GATHERED, /* rank 0 writes for all */
    STG_H5_COPIED,   /* each rank reads its own copy, in memory */
    STG_H5_ALONE,    /* one rank, and the others do not know */
};

struct stg_h5 {
    struct stg_task *task;
    const char *path;
    hid_t file;
    enum stg_h5_how how;
    bool writing;
    PetscErrorCode failed; /* gathered: what has become of it on rank 0 */
    char *all;  /* gathered: room for the rows of all ranks, */
    int *parts; /* and for 4 numbers for each of these */
};

/* Rows of a dataset that is cut along its first dimension. */
struct stg_rows {
    const char *name; /* "/VTKHDF/Points" */
    hid_t type;       /* in the file: H5T_IEEE_F64LE and the like */
    hsize_t columns;  /* 0: the dataset has one dimension */
    hsize_t total, first, mine;
};

/* 'bytes': at least those of its largest dataset.  How the file is written
 * depends on nothing else. */
PetscErrorCode stg_h5_create(struct stg_task *task, const char *path,
                             int64_t bytes, struct stg_h5 *h5);
PetscErrorCode stg_h5_create_alone(struct stg_task *task, const char *path,
                                   struct stg_h5 *h5);
PetscErrorCode stg_h5_open(struct stg_task *task, const char *path,
                           struct stg_h5 *h5);
/* Flush and close.  Pass the result so far; returns it, or the first failure
 * of any rank.  A file that was never opened is fine; one that could not be
 * written is not closed, and the process does not take another task. */
PetscErrorCode stg_h5_close(struct stg_h5 *h5, PetscErrorCode rc);

/* Store why: "cannot WHAT 'name' of 'path': HDF5's innermost reason". */
PetscErrorCode stg_h5_fail(struct stg_h5 *h5, const char *what,
                           const char *name);

/* stg_agree(); nothing on a file that one rank writes alone; on one that is
 * gathered it is kept, and all is well. */
PetscErrorCode stg_h5_agree(struct stg_h5 *h5, PetscErrorCode rc);
/* Do I have anything to do with the file itself? */
bool stg_h5_present(const struct stg_h5 *h5);
/* Collective.  Until rank 0 is here as well; the others leave their cores to it
 * meanwhile, and to whoever else has work. */
void stg_h5_await(const struct stg_task *task);

/* --- writing --------------------------------------------------------------
 * The same arguments on every rank, but for the rows. */

PetscErrorCode stg_h5_group(struct stg_h5 *h5, const char *name);
PetscErrorCode stg_h5_text(struct stg_h5 *h5, const char *object,
                           const char *name, const char *text);
/* n values of H5T_NATIVE_DOUBLE, H5T_NATIVE_INT64 ...; n 0: one scalar. */
PetscErrorCode stg_h5_values(struct stg_h5 *h5, const char *object,
                             const char *name, hid_t file_type,
                             hid_t memory_type, hsize_t n, const void *value);
/* 'data' holds my rows in the native form of rows->type. */
PetscErrorCode stg_h5_write(struct stg_h5 *h5, const struct stg_rows *rows,
                            const void *data);
/* A dataset whose rows rank 0 has. */
PetscErrorCode stg_h5_write_small(struct stg_h5 *h5, const char *name,
                                  hid_t type, hsize_t total, const void *data);

/* --- reading -------------------------------------------------------------- */

bool stg_h5_exists(struct stg_h5 *h5, const char *name);
/* Fill 'total' and 'columns' of the dataset rows->name; fails unless it holds
 * numbers, or text when rows->type is of that class. */
PetscErrorCode stg_h5_shape(struct stg_h5 *h5, struct stg_rows *rows);
/* My rows, converted to 'memory_type'. */
PetscErrorCode stg_h5_read(struct stg_h5 *h5, const struct stg_rows *rows,
                           hid_t memory_type, void *data);
/* A fixed-length text attribute; *found false and text "" when there is
 * none. */
PetscErrorCode stg_h5_read_text(struct stg_h5 *h5, const char *object,
                                const char *name, size_t size, char *text,
                                bool *found);
PetscErrorCode stg_h5_read_values(struct stg_h5 *h5, const char *object,
                                  const char *name, hid_t memory_type,
                                  hsize_t n, void *value, bool *found);

#endif
