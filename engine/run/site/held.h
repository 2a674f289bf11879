/* held.h - what is known of the files that a site has, and of the way there
 *
 * A guess, for it is the site that keeps and removes them: good enough to send
 * tasks where their data are, and to tell an agent what to look for.  It is
 * kept with the project from run to run, as .fedtwin/held-SITE.json, and may be
 * deleted at any time.
 */
#ifndef FT_RUN_HELD_H
#define FT_RUN_HELD_H

#include <stdbool.h>
#include <stdint.h>

struct ft_attempt_file;
struct ft_held;

/* "META/held-SITE.json", where META is the project's .fedtwin; the caller
 * frees. */
char *ft_held_path(const char *meta, const char *site);
/* Read 'path', if it is there and can be read. */
struct ft_held *ft_held_open(const char *path);
/* Under which digest of its bytes the site has an object with this content, or
 * NULL. */
const char *ft_held_find(const struct ft_held *held, const char *content);
void ft_held_add(struct ft_held *held, const char *content,
                 const char *sha256);
/* The site has a file with these bytes, whatever they are. */
void ft_held_add_file(struct ft_held *held, const char *sha256);
/* Has the site got the file?  Programs of fedtwin are its own. */
bool ft_held_has(const struct ft_held *held,
                 const struct ft_attempt_file *file);
/* So many bytes took so long. */
void ft_held_measure(struct ft_held *held, uint64_t bytes, double seconds);
/* Bytes a second as they were measured; 0: never. */
double ft_held_measured(const struct ft_held *held);
/* The same, or a guess. */
double ft_held_rate(const struct ft_held *held);
/* Keep it: with what other runs have found meanwhile.  NULL is fine. */
void ft_held_close(struct ft_held *held);

#endif
