/* adapter.h - how the engine talks to one kind of site
 *
 * Every call comes from the one thread of the drive loop and returns at once:
 * answers arrive later through the events that the adapter was opened with, on
 * that same thread.  Each item of a bulk call is answered on its own.  An
 * adapter never retries, never decides: it reports what the site said.
 *
 *   submit -> accepted(job) -> started -> ended(outcome)
 *          \> refused(retry_after | denied | rejected | unknown_outcome)
 */
#ifndef FT_RUN_ADAPTER_H
#define FT_RUN_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/path.h"
#include "model/site.h"
#include "model/workflow.h"

struct ft_err;
struct uv_loop_s;

/* Names in an attempt directory (share/doc/formats/task.md). */
#define FT_STDOUT_FILE "stdout.txt"
#define FT_STDERR_FILE "stderr.txt"
#define FT_TASK_FILE "task.json"
#define FT_PROGRESS_FILE "progress.ndjson"
#define FT_RESULT_FILE "result.json"

/* An attempt whose stream grows past this is ended as an error. */
#define FT_LOG_STREAM_MAX (64 << 20) /* bytes */

/* The job id of an attempt that a program took which had others before. */
#define FT_POOL_JOB "pool " /* and its number */

/* A program that ends with this status asks to go on from its checkpoint. */
#define FT_EXIT_RESTART 75

/* And the signal: what sh and mpirun exit with after it. */
#define FT_EXIT_SIGNAL 128

/* A file that an attempt reads: an input, or one that its command names. */
struct ft_attempt_file {
    char *path;    /* absolute, as task.json or the command has it */
    char *content; /* of an object: "sha256:HEX"; else NULL */
    char *sha256;  /* of its bytes, in hex; NULL: not known */
    uint64_t size_bytes; /* 0: not known */
};

/* One attempt as the adapter sees it; borrowed during the call. */
struct ft_attempt {
    uint64_t tag;       /* task and attempt; events carry it */
    const char *tag_text; /* "RUN/TASK/ATTEMPT": searched after an unknown
                             outcome */
    const char *stage;  /* its name */
    const char *dir;    /* attempt directory, exists, holds task.json */
    char *const *argv;  /* without the MPI launcher */
    char *const *env;   /* additions to the environment */
    char *const *modules; /* environment modules to load before it starts */
    size_t n_modules;
    bool mpi;
    bool serve;         /* the program understands --serve: the site may keep
                           it and give it one task after another */
    bool alone;         /* but not for this attempt */
    size_t more;        /* tasks of this program that are likely to follow */
    size_t follow;      /* tasks of this stage that are still to come */
    int number;         /* of the attempt at its task: 1, 2, ... */
    enum ft_form form;  /* that the stage asks for */
    struct ft_resources resources;
    double timeout_s;   /* 0: none */
    bool outputs;       /* the stage declares some */
    const char *program_sha256; /* of the file argv[0], in hex; NULL: not
                                   compared */
    bool again;         /* an earlier runner may have submitted it already, */
    const char *placed; /* at this site; NULL: not known */
    const char *site;   /* that it has to run at; NULL: any */
    double expected_s;  /* how long it will run, as earlier runs say; 0: they
                           do not */
    struct ft_attempt_file *file; /* for sites that do not see them */
    size_t n_files;
};

/* (adapters/link/attempt_json.c) */
void ft_attempt_files_free(struct ft_attempt_file *file, size_t n);

/* Whose attempts a connection is for; borrowed for as long as it is open.
 * NULL: those of no run. */
struct ft_adapter_place {
    const char *project_dir, *run_dir, *run_id;
    bool resumed; /* there may be jobs of an earlier runner */
};

enum ft_submit_answer {
    FT_SUBMIT_OK,
    FT_SUBMIT_RETRY_AFTER,     /* busy now */
    FT_SUBMIT_DENIED,          /* credentials or policy */
    FT_SUBMIT_REJECTED,        /* can never run here */
    FT_SUBMIT_UNKNOWN_OUTCOME, /* may or may not have been accepted */
};

/* How an attempt ended, as far as the site can tell. */
struct ft_ending {
    enum ft_outcome outcome;
    int exit_code, signal;
    char reason[400];  /* for people; the site's own words where there are */
    char host[64];
    bool by_site; /* its job was ended: the site knows better why */
    char site[FT_NAME_MAX + 1]; /* "": that of the adapter */
    int64_t start_ns, end_ns;
    double user_s, system_s;
    double peak_rss_bytes;
    /* What the site can tell of the rest; 0: nothing. */
    double read_bytes, written_bytes; /* from and to devices */
    double energy_j;
    double moved_bytes; /* to the site, of what was not there yet, */
    double returned_bytes; /* and from there; 0: it sees the files */
    int slots; /* that it held; the engine fills it in */
};

/* Called by the adapter; 'arg' is the one given at open.  'job' may be NULL:
 * the site has no name for it. */
struct ft_adapter_events {
    void (*submitted)(uint64_t tag, enum ft_submit_answer answer,
                      const char *job, double retry_after_s,
                      const char *reason, void *arg);
    void (*started)(uint64_t tag, const char *host, void *arg);
    /* One progress line (JSON text, terminated). */
    void (*progress)(uint64_t tag, const char *line, void *arg);
    /* Queue state or reason while waiting, for people. */
    void (*waiting)(uint64_t tag, const char *reason, void *arg);
    void (*ended)(uint64_t tag, const struct ft_ending *ending, void *arg);
    /* It was given to this site, of several, for these reasons; or to this
     * batch system in this form. */
    void (*placed)(uint64_t tag, const char *site, const char *why, void *arg);
    void *arg;
};

struct ft_adapter {
    const char *name; /* value of 'adapter:' in a site file */

    /* Nothing is executed there: attempts have no directory, no task.json and
     * no outputs, and what they did is kept by the run's journal alone. */
    bool bare;

    /* What runs there ends when this machine does: an intent that a power cut
     * takes out of the journal was of nobody. */
    bool mortal;

    /* The site writes the completion records (share/doc/formats/agent.md). */
    bool records;

    /* Get ready; *conn is handed to every other call until close. */
    int (*open)(const struct ft_site *site,
                const struct ft_adapter_place *place, struct uv_loop_s *loop,
                const struct ft_adapter_events *events, void **conn,
                struct ft_err *err);

    /* What can run at the same time: cores and memory. */
    void (*capacity)(void *conn, int *slots, double *memory_bytes);

    /* Optional, for a choice between sites: why an attempt cannot run there
     * (NULL: it can), and what it would cost, as seconds that somebody would
     * wait to save it. */
    const char *(*obstacle)(void *conn, const struct ft_attempt *attempt);
    double (*cost_s)(void *conn, const struct ft_attempt *attempt);
    /* Optional, likewise: bytes that the attempt reads and that the site has
     * not got, as far as it is known, and how long they take to get there. */
    double (*missing_bytes)(void *conn, const struct ft_attempt *attempt,
                            double *seconds);
    /* Optional: output 'path' of the attempt was published as an object with
     * this content. */
    void (*published)(void *conn, uint64_t tag, const char *path,
                      const char *content);

    /* Optional pair: a site with a time of its own, in which the run lives.
     * The time is in ns since 1970; it passes when the engine has nothing else
     * to do: up to the site's next event, but not past 'until_ns' (-1: any). */
    int64_t (*now)(void *conn);
    void (*pass)(void *conn, int64_t until_ns);

    /* Start attempts; each is answered through submitted(). */
    void (*submit)(void *conn, const struct ft_attempt *attempt, size_t n);

    /* End attempts: first politely, after 'grace_s' for good; each then comes
     * through ended() with FT_OUT_CANCELLED. */
    void (*cancel)(void *conn, const uint64_t *tag, size_t n, double grace_s);

    /* What a runner that died left behind: end the job with this id (NULL: not
     * known) if it is still that job, or every job whose tag starts with
     * 'tag_text' when that ends in '/'.  True when none is left.  Of a site
     * that is not mortal nothing is swept before a resume: its jobs are
     * submitted 'again', and found. */
    bool (*sweep)(void *conn, const char *job, const char *tag_text);

    void (*close)(void *conn); /* ends what still runs */
};

extern const struct ft_adapter ft_adapter_local; /* adapters/local/local.c */
extern const struct ft_adapter ft_adapter_fake;  /* adapters/fake/fake.c */
extern const struct ft_adapter ft_adapter_batch; /* adapters/batch/batch.c */

extern const struct ft_adapter ft_adapter_federation;

/* As adapter->open(), of the federation: several sites as if they were one
 * (adapters/federation/).  They are borrowed; NULL is this machine. */
int ft_federation_open(const struct ft_site *const *site, size_t n,
                       const struct ft_adapter_place *place,
                       struct uv_loop_s *loop,
                       const struct ft_adapter_events *events, void **conn,
                       struct ft_err *err);

/* The one that talks to 'site' (NULL: the local one); NULL: there is none. */
const struct ft_adapter *ft_adapter_of(const struct ft_site *site);

#endif
