// SPDX-License-Identifier: GPL-2.0-or-later
// What every test program shares: `return check_main(suite)` in main, and SKIP_TEST for a test that
// cannot run here. CK_VERBOSITY, CK_RUN_CASE and the like work as Check documents them.
#ifndef VMTUI_TESTS_CHECK_MAIN_H
#define VMTUI_TESTS_CHECK_MAIN_H

#include <check.h>
#include <locale.h>
#include <stdio.h>

// Only says so; the test returns by itself. Flushed, because a forked test may end without it.
#define SKIP_TEST(name, reason)                                                                    \
    do {                                                                                           \
        printf("SKIP %s: %s\n", (name), (reason));                                                 \
        fflush(stdout);                                                                            \
    } while (0)

// Runs and frees the suite; returns what main returns.
static inline int check_main(Suite *suite)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        fprintf(stderr, "the locale C.UTF-8 is missing\n");
        return 1;
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

#endif
