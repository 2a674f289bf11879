/* import_check.c - the manifest and the lists of an archive, read and checked
 *
 * The records go into an index of their own, by the same code that an oplog's
 * go through.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/archive/archive_impl.h"
#include "data/index/index_apply.h"
#include "data/store/id.h"
#include "model/module.h"

#define LINE_MAX_BYTES 1024 /* of versions.ndjson */
#define TEXT_MAX 4096
#define POINTERS_MAX 10000 /* branches, tags */
#define SIZE_MAX_BYTES (INT64_C(1) << 50)
#define MANIFEST FT_ARCHIVE_MANIFEST

/* --- reading -------------------------------------------------------------- */

FILE *ft_intake_open(const struct ft_intake *intake, const char *name,
                     struct ft_err *err)
{
    char *path = ft_path_join(intake->dir, name);
    FILE *file = fopen(path, "re");

    if (!file)
        ft_err_sys(err, "cannot read '%s'", path);
    free(path);
    return file;
}

int ft_intake_line(FILE *file, size_t max, struct ft_str *line,
                   struct ft_err *err)
{
    int c;

    ft_str_cut(line, 0);
    while ((c = getc_unlocked(file)) != EOF && c != '\n') {
        if (line->len == max)
            return ft_err_set(err, FT_EFORMAT,
                              "a line has more than %zu bytes", max);
        ft_str_addc(line, (char)c);
    }
    if (ferror(file))
        return ft_err_sys(err, "cannot read a list");
    if (c == EOF && line->len)
        return ft_err_set(err, FT_EFORMAT, "the last line has no end");
    return c == EOF ? 0 : 1;
}

static bool is_text(const char *text, const char *also)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < ' ' && !strchr(also, text[i])) ||
            text[i] == 0x7f)
            return false;
    return ft_utf8_valid(text, len);
}

bool ft_intake_plain(const char *text)
{
    return strlen(text) <= TEXT_MAX && is_text(text, "");
}

/* Further down there may be longer ones, of several lines. */
static bool is_showable(struct json_object *value)
{
    bool ok = true;

    if (json_object_is_type(value, json_type_string))
        return is_text(json_object_get_string(value), "\n\t");
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; ok && i < json_object_array_length(value); i++)
            ok = is_showable(json_object_array_get_idx(value, i));
    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member)
            ok = ok && ft_intake_plain(key) && is_showable(member);
    }
    return ok;
}

int ft_intake_texts(struct json_object *json, const char *what,
                    struct ft_err *err)
{
    json_object_object_foreach(json, key, value) {
        bool ok = json_object_is_type(value, json_type_string)
                      ? ft_intake_plain(json_object_get_string(value))
                      : is_showable(value);

        if (!ok || !ft_intake_plain(key))
            return ft_err_set(err, FT_EFORMAT,
                              "%s has a text that cannot be shown", what);
    }
    return 0;
}

/* --- the manifest --------------------------------------------------------- */

/* Branches or tags: a name, a state and maybe the state that redo leads to, in
 * the order of the names. */
static int check_pointer(struct json_object *list, size_t at, const char *what,
                         struct ft_err *err)
{
    struct json_object *pointer = json_object_array_get_idx(list, at);
    const char *name = ft_json_str_or(pointer, "name", "");
    const char *state = ft_json_str_or(pointer, "state", "");

    if (!ft_name_valid(name) || !ft_id_valid(state) ||
        !ft_id_valid(ft_json_str_or(pointer, "tip", state)))
        return ft_err_set(err, FT_EFORMAT,
                          "number %zu of the %s in '" MANIFEST
                          "' is malformed", at + 1, what);
    if (at && strcmp(ft_json_str_or(json_object_array_get_idx(list, at - 1),
                                    "name", ""),
                     name) >= 0)
        return ft_err_set(err, FT_EFORMAT,
                          "the %s of '" MANIFEST "' are not in order", what);
    return 0;
}

static int check_pointers(struct json_object *manifest, const char *what,
                          struct ft_err *err)
{
    struct json_object *list = ft_json_get(manifest, what, json_type_array,
                                           MANIFEST, err);
    size_t n = list ? json_object_array_length(list) : 0;

    if (!list)
        return -1;
    if (n > POINTERS_MAX)
        return ft_err_set(err, FT_EFORMAT, "'" MANIFEST "' has %zu %s", n,
                          what);
    for (size_t i = 0; i < n; i++)
        if (check_pointer(list, i, what, err) < 0)
            return -1;
    return 0;
}

static int check_sizes(struct json_object *manifest, struct ft_err *err)
{
    static const char *const list[] = { "versions", "records" };
    int64_t size;

    if (ft_json_int(manifest, "size", &size, MANIFEST, err) < 0)
        return -1;
    for (size_t i = 0; i < FT_ARRAY_LEN(list); i++) {
        struct json_object *member = ft_json_get(
            manifest, list[i], json_type_object, MANIFEST, err);
        int64_t bytes;

        if (!member || ft_json_int(member, "size", &bytes, list[i], err) < 0)
            return -1;
        if (bytes < 0 || bytes > SIZE_MAX_BYTES)
            size = -1;
    }
    if (size < 0 || size > SIZE_MAX_BYTES)
        return ft_err_set(err, FT_EFORMAT,
                          "the sizes in '" MANIFEST "' are absurd");
    return 0;
}

static int check_manifest(struct json_object *manifest, struct ft_err *err)
{
    static const char *const text[] = { "project", "user", "engine" };
    int64_t format, exported_us;

    if (ft_json_int(manifest, "fedtwin_archive", &format, MANIFEST, err) < 0)
        return -1;
    if (format != FT_ARCHIVE_FORMAT) {
        ft_err_set(err, FT_EVERSION, "the archive has format %lld, known is "
                   "%d", (long long)format, FT_ARCHIVE_FORMAT);
        return ft_err_hint(err, "use the fedtwin that made it, or a newer "
                                "one");
    }
    for (size_t i = 0; i < FT_ARRAY_LEN(text); i++)
        if (!ft_json_str(manifest, text[i], MANIFEST, err))
            return -1;
    if (ft_intake_texts(manifest, "'" MANIFEST "'", err) < 0 ||
        ft_json_int(manifest, "exported_us", &exported_us, MANIFEST, err) <
            0 ||
        check_pointers(manifest, "branches", err) < 0 ||
        check_pointers(manifest, "tags", err) < 0)
        return -1;
    if (!json_object_array_length(ft_json_or_null(manifest, "branches")))
        return ft_err_set(err, FT_EFORMAT, "'" MANIFEST "' has no branches");
    if (!ft_name_valid(ft_json_str_or(manifest, "head", "")))
        return ft_err_set(err, FT_EFORMAT,
                          "'head' of '" MANIFEST "' is no name of a branch");
    return check_sizes(manifest, err);
}

int ft_intake_manifest(struct ft_intake *intake, struct ft_err *err)
{
    char *path = ft_path_join(intake->dir, MANIFEST);

    intake->manifest = ft_json_read(path, err);
    free(path);
    if (!intake->manifest)
        return ft_err_context(err, "'" MANIFEST "'");
    if (!json_object_is_type(intake->manifest, json_type_object))
        return ft_err_set(err, FT_EFORMAT, "'" MANIFEST "' is no object");
    return check_manifest(intake->manifest, err);
}

/* --- versions.ndjson ------------------------------------------------------ */

/* In order, so that none stands there twice: 'last' is the one before. */
static int check_listed(struct json_object *json, const char *last,
                        struct ft_err *err)
{
    const char *id = ft_json_str_or(json, "id", "");
    const char *content = ft_json_str_or(json, "content", "");

    if (!ft_id_valid(id) || strcmp(id, last) <= 0 ||
        !ft_id_valid(ft_json_str_or(json, "file", "")) ||
        ft_json_int_or(json, "size", -1) < 0)
        return ft_err_set(err, FT_EFORMAT,
                          "the line after version '%.12s' is malformed or out "
                          "of order", last);
    if (!ft_content_valid(content))
        return ft_err_set(err, FT_EFORMAT, "that of version %.12s is no "
                          "content digest", id);
    return 0;
}

static int enter_listed(struct ft_intake *intake, const struct ft_str *line,
                        char last[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct json_object *json = ft_json_parse(line->s, line->len, "a line",
                                             err);
    int rc = json ? check_listed(json, last, err) : -1;

    if (rc == 0) {
        memcpy(last, ft_json_str_or(json, "id", ""), FT_SHA256_HEX + 1);
        rc = ft_db_run(
            intake->db, "INSERT INTO listed VALUES(?,?,?,?)",
            FT_DB_ARGS(ft_db_text(last),
                       ft_db_int(ft_json_int_or(json, "size", 0)),
                       ft_db_text(ft_json_str_or(json, "file", "")),
                       ft_db_text(ft_json_str_or(json, "content", ""))),
            err);
    }
    json_object_put(json);
    return rc;
}

static int read_versions(struct ft_intake *intake, struct ft_err *err)
{
    FILE *file = ft_intake_open(intake, FT_ARCHIVE_VERSIONS, err);
    struct ft_str line = FT_STR_INIT;
    char last[FT_SHA256_HEX + 1] = "";
    int rc = file ? 0 : -1;

    while (rc == 0 &&
           (rc = ft_intake_line(file, LINE_MAX_BYTES, &line, err)) == 1)
        rc = enter_listed(intake, &line, last, err);
    if (file)
        fclose(file);
    ft_str_release(&line);
    return rc < 0 ? ft_err_context(err, "'" FT_ARCHIVE_VERSIONS "'") : 0;
}

/* --- records.ndjson ------------------------------------------------------- */

struct reading {
    struct ft_intake *intake;
    uint64_t n;                /* records read */
    struct json_object *parts; /* digests of state-parts without a state */
};

static int check_result(struct json_object *json, struct ft_err *err)
{
    struct json_object *out = ft_json_or_null(json, "out");
    struct json_object *foreign = ft_json_or_null(json, "foreign");
    size_t n = json_object_is_type(out, json_type_array)
                   ? json_object_array_length(out)
                   : 0;

    if (!ft_stage_name_valid(ft_json_str_or(json, "stage", "")))
        return ft_err_set(err, FT_EFORMAT, "its stage has no valid name");
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(out, i);

        if (!json_object_is_type(one, json_type_object) ||
            !ft_object_dot(ft_json_str_or(one, "object", "")) ||
            !ft_name_valid(ft_json_str_or(one, "name", "")))
            return ft_err_set(err, FT_EFORMAT,
                              "an output has no valid name");
        if (ft_intake_texts(one, "an output", err) < 0)
            return -1;
    }
    return json_object_is_type(foreign, json_type_object)
               ? ft_intake_texts(foreign, "'foreign'", err)
               : 0;
}

/* "digest" is of "text", or with other files of the digests of all. */
static int check_workflow(struct json_object *json, struct ft_err *err)
{
    const char *text = ft_json_str(json, "text", "the record", err);
    struct json_object *more = ft_json_or_null(json, "texts");
    struct ft_str all = FT_STR_INIT;
    char hex[FT_SHA256_HEX + 1];
    size_t n = json_object_is_type(more, json_type_array)
                   ? json_object_array_length(more)
                   : 0;
    int rc;

    if (!text)
        return -1;
    ft_sha256_text(text, strlen(text), hex);
    ft_str_addf(&all, "%s\n", hex);
    for (size_t i = 0; i < n; i++) {
        struct json_object *pair = json_object_array_get_idx(more, i);
        struct json_object *other =
            json_object_is_type(pair, json_type_array)
                ? json_object_array_get_idx(pair, 1)
                : NULL;

        text = json_object_is_type(other, json_type_string)
                   ? json_object_get_string(other)
                   : "";
        ft_sha256_text(text, strlen(text), hex);
        ft_str_addf(&all, "%s\n", hex);
    }
    if (n)
        ft_sha256_text(all.s, all.len, hex);
    rc = strcmp(hex, ft_json_str_or(json, "digest", "")) == 0
             ? 0
             : ft_err_set(err, FT_EFORMAT,
                          "the workflow has another digest than it says");
    ft_str_release(&all);
    return rc;
}

static int check_module(struct json_object *json, struct ft_err *err)
{
    const char *text = ft_json_str(json, "text", "the record", err);
    char hex[FT_SHA256_HEX + 1];

    if (!text)
        return -1;
    ft_sha256_text(text, strlen(text), hex);
    if (strcmp(hex, ft_json_str_or(json, "digest", "")) == 0)
        return 0;
    return ft_err_set(err, FT_EFORMAT,
                      "the manifest has another digest than it says");
}

/* Names of manifests become names of files. */
static int check_source(struct json_object *source, struct ft_err *err)
{
    struct json_object *modules = ft_json_or_null(source, "modules");
    size_t n = json_object_is_type(modules, json_type_array)
                   ? json_object_array_length(modules) : 0;

    for (size_t i = 0; i < n; i++)
        if (!ft_module_name_valid(ft_json_at_or(
                json_object_array_get_idx(modules, i), 0, "")))
            return ft_err_set(err, FT_EFORMAT, "a state names a module that "
                              "is no name");
    return 0;
}

/* The changes that no index has seen are those that the state names. */
static int check_state(struct json_object *json, struct json_object *pending,
                       struct ft_err *err)
{
    struct json_object *parts = ft_json_or_null(json, "parts");
    struct json_object *none = json_object_new_array();
    int same = json_object_equal(parts ? parts : none, pending);

    json_object_put(none);
    if (!same)
        return ft_err_set(err, FT_EFORMAT,
                          "the parts before the state are not its own");
    return check_source(ft_json_or_null(json, "source"), err);
}

static int check_part(struct reading *reading, const struct ft_str *line)
{
    char hex[FT_SHA256_HEX + 1];

    ft_sha256_text(line->s, line->len, hex);
    json_object_array_add(reading->parts, json_object_new_string(hex));
    return 0;
}

/* Only these kinds belong into an archive. */
static int check_kind(struct reading *reading, struct json_object *json,
                      const struct ft_str *line, struct ft_err *err)
{
    const char *kind = ft_json_str_or(json, "kind", "");
    int rc;

    if (strcmp(kind, "state-part") == 0)
        return check_part(reading, line);
    if (strcmp(kind, "state") == 0) {
        rc = check_state(json, reading->parts, err);
        json_object_put(reading->parts);
        reading->parts = json_object_new_array();
        return rc < 0 ? -1 : ft_intake_texts(json, "a state", err);
    }
    if (json_object_array_length(reading->parts))
        return ft_err_set(err, FT_EFORMAT, "parts of a state stand before it");
    if (strcmp(kind, "workflow") == 0)
        return check_workflow(json, err);
    if (strcmp(kind, "module") == 0)
        return check_module(json, err);
    if (strcmp(kind, "result") == 0 || strcmp(kind, "adopt") == 0 ||
        strcmp(kind, "import") == 0)
        return ft_intake_texts(json, "a result", err) < 0 ? -1
                                                      : check_result(json, err);
    return ft_err_set(err, FT_EFORMAT, "it is of no kind that belongs here");
}

static int check_canonical(struct json_object *json, const struct ft_str *line,
                           struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    int rc = ft_json_canonical(json, &text, err);

    if (rc == 0 &&
        (text.len != line->len || memcmp(text.s, line->s, text.len) != 0))
        rc = ft_err_set(err, FT_EFORMAT, "it is not canonical JSON");
    ft_str_release(&text);
    return rc;
}

static int enter_record(struct reading *reading, const struct ft_str *line,
                        struct ft_err *err)
{
    struct ft_log_record record = { .seq = reading->n,
                                    .payload = line->s,
                                    .len = line->len };
    struct json_object *json = ft_json_parse(line->s, line->len, "the record",
                                             err);
    int rc = -1;

    if (!json)
        goto done;
    if (!json_object_is_type(json, json_type_object))
        ft_err_set(err, FT_EFORMAT, "it is no JSON object");
    else if (check_canonical(json, line, err) == 0 &&
             check_kind(reading, json, line, err) == 0)
        rc = ft_index_apply(reading->intake->db, &record, err);
    reading->n++;
done:
    json_object_put(json);
    if (rc < 0)
        ft_err_context(err, "record %llu of the archive",
                       (unsigned long long)record.seq + 1);
    return rc;
}

static int read_records(struct ft_intake *intake, struct ft_err *err)
{
    struct reading reading = { .intake = intake,
                               .parts = json_object_new_array() };
    FILE *file = ft_intake_open(intake, FT_ARCHIVE_RECORDS, err);
    struct json_object *listed = ft_json_or_null(intake->manifest, "records");
    struct ft_str line = FT_STR_INIT;
    int rc = file ? 0 : -1;

    while (rc == 0 &&
           (rc = ft_intake_line(file, FT_LOG_RECORD_MAX, &line, err)) == 1)
        rc = enter_record(&reading, &line, err);
    if (rc == 0 && (json_object_array_length(reading.parts) ||
                    (int64_t)reading.n != ft_json_int_or(listed, "count", -1)))
        rc = ft_err_set(err, FT_EFORMAT,
                        "'" FT_ARCHIVE_RECORDS "' is not what '" MANIFEST
                        "' says");
    if (file)
        fclose(file);
    ft_str_release(&line);
    json_object_put(reading.parts);
    return rc;
}

/* -------------------------------------------------------------------------- */

int ft_intake_db(struct ft_intake *intake, struct ft_err *err)
{
    char *path = ft_path_join(intake->dir, "index.sqlite");

    intake->db = ft_index_scratch(path, err);
    free(path);
    if (!intake->db)
        return -1;
    return ft_db_script(intake->db,
                        "CREATE TABLE listed(id TEXT PRIMARY KEY, size,"
                        " file TEXT, content TEXT) WITHOUT ROWID",
                        err);
}

int ft_intake_read(struct ft_intake *intake, struct ft_err *err)
{
    if (read_versions(intake, err) < 0 || read_records(intake, err) < 0)
        return -1;
    return ft_intake_match(intake, err);
}

int ft_intake_lists(struct ft_intake *intake, struct ft_err *err)
{
    if (ft_intake_db(intake, err) < 0 ||
        ft_db_script(intake->db, "BEGIN", err) < 0 ||
        ft_intake_read(intake, err) < 0)
        return -1;
    return ft_db_script(intake->db, "COMMIT", err);
}
