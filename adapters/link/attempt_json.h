/* attempt_json.h - an attempt as it is told to an agent
 *
 * The format is ATTEMPT in share/doc/formats/agent.md.
 */
#ifndef ADAPTERS_ATTEMPT_JSON_H
#define ADAPTERS_ATTEMPT_JSON_H

#include "run/adapter.h"

struct ft_err;
struct json_object;

/* The caller's. */
struct json_object *ft_attempt_json(const struct ft_attempt *attempt);

/* And back, with everything that it points to; the caller frees.  NULL when
 * something is missing or cannot be: FT_EFORMAT. */
struct ft_attempt *ft_attempt_read(struct json_object *obj,
                                   struct ft_err *err);
/* The same, of one that lives no longer than a call. */
struct ft_attempt *ft_attempt_copy(const struct ft_attempt *attempt);
/* Slots that it holds; no more than an int has. */
int ft_attempt_slots(const struct ft_attempt *attempt);
void ft_attempt_free(struct ft_attempt *attempt); /* NULL is fine */

#endif
