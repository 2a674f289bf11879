/* settings.h - what can be configured, and where a value came from
 *
 * FEDTWIN_* variable > project > user > system > default.  Each file is a YAML
 * mapping from the keys of the table to scalars.
 */
#ifndef FT_CLI_SETTINGS_H
#define FT_CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "text/field.h"

struct ft_err;

struct ft_setting_row {
    const char *key; /* "jobs"; NULL ends the table */
    enum ft_field_type type;
    const char *deflt; /* text */
    const char *env;   /* "FEDTWIN_JOBS" */
    const char *doc;
};
extern const struct ft_setting_row ft_settings[];

/* The value of 'key' as text, never NULL; borrowed.  A file that cannot be read
 * counts as empty here and is reported by 'config list' and 'doctor'. */
const char *ft_setting_text(const char *key);
/* "default", "environment", or the path of a file. */
const char *ft_setting_origin(const char *key);
/* A whole number; 'fallback' when it is none. */
long ft_setting_number(const char *key, long fallback);
bool ft_setting_bool(const char *key);

/* Write 'key' into the file of the project or the user. */
int ft_setting_write(bool user, const char *key, const char *value,
                     struct ft_err *err);

/* Hand what lower layers read from the environment on to them. */
void ft_settings_export(void);

/* Problems found while reading the files, as text lines ("" when none). */
const char *ft_settings_problems(void);

#endif
