/* shell.c - commands run here or on another host, their output kept */
#include "adapters/slurm/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/words.h"

#define FAILED 255 /* as ssh says it */

extern char **environ;

static char **command_line(const struct ft_shell *shell,
                           const char *const argv[])
{
    struct ft_str command = FT_STR_INIT;
    struct ft_words words = { 0 };
    size_t i;

    if (shell->conf) {
        ft_words_add(&words, ft_strdup("env"));
        ft_words_add(&words, ft_asprintf("SLURM_CONF=%s", shell->conf));
    }
    for (; *argv; argv++)
        ft_words_add(&words, ft_strdup(*argv));
    if (!shell->host)
        return words.item;
    /* The shell of the other host takes its command as one text. */
    for (i = 0; i < words.n; i++) {
        ft_str_add(&command, i ? " " : "");
        ft_str_add_word(&command, words.item[i]);
    }
    ft_words_free(words.item);
    words = (struct ft_words){ 0 };
    ft_words_add(&words, ft_strdup("ssh"));
    ft_words_add(&words, ft_strdup("-oBatchMode=yes"));
    ft_words_add(&words, ft_strdup("-oControlMaster=auto"));
    ft_words_add(&words, ft_strdup("-oControlPersist=60"));
    ft_words_add(&words, ft_asprintf("-oControlPath=%s", shell->control));
    ft_words_add(&words, ft_strdup("--"));
    ft_words_add(&words, ft_strdup(shell->host));
    ft_words_add(&words, ft_str_take(&command));
    return words.item;
}

/* The child's ends of three pipes; ours are kept. */
static int start(char *const argv[], int in, int out, int errors, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int rc;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void write_some(int *fd, const char **input)
{
    ssize_t n = write(*fd, *input, strlen(*input));

    if (n > 0)
        *input += n;
    if (!**input || (n < 0 && errno != EINTR && errno != EAGAIN))
        close_end(fd);
}

static void read_some(int *fd, struct ft_str *text)
{
    char buf[65536];
    ssize_t n = read(*fd, buf, sizeof(buf));

    if (n > 0)
        ft_str_addn(text, buf, (size_t)n);
    else if (n == 0 || errno != EINTR)
        close_end(fd);
}

static int left_ms(double within_s, int64_t since_ns)
{
    double left_s = within_s - (double)(ft_clock_mono_ns() - since_ns) / 1e9;

    return within_s <= 0 ? -1 : left_s <= 0 ? 0 : (int)(left_s * 1e3) + 1;
}

/* Feed and drain the child until it has closed both of its outputs; false when
 * that took too long. */
static bool converse(int fd[3], double within_s, const char *input,
                     struct ft_str *out, struct ft_str *errors)
{
    int64_t since_ns = ft_clock_mono_ns();
    int n = 1, i;

    if (!input || !*input)
        close_end(&fd[0]);
    while (n != 0 && (fd[1] >= 0 || fd[2] >= 0)) {
        struct pollfd p[3] = { { fd[0], POLLOUT, 0 },
                               { fd[1], POLLIN, 0 },
                               { fd[2], POLLIN, 0 } };

        n = poll(p, 3, left_ms(within_s, since_ns));
        if (n <= 0)
            continue;
        if (p[0].revents)
            write_some(&fd[0], &input);
        if (p[1].revents)
            read_some(&fd[1], out);
        if (p[2].revents)
            read_some(&fd[2], errors);
    }
    for (i = 0; i < 3; i++)
        close_end(&fd[i]);
    return n != 0;
}

static int exit_code(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

int ft_shell_run(const struct ft_shell *shell, const char *const argv[],
                 const char *input, struct ft_str *out, struct ft_str *errors)
{
    int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
    char **words = command_line(shell, argv);
    int code = FAILED, rc = 0, i, fd[3];
    pid_t pid;

    for (i = 0; i < 3 && rc == 0; i++)
        rc = pipe2(pipes[i], O_CLOEXEC) < 0 ? errno : 0;
    if (rc == 0)
        rc = start(words, pipes[0][0], pipes[1][1], pipes[2][1], &pid);
    close_end(&pipes[0][0]);
    close_end(&pipes[1][1]);
    close_end(&pipes[2][1]);
    if (rc == 0) {
        fd[0] = pipes[0][1], fd[1] = pipes[1][0], fd[2] = pipes[2][0];
        if (!converse(fd, shell->within_s, input, out, errors)) {
            (void)kill(pid, SIGKILL);
            ft_str_addf(errors, "'%s' took too long", words[0]);
        }
        code = exit_code(pid);
    } else {
        ft_str_addf(errors, "cannot start '%s': %s", words[0], strerror(rc));
        close_end(&pipes[0][1]);
        close_end(&pipes[1][0]);
        close_end(&pipes[2][0]);
    }
    ft_words_free(words);
    return code;
}
