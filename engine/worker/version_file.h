/* version_file.h - a version file that is open for reading and was checked */
#ifndef FT_WORKER_VERSION_FILE_H
#define FT_WORKER_VERSION_FILE_H

#include "worker/kinds.h"
#include "worker/version.h"

struct ft_version_file {
    hid_t file;
    struct ft_scan scan;
    struct ft_lineage lineage;
    const struct ft_kind *kind; /* of the record's "type" */
};

/* Open, look at everything, read the lineage.  The values are not read. */
int ft_version_file_open(struct ft_version_file *vf, const char *path,
                         struct ft_err *err);
void ft_version_file_close(struct ft_version_file *vf);

/* Read all values: the content digest must be the recorded one. */
int ft_version_file_check_content(const struct ft_version_file *vf,
                                  struct ft_err *err);

/* The summary of worker.md; the caller releases. */
struct json_object *ft_version_file_summary(const struct ft_version_file *vf,
                                            struct ft_err *err);

/* What "verify" answers. */
struct ft_verified {
    char version[FT_SHA256_HEX + 1];
    char content[FT_CONTENT_TEXT];
    char file[FT_SHA256_HEX + 1]; /* SHA-256 of the bytes */
    uint64_t size_bytes;
    struct json_object *record;   /* owned */
};

/* Check the file at 'path' against itself; 'deep' reads all values and checks
 * the rules of its type too. */
int ft_version_verify(const char *path, bool deep,
                      struct ft_verified *verified, struct ft_err *err);

#endif
