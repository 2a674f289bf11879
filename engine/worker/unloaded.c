/* unloaded.c - nothing is ever loaded into a worker that is linked statically
 *
 * HDF5 would load a filter that it does not have as a plugin.  The worker tells
 * it not to (h5.c); here is nothing, either, that could: the linker replaces
 * its dlopen() by this.
 */
#include <stddef.h>

void *__wrap_dlopen(const char *file, int mode);

void *__wrap_dlopen(const char *file, int mode)
{
    (void)file;
    (void)mode;
    return NULL;
}
