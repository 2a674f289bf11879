/* place.c - where a run keeps its things */
#include "run/record/place.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "data/store/project.h"
#include "model/workflow.h"
#include "run/record/change.h"

#define NS_PER_S 1000000000
#define ID_TRIES 100

char *ft_run_path(const struct ft_project *project, const char *id,
                  const char *name)
{
    return ft_asprintf("%s/runs/%s%s%s", project->meta, id, name ? "/" : "",
                       name ? name : "");
}

/* --- making --------------------------------------------------------------- */

/* Ids sort by the time they were made at: behind the second stand its 4096ths
 * and three digits by chance, for runs of other projects share machines and
 * clusters, where the processes and jobs of a run are known by its id. */
int ft_run_make_dir(const struct ft_project *project, int64_t now_ns,
                    char id[FT_RUN_ID_MAX], struct ft_err *err)
{
    time_t now = (time_t)(now_ns / NS_PER_S);
    char *runs = ft_asprintf("%s/runs", project->meta), *path = NULL;
    char when[20];
    uint16_t chance;
    bool made = false;
    struct tm tm;
    int rc = ft_path_mkdirs(runs, 0777, err);

    (void)gmtime_r(&now, &tm);
    (void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
    for (int i = 0; rc == 0 && !made && i < ID_TRIES; i++) {
        free(path);
        if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
            chance = (uint16_t)(now_ns + i);
        snprintf(id, FT_RUN_ID_MAX, "%s-%03x%03x", when,
                 (unsigned)(now_ns % NS_PER_S * 4096 / NS_PER_S),
                 chance & 0xfffu);
        path = ft_run_path(project, id, NULL);
        made = mkdir(path, 0777) == 0;
        if (!made && (errno != EEXIST || i + 1 == ID_TRIES))
            rc = ft_err_sys(err, "cannot make the run's directory '%s'",
                            path);
    }
    if (made)
        rc = ft_path_sync_parent(path, err);
    free(path);
    free(runs);
    return rc;
}

static int keep_manifest(const char *dir, const struct ft_module *module,
                         struct ft_err *err)
{
    char *path = ft_asprintf("%s/%s.yaml", dir, module->name);
    int rc = 0;

    if (!ft_path_exists(path))
        rc = ft_file_write(path, module->text, strlen(module->text), 0666,
                           err);
    free(path);
    return rc;
}

int ft_run_keep_modules(const struct ft_project *project, const char *id,
                        const struct ft_workflow *wf, struct ft_err *err)
{
    char *dir = ft_run_path(project, id, "modules");
    int rc = 0;

    for (size_t s = 0; s < wf->n_stages && rc == 0; s++) {
        if (!wf->stage[s].module)
            continue;
        rc = ft_path_mkdirs(dir, 0777, err);
        if (rc == 0)
            rc = keep_manifest(dir, wf->stage[s].module, err);
    }
    free(dir);
    return rc;
}

struct ft_module_set *ft_run_modules(const struct ft_project *project,
                                     const char *id)
{
    char *dir = ft_run_path(project, id, NULL);
    struct ft_module_set *set = ft_module_set_new(dir);

    free(dir);
    return set;
}

/* --- finding -------------------------------------------------------------- */

static int newest_first(const void *a, const void *b)
{
    return strcmp(b, a);
}

int ft_run_ids(const struct ft_project *project, char (**ids)[FT_RUN_ID_MAX],
               size_t *n, struct ft_err *err)
{
    char *path = ft_asprintf("%s/runs", project->meta);
    char(*list)[FT_RUN_ID_MAX] = NULL;
    DIR *dir = opendir(path);
    struct dirent *entry;
    size_t count = 0, cap = 0;
    int rc = 0;

    if (!dir && errno != ENOENT)
        rc = ft_err_sys(err, "cannot read '%s'", path);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.' ||
            strlen(entry->d_name) >= FT_RUN_ID_MAX)
            continue;
        list = ft_grow(list, count, &cap, sizeof(*list));
        memcpy(list[count++], entry->d_name, strlen(entry->d_name) + 1);
    }
    if (dir)
        (void)closedir(dir);
    free(path);
    if (rc < 0)
        return rc;
    if (count)
        qsort(list, count, sizeof(*list), newest_first);
    *ids = list;
    *n = count;
    return 0;
}

static bool means(const char *id, const char *text)
{
    return ft_starts_with(id, text) || ft_ends_with(id, text);
}

int ft_run_find(const struct ft_project *project, const char *text,
                char id[FT_RUN_ID_MAX], struct ft_err *err)
{
    bool last = !text || strcmp(text, "last") == 0;
    char(*ids)[FT_RUN_ID_MAX] = NULL;
    size_t n, found = 0, at = 0;

    if (ft_run_ids(project, &ids, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (last ? i > 0 : !means(ids[i], text))
            continue;
        at = i;
        found++;
        if (!last && strcmp(ids[i], text) == 0) {
            found = 1;
            break;
        }
    }
    if (found == 1)
        snprintf(id, FT_RUN_ID_MAX, "%s", ids[at]);
    free(ids);
    if (found == 1)
        return 0;
    if (found > 1)
        return ft_err_set(err, FT_EUSAGE, "'%s' could be any of %zu runs",
                          text, found);
    if (last)
        ft_err_set(err, FT_ENOENT, "this project has no runs");
    else
        ft_err_set(err, FT_ENOENT, "there is no run '%s'", text);
    return ft_err_hint(err, last ? "start one with 'fedtwin run FILE'"
                                 : "'fedtwin status' lists them");
}

char *ft_run_attempt_dir(const struct ft_project *project,
                         const struct ft_run *run, size_t task, int attempt)
{
    size_t s = ft_plan_stage_of(run->plan, task);

    if (attempt == 0)
        attempt = run->task[task].attempts;
    return ft_asprintf("%s/runs/%s/work/%s.%zu.%d", project->meta, run->id,
                       run->plan->wf->stage[s].name,
                       task - run->plan->stage[s].first, attempt);
}
