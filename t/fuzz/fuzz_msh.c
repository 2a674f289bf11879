/* fuzz_msh.c - mesh files of Gmsh */
#include "t/fuzz/fuzz.h"
#include "t/fuzz/mesh_file.h"
#include "worker/formats/msh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_mesh_file(data, size, ft_msh_read);
}
