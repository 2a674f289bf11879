/* lib_fault.c - what the error numbers of libslurm mean for a request */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <slurm/slurm_errno.h>

#include "adapters/slurm/wire.h"

/* What is not here: the controller's own refusals, from 2000 on, are for good,
 * and after any other failure nobody knows what has happened. */
static const struct {
    int code;
    enum ft_lib_fault fault;
} faults[] = {
    { EAGAIN, FT_LIB_LATER }, /* MaxJobCount */
    { ESLURM_NODES_BUSY, FT_LIB_LATER },
    { ESLURM_WRITING_TO_FILE, FT_LIB_LATER },
    { ESLURM_TRANSITION_STATE_NO_UPDATE, FT_LIB_LATER },
    { ESLURM_IN_STANDBY_MODE, FT_LIB_LATER },
    { ESLURM_ACCOUNTING_POLICY, FT_LIB_LATER }, /* MaxSubmitJobs */
    { ESLURM_PARTITION_NOT_AVAIL, FT_LIB_LATER },
    { ESLURM_PARTITION_DOWN, FT_LIB_LATER },
    { ESLURM_SUBMISSIONS_DISABLED, FT_LIB_LATER },
    { ESLURM_DEFER, FT_LIB_LATER },
    { ESLURM_RESERVATION_BUSY, FT_LIB_LATER },
    { ESLURM_ACCESS_DENIED, FT_LIB_DENIED },
    { ESLURM_JOB_MISSING_REQUIRED_PARTITION_GROUP, FT_LIB_DENIED },
    { ESLURM_USER_ID_MISSING, FT_LIB_DENIED },
    { ESLURM_GROUP_ID_MISSING, FT_LIB_DENIED },
    { ESLURM_RESERVATION_ACCESS, FT_LIB_DENIED },
    { SLURM_COMMUNICATIONS_CONNECTION_ERROR, FT_LIB_AWAY },
    { SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR, FT_LIB_AWAY },
};

enum ft_lib_fault ft_lib_fault(int code)
{
    size_t i;

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (faults[i].code == code)
            return faults[i].fault;
    return code >= 2000 && code < 4000 ? FT_LIB_REJECTED : FT_LIB_UNCERTAIN;
}

struct json_object *ft_lib_error(int code)
{
    static const char *const name[] = {
        [FT_LIB_REJECTED] = "rejected",      [FT_LIB_DENIED] = "denied",
        [FT_LIB_LATER] = "retry_after",      [FT_LIB_AWAY] = "unavailable",
        [FT_LIB_UNCERTAIN] = "unavailable",
    };

    return ft_wire_error(name[ft_lib_fault(code)], "%s (%d)",
                         slurm_strerror(code), code);
}
