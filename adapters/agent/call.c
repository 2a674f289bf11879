/* call.c - calling home, and what is said there
 *
 *   resting -> searching -> connecting -> proving -> heard
 *      ^            \___________\____________\_________/ next host, or later
 *
 * Where home is stands in a file: another runner of the same run puts itself
 * there.  The file is read again before every round of calls.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/agent/agent.h"
#include "adapters/link/attempt_json.h"
#include "adapters/link/link.h"
#include "adapters/link/proof.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"

#define NS_PER_S INT64_C(1000000000)
#define CALL_MS 3000    /* that one host has to answer and to prove itself */
#define AGAIN_MIN_S 2   /* between rounds of calls */
#define AGAIN_MAX_S 30
#define LOOK_S 1        /* between looks at the file, meanwhile */
#define BREAKS_MAX 10   /* connections in a row that were of no use */
#define OF_USE_S 60     /* one that lasted so long was */
#define REPEAT_S 1      /* when home was not ready for what it was told */

struct lookup {
    uv_getaddrinfo_t req;
    struct call *call; /* NULL: nobody waits for it any more */
};

struct call {
    struct agent *agent;
    char id[FT_NONCE_HEX + 1]; /* ours */
    struct json_object *home;  /* the file as it was read last, or NULL */
    struct stat file;
    const char *secret;        /* in there */
    size_t host;               /* of it that is being called */
    struct lookup *lookup;
    struct ft_link *link;
    uv_timer_t limit;
    char nonce[FT_NONCE_HEX + 1], theirs[FT_NONCE_HEX + 1];
    bool trying, heard;
    int64_t again_mono_ns, look_mono_ns; /* when to try and look again */
    int again_s;
    int64_t unheard_mono_ns;
    int64_t repeat_mono_ns; /* when to say everything again; 0: never */
    int64_t heard_mono_ns;  /* since when this connection lasts */
    int breaks;             /* of such that were of no use, in a row */
};

static void try_host(struct call *call);

/* --- hanging up ----------------------------------------------------------- */

static void drop(struct call *call)
{
    (void)uv_timer_stop(&call->limit);
    ft_link_close(call->link);
    call->link = NULL;
    if (call->lookup)
        call->lookup->call = NULL;
    call->lookup = NULL;
}

static void rest(struct call *call)
{
    int64_t now = ft_clock_mono_ns();

    call->trying = call->heard = false;
    if (!call->unheard_mono_ns)
        call->unheard_mono_ns = now;
    call->again_mono_ns = now + call->again_s * NS_PER_S;
    call->look_mono_ns = now + LOOK_S * NS_PER_S;
    call->again_s = call->again_s * 2 > AGAIN_MAX_S ? AGAIN_MAX_S
                                                    : call->again_s * 2;
}

static void try_next(struct call *call)
{
    drop(call);
    call->host++;
    try_host(call);
}

static void on_broken(const char *why, void *arg)
{
    struct call *call = arg;

    (void)why;
    if (!call->heard) {
        try_next(call);
        return;
    }
    if (ft_clock_mono_ns() - call->heard_mono_ns > OF_USE_S * NS_PER_S)
        call->breaks = 0;
    call->breaks++;
    drop(call);
    rest(call);
}

bool agent_is_cut_off(const struct agent *agent)
{
    return agent->call && agent->call->breaks >= BREAKS_MAX;
}

/* --- proving -------------------------------------------------------------- */

static void add_held(const struct agent *agent, struct json_object *hello)
{
    struct json_object *held = json_object_new_array();

    for (size_t i = 0; i < agent->n; i++)
        json_object_array_add(held, json_object_new_int64(
                                        (int64_t)agent->task[i]->attempt->tag));
    json_object_object_add(hello, "held", held);
}

static void introduce(struct call *call)
{
    const struct agent *agent = call->agent;
    struct json_object *obj = json_object_new_object();
    char proof[FT_NONCE_HEX + 1];
    double left_s = agent_left_s(agent);

    ft_nonce_make(call->nonce);
    ft_proof_make(call->secret, "agent", call->nonce, call->theirs, proof);
    ft_json_add_int(obj, "agent", 1);
    ft_json_add_str(obj, "nonce", call->nonce);
    ft_json_add_str(obj, "proof", proof);
    ft_json_add_str(obj, "id", call->id);
    ft_json_add_str(obj, "tag", agent->file.tag);
    ft_json_add_str(obj, "job", agent->job);
    ft_json_add_str(obj, "host", agent->host);
    ft_json_add_int(obj, "slots", agent->slots);
    if (left_s >= 0)
        ft_json_add_num(obj, "left_s", left_s);
    ft_json_add_bool(obj, "serve", agent->file.serve);
    if (agent->file.root)
        ft_json_add_bool(obj, "signed", true);
    add_held(agent, obj);
    ft_link_send(call->link, obj);
}

/* From here on, in both directions. */
static void sign_link(const struct call *call)
{
    char out[FT_NONCE_HEX + 1], in[FT_NONCE_HEX + 1];

    ft_proof_make(call->secret, "agent signs", call->nonce, call->theirs, out);
    ft_proof_make(call->secret, "engine signs", call->theirs, call->nonce, in);
    ft_link_sign(call->link, out, in);
}

/* What home may not know, or has not heard. */
static void say_all(struct agent *agent)
{
    for (size_t i = 0; i < agent->n; i++) {
        struct task *task = agent->task[i];

        agent_fetch_again(task);
        if (task->state == ENDED)
            agent_say_ended(agent, task);
        else if (task->state == RUNNING)
            agent_say_of(agent, "started", task->attempt->tag, "host",
                         agent->host);
    }
}

/* Their number first, then their proof. */
static void prove(struct call *call, struct json_object *obj)
{
    const char *nonce = ft_json_str_or(obj, "nonce", "");

    if (!*call->theirs && ft_json_int_or(obj, "fedtwin-home", 0) == 1 &&
        ft_nonce_valid(nonce)) {
        snprintf(call->theirs, sizeof(call->theirs), "%s", nonce);
        introduce(call);
    } else if (*call->theirs &&
               ft_proof_check(call->secret, "engine", call->theirs,
                              call->nonce, ft_json_str_or(obj, "proof", ""))) {
        (void)uv_timer_stop(&call->limit);
        call->trying = false;
        call->heard = true;
        call->unheard_mono_ns = 0;
        call->heard_mono_ns = ft_clock_mono_ns();
        call->agent->busy_mono_ns = ft_clock_mono_ns();
        call->again_s = AGAIN_MIN_S;
        if (call->agent->file.root)
            sign_link(call);
        say_all(call->agent);
    } else {
        try_next(call);
    }
}

/* --- what home says ------------------------------------------------------- */

/* Why a task is not taken, or NULL; the caller's. */
static char *objection(const struct agent *agent, const struct ft_attempt *a)
{
    if (agent->leaving)
        return ft_strdup("about to end");
    if (!agent->file.serve)
        return ft_strdup("the agent of another attempt");
    return agent_lacks_time(agent, a);
}

static void on_task(struct agent *agent, struct json_object *obj)
{
    struct json_object *json = ft_json_or_null(obj, "task");
    struct ft_err err = { 0 };
    struct ft_attempt *a = ft_attempt_read(json, &err);
    uint64_t tag = (uint64_t)ft_json_int_or(json, "tag", 0);
    char *why = a ? objection(agent, a) : ft_strdup(err.msg);

    if (a && agent_find(agent, tag)) {
        ft_attempt_free(a); /* given before the connection broke */
    } else if (why) {
        agent_say_of(agent, "refused", tag, "reason", why);
        ft_attempt_free(a);
    } else {
        agent_say_of(agent, "accepted", tag, NULL, NULL);
        agent_take(agent, a);
        agent_start_some(agent);
    }
    free(why);
}

static void on_cancel(struct agent *agent, struct json_object *obj)
{
    agent_cancel(agent, (uint64_t)ft_json_int_or(obj, "cancel", 0),
                 ft_json_num_or(obj, "grace_s", 0));
}

static void on_finish(struct agent *agent, struct json_object *obj)
{
    (void)obj;
    agent_leave(agent, FINISHED, "told to finish");
}

static void on_seen(struct agent *agent, struct json_object *obj)
{
    agent->call->breaks = 0;
    agent_forget(agent, (uint64_t)ft_json_int_or(obj, "seen", 0));
}

/* The task that the member 'key' of a line about files names. */
static struct task *task_of(struct agent *agent, struct json_object *obj,
                            const char *key)
{
    agent->busy_mono_ns = ft_clock_mono_ns();
    return agent_find(agent, (uint64_t)ft_json_int_or(obj, key, 0));
}

static void on_parcel(struct agent *agent, struct json_object *obj)
{
    struct task *task = task_of(agent, obj, "parcel");

    if (task)
        agent_fetch_parcel(task, obj);
}

/* A runner that has just begun to go on with the run: it is told again. */
static void on_later(struct agent *agent, struct json_object *obj)
{
    (void)obj;
    agent->call->repeat_mono_ns = ft_clock_mono_ns() + REPEAT_S * NS_PER_S;
}

/* Nobody wants it. */
static void on_gone(struct agent *agent, struct json_object *obj)
{
    agent_cancel(agent, (uint64_t)ft_json_int_or(obj, "gone", 0), 0);
}

static void on_want(struct agent *agent, struct json_object *obj)
{
    struct task *task = task_of(agent, obj, "of");

    if (task && task->room)
        agent_bring_piece(agent, task, obj);
}

static void on_no_chunk(struct agent *agent, struct json_object *obj)
{
    struct task *task = task_of(agent, obj, "of");

    if (task)
        agent_fetch_no_chunk(task, obj);
}

static const struct {
    const char *key;
    void (*take)(struct agent *agent, struct json_object *obj);
} kind[] = {
    { "task", on_task },     { "cancel", on_cancel }, { "finish", on_finish },
    { "seen", on_seen },     { "parcel", on_parcel }, { "later", on_later },
    { "gone", on_gone },     { "want", on_want },
    { "chunk", on_no_chunk },
};

static void on_bytes(struct json_object *obj, const void *bytes, size_t len,
                     void *arg)
{
    struct call *call = arg;
    struct task *task = task_of(call->agent, obj, "of");

    call->breaks = 0;
    if (task)
        agent_fetch_chunk(task, obj, bytes, len);
}

static void on_line(struct json_object *obj, void *arg)
{
    struct call *call = arg;
    struct json_object *value;

    if (!call->heard) {
        prove(call, obj);
        return;
    }
    for (size_t i = 0; i < FT_ARRAY_LEN(kind); i++)
        if (json_object_object_get_ex(obj, kind[i].key, &value)) {
            kind[i].take(call->agent, obj);
            return;
        }
}

/* --- connecting ----------------------------------------------------------- */

static void on_late(uv_timer_t *handle)
{
    try_next(handle->data);
}

static void on_connect(uv_connect_t *req, int status)
{
    struct call *call = req->data;

    free(req);
    if (status == UV_ECANCELED)
        return; /* given up; there may be another one by now */
    if (status < 0)
        try_next(call);
    else
        ft_link_start(call->link, FT_LINK_LINE_MAX);
}

static void connect_to(struct call *call, const struct sockaddr *addr)
{
    struct ft_link_events events = { on_line, on_broken, call, on_bytes };
    uv_connect_t *req = ft_calloc(1, sizeof(*req));

    call->link = ft_link_new(&call->agent->loop, &events);
    req->data = call;
    call->theirs[0] = '\0';
    if (uv_tcp_connect(req, ft_link_tcp(call->link), addr, on_connect) < 0) {
        free(req);
        try_next(call);
    }
}

static void on_address(uv_getaddrinfo_t *req, int status,
                       struct addrinfo *res)
{
    struct lookup *lookup = req->data;
    struct call *call = lookup->call;

    free(lookup);
    if (call) {
        call->lookup = NULL;
        if (status == 0)
            connect_to(call, res->ai_addr);
        else
            try_next(call);
    }
    uv_freeaddrinfo(res);
}

static void look_up(struct call *call, const char *name, int port)
{
    struct lookup *lookup = ft_calloc(1, sizeof(*lookup));
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    char text[16];

    snprintf(text, sizeof(text), "%d", port);
    lookup->call = call;
    lookup->req.data = lookup;
    call->lookup = lookup;
    if (uv_getaddrinfo(&call->agent->loop, &lookup->req, on_address, name,
                       text, &hints) < 0) {
        free(lookup);
        call->lookup = NULL;
        try_next(call);
    }
}

/* The next of the hosts that are there; after the last one, later. */
static void try_host(struct call *call)
{
    struct json_object *hosts = ft_json_or_null(call->home, "hosts");
    int port = (int)ft_json_int_or(call->home, "port", 0);
    const char *name;
    struct sockaddr_storage addr;

    if (!json_object_is_type(hosts, json_type_array) ||
        call->host >= json_object_array_length(hosts)) {
        rest(call);
        return;
    }
    (void)uv_timer_start(&call->limit, on_late, CALL_MS, 0);
    name = ft_json_at_or(hosts, call->host, "");
    if (uv_ip4_addr(name, port, (struct sockaddr_in *)&addr) == 0 ||
        uv_ip6_addr(name, port, (struct sockaddr_in6 *)&addr) == 0)
        connect_to(call, (struct sockaddr *)&addr);
    else
        look_up(call, name, port);
}

static void try_all(struct call *call)
{
    const struct ft_agent_file *file = &call->agent->file;

    json_object_put(call->home);
    if (file->home)
        (void)stat(file->home, &call->file);
    call->home = file->home ? ft_json_read(file->home, NULL)
                            : json_object_get(file->home_at);
    call->secret = ft_json_str_or(call->home, "secret", "");
    call->host = 0;
    call->trying = true;
    if (ft_nonce_valid(call->secret))
        try_host(call);
    else
        rest(call);
}

/* Has another runner put itself there? */
static bool has_moved(const struct call *call)
{
    const char *home = call->agent->file.home;
    struct stat st;

    return home && stat(home, &st) == 0 &&
           (st.st_ino != call->file.st_ino ||
            st.st_mtim.tv_sec != call->file.st_mtim.tv_sec ||
            st.st_mtim.tv_nsec != call->file.st_mtim.tv_nsec);
}

/* --- for the rest of the agent -------------------------------------------- */

void agent_call(struct agent *agent)
{
    struct call *call;

    if (!agent->file.home && !agent->file.home_at)
        return;
    call = agent->call = ft_calloc(1, sizeof(*call));
    call->agent = agent;
    call->again_s = AGAIN_MIN_S;
    ft_nonce_make(call->id);
    (void)uv_timer_init(&agent->loop, &call->limit);
    call->limit.data = call;
    try_all(call);
}

void agent_call_tick(struct agent *agent)
{
    struct call *call = agent->call;
    int64_t now = ft_clock_mono_ns();

    if (call && call->heard && call->repeat_mono_ns &&
        now >= call->repeat_mono_ns) {
        call->repeat_mono_ns = 0;
        say_all(agent);
    }
    if (!call || call->trying || call->heard)
        return;
    if (now >= call->again_mono_ns) {
        try_all(call);
    } else if (now >= call->look_mono_ns) {
        call->look_mono_ns = now + LOOK_S * NS_PER_S;
        if (has_moved(call)) {
            call->again_s = AGAIN_MIN_S;
            try_all(call);
        }
    }
}

bool agent_connected(const struct agent *agent)
{
    return agent->call && agent->call->heard;
}

int64_t agent_unheard_mono_ns(const struct agent *agent)
{
    const struct call *call = agent->call;

    return call && !call->heard && !call->trying ? call->unheard_mono_ns : 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct call *call = handle->data;

    json_object_put(call->home);
    free(call);
}

void agent_hang_up(struct agent *agent)
{
    if (!agent->call)
        return;
    drop(agent->call);
    uv_close((uv_handle_t *)&agent->call->limit, on_closed);
    agent->call = NULL;
}

const char *agent_id(const struct agent *agent)
{
    return agent->call->id;
}

void agent_say_bytes(struct agent *agent, struct json_object *obj,
                     const void *bytes, size_t len)
{
    if (agent_connected(agent))
        ft_link_send_bytes(agent->call->link, obj, bytes, len);
    else
        json_object_put(obj);
}

void agent_say(struct agent *agent, struct json_object *obj)
{
    if (agent_connected(agent))
        ft_link_send(agent->call->link, obj);
    else
        json_object_put(obj);
}

void agent_say_of(struct agent *agent, const char *key, uint64_t tag,
                  const char *more, const char *text)
{
    struct json_object *obj;

    if (!agent_connected(agent))
        return;
    obj = json_object_new_object();
    ft_json_add_int(obj, key, (int64_t)tag);
    if (more)
        ft_json_add_str(obj, more, text);
    agent_say(agent, obj);
}

void agent_say_ended(struct agent *agent, const struct task *task)
{
    struct json_object *obj;

    if (!agent_connected(agent))
        return;
    obj = json_object_new_object();
    ft_json_add_int(obj, "ended", (int64_t)task->attempt->tag);
    json_object_object_add(obj, "ending", json_object_get(task->result));
    if (task->files)
        json_object_object_add(obj, "files", json_object_get(task->files));
    agent_say(agent, obj);
}
