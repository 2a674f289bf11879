/* site_set.h - where site files are, and which of them are drained
 *
 *     PROJECT/sites/NAME.yaml            project
 *     $XDG_CONFIG_HOME/fedtwin/sites/    user
 *     SYSCONFDIR/fedtwin/sites/          system
 *     PKGDATADIR/sites/                  installed
 *
 * Of two files of one name the upper one counts and shadows the other.
 */
#ifndef FT_MODEL_SITE_SET_H
#define FT_MODEL_SITE_SET_H

#include <stdbool.h>
#include <stddef.h>

struct ft_diags;
struct ft_err;
struct ft_site;

#define FT_SITE_ENDING ".yaml"

enum ft_site_level {
    FT_SITE_PROJECT,
    FT_SITE_USER,
    FT_SITE_SYSTEM,
    FT_SITE_INSTALLED,
};
#define FT_SITE_LEVELS 4

extern const char *const ft_site_level_names[]; /* NULL-terminated */

struct ft_site_entry {
    char *name;
    char *path;
    enum ft_site_level level;
    const struct ft_site_entry *by; /* shadowed by this one, or NULL */
};

struct ft_site_set {
    struct ft_site_entry *item; /* by name, then by level */
    size_t n;
};

/* The directory of a level; NULL when there is none.  'project_dir' may be
 * NULL.  The caller frees. */
char *ft_site_level_dir(enum ft_site_level level, const char *project_dir);

/* All site files; a directory that is not there holds none. */
void ft_site_set_read(const char *project_dir, struct ft_site_set *set);
void ft_site_set_release(struct ft_site_set *set);

/* The one that counts, or NULL; and the nearest name to one that is not there,
 * or NULL. */
const struct ft_site_entry *ft_site_set_find(const struct ft_site_set *set,
                                             const char *name);
const char *ft_site_set_near(const struct ft_site_set *set, const char *name);

/* As ft_site_read; the file has to be about the site that it is called
 * after. */
struct ft_site *ft_site_entry_read(const struct ft_site_entry *entry,
                                   struct ft_diags *diags);

/* A drained site gets nothing new; what runs there goes on.  '*why' says who
 * drained it when and why; the caller frees.  'why' may be NULL. */
bool ft_site_drained(const struct ft_site *site, char **why);
/* Beside the site file 'path'; 'reason' may be NULL.  It replaces an older
 * one. */
int ft_site_drain(const char *path, const char *reason, struct ft_err *err);
/* 1 when it was drained, 0 when it was not. */
int ft_site_undrain(const char *path, struct ft_err *err);

#endif
