/* fake_worker.c - fedtwin-worker without HDF5, for the tests of the store
 *
 * It speaks the protocol of share/doc/formats/worker.md.  A "version file" is
 * the record on one line and then the bytes.  What a source begins with tells
 * it to misbehave: see 'moods'.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"

#define FILE_MAX_BYTES (16u << 20)

static void answer(struct json_object *json)
{
    printf("%s\n", json_object_to_json_string_ext(json,
                                                  JSON_C_TO_STRING_PLAIN));
    fflush(stdout);
    json_object_put(json);
}

static struct json_object *ok(int64_t id)
{
    struct json_object *json = json_object_new_object();

    ft_json_add_int(json, "id", id);
    ft_json_add_bool(json, "ok", true);
    return json;
}

static void refuse(int64_t id, const char *code, const char *message)
{
    struct json_object *json = json_object_new_object();

    ft_json_add_int(json, "id", id);
    ft_json_add_bool(json, "ok", false);
    ft_json_add_str(json, "code", code);
    ft_json_add_str(json, "message", message);
    ft_json_add_str(json, "hint", "a hint");
    answer(json);
}

/* --- moods ---------------------------------------------------------------- */

static void die(int64_t id)
{
    (void)id;
    fputs("first line\nheap corrupted\n", stderr);
    raise(SIGKILL);
}

static void leave(int64_t id)
{
    (void)id;
    exit(3);
}

static void hang(int64_t id)
{
    (void)id;
    for (;;)
        pause();
}

/* Close the connection and live on. */
static void hide(int64_t id)
{
    (void)id;
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    hang(id);
}

static void no_space(int64_t id)
{
    refuse(id, "FT_ENOSPC", "no room for this");
}

static void unknown_code(int64_t id)
{
    refuse(id, "FT_EWHATEVER", "odd");
}

static void garbage(int64_t id)
{
    (void)id;
    puts("this is no JSON");
    fflush(stdout);
}

static void wrong_id(int64_t id)
{
    answer(ok(id + 1000));
}

static void flood(int64_t id)
{
    char block[4096];

    (void)id;
    memset(block, 'x', sizeof(block));
    while (fwrite(block, 1, sizeof(block), stdout))
        continue;
    exit(0);
}

static void bad_digest(int64_t id)
{
    struct json_object *json = ok(id);

    ft_json_add_str(json, "version", "../../../etc/passwd");
    ft_json_add_str(json, "content", "sha256:00");
    ft_json_add_str(json, "file", "00");
    ft_json_add_int(json, "size", 1);
    answer(json);
}

static const struct {
    const char *start;
    void (*act)(int64_t id);
} moods[] = {
    { "die", die },           { "leave", leave },
    { "hang", hang },         { "no space", no_space },
    { "hide", hide },
    { "garbage", garbage },   { "wrong id", wrong_id },
    { "flood", flood },       { "bad digest", bad_digest },
    { "odd code", unknown_code },
};

/* "once PATH\nMOOD": misbehave only while PATH does not exist. */
static bool act_mood(int64_t id, const char *bytes)
{
    if (ft_starts_with(bytes, "once ")) {
        const char *end = strchr(bytes, '\n');
        char *path = ft_strndup(bytes + 5, (size_t)(end - bytes - 5));
        int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);

        free(path);
        if (fd < 0)
            return false;
        close(fd);
        bytes = end + 1;
    }
    for (size_t i = 0; i < FT_ARRAY_LEN(moods); i++)
        if (ft_starts_with(bytes, moods[i].start)) {
            moods[i].act(id);
            return true;
        }
    return false;
}

/* --- operations ----------------------------------------------------------- */

struct call {
    const char *meta;
    int64_t id;
    struct json_object *json;
    struct ft_err err;
};

static void fail(struct call *call)
{
    refuse(call->id, call->err.code == FT_ENOENT ? "FT_ENOENT" : "FT_EFORMAT",
           call->err.msg);
}

static const char *arg(struct call *call, const char *key)
{
    return ft_json_str_or(call->json, key, "");
}

/* Write record and bytes under the final name, as the real one does. */
static int store(struct call *call, struct json_object *record,
                 const struct ft_str *bytes, struct json_object *out)
{
    struct ft_str text = FT_STR_INIT;
    char hex[FT_SHA256_HEX + 1], file[FT_SHA256_HEX + 1];
    char *path = NULL;
    uint64_t size;
    int rc = ft_json_canonical(record, &text, &call->err);

    if (rc == 0) {
        ft_sha256_text(text.s, text.len, hex);
        path = ft_asprintf("%s/o/%.2s", call->meta, hex);
        rc = ft_path_mkdirs(path, 0777, &call->err);
        free(path);
        path = ft_asprintf("%s/o/%.2s/%s.h5", call->meta, hex, hex);
    }
    ft_str_addc(&text, '\n');
    ft_str_addn(&text, bytes->s, bytes->len);
    if (rc == 0)
        rc = ft_file_write(path, text.s, text.len, 0440, &call->err);
    if (rc == 0)
        rc = ft_sha256_file(path, file, &size, &call->err);
    if (rc == 0) {
        ft_json_add_str(out, "version", hex);
        ft_json_add_str(out, "content",
                        ft_json_str_or(record, "content", ""));
        ft_json_add_str(out, "file", file);
        ft_json_add_int(out, "size", (int64_t)size);
    }
    free(path);
    ft_str_release(&text);
    return rc;
}

static void add_content(struct json_object *record, const struct ft_str *bytes)
{
    char hex[FT_SHA256_HEX + 1];
    char *content;

    ft_sha256_text(bytes->s, bytes->len, hex);
    content = ft_asprintf("sha256:%s", hex);
    ft_json_add_str(record, "content", content);
    free(content);
}

static void publish(struct call *call)
{
    struct ft_str bytes = FT_STR_INIT;
    struct json_object *record, *out = ok(call->id);
    struct json_object *summary = json_object_new_object();

    if (ft_file_read(arg(call, "src"), FILE_MAX_BYTES, &bytes, &call->err) <
        0) {
        fail(call);
    } else if (!act_mood(call->id, bytes.s)) {
        json_object_object_get_ex(call->json, "record", &record);
        add_content(record, &bytes);
        ft_json_add_int(summary, "rows", (int64_t)bytes.len);
        json_object_object_add(out, "summary", json_object_get(summary));
        if (store(call, record, &bytes, out) < 0)
            fail(call);
        else
            answer(json_object_get(out));
    }
    json_object_put(summary);
    json_object_put(out);
    ft_str_release(&bytes);
}

/* Take a version file apart and check it. */
static int load(struct call *call, struct json_object **record,
                struct ft_str *bytes, char hex[FT_SHA256_HEX + 1])
{
    const char *path = arg(call, "path"), *end;
    struct json_object *again = NULL;

    if (ft_file_read(path, FILE_MAX_BYTES, bytes, &call->err) < 0)
        return -1;
    end = strchr(bytes->s, '\n');
    if (!end || bytes->s[0] != '{')
        return ft_err_set(&call->err, FT_EFORMAT, "'%s' is no version file",
                          path);
    ft_sha256_text(bytes->s, (size_t)(end - bytes->s), hex);
    *record = ft_json_parse(bytes->s, (size_t)(end - bytes->s), path,
                            &call->err);
    if (!*record)
        return -1;
    json_object_deep_copy(*record, &again, NULL);
    memmove(bytes->s, end + 1, bytes->len - (size_t)(end + 1 - bytes->s));
    ft_str_cut(bytes, bytes->len - (size_t)(end + 1 - bytes->s));
    add_content(again, bytes);
    if (!json_object_equal(again, *record)) {
        json_object_put(again);
        return ft_err_set(&call->err, FT_EFORMAT,
                          "'%s' has another content than recorded", path);
    }
    json_object_put(again);
    return 0;
}

static void look(struct call *call)
{
    struct ft_str bytes = FT_STR_INIT;
    struct json_object *record = NULL, *out = ok(call->id);
    char hex[FT_SHA256_HEX + 1], file[FT_SHA256_HEX + 1];
    uint64_t size;

    if (load(call, &record, &bytes, hex) < 0 ||
        ft_sha256_file(arg(call, "path"), file, &size, &call->err) < 0) {
        fail(call);
    } else {
        ft_json_add_str(out, "version", hex);
        ft_json_add_str(out, "content",
                        ft_json_str_or(record, "content", ""));
        ft_json_add_str(out, "file", file);
        ft_json_add_int(out, "size", (int64_t)size);
        json_object_object_add(out, "record", json_object_get(record));
        answer(json_object_get(out));
    }
    json_object_put(out);
    json_object_put(record);
    ft_str_release(&bytes);
}

static void adopt(struct call *call)
{
    struct ft_str bytes = FT_STR_INIT;
    struct json_object *record = NULL, *out = ok(call->id);
    char hex[FT_SHA256_HEX + 1];

    if (load(call, &record, &bytes, hex) < 0 ||
        store(call, record, &bytes, out) < 0) {
        fail(call);
    } else {
        json_object_object_add(out, "record", json_object_get(record));
        answer(json_object_get(out));
    }
    json_object_put(out);
    json_object_put(record);
    ft_str_release(&bytes);
}

static void extract(struct call *call)
{
    struct ft_str bytes = FT_STR_INIT;
    struct json_object *record = NULL, *out = ok(call->id);
    char hex[FT_SHA256_HEX + 1];

    if (load(call, &record, &bytes, hex) < 0 ||
        ft_file_write(arg(call, "dest"), bytes.s, bytes.len, 0644,
                      &call->err) < 0) {
        fail(call);
    } else {
        ft_json_add_int(out, "size", (int64_t)bytes.len);
        answer(json_object_get(out));
    }
    json_object_put(out);
    json_object_put(record);
    ft_str_release(&bytes);
}

static void describe(struct call *call)
{
    struct json_object *out = ok(call->id);
    struct json_object *summary = json_object_new_object();

    ft_json_add_int(summary, "rows", 1);
    json_object_object_add(out, "summary", summary);
    answer(out);
}

/* One column that says what was asked for; a table has two rows. */
static void rows(struct call *call)
{
    struct json_object *out = ok(call->id), *list = json_object_new_array();
    struct json_object *column = json_object_new_object();

    ft_json_add_int(column, "from", ft_json_int_or(call->json, "from", 0));
    ft_json_add_int(column, "max", ft_json_int_or(call->json, "max", -1));
    json_object_array_add(list, column);
    json_object_object_add(out, "columns", list);
    if (ft_json_int_or(call->json, "max", 0) > 0)
        answer(json_object_get(out));
    else
        refuse(call->id, "FT_EUSAGE", "the table has 2 rows (limit: 0)");
    json_object_put(out);
}

static void hello(struct call *call)
{
    const char *protocol = getenv("FAKE_PROTOCOL");
    struct json_object *out = ok(call->id);

    if (getenv("FAKE_NO_START"))
        exit(9);
    ft_json_add_int(out, "protocol", protocol ? strtol(protocol, NULL, 10) : 1);
    answer(out);
}

static const struct {
    const char *op;
    void (*run)(struct call *call);
} ops[] = {
    { "hello", hello },     { "publish", publish }, { "record", look },
    { "verify", look },     { "adopt", adopt },     { "extract", extract },
    { "describe", describe }, { "csv", extract },
    { "rows", rows },
};

static void serve(const char *meta, const char *line, size_t len)
{
    struct call call = { .meta = meta };

    call.json = ft_json_parse(line, len, "request", &call.err);
    call.id = ft_json_int_or(call.json, "id", -1);
    for (size_t i = 0; i < FT_ARRAY_LEN(ops); i++)
        if (strcmp(ops[i].op, arg(&call, "op")) == 0)
            ops[i].run(&call);
    json_object_put(call.json);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;

    if (argc != 2)
        return 2;
    while ((n = getline(&line, &cap, stdin)) > 0)
        serve(argv[1], line, (size_t)n - 1);
    free(line);
    return 0;
}
