/* id.c - ids and digests from outside, checked before they become paths */
#include "data/store/id.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

size_t ft_id_span(const char *text)
{
    return strspn(text, "0123456789abcdef");
}

bool ft_id_valid(const char *id)
{
    return ft_id_span(id) == FT_SHA256_HEX && id[FT_SHA256_HEX] == '\0';
}

bool ft_content_valid(const char *content)
{
    return ft_starts_with(content, "sha256:") &&
           ft_id_valid(content + strlen("sha256:"));
}

bool ft_id_name(const char *id, char name[FT_ID_NAME])
{
    if (!ft_id_valid(id))
        return false;
    memcpy(name, id, 2);
    name[2] = '/';
    memcpy(name + 3, id, FT_SHA256_HEX);
    memcpy(name + 3 + FT_SHA256_HEX, ".h5", 4);
    return true;
}

char *ft_id_path(const char *meta, const char *id)
{
    if (!ft_id_valid(id))
        return NULL;
    return ft_asprintf("%s/o/%.2s/%s.h5", meta, id, id);
}
