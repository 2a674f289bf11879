/* fault.h - what the error numbers of Slurm mean for a request
 *
 * libslurm has them as errno, slurmrestd in its replies; they are the same, and
 * do not change between versions.
 */
#ifndef FT_ADAPTERS_SLURM_FAULT_H
#define FT_ADAPTERS_SLURM_FAULT_H

enum ft_slurm_fault {
    FT_SLURM_REJECTED,  /* never, as it is */
    FT_SLURM_DENIED,    /* not for this user */
    FT_SLURM_LATER,     /* not now */
    FT_SLURM_AWAY,      /* the controller was not reached: nothing happened */
    FT_SLURM_UNCERTAIN, /* the answer was lost: it may have happened */
};

/* Numbers that somebody has to know by name. */
enum {
    FT_SLURM_NO_CHANGE = 1900,
    FT_SLURM_NODES_AWAY = 2014, /* or too small: it does not fit just now */
    FT_SLURM_INVALID_ID = 2017,
    FT_SLURM_ALREADY_DONE = 2021,
    FT_SLURM_FINISHED = 2084,
    FT_SLURM_NO_DATABASE = 7000,
    FT_SLURM_NOTHING_FOUND = 9003,
};

enum ft_slurm_fault ft_slurm_fault(int code);

/* As an 'error' of the adapter protocol, and as a 'result' of a job that was
 * submitted.  What is AWAY is the same in both: the whole request has no
 * answer. */
const char *ft_slurm_fault_error(enum ft_slurm_fault fault);
const char *ft_slurm_fault_result(enum ft_slurm_fault fault);

/* The 'result' of a job that was to be cancelled, held or released; 0 is no
 * error. */
const char *ft_slurm_control_result(int code);

#endif
