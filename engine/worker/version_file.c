/* version_file.c - a version file that is open for reading and was checked */
#include "worker/version_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"

static const struct ft_kind *kind_of_record(struct json_object *record,
                                            struct ft_err *err)
{
    const char *type = ft_json_str(record, "type", "lineage record", err);
    const struct ft_kind *kind = type ? ft_kind_find(type) : NULL;

    if (type && !kind)
        ft_err_set(err, FT_EVERSION, "unknown type of object '%s'", type);
    return kind;
}

int ft_version_file_open(struct ft_version_file *vf, const char *path,
                         struct ft_err *err)
{
    *vf = (struct ft_version_file){ .file = -1 };
    vf->file = ft_h5_open(path, false, err);
    if (vf->file < 0)
        return -1;
    if (ft_scan_init(&vf->scan, vf->file, path, err) < 0)
        goto failed;
    if (ft_lineage_read(vf->file, &vf->lineage, err) < 0) {
        ft_err_context(err, "'%s'", path);
        goto failed;
    }
    vf->kind = kind_of_record(vf->lineage.record, err);
    if (!vf->kind)
        goto failed;
    return 0;
failed:
    ft_version_file_close(vf);
    return -1;
}

void ft_version_file_close(struct ft_version_file *vf)
{
    ft_lineage_release(&vf->lineage);
    ft_scan_release(&vf->scan);
    ft_h5_close(vf->file);
    vf->file = -1;
}

int ft_version_file_check_content(const struct ft_version_file *vf,
                                  struct ft_err *err)
{
    char content[FT_CONTENT_TEXT];

    if (ft_content_digest(&vf->scan, content, err) < 0)
        return -1;
    if (strcmp(content, vf->lineage.content) != 0)
        return ft_err_set(err, FT_EFORMAT, "version %.12s is damaged: its "
                          "content digest is not the recorded one",
                          vf->lineage.version);
    return 0;
}

/* [{"path":…,"type":"f8","shape":[…],"units":…}] */
static int add_datasets(const struct ft_scan *scan, struct json_object *out,
                        struct ft_err *err)
{
    struct json_object *list = json_object_new_array();

    json_object_object_add(out, "datasets", list);
    for (size_t i = 0; i < scan->n; i++) {
        const struct ft_item *item = &scan->item[i];
        struct json_object *row, *shape;
        char *unit = NULL;

        if (!item->dataset)
            continue;
        if (ft_kind_units(scan, item, &unit, err) < 0)
            return -1;
        row = json_object_new_object();
        shape = json_object_new_array();
        ft_json_add_str(row, "path", item->path);
        ft_json_add_str(row, "type", item->type.text);
        for (int d = 0; d < item->rank; d++)
            json_object_array_add(
                shape, json_object_new_int64((int64_t)item->dim[d]));
        json_object_object_add(row, "shape", shape);
        if (unit)
            ft_json_add_str(row, "units", unit);
        free(unit);
        json_object_array_add(list, row);
    }
    return 0;
}

struct json_object *ft_version_file_summary(const struct ft_version_file *vf,
                                            struct ft_err *err)
{
    struct json_object *summary = json_object_new_object();

    if (add_datasets(&vf->scan, summary, err) == 0 &&
        vf->kind->describe(&vf->scan, summary, err) == 0)
        return summary;
    json_object_put(summary);
    return NULL;
}

int ft_version_verify(const char *path, bool deep,
                      struct ft_verified *verified, struct ft_err *err)
{
    struct ft_version_file vf;
    int rc = -1;

    *verified = (struct ft_verified){ 0 };
    if (ft_version_file_open(&vf, path, err) < 0)
        return -1;
    if (deep &&
        (ft_version_file_check_content(&vf, err) < 0 ||
         vf.kind->check(&vf.scan,
                        ft_json_str_or(vf.lineage.record, "unit", NULL),
                        err) < 0))
        goto done;
    if (ft_sha256_file(path, verified->file, &verified->size_bytes, err) < 0)
        goto done;
    memcpy(verified->version, vf.lineage.version, sizeof(verified->version));
    memcpy(verified->content, vf.lineage.content, sizeof(verified->content));
    verified->record = json_object_get(vf.lineage.record);
    rc = 0;
done:
    ft_version_file_close(&vf);
    return rc;
}
