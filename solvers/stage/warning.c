/* warning.c - SIGUSR1: the time of the job is nearly over */
#include <signal.h>
#include <string.h>

#include "stage/task.h"

static volatile sig_atomic_t warned; /* a handler has nothing else to tell */

static void on_warning(int signum)
{
    (void)signum;
    warned = 1;
}

void stg_await_warning(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_warning;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
}

bool stg_is_warned(void)
{
    return warned;
}
