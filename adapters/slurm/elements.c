/* elements.c - arrays and their elements as Slurm writes them */
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

bool ft_elements_hold(const char *text, uint32_t element)
{
    uint32_t first, last, step;

    while (ft_elements_next(&text, &first, &last, &step))
        if (element >= first && element <= last &&
            (element - first) % step == 0)
            return true;
    return false;
}

bool ft_elements_id(const char *text, uint32_t *job, uint32_t *element)
{
    char *end;
    unsigned long n;

    *element = FT_ELEMENT_NONE;
    if (*text < '1' || *text > '9')
        return false;
    n = strtoul(text, &end, 10);
    if (n >= FT_ELEMENT_NONE)
        return false;
    *job = (uint32_t)n;
    if (*end == '_' && end[1] >= '0' && end[1] <= '9') {
        n = strtoul(end + 1, &end, 10);
        if (n >= FT_ELEMENT_NONE)
            return false;
        *element = (uint32_t)n;
    }
    return *end == '\0';
}
