/* agent_file.h - what an agent is told when its job starts
 *
 * The format is in share/doc/formats/agent.md.  The engine writes the file, and
 * fedtwin-agent reads it.
 */
#ifndef ADAPTERS_AGENT_FILE_H
#define ADAPTERS_AGENT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/path.h"

struct ft_attempt;
struct ft_err;
struct ft_site;
struct json_object;

#define FT_AGENT_IDLE_S 60.0    /* when not said */
#define FT_AGENT_SPARE_S 30.0
#define FT_AGENT_VISIBLE_S 60.0

/* Everything is borrowed when it is written, and owned when it was read. */
struct ft_agent_file {
    char *tag;            /* of the job */
    struct ft_site *site; /* of it: name, slots, memory, nodes and GPUs as the
                             job has them (0: what it was given), launcher,
                             modules */
    char *home;           /* absolute path of the file that says where home
                             is, or NULL */
    struct json_object *home_at; /* what such a file would say, for a site
                                    that does not see it; else NULL */
    char *root;           /* directory for the attempts of such a site; else
                             NULL */
    double cache_bytes;   /* of it, for files that are needed again */
    struct ft_attempt **attempt;
    size_t n_attempts;
    bool serve;
    double idle_s, spare_s;
    double walltime_s; /* of the job; 0: not known */
    double visible_s;  /* how long an attempt directory may take to be seen */
};

/* As text, the caller's; and as a file that its owner only can read, written as
 * durably as 'write' says. */
char *ft_agent_file_text(const struct ft_agent_file *file);
int ft_agent_file_write(const char *path, const struct ft_agent_file *file,
                        ft_file_writer *write, struct ft_err *err);

/* FT_ENOENT, FT_EFORMAT, FT_EVERSION, ...: 'file' is untouched. */
int ft_agent_file_read(const char *path, struct ft_agent_file *file,
                       struct ft_err *err);
void ft_agent_file_release(struct ft_agent_file *file); /* of one read */

/* agent_array.c: the files of all jobs of an array in one, and that of its job
 * 'n', from 0.  'file' has an attempt for each of them, in their order, whose
 * tag is the job's. */
int ft_agent_array_write(const char *path, const struct ft_agent_file *file,
                         struct ft_err *err);
int ft_agent_array_read(const char *path, uint64_t n,
                        struct ft_agent_file *file, struct ft_err *err);

/* Between these two files: the JSON of a file, with the first 'n' of its
 * attempts; and what such JSON, read at 'path', says. */
struct json_object *ft_agent_file_json(const struct ft_agent_file *file,
                                       size_t n);
int ft_agent_file_take(struct json_object *obj, const char *path,
                       struct ft_agent_file *file, struct ft_err *err);

#endif
