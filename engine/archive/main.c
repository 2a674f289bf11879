/* main.c - fedtwin-archive: archives, written and read for the engine
 *
 * libarchive and what it links would slow the start of the engine, and archives
 * come from strangers: so it has this program to itself.  The archive is
 * descriptor 3; standard input and output are the engine's end of the talk
 * (share/doc/formats/archive.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/pack.h"
#include "archive/unpack.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/sandbox.h"

#define ARCHIVE_FD 3

static void send_failure(const struct ft_err *err)
{
    struct json_object *answer = json_object_new_object();

    ft_json_add_err(answer, err);
    /* Who does not listen does not need it. */
    (void)ft_json_send(STDOUT_FILENO, answer);
}

static struct json_object *success(void)
{
    struct json_object *answer = json_object_new_object();

    ft_json_add_bool(answer, "ok", true);
    return answer;
}

/* --- pack ----------------------------------------------------------------- */

static int pack_line(struct ft_pack *pack, const char *line, size_t len,
                     struct ft_err *err)
{
    struct json_object *member = ft_json_parse(line, len, "request", err);
    int rc = member ? ft_pack_add(pack, member, err) : -1;

    json_object_put(member);
    if (rc == 0 && ft_json_send(STDOUT_FILENO, success()) < 0)
        rc = ft_err_set(err, FT_EIO, "the engine is gone");
    return rc;
}

/* A line in for each member; the end of input ends the archive. */
static int pack(struct ft_err *err)
{
    struct ft_pack *archive = ft_pack_open(ARCHIVE_FD, err);
    struct json_object *answer;
    uint64_t size_bytes = 0;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int rc = archive ? 0 : -1;

    while (rc == 0 && (len = getline(&line, &cap, stdin)) > 0)
        rc = pack_line(archive, line, (size_t)len, err);
    if (rc == 0)
        rc = ft_pack_end(archive, &size_bytes, err);
    ft_pack_free(archive);
    free(line);
    if (rc < 0)
        return -1;
    answer = success();
    ft_json_add_int(answer, "size", (int64_t)size_bytes);
    return ft_json_send(STDOUT_FILENO, answer);
}

/* --- unpack --------------------------------------------------------------- */

/* Tell what was unpacked and wait for the word to go on. */
static int report_member(const struct ft_member *member, struct ft_err *err)
{
    struct json_object *answer = success();
    char word[16];

    ft_json_add_str(answer, "name", member->name);
    ft_json_add_int(answer, "size", (int64_t)member->size_bytes);
    if (ft_json_send(STDOUT_FILENO, answer) == 0 &&
        fgets(word, sizeof(word), stdin))
        return 0;
    return ft_err_set(err, FT_EIO, "the engine is gone");
}

static int unpack(const char *dir, bool large, struct ft_err *err)
{
    struct ft_unpack *archive = ft_unpack_open(ARCHIVE_FD, dir, large, err);
    struct ft_member member;
    int rc = -1;

    if (archive && ft_unpack_manifest(archive, &member, err) == 0)
        rc = 1;
    while (rc == 1) {
        rc = report_member(&member, err);
        if (rc == 0)
            rc = ft_unpack_next(archive, &member, err);
    }
    ft_unpack_free(archive);
    return rc == 0 ? ft_json_send(STDOUT_FILENO, success()) : -1;
}

/* -------------------------------------------------------------------------- */

static int serve(int argc, char **argv, struct ft_err *err)
{
    bool large = argc == 4;

    if (ft_sandbox_enter(err) < 0)
        return -1;
    return argc == 2 ? pack(err) : unpack(argv[2], large, err);
}

int main(int argc, char **argv)
{
    struct ft_err err = { 0 };
    bool known = (argc == 2 && strcmp(argv[1], "pack") == 0) ||
                 ((argc == 3 || (argc == 4 && !strcmp(argv[3], "large"))) &&
                  strcmp(argv[1], "unpack") == 0);

    if (!known) {
        fprintf(stderr, "usage: fedtwin-archive pack | unpack DIR [large]\n"
                        "It is started by fedtwin, not by hand.\n");
        return ft_code_status(FT_EUSAGE);
    }
    if (serve(argc, argv, &err) == 0)
        return 0;
    send_failure(&err);
    return ft_code_status(err.code);
}
