/* result.h - the completion record of an attempt: result.json
 *
 * Its format is in share/doc/formats/task.md.  It is written once the attempt
 * has ended and before anything else relies on that.
 */
#ifndef FT_RUN_RESULT_H
#define FT_RUN_RESULT_H

#include "run/drive_in.h"

/* Survives the engine, not the machine: after a reboot nobody knows what of the
 * outputs themselves had reached the disk. */
int ft_result_write(const struct ft_flight *flight,
                    const struct ft_ending *ending, struct ft_err *err);

/* That of the attempt directory 'dir', of this very attempt.  False: there is
 * none that can be relied on. */
bool ft_result_read(const char *dir, const char *task, int attempt,
                    struct ft_ending *ending);

/* {"user_s":…, "system_s":…, "peak_rss_bytes":…, "wall_s":…} */
struct json_object *ft_result_usage(const struct ft_ending *ending);

/* What a program said last on standard error, for people: its last line that
 * is not the launcher's; control characters and broken text are replaced.
 * "" when it said nothing. */
void ft_result_last_words(const char *dir, char *text, size_t size);
/* Of an attempt that failed they go in front of the reason: the program knows
 * best. */
void ft_result_add_last_words(const char *dir, struct ft_ending *ending);

#endif
