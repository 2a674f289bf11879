/* fault.c - what the error numbers of Slurm mean for a request */
#include "adapters/slurm/fault.h"

#include <errno.h>
#include <stddef.h>

/* What is not here: the controller's own refusals, from 2000 on, are for good,
 * and after any other failure nobody knows what has happened. */
static const struct {
    int code;
    enum ft_slurm_fault fault;
} faults[] = {
    { EAGAIN, FT_SLURM_LATER }, /* MaxJobCount */
    { 2016, FT_SLURM_LATER },   /* nodes busy */
    { 2019, FT_SLURM_LATER },   /* cannot write the script */
    { 2020, FT_SLURM_LATER },   /* between two states */
    { 2027, FT_SLURM_LATER },   /* a controller in standby */
    { 2050, FT_SLURM_LATER },   /* accounting policy: MaxSubmitJobs */
    { 2055, FT_SLURM_LATER },   /* reservation busy */
    { 2070, FT_SLURM_LATER },   /* partition not available */
    { 2101, FT_SLURM_LATER },   /* partition down */
    { 2105, FT_SLURM_LATER },   /* submissions disabled */
    { 2125, FT_SLURM_LATER },   /* deferred */
    { 2002, FT_SLURM_DENIED },  /* access denied */
    { 2003, FT_SLURM_DENIED },  /* not in a group of the partition */
    { 2010, FT_SLURM_DENIED },  /* unknown user */
    { 2052, FT_SLURM_DENIED },  /* reservation of others */
    { 2113, FT_SLURM_DENIED },  /* unknown group */
    { 1001, FT_SLURM_AWAY },    /* no connection */
    { 1800, FT_SLURM_AWAY },    /* no connection to the controller */
};

enum ft_slurm_fault ft_slurm_fault(int code)
{
    size_t i;

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (faults[i].code == code)
            return faults[i].fault;
    return code >= 2000 && code < 4000 ? FT_SLURM_REJECTED
                                       : FT_SLURM_UNCERTAIN;
}

static const struct {
    const char *error, *result;
} words[] = {
    [FT_SLURM_REJECTED] = { "rejected", "rejected" },
    [FT_SLURM_DENIED] = { "denied", "denied" },
    [FT_SLURM_LATER] = { "retry_after", "retry_after" },
    [FT_SLURM_AWAY] = { "unavailable", "unavailable" },
    [FT_SLURM_UNCERTAIN] = { "unavailable", "unknown_outcome" },
};

const char *ft_slurm_fault_error(enum ft_slurm_fault fault)
{
    return words[fault].error;
}

const char *ft_slurm_fault_result(enum ft_slurm_fault fault)
{
    return words[fault].result;
}

const char *ft_slurm_control_result(int code)
{
    switch (code) {
    case 0:
    case FT_SLURM_ALREADY_DONE:
    case FT_SLURM_FINISHED:
        return "ok";
    case FT_SLURM_INVALID_ID:
        return "not_found";
    }
    return ft_slurm_fault(code) == FT_SLURM_DENIED ? "denied" : "retry_after";
}
