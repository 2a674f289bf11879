/* main.c - the program 'fedtwin': one command, then the end */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/cmd.h"
#include "cli/settings.h"
#include "cli/term.h"
#include "data/store/sharing.h"

#define STATUS_USAGE 2
#define STATUS_IO 4

static int choose_colour(const char *text, enum ft_colour_when *when)
{
    static const char *const name[] = { "auto", "always", "never" };

    for (int i = 0; i < 3; i++) {
        if (strcmp(text, name[i]) == 0) {
            *when = (enum ft_colour_when)i;
            return 0;
        }
    }
    ft_print_error("colour is auto, always or never, not '%s'", text);
    return -1;
}

/* Nobody reads what is written any more, as behind 'head'. */
static bool reader_is_gone(FILE *out)
{
    struct pollfd p = { .fd = fileno(out), .events = POLLOUT };

    return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

/* Say what is lost of the output; the status to end with. */
static int close_output(int status)
{
    bool failed_before = ferror(stdout), fails = fflush(stdout) != 0;
    int why = errno;

    if ((!failed_before && !fails) || reader_is_gone(stdout))
        return status;
    ft_print_error("cannot write the output: %s",
                   fails ? strerror(why) : "some of it is missing");
    return status ? status : STATUS_IO;
}

int main(int argc, char **argv)
{
    enum ft_colour_when when = FT_COLOUR_AUTO;
    struct ft_cli cli = { 0 };
    struct ft_err err;
    const char *text;
    int status;

    /* Small blocks that are free are joined at once: else each large one first
     * joins all that have gathered, a third of the time of a task. */
    (void)mallopt(M_MXFAST, 0);
    /* A reader that goes away ends a write with an error, not the program. */
    signal(SIGPIPE, SIG_IGN);
    ft_term_init(when);
    status = ft_cli_parse(argc, argv, &cli);
    if (status >= 0)
        return status;
    text = ft_cli_option(&cli, "directory");
    if (text && chdir(text) < 0) {
        ft_err_sys(&err, "cannot work in '%s'", text);
        ft_sharing_hint(text, &err);
        return ft_print_err(&err);
    }
    text = ft_cli_option(&cli, "color");
    if (!text)
        text = ft_setting_text("color");
    if (choose_colour(text, &when) < 0)
        return STATUS_USAGE;
    ft_term_init(when);
    ft_settings_export();
    return close_output(cli.cmd->run(&cli));
}
