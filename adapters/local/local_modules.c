/* local_modules.c - load environment modules before a program starts
 *
 * 'module' is a function of the shell that a site's init file defines, so a
 * shell has to load them.  Its text is always the same: names of modules, the
 * init file and the program are arguments, never part of what it reads.
 */
#include "adapters/local/local_modules.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/str.h"

/* sh -c LOAD fedtwin INIT N MODULE... PROGRAM ARGUMENT...
 * The names are those that no init file is likely to set. */
static const char load[] =
    "ft_init=$1 ft_n=$2\n"
    "shift 2\n"
    "if test ! -r \"$ft_init\"; then\n"
    "  echo \"no environment modules here: ${ft_init:-\\$MODULESHOME is not"
    " set, nor 'module_init' of the site}\" >&2\n"
    "  exit 1\n"
    "fi\n"
    ". \"$ft_init\"\n"
    "while test \"$ft_n\" -gt 0; do\n"
    "  if ! module load \"$1\"; then\n"
    "    echo \"the environment module '$1' cannot be loaded\" >&2\n"
    "    exit 1\n"
    "  fi\n"
    "  shift\n"
    "  ft_n=$((ft_n - 1))\n"
    "done\n"
    "unset ft_init ft_n\n"
    "exec \"$@\"\n";

static char *init_file(const struct ft_site *site)
{
    const char *home = getenv("MODULESHOME");

    if (site && site->module_init)
        return ft_strdup(site->module_init);
    return home && *home ? ft_asprintf("%s/init/sh", home) : ft_strdup("");
}

void ft_local_modules_add(const struct ft_site *site,
                          const struct ft_attempt *a, struct ft_words *argv)
{
    if (!a->n_modules)
        return;
    ft_words_add(argv, ft_strdup("/bin/sh"));
    ft_words_add(argv, ft_strdup("-c"));
    ft_words_add(argv, ft_strdup(load));
    ft_words_add(argv, ft_strdup("fedtwin"));
    ft_words_add(argv, init_file(site));
    ft_words_add(argv, ft_asprintf("%zu", a->n_modules));
    for (size_t i = 0; i < a->n_modules; i++)
        ft_words_add(argv, ft_strdup(a->modules[i]));
}
