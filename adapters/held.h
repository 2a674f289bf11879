/* held.h - what is known of the files that a site has, and of the way there
 *
 * A guess, for it is the site that keeps and removes them: good enough to send
 * tasks where their data are, and to tell an agent what to look for.  It is
 * kept with the project from run to run, as .fedtwin/held-SITE.json, and may be
 * deleted at any time.
 */
#ifndef ADAPTERS_HELD_H
#define ADAPTERS_HELD_H

#include <stdint.h>

struct ft_held;

/* Read 'path', if it is there and can be read. */
struct ft_held *ft_held_open(const char *path);
/* Under which digest of its bytes the site has an object with this content, or
 * NULL. */
const char *ft_held_find(const struct ft_held *held, const char *content);
void ft_held_add(struct ft_held *held, const char *content,
                 const char *sha256);
/* So many bytes took so long. */
void ft_held_measure(struct ft_held *held, uint64_t bytes, double seconds);
double ft_held_rate(const struct ft_held *held); /* bytes a second */
/* Keep it: with what other runs have found meanwhile.  NULL is fine. */
void ft_held_close(struct ft_held *held);

#endif
