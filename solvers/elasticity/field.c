/* field.c - displacements as output fields */
#include <math.h>

#include "elasticity/ela.h"

PetscErrorCode ela_write_vector(struct ela *ela, const char *name,
                                const char *long_name, const char *unit,
                                const double u[])
{
    int n = ela->c.dofs;
    double *full;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(3 * ela->domain.n, &full));
    for (PetscInt i = 0; i < ela->domain.n; i++)
        for (int k = 0; k < n; k++)
            full[3 * i + k] = u[i * n + k];
    PetscCall(phy_write(&ela->domain, name, &(struct stg_field){
        .name = name, .long_name = long_name, .unit = unit, .components = 3,
        .time_s = NAN }, full));
    PetscCall(PetscFree(full));
    PetscFunctionReturn(0);
}
