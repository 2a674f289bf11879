/* shown.c - an input as a file with a name */
#include "t/fuzz/shown.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define FILES 8

static char made[FILES][sizeof(((struct shown *)0)->path)];

static void remove_all(void)
{
    for (size_t i = 0; i < FILES; i++)
        if (*made[i])
            (void)unlink(made[i]);
}

void shown_init(struct shown *file, const char *suffix)
{
    size_t i = 0;

    snprintf(file->path, sizeof(file->path), FUZZ_TOP "/fuzz-XXXXXX%s",
             suffix);
    file->fd = mkstemps(file->path, (int)strlen(suffix));
    while (i < FILES && *made[i])
        i++;
    if (file->fd < 0 || i == FILES || (i == 0 && atexit(remove_all) != 0))
        FT_BUG("cannot make a file '%s'", file->path);
    memcpy(made[i], file->path, sizeof(made[i]));
}

void shown_set(struct shown *file, const uint8_t *data, size_t size)
{
    if (ftruncate(file->fd, 0) < 0 ||
        pwrite(file->fd, data, size, 0) != (ssize_t)size)
        FT_BUG("cannot write '%s'", file->path);
}
