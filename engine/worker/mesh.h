/* mesh.h - points, cells and groups: what mesh and field share */
#ifndef FT_WORKER_MESH_H
#define FT_WORKER_MESH_H

#include "worker/scan.h"

struct json_object;

#define FT_MESH_GROUPS_MAX 65536
#define FT_MESH_NAME_MAX 127

/* May a group have this name?  Printable ASCII without spaces at its ends, and
 * not what stands for all. */
bool ft_mesh_name_valid(const char *name);

/* /VTKHDF has the wanted 'Type' and Version (1,0). */
int ft_mesh_check_vtkhdf(const struct ft_scan *scan, const char *type,
                         struct ft_err *err);

/* Every rule of objects.md for an unstructured grid: the counts agree, every
 * cell has a known type and existing points, every group is named. */
int ft_mesh_check(const struct ft_scan *scan, struct ft_err *err);

/* Add "points", "cells" and "groups". */
int ft_mesh_describe(const struct ft_scan *scan, struct json_object *summary,
                     struct ft_err *err);

#endif
