/* h5.c - files, groups and attributes; see h5_rows.c for datasets */
#include "stage/h5.h"
#include "stage/task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAP_NS 50000
#define COPY_GROWS_BY (64 << 10) /* it does not */

/* --- errors --------------------------------------------------------------- */

static herr_t keep_description(unsigned n, const H5E_error2_t *error,
                               void *text)
{
    (void)n;
    if (error->desc && *error->desc)
        snprintf(text, STG_MESSAGE_MAX / 2, "%s", error->desc);
    return 0;
}

PetscErrorCode stg_h5_fail(struct stg_h5 *h5, const char *what,
                           const char *name)
{
    char reason[STG_MESSAGE_MAX / 2] = "";

    /* The innermost entry comes last. */
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_description, reason);
    return stg_fail(h5->task, "cannot %s %s%s%s'%s'%s%s", what,
                    name ? "'" : "", name ? name : "", name ? "' of " : "",
                    h5->path, reason[0] ? ": " : "", reason);
}

PetscErrorCode stg_h5_agree(struct stg_h5 *h5, PetscErrorCode rc)
{
    if (h5->how == STG_H5_PARALLEL || h5->how == STG_H5_COPIED)
        return stg_agree(h5->task, rc);
    if (h5->how == STG_H5_ALONE)
        return rc;
    if (!h5->failed)
        h5->failed = rc;
    return 0;
}

bool stg_h5_present(const struct stg_h5 *h5)
{
    return h5->how != STG_H5_GATHERED || (h5->task->rank == 0 && !h5->failed);
}

/* --- files ---------------------------------------------------------------- */

/* What a small file holds, while it is being opened. */
struct image {
    void *bytes;
    int64_t size;
};

static hid_t access_list(const struct stg_h5 *h5, const struct image *image)
{
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    herr_t ok = list < 0 ? -1 : 0;

    if (ok >= 0)
        ok = H5Pset_libver_bounds(list, H5F_LIBVER_V110, H5F_LIBVER_V110);
    if (ok >= 0 && h5->how == STG_H5_PARALLEL)
        ok = H5Pset_fapl_mpio(list, h5->task->comm, MPI_INFO_NULL);
    if (ok >= 0 && h5->how == STG_H5_PARALLEL)
        ok = H5Pset_all_coll_metadata_ops(list, true);
    if (ok >= 0 && h5->how == STG_H5_PARALLEL)
        ok = H5Pset_coll_metadata_write(list, true);
    if (ok >= 0 && h5->how == STG_H5_COPIED)
        ok = H5Pset_fapl_core(list, COPY_GROWS_BY, false);
    if (ok >= 0 && h5->how == STG_H5_COPIED)
        ok = H5Pset_file_image(list, image->bytes, (size_t)image->size);
    if (ok >= 0)
        return list;
    H5Pclose(list);
    return H5I_INVALID_HID;
}

/* HDF5 describes badly why a file cannot be made. */
static bool can_create(const struct stg_h5 *h5)
{
    int fd = open(h5->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    return fd >= 0 && close(fd) == 0;
}

/* HDF5 knows files in memory by their names, and insists that there is none of
 * that name: below a file there cannot be. */
static hid_t open_copy(const struct stg_h5 *h5, hid_t access)
{
    char name[STG_PATH_MAX + sizeof("/copy")];

    snprintf(name, sizeof(name), "%s/copy", h5->path);
    return H5Fopen(name, H5F_ACC_RDONLY, access);
}

static PetscErrorCode open_file(struct stg_h5 *h5, hid_t access)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    PetscErrorCode rc = 0;

    if (h5->writing && h5->how != STG_H5_PARALLEL && !can_create(h5))
        rc = stg_fail(h5->task, "cannot create '%s': %s", h5->path,
                      strerror(errno));
    else if (h5->how == STG_H5_COPIED)
        h5->file = open_copy(h5, access);
    else if (!h5->writing)
        h5->file = H5Fopen(h5->path, H5F_ACC_RDONLY, access);
    else if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        h5->file = H5Fcreate(h5->path, H5F_ACC_TRUNC, creation, access);
    if (!rc && h5->file < 0)
        rc = stg_h5_fail(h5, h5->writing ? "create" : "open", NULL);
    H5Pclose(creation);
    return stg_h5_agree(h5, rc);
}

static PetscErrorCode begin(struct stg_task *task, const char *path,
                            enum stg_h5_how how, bool writing,
                            const struct image *image, struct stg_h5 *h5)
{
    PetscErrorCode rc = 0;
    hid_t access;

    *h5 = (struct stg_h5){ .task = task, .path = path, .how = how,
                           .writing = writing, .file = H5I_INVALID_HID };
    if (how == STG_H5_GATHERED) {
        rc = PetscMalloc2(STG_H5_SMALL_BYTES, &h5->all, 4 * (size_t)task->ranks,
                          &h5->parts);
        PetscCall(stg_agree(task, rc));
    }
    if (!stg_h5_present(h5))
        return 0;
    access = access_list(h5, image);
    if (access < 0)
        rc = stg_h5_fail(h5, "prepare", NULL);
    rc = stg_h5_agree(h5, rc);
    if (!rc)
        rc = open_file(h5, access);
    if (access >= 0)
        H5Pclose(access);
    return rc;
}

PetscErrorCode stg_h5_create(struct stg_task *task, const char *path,
                             int64_t bytes, struct stg_h5 *h5)
{
    return begin(task, path,
                 bytes <= STG_H5_SMALL_BYTES ? STG_H5_GATHERED
                                             : STG_H5_PARALLEL,
                 true, NULL, h5);
}

PetscErrorCode stg_h5_create_alone(struct stg_task *task, const char *path,
                                   struct stg_h5 *h5)
{
    return begin(task, path, STG_H5_ALONE, true, NULL, h5);
}

/* HDF5 takes no empty image. */
static bool is_small(const struct image *image)
{
    return image->size > 0 && image->size <= STG_H5_SMALL_BYTES;
}

/* On rank 0: the size of the file, and all of it if it is small. */
static PetscErrorCode load(struct stg_task *task, const char *path,
                           struct image *image)
{
    struct stat st = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fstat(fd, &st) == 0;

    image->size = st.st_size;
    if (ok && is_small(image))
        ok = read(fd, image->bytes, (size_t)image->size) == image->size;
    if (!ok)
        stg_fail(task, "cannot read '%s': %s", path,
                 errno ? strerror(errno) : "it is being changed");
    if (fd >= 0)
        close(fd);
    return ok ? 0 : PETSC_ERR_USER;
}

static PetscErrorCode share(struct stg_task *task, const char *path,
                            struct image *image)
{
    PetscErrorCode rc = PetscMalloc(STG_H5_SMALL_BYTES, &image->bytes);

    errno = 0;
    if (!rc && task->rank == 0)
        rc = load(task, path, image);
    PetscCall(stg_agree(task, rc));
    PetscCallMPI(MPI_Bcast(&image->size, 1, MPI_INT64_T, 0, task->comm));
    if (is_small(image))
        PetscCallMPI(MPI_Bcast(image->bytes, (int)image->size, MPI_BYTE, 0,
                               task->comm));
    return 0;
}

PetscErrorCode stg_h5_open(struct stg_task *task, const char *path,
                           struct stg_h5 *h5)
{
    struct image image = { 0 };
    PetscErrorCode rc;

    *h5 = (struct stg_h5){ .task = task, .file = H5I_INVALID_HID };
    rc = share(task, path, &image);
    if (!rc)
        rc = begin(task, path,
                   is_small(&image) ? STG_H5_COPIED : STG_H5_PARALLEL, false,
                   &image, h5);
    PetscFree(image.bytes);
    return rc;
}

/* After a failed write the ranks' copies of the file differ, and closing it
 * would make them wait for each other for ever, or HDF5 try again: leave it
 * open. */
static PetscErrorCode abandon(struct stg_h5 *h5, PetscErrorCode rc)
{
    h5->task->broken = true;
    h5->file = H5I_INVALID_HID;
    return rc;
}

void stg_h5_await(const struct stg_task *task)
{
    const struct timespec nap = { .tv_nsec = NAP_NS };
    MPI_Request request;
    int done = 0;

    (void)MPI_Ibarrier(task->comm, &request);
    (void)MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    while (!done) {
        nanosleep(&nap, NULL);
        (void)MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    }
}

/* The others learn what has become of it. */
static PetscErrorCode close_gathered(struct stg_h5 *h5, PetscErrorCode rc)
{
    if (!rc)
        rc = h5->failed;
    if (!rc && h5->file >= 0 && H5Fflush(h5->file, H5F_SCOPE_GLOBAL) < 0)
        rc = stg_h5_fail(h5, "write", NULL);
    if (h5->file >= 0 && rc) {
        rc = abandon(h5, rc);
    } else if (h5->file >= 0 && H5Fclose(h5->file) < 0) {
        h5->task->broken = true;
        rc = stg_h5_fail(h5, "close", NULL);
    }
    h5->file = H5I_INVALID_HID;
    PetscFree2(h5->all, h5->parts);
    stg_h5_await(h5->task);
    return stg_agree(h5->task, rc);
}

PetscErrorCode stg_h5_close(struct stg_h5 *h5, PetscErrorCode rc)
{
    if (h5->how == STG_H5_GATHERED)
        return close_gathered(h5, rc);
    rc = stg_h5_agree(h5, rc);
    if (h5->file < 0)
        return rc;
    if (!rc && h5->writing && H5Fflush(h5->file, H5F_SCOPE_GLOBAL) < 0)
        rc = stg_h5_fail(h5, "write", NULL);
    rc = stg_h5_agree(h5, rc);
    if (rc && h5->writing)
        return abandon(h5, rc);
    if (H5Fclose(h5->file) < 0) {
        h5->task->broken = true;
        rc = stg_h5_fail(h5, "close", NULL);
    }
    h5->file = H5I_INVALID_HID;
    return stg_h5_agree(h5, rc);
}

/* --- groups and attributes ------------------------------------------------ */

PetscErrorCode stg_h5_group(struct stg_h5 *h5, const char *name)
{
    hid_t list, group = H5I_INVALID_HID;
    PetscErrorCode rc = 0;

    if (!stg_h5_present(h5))
        return 0;
    list = H5Pcreate(H5P_GROUP_CREATE);
    if (list >= 0 && H5Pset_obj_track_times(list, false) >= 0)
        group = H5Gcreate2(h5->file, name, H5P_DEFAULT, list, H5P_DEFAULT);
    if (group < 0 || H5Gclose(group) < 0)
        rc = stg_h5_fail(h5, "create", name);
    H5Pclose(list);
    return stg_h5_agree(h5, rc);
}

static PetscErrorCode write_attribute(struct stg_h5 *h5, const char *object,
                                      const char *name, hid_t file_type,
                                      hid_t memory_type, hid_t space,
                                      const void *value)
{
    PetscErrorCode rc = 0;
    hid_t attribute = H5Acreate_by_name(h5->file, object, name, file_type,
                                        space, H5P_DEFAULT, H5P_DEFAULT,
                                        H5P_DEFAULT);

    if (attribute < 0 || H5Awrite(attribute, memory_type, value) < 0)
        rc = stg_h5_fail(h5, "write", name);
    if (attribute >= 0 && H5Aclose(attribute) < 0)
        rc = stg_h5_fail(h5, "write", name);
    return stg_h5_agree(h5, rc);
}

PetscErrorCode stg_h5_text(struct stg_h5 *h5, const char *object,
                           const char *name, const char *text)
{
    hid_t type, space;
    PetscErrorCode rc = 0;

    if (!stg_h5_present(h5))
        return 0;
    type = H5Tcopy(H5T_C_S1);
    space = H5Screate(H5S_SCALAR);
    /* Exactly as long as the text: VTK compares all bytes. */
    if (type < 0 || space < 0 || H5Tset_size(type, strlen(text) + !*text) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0)
        rc = stg_h5_fail(h5, "write", name);
    rc = stg_h5_agree(h5, rc);
    if (!rc)
        rc = write_attribute(h5, object, name, type, type, space, text);
    H5Sclose(space);
    H5Tclose(type);
    return rc;
}

PetscErrorCode stg_h5_values(struct stg_h5 *h5, const char *object,
                             const char *name, hid_t file_type,
                             hid_t memory_type, hsize_t n, const void *value)
{
    hid_t space;
    PetscErrorCode rc = 0;

    if (!stg_h5_present(h5))
        return 0;
    space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    if (space < 0)
        rc = stg_h5_fail(h5, "write", name);
    rc = stg_h5_agree(h5, rc);
    if (!rc)
        rc = write_attribute(h5, object, name, file_type, memory_type, space,
                             value);
    H5Sclose(space);
    return rc;
}

/* Open an attribute if it exists and has 'n' elements (0: any). */
static hid_t open_attribute(struct stg_h5 *h5, const char *object,
                            const char *name, hsize_t n)
{
    hid_t attribute, space;
    hssize_t has;

    if (H5Aexists_by_name(h5->file, object, name, H5P_DEFAULT) <= 0)
        return H5I_INVALID_HID;
    attribute = H5Aopen_by_name(h5->file, object, name, H5P_DEFAULT,
                                H5P_DEFAULT);
    space = H5Aget_space(attribute);
    has = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    if (has > 0 && (n == 0 || (hsize_t)has == n))
        return attribute;
    H5Aclose(attribute);
    return H5I_INVALID_HID;
}

PetscErrorCode stg_h5_read_text(struct stg_h5 *h5, const char *object,
                                const char *name, size_t size, char *text,
                                bool *found)
{
    hid_t attribute = open_attribute(h5, object, name, 1);
    hid_t type, memory = H5Tcopy(H5T_C_S1);
    PetscErrorCode rc = 0;

    memset(text, 0, size);
    *found = false;
    if (attribute >= 0) {
        type = H5Aget_type(attribute);
        if (H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type) &&
            H5Tset_size(memory, size) >= 0 &&
            H5Tset_cset(memory, H5Tget_cset(type)) >= 0 &&
            H5Aread(attribute, memory, text) >= 0)
            *found = true;
        else
            rc = stg_fail(h5->task,
                          "attribute '%s' of '%s' in '%s' is not a "
                          "fixed-length text",
                          name, object, h5->path);
        H5Tclose(type);
        H5Aclose(attribute);
    }
    H5Tclose(memory);
    return stg_h5_agree(h5, rc);
}

PetscErrorCode stg_h5_read_values(struct stg_h5 *h5, const char *object,
                                  const char *name, hid_t memory_type,
                                  hsize_t n, void *value, bool *found)
{
    hid_t attribute = open_attribute(h5, object, name, n);
    PetscErrorCode rc = 0;

    *found = attribute >= 0;
    if (*found && H5Aread(attribute, memory_type, value) < 0)
        rc = stg_h5_fail(h5, "read", name);
    if (*found)
        H5Aclose(attribute);
    return stg_h5_agree(h5, rc);
}
