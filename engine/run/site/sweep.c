/* sweep.c - end what a dead runner left at sites with a batch system */
#include "run/site/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "model/site.h"
#include "run/record/run.h"
#include "run/site/helper.h"
#include "text/diag.h"

static struct json_object *request(const char *op)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "op", op);
    return obj;
}

static int cancel(const struct ft_site *site, const char *project_dir,
                  struct json_object *statuses, struct ft_err *err)
{
    struct json_object *ask = request("cancel"), *answer = NULL;
    struct json_object *ids = json_object_new_array();
    struct json_object *tags = json_object_new_array();
    size_t n = json_object_is_type(statuses, json_type_array)
                   ? json_object_array_length(statuses) : 0;
    int rc = 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *status = json_object_array_get_idx(statuses, i);
        const char *id = ft_json_str_or(status, "job", "");

        if (!*id || strcmp(ft_json_str_or(status, "state", ""), "ended") == 0)
            continue;
        json_object_array_add(ids, json_object_new_string(id));
        json_object_array_add(tags, json_object_new_string(
                                        ft_json_str_or(status, "tag", "")));
    }
    n = json_object_array_length(ids);
    json_object_object_add(ask, "jobs", ids);
    json_object_object_add(ask, "tags", tags);
    if (n)
        rc = ft_helper_ask_once(site, project_dir, ask, site->answer_within_s,
                                &answer, err);
    else
        json_object_put(ask);
    json_object_put(answer);
    return rc;
}

static int sweep_site(const struct ft_site *site, const char *project_dir,
                      const char *prefix, struct ft_err *err)
{
    struct json_object *ask = request("find_by_tag"), *answer = NULL;
    int rc;

    ft_json_add_str(ask, "prefix", prefix);
    rc = ft_helper_ask_once(site, project_dir, ask, site->answer_within_s,
                            &answer, err);
    if (rc == 0 && !ft_json_bool_or(answer, "complete", false)) {
        ft_err_set(err, FT_ESITE, "site '%s' does not tell all of its jobs",
                   site->name);
        rc = ft_err_hint(err, "try again later");
    }
    if (rc == 0)
        rc = cancel(site, project_dir, ft_json_or_null(answer, "jobs"), err);
    json_object_put(answer);
    return rc;
}

int ft_sweep_sites(const struct ft_run *run, const char *project_dir,
                   const char *prefix, struct ft_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < run->n_sites && rc == 0; i++) {
        struct ft_diags diags = FT_DIAGS_INIT;
        struct ft_site *site =
            run->site_file[i] ? ft_site_read(run->site_file[i], &diags) : NULL;

        if (run->site_file[i] && !site)
            rc = ft_diags_to_err(&diags, err);
        else if (site && ft_adapter_of(site) == &ft_adapter_batch)
            rc = sweep_site(site, project_dir, prefix, err);
        ft_diags_release(&diags);
        ft_site_free(site);
    }
    return rc;
}
