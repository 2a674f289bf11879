/* h5_rows.c - datasets that are cut along their first dimension */
#include "stage/h5.h"
#include "stage/task.h"

static int dimensions(const struct stg_rows *rows)
{
    return rows->columns ? 2 : 1;
}

/* The bytes of all rows. */
static hsize_t bytes_of(const struct stg_rows *rows)
{
    return rows->total * (rows->columns ? rows->columns : 1) *
           H5Tget_size(rows->type);
}

/* Chunks with checksums.  What lies past the end in the last chunk is zero, so
 * the bytes are always the same. */
static herr_t set_chunks(hid_t list, const struct stg_rows *rows)
{
    hsize_t width = rows->columns ? rows->columns : 1;
    hsize_t fit = STG_H5_CHUNK_BYTES / (H5Tget_size(rows->type) * width);
    hsize_t chunk[2] = { rows->total < fit ? rows->total : fit, width };

    if (fit == 0)
        chunk[0] = 1;
    if (H5Pset_chunk(list, dimensions(rows), chunk) < 0)
        return -1;
    return H5Pset_fletcher32(list);
}

/* All in one piece, which the ranks fill. */
static herr_t set_plain(hid_t list)
{
    if (H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) < 0)
        return -1;
    return H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
}

/* The list for creating a dataset, without times. */
static hid_t creation_list(const struct stg_h5 *h5, const struct stg_rows *rows)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    bool plain = h5->how == STG_H5_PARALLEL &&
                 bytes_of(rows) > STG_H5_SMALL_BYTES;
    herr_t ok = list < 0 ? -1 : 0;

    if (ok >= 0)
        ok = H5Pset_obj_track_times(list, false);
    if (ok >= 0 && rows->total > 0)
        ok = plain ? set_plain(list) : set_chunks(list, rows);
    if (ok >= 0)
        return list;
    H5Pclose(list);
    return H5I_INVALID_HID;
}

static PetscErrorCode create(struct stg_h5 *h5, const struct stg_rows *rows,
                             hid_t *set)
{
    hsize_t size[2] = { rows->total, rows->columns };
    hid_t space = H5Screate_simple(dimensions(rows), size, NULL);
    hid_t list = creation_list(h5, rows);
    PetscErrorCode rc = 0;

    if (space < 0 || list < 0)
        rc = stg_h5_fail(h5, "create", rows->name);
    rc = stg_h5_agree(h5, rc);
    if (!rc) {
        *set = H5Dcreate2(h5->file, rows->name, rows->type, space, H5P_DEFAULT,
                          list, H5P_DEFAULT);
        if (*set < 0)
            rc = stg_h5_fail(h5, "create", rows->name);
        rc = stg_h5_agree(h5, rc);
    }
    H5Pclose(list);
    H5Sclose(space);
    return rc;
}

/* My rows in the file and in memory.  Ranks without rows take part too. */
struct selection {
    hid_t file, memory, transfer;
};

static void release(struct selection *s)
{
    H5Sclose(s->file);
    H5Sclose(s->memory);
    H5Pclose(s->transfer);
}

static bool choose(struct stg_h5 *h5, const struct stg_rows *rows, hid_t set,
                   struct selection *s)
{
    hsize_t start[2] = { rows->first, 0 };
    hsize_t count[2] = { rows->mine, rows->columns };
    int n = dimensions(rows);

    s->file = H5Dget_space(set);
    s->memory = H5Screate_simple(n, count, NULL);
    s->transfer = H5Pcreate(H5P_DATASET_XFER);
    if (s->file < 0 || s->memory < 0 || s->transfer < 0)
        return false;
    if (h5->how == STG_H5_PARALLEL &&
        H5Pset_dxpl_mpio(s->transfer, H5FD_MPIO_COLLECTIVE) < 0)
        return false;
    if (rows->mine == 0)
        return H5Sselect_none(s->file) >= 0 && H5Sselect_none(s->memory) >= 0;
    return H5Sselect_hyperslab(s->file, H5S_SELECT_SET, start, NULL, count,
                               NULL) >= 0;
}

static hid_t native(hid_t type)
{
    return H5Tget_native_type(type, H5T_DIR_ASCEND);
}

static PetscErrorCode write_rows(struct stg_h5 *h5, const struct stg_rows *rows,
                                 const void *data)
{
    struct selection s;
    hid_t set = H5I_INVALID_HID, memory = native(rows->type);
    const char none = 0;
    PetscErrorCode rc;

    rc = create(h5, rows, &set);
    if (rc) {
        H5Tclose(memory);
        return rc;
    }
    if (memory < 0 || !choose(h5, rows, set, &s))
        rc = stg_h5_fail(h5, "write", rows->name);
    rc = stg_h5_agree(h5, rc);
    if (!rc && rows->total > 0 &&
        H5Dwrite(set, memory, s.memory, s.file, s.transfer,
                 rows->mine ? data : &none) < 0)
        rc = stg_h5_fail(h5, "write", rows->name);
    release(&s);
    H5Tclose(memory);
    PetscCall(stg_h5_agree(h5, rc)); /* the file is left as it is */
    /* Chunks of a full disk get lost here, not in H5Dwrite(). */
    if (H5Dclose(set) < 0)
        rc = stg_h5_fail(h5, "write", rows->name);
    return stg_h5_agree(h5, rc);
}

/* All rows to rank 0, into h5->all. */
static PetscErrorCode gather(struct stg_h5 *h5, const struct stg_rows *rows,
                             const void *data)
{
    struct stg_task *task = h5->task;
    hid_t memory = native(rows->type);
    hsize_t width = H5Tget_size(memory) * (rows->columns ? rows->columns : 1);
    int part[2] = { (int)(rows->first * width), (int)(rows->mine * width) };
    bool leading = task->rank == 0;
    int *parts = h5->parts, *first = parts + 2 * (size_t)task->ranks;
    int *count = first + task->ranks;

    H5Tclose(memory);
    if (rows->total * width > STG_H5_SMALL_BYTES) /* the same everywhere */
        return stg_fail(task, "'%s' of '%s' is larger than was said",
                        rows->name, h5->path);
    PetscCallMPI(MPI_Gather(part, 2, MPI_INT, parts, 2, MPI_INT, 0,
                            task->comm));
    for (int i = 0; leading && i < task->ranks; i++) {
        first[i] = parts[2 * i];
        count[i] = parts[2 * i + 1];
    }
    PetscCallMPI(MPI_Gatherv(data, part[1], MPI_BYTE, h5->all, count, first,
                             MPI_BYTE, 0, task->comm));
    return 0;
}

PetscErrorCode stg_h5_write(struct stg_h5 *h5, const struct stg_rows *rows,
                            const void *data)
{
    struct stg_rows whole = *rows;

    if (h5->how != STG_H5_GATHERED)
        return write_rows(h5, rows, data);
    PetscCall(gather(h5, rows, data));
    if (!stg_h5_present(h5))
        return 0;
    whole.first = 0;
    whole.mine = rows->total;
    return write_rows(h5, &whole, h5->all);
}

PetscErrorCode stg_h5_write_small(struct stg_h5 *h5, const char *name,
                                  hid_t type, hsize_t total, const void *data)
{
    struct stg_rows rows = {
        .name = name, .type = type, .total = total,
        .mine = h5->task->rank == 0 ? total : 0,
    };

    return stg_h5_write(h5, &rows, data);
}

bool stg_h5_exists(struct stg_h5 *h5, const char *name)
{
    return H5Lexists(h5->file, name, H5P_DEFAULT) > 0;
}

static bool fits(hid_t set, struct stg_rows *rows)
{
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    H5T_class_t class = H5Tget_class(type);
    bool wants_text = H5Tget_class(rows->type) == H5T_STRING;
    hsize_t size[2] = { 0, 0 };
    int n = H5Sget_simple_extent_ndims(space);
    bool ok = n == 1 || n == 2;

    if (wants_text)
        ok = ok && class == H5T_STRING && !H5Tis_variable_str(type);
    else
        ok = ok && (class == H5T_INTEGER || class == H5T_FLOAT);
    if (ok)
        ok = H5Sget_simple_extent_dims(space, size, NULL) == n;
    rows->total = size[0];
    rows->columns = n == 2 ? size[1] : 0;
    H5Tclose(type);
    H5Sclose(space);
    return ok;
}

PetscErrorCode stg_h5_shape(struct stg_h5 *h5, struct stg_rows *rows)
{
    PetscErrorCode rc = 0;
    hid_t set = H5I_INVALID_HID;

    if (stg_h5_exists(h5, rows->name))
        set = H5Dopen2(h5->file, rows->name, H5P_DEFAULT);
    if (set < 0)
        rc = stg_fail(h5->task, "'%s' has no dataset '%s'", h5->path,
                      rows->name);
    else if (!fits(set, rows))
        rc = stg_fail(h5->task, "'%s' of '%s' has another type or shape",
                      rows->name, h5->path);
    if (set >= 0)
        H5Dclose(set);
    return stg_h5_agree(h5, rc);
}

PetscErrorCode stg_h5_read(struct stg_h5 *h5, const struct stg_rows *rows,
                           hid_t memory_type, void *data)
{
    hid_t set = H5Dopen2(h5->file, rows->name, H5P_DEFAULT);
    struct selection s;
    PetscErrorCode rc = 0;
    char none;

    if (set < 0)
        rc = stg_h5_fail(h5, "open", rows->name);
    PetscCall(stg_h5_agree(h5, rc));
    if (!choose(h5, rows, set, &s))
        rc = stg_h5_fail(h5, "read", rows->name);
    rc = stg_h5_agree(h5, rc);
    if (!rc && rows->total > 0 &&
        H5Dread(set, memory_type, s.memory, s.file, s.transfer,
                rows->mine ? data : &none) < 0)
        rc = stg_h5_fail(h5, "read", rows->name);
    release(&s);
    H5Dclose(set);
    return stg_h5_agree(h5, rc);
}
