/* helper_life.h - one life of an adapter program: started, fed, read, ended
 *
 *     start -> line, line, ... -> ended     it died by itself
 *                        \-> kill, finish   told to: no further event
 *
 * After the last event, and after kill and finish, it looks after itself: its
 * memory goes when the loop has closed what belongs to it.
 */
#ifndef FT_RUN_HELPER_LIFE_H
#define FT_RUN_HELPER_LIFE_H

#include <stddef.h>

struct ft_helper_life;
struct uv_loop_s;

#define FT_HELPER_LINE_MAX (16u << 20)  /* bytes of a request or an answer */
#define FT_HELPER_LOG_MAX (1u << 20)    /* bytes of stderr that are kept */
#define FT_HELPER_GRACE_S 2.0           /* to end in after the last input */

struct ft_helper_events {
    /* One line of its standard output, terminated, without the newline. */
    void (*line)(const char *line, size_t len, void *arg);
    /* It has ended, or what it wrote is no line: 'why' says so, "was killed by
     * signal 11 (the last line of its standard error)". */
    void (*ended)(const char *why, void *arg);
    void *arg;
};

/* Start the program 'path', without arguments, in a session of its own.  Its
 * standard error goes to 'log_fd' (-1: nowhere), "NAME: " before each line.
 * 0, or an errno and nothing to end. */
int ft_helper_life_start(const char *path, const char *name,
                         struct uv_loop_s *loop, int log_fd,
                         const struct ft_helper_events *events,
                         struct ft_helper_life **ret);

/* Write a line to its standard input: 'line' ends with a newline and belongs to
 * the life from now on. */
void ft_helper_life_send(struct ft_helper_life *life, char *line);

/* End it, with everything that it started in its session. */
void ft_helper_life_kill(struct ft_helper_life *life);

/* Close its input and let it end in its own time, within the grace. */
void ft_helper_life_finish(struct ft_helper_life *life);

#endif
