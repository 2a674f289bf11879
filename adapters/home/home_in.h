/* home_in.h - what the files of home share
 *
 *   home.c        who calls, who is heard, what is said
 *   home_carry.c  files for agents that do not see those of the run, and back
 *   home_parcel.c what an attempt starts with, told to such an agent
 */
#ifndef ADAPTERS_HOME_IN_H
#define ADAPTERS_HOME_IN_H

#include <uv.h>

#include "adapters/home/home.h"
#include "adapters/link/link.h"
#include "adapters/link/proof.h"

struct ft_carry;
struct ft_parcel;

struct ft_agent {
    struct ft_home *home;
    struct ft_agent *next;
    struct ft_link *link;
    uv_timer_t limit; /* for its proof */
    char nonce[FT_NONCE_HEX + 1];
    char *id;     /* NULL: a stranger */
    char *reason; /* why it leaves, once it has said so */
    void *data;
    bool gone;
    struct ft_carry *carry; /* NULL: it sees the files of the run */
};

struct ft_home {
    uv_loop_t *loop;
    uv_tcp_t listener[2]; /* the second where there are no IPv6 addresses */
    int n_listeners;
    struct ft_home_events events;
    char secret[FT_NONCE_HEX + 1];
    int port;
    struct ft_agent *agent; /* list, the newest first */
    size_t n_strangers;
    bool closing;
    struct ft_parcel *parcel; /* list: what attempts start with elsewhere */
    size_t n_packing;         /* of them that are being made */
};

/* --- home.c --------------------------------------------------------------- */

/* An attempt ended, as its record says; the agent may forget it. */
void ft_home_take_end(struct ft_agent *agent, uint64_t tag,
                      struct json_object *result);
/* Free it if it was closed and nothing of it is under way. */
void ft_home_free_closed(struct ft_home *home);

/* --- home_carry.c --------------------------------------------------------- */

struct ft_carry *ft_carry_new(struct ft_agent *agent);
/* True: the line was about files. */
bool ft_carry_line(struct ft_carry *carry, struct json_object *obj);
void ft_carry_bytes(struct ft_carry *carry, struct json_object *obj,
                    const void *bytes, size_t len);
void ft_carry_free(struct ft_carry *carry); /* NULL is fine */

/* --- home_parcel.c -------------------------------------------------------- */

/* Tell 'agent' what the attempt 'tag' starts with, as soon as it is known. */
void ft_home_pack(struct ft_agent *agent, uint64_t tag);
/* What it was told, or NULL. */
struct ft_parcel *ft_home_parcel(const struct ft_home *home, uint64_t tag);
void ft_home_drop_parcel(struct ft_home *home, uint64_t tag);
void ft_home_drop_parcels(struct ft_home *home);
/* As the event 'attempt' says. */
const struct ft_attempt *ft_home_attempt(const struct ft_home *home,
                                         uint64_t tag, bool *later);
/* {KEY: TAG}; the caller's. */
struct json_object *ft_home_line(const char *key, uint64_t tag);

#endif
