/* unit.h - what every unit test program ends with
 *
 *     int main(void)
 *     {
 *         return unit_main(suite_of_this_file());
 *     }
 */
#ifndef FT_UNIT_H
#define FT_UNIT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

/* Run 'suite' with TAP on stdout, nothing else; the exit status.  CK_FORK=no
 * in the environment runs all tests in one process, for leak checkers. */
static inline int unit_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* "RUN/REST" with a run that no other process has: whoever sweeps the processes
 * of a run finds those of the whole machine.  Until the next call. */
static inline const char *unit_tag(const char *rest)
{
    static char tag[64];

    (void)snprintf(tag, sizeof(tag), "run-%d/%s", (int)getpid(), rest);
    return tag;
}

#endif
