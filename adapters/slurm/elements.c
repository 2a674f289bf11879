/* elements.c - the elements of an array as Slurm writes them */
#include "adapters/slurm/elements.h"

#include <stdlib.h>

bool ft_elements_next(const char **text, uint32_t *first, uint32_t *last,
                      uint32_t *step)
{
    char *end;

    if (!*text || **text < '0' || **text > '9')
        return false;
    *first = *last = (uint32_t)strtoul(*text, &end, 10);
    *step = 1;
    if (*end == '-')
        *last = (uint32_t)strtoul(end + 1, &end, 10);
    if (*end == ':')
        *step = (uint32_t)strtoul(end + 1, &end, 10);
    if (*step == 0)
        return false;
    *text = *end == ',' ? end + 1 : end;
    return true;
}
