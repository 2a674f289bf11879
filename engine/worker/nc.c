/* nc.c - the variables of a netCDF file, of whatever format */
#include "worker/nc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
