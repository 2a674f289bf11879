/* sites.c - the sites that a run may use, in its journal */
#include "base/alloc.h"
#include "base/json.h"
#include "run/record/change.h"

struct json_object *ft_run_sites_json(const struct ft_run *run)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < run->n_sites; i++)
        json_object_array_add(
            list, run->site_file[i]
                      ? json_object_new_string(run->site_file[i]) : NULL);
    return list;
}

void ft_run_sites_read(struct ft_run *run, struct json_object *list)
{
    size_t n = json_object_is_type(list, json_type_array)
                   ? json_object_array_length(list) : 0;

    run->site_file = ft_calloc(n, sizeof(*run->site_file));
    for (run->n_sites = 0; run->n_sites < n; run->n_sites++)
        run->site_file[run->n_sites] =
            ft_strdup(ft_json_at_or(list, run->n_sites, NULL));
}
