/* cmd_repack.c - fedtwin repack: many small results in few files, and large
 * ones compressed */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"
#include "run/record/upkeep.h"
#include "text/quantity.h"

#define SCHEMA 1
#define STATUS_USAGE 2

static int read_age(const struct ft_cli *cli, double *seconds)
{
    const char *age = ft_cli_option(cli, "older-than");
    struct ft_quantity q;

    if (ft_quantity_parse_in(age ? age : "1 day", "s", &q, NULL) < 0 ||
        q.si < 0 || q.si > 1e9) {
        ft_print_error("--older-than takes a duration such as '1 day', not "
                       "'%s'", age);
        return STATUS_USAGE;
    }
    *seconds = q.si;
    return 0;
}

/* --- into containers ------------------------------------------------------ */

static int read_options(const struct ft_cli *cli,
                        struct ft_repack_options *options)
{
    const char *size = ft_cli_option(cli, "small-below");
    struct ft_quantity bytes;
    double older_s;

    if (ft_quantity_parse_in(size ? size : "64 KiB", "byte", &bytes, NULL) <
            0 || bytes.si < 1 || bytes.si > 16e6) {
        ft_print_error("--small-below takes a size of at most 16 MB such as "
                       "'64 KiB', not '%s'", size);
        return STATUS_USAGE;
    }
    if (read_age(cli, &older_s))
        return STATUS_USAGE;
    *options = (struct ft_repack_options){
        .now_ns = ft_clock_now_ns(),
        .small_below = (uint64_t)bytes.si,
        .older_s = older_s,
        .dry = ft_cli_has(cli, "dry-run"),
    };
    return 0;
}

static void print(const struct ft_repacked *done, bool dry)
{
    struct ft_str size = FT_STR_INIT;

    ft_size_text((double)done->bytes, &size);
    if (dry)
        printf("would pack %zu version%s, %s\n", done->n_packed,
               done->n_packed == 1 ? "" : "s", size.s);
    else
        printf("packed %zu version%s, %s, into %zu container%s; removed %zu "
               "file%s\n", done->n_packed, done->n_packed == 1 ? "" : "s",
               size.s, done->n_packs, done->n_packs == 1 ? "" : "s",
               done->n_dropped, done->n_dropped == 1 ? "" : "s");
    if (done->n_unpacked)
        printf("%s up %zu container%s of which most was removed\n",
               dry ? "would give" : "gave", done->n_unpacked,
               done->n_unpacked == 1 ? "" : "s");
    if (done->live)
        printf("a run is under way: files that are packed stay until the next "
               "repack\n");
    if (done->n_bad)
        ft_print_warning("%zu file%s not as recorded and left alone; look "
                         "with 'fedtwin fsck --full'", done->n_bad,
                         done->n_bad == 1 ? " is" : "s are");
    ft_str_release(&size);
}

static void print_json(const struct ft_repacked *done, bool dry)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_bool(obj, "dry_run", dry);
    ft_json_add_int(obj, "packed", (int64_t)done->n_packed);
    ft_json_add_int(obj, "bytes", (int64_t)done->bytes);
    ft_json_add_int(obj, "containers", (int64_t)done->n_packs);
    ft_json_add_int(obj, "given_up", (int64_t)done->n_unpacked);
    ft_json_add_int(obj, "files_removed", (int64_t)done->n_dropped);
    ft_json_add_int(obj, "not_as_recorded", (int64_t)done->n_bad);
    ft_json_add_bool(obj, "run_under_way", done->live);
    ft_print_json(obj);
}

static int pack(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_repack_options options;
    struct ft_run_needs needs;
    struct ft_repacked done;
    struct ft_err err;
    int status = read_options(cli, &options);

    if (!status)
        status = ft_session_cleaning(&s);
    needs = (struct ft_run_needs){ s.project, s.store };
    options.tell = ft_run_tell_needs;
    options.arg = &needs;
    if (!status && ft_store_repack(s.store, &options, &done, &err) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_json(&done, options.dry);
    else if (!status)
        print(&done, options.dry);
    ft_session_close(&s);
    return status;
}

/* --- compressed ----------------------------------------------------------- */

static int read_compress(const struct ft_cli *cli,
                         struct ft_compress_options *options)
{
    const char *size = ft_cli_option(cli, "larger-than");
    struct ft_quantity bytes;
    double older_s;

    if (ft_quantity_parse_in(size ? size : "1 MiB", "byte", &bytes, NULL) <
            0 || bytes.si < 0 || bytes.si > 1e15) {
        ft_print_error("--larger-than takes a size such as '1 MiB', not '%s'",
                       size);
        return STATUS_USAGE;
    }
    if (read_age(cli, &older_s))
        return STATUS_USAGE;
    *options = (struct ft_compress_options){
        .now_ns = ft_clock_now_ns(),
        .larger_than = (uint64_t)bytes.si,
        .older_s = older_s,
        .dry = ft_cli_has(cli, "dry-run"),
    };
    return 0;
}

static void print_compressed(const struct ft_compressed *done, bool dry)
{
    struct ft_str before = FT_STR_INIT, after = FT_STR_INIT;

    ft_size_text((double)done->bytes_before, &before);
    ft_size_text((double)done->bytes_after, &after);
    if (dry)
        printf("would try to compress %zu version%s, %s\n", done->n_tried,
               done->n_tried == 1 ? "" : "s", before.s);
    else
        printf("compressed %zu version%s from %s to %s; %zu stay%s as %s\n",
               done->n_compressed, done->n_compressed == 1 ? "" : "s",
               before.s, after.s, done->n_kept, done->n_kept == 1 ? "s" : "",
               done->n_kept == 1 ? "it is" : "they are");
    if (done->n_bad)
        ft_print_warning("%zu file%s not as recorded and left alone; look "
                         "with 'fedtwin fsck --full'", done->n_bad,
                         done->n_bad == 1 ? " is" : "s are");
    ft_str_release(&before);
    ft_str_release(&after);
}

static void print_compressed_json(const struct ft_compressed *done, bool dry)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_bool(obj, "dry_run", dry);
    ft_json_add_int(obj, "tried", (int64_t)done->n_tried);
    ft_json_add_int(obj, "compressed", (int64_t)done->n_compressed);
    ft_json_add_int(obj, "kept", (int64_t)done->n_kept);
    ft_json_add_int(obj, "bytes_before", (int64_t)done->bytes_before);
    ft_json_add_int(obj, "bytes_after", (int64_t)done->bytes_after);
    ft_json_add_int(obj, "not_as_recorded", (int64_t)done->n_bad);
    ft_print_json(obj);
}

static int compress(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_compress_options options;
    struct ft_compressed done;
    struct ft_err err;
    int status = read_compress(cli, &options);

    if (!status)
        status = ft_session_cleaning(&s);
    if (!status && ft_store_compress(s.store, &options, &done, &err) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_compressed_json(&done, options.dry);
    else if (!status)
        print_compressed(&done, options.dry);
    ft_session_close(&s);
    return status;
}

int ft_cmd_repack(struct ft_cli *cli)
{
    bool squeeze = ft_cli_has(cli, "compress");
    const char *other = squeeze ? "small-below" : "larger-than";

    if (!ft_cli_option(cli, other))
        return squeeze ? compress(cli) : pack(cli);
    ft_print_error("--%s goes %s --compress", other,
                   squeeze ? "without" : "with");
    return STATUS_USAGE;
}
