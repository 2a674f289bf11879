/* archive_impl.h - what export and import share; nobody else includes it */
#ifndef FT_DATA_ARCHIVE_IMPL_H
#define FT_DATA_ARCHIVE_IMPL_H

#include <stdio.h>

#include "base/str.h"
#include "data/archive/archive.h"
#include "data/store/spawn.h"
#include "data/store/store_impl.h"

#define FT_ARCHIVE_FORMAT 1
#define FT_ARCHIVE_MANIFEST "manifest.json"
#define FT_ARCHIVE_VERSIONS "versions.ndjson"
#define FT_ARCHIVE_RECORDS "records.ndjson"

/* Changes of a state of about so many bytes go into one record. */
#define FT_ARCHIVE_PART_BYTES (4u << 20)

/* fedtwin-archive, under way. */
struct ft_archiver {
    struct ft_worker worker;
    struct ft_str in; /* of its answers, what is not used yet */
};

/* Start it on the archive 'fd', which stays the caller's, with arguments that
 * end with NULL. */
int ft_archiver_start(struct ft_archiver *archiver, int fd,
                      const char *const *arg, struct ft_err *err);
/* Kill it if it still runs. */
void ft_archiver_end(struct ft_archiver *archiver);

/* Send one line (NULL: the end of all lines). */
int ft_archiver_send(struct ft_archiver *archiver, const char *line,
                     struct ft_err *err);
/* Wait for an answer, which the caller releases; NULL, with what it refused or
 * how it ended. */
struct json_object *ft_archiver_answer(struct ft_archiver *archiver,
                                       struct ft_err *err);

/* The selection of an export, in a small database of its own, so that memory
 * does not grow with it. */
struct ft_pick {
    struct ft_store *store;
    struct ft_db *db;
    bool closure; /* also what the versions were made from */
    bool loose;   /* 'bound' are objects by name, not those of a branch */
    size_t n_branches, n_states, n_results, n_versions;
};

/* Pick what 'request' names; 'path' is where the database will be.  Ended by
 * ft_pick_release(), also after a failure.  Tables:
 *   branch(name, state, tip)  tag(name, state)   those of the archive
 *   state(id)  workflow(digest)  result(seq)   what records to take
 *   version(id)                            what files to take
 *   bound(branch, object, cell, pos, version)
 *                  what the branches without history hold (state is '') */
int ft_pick_init(struct ft_pick *pick, struct ft_store *store,
                 const struct ft_export_request *request, const char *path,
                 struct ft_err *err);
void ft_pick_release(struct ft_pick *pick);

/* The record of a state without a past that binds what 'bound' holds for
 * 'branch', and the records before it: each is shown to 'each'.  'id' becomes
 * the state's. */
typedef int ft_record_each(const char *payload, size_t len, void *arg,
                           struct ft_err *err);
int ft_pick_state(struct ft_pick *pick, const char *branch,
                  ft_record_each *each, void *arg,
                  char id[FT_SHA256_HEX + 1], struct ft_err *err);

/* What an archive holds, checked and entered into an index of its own. */
struct ft_intake {
    struct ft_store *store;
    char *dir; /* holds the unpacked files: manifest.json, …, <id>.h5 */
    struct json_object *manifest;
    /* Made from the two lists: the tables of an index, and listed(id, size,
     * file, content), what versions.ndjson says. */
    struct ft_db *db;
};

/* The next line of 'file' without its end, at most 'max' bytes (else
 * FT_EFORMAT); 1, or 0 at the end. */
int ft_intake_line(FILE *file, size_t max, struct ft_str *line,
                   struct ft_err *err);
/* A file of the intake, for reading. */
FILE *ft_intake_open(const struct ft_intake *intake, const char *name,
                     struct ft_err *err);

/* manifest.json alone: a format that we know, texts that can be shown. */
int ft_intake_manifest(struct ft_intake *intake, struct ft_err *err);
/* The two lists: they fit together and name nothing that is neither in the
 * archive nor in the store. */
int ft_intake_lists(struct ft_intake *intake, struct ft_err *err);
/* What that does: make 'db', without rows; then within one transaction enter
 * the lists, and last what must hold between them. */
int ft_intake_db(struct ft_intake *intake, struct ft_err *err);
int ft_intake_read(struct ft_intake *intake, struct ft_err *err);
int ft_intake_match(struct ft_intake *intake, struct ft_err *err);
/* Is 'text' one short line that may be shown on a terminal?  And every text
 * in 'json', which errors call 'what'? */
bool ft_intake_plain(const char *text);
int ft_intake_texts(struct json_object *json, const char *what,
                    struct ft_err *err);
/* What the worker found in the file of version 'id' is what the lists say;
 * then it is shown to the caller. */
int ft_intake_version(struct ft_intake *intake, const char *id,
                      struct json_object *answer,
                      const struct ft_import_request *request,
                      struct ft_err *err);

/* What branches and tags of the archive will be called here. */
int ft_intake_names(struct ft_intake *intake,
                    const struct ft_import_request *request,
                    struct ft_import_report *report, struct ft_err *err);
/* The records that make them, in order, each to 'each'.  In a project without
 * any branch the archive's current one becomes the current one. */
typedef int ft_json_each(struct json_object *record, void *arg,
                         struct ft_err *err);
int ft_intake_point(struct ft_intake *intake,
                    const struct ft_import_report *report, ft_json_each *each,
                    void *arg, struct ft_err *err);

/* How many versions of the archive the store does not have. */
int ft_intake_count_new(struct ft_intake *intake, size_t *n_new,
                        struct ft_err *err);
/* Give the files their names, append the records, make the branches. */
int ft_intake_commit(struct ft_intake *intake,
                     const struct ft_import_request *request,
                     struct ft_import_report *report, struct ft_err *err);

#endif
