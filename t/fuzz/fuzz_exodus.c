/* fuzz_exodus.c - Exodus II in netCDF's classic formats
 *
 * Those in netCDF-4 are HDF5's affair: see fuzz_version.c.
 */
#include "t/fuzz/fuzz.h"

#include <string.h>

#include "t/fuzz/mesh_file.h"
#include "worker/formats/exodus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || memcmp(data, "CDF", 3) != 0)
        return 0;
    return fuzz_mesh_file(data, size, ft_exodus_read);
}
