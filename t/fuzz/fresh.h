/* fresh.h - an empty HDF5 file in memory, for code that writes an object */
#ifndef FT_FUZZ_FRESH_H
#define FT_FUZZ_FRESH_H

#include "worker/h5.h"

/* The file that was given last when it is still empty, for to make one takes
 * longer than most inputs; else another.  '*path' is its name. */
hid_t fresh_file(const char **path);

#endif
