/* give.h - pieces of files for the other side of a link, in the order in which
 * they were asked for
 *
 * They are read in another thread, one after another.
 */
#ifndef ADAPTERS_GIVE_H
#define ADAPTERS_GIVE_H

#include <stddef.h>
#include <stdint.h>

struct ft_give;
struct json_object;
struct uv_loop_s;

/* What 'head' was for: 'len' bytes of the file, fewer at its end only, or an
 * errno.  'head' is the receiver's. */
typedef void ft_give_answer(struct json_object *head, const void *bytes,
                            size_t len, int error, void *arg);

struct ft_give *ft_give_new(struct uv_loop_s *loop, ft_give_answer *answer,
                            void *arg);
/* Takes 'head' over. */
void ft_give_ask(struct ft_give *give, const char *path, uint64_t offset,
                 size_t size, struct json_object *head);
/* Nothing is answered any more.  NULL is fine; the loop has to turn. */
void ft_give_free(struct ft_give *give);

#endif
