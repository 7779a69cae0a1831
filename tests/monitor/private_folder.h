// SPDX-License-Identifier: GPL-2.0-or-later
// A folder of a test program's own below $TMPDIR or /tmp. Made and removed by an unchecked fixture,
// that is by the program itself: a test that fails ends without its teardown.
#ifndef VMTUI_TESTS_MONITOR_PRIVATE_FOLDER_H
#define VMTUI_TESTS_MONITOR_PRIVATE_FOLDER_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char private_folder[96];

static inline void private_folder_make(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(private_folder, sizeof(private_folder), "%s/vmtui-monitor-XXXXXX",
             parent != NULL && strlen(parent) < 64 ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(private_folder));
}

static inline int private_folder_remove_one(const char *path, const struct stat *status, int kind,
                                            struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void private_folder_remove(void)
{
    nftw(private_folder, private_folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

// A folder inside it for one test.
static inline void private_folder_for_test(char *out, size_t size)
{
    snprintf(out, size, "%s/XXXXXX", private_folder);
    ck_assert_ptr_nonnull(mkdtemp(out));
}

#endif
