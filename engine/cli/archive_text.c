/* archive_text.c - what export and import show while they go on */
#include "cli/archive_text.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/term.h"

#define PAUSE_NS 100000000

void ft_meter_show(struct ft_meter *meter, uint64_t done, uint64_t total)
{
    struct ft_str text = FT_STR_INIT;
    int64_t now_ns = ft_clock_mono_ns();

    if (!ft_term_is_live(stderr) || now_ns - meter->drawn_ns < PAUSE_NS)
        return;
    meter->drawn_ns = now_ns;
    ft_size_text((double)done, &text);
    ft_str_add(&text, " of ");
    ft_size_text((double)total, &text);
    fprintf(stderr, "\r\033[K%s %s", meter->verb, text.s);
    fflush(stderr);
    ft_str_release(&text);
}

void ft_meter_end(struct ft_meter *meter)
{
    if (meter->drawn_ns)
        fprintf(stderr, "\r\033[K");
    meter->drawn_ns = 0;
}
