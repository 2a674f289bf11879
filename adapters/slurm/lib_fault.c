/* lib_fault.c - an errno of libslurm as an answer */
#include "adapters/slurm/lib.h"

#include <slurm/slurm_errno.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/fault.h"

/* What fault.c knows by number is what this libslurm calls so. */
_Static_assert((int)SLURM_NO_CHANGE_IN_DATA == FT_SLURM_NO_CHANGE &&
                   (int)ESLURM_REQUESTED_NODE_CONFIG_UNAVAILABLE ==
                       FT_SLURM_NODES_AWAY &&
                   ESLURM_INVALID_JOB_ID == (int)FT_SLURM_INVALID_ID &&
                   ESLURM_ALREADY_DONE == (int)FT_SLURM_ALREADY_DONE &&
                   ESLURM_JOB_FINISHED == (int)FT_SLURM_FINISHED &&
                   ESLURM_DB_CONNECTION == (int)FT_SLURM_NO_DATABASE &&
                   ESLURM_REST_EMPTY_RESULT == (int)FT_SLURM_NOTHING_FOUND,
               "other numbers");
_Static_assert(ESLURM_NODES_BUSY == 2016 && ESLURM_WRITING_TO_FILE == 2019 &&
                   ESLURM_TRANSITION_STATE_NO_UPDATE == 2020 &&
                   ESLURM_IN_STANDBY_MODE == 2027 &&
                   ESLURM_ACCOUNTING_POLICY == 2050 &&
                   ESLURM_RESERVATION_BUSY == 2055 &&
                   ESLURM_PARTITION_NOT_AVAIL == 2070 &&
                   ESLURM_PARTITION_DOWN == 2101 &&
                   ESLURM_SUBMISSIONS_DISABLED == 2105 &&
                   ESLURM_DEFER == 2125,
               "other numbers of what comes later");
_Static_assert(ESLURM_ACCESS_DENIED == 2002 &&
                   ESLURM_JOB_MISSING_REQUIRED_PARTITION_GROUP == 2003 &&
                   ESLURM_USER_ID_MISSING == 2010 &&
                   ESLURM_RESERVATION_ACCESS == 2052 &&
                   ESLURM_GROUP_ID_MISSING == 2113 &&
                   SLURM_COMMUNICATIONS_CONNECTION_ERROR == 1001 &&
                   SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR == 1800,
               "other numbers of what is denied or away");

struct json_object *ft_lib_error(int code)
{
    return ft_wire_error(ft_slurm_fault_error(ft_slurm_fault(code)), "%s (%d)",
                         slurm_strerror(code), code);
}
