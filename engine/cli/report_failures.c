/* report_failures.c - what failed and what it said last */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/markup.h"
#include "cli/report.h"
#include "cli/term.h"
#include "run/accounts/summary.h"
#include "run/adapter.h"

#define SHOWN_MAX 50
#define OPEN_MAX 3  /* logs shown unfolded */
#define FIRST_MAX 8 /* the others stand in a fold of their own */
#define TAIL_LINES 40
#define TAIL_BYTES 16384

/* --- the end of a log ----------------------------------------------------- */

/* The last lines of a file; false when there is nothing. */
static bool read_tail(const char *path, char bytes[TAIL_BYTES], size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t n = 0, lines = 0;
    struct stat st;
    ssize_t got;

    *len = 0;
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        off_t at = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;

        got = pread(fd, bytes, TAIL_BYTES, at);
        *len = got > 0 ? (size_t)got : 0;
    }
    close(fd);
    while (*len && bytes[*len - 1] == '\n')
        --*len;
    for (n = *len; n > 0; n--)
        if (bytes[n - 1] == '\n' && ++lines == TAIL_LINES)
            break;
    memmove(bytes, bytes + n, *len - n);
    *len -= n;
    return *len > 0;
}

/* Does a word that announces a secret end before 'at'? */
static bool announces(const char *line, size_t at)
{
    static const char *const words[] = { "password", "passwd", "passphrase",
                                         "secret", "token", "api_key",
                                         "api-key", "apikey", "credential",
                                         "authorization", "access_key" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strlen(words[i]);

        if (at >= n && strncasecmp(line + at - n, words[i], n) == 0)
            return true;
    }
    return false;
}

/* A report is made to be shown: what stands behind "password=" or "token: " is
 * left out to the end of its line. */
static void add_line(struct ft_report *r, const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((line[i] == '=' || line[i] == ':') && announces(line, i)) {
            ft_markup_textn(r->out, line, i + 1);
            ft_str_add(r->out, " [left out]\n");
            return;
        }
    ft_markup_textn(r->out, line, len);
    ft_str_addc(r->out, '\n');
}

static bool add_tail(struct ft_report *r, const char *dir, const char *name,
                     const char *title, bool open)
{
    char *path = ft_path_join(dir, name);
    char bytes[TAIL_BYTES];
    size_t len;
    bool any = read_tail(path, bytes, &len);

    if (any) {
        ft_str_addf(r->out, "<details%s><summary>%s, its end</summary><pre>",
                    open ? " open" : "", title);
        for (size_t at = 0; at < len;) {
            const char *end = memchr(bytes + at, '\n', len - at);
            size_t n = end ? (size_t)(end - (bytes + at)) : len - at;

            add_line(r, bytes + at, n);
            at += n + 1;
        }
        ft_str_add(r->out, "</pre></details>\n");
    }
    free(path);
    return any;
}

/* --- failures ------------------------------------------------------------- */

static void add_how(struct ft_report *r, size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(r->run, task);
    const struct ft_task *t = &r->run->task[task];
    struct ft_str text = FT_STR_INIT;
    int64_t start, end;

    ft_str_addf(&text, "attempt %u", t->attempts);
    if (t->attempts)
        ft_str_addf(&text, ", %s", ft_outcome_names[t->outcome]);
    if (d && d->signal)
        ft_str_addf(&text, ", signal %d", d->signal);
    else if (d && d->exit_code)
        ft_str_addf(&text, ", exit status %d", d->exit_code);
    if (ft_task_times(r->run, task, r->now_ns, &start, &end)) {
        ft_str_add(&text, ", after ");
        ft_duration_text((double)(end - start) / 1e9, &text);
    }
    if (d && d->host)
        ft_str_addf(&text, ", on %s", d->host);
    ft_str_add(r->out, "<p>");
    ft_markup_text(r->out, text.s);
    ft_str_add(r->out, "</p>\n");
    ft_str_release(&text);
}

static void add_failure(struct ft_report *r, size_t task, bool open)
{
    const struct ft_task_detail *d = ft_run_detail(r->run, task);
    char *dir = ft_run_attempt_dir(r->project, r->run, task, 0);
    struct ft_str name = FT_STR_INIT;
    bool said;

    ft_plan_task_name(r->run->plan, task, &name);
    ft_str_add(r->out, "<div class=\"failure\"><b>");
    ft_markup_text(r->out, name.s);
    ft_str_addf(r->out, "</b> %s\n",
                ft_task_state_names[r->run->task[task].state]);
    if (d && d->reason) {
        ft_str_add(r->out, "<p class=\"reason\">");
        ft_markup_text(r->out, d->reason);
        ft_str_add(r->out, "</p>\n");
    }
    if (r->run->task[task].attempts)
        add_how(r, task);
    said = add_tail(r, dir, FT_STDERR_FILE, "Standard error", open);
    add_tail(r, dir, FT_STDOUT_FILE, "Standard output", open && !said);
    ft_str_add(r->out, "<p>All of it: <code>fedtwin logs &#39;");
    ft_markup_text(r->out, r->run->id);
    ft_str_addc(r->out, '/');
    ft_markup_text(r->out, name.s);
    ft_str_add(r->out, "&#39;</code></p></div>\n");
    ft_str_release(&name);
    free(dir);
}

void ft_report_failures(struct ft_report *r)
{
    const struct ft_run *run = r->run;
    size_t n = ft_run_count(run, FT_TASK_FAILED) +
               ft_run_count(run, FT_TASK_LOST);
    size_t shown = 0;

    if (!n)
        return;
    ft_report_open(r, "failures", "Failures", NULL);
    for (size_t t = 0; t < run->plan->n_tasks && shown < SHOWN_MAX; t++) {
        if (run->task[t].state != FT_TASK_FAILED &&
            run->task[t].state != FT_TASK_LOST)
            continue;
        if (shown == FIRST_MAX)
            ft_str_add(r->out, "<details><summary>More failures</summary>\n");
        add_failure(r, t, shown++ < OPEN_MAX);
    }
    if (shown > FIRST_MAX)
        ft_str_add(r->out, "</details>\n");
    if (n > shown)
        ft_str_addf(r->out, "<p>… and %zu more: <code>fedtwin status %s -t"
                            "</code></p>\n", n - shown, run->id);
    ft_report_close(r);
}
