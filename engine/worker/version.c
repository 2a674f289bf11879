/* version.c - the group /fedtwin of a version file: its lineage */
#include "worker/version.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

/* Members of the record that stand as readable copies beside it. */
static const char *const copied[] = { "stage", "module", "module_version",
                                      "user", "site" };

/* --- making --------------------------------------------------------------- */

int ft_lineage_init(struct ft_lineage *lineage, struct json_object *record,
                    const char *content, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    int rc = -1;

    *lineage = (struct ft_lineage){ .record = record };
    memcpy(lineage->content, content, FT_CONTENT_TEXT);
    ft_json_add_str(record, "content", content);
    if (ft_json_canonical(record, &text, err) == 0) {
        if (text.len > FT_H5_RECORD_MAX) {
            ft_err_set(err, FT_EFORMAT, "the lineage record is larger than "
                       "%u MiB", FT_H5_RECORD_MAX >> 20);
        } else {
            ft_sha256_text(text.s, text.len, lineage->version);
            rc = 0;
        }
    }
    ft_str_release(&text);
    if (rc < 0)
        ft_lineage_release(lineage);
    return rc;
}

static int write_attr(hid_t group, const char *name, hid_t type, hid_t space,
                      const void *value, struct ft_err *err)
{
    hid_t id = H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    int rc = -1;

    if (id >= 0 && H5Awrite(id, type, value) >= 0) {
        rc = ft_h5_close(id);
        id = -1;
    }
    if (rc < 0)
        ft_h5_error(err, "could not write attribute '%s'", name);
    ft_h5_close(id);
    return rc;
}

static int write_format(hid_t group, struct ft_err *err)
{
    const uint32_t format[2] = { FT_VERSION_MAJOR, FT_VERSION_MINOR };
    hid_t space = H5Screate_simple(1, &(hsize_t){ 2 }, NULL);
    int rc;

    rc = write_attr(group, "format_version", H5T_STD_U32LE, space, format,
                    err);
    ft_h5_close(space);
    return rc;
}

/* The versions that it was made from, in the record's order. */
static int write_inputs(hid_t group, struct json_object *record,
                        struct ft_err *err)
{
    struct json_object *inputs = json_object_object_get(record, "inputs");
    struct ft_str ids = FT_STR_INIT;
    hid_t type = H5Tcopy(H5T_C_S1), space = -1;
    hsize_t n = 0;
    int rc = 0;

    for (size_t i = 0; json_object_is_type(inputs, json_type_array) &&
                       i < json_object_array_length(inputs); i++) {
        const char *id = ft_json_str_or(
            json_object_array_get_idx(inputs, i), "version", "");

        if (strlen(id) != FT_SHA256_HEX)
            continue;
        ft_str_add(&ids, id);
        n++;
    }
    if (n) {
        space = H5Screate_simple(1, &n, NULL);
        rc = H5Tset_size(type, FT_SHA256_HEX) < 0 ||
             H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ? -1
             : write_attr(group, "inputs", type, space, ids.s, err);
    }
    ft_h5_close(space);
    ft_h5_close(type);
    ft_str_release(&ids);
    return rc;
}

static int write_texts(hid_t group, const struct ft_lineage *lineage,
                       const struct ft_str *text, struct ft_err *err)
{
    if (ft_h5_attr_write_text(group, "version_id", lineage->version,
                              FT_SHA256_HEX, err) < 0 ||
        ft_h5_attr_write_text(group, "content", lineage->content,
                              FT_CONTENT_TEXT - 1, err) < 0)
        return -1;
    for (size_t i = 0; i < FT_ARRAY_LEN(copied); i++) {
        const char *value = ft_json_str_or(lineage->record, copied[i], "");

        if (*value && ft_h5_attr_write_text(group, copied[i], value,
                                            strlen(value), err) < 0)
            return -1;
    }
    return ft_h5_attr_write_text(group, "record", text->s, text->len, err);
}

int ft_lineage_write(hid_t file, const struct ft_lineage *lineage,
                     struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    hid_t plist = ft_h5_group_plist(), group = -1;
    int rc = -1;

    if (ft_json_canonical(lineage->record, &text, err) < 0)
        goto done;
    group = H5Gcreate2(file, FT_VERSION_GROUP, H5P_DEFAULT, plist,
                       H5P_DEFAULT);
    if (group < 0) {
        ft_h5_error(err, "could not add '" FT_VERSION_GROUP "'");
        goto done;
    }
    if (write_format(group, err) < 0 ||
        write_inputs(group, lineage->record, err) < 0 ||
        write_texts(group, lineage, &text, err) < 0)
        goto done;
    rc = ft_h5_close(group);
    group = -1;
    if (rc < 0)
        ft_h5_error(err, "could not write '" FT_VERSION_GROUP "'");
done:
    ft_h5_close(group);
    ft_h5_close(plist);
    ft_str_release(&text);
    return rc;
}

/* --- reading -------------------------------------------------------------- */

static int read_format(hid_t group, struct ft_err *err)
{
    struct ft_h5_attr attr;
    uint32_t format[2] = { 0 };

    if (ft_h5_attr_read(group, FT_VERSION_GROUP, "format_version",
                        sizeof(format), &attr, err) < 0)
        return -1;
    if (attr.type.kind == 'u' && attr.bytes.len == sizeof(format))
        memcpy(format, attr.bytes.s, sizeof(format));
    ft_h5_attr_release(&attr);
    if (!format[0])
        return ft_err_set(err, FT_EFORMAT, "'format_version' of '"
                          FT_VERSION_GROUP "' is invalid");
    if (format[0] > FT_VERSION_MAJOR)
        return ft_err_set(err, FT_EVERSION, "the version file has format %u",
                          (unsigned)format[0]);
    return 0;
}

/* The text of attribute 'name', which must be there. */
static char *read_text(hid_t group, const char *name, struct ft_err *err)
{
    struct ft_err why = { 0 };
    char *text = ft_h5_attr_text(group, FT_VERSION_GROUP, name, &why);

    if (text)
        return text;
    if (why.code != FT_OK && err)
        *err = why;
    else
        ft_err_set(err, FT_EFORMAT, "'" FT_VERSION_GROUP "' has no attribute "
                   "'%s'", name);
    return NULL;
}

/* The record as it would be written now is the record that is there. */
static int check_canonical(struct json_object *record, const char *text,
                           struct ft_err *err)
{
    struct ft_str again = FT_STR_INIT;
    int rc = ft_json_canonical(record, &again, err);

    if (rc == 0 && strcmp(again.s, text) != 0)
        rc = ft_err_set(err, FT_EFORMAT, "the lineage record is not canonical "
                        "JSON");
    ft_str_release(&again);
    return rc;
}

static int check_lineage(struct ft_lineage *lineage, const char *version,
                         const char *content, const char *text,
                         struct ft_err *err)
{
    const char *inner;

    ft_sha256_text(text, strlen(text), lineage->version);
    if (strcmp(lineage->version, version) != 0)
        return ft_err_set(err, FT_EFORMAT, "the lineage record is damaged: "
                          "its SHA-256 is not the version's id");
    lineage->record = ft_json_parse(text, strlen(text), "lineage record", err);
    if (!lineage->record || check_canonical(lineage->record, text, err) < 0)
        return -1;
    inner = ft_json_str(lineage->record, "content", "lineage record", err);
    if (!inner)
        return -1;
    if (strcmp(inner, content) != 0 || strlen(inner) != FT_CONTENT_TEXT - 1)
        return ft_err_set(err, FT_EFORMAT, "the lineage record and "
                          "'content' disagree");
    memcpy(lineage->content, inner, FT_CONTENT_TEXT);
    return 0;
}

int ft_lineage_read(hid_t file, struct ft_lineage *lineage,
                    struct ft_err *err)
{
    char *version = NULL, *content = NULL, *text = NULL;
    hid_t group = -1;
    int rc = -1;

    *lineage = (struct ft_lineage){ 0 };
    if (H5Lexists(file, FT_VERSION_GROUP, H5P_DEFAULT) > 0)
        group = H5Gopen2(file, FT_VERSION_GROUP, H5P_DEFAULT);
    if (group < 0) {
        ft_h5_error(err, "there is no group '" FT_VERSION_GROUP "': not a "
                    "version file");
        return -1;
    }
    if (read_format(group, err) < 0)
        goto done;
    version = read_text(group, "version_id", err);
    content = version ? read_text(group, "content", err) : NULL;
    text = content ? read_text(group, "record", err) : NULL;
    if (text)
        rc = check_lineage(lineage, version, content, text, err);
done:
    free(text);
    free(content);
    free(version);
    ft_h5_close(group);
    if (rc < 0)
        ft_lineage_release(lineage);
    return rc;
}

void ft_lineage_release(struct ft_lineage *lineage)
{
    json_object_put(lineage->record);
    lineage->record = NULL;
}
