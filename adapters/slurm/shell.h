/* shell.h - commands run here or on another host, their output kept */
#ifndef FT_ADAPTERS_SLURM_SHELL_H
#define FT_ADAPTERS_SLURM_SHELL_H

#include "base/str.h"

struct ft_shell {
    const char *host;    /* NULL: here */
    const char *control; /* socket of the ssh connection that all share */
    const char *conf;    /* SLURM_CONF of what is run; NULL: as it is there */
    double within_s;     /* what takes longer is killed; 0: nothing is */
};

/* Run 'argv' (NULL-terminated) with 'input' (NULL: none) and append what it
 * prints.  Return its exit code, 255 when it or the host could not be reached
 * or a signal ended it, as when it took too long; 'errors' then says why. */
int ft_shell_run(const struct ft_shell *shell, const char *const argv[],
                 const char *input, struct ft_str *out,
                 struct ft_str *errors);

#endif
