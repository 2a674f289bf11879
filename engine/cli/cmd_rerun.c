/* cmd_rerun.c - fedtwin rerun: execute once more what made a version */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/rerun_text.h"
#include "cli/term.h"
#include "cli/tolerance.h"
#include "data/upkeep/upkeep.h"

#define SCHEMA 1
#define STATUS_DIFFERS 1
#define STATUS_CANCELLED 5
#define RTOL 1e-6 /* of what declares to be equal within a tolerance */
#define ID_SHOWN 12
#define DEEP_MAX 1000

struct asking {
    struct ft_session s;
    struct ft_tolerances tolerances;
    bool tolerant; /* the user has given some */
    bool dry, json, strict, keep, deep;
    struct ft_versions versions; /* that were asked for */
    size_t cap_versions;
    struct json_object *tasks;   /* for --json */
};

/* --- what has changed ----------------------------------------------------- */

static int tell_changes(const struct asking *a,
                        const struct ft_rerun_report *report)
{
    const char *line = report->changes;
    bool any = false;

    for (; line && *line; line += strcspn(line, "\n") + 1) {
        struct ft_str text = FT_STR_INIT;

        ft_safe_text(line, strcspn(line, "\n"), &text);
        if (a->strict)
            ft_print_error("not as it was then: %s", text.s);
        else
            ft_print_warning("not as it was then: %s", text.s);
        ft_str_release(&text);
        any = true;
    }
    return any && a->strict ? STATUS_DIFFERS : 0;
}

/* --- bringing back -------------------------------------------------------- */

static bool is_asked(const struct asking *a, const char *id)
{
    for (size_t i = 0; i < a->versions.n; i++)
        if (strcmp(a->versions.item[i].id, id) == 0)
            return true;
    return false;
}

static int bring_back(const struct asking *a,
                      const struct ft_rerun_outputs *outputs,
                      struct json_object *back)
{
    int status = 0;

    for (size_t i = 0; i < outputs->n && !status; i++) {
        const struct ft_rerun_output *out = &outputs->item[i];
        struct ft_err err;

        if (!out->was || !out->was->gone || !is_asked(a, out->was->id))
            continue;
        if (out->state != FT_RERUN_IDENTICAL) {
            ft_print_error("version %.*s of '%s' cannot be brought back: its "
                           "content is another one now",
                           ID_SHOWN, out->was->id, out->was->object);
            ft_print_hint("'fedtwin run' makes a new version of the object");
            status = STATUS_DIFFERS;
        } else if (ft_store_regain(a->s.store, out->was, out->path, &err) <
                   0) {
            status = ft_print_err(&err);
        } else {
            json_object_array_add(back, json_object_new_string(out->was->id));
        }
    }
    return status;
}

/* --- judging -------------------------------------------------------------- */

/* What tolerances are for: a stage that says so, or a user who does. */
static struct ft_compare tolerance_of(const struct asking *a,
                                      const struct ft_rerun *rerun)
{
    bool declared = strcmp(ft_rerun_determinism(rerun), "tolerance") == 0;

    return (struct ft_compare){
        .rtol = declared || a->tolerant ? a->tolerances.rtol : 0,
        .atol = a->tolerances.item,
        .n_atol = a->tolerances.n,
    };
}

static bool is_reproduced(const struct ft_rerun_outputs *outputs)
{
    for (size_t i = 0; i < outputs->n; i++)
        if (outputs->item[i].state > FT_RERUN_WITHIN)
            return false;
    return true;
}

/* What differs is a failure, unless nothing else was promised. */
static int judge(const struct asking *a, struct ft_rerun_report *report)
{
    bool none = strcmp(ft_rerun_determinism(report->rerun), "none") == 0;
    bool same = is_reproduced(report->outputs);

    if (a->tolerances.n && !same)
        ft_tolerances_warn(&a->tolerances);
    report->reproduced = same || none;
    if (same)
        return 0;
    if (none) {
        ft_print_warning("task '%s' gave something else; its module promises "
                         "nothing",
                         ft_json_str_or(report->rerun->record, "task", ""));
        return 0;
    }
    ft_print_error("task '%s' was not reproduced",
                   ft_json_str_or(report->rerun->record, "task", ""));
    return STATUS_DIFFERS;
}

/* --- one task ------------------------------------------------------------- */

static void show(const struct asking *a, const struct ft_rerun_report *report)
{
    if (a->json)
        json_object_array_add(a->tasks, ft_rerun_json(report));
    else
        ft_rerun_print(report);
}

static int compare(struct asking *a, struct ft_rerun_report *report,
                   const char *work, const char *scratch)
{
    struct ft_compare how = tolerance_of(a, report->rerun);
    struct ft_rerun_outputs outputs;
    char *made = ft_path_join(scratch, "made");
    struct ft_err err;
    int status, back;

    if (ft_rerun_compare(report->rerun, a->s.store, work, made, &how,
                         a->tolerances.used, &outputs, &err) < 0) {
        free(made);
        return ft_print_err(&err);
    }
    report->outputs = &outputs;
    report->back = json_object_new_array();
    status = judge(a, report);
    back = bring_back(a, &outputs, report->back);
    show(a, report);
    json_object_put(report->back);
    ft_rerun_outputs_release(&outputs);
    free(made);
    return back ? back : status;
}

static int execute_in(struct asking *a, struct ft_rerun_report *report,
                      const char *scratch)
{
    const char *task = ft_json_str_or(report->rerun->record, "task", "");
    char *work = ft_path_join(scratch, "work");
    struct ft_ending ending = { .outcome = FT_OUT_OK };
    struct ft_err err;
    int status;

    if (ft_rerun_execute(report->rerun, a->s.store, work, &ending, &err) <
        0) {
        status = ft_print_err(&err);
    } else if (ending.outcome != FT_OUT_OK) {
        struct ft_str reason = FT_STR_INIT;

        ft_safe_text(ending.reason, strlen(ending.reason), &reason);
        ft_print_error("task '%s' failed: %s", task, reason.s);
        ft_str_release(&reason);
        report->ending = &ending;
        show(a, report);
        status = ending.outcome == FT_OUT_CANCELLED ? STATUS_CANCELLED
                                                    : STATUS_DIFFERS;
    } else {
        report->ending = &ending;
        status = compare(a, report, work, scratch);
    }
    free(work);
    return status;
}

static int execute(struct asking *a, struct ft_rerun_report *report)
{
    struct ft_err err;
    char *scratch = ft_store_scratch(a->s.store, &err);
    int status;

    if (!scratch)
        return ft_print_err(&err);
    report->scratch = a->keep ? scratch : NULL;
    status = execute_in(a, report, scratch);
    if (!a->keep && ft_path_remove(scratch, &err) < 0)
        ft_print_warning("%s", err.msg);
    free(scratch);
    return status;
}

static int rerun(struct asking *a, const struct ft_version *version)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_str changes = FT_STR_INIT;
    struct ft_rerun rerun;
    struct ft_rerun_report report = { .rerun = &rerun };
    struct ft_err err;
    int status;

    if (ft_rerun_prepare(a->s.project, a->s.store, version->id,
                         a->dry && a->deep, &rerun, &diags, &err) < 0) {
        ft_print_diags(&diags);
        ft_diags_release(&diags);
        return ft_print_err(&err);
    }
    ft_diags_release(&diags);
    report.same_key = ft_rerun_changes(&rerun, &changes);
    report.changes = changes.len ? changes.s : NULL;
    status = tell_changes(a, &report);
    if (status || a->dry)
        show(a, &report);
    else
        status = execute(a, &report);
    ft_str_release(&changes);
    ft_rerun_release(&rerun);
    return status;
}

/* --- all of them ---------------------------------------------------------- */

/* Several outputs of one task: it is executed once. */
static bool is_done(const struct asking *a, size_t i)
{
    const struct ft_version *v = a->versions.item;

    for (size_t k = 0; k < i; k++)
        if (strcmp(v[k].run, v[i].run) == 0 &&
            strcmp(v[k].task, v[i].task) == 0)
            return true;
    return false;
}

/* Take 'version' after all that went into it and is gone, and so on. */
static int add_deep(struct asking *a, struct ft_version *version, int depth,
                    struct ft_err *err)
{
    struct json_object *record, *inputs;
    int rc = 0;

    if (is_asked(a, version->id)) {
        ft_version_release(version);
        return 0;
    }
    record = ft_store_lineage(a->s.store, version->id, err);
    inputs = ft_json_or_null(record, "inputs");
    if (!record)
        rc = -1;
    else if (depth == DEEP_MAX)
        rc = ft_err_set(err, FT_EUSAGE, "more than %d versions in a row are "
                        "gone", DEEP_MAX);
    for (size_t i = 0;
         rc == 0 && inputs && i < json_object_array_length(inputs); i++) {
        const char *id = ft_json_str_or(json_object_array_get_idx(inputs, i),
                                        "version", NULL);
        struct ft_version input = { .gone = false };

        if (id)
            rc = ft_store_version(a->s.store, id, &input, err);
        if (rc == 0 && input.gone)
            rc = add_deep(a, &input, depth + 1, err);
        else if (rc == 0)
            ft_version_release(&input);
    }
    json_object_put(record);
    if (rc < 0) {
        ft_version_release(version);
        return -1;
    }
    a->versions.item = ft_grow(a->versions.item, a->versions.n,
                               &a->cap_versions, sizeof(*a->versions.item));
    a->versions.item[a->versions.n++] = *version;
    return 0;
}

static int find(struct asking *a, const char *ref, struct ft_err *err)
{
    struct ft_versions found;
    size_t i = 0;
    int rc = ft_store_resolve(a->s.store, ref, &found, err);

    if (rc < 0)
        return -1;
    if (!a->deep) {
        a->versions = found;
        return 0;
    }
    while (rc == 0 && i < found.n)
        rc = add_deep(a, &found.item[i++], 0, err);
    while (i < found.n)
        ft_version_release(&found.item[i++]);
    free(found.item);
    return rc;
}

/* Only what is to be brought back needs a store that can be written. */
static int resolve(struct asking *a, struct ft_cli *cli)
{
    struct ft_err err;
    bool gone = false;
    int status = ft_session_look(&a->s, cli);

    if (status)
        return status;
    if (find(a, ft_cli_arg(cli, 0), &err) < 0)
        return ft_print_err(&err);
    for (size_t i = 0; i < a->versions.n; i++)
        gone |= a->versions.item[i].gone;
    if (!gone || a->dry)
        return 0;
    ft_store_close(a->s.store);
    a->s.store = NULL;
    return ft_session_store(&a->s, FT_STORE_WRITE);
}

/* The first failure is the exit status; the others are tried all the same,
 * unless somebody wants it to end. */
static int rerun_all(struct asking *a)
{
    int status = 0;

    for (size_t i = 0; i < a->versions.n && status != STATUS_CANCELLED; i++) {
        int one = is_done(a, i) ? 0 : rerun(a, &a->versions.item[i]);

        if (!status || one == STATUS_CANCELLED)
            status = one;
    }
    return status;
}

static void print_json(struct asking *a)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    json_object_object_add(obj, "tasks", a->tasks);
    a->tasks = NULL;
    ft_print_json(obj);
}

int ft_cmd_rerun(struct ft_cli *cli)
{
    struct asking a = {
        .s = FT_SESSION_INIT,
        .tolerant = ft_cli_has(cli, "rtol") || ft_cli_has(cli, "atol"),
        .dry = ft_cli_has(cli, "dry-run"),
        .json = ft_cli_has(cli, "json"),
        .strict = ft_cli_has(cli, "strict"),
        .keep = ft_cli_has(cli, "keep"),
        .deep = ft_cli_has(cli, "deep"),
    };
    int status = ft_tolerances_read(cli, RTOL, &a.tolerances);

    if (!status)
        status = resolve(&a, cli);
    if (!status) {
        a.tasks = a.json ? json_object_new_array() : NULL;
        status = rerun_all(&a);
        if (a.json)
            print_json(&a);
    }
    ft_versions_release(&a.versions);
    ft_session_close(&a.s);
    return status;
}
