/* test_logfile.c - no record is lost, none is invented, damage is refused */
#include "t/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/logfile.h"
#include "base/path.h"
#include "base/str.h"

#define HEADER 8
#define PREFIX 40
#define LOG "test.log"

static char scratch[32];

static void enter_scratch(void)
{
    memcpy(scratch, "test_log.XXXXXX", sizeof("test_log.XXXXXX"));
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    ck_assert_int_eq(chdir(scratch), 0);
}

static void leave_scratch(void)
{
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(ft_path_remove(scratch, NULL), 0);
}

/* What happens just before the next write of a log: another writer, which the
 * lock should have kept away. */
static struct ft_log *intruder;
static const char *intrusion;

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    struct ft_log *log = intruder;
    struct ft_err err = { 0 };

    intruder = NULL;
    if (log && (ft_log_append(log, intrusion, strlen(intrusion), &err) < 0 ||
                ft_log_sync(log, &err) < 0))
        ck_abort_msg("%s", err.msg);
    return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

/* --- tools ---------------------------------------------------------------- */

/* Collects "SEQ:PAYLOAD " of each record; refuses the payload {"no":1}. */
static int collect(const struct ft_log_record *record, void *arg,
                   struct ft_err *err)
{
    ft_str_addf(arg, "%llu:%.*s ", (unsigned long long)record->seq,
                (int)record->len, record->payload);
    if (record->len == 8 && memcmp(record->payload, "{\"no\":1}", 8) == 0)
        return ft_err_set(err, FT_EBUSY, "refused");
    return 0;
}

static void append(struct ft_log *log, const char *payload)
{
    struct ft_err err = { 0 };

    ft_log_append(log, payload, strlen(payload), &err);
    ck_assert_msg(!err.code, "%s", err.msg);
}

static void append_sync(struct ft_log *log, const char *payload)
{
    struct ft_err err = { 0 };

    append(log, payload);
    ft_log_sync(log, &err);
    ck_assert_msg(!err.code, "%s", err.msg);
}

/* What a log shows: its records, then "torn" if it is; or the error. */
static void dump(enum ft_log_mode mode, const struct ft_log_position *from,
                 struct ft_str *out)
{
    struct ft_err err = { 0 };
    struct ft_log *log;

    ft_str_cut(out, 0);
    log = ft_log_open(LOG, mode, from, collect, out, &err);
    if (!log) {
        ft_str_cut(out, 0);
        ft_str_addf(out, "%s", err.msg);
    } else if (ft_log_was_torn(log)) {
        ft_str_add(out, "torn");
    }
    ft_log_close(log);
}

#define CHECK_DUMP(mode, from, want)     \
    do {                                 \
        struct ft_str got = FT_STR_INIT; \
        dump(mode, from, &got);          \
        ck_assert_str_eq(got.s, want);   \
        ft_str_release(&got);            \
    } while (0)

static void write_file(const struct ft_str *bytes)
{
    FILE *f = fopen(LOG, "w");

    fwrite(bytes->s, 1, bytes->len, f);
    fclose(f);
}

static void read_file(struct ft_str *bytes)
{
    ft_str_cut(bytes, 0);
    ck_assert_int_eq(ft_file_read(LOG, 1u << 30, bytes, NULL), 0);
}

static void make_log(const char *const payload[], size_t n)
{
    struct ft_log *log;

    unlink(LOG);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        append_sync(log, payload[i]);
    ft_log_close(log);
}

static const char *const three[] = { "{}", "{\"a\":1}", "{\"bb\":[2,3]}" };
static const char *const shown[] = {
    "",
    "0:{} ",
    "0:{} 1:{\"a\":1} ",
    "0:{} 1:{\"a\":1} 2:{\"bb\":[2,3]} ",
};

/* Offset of the record 'i' of 'three'. */
static size_t boundary(size_t i)
{
    size_t at = HEADER;

    for (size_t k = 0; k < i; k++)
        at += PREFIX + strlen(three[k]);
    return at;
}

/* --- writing and reading -------------------------------------------------- */

START_TEST(new_log_has_a_header_and_no_records)
{
    struct ft_str bytes = FT_STR_INIT;

    CHECK_DUMP(FT_LOG_READ, NULL,
               "cannot open log 'test.log': No such file or directory");
    CHECK_DUMP(FT_LOG_APPEND, NULL, "");
    read_file(&bytes);
    ck_assert_uint_eq(bytes.len, HEADER);
    ck_assert_mem_eq(bytes.s, "FTLOG\0\1\0", HEADER);
    CHECK_DUMP(FT_LOG_READ, NULL, "");
    ft_str_release(&bytes);
}
END_TEST

/* The bytes of the format's page, so that no change goes unnoticed. */
START_TEST(bytes_on_disk)
{
    static const char *const one[] = { "{}" };
    static const unsigned char want[] = {
        'F', 'T', 'L', 'O', 'G', 0, 1, 0, /* header */
        2,   0,   0,   0,                 /* length */
    };
    struct ft_str bytes = FT_STR_INIT;

    make_log(one, 1);
    read_file(&bytes);
    ck_assert_uint_eq(bytes.len, HEADER + PREFIX + 2);
    ck_assert_mem_eq(bytes.s, want, sizeof(want));
    ck_assert_mem_eq(bytes.s + HEADER + PREFIX, "{}", 2);
    ft_str_release(&bytes);
}
END_TEST

START_TEST(records_appear_at_sync_and_stay)
{
    struct ft_log *log;
    struct ft_log_position end;

    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    ck_assert_int_eq(ft_log_sync(log, NULL), 0); /* nothing queued is fine */
    append(log, three[0]);
    append(log, three[1]);
    ft_log_end(log, &end);
    ck_assert_uint_eq(end.seq, 2);
    ck_assert_uint_eq(end.offset, boundary(2));
    CHECK_DUMP(FT_LOG_READ, NULL, "");
    ck_assert_int_eq(ft_log_sync(log, NULL), 0);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[2]);
    append(log, "{\"lost\":1}"); /* closing does not sync */
    ft_log_close(log);

    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append_sync(log, three[2]);
    ft_log_close(log);
    ft_log_close(NULL);
    CHECK_DUMP(FT_LOG_APPEND, NULL, shown[3]);
}
END_TEST

START_TEST(refuses_what_is_no_record)
{
    struct ft_err err = { 0 };
    struct ft_log *log =
        ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);

    ck_assert_int_eq(ft_log_append(log, "", 0, &err), -1);
    ck_assert_str_eq(err.msg, "record for log 'test.log' is not a JSON object");
    ck_assert_int_eq(ft_log_append(log, "[1]", 3, &err), -1);
    ck_assert_int_eq(ft_log_append(log, "{1", 2, &err), -1);
    ck_assert_int_eq(ft_log_sync(log, &err), 0);
    ft_log_close(log);
    CHECK_DUMP(FT_LOG_READ, NULL, "");
}
END_TEST

static int note_length(const struct ft_log_record *record, void *arg,
                       struct ft_err *err)
{
    (void)err;
    *(size_t *)arg = record->len;
    return 0;
}

START_TEST(record_at_the_limit_and_one_past)
{
    struct ft_err err = { 0 };
    struct ft_str big = FT_STR_INIT;
    struct ft_log *log;
    size_t len = 0;

    ft_str_addf(&big, "{\"a\":%*d}", FT_LOG_RECORD_MAX - 6, 1);
    ck_assert_uint_eq(big.len, FT_LOG_RECORD_MAX);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append_sync(log, big.s);
    append_sync(log, "{}");
    ft_str_cut(&big, big.len - 1);
    ft_str_add(&big, " }");
    ck_assert_int_eq(ft_log_append(log, big.s, big.len, &err), -1);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    ck_assert_str_eq(err.msg, "record of 16777217 bytes for log 'test.log' is "
                              "larger than the limit of 16777216");
    ft_log_close(log);
    log = ft_log_open(LOG, FT_LOG_READ, NULL, note_length, &len, &err);
    ck_assert_msg(log != NULL, "%s", err.msg);
    ck_assert_uint_eq(len, 2);
    ft_log_close(log);

    /* Losing its last byte makes the large one a tail. */
    ck_assert_int_eq(truncate(LOG, HEADER + PREFIX + FT_LOG_RECORD_MAX - 1), 0);
    CHECK_DUMP(FT_LOG_APPEND, NULL, "torn");
    CHECK_DUMP(FT_LOG_APPEND, NULL, "");
    ft_str_release(&big);
}
END_TEST

START_TEST(many_records_pass_through_the_window)
{
    struct ft_str payload = FT_STR_INIT;
    struct ft_log *log;
    struct ft_log_position end;
    size_t len = 0;

    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    for (int i = 0; i < 3000; i++) {
        ft_str_cut(&payload, 0);
        ft_str_addf(&payload, "{\"a\":%*d}", i, i);
        append(log, payload.s);
    }
    ck_assert_int_eq(ft_log_sync(log, NULL), 0);
    ft_log_close(log);
    log = ft_log_open(LOG, FT_LOG_READ, NULL, note_length, &len, NULL);
    ck_assert_ptr_nonnull(log);
    ft_log_end(log, &end);
    ck_assert_uint_eq(end.seq, 3000);
    ck_assert_uint_eq(len, payload.len);
    ft_log_close(log);
    ft_str_release(&payload);
}
END_TEST

/* --- torn and damaged ----------------------------------------------------- */

START_TEST(every_truncation_keeps_every_whole_record)
{
    struct ft_str whole = FT_STR_INIT, part = FT_STR_INIT;
    struct ft_str want = FT_STR_INIT;
    struct ft_log *log;
    size_t n;

    make_log(three, 3);
    read_file(&whole);
    for (size_t len = 0; len <= whole.len; len++) {
        n = len >= boundary(3)   ? 3
            : len >= boundary(2) ? 2
                                 : len >= boundary(1);
        ft_str_cut(&part, 0);
        ft_str_addn(&part, whole.s, len);
        write_file(&part);
        ft_str_cut(&want, 0);
        ft_str_addf(&want, "%s%s", shown[n],
                    len && len != boundary(n) ? "torn" : "");
        CHECK_DUMP(FT_LOG_READ, NULL, want.s);
        log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
        ck_assert_ptr_nonnull(log);
        append_sync(log, "{\"new\":1}");
        ft_log_close(log);
        ft_str_cut(&want, 0);
        ft_str_addf(&want, "%s%zu:{\"new\":1} ", shown[n], n);
        CHECK_DUMP(FT_LOG_READ, NULL, want.s);
    }
    ft_str_release(&want);
    ft_str_release(&part);
    ft_str_release(&whole);
}
END_TEST

START_TEST(every_flipped_bit_is_damage_or_a_tail)
{
    struct ft_str bytes = FT_STR_INIT, got = FT_STR_INIT;
    struct ft_str want = FT_STR_INIT;
    size_t record;

    make_log(three, 3);
    read_file(&bytes);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        bytes.s[bit / 8] ^= (char)(1 << bit % 8);
        write_file(&bytes);
        dump(FT_LOG_READ, NULL, &got);
        for (record = 2; record && bit / 8 < boundary(record);)
            record--;
        ft_str_cut(&want, 0);
        if (bit / 8 < 6 || bit == 6 * 8)
            ft_str_add(&want, "'test.log' is not a fedtwin log");
        else if (bit / 8 < HEADER)
            ft_str_addf(&want,
                        "log 'test.log' has format %d; this fedtwin reads 1",
                        1 ^ 1 << (bit - 48));
        else if (record < 2)
            ft_str_addf(&want,
                        "log 'test.log' is damaged at offset %zu: "
                        "a bad record before good ones",
                        boundary(record));
        else
            ft_str_addf(&want, "%storn", shown[2]);
        ck_assert_str_eq(got.s, want.s);
        bytes.s[bit / 8] ^= (char)(1 << bit % 8);
    }
    ft_str_release(&want);
    ft_str_release(&got);
    ft_str_release(&bytes);
}
END_TEST

START_TEST(zeros_at_the_end_are_a_tail)
{
    struct ft_str bytes = FT_STR_INIT;
    static const char zeros[4096];

    make_log(three, 3);
    read_file(&bytes);
    ft_str_addn(&bytes, zeros, sizeof(zeros));
    write_file(&bytes);
    CHECK_DUMP(FT_LOG_READ, NULL, "0:{} 1:{\"a\":1} 2:{\"bb\":[2,3]} torn");
    CHECK_DUMP(FT_LOG_APPEND, NULL, "0:{} 1:{\"a\":1} 2:{\"bb\":[2,3]} torn");
    CHECK_DUMP(FT_LOG_APPEND, NULL, shown[3]);

    ft_str_cut(&bytes, 0);
    ft_str_addn(&bytes, zeros, HEADER);
    write_file(&bytes);
    CHECK_DUMP(FT_LOG_READ, NULL, "torn");
    CHECK_DUMP(FT_LOG_APPEND, NULL, "torn");
    CHECK_DUMP(FT_LOG_APPEND, NULL, "");
    ft_str_release(&bytes);
}
END_TEST

START_TEST(damage_is_never_cut)
{
    struct ft_str before = FT_STR_INIT, after = FT_STR_INIT;

    make_log(three, 3);
    read_file(&before);
    before.s[boundary(1) + PREFIX + 2] ^= 1;
    write_file(&before);
    CHECK_DUMP(FT_LOG_APPEND, NULL,
               "log 'test.log' is damaged at offset 50: "
               "a bad record before good ones");
    read_file(&after);
    ck_assert_uint_eq(after.len, before.len);
    ck_assert_mem_eq(after.s, before.s, before.len);
    ft_str_release(&after);
    ft_str_release(&before);
}
END_TEST

/* One record that was synced, three that were written but not, in each way
 * that a power cut may lose some of them; and then one behind a sync. */
START_TEST(parts_that_were_not_synced_may_be_missing)
{
    static const char *const loose[] = { "{\"n\":1}", "{\"n\":2}",
                                         "{\"n\":3}" };
    static const char *const whole[] = { "0:{} 1:{\"n\":1} 2:{\"n\":2} torn",
                                         "0:{} 1:{\"n\":1} torn",
                                         "0:{} torn" };
    size_t size = PREFIX + 7, first = HEADER + PREFIX + 2;
    struct ft_str bytes = FT_STR_INIT, more = FT_STR_INIT;
    struct ft_log *log;

    make_log(three, 1);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    for (size_t i = 0; i < 3; i++) {
        append(log, loose[i]);
        ck_assert_int_eq(ft_log_write(log, NULL), 0);
    }
    read_file(&bytes);
    ck_assert_int_eq(ft_log_sync(log, NULL), 0);
    append_sync(log, "{\"durable\":4}");
    read_file(&more);
    ft_log_close(log);
    for (unsigned lost = 1; lost < 8; lost++) {
        struct ft_str part = FT_STR_INIT;
        size_t at = lost & 1 ? 0 : lost & 2 ? 1 : 2;
        char want[80];

        ft_str_addn(&part, bytes.s, bytes.len);
        for (size_t i = 0; i < 3; i++)
            if (lost & 1u << i)
                memset(part.s + first + i * size, 0, size);
        write_file(&part);
        CHECK_DUMP(FT_LOG_READ, NULL, whole[2 - at]);
        CHECK_DUMP(FT_LOG_APPEND, NULL, whole[2 - at]);
        ft_str_addn(&part, more.s + bytes.len, more.len - bytes.len);
        write_file(&part);
        snprintf(want, sizeof(want), "log 'test.log' is damaged at offset "
                 "%zu: a bad record before good ones", first + at * size);
        CHECK_DUMP(FT_LOG_APPEND, NULL, want);
        ft_str_release(&part);
    }
    ft_str_release(&more);
    ft_str_release(&bytes);
}
END_TEST

START_TEST(bytes_that_cost_too_much_are_damage)
{
    struct ft_str bytes = FT_STR_INIT;
    static const char length[4] = { 0, 0, 1, 0 }; /* 64 KiB, over and over */

    make_log(three, 3);
    read_file(&bytes);
    ft_str_addc(&bytes, '{');
    while (bytes.len < 2u << 20)
        ft_str_addn(&bytes, length, sizeof(length));
    write_file(&bytes);
    CHECK_DUMP(FT_LOG_APPEND, NULL,
               "log 'test.log' is damaged at offset 149: "
               "a bad record before good ones");
    ft_str_release(&bytes);
}
END_TEST

START_TEST(foreign_records_break_the_chain)
{
    static const char *const other[] = { "{}", "{\"a\":2}", "{\"bb\":[2,3]}" };
    struct ft_str ours = FT_STR_INIT, theirs = FT_STR_INIT;

    make_log(other, 3);
    read_file(&theirs);
    make_log(three, 3);
    read_file(&ours);
    memcpy(ours.s + boundary(2), theirs.s + boundary(2),
           ours.len - boundary(2));
    write_file(&ours);
    CHECK_DUMP(FT_LOG_APPEND, NULL,
               "log 'test.log' is damaged at offset 97: "
               "the chain of records is broken");
    ft_str_release(&theirs);
    ft_str_release(&ours);
}
END_TEST

START_TEST(other_files_are_refused)
{
    struct ft_str bytes = FT_STR_INIT;

    ft_str_add(&bytes, "hello");
    write_file(&bytes);
    CHECK_DUMP(FT_LOG_APPEND, NULL, "'test.log' is not a fedtwin log");
    ft_str_add(&bytes, ", this is a long text without any sense");
    write_file(&bytes);
    CHECK_DUMP(FT_LOG_APPEND, NULL, "'test.log' is not a fedtwin log");
    ft_str_cut(&bytes, 0);
    ft_str_addn(&bytes, "FTLOG\0\2\0", HEADER);
    write_file(&bytes);
    CHECK_DUMP(FT_LOG_APPEND, NULL,
               "log 'test.log' has format 2; this fedtwin reads 1");
    ck_assert_ptr_null(ft_log_open(".", FT_LOG_READ, NULL, NULL, NULL, NULL));
    ft_str_release(&bytes);
}
END_TEST

/* --- positions and following ---------------------------------------------- */

START_TEST(opens_from_a_verified_position)
{
    struct ft_log_position place, wrong;
    struct ft_log *log;

    make_log(three, 2);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    ft_log_end(log, &place);
    CHECK_DUMP(FT_LOG_READ, &place, "");
    append_sync(log, three[2]);
    ft_log_close(log);
    CHECK_DUMP(FT_LOG_READ, &place, "2:{\"bb\":[2,3]} ");

    wrong = place;
    wrong.head[7] ^= 1;
    CHECK_DUMP(FT_LOG_APPEND, &wrong,
               "log 'test.log' is damaged at offset 97: "
               "the chain of records is broken");
    wrong = place;
    wrong.offset = 1000;
    CHECK_DUMP(FT_LOG_APPEND, &wrong,
               "log 'test.log' is damaged at offset 1000: "
               "the file was longer before");
    wrong.offset = 7;
    CHECK_DUMP(FT_LOG_APPEND, &wrong,
               "log 'test.log' is damaged at offset 7: "
               "no record of this log begins there");
    ck_assert_int_eq(truncate(LOG, 0), 0);
    CHECK_DUMP(FT_LOG_APPEND, &place,
               "log 'test.log' is damaged at offset 97: "
               "the file was longer before");
}
END_TEST

START_TEST(wrong_position_cuts_nothing)
{
    struct ft_log_position place;
    struct ft_log *log;

    make_log(three, 2);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    ft_log_end(log, &place);
    append_sync(log, three[2]);
    ft_log_close(log);
    place.offset++; /* inside the last record */
    CHECK_DUMP(FT_LOG_APPEND, &place,
               "log 'test.log' is damaged at offset 98: "
               "no record of this log begins there");
    CHECK_DUMP(FT_LOG_READ, NULL, shown[3]);
    place.offset--; /* a right one cuts the tail */
    ck_assert_int_eq(truncate(LOG, (off_t)boundary(3) - 1), 0);
    CHECK_DUMP(FT_LOG_APPEND, &place, "torn");
    CHECK_DUMP(FT_LOG_READ, NULL, shown[2]);
}
END_TEST

#define CHECK_FOLLOW(log, want)                                       \
    do {                                                              \
        struct ft_str got = FT_STR_INIT;                              \
        ck_assert_int_eq(ft_log_follow(log, collect, &got, NULL), 0); \
        ck_assert_str_eq(got.s, want);                                \
        ft_str_release(&got);                                         \
    } while (0)

START_TEST(reader_follows_from_an_empty_file_on)
{
    struct ft_str bytes = FT_STR_INIT;
    struct ft_log *reader, *writer;

    write_file(&bytes);
    reader = ft_log_open(LOG, FT_LOG_READ, NULL, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(reader);
    CHECK_FOLLOW(reader, "");
    writer = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    CHECK_FOLLOW(reader, "");
    append_sync(writer, three[0]);
    append_sync(writer, three[1]);
    CHECK_FOLLOW(reader, shown[2]);
    CHECK_FOLLOW(reader, "");
    append_sync(writer, three[2]);
    ft_log_close(writer);

    /* The reader comes while the record is written. */
    read_file(&bytes);
    ck_assert_int_eq(truncate(LOG, (off_t)boundary(3) - 5), 0);
    CHECK_FOLLOW(reader, "");
    ck_assert(ft_log_was_torn(reader));
    write_file(&bytes);
    CHECK_FOLLOW(reader, "2:{\"bb\":[2,3]} ");
    ck_assert(!ft_log_was_torn(reader));
    ft_log_close(reader);
    ft_str_release(&bytes);
}
END_TEST

START_TEST(writers_take_turns)
{
    struct ft_log *a, *b;

    a = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    b = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append_sync(a, three[0]);
    CHECK_FOLLOW(b, shown[1]);
    append_sync(b, three[1]);
    /* b dies in the middle of its next record */
    append_sync(b, "{\"dies\":true}");
    ft_log_close(b);
    ck_assert_int_eq(truncate(LOG, (off_t)boundary(2) + 50), 0);
    CHECK_FOLLOW(a, "1:{\"a\":1} ");
    ck_assert(ft_log_was_torn(a));
    append_sync(a, three[2]);
    ft_log_close(a);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[3]);
}
END_TEST

static void check_fenced(struct ft_log *log)
{
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_log_sync(log, &err), -1);
    ck_assert_int_eq(err.code, FT_EBUSY);
    ck_assert_str_eq(err.msg, "another process wrote to log 'test.log' "
                              "although it was locked");
}

START_TEST(writer_behind_the_log_writes_nothing)
{
    struct ft_log *a, *b;

    a = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    b = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append(b, "{\"stale\":1}");
    append_sync(a, three[0]);
    check_fenced(b);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[1]);
    CHECK_FOLLOW(b, shown[1]); /* and goes on when it has read that */
    append_sync(b, three[1]);
    append(a, "{\"stale\":2}");
    check_fenced(a);
    ft_log_close(a);
    append_sync(b, three[2]);
    ft_log_close(b);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[3]);
}
END_TEST

START_TEST(writer_that_is_overtaken_takes_its_records_back)
{
    struct ft_log *a, *b;

    make_log(three, 1);
    a = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    b = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append(b, "{\"stale\":1}");
    append(b, "{\"stale\":2}");
    intrusion = three[1];
    intruder = a; /* between b's look at the file and its write */
    check_fenced(b);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[2]);
    CHECK_FOLLOW(b, "1:{\"a\":1} ");
    append_sync(b, three[2]);
    ft_log_close(a);
    ft_log_close(b);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[3]);
}
END_TEST

START_TEST(writer_of_a_replaced_log_writes_nothing)
{
    struct ft_log *a, *b;

    make_log(three, 2);
    a = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    b = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append(a, "{\"stale\":1}");
    /* of the same length, by one who took the end for torn */
    ck_assert_int_eq(truncate(LOG, (off_t)boundary(1)), 0);
    ft_log_close(b);
    b = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append_sync(b, "{\"b\":1}");
    check_fenced(a);
    ft_log_close(a);
    a = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append(a, "{\"stale\":2}");
    ck_assert_int_eq(rename(LOG, "old.log"), 0);
    make_log(three, 2);
    check_fenced(a);
    ft_log_close(a);
    ft_log_close(b);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[2]);
    ck_assert_int_eq(unlink("old.log"), 0);
}
END_TEST

START_TEST(listener_refuses_a_record)
{
    struct ft_err err = { 0 };
    struct ft_str seen = FT_STR_INIT;
    struct ft_log *reader, *writer;

    writer = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    reader = ft_log_open(LOG, FT_LOG_READ, NULL, NULL, NULL, NULL);
    append(writer, "{}");
    append(writer, "{\"no\":1}");
    append_sync(writer, "{}");
    ft_log_close(writer);
    CHECK_DUMP(FT_LOG_READ, NULL, "refused");
    for (int i = 0; i < 2; i++) { /* it is shown again */
        ck_assert_int_eq(ft_log_follow(reader, collect, &seen, &err), -1);
        ck_assert_int_eq(err.code, FT_EBUSY);
    }
    ck_assert_str_eq(seen.s, "0:{} 1:{\"no\":1} 1:{\"no\":1} ");
    ft_log_close(reader);
    ft_str_release(&seen);
}
END_TEST

/* --- a sync by the caller ------------------------------------------------- */

START_TEST(sync_by_the_caller)
{
    struct ft_log_position half;
    struct ft_err err = { 0 };
    struct ft_str bytes = FT_STR_INIT;
    struct ft_log *log;

    make_log(three, 1);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    append(log, three[1]);
    ck_assert_int_eq(ft_log_write(log, &err), 0);
    ft_log_end(log, &half);
    ck_assert_uint_eq(half.offset, boundary(2));
    append(log, three[2]);
    ck_assert_int_eq(ft_log_write(log, &err), 0);
    ck_assert_int_eq(fdatasync(ft_log_fd(log)), 0);
    ck_assert_int_eq(ft_log_synced(log, &half, 0, &err), 0);

    /* The next one fails: what was written since the first is gone. */
    ft_log_end(log, &half);
    errno = EIO;
    ck_assert_int_eq(ft_log_synced(log, &half, -1, &err), -1);
    ck_assert_str_eq(err.msg, "cannot write log 'test.log': "
                              "Input/output error");
    read_file(&bytes);
    ck_assert_uint_eq(bytes.len, boundary(2));
    append_sync(log, three[2]);
    ft_log_close(log);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[3]);
    ft_str_release(&bytes);
}
END_TEST

/* --- failed writes -------------------------------------------------------- */

/* Sync while no file can grow past 'size' bytes.  Check writes files of its
 * own, so nothing is asserted meanwhile. */
static int sync_limited(struct ft_log *log, rlim_t size, struct ft_err *err)
{
    struct rlimit old, small;
    int rc;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = size;
    setrlimit(RLIMIT_FSIZE, &small);
    rc = ft_log_sync(log, err);
    setrlimit(RLIMIT_FSIZE, &old);
    return rc;
}

START_TEST(failed_write_is_undone_and_the_log_goes_on)
{
    struct ft_err err = { 0 };
    struct ft_log_position end;
    struct ft_str bytes = FT_STR_INIT;
    struct ft_log *log;

    make_log(three, 1);
    log = ft_log_open(LOG, FT_LOG_APPEND, NULL, NULL, NULL, NULL);
    for (size_t more = 0; more < 2 * (PREFIX + 7); more++) {
        append(log, "{\"x\":1}");
        append(log, "{\"x\":2}");
        ck_assert_int_eq(sync_limited(log, boundary(1) + more, &err), -1);
        ck_assert_int_eq(err.code, FT_EIO);
        ck_assert_str_eq(err.msg,
                         "cannot write log 'test.log': File too large");
        ft_log_end(log, &end);
        ck_assert_uint_eq(end.offset, boundary(1));
        ck_assert_uint_eq(end.seq, 1);
        read_file(&bytes);
        ck_assert_uint_eq(bytes.len, boundary(1));
        ck_assert_int_eq(ft_log_sync(log, &err), 0); /* nothing is queued */
    }
    append_sync(log, three[1]);
    ft_log_close(log);
    CHECK_DUMP(FT_LOG_READ, NULL, shown[2]);
    ft_str_release(&bytes);
}
END_TEST

START_TEST(write_that_cannot_be_undone_ends_the_writing)
{
    static const char wanted[] = "closed to writing: a failed write could not "
                                 "be undone";
    struct ft_err err = { 0 };
    struct ft_log *log;
    char path[64];
    int fd = memfd_create("log", MFD_ALLOW_SEALING | MFD_CLOEXEC);

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    ck_assert_int_eq(ft_write_all(fd, "FTLOG\0\1\0", HEADER), 0);
    log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL, &err);
    ck_assert_msg(log != NULL, "%s", err.msg);
    append(log, three[0]);
    ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    ck_assert_int_eq(sync_limited(log, HEADER + 10, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "File too large"));
    ck_assert_int_eq(ft_log_append(log, "{}", 2, &err), -1);
    ck_assert_int_eq(err.code, FT_EIO);
    ck_assert_ptr_nonnull(strstr(err.msg, wanted));
    ck_assert_int_eq(ft_log_sync(log, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, wanted));
    ck_assert_int_eq(ft_log_follow(log, NULL, NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, wanted));
    ft_log_close(log);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("logfile");
    TCase *tc = tcase_create("logfile");

    tcase_add_checked_fixture(tc, enter_scratch, leave_scratch);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, new_log_has_a_header_and_no_records);
    tcase_add_test(tc, bytes_on_disk);
    tcase_add_test(tc, records_appear_at_sync_and_stay);
    tcase_add_test(tc, refuses_what_is_no_record);
    tcase_add_test(tc, record_at_the_limit_and_one_past);
    tcase_add_test(tc, many_records_pass_through_the_window);
    tcase_add_test(tc, every_truncation_keeps_every_whole_record);
    tcase_add_test(tc, every_flipped_bit_is_damage_or_a_tail);
    tcase_add_test(tc, zeros_at_the_end_are_a_tail);
    tcase_add_test(tc, damage_is_never_cut);
    tcase_add_test(tc, parts_that_were_not_synced_may_be_missing);
    tcase_add_test(tc, sync_by_the_caller);
    tcase_add_test(tc, bytes_that_cost_too_much_are_damage);
    tcase_add_test(tc, foreign_records_break_the_chain);
    tcase_add_test(tc, other_files_are_refused);
    tcase_add_test(tc, opens_from_a_verified_position);
    tcase_add_test(tc, wrong_position_cuts_nothing);
    tcase_add_test(tc, reader_follows_from_an_empty_file_on);
    tcase_add_test(tc, writers_take_turns);
    tcase_add_test(tc, writer_behind_the_log_writes_nothing);
    tcase_add_test(tc, writer_that_is_overtaken_takes_its_records_back);
    tcase_add_test(tc, writer_of_a_replaced_log_writes_nothing);
    tcase_add_test(tc, listener_refuses_a_record);
    tcase_add_test(tc, failed_write_is_undone_and_the_log_goes_on);
    tcase_add_test(tc, write_that_cannot_be_undone_ends_the_writing);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
