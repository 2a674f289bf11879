/* journal_in.h - between journal.c, which writes, and replay.c, which reads */
#ifndef FT_RUN_JOURNAL_IN_H
#define FT_RUN_JOURNAL_IN_H

#include <stdint.h>

struct ft_journal;
struct ft_log;

/* A journal on an open log with 'n' records; it closes the log. */
struct ft_journal *ft_journal_on(struct ft_log *log, uint64_t n);

#endif
