/* diff_side.c - what people write for one side of a comparison
 *
 * A REF has a dot; digits may begin the id of a version or of a state, or end
 * that of a run.  What could be several of these is refused, never guessed:
 * "state:", "run:" or "version:" in front says which it is.
 */
#include "cli/diff_side.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "cli/term.h"
#include "data/history/history.h"
#include "data/history/history.h"
#include "run/record/outcome.h"
#include "run/record/place.h"

#define DIGITS_MIN 4 /* of an id */

enum meaning { STATE, RUN, DATA, MEANINGS, WORKFLOW = MEANINGS };
static const char *const prefix[MEANINGS] = { "state:", "run:", "version:" };

struct named {
    enum meaning meaning;
    char id[FT_SHA256_HEX + 1]; /* of a state or run */
    const char *text;
};

/* --- what a text means ---------------------------------------------------- */

/* The state, run or versions that 'text' means as such: 0 with *named, or -1:
 * FT_ENOENT when there is none. */
static int try_meaning(struct ft_session *s, enum meaning meaning,
                       const char *text, struct named *named,
                       struct ft_err *err)
{
    char run[FT_RUN_ID_MAX];
    struct ft_versions versions;

    switch (meaning) {
    case STATE:
        if (ft_history_find(s->store, text, named->id, err) < 0)
            return -1;
        break;
    case RUN:
        if (ft_run_find(s->project, text, run, err) < 0)
            return -1;
        memcpy(named->id, run, sizeof(run));
        break;
    default:
        if (ft_store_resolve(s->store, text, &versions, err) < 0)
            return -1;
        ft_versions_release(&versions);
    }
    named->meaning = meaning;
    named->text = text;
    return 0;
}

/* 'why': what is wrong with it as a state. */
static int fail_unknown(const char *text, const struct ft_err *why,
                        struct ft_err *err)
{
    if (!ft_starts_with(why->msg, "no state '")) {
        *err = *why;
        return -1;
    }
    ft_err_set(err, FT_ENOENT, "no state, run or version is called '%s'",
               text);
    if (ft_starts_with(why->hint, "did you mean"))
        return ft_err_hint(err, "%s", why->hint);
    if (strchr(text, '['))
        return ft_err_hint(err, "cells of objects stand in braces, as in "
                                "'stage.output{axis=value}'");
    return ft_err_hint(err, "'fedtwin log' lists states, 'fedtwin status' "
                            "runs, 'fedtwin data ls' objects");
}

static int fail_ambiguous(const char *text, const bool fits[MEANINGS],
                          struct ft_err *err)
{
    struct ft_str list = FT_STR_INIT;

    for (int m = 0; m < MEANINGS; m++)
        if (fits[m])
            ft_str_addf(&list, "%s'%s%s'", list.len ? " or " : "", prefix[m],
                        text);
    ft_err_set(err, FT_EUSAGE, "'%s' could mean several things", text);
    ft_err_hint(err, "write %s", list.s);
    ft_str_release(&list);
    return -1;
}

/* Digits of an id may be of anything, another text of a run or a state. */
static int find_meaning(struct ft_session *s, const char *text, bool digits,
                        struct named *named, struct ft_err *err)
{
    bool fits[MEANINGS] = { false };
    struct ft_err why[MEANINGS];
    int n = 0;

    for (int m = 0; m < (digits ? MEANINGS : DATA); m++) {
        struct named one;

        if (try_meaning(s, (enum meaning)m, text, &one, &why[m]) == 0) {
            fits[m] = true;
            n++;
            *named = one;
        } else if (why[m].code != FT_ENOENT) {
            *err = why[m]; /* it begins several ids, or worse */
            return -1;
        }
    }
    if (n == 1 || (n && !digits)) /* the state of a run is named by the run */
        return 0;
    return n ? fail_ambiguous(text, fits, err)
             : fail_unknown(text, &why[STATE], err);
}

/* A file of that name counts more than an object called 'yaml'. */
static bool is_workflow(const char *text)
{
    return (ft_ends_with(text, ".yaml") || ft_ends_with(text, ".yml")) &&
           ft_path_exists(text);
}

static int find_named(struct ft_session *s, const char *text,
                      struct named *named, struct ft_err *err)
{
    bool digits = strspn(text, "0123456789abcdef") == strlen(text) &&
                  strlen(text) >= DIGITS_MIN;

    for (int m = 0; m < MEANINGS; m++)
        if (ft_starts_with(text, prefix[m]))
            return try_meaning(s, (enum meaning)m, text + strlen(prefix[m]),
                               named, err);
    if (is_workflow(text)) {
        *named = (struct named){ .meaning = WORKFLOW, .text = text };
        return 0;
    }
    if (ft_diff_is_ref(text))
        return try_meaning(s, DATA, text, named, err);
    return find_meaning(s, text, digits, named, err);
}

/* --- reading -------------------------------------------------------------- */

static int read_run(struct ft_session *s, const char *id,
                    struct ft_diff_side *side, struct ft_err *err)
{
    struct ft_run *run = ft_run_read(s->project, id, NULL, err);
    int rc = run ? ft_run_side(run, s->store, side, err) : -1;

    ft_run_free(run);
    return rc;
}

static int read_side(struct ft_session *s, const struct named *named,
                     struct ft_diff_side *side, struct ft_err *err)
{
    if (named->meaning == STATE)
        return ft_diff_side_state(s->store, named->id, side, err);
    if (named->meaning == RUN)
        return read_run(s, named->id, side, err);
    return ft_diff_side_data(s->store, named->text, side, err);
}

/* What the current state has under the names that side 'a' has. */
static int read_current(struct ft_session *s, const struct ft_diff_side *a,
                        struct ft_diff_side *b, struct ft_err *err)
{
    char head[FT_SHA256_HEX + 1];

    if (a->kind == FT_DIFF_DATA)
        return ft_diff_side_data(s->store, a->objects.item[0].object, b, err);
    if (ft_store_head(s->store, head, err) < 0)
        return -1;
    if (!*head)
        return ft_err_set(err, FT_ENOENT, "the project has no state yet");
    return ft_diff_side_state(s->store, head, b, err);
}

/* Cells that 'a' does not have were not asked for. */
static void drop_others(const struct ft_diff_side *a, struct ft_diff_side *b)
{
    size_t kept = 0;

    for (size_t i = 0; i < b->objects.n; i++) {
        struct ft_version *v = &b->objects.item[i];
        bool wanted = false;

        for (size_t k = 0; k < a->objects.n && !wanted; k++)
            wanted = strcmp(a->objects.item[k].cell, v->cell) == 0;
        if (wanted)
            b->objects.item[kept++] = *v;
        else
            ft_version_release(v);
    }
    b->objects.n = kept;
}

/* What was wrong with the file has been printed. */
static int read_workflow(struct ft_session *s, const struct ft_cli *cli,
                         const char *file, struct ft_diff_side *side)
{
    int status = ft_session_plan(s, cli, file);

    if (!status)
        ft_diff_side_workflow(s->wf, side);
    return status;
}

static int fail_pair(const char *a, const char *what, const char *b)
{
    ft_print_error("'%s' is %s, '%s' is not", a, what, b);
    ft_print_hint("compare versions with versions, states, runs and a "
                  "workflow file with states and runs");
    return ft_code_status(FT_EUSAGE);
}

/* Whether the two can stand on the sides of one comparison. */
static int check_pair(const struct named *a, const struct named *b)
{
    if ((a->meaning == DATA) != (b->meaning == DATA))
        return a->meaning == DATA ? fail_pair(a->text, "a version", b->text)
                                  : fail_pair(b->text, "a version", a->text);
    if (a->meaning != WORKFLOW || b->meaning != WORKFLOW)
        return 0;
    ft_print_error("'%s' and '%s' are both workflow files", a->text, b->text);
    return ft_code_status(FT_EUSAGE);
}

/* Parameters that would count for nothing are a mistake. */
static int check_params(const struct ft_cli *cli, const struct named *a,
                        const struct named *b)
{
    if (a->meaning == WORKFLOW || (b && b->meaning == WORKFLOW) ||
        (!ft_cli_has(cli, "param") && !ft_cli_has(cli, "params")))
        return 0;
    ft_print_error("parameters can be set for a workflow file alone");
    return ft_code_status(FT_EUSAGE);
}

/* 'named' NULL: the current state. */
static int read_one(struct ft_session *s, const struct ft_cli *cli,
                    const struct named *named, const struct ft_diff_side *other,
                    struct ft_diff_side *side)
{
    struct ft_err err;

    if (named && named->meaning == WORKFLOW)
        return read_workflow(s, cli, named->text, side);
    if ((named ? read_side(s, named, side, &err)
               : read_current(s, other, side, &err)) < 0)
        return ft_print_err(&err);
    return 0;
}

int ft_diff_sides(struct ft_session *s, const struct ft_cli *cli,
                  struct ft_diff_side side[2])
{
    const char *a = cli->arg[0], *b = ft_cli_arg(cli, 1);
    struct named named[2];
    struct ft_err err = { 0 };
    int status = 0, first = 0;

    if (find_named(s, a, &named[0], &err) < 0 ||
        (b && find_named(s, b, &named[1], &err) < 0))
        return ft_print_err(&err);
    if (!b && named[0].meaning == WORKFLOW)
        first = 1; /* it is newer than the current state */
    if (b)
        status = check_pair(&named[0], &named[1]);
    if (!status)
        status = check_params(cli, &named[0], b ? &named[1] : NULL);
    if (!status)
        status = read_one(s, cli, &named[0], NULL, &side[first]);
    if (!status)
        status = read_one(s, cli, b ? &named[1] : NULL, &side[first],
                          &side[1 - first]);
    if (!status && !b && side[0].kind == FT_DIFF_DATA)
        drop_others(&side[0], &side[1]);
    return status;
}
