/* object.h - the types of objects */
#ifndef FT_MODEL_OBJECT_H
#define FT_MODEL_OBJECT_H

#include <stdbool.h>

enum ft_object_type {
    FT_OBJECT_MESH,  /* points, cells, groups */
    FT_OBJECT_FIELD, /* values on a mesh, with a unit */
    FT_OBJECT_IMAGE, /* values on a regular grid, with a unit */
    FT_OBJECT_TABLE, /* columns with units */
    FT_OBJECT_FILE,  /* bytes with a media type */
};
#define FT_OBJECT_TYPES 5

const char *ft_object_type_text(enum ft_object_type type); /* "mesh" */
const char *ft_object_type_noun(enum ft_object_type type); /* "an image" */
bool ft_object_type_parse(const char *text, enum ft_object_type *type);
extern const char *const ft_object_type_names[]; /* NULL-terminated */

#endif
