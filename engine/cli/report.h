/* report.h - one HTML page about one run, whole in itself
 *
 *   report_page.c      the frame: style, script, what they may do
 *   report_head.c      what ran, when, by whom, at what cost; its parameters
 *   report_time.c      the time line, slots in use, the critical path
 *   report_stages.c    statistics of the stages, what was reused
 *   report_failures.c  what failed and what it said last
 *   report_pictures.c  results that are pictures
 *   report_results.c   which result was made from which
 *   report_tasks.c     the table of tasks
 *
 * Every section appends to the page.  Names, values and logs come from anybody:
 * all of them go through ft_markup_text(), and the page forbids scripts but its
 * own and every access to the network, so that a mistake there does no harm.
 */
#ifndef FT_CLI_REPORT_H
#define FT_CLI_REPORT_H

#include "base/str.h"
#include "data/store/project.h"
#include "run/record/run.h"

struct ft_report {
    const struct ft_project *project;
    const struct ft_run *run;
    int64_t now_ns, end_ns; /* of the run, or of what is known of it */
    struct ft_str *out;
};

/* The whole page. */
void ft_report_page(struct ft_report *report);

/* Sections; each is complete in itself and may be empty. */
void ft_report_head(struct ft_report *report);
void ft_report_settings(struct ft_report *report);
void ft_report_failures(struct ft_report *report);
void ft_report_graph(struct ft_report *report);
void ft_report_pictures(struct ft_report *report);
void ft_report_time(struct ft_report *report);
void ft_report_path(struct ft_report *report);
void ft_report_stages(struct ft_report *report);
void ft_report_reuse(struct ft_report *report);
void ft_report_results(struct ft_report *report);
void ft_report_tasks(struct ft_report *report);

/* <section id="ID"><h2>TITLE</h2><p class="about">ABOUT</p> ... */
void ft_report_open(struct ft_report *report, const char *id,
                    const char *title, const char *about);
void ft_report_close(struct ft_report *report);
/* <td>TEXT</td>; a number stands at the right and sorts by 'key'. */
void ft_report_cell(struct ft_report *report, const char *text);
void ft_report_number(struct ft_report *report, const char *text, double key);

/* Bytes as base64. */
void ft_report_base64(struct ft_str *out, const void *data, size_t len);

/* The colour of a stage: class "c0" and so on (report_page.c). */
#define FT_REPORT_COLOURS 12

#endif
