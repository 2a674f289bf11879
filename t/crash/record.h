/* record.h - what the parts of the recorder share
 *
 * The recorder runs a command and writes down, in one order for all processes,
 * what they do to files below a directory.  A trace is a text, an operation a
 * line; the bytes that were written stand in a second file:
 *
 *     root INO                          the directory
 *     create DIR INO f|d|l MODE NAME    new file, directory, link (DIR 0: none)
 *     link DIR INO NAME
 *     unlink DIR INO NAME
 *     rename DIR INO DIR2 NAME/NAME2
 *     write INO OFFSET LENGTH AT        LENGTH bytes, AT in the second file
 *     size INO SIZE                     cut or made longer
 *     mode INO MODE
 *     sync INO data|all
 *     map INO                           shared memory: no writes are seen
 *     durable                           what was there before the command
 *     mark TEXT                         the command wrote a line to MARKS
 *     bad TEXT                          something that a trace cannot tell
 */
#ifndef FT_CRASH_RECORD_H
#define FT_CRASH_RECORD_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct trace {
    char root[PATH_MAX], marks[PATH_MAX]; /* absolute, without links */
    FILE *lines, *data;
    uint64_t data_size;
};

struct call_row;

/* A system call that one process is in. */
struct call {
    const struct call_row *row; /* NULL: none that matters */
    uint64_t arg[6];
    uint64_t ino, pos;
    bool existed, mark;
    char path[2][PATH_MAX];
};

/* Write down what is below the root now. */
void trace_begin(struct trace *trace);

/* Does the call 'number' of 'pid' matter?  If so it is in 'call', and no other
 * such call may begin before it has ended. */
bool call_enter(const struct trace *trace, pid_t pid, uint64_t number,
                const uint64_t arg[6], struct call *call);

/* It has returned 'result'. */
void call_leave(struct trace *trace, pid_t pid, struct call *call,
                int64_t result);

#endif
