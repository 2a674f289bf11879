/* nc.c - the variables of a netCDF file, of whatever format */
#include "worker/formats/nc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/copy.h"
#include "worker/h5.h"

int ft_nc_open(struct ft_nc *nc, const char *src, struct ft_err *err)
{
    uint64_t size_bytes = 0;
    char head[4] = "";
    int fd = ft_source_open(src, &size_bytes, err);

    *nc = (struct ft_nc){ .name = src };
    if (fd < 0)
        return -1;
    if (pread(fd, head, sizeof(head), 0) == sizeof(head) &&
        memcmp(head, "CDF", 3) == 0)
        return ft_nc_open_classic(nc, fd, size_bytes, err);
    close(fd);
    if (memcmp(head, "\211HDF", 4) == 0)
        return ft_nc_open_hdf5(nc, err);
    return ft_err_set(err, FT_EFORMAT, "'%s' is neither a netCDF nor an HDF5 "
                      "file", src);
}

void ft_nc_close(struct ft_nc *nc)
{
    if (nc->format)
        nc->format->close(nc);
    nc->format = NULL;
}

int ft_nc_text(struct ft_nc *nc, const struct ft_nc_var *var, const char *name,
               char **text, struct ft_err *err)
{
    struct ft_nc_attr attr = { 0 };
    int rc = nc->format->attr(nc, var, name, &attr, err);

    *text = NULL;
    if (rc > 0 && attr.text && !ft_h5_text_valid(attr.text))
        rc = ft_err_set(err, FT_EFORMAT, "%s: attribute '%s' of '%s' is not "
                        "printable UTF-8 text", nc->name, name, var->path);
    if (rc > 0) {
        *text = attr.text;
        attr.text = NULL;
    }
    ft_nc_attr_release(&attr);
    return rc < 0 ? -1 : 0;
}

/* --- arrays --------------------------------------------------------------- */

static int take_shape(const struct ft_nc *nc, const struct ft_nc_var *var,
                      struct ft_nc_array *array, struct ft_err *err)
{
    if ((!var->kind && !var->text) || var->rank < 1 || var->rank > 2)
        return ft_err_set(err, FT_EFORMAT, "%s: '%s' is no list or table of "
                          "numbers or text", nc->name, var->path);
    array->rows = var->dim[0];
    array->columns = var->rank == 2 ? var->dim[1] : 1;
    if (array->rows <= FT_NC_POINTS_MAX &&
        array->columns <= FT_NC_POINTS_MAX &&
        array->rows * array->columns <= FT_NC_POINTS_MAX)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "%s: '%s' has %llu x %llu elements: at "
                      "most %llu are taken", nc->name, var->path,
                      (unsigned long long)array->rows,
                      (unsigned long long)array->columns,
                      (unsigned long long)FT_NC_POINTS_MAX);
}

static int read_elements(struct ft_nc *nc, const struct ft_nc_var *var,
                         struct ft_nc_array *array, struct ft_err *err)
{
    static const uint64_t start[FT_NC_RANK_MAX];
    uint64_t n = array->rows * array->columns;

    if (var->text) {
        array->text = ft_calloc(n + 1, 1);
        return n ? nc->format->read_text(nc, var, array->text, err) : 0;
    }
    array->number = ft_calloc(n, sizeof(*array->number));
    return n ? nc->format->read(nc, var, start, var->dim, array->number, err)
             : 0;
}

int ft_nc_read_array(struct ft_nc *nc, const char *path,
                     struct ft_nc_array *array, struct ft_err *err)
{
    struct ft_nc_var var;
    int rc = nc->format->find(nc, path, &var, err);

    *array = (struct ft_nc_array){ 0 };
    if (rc <= 0)
        return rc;
    if (take_shape(nc, &var, array, err) < 0 ||
        read_elements(nc, &var, array, err) < 0) {
        ft_nc_array_release(array);
        rc = -1;
    }
    ft_nc_var_release(&var);
    return rc;
}

void ft_nc_array_release(struct ft_nc_array *array)
{
    free(array->number);
    free(array->text);
    *array = (struct ft_nc_array){ 0 };
}

/* -------------------------------------------------------------------------- */

void ft_nc_var_release(struct ft_nc_var *var)
{
    free(var->path);
    for (int i = 0; i < FT_NC_RANK_MAX; i++)
        free(var->dim_name[i]);
    *var = (struct ft_nc_var){ 0 };
}

void ft_nc_attr_release(struct ft_nc_attr *attr)
{
    free(attr->text);
    free(attr->number);
    *attr = (struct ft_nc_attr){ 0 };
}
