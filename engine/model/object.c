/* object.c - the types of objects */
#include "model/object.h"

#include <stddef.h>
#include <string.h>

const char *const ft_object_type_names[] = {
    [FT_OBJECT_MESH] = "mesh",   [FT_OBJECT_FIELD] = "field",
    [FT_OBJECT_IMAGE] = "image", [FT_OBJECT_TABLE] = "table",
    [FT_OBJECT_FILE] = "file",   [FT_OBJECT_TYPES] = NULL,
};

const char *ft_object_type_text(enum ft_object_type type)
{
    return ft_object_type_names[type];
}

const char *ft_object_type_noun(enum ft_object_type type)
{
    static const char *const noun[FT_OBJECT_TYPES] = {
        [FT_OBJECT_MESH] = "a mesh",    [FT_OBJECT_FIELD] = "a field",
        [FT_OBJECT_IMAGE] = "an image", [FT_OBJECT_TABLE] = "a table",
        [FT_OBJECT_FILE] = "a file",
    };

    return noun[type];
}

bool ft_object_type_parse(const char *text, enum ft_object_type *type)
{
    for (int i = 0; i < FT_OBJECT_TYPES; i++) {
        if (strcmp(text, ft_object_type_names[i]) != 0)
            continue;
        *type = (enum ft_object_type)i;
        return true;
    }
    return false;
}
