/* kept.h - the lineage records of versions whose payload is destroyed
 *
 *   .fedtwin/records/REMOVAL.jsonl    one canonical record a line
 *
 * The id of a version is the digest of its record, so that a line proves
 * itself.
 */
#ifndef FT_DATA_KEPT_H
#define FT_DATA_KEPT_H

struct ft_err;
struct ft_needs;
struct ft_store;
struct json_object;

/* Write the records of 'list', whose payloads are in the trash of 'removal',
 * durably.  What was written before stays. */
int ft_kept_write(struct ft_store *store, const char *removal,
                  const struct ft_needs *list, struct ft_err *err);

/* The record of a version that 'removal' took; the caller releases.
 * FT_ENOENT. */
struct json_object *ft_kept_read(struct ft_store *store, const char *removal,
                                 const char *version, struct ft_err *err);

/* The lineage of 'version', when its payload is gone: 1 and an own reference
 * (NULL with 'err' when it cannot be read); 0 when it is there. */
int ft_kept_lineage(struct ft_store *store, const char *version,
                    struct json_object **record, struct ft_err *err);

#endif
