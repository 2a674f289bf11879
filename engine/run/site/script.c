/* script.c - the batch script of a job */
#include "run/site/script.h"

#include <stdlib.h>

#include "base/path.h"
#include "base/str.h"
#include "model/site.h"

/* The file that defines 'module' may do what 'set -u' forbids. */
static void add_modules(struct ft_str *s, const struct ft_site *site)
{
    if (!site->n_modules)
        return;
    ft_str_add(s, "ft_init=");
    if (site->module_init)
        ft_str_add_word(s, site->module_init);
    else
        ft_str_add(s, "${MODULESHOME:+$MODULESHOME/init/sh}");
    ft_str_add(s, "\n"
                  "if test ! -r \"$ft_init\"; then\n"
                  "  echo \"no environment modules here: "
                  "${ft_init:-\\$MODULESHOME is not set, nor 'module_init' of"
                  " the site}\" >&2\n"
                  "  exit 1\n"
                  "fi\n"
                  ". \"$ft_init\"\n");
    for (size_t i = 0; i < site->n_modules; i++) {
        ft_str_add(s, "module load ");
        ft_str_add_word(s, site->modules[i]);
        ft_str_add(s, " || exit 1\n");
    }
}

static void add_env(struct ft_str *s, const struct ft_site *site)
{
    for (size_t i = 0; site->env && site->env[i]; i++) {
        ft_str_add(s, "export ");
        ft_str_add_word(s, site->env[i]);
        ft_str_addc(s, '\n');
    }
}

/* Each kind of site has its own name for the number. */
static void add_index(struct ft_str *s)
{
    ft_str_add(s, "n=${SLURM_ARRAY_TASK_ID-${AWS_BATCH_JOB_ARRAY_INDEX-"
                  "${JOB_COMPLETION_INDEX-${FEDTWIN_ARRAY_INDEX-}}}}\n"
                  "if test -z \"$n\"; then\n"
                  "  echo 'the site does not say which job of the array this"
                  " is' >&2\n"
                  "  exit 1\n"
                  "fi\n");
}

static char *make(const struct ft_site *site, const char *agent,
                  const char *file, bool array)
{
    struct ft_str s = FT_STR_INIT;

    ft_str_add(&s, "#!/bin/sh\n");
    add_modules(&s, site);
    ft_str_add(&s, "set -u\n");
    add_env(&s, site);
    if (array)
        add_index(&s);
    ft_str_add(&s, "exec ");
    ft_str_add_word(&s, agent);
    ft_str_addc(&s, ' ');
    ft_str_add_word(&s, file);
    ft_str_add(&s, array ? " \"$n\"\n" : "\n");
    return ft_str_take(&s);
}

char *ft_job_script(const struct ft_site *site, const char *agent,
                    const char *file)
{
    return make(site, agent, file, false);
}

char *ft_job_array_script(const struct ft_site *site, const char *agent,
                          const char *file)
{
    return make(site, agent, file, true);
}

/* No line of 'text' can be that word: it is JSON. */
char *ft_job_far_script(const struct ft_site *site, const char *agent,
                        const char *output, const char *text)
{
    struct ft_str s = FT_STR_INIT;
    char *dir = ft_path_dir(output);

    ft_str_add(&s, "#!/bin/sh\n"
                   "umask 077\n"
                   "mkdir -p ");
    ft_str_add_word(&s, dir);
    ft_str_add(&s, " || exit 1\n"
                   "exec >>");
    ft_str_add_word(&s, output);
    ft_str_add(&s, " 2>&1\n");
    add_modules(&s, site);
    ft_str_add(&s, "set -u\n");
    add_env(&s, site);
    ft_str_add(&s, "exec ");
    ft_str_add_word(&s, agent);
    ft_str_addf(&s, " /dev/stdin <<'FEDTWIN'\n%s\nFEDTWIN\n", text);
    free(dir);
    return ft_str_take(&s);
}
