/* watch_term.c - take the terminal, and give it back however this ends */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/watch.h"

/* Another screen, no cursor, lines that are too long are cut. */
#define ENTER "\033[?1049h\033[?25l\033[?7l\033[2J"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"

static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
#define N_CRASHES (sizeof(crashes) / sizeof(crashes[0]))

/* A handler of a crash gets no argument: what it needs stands here. */
static struct {
    struct termios before;
    bool taken, raw;
} terminal;

void ft_watch_give(void)
{
    if (!terminal.taken)
        return;
    terminal.taken = false;
    (void)ft_write_all(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
    if (terminal.raw)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.before);
    for (size_t i = 0; i < N_CRASHES; i++)
        (void)signal(crashes[i], SIG_DFL);
}

static void on_crash(int number)
{
    ft_watch_give();
    (void)raise(number); /* now by default: it ends us */
}

void ft_watch_take(void)
{
    struct termios raw;

    terminal.raw = tcgetattr(STDIN_FILENO, &terminal.before) == 0;
    terminal.taken = true;
    for (size_t i = 0; i < N_CRASHES; i++)
        (void)signal(crashes[i], on_crash);
    if (terminal.raw) {
        raw = terminal.before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* Ctrl-C stays a signal */
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    (void)ft_write_all(STDOUT_FILENO, ENTER, sizeof(ENTER) - 1);
}

char ft_watch_key(char *typed, size_t *n)
{
    static const struct {
        const char *text;
        char key;
    } sequence[] = {
        { "\033[A", 'k' },  { "\033OA", 'k' },  { "\033[B", 'j' },
        { "\033OB", 'j' },  { "\033[5~", 'K' }, { "\033[6~", 'J' },
    };
    char key = *n ? typed[0] : 0;
    size_t len = 1;

    for (size_t i = 0; i < sizeof(sequence) / sizeof(sequence[0]); i++) {
        size_t k = strlen(sequence[i].text);

        if (*n < k || memcmp(typed, sequence[i].text, k) != 0)
            continue;
        key = sequence[i].key;
        len = k;
    }
    if (!*n)
        return 0;
    memmove(typed, typed + len, *n - len);
    *n -= len;
    return key;
}
