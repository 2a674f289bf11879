/* local_session.h - the processes of an attempt, found in /proc
 *
 * Every attempt is a session of its own, so that its processes can be told
 * from all others even when they have moved to other process groups, as the
 * ranks of an MPI job do.
 */
#ifndef ADAPTERS_LOCAL_SESSION_H
#define ADAPTERS_LOCAL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What one session uses. */
struct ft_session {
    pid_t id; /* pid of its leader; set by the caller */
    size_t n; /* live processes */
    double rss_bytes; /* summed: pages that processes share count several
                         times */
};

/* Measure 'n' sessions in one walk through /proc. */
void ft_sessions_measure(struct ft_session *session, size_t n);

/* Memory of a session with shared pages divided among those that share them;
 * dearer than rss_bytes.  -1: cannot be read. */
double ft_session_pss(pid_t id);

/* Send 'signal' (0: none) to every live process of the session; how many there
 * were. */
size_t ft_session_signal(pid_t id, int signal);

/* Send 'signal' to the processes of the session that handle it; true when there
 * is one.  A launcher ('launched': the leader is one) hands it on to its ranks:
 * it gets it when it handles it and, of the ranks that can be seen, so does
 * one. */
bool ft_session_notify(pid_t id, bool launched, int signal);

/* End every process whose environment has FEDTWIN_TAG='tag' (any that starts
 * with it when it ends in '/'), and the sessions they belong to, and wait until
 * they are gone, at most 'wait_ms'.  True: none is left. */
bool ft_session_sweep(const char *tag, int wait_ms);

/* How often the kernel has ended processes for want of memory since boot. */
uint64_t ft_session_oom_kills(void);

#endif
