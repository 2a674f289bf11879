/* version.h - the group /fedtwin of a version file: its lineage
 *
 * See share/doc/formats/version.md.
 */
#ifndef FT_WORKER_VERSION_H
#define FT_WORKER_VERSION_H

#include "worker/content.h"

#define FT_VERSION_GROUP "/fedtwin"
#define FT_VERSION_MAJOR 1
#define FT_VERSION_MINOR 0

struct json_object;

/* What /fedtwin says, checked against itself: the id is the SHA-256 of the
 * record, which is canonical and holds 'content'. */
struct ft_lineage {
    char version[FT_SHA256_HEX + 1];
    char content[FT_CONTENT_TEXT];
    struct json_object *record; /* owned */
};

/* Make the lineage of a new version from 'record', which is taken over and
 * completed with the content digest. */
int ft_lineage_init(struct ft_lineage *lineage, struct json_object *record,
                    const char *content, struct ft_err *err);
/* Write it into a file that has no /fedtwin yet. */
int ft_lineage_write(hid_t file, const struct ft_lineage *lineage,
                     struct ft_err *err);
/* Read and check.  FT_EFORMAT; FT_EVERSION for a newer format. */
int ft_lineage_read(hid_t file, struct ft_lineage *lineage,
                    struct ft_err *err);
void ft_lineage_release(struct ft_lineage *lineage);

#endif
