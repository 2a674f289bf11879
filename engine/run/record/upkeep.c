/* upkeep.c - what a gc has to know of runs, and what it removes of them */
#include "run/record/upkeep.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "run/drive/memo.h"
#include "run/record/lease.h"
#include "run/record/place.h"
#include "run/record/run.h"

static bool has_ended(enum ft_run_state state)
{
    return state != FT_RUN_RUNNING && state != FT_RUN_PAUSED &&
           state != FT_RUN_INTERRUPTED;
}

/* --- what runs need ------------------------------------------------------- */

/* What a stage took from a memo as a whole. */
static void tell_memo(struct ft_run *run, size_t s,
                      const struct ft_run_needs *needs, struct ft_needs *out)
{
    char id[FT_SHA256_HEX + 1];
    struct ft_str *ids = &run->memo[s].id;

    if (!run->memo[s].run)
        return;
    if (!ft_memo_look_up(run, needs->store, s)) {
        out->cached = true; /* nobody can tell which they are */
        return;
    }
    for (size_t at = 0; at + FT_SHA256_BYTES <= ids->len;
         at += FT_SHA256_BYTES) {
        ft_sha256_hex((const uint8_t *)ids->s + at, id);
        ft_needs_version(out, id);
    }
}

static void tell_run(struct ft_run *run, const struct ft_run_needs *needs,
                     struct ft_needs *out)
{
    ft_needs_run(out, run->id);
    for (size_t i = 0; i < run->n_details; i++)
        for (size_t k = 0; k < run->detail[i].out.n; k++)
            if (*run->detail[i].out.item[k].id)
                ft_needs_version(out, run->detail[i].out.item[k].id);
    for (size_t i = 0; i < run->uses.len; i++)
        ft_needs_version(out, run->uses.entry[i].key);
    for (size_t s = 0; s < run->n_memos; s++)
        tell_memo(run, s, needs, out);
}

static int tell_one(const struct ft_run_needs *needs, const char *id,
                    struct ft_needs *out, struct ft_err *err)
{
    struct ft_run *run = ft_run_read(needs->project, id, NULL, err);

    if (!run && err->code == FT_ENOENT)
        return 0; /* it ended before it began */
    if (!run) {
        ft_err_context(err, "it is not known what run '%s' needs", id);
        return -1;
    }
    if (!has_ended(run->state))
        tell_run(run, needs, out);
    ft_run_free(run);
    return 0;
}

int ft_run_tell_needs(void *arg, struct ft_needs *out, struct ft_err *err)
{
    const struct ft_run_needs *needs = arg;
    struct ft_run_lines lines;
    int rc = ft_run_list(needs->project, 0, &lines, err);

    if (rc < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < lines.n; i++) {
        out->live |= lines.item[i].state == FT_RUN_RUNNING;
        if (!has_ended(lines.item[i].state))
            rc = tell_one(needs, lines.item[i].id, out, err);
    }
    ft_run_lines_release(&lines);
    return rc;
}

int ft_run_oldest_live(const struct ft_project *project, int64_t *start_ns,
                       struct ft_err *err)
{
    struct ft_run_lines lines;

    *start_ns = INT64_MAX;
    if (ft_run_list(project, 0, &lines, err) < 0)
        return -1;
    for (size_t i = 0; i < lines.n; i++)
        if (lines.item[i].state == FT_RUN_RUNNING &&
            lines.item[i].start_ns < *start_ns)
            *start_ns = lines.item[i].start_ns;
    ft_run_lines_release(&lines);
    return 0;
}

/* --- directories of runs -------------------------------------------------- */

static uint64_t below(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    uint64_t bytes = 0;

    while (dir && (entry = readdir(dir))) {
        char *inside;

        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        inside = ft_path_join(path, entry->d_name);
        bytes += ft_disk_bytes(inside);
        free(inside);
    }
    if (dir)
        (void)closedir(dir);
    return bytes;
}

uint64_t ft_disk_bytes(const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return 0;
    return (uint64_t)st.st_blocks * 512 +
           (S_ISDIR(st.st_mode) ? below(path) : 0);
}

/* Nobody may go on with the run meanwhile. */
static int remove_dir(const char *run_dir, const char *what,
                      struct ft_err *err)
{
    struct ft_lease *lease = ft_lease_borrow(run_dir, NULL);
    int rc = 0;

    if (lease)
        rc = ft_path_remove(what, err);
    ft_lease_release(lease);
    return rc;
}

static int clean_run(const struct ft_project *project,
                     const struct ft_run_line *line,
                     struct ft_run_clean *clean, struct ft_err *err)
{
    bool whole = line->end_ns < clean->runs_before_ns;
    char *dir = ft_run_path(project, line->id, NULL);
    char *work = ft_path_join(dir, "work"), *what = whole ? dir : work;
    int rc = 0;

    if (ft_path_exists(what) &&
        (whole || line->end_ns < clean->work_before_ns)) {
        clean->bytes += ft_disk_bytes(what);
        clean->n_runs += whole;
        clean->n_work += !whole;
        if (!clean->dry)
            rc = remove_dir(dir, what, err);
    }
    free(work);
    free(dir);
    return rc;
}

int ft_run_clean(const struct ft_project *project, struct ft_run_clean *clean,
                 struct ft_err *err)
{
    struct ft_run_lines lines;
    int rc = ft_run_list(project, 0, &lines, err);

    if (rc < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < lines.n; i++)
        if (has_ended(lines.item[i].state) && lines.item[i].end_ns)
            rc = clean_run(project, &lines.item[i], clean, err);
    ft_run_lines_release(&lines);
    return rc;
}
