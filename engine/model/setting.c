/* setting.c - the values that a run gives to parameters of the workflow */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "model/build.h"
#include "text/suggest.h"

static void report(struct ft_build *b, const struct ft_setting *setting,
                   enum ft_diag_code code, const struct ft_err *err)
{
    char *file = setting->origin ? ft_strdup(setting->origin)
                                 : ft_asprintf("-p %s", setting->name);
    struct ft_mark mark = { .file = file };

    ft_diag_err(b->diags, setting->doc, setting->doc ? &setting->key->mark
                                                     : &mark, code, err);
    free(file);
}

static void report_unknown(struct ft_build *b,
                           const struct ft_setting *setting)
{
    const struct ft_params *params = &b->wf->params;
    const char **known = ft_calloc(params->n, sizeof(*known)), *near;
    struct ft_err err = { 0 };

    for (size_t i = 0; i < params->n; i++)
        known[i] = params->item[i].name;
    near = ft_suggest(setting->name, known, params->n);
    ft_err_set(&err, FT_EDOC, "the workflow has no parameter '%s'",
               setting->name);
    if (near)
        ft_err_hint(&err, "did you mean '%s'?", near);
    report(b, setting, FT_D_UNKNOWN_PARAM, &err);
    free(known);
}

/* Later settings of the same name win, as options do. */
static bool apply(struct ft_build *b, const struct ft_setting *setting)
{
    const struct ft_param *param = ft_params_find(&b->wf->params,
                                                  setting->name);
    struct ft_value made = FT_VALUE_INIT, *value;
    struct ft_err err = { 0 };

    if (!param) {
        report_unknown(b, setting);
        return true;
    }
    value = &b->wf->value[param - b->wf->params.item];
    if (setting->doc) {
        if (ft_param_from_node(param, setting->doc, setting->node, &made,
                               b->diags) < 0)
            return false;
    } else if (ft_param_from_text(param, setting->text, &made, &err) < 0) {
        report(b, setting, FT_D_TYPE, &err);
        return false;
    }
    ft_value_release(value);
    *value = made;
    return true;
}

bool ft_settings_apply(struct ft_build *b, const struct ft_setting *setting,
                       size_t n_settings)
{
    struct ft_workflow *wf = b->wf;
    bool taken = true, ok;

    for (size_t i = 0; i < n_settings; i++)
        taken &= apply(b, &setting[i]);
    ok = taken;
    for (size_t i = 0; i < wf->params.n && taken; i++) {
        const struct ft_param *param = &wf->params.item[i];

        if (!param->required || wf->value[i].kind != FT_VALUE_NULL)
            continue;
        ft_diag_add(b->diags, ft_text_doc(wf, &param->mark),
                    &param->mark,
                    FT_D_MISSING_KEY, "the parameter '%s' has no value",
                    param->name);
        ft_diag_hint(b->diags, "give one with -p %s=VALUE, or a default",
                     param->name);
        ok = false;
    }
    return ok;
}
