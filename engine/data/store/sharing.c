/* sharing.c - a project that several users work on: its group and modes */
#include "data/store/sharing.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/umask.h"
#include "base/user.h"
#include "data/store/oplog.h"
#include "data/store/project.h"

#define FEATURE "shared"
#define FORMAT_SIZE_MAX 65536

/* --- the feature ---------------------------------------------------------- */

bool ft_sharing_is_on(struct json_object *format)
{
    struct json_object *list = ft_json_or_null(format, "compat");
    size_t n = json_object_is_type(list, json_type_array)
                   ? json_object_array_length(list)
                   : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (json_object_is_type(item, json_type_string) &&
            strcmp(json_object_get_string(item), FEATURE) == 0)
            return true;
    }
    return false;
}

static int turn_on(const char *meta, struct ft_err *err)
{
    char *path = ft_path_join(meta, "FORMAT");
    struct ft_str text = FT_STR_INIT;
    struct json_object *format = NULL, *list;
    int rc = ft_file_read(path, FORMAT_SIZE_MAX, &text, err);

    if (rc == 0)
        format = ft_json_parse(text.s, text.len, path, err);
    list = format ? ft_json_get(format, "compat", json_type_array, path, err)
                  : NULL;
    rc = list ? 0 : -1;
    if (list && !ft_sharing_is_on(format)) {
        json_object_array_add(list, json_object_new_string(FEATURE));
        ft_str_cut(&text, 0);
        ft_str_addf(&text, "%s\n",
                    json_object_to_json_string_ext(format,
                                                   JSON_C_TO_STRING_PLAIN));
        rc = ft_file_write(path, text.s, text.len, 0666, err);
    }
    json_object_put(format);
    ft_str_release(&text);
    free(path);
    return rc;
}

int ft_sharing_hint(const char *dir, struct ft_err *err)
{
    struct stat st;
    char *owner, *group;

    if (!err || err->code != FT_EACCES || stat(dir, &st) < 0)
        return -1;
    owner = ft_user_name_of(st.st_uid);
    group = ft_group_name_of(st.st_gid);
    if (st.st_mode & S_IWGRP)
        ft_err_hint(err, "it is for members of group '%s'; ask '%s' or an "
                         "administrator to become one, then log in again",
                    group, owner);
    else
        ft_err_hint(err, "it belongs to user '%s', who may share it with "
                         "'fedtwin init --shared --group %s'", owner, group);
    free(group);
    free(owner);
    return -1;
}

/* --- modes ---------------------------------------------------------------- */

enum fault { NO_FAULT, BAD_GROUP, CLOSED, OPEN, N_FAULTS };

static const char *const fault_text[N_FAULTS] = {
    [BAD_GROUP] = "it has another group than the project",
    [CLOSED] = "the group may not use it",
    [OPEN] = "others than its owner may change it",
};

/* Where a file lies. */
enum region { STORE, WORK, TMP };

struct walk {
    bool shared, mend;
    gid_t gid;
    size_t n[N_FAULTS];
    char *first[N_FAULTS]; /* a path; of what could not be mended, if asked */
    char *owner;           /* of the first file that was not to be mended */
};

static mode_t wanted(const struct stat *st, bool shared)
{
    mode_t mode = st->st_mode & 07777;

    if (!shared)
        return mode & ~(mode_t)(S_IWGRP | S_IWOTH);
    mode |= (mode & S_IRWXU) >> 3;
    if (S_ISDIR(st->st_mode))
        mode |= S_ISGID | S_IRWXG;
    return mode & ~(mode_t)S_IRWXO;
}

static enum fault find_fault(const struct walk *walk, const struct stat *st,
                             enum region region)
{
    mode_t mode = st->st_mode & 07777, want = wanted(st, walk->shared);
    bool is_dir = S_ISDIR(st->st_mode);

    /* A temporary file is its writer's own until it gets its name. */
    if (S_ISLNK(st->st_mode) || (region == TMP && !is_dir))
        return NO_FAULT;
    if (!walk->shared)
        return region == STORE && mode != want ? OPEN : NO_FAULT;
    if (st->st_gid != walk->gid)
        return BAD_GROUP;
    if (region == WORK && !is_dir)
        return want & ~mode & S_IRGRP ? CLOSED : NO_FAULT;
    if (want & ~mode)
        return CLOSED;
    return mode & S_IWOTH ? OPEN : NO_FAULT;
}

static enum region region_of(const FTSENT *entry)
{
    const FTSENT *up = entry->fts_parent;

    if (entry->fts_level <= FTS_ROOTLEVEL)
        return STORE;
    if (entry->fts_level == 1)
        return strcmp(entry->fts_name, "tmp") == 0 ? TMP : STORE;
    if (entry->fts_level == 3 && strcmp(entry->fts_name, "work") == 0 &&
        strcmp(up->fts_parent->fts_name, "runs") == 0)
        return WORK;
    return (enum region)up->fts_number;
}

/* By a descriptor, so that nobody can put a link in the place of the file that
 * was looked at.  A changed group takes the set-group bit away. */
static int mend_file(const char *name, const struct stat *seen,
                     const struct walk *walk)
{
    char self[32];
    struct stat st;
    int fd = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC), rc = -1;

    if (fd < 0)
        return -1;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) == 0 && st.st_ino == seen->st_ino &&
        st.st_dev == seen->st_dev &&
        (!walk->shared || st.st_gid == walk->gid ||
         fchownat(fd, "", (uid_t)-1, walk->gid, AT_EMPTY_PATH) == 0))
        rc = chmod(self, wanted(&st, walk->shared));
    close(fd);
    return rc;
}

static void look_at(struct walk *walk, const FTSENT *entry)
{
    const struct stat *st = entry->fts_statp;
    enum fault fault = find_fault(walk, st, (enum region)entry->fts_number);

    if (!fault || (walk->mend && mend_file(entry->fts_accpath, st, walk) == 0))
        return;
    if (!walk->n[fault]++)
        walk->first[fault] = ft_strdup(entry->fts_path);
    if (!walk->owner)
        walk->owner = ft_user_name_of(st->st_uid);
}

/* Files come and go while others work; what is gone has no modes. */
static int walk_all(struct walk *walk, const char *meta, struct ft_err *err)
{
    char *const roots[] = { (char *)meta, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL, NULL);
    FTSENT *entry = NULL;
    int rc = 0;

    while (fts && (errno = 0, entry = fts_read(fts))) {
        if (entry->fts_info != FTS_DP)
            entry->fts_number = region_of(entry);
        if (entry->fts_info == FTS_DNR && entry->fts_errno == EACCES &&
            !walk->owner)
            walk->owner = ft_user_name_of(entry->fts_statp->st_uid);
        if (entry->fts_info == FTS_D || entry->fts_info == FTS_F ||
            entry->fts_info == FTS_DEFAULT)
            look_at(walk, entry);
    }
    if (!fts || errno)
        rc = ft_err_sys(err, "cannot look through '%s'", meta);
    if (fts)
        fts_close(fts);
    return rc;
}

static void release(struct walk *walk)
{
    for (int i = 0; i < N_FAULTS; i++)
        free(walk->first[i]);
    free(walk->owner);
}

static int begin(struct walk *walk, const char *meta, struct ft_err *err)
{
    struct stat st;

    if (stat(meta, &st) < 0)
        return ft_err_sys(err, "cannot look at '%s'", meta);
    walk->gid = st.st_gid;
    return 0;
}

static void report_fault(const struct walk *walk, enum fault fault,
                         ft_fsck_report *report, void *arg)
{
    struct ft_str text = FT_STR_INIT;

    ft_str_add(&text, fault_text[fault]);
    if (walk->n[fault] > 1)
        ft_str_addf(&text, ", and so for %zu more files",
                    walk->n[fault] - 1);
    if (walk->mend)
        ft_str_addf(&text, "; '%s' or root can mend it", walk->owner);
    else
        ft_str_add(&text, "; mend it with 'fedtwin fsck --fix-modes'");
    report("warning", walk->first[fault], text.s, arg);
    ft_str_release(&text);
}

int ft_sharing_check(const struct ft_project *project, bool mend,
                     ft_fsck_report *report, void *arg, size_t *faults,
                     struct ft_err *err)
{
    struct walk walk = { .shared = project->shared, .mend = mend };
    int rc = begin(&walk, project->meta, err);

    if (rc == 0)
        rc = walk_all(&walk, project->meta, err);
    *faults = 0;
    for (enum fault f = NO_FAULT + 1; rc == 0 && f < N_FAULTS; f++) {
        *faults += walk.n[f];
        if (walk.n[f])
            report_fault(&walk, f, report, arg);
    }
    release(&walk);
    return rc;
}

/* --- sharing -------------------------------------------------------------- */

static int set_group(const char *meta, gid_t gid, struct ft_err *err)
{
    char *name;

    if (gid == (gid_t)-1 || chown(meta, (uid_t)-1, gid) == 0)
        return 0;
    name = ft_group_name_of(gid);
    ft_err_sys(err, "cannot give '%s' to group '%s'", meta, name);
    ft_err_hint(err, "do it as its owner, as a member of that group");
    free(name);
    return -1;
}

static int fail_unmended(const struct walk *walk, struct ft_err *err)
{
    size_t n = 0;

    for (int i = 0; i < N_FAULTS; i++)
        n += walk->n[i];
    if (!n)
        return 0;
    ft_err_set(err, FT_EACCES, "%zu file%s of the project cannot be changed, "
               "such as of '%s'", n, n == 1 ? "" : "s", walk->owner);
    return ft_err_hint(err, "let '%s', or root, say 'fedtwin fsck "
                            "--fix-modes'", walk->owner);
}

/* FORMAT first: whoever opens the project from now on writes with its modes. */
int ft_project_share(const char *dir, gid_t gid, struct ft_err *err)
{
    struct ft_project *project = ft_project_open(dir, err);
    struct walk walk = { .shared = true, .mend = true };
    int rc = -1, claim = -1;

    if (!project)
        return -1;
    claim = ft_oplog_claim(project->meta, err);
    if (claim < 0 || set_group(project->meta, gid, err) < 0)
        goto done;
    ft_umask_project(true);
    if (turn_on(project->meta, err) < 0 ||
        begin(&walk, project->meta, err) < 0 ||
        walk_all(&walk, project->meta, err) < 0)
        goto done;
    rc = fail_unmended(&walk, err);
done:
    if (claim >= 0)
        close(claim);
    release(&walk);
    ft_project_close(project);
    return rc;
}
