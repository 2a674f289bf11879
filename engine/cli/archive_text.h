/* archive_text.h - what export and import show while they go on */
#ifndef FT_CLI_ARCHIVE_TEXT_H
#define FT_CLI_ARCHIVE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* One line on a terminal, drawn again and again; nothing elsewhere. */
struct ft_meter {
    const char *verb; /* "exporting" */
    int64_t drawn_ns; /* 0: nothing is drawn */
};

void ft_meter_show(struct ft_meter *meter, uint64_t done, uint64_t total);
void ft_meter_end(struct ft_meter *meter); /* remove the line */

#endif
