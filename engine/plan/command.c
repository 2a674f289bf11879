/* command.c - the argument list and environment of a bound task
 *
 * Only 'shell:' hands text to a shell, the user's own, in which no value can
 * become a command (shell_text.h).
 */
#include "plan/bind.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/words.h"
#include "model/eval.h"
#include "plan/command.h"
#include "plan/scope.h"
#include "plan/shell_text.h"

/* An argument that evaluates to a list becomes that many arguments, so that a
 * gathered input can be handed to a program. */
static void add_value(struct ft_words *list, const struct ft_value *value)
{
    struct ft_str text = FT_STR_INIT;

    if (value->kind == FT_VALUE_LIST) {
        for (size_t i = 0; i < value->n; i++)
            add_value(list, &value->item[i]);
        return;
    }
    ft_value_text(value, &text);
    ft_words_add(list, ft_str_take(&text));
}

static int add_node(struct ft_words *list, const struct ft_task_scope *ts,
                    const struct ft_node *node, struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;

    if (ft_eval_node(ts->plan->wf, ts->stage, ts->cell, &ts->scope, node,
                     &value, err) < 0)
        return -1;
    add_value(list, &value);
    ft_value_release(&value);
    return 0;
}

static bool is_output(const struct ft_stage *stage, const char *text)
{
    for (size_t i = 0; i < stage->n_out; i++)
        if (strcmp(stage->out[i].path, text) == 0)
            return true;
    return false;
}

/* "plot.py" in a run: list is the file of that name beside the workflow, if
 * there is one.  A file that the stage is about to write is its own. */
char *ft_command_file(const struct ft_stage *stage, const struct ft_node *arg)
{
    char *path, *real = NULL;
    struct stat st;

    if (arg->kind != FT_NODE_SCALAR || ft_node_has_expr(arg) ||
        !strchr(arg->text, '.') || arg->text[0] == '-' ||
        is_output(stage, arg->text))
        return NULL;
    path = ft_path_join(stage->text->dir, arg->text);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        real = realpath(path, NULL); /* the attempt runs elsewhere */
    free(path);
    return real;
}

static int add_run(struct ft_words *list, const struct ft_task_scope *ts,
                   struct ft_err *err)
{
    const struct ft_node *run = ts->stage->command;

    for (size_t i = 0; i < run->n; i++) {
        /* The recipe keeps the name as written and the digest beside it. */
        char *file = ts->dir ? ft_command_file(ts->stage, run->item[i]) : NULL;

        if (file)
            ft_words_add(list, file);
        else if (add_node(list, ts, run->item[i], err) < 0)
            return -1;
    }
    if (!list->n)
        return ft_err_set(err, FT_EDOC, "the 'run' list of '%s' is empty",
                          ts->stage->name);
    return 0;
}

static const char *python(void)
{
    const char *own = getenv("FEDTWIN_PYTHON");

    return own && *own ? own : FT_PYTHON;
}

static int add_template(struct ft_words *list, const struct ft_task_scope *ts,
                        const char *text, struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;
    struct ft_template tpl = { 0 };
    size_t at;
    int rc = ft_template_parse(text, strlen(text), &tpl, &at, err);

    if (rc == 0)
        rc = ft_template_eval(&tpl, &ts->scope, &value, &at, err);
    if (rc == 0)
        add_value(list, &value);
    ft_template_release(&tpl);
    ft_value_release(&value);
    return rc;
}

static int add_module(struct ft_words *list, const struct ft_task_scope *ts,
                      struct ft_err *err)
{
    const struct ft_module *module = ts->stage->module;

    if (module->program) {
        ft_words_add(list, ft_strdup(module->program));
        return 0;
    }
    if (module->python) {
        ft_words_add(list, ft_strdup(python()));
        ft_words_add(list, ft_strdup(module->python));
        return 0;
    }
    for (size_t i = 0; i < module->n_run; i++)
        if (add_template(list, ts, module->run[i], err) < 0)
            return ft_err_context(err, "module '%s', argument %zu",
                                  module->name, i + 1);
    return 0;
}

static int add_python(struct ft_words *list, const struct ft_task_scope *ts,
                      struct ft_err *err)
{
    char *script;

    ft_words_add(list, ft_strdup(python()));
    if (ts->stage->script) {
        script = realpath(ts->stage->script, NULL);
        if (!script)
            return ft_err_sys(err, "cannot find the script '%s'",
                              ts->stage->script);
        ft_words_add(list, script);
        return 0;
    }
    ft_words_add(list, ft_strdup("-c"));
    return add_node(list, ts, ts->stage->command, err);
}

static void add_shell_piece(void *arg, const char *text,
                            const struct ft_value *value)
{
    struct ft_shell_text *sh = arg;

    if (text)
        ft_shell_text_add(sh, text);
    else
        ft_shell_text_value(sh, value);
}

static int add_shell(struct ft_words *list, const struct ft_task_scope *ts,
                     struct ft_err *err)
{
    struct ft_shell_text sh = FT_SHELL_TEXT_INIT;
    int rc = ft_eval_pieces(ts->plan->wf, ts->stage, ts->cell, &ts->scope,
                            ts->stage->command, add_shell_piece, &sh, err);

    if (rc == 0) {
        ft_words_add(list, ft_strdup("/bin/sh"));
        ft_words_add(list, ft_strdup("-euc"));
        ft_words_add(list, ft_str_take(&sh.out));
    }
    ft_shell_text_release(&sh);
    return rc;
}

int ft_command_build(const struct ft_task_scope *ts, char ***argv,
                     struct ft_err *err)
{
    static int (*const add_words[])(struct ft_words *list,
                                    const struct ft_task_scope *ts,
                                    struct ft_err *err) = {
        [FT_ACTION_MODULE] = add_module,
        [FT_ACTION_RUN] = add_run,
        [FT_ACTION_SHELL] = add_shell,
        [FT_ACTION_PYTHON] = add_python,
    };
    struct ft_words list = { 0 };

    if (ts->stage->action >= FT_ARRAY_LEN(add_words))
        FT_BUG("stage '%s' has no command", ts->stage->name);
    if (add_words[ts->stage->action](&list, ts, err) < 0) {
        ft_words_free(list.item);
        return -1;
    }
    *argv = list.item;
    return 0;
}

static bool has_name(const struct ft_words *list, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < list->n; i++)
        if (strncmp(list->item[i], name, len) == 0 &&
            list->item[i][len] == '=')
            return true;
    return false;
}

/* 'env' of the stage, or of one around it, whose own word counts less. */
static int add_env(struct ft_words *list, const struct ft_task_scope *ts,
                   const struct ft_stage *stage, size_t cell,
                   struct ft_err *err)
{
    const struct ft_scope *task = stage == ts->stage ? &ts->scope : NULL;
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; stage->env && i < stage->env->n; i++) {
        const char *name = stage->env->key[i]->text;
        struct ft_value value = FT_VALUE_INIT;

        if (has_name(list, name))
            continue;
        if (ft_eval_node(ts->plan->wf, stage, cell, task,
                         stage->env->item[i], &value, err) < 0)
            return -1;
        ft_str_addf(&text, "%s=", name);
        ft_value_text(&value, &text);
        ft_value_release(&value);
        ft_words_add(list, ft_str_take(&text));
    }
    return 0;
}

int ft_command_env(const struct ft_task_scope *ts, char ***env,
                   struct ft_err *err)
{
    struct ft_words list = { 0 };
    size_t cell = ts->cell;

    ft_words_add(&list, ft_asprintf("FEDTWIN_STAGE=%s", ts->stage->name));
    for (const struct ft_stage *stage = ts->stage; stage;
         stage = stage->space->use) {
        if (add_env(&list, ts, stage, cell, err) < 0) {
            ft_words_free(list.item);
            return -1;
        }
        cell = ft_stage_outer_cell(stage, cell);
    }
    *env = list.item;
    return 0;
}

int ft_bound_command(const struct ft_plan *plan, const struct ft_bound *bound,
                     const char *run, const char *dir, char ***argv,
                     char ***env, struct ft_err *err)
{
    struct ft_task_scope ts;
    char **words;

    ft_task_scope_init(&ts, plan, bound, run, dir);
    if (ft_command_build(&ts, &words, err) < 0)
        return -1;
    if (ft_command_env(&ts, env, err) < 0) {
        ft_words_free(words);
        return -1;
    }
    *argv = words;
    return 0;
}

static void add_path(struct ft_words *list, const char *path)
{
    char *real = path ? realpath(path, NULL) : NULL;

    if (path && path[0] == '/')
        ft_words_add(list, ft_strdup(path));
    else if (real)
        ft_words_add(list, ft_strdup(real));
    free(real);
}

char **ft_bound_files(const struct ft_plan *plan,
                      const struct ft_bound *bound)
{
    const struct ft_stage *stage =
        &plan->wf->stage[ft_plan_stage_of(plan, bound->task)];
    struct ft_words list = { 0 };

    if (stage->module) {
        add_path(&list, stage->module->program);
        add_path(&list, stage->module->python);
    }
    if (stage->action == FT_ACTION_PYTHON)
        add_path(&list, stage->script);
    for (size_t i = 0; stage->action == FT_ACTION_RUN &&
                       i < stage->command->n; i++) {
        char *file = ft_command_file(stage, stage->command->item[i]);

        add_path(&list, file);
        free(file);
    }
    return list.item;
}
