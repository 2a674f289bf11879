/* link.h - lines of JSON over one TCP connection, between home and an agent
 *
 * What is sent in one turn of the loop goes out together.  A line that is too
 * long or is no object breaks the connection, as does a peer that does not
 * read.
 *
 * A link can be signed: then a line that was changed, left out or put in on its
 * way breaks the connection, too, and bytes may follow a line.
 */
#ifndef ADAPTERS_LINK_H
#define ADAPTERS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "adapters/link/proof.h"

struct ft_link;
struct json_object;

/* Bytes: more than any program can be given as arguments and environment. */
#define FT_LINK_LINE_MAX (16u << 20)

#define FT_LINK_BYTES_MAX (1u << 20) /* that follow one line */

struct ft_link_events {
    void (*line)(struct json_object *obj, void *arg); /* borrowed */
    /* It is broken: close it; 'why' is for people. */
    void (*broken)(const char *why, void *arg);
    void *arg;
    /* Optional: a line and the bytes that followed it, as many as its member
     * "bytes" says; no other line of a signed link has one. */
    void (*bytes)(struct json_object *obj, const void *bytes, size_t len,
                  void *arg);
};

/* Not connected yet: that is up to the caller, with ft_link_tcp(). */
struct ft_link *ft_link_new(uv_loop_t *loop,
                            const struct ft_link_events *events);
uv_tcp_t *ft_link_tcp(struct ft_link *link); /* its 'data' is the link's */
/* It is connected: read lines of at most 'line_max' bytes from now on. */
void ft_link_start(struct ft_link *link, size_t line_max);
void ft_link_allow(struct ft_link *link, size_t line_max);

/* From the next line on either way; the keys are in hex (proof.h). */
void ft_link_sign(struct ft_link *link, const char *key_out,
                  const char *key_in);

/* Takes 'obj' over.  Nothing that goes wrong is told before the call has
 * returned. */
void ft_link_send(struct ft_link *link, struct json_object *obj);
/* The same with 'len' bytes behind it, which its member "bytes" tells of; of a
 * signed link. */
void ft_link_send_bytes(struct ft_link *link, struct json_object *obj,
                        const void *bytes, size_t len);

/* What was sent goes out as far as the peer takes it at once.  No event comes
 * any more; the loop has to turn.  NULL is fine. */
void ft_link_close(struct ft_link *link);

#endif
