/* crash.c - drive a store into trouble, then see what it has kept
 *
 *   crash init    DIR                    a new project
 *   crash publish DIR WORK SEED COUNT    acknowledgements to standard output
 *   crash check   DIR WORK ACKS          0: all is there and right
 *   crash kill    DIR WORK SEED KILLS    publish, kill -9 at random, check
 *   crash fill    DIR WORK SEED          publish on a full file system, check
 *   crash reopen  DIR WORK ACKS          make the index anew, then check
 *   crash judge   WORK                   see judge.c
 *
 * WORK is a directory for the sources; for 'fill' on another file system.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);

    if (end == text || *end) {
        fprintf(stderr, "crash: '%s' is no number\n", text);
        exit(2);
    }
    return n;
}

static int init(char **arg)
{
    struct ft_err err = { 0 };

    if (ft_project_init(arg[0], &err) < 0)
        give_up("init", &err);
    return 0;
}

static int publish(char **arg)
{
    return publish_loop(arg[0], arg[1], number(arg[2]), number(arg[3]));
}

static int check(char **arg)
{
    return check_store(arg[0], arg[2], arg[1]) ? 1 : 0;
}

static int reopen(char **arg)
{
    struct ft_project *project = open_project(arg[0]);
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };

    if (ft_store_rebuild(project, NULL, NULL, &totals, &err) < 0)
        give_up("rebuild", &err);
    ft_project_close(project);
    return check(arg);
}

static int kill_publishers(char **arg)
{
    return kill_loop(arg[0], arg[1], number(arg[2]), number(arg[3]));
}

static int fill_disk(char **arg)
{
    return fill_loop(arg[0], arg[1], number(arg[2]));
}

static int judge(char **arg)
{
    return judge_states(arg[0]);
}

static const struct {
    const char *name;
    int n_args;
    int (*run)(char **arg);
} commands[] = {
    { "init", 1, init },      { "publish", 4, publish },
    { "check", 3, check },    { "kill", 4, kill_publishers },
    { "fill", 3, fill_disk }, { "reopen", 3, reopen },
    { "judge", 1, judge },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (argc > 1 && strcmp(argv[1], commands[i].name) == 0 &&
            argc == commands[i].n_args + 2)
            return commands[i].run(argv + 2);
    fputs("usage: see the head of t/crash/crash.c\n", stderr);
    return 2;
}
