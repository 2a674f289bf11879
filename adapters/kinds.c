/* kinds.c - which adapter talks to which kind of site */
#include <string.h>

#include "base/alloc.h"
#include "run/adapter.h"

const struct ft_adapter *ft_adapter_of(const struct ft_site *site)
{
    static const struct {
        const char *kind;
        const struct ft_adapter *adapter;
    } kinds[] = {
        { "local", &ft_adapter_local },    { "fake", &ft_adapter_fake },
        { "slurm", &ft_adapter_batch },    { "slurmrest", &ft_adapter_batch },
        { "program", &ft_adapter_batch },
    };

    if (!site)
        return &ft_adapter_local;
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].kind, site->adapter) == 0)
            return kinds[i].adapter;
    return NULL;
}
