/* dirs.h - where the parts of this fedtwin are
 *
 * Installed, they are where configure put them.  A build tree works as it is:
 * its share/uninstalled holds the source directory, and programs and manuals
 * are then taken from the build tree, modules and workflows from the source.
 */
#ifndef FT_BASE_DIRS_H
#define FT_BASE_DIRS_H

#include <stdbool.h>

struct ft_dirs {
    bool uninstalled;
    char *libexec;   /* fedtwin-worker, fedtwin-heat, ... */
    char *modules;   /* *.yaml of the installed modules */
    char *sites;     /* *.yaml of the installed sites */
    char *system_sites; /* of this computer's administrator; NULL in a build
                           tree, which is no part of the computer */
    char *adapters;  /* conform.py and an example of an adapter program */
    char *templates; /* files of 'fedtwin module new' */
    char *workflows; /* the example workflows; ../data is beside it */
    char *man;       /* holds man1/ */
    char *schemas;   /* JSON Schemas */
};

/* Found once from /proc/self/exe; never fails, lives as long as the process. */
const struct ft_dirs *ft_dirs(void);

/* An absolute path of the program 'name': in libexec, else 'name' itself.  The
 * caller frees. */
char *ft_dirs_program(const char *name);
/* Is it a program of fedtwin, of which every site has its own? */
bool ft_dirs_is_program(const char *path);

#endif
