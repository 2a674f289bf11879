/* clock.h - the only place that asks for the time; logic gets it passed */
#ifndef FT_BASE_CLOCK_H
#define FT_BASE_CLOCK_H

#include <stdint.h>

int64_t ft_clock_now_ns(void);  /* since 1970-01-01 UTC */
int64_t ft_clock_mono_ns(void); /* never jumps; arbitrary origin */

#define FT_TIME_TEXT 28 /* "2026-11-21T07:37:11.123456Z" and terminator */
/* RFC 3339 in UTC with microseconds. */
void ft_time_text(int64_t ns, char text[FT_TIME_TEXT]);

/* Read "2026-11-21", "2026-11-21T18:00Z", "2026-11-21T18:00:30.5+01:00": an
 * instant names its zone; a date alone is its beginning in UTC.  -1: it is
 * nothing of that. */
int ft_time_parse(const char *text, int64_t *ns);

#endif
