/* umask.c - who else may use the files that this process makes */
#include "base/umask.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The user's own mask, for the programs that are started as well. */
#define VARIABLE "FEDTWIN_UMASK"

#define MASK_SHARED 0007
#define MASK_OTHERS_WRITE 0022

static mode_t current(void)
{
    mode_t mask = umask(0777);

    umask(mask);
    return mask;
}

mode_t ft_umask_own(void)
{
    const char *text = getenv(VARIABLE);
    char *end = NULL;
    unsigned long mask = text ? strtoul(text, &end, 8) : 0;

    return end && end > text && !*end && mask <= 0777 ? (mode_t)mask
                                                      : current();
}

void ft_umask_project(bool shared)
{
    mode_t own = ft_umask_own();
    mode_t mask = shared ? MASK_SHARED : own | MASK_OTHERS_WRITE;
    char text[8];

    if (mask != own) {
        snprintf(text, sizeof(text), "%03o", (unsigned)own);
        (void)setenv(VARIABLE, text, 1); /* else the stricter mask stays */
    }
    umask(mask);
}

mode_t ft_umask_user(void)
{
    return umask(ft_umask_own());
}
