/* test_form.c - jobs of their own, arrays or pilots: every reason for each */
#include "run/site/form.h"

#include <string.h>

#include "base/str.h"
#include "model/site.h"
#include "t/unit/unit.h"

#define HOUR 3600.0
#define GIB 1073741824.0

/* A site whose pilots have 4 slots for an hour; arrays of 100. */
static const struct {
    const char *name;
    enum ft_pilot_use use;
    int max_array;
    struct ft_form_task task;
    enum ft_form form;
    const char *why; /* part of it */
} row[] = {
    { "one", 0, 100, { .slots = 1, .n_waiting = 1, .n_alike = 1 },
      FT_FORM_JOB, "no other task like it waits" },
    { "two", 0, 100, { .slots = 1, .n_waiting = 2, .n_alike = 2 },
      FT_FORM_ARRAY, "2 tasks are alike, and nothing is known" },
    { "two, no arrays", 0, 1, { .slots = 1, .n_waiting = 2, .n_alike = 2 },
      FT_FORM_JOB, "the site has no job arrays" },
    { "many of unknown length", 0, 100,
      { .slots = 1, .n_waiting = 50, .n_alike = 50 }, FT_FORM_ARRAY,
      "nothing is known of their length" },
    { "7 short ones", 0, 100,
      { .slots = 1, .timeout_s = 10, .n_waiting = 7, .n_alike = 7 },
      FT_FORM_ARRAY, "none takes longer than 10 s" },
    { "8 short ones", 0, 100,
      { .slots = 1, .timeout_s = 10, .n_waiting = 8, .n_alike = 1 },
      FT_FORM_PILOT, "8 tasks wait, and none takes longer than 10 s" },
    { "few, and a pilot with room", 0, 100,
      { .slots = 1, .timeout_s = 10, .n_waiting = 1, .n_alike = 1,
        .pilot_free = true }, FT_FORM_PILOT, "it has a slot free" },
    { "a quarter of its time", 0, 100,
      { .slots = 1, .timeout_s = HOUR / 4, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_PILOT, "none takes longer than 900 s" },
    { "a second more", 0, 100,
      { .slots = 1, .timeout_s = HOUR / 4 + 1, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "none takes longer than 901 s" },
    { "short as earlier runs say", 0, 100,
      { .slots = 1, .timeout_s = 0, .expected_s = 2, .n_waiting = 8,
        .n_alike = 8 }, FT_FORM_PILOT, "2 s are expected of each" },
    { "short in spite of its limit", 0, 100,
      { .slots = 1, .timeout_s = 9 * HOUR, .expected_s = 2, .n_waiting = 8,
        .n_alike = 8 }, FT_FORM_PILOT, "2 s are expected of each" },
    { "long as earlier runs say", 0, 100,
      { .slots = 1, .serve = true, .expected_s = HOUR / 3, .n_waiting = 8,
        .n_alike = 8 }, FT_FORM_ARRAY, "1.2e+03 s are expected" },
    { "longer than a pilot lives", FT_PILOT_ALWAYS, 100,
      { .slots = 1, .expected_s = HOUR / 2, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "it may take 3600 s, a pilot has 3600 s" },
    { "a program that serves", 0, 100,
      { .slots = 2, .serve = true, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_PILOT, "their program takes one after another" },
    { "as much memory as it has", 0, 100,
      { .slots = 1, .memory_bytes = 4 * GIB, .serve = true, .n_waiting = 8,
        .n_alike = 8 }, FT_FORM_PILOT, "one after another" },
    { "more memory", 0, 100,
      { .slots = 1, .memory_bytes = 4 * GIB + 1, .serve = true,
        .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "it needs 4096 MiB of memory, a pilot has 4096 MiB" },
    { "too many cores", 0, 100,
      { .slots = 5, .timeout_s = 1, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "it needs 5 cores, a pilot has 4" },
    { "two nodes", 0, 100,
      { .nodes = 2, .slots = 2, .timeout_s = 1, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "it needs 2 nodes" },
    { "GPUs", 0, 100,
      { .gpus = 1, .slots = 1, .timeout_s = 1, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "it needs GPUs" },
    { "never pilots", FT_PILOT_NEVER, 100,
      { .slots = 1, .timeout_s = 1, .n_waiting = 8, .n_alike = 8 },
      FT_FORM_ARRAY, "the site is to have no pilots" },
    { "always pilots", FT_PILOT_ALWAYS, 100,
      { .slots = 1, .n_waiting = 1, .n_alike = 1 }, FT_FORM_PILOT,
      "whatever fits into one" },
    { "a retry", 0, 100,
      { .slots = 1, .retried = true, .expected_s = 2, .n_waiting = 8,
        .n_alike = 8 }, FT_FORM_JOB, "it is retried alone" },
    { "a retry that is short for certain", 0, 100,
      { .slots = 1, .retried = true, .timeout_s = 2, .n_waiting = 8,
        .n_alike = 8 }, FT_FORM_PILOT, "none takes longer than 2 s" },
    { "a job is asked for", FT_PILOT_ALWAYS, 100,
      { .wish = FT_FORM_JOB, .slots = 1, .n_waiting = 9, .n_alike = 9 },
      FT_FORM_JOB, "the stage asks for it" },
    { "an array is asked for", FT_PILOT_ALWAYS, 100,
      { .wish = FT_FORM_ARRAY, .slots = 1, .n_waiting = 9, .n_alike = 9 },
      FT_FORM_ARRAY, "the stage asks for it" },
    { "an array of one is asked for", 0, 100,
      { .wish = FT_FORM_ARRAY, .slots = 1, .n_waiting = 1, .n_alike = 1 },
      FT_FORM_JOB, "although the stage asks for an array" },
    { "a pilot is asked for", 0, 100,
      { .wish = FT_FORM_PILOT, .slots = 1, .n_waiting = 1, .n_alike = 1 },
      FT_FORM_PILOT, "the stage asks for it" },
    { "a pilot is asked for, which cannot be", FT_PILOT_NEVER, 100,
      { .wish = FT_FORM_PILOT, .slots = 1, .n_waiting = 1, .n_alike = 1 },
      FT_FORM_JOB, "no pilots, although the stage asks for a pilot" },
};

START_TEST(choices)
{
    struct ft_site site = {
        .shared = true,
        .pilot = { .use = row[_i].use, .slots = 4, .memory_bytes = 4 * GIB,
                   .walltime_s = HOUR },
    };
    struct ft_str why = FT_STR_INIT;
    enum ft_form form =
        ft_form_choose(&site, &row[_i].task, row[_i].max_array, &why);

    ck_assert_msg(form == row[_i].form && strstr(why.s, row[_i].why),
                  "%s: %s, for '%s'", row[_i].name, ft_form_names[form],
                  why.s);
    ft_str_release(&why);
}
END_TEST

/* An element's own file would not be seen there. */
START_TEST(far_away)
{
    struct ft_site site = { .pilot = { .slots = 4, .walltime_s = HOUR } };
    struct ft_form_task two = { .slots = 1, .n_waiting = 2, .n_alike = 2 };
    struct ft_str why = FT_STR_INIT;

    ck_assert_int_eq(ft_form_choose(&site, &two, 100, &why), FT_FORM_JOB);
    ck_assert_str_eq(why.s, "the site has no job arrays");
    ft_str_release(&why);
}
END_TEST

/* The limit, or twice what is expected; whichever is less. */
static const struct {
    double timeout_s, expected_s, needs_s;
} need[] = {
    { 0, 0, 0 }, { 10, 0, 10 }, { 0, 10, 20 }, { 30, 10, 20 }, { 15, 10, 15 },
};

START_TEST(needs)
{
    ck_assert_double_eq(ft_form_needs_s(need[_i].timeout_s,
                                        need[_i].expected_s),
                        need[_i].needs_s);
}
END_TEST

START_TEST(a_pilot_is_a_node)
{
    struct ft_site_queue queue[] = {
        { .cores_per_node = 8 },
        { .cores_per_node = 16, .is_default = true,
          .memory_per_node_bytes = 64 * GIB },
    };
    struct ft_site site = { .queue = queue, .n_queues = 2 };

    ck_assert_int_eq(ft_pilot_slots(&site), 16);
    ck_assert_double_eq(ft_pilot_memory_bytes(&site), 64 * GIB);
    site.pilot.slots = 3;
    ck_assert_int_eq(ft_pilot_slots(&site), 3);
    ck_assert_double_eq(ft_pilot_memory_bytes(&site), 12 * GIB);
    site.pilot.memory_bytes = GIB;
    ck_assert_double_eq(ft_pilot_memory_bytes(&site), GIB);
    site = (struct ft_site){ 0 };
    ck_assert_int_eq(ft_pilot_slots(&site), 1);
    ck_assert_double_eq(ft_pilot_memory_bytes(&site), 0);
    ck_assert_double_eq(ft_pilot_walltime_s(&site), HOUR);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("form");
    TCase *tc = tcase_create("form");

    tcase_add_loop_test(tc, choices, 0, sizeof(row) / sizeof(row[0]));
    tcase_add_test(tc, far_away);
    tcase_add_loop_test(tc, needs, 0, sizeof(need) / sizeof(need[0]));
    tcase_add_test(tc, a_pilot_is_a_node);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
