/* home.c - where the agents of a run call home: the engine's side */
#include "adapters/home/home_in.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/link/attempt_json.h"
#include "adapters/link/link.h"
#include "adapters/link/proof.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "run/record/result.h"

#define PROOF_MS 5000        /* that a stranger has for its proof */
#define STRANGERS_MAX 64     /* then the first of them has to go */
#define HELLO_MAX (1u << 20) /* bytes of a line of a stranger's */
#define BACKLOG 128
#define HOME_SCHEMA 1

/* --- going ---------------------------------------------------------------- */

static void on_agent_closed(uv_handle_t *handle)
{
    struct ft_agent *agent = handle->data;

    free(agent->reason);
    free(agent->id);
    free(agent);
}

/* Take it off the list and let it go, without a word to anybody. */
static void drop(struct ft_agent *agent)
{
    struct ft_home *home = agent->home;
    struct ft_agent **at = &home->agent;

    while (*at != agent)
        at = &(*at)->next;
    *at = agent->next;
    home->n_strangers -= !agent->id;
    agent->gone = true;
    ft_carry_free(agent->carry);
    agent->carry = NULL;
    ft_link_close(agent->link);
    uv_close((uv_handle_t *)&agent->limit, on_agent_closed);
}

static void leave(struct ft_agent *agent)
{
    struct ft_home *home = agent->home;

    if (agent->id)
        home->events.left(agent, agent->reason, home->events.arg);
    drop(agent);
}

static void on_broken(const char *why, void *arg)
{
    (void)why; /* it may come back: nothing follows from it */
    leave(arg);
}

/* --- proof ---------------------------------------------------------------- */

static void read_held(struct json_object *list, uint64_t **held, size_t *n)
{
    size_t len = json_object_is_type(list, json_type_array)
                     ? json_object_array_length(list) : 0;

    *held = ft_calloc(len + 1, sizeof(**held));
    for (size_t i = 0; i < len; i++)
        (*held)[(*n)++] = (uint64_t)json_object_get_int64(
            json_object_array_get_idx(list, i));
}

static void introduce(struct ft_agent *agent, struct json_object *obj)
{
    struct ft_home *home = agent->home;
    int64_t slots = ft_json_int_or(obj, "slots", 1);
    struct ft_agent_hello hello = {
        .id = agent->id,
        .tag = ft_json_str_or(obj, "tag", ""),
        .job = ft_json_str_or(obj, "job", ""),
        .host = ft_json_str_or(obj, "host", ""),
        .slots = slots < 1 ? 1 : slots > INT_MAX ? INT_MAX : (int)slots,
        .left_s = ft_json_num_or(obj, "left_s", -1),
        .serve = ft_json_bool_or(obj, "serve", false),
    };
    uint64_t *held = NULL;

    read_held(ft_json_or_null(obj, "held"), &held, &hello.n_held);
    hello.held = held;
    home->events.joined(agent, &hello, home->events.arg);
    free(held);
}

/* The connection that it had before is dead, although nobody noticed. */
static void replace(struct ft_home *home, const char *id)
{
    struct ft_agent *agent = home->agent;

    while (agent && !(agent->id && strcmp(agent->id, id) == 0))
        agent = agent->next;
    if (agent)
        leave(agent);
}

/* Both have it from here on.  What they have proved to know makes the keys. */
static void sign_link(struct ft_agent *agent, const char *nonce)
{
    const char *secret = agent->home->secret;
    char out[FT_NONCE_HEX + 1], in[FT_NONCE_HEX + 1];

    ft_proof_make(secret, "engine signs", agent->nonce, nonce, out);
    ft_proof_make(secret, "agent signs", nonce, agent->nonce, in);
    ft_link_sign(agent->link, out, in);
    agent->carry = ft_carry_new(agent);
}

static void take_hello(struct ft_agent *agent, struct json_object *obj)
{
    struct ft_home *home = agent->home;
    const char *nonce = ft_json_str_or(obj, "nonce", "");
    const char *id = ft_json_str_or(obj, "id", "");
    struct json_object *answer;
    char proof[FT_NONCE_HEX + 1];

    if (ft_json_int_or(obj, "agent", 0) != 1 || !*id ||
        !ft_proof_check(home->secret, "agent", nonce, agent->nonce,
                        ft_json_str_or(obj, "proof", ""))) {
        drop(agent);
        return;
    }
    replace(home, id);
    home->n_strangers--;
    agent->id = ft_strdup(id);
    (void)uv_timer_stop(&agent->limit);
    ft_link_allow(agent->link, FT_LINK_LINE_MAX);
    answer = json_object_new_object();
    ft_proof_make(home->secret, "engine", agent->nonce, nonce, proof);
    ft_json_add_str(answer, "proof", proof);
    ft_link_send(agent->link, answer);
    if (ft_json_bool_or(obj, "signed", false))
        sign_link(agent, nonce);
    introduce(agent, obj);
}

/* --- what agents say ------------------------------------------------------ */

static void on_accepted(struct ft_agent *agent, uint64_t tag,
                        struct json_object *obj)
{
    const struct ft_home_events *ev = &agent->home->events;

    (void)obj;
    ev->accepted(agent, tag, ev->arg);
}

static void on_refused(struct ft_agent *agent, uint64_t tag,
                       struct json_object *obj)
{
    const struct ft_home_events *ev = &agent->home->events;

    ev->refused(agent, tag, ft_json_str_or(obj, "reason", ""), ev->arg);
}

static void on_started(struct ft_agent *agent, uint64_t tag,
                       struct json_object *obj)
{
    const struct ft_home_events *ev = &agent->home->events;

    ev->started(agent, tag, ft_json_str_or(obj, "host", ""), ev->arg);
}

static void on_progress(struct ft_agent *agent, uint64_t tag,
                        struct json_object *obj)
{
    const struct ft_home_events *ev = &agent->home->events;

    ev->progress(agent, tag, ft_json_str_or(obj, "line", ""), ev->arg);
}

/* A record that nobody understands would come again for ever: it is taken as
 * seen, and the file in the attempt directory has the last word. */
void ft_home_take_end(struct ft_agent *agent, uint64_t tag,
                      struct json_object *result)
{
    const struct ft_home_events *ev = &agent->home->events;
    const char *tag_text = ft_json_str_or(result, "attempt_tag", "");
    struct json_object *seen = json_object_new_object();
    struct ft_ending ending;

    ft_json_add_int(seen, "seen", (int64_t)tag);
    if (ft_result_ending(result, tag_text, &ending))
        ev->ended(agent, tag, tag_text, &ending, ev->arg);
    if (agent->gone)
        json_object_put(seen);
    else
        ft_link_send(agent->link, seen);
}

static void on_ended(struct ft_agent *agent, uint64_t tag,
                     struct json_object *obj)
{
    ft_home_take_end(agent, tag, ft_json_or_null(obj, "ending"));
}

static const struct {
    const char *key;
    void (*take)(struct ft_agent *agent, uint64_t tag,
                 struct json_object *obj);
} kind[] = {
    { "accepted", on_accepted }, { "refused", on_refused },
    { "started", on_started },   { "progress", on_progress },
    { "ended", on_ended },
};

/* A line that is not known is of a newer agent. */
static void on_line(struct json_object *obj, void *arg)
{
    struct ft_agent *agent = arg;
    struct json_object *value;

    if (!agent->id) {
        take_hello(agent, obj);
        return;
    }
    if (json_object_object_get_ex(obj, "leaving", &value)) {
        free(agent->reason);
        agent->reason = ft_strdup(ft_json_str_or(obj, "leaving", ""));
        return;
    }
    if (agent->carry && ft_carry_line(agent->carry, obj))
        return;
    for (size_t i = 0; i < FT_ARRAY_LEN(kind); i++) {
        if (!json_object_object_get_ex(obj, kind[i].key, &value))
            continue;
        kind[i].take(agent, (uint64_t)json_object_get_int64(value), obj);
        return;
    }
}

static void on_bytes(struct json_object *obj, const void *bytes, size_t len,
                     void *arg)
{
    struct ft_agent *agent = arg;

    if (agent->carry)
        ft_carry_bytes(agent->carry, obj, bytes, len);
}

/* --- coming --------------------------------------------------------------- */

static void on_late(uv_timer_t *handle)
{
    drop(handle->data);
}

/* Whoever knows the secret has proved it long before so many others came. */
static void drop_oldest(struct ft_home *home)
{
    struct ft_agent *oldest = NULL;

    for (struct ft_agent *a = home->agent; a; a = a->next)
        if (!a->id)
            oldest = a;
    if (oldest)
        drop(oldest);
}

static void greet(struct ft_agent *agent)
{
    struct json_object *obj = json_object_new_object();

    ft_nonce_make(agent->nonce);
    ft_json_add_int(obj, "fedtwin-home", 1);
    ft_json_add_str(obj, "nonce", agent->nonce);
    ft_link_send(agent->link, obj);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct ft_home *home = listener->data;
    struct ft_link_events events = { on_line, on_broken, NULL, on_bytes };
    struct ft_agent *agent;

    if (status < 0 || home->closing)
        return;
    if (home->n_strangers == STRANGERS_MAX)
        drop_oldest(home);
    agent = ft_calloc(1, sizeof(*agent));
    events.arg = agent;
    agent->home = home;
    agent->link = ft_link_new(home->loop, &events);
    agent->next = home->agent;
    home->agent = agent;
    home->n_strangers++;
    (void)uv_timer_init(home->loop, &agent->limit);
    agent->limit.data = agent;
    if (uv_accept(listener, (uv_stream_t *)ft_link_tcp(agent->link)) < 0) {
        drop(agent);
        return;
    }
    (void)uv_timer_start(&agent->limit, on_late, PROOF_MS, 0);
    ft_link_start(agent->link, HELLO_MAX);
    greet(agent);
}

/* --- where it is ---------------------------------------------------------- */

static void add_host(struct json_object *hosts, const char *name)
{
    json_object_array_add(hosts, json_object_new_string(name));
}

/* Addresses of one link only need to be told which: they are left out. */
static bool is_local_link(const struct sockaddr_in6 *addr)
{
    return addr->sin6_addr.s6_addr[0] == 0xfe &&
           (addr->sin6_addr.s6_addr[1] & 0xc0) == 0x80;
}

static void add_addresses(struct json_object *hosts)
{
    uv_interface_address_t *list;
    char text[64];
    int n;

    if (uv_interface_addresses(&list, &n) < 0)
        return;
    for (int i = 0; i < n; i++) {
        const uv_interface_address_t *at = &list[i];
        bool v6 = at->address.address4.sin_family == AF_INET6;

        if (at->is_internal || (v6 && is_local_link(&at->address.address6)))
            continue;
        if ((v6 ? uv_ip6_name(&at->address.address6, text, sizeof(text))
                : uv_ip4_name(&at->address.address4, text, sizeof(text))) == 0)
            add_host(hosts, text);
    }
    uv_free_interface_addresses(list, n);
}

struct json_object *ft_home_json(const struct ft_home *home)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *hosts = json_object_new_array();
    char name[HOST_NAME_MAX + 1] = "";

    if (gethostname(name, sizeof(name) - 1) == 0 && *name)
        add_host(hosts, name);
    add_addresses(hosts);
    add_host(hosts, "127.0.0.1");
    ft_json_add_int(obj, "schema", HOME_SCHEMA);
    json_object_object_add(obj, "hosts", hosts);
    ft_json_add_int(obj, "port", home->port);
    ft_json_add_str(obj, "secret", home->secret);
    return obj;
}

int ft_home_publish(const struct ft_home *home, const char *path,
                    struct ft_err *err)
{
    struct json_object *obj = ft_home_json(home);
    int rc = ft_json_write(obj, path, 0600, ft_file_write, err);

    json_object_put(obj);
    return rc;
}

/* --- opening and closing -------------------------------------------------- */

void ft_home_free_closed(struct ft_home *home)
{
    if (home->closing && !home->n_listeners && !home->n_packing)
        free(home);
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct ft_home *home = handle->data;

    home->n_listeners--;
    ft_home_free_closed(home);
}

/* At every address of this machine; port 0: at a free one. */
static int listen_at(struct ft_home *home, const char *any, int port)
{
    uv_tcp_t *tcp = &home->listener[home->n_listeners++];
    struct sockaddr_storage addr;
    int rc, len = sizeof(addr);

    (void)uv_tcp_init(home->loop, tcp);
    tcp->data = home;
    rc = uv_ip6_addr(any, port, (struct sockaddr_in6 *)&addr);
    if (rc < 0)
        rc = uv_ip4_addr(any, port, (struct sockaddr_in *)&addr);
    if (rc == 0)
        rc = uv_tcp_bind(tcp, (struct sockaddr *)&addr, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)tcp, BACKLOG, on_connection);
    if (rc == 0)
        rc = uv_tcp_getsockname(tcp, (struct sockaddr *)&addr, &len);
    if (rc == 0) /* the port is at the same place in both kinds */
        home->port = ntohs(((struct sockaddr_in *)&addr)->sin_port);
    return rc;
}

static struct ft_home *open_at(struct uv_loop_s *loop,
                               const struct ft_home_events *events,
                               const char *secret, int port,
                               struct ft_err *err)
{
    struct ft_home *home = ft_calloc(1, sizeof(*home));
    int rc;

    home->loop = loop;
    home->events = *events;
    memcpy(home->secret, secret, sizeof(home->secret));
    rc = listen_at(home, "::", port); /* of both kinds */
    if (rc < 0)
        rc = listen_at(home, "0.0.0.0", port);
    if (rc == 0)
        return home;
    ft_err_set(err, FT_EIO, "cannot listen for agents: %s", uv_strerror(rc));
    ft_home_close(home);
    return NULL;
}

struct ft_home *ft_home_open(struct uv_loop_s *loop,
                             const struct ft_home_events *events,
                             struct ft_err *err)
{
    char secret[FT_NONCE_HEX + 1];

    ft_nonce_make(secret);
    return open_at(loop, events, secret, 0, err);
}

struct ft_home *ft_home_reopen(struct uv_loop_s *loop,
                               const struct ft_home_events *events,
                               const char *path, struct ft_err *err)
{
    struct json_object *obj = ft_json_read(path, NULL);
    const char *secret = ft_json_str_or(obj, "secret", "");
    int64_t port = ft_json_int_or(obj, "port", 0);
    struct ft_home *home = NULL;

    if (ft_nonce_valid(secret) && port > 0 && port <= UINT16_MAX)
        home = open_at(loop, events, secret, (int)port, NULL);
    json_object_put(obj);
    return home ? home : ft_home_open(loop, events, err);
}

void ft_home_close(struct ft_home *home)
{
    if (!home)
        return;
    home->closing = true;
    while (home->agent)
        drop(home->agent);
    ft_home_drop_parcels(home);
    for (int i = 0; i < home->n_listeners; i++)
        uv_close((uv_handle_t *)&home->listener[i], on_listener_closed);
}

/* --- what agents are told ------------------------------------------------- */

void ft_home_give(struct ft_agent *agent, const struct ft_attempt *attempt)
{
    struct json_object *obj = json_object_new_object();

    json_object_object_add(obj, "task", ft_attempt_json(attempt));
    ft_link_send(agent->link, obj);
}

void ft_home_cancel(struct ft_agent *agent, uint64_t tag, double grace_s)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "cancel", (int64_t)tag);
    ft_json_add_num(obj, "grace_s", grace_s);
    ft_link_send(agent->link, obj);
}

void ft_home_finish(struct ft_agent *agent)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_bool(obj, "finish", true);
    ft_link_send(agent->link, obj);
}

void ft_agent_set(struct ft_agent *agent, void *data)
{
    agent->data = data;
}

void *ft_agent_get(const struct ft_agent *agent)
{
    return agent->data;
}
