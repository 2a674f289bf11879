/* shown.h - an input as a file with a name, for code that opens one */
#ifndef FT_FUZZ_SHOWN_H
#define FT_FUZZ_SHOWN_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_TOP "/dev/shm" /* memory */

struct shown {
    char path[64];
    int fd;
};

/* Make an empty file whose name ends with 'suffix'; removed at exit, as the
 * first eight are. */
void shown_init(struct shown *file, const char *suffix);
/* It now holds these bytes. */
void shown_set(struct shown *file, const uint8_t *data, size_t size);

#endif
