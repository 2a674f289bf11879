/* gres.c - generic resources of a node as Slurm writes them */
#include "adapters/slurm/gres.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

uint32_t ft_gres_gpus(const char *gres)
{
    uint32_t n = 0;

    while (gres && *gres) {
        size_t len = strcspn(gres, ",(");

        if (ft_starts_with(gres, "gpu:")) {
            const char *colon = gres + len;

            while (colon[-1] != ':')
                colon--;
            n += (uint32_t)strtoul(colon, NULL, 10);
        }
        if (gres[len] == '(') /* sockets, which may have commas */
            len += strcspn(gres + len, ")") + (strchr(gres + len, ')') != 0);
        gres += len;
        gres += *gres == ',';
    }
    return n;
}
