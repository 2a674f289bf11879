/* foreign.c - versions that were made in another project and imported */
#include "data/archive/foreign.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "data/store/store_impl.h"

int ft_store_foreign(struct ft_store *store, const char *version,
                     struct ft_foreign *foreign, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows;
    int rc;

    *foreign = (struct ft_foreign){ 0 };
    if (!db)
        return -1;
    rows = ft_db_ask(db,
                     "SELECT o.project, o.user, o.exported_us FROM version v"
                     " JOIN origin o ON o.result = v.result WHERE v.id=?",
                     FT_DB_ARGS(ft_db_text(version)), err);
    rc = rows ? ft_rows_next(rows, err) : -1;
    if (rc == 1) {
        foreign->project = ft_strdup(ft_rows_text(rows, 0));
        foreign->user = ft_strdup(ft_rows_text(rows, 1));
        foreign->exported_us = ft_rows_int(rows, 2);
    }
    ft_rows_end(rows);
    return rc;
}

struct json_object *ft_foreign_json(const struct ft_foreign *foreign)
{
    struct json_object *json;

    if (!foreign->project)
        return NULL;
    json = json_object_new_object();
    ft_json_add_str(json, "project", foreign->project);
    ft_json_add_str(json, "user", foreign->user);
    ft_json_add_int(json, "exported_us", foreign->exported_us);
    return json;
}

void ft_foreign_release(struct ft_foreign *foreign)
{
    free(foreign->project);
    free(foreign->user);
    *foreign = (struct ft_foreign){ 0 };
}
