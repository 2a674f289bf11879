/* parcel.h - what an attempt starts with, for a site that does not see it
 *
 * The files that its task.json and its command name, with sizes and digests,
 * and the names that they are to have in the attempt's directory there:
 *
 *   in/N/NAME           file N of the attempt
 *   in/restart/NAME     its checkpoint
 *
 * Programs of fedtwin are only named: they are those of the site.
 */
#ifndef ADAPTERS_PARCEL_H
#define ADAPTERS_PARCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"

struct ft_attempt;
struct json_object;

#define FT_PARCEL_RESTART "in/restart"

struct ft_parcel_file {
    char *path;    /* here, absolute */
    char *name;    /* there, below the attempt's directory; or NULL */
    char *program; /* of fedtwin's; or NULL */
    char *content; /* of an object; or NULL */
    char sha256[FT_SHA256_HEX + 1]; /* of its bytes */
    uint64_t size_bytes;
    bool runs; /* it may be executed */
};

struct ft_parcel {
    struct ft_parcel *next; /* the owner's */
    uint64_t tag;           /* of the attempt */
    struct json_object *task; /* its task.json */
    char *restart; /* directory of the checkpoint here, or NULL */
    struct ft_parcel_file *file;
    size_t n, cap;
    struct ft_err err; /* FT_OK, or why it cannot be made */
};

/* Reads files, some of them whole: not for the thread of the drive.  Never
 * NULL. */
struct ft_parcel *ft_parcel_make(const struct ft_attempt *attempt);
/* The file whose bytes have this digest, or NULL. */
const struct ft_parcel_file *ft_parcel_find(const struct ft_parcel *parcel,
                                            const char *sha256);
void ft_parcel_free(struct ft_parcel *parcel); /* NULL is fine */

#endif
