// SPDX-License-Identifier: GPL-2.0-or-later
// A folder of the test program's own, removed at its end even when a test failed: private_dir_make
// and private_dir_remove are meant as an unchecked fixture, which runs in the program itself and
// not in the process of a test.
#ifndef VMTUI_TESTS_CORE_PRIVATE_DIR_H
#define VMTUI_TESTS_CORE_PRIVATE_DIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char private_dir[32];

static inline void private_dir_make(void)
{
    strcpy(private_dir, "/tmp/vmtui-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(private_dir));
    // A test that becomes another user still has to come through.
    ck_assert_int_eq(chmod(private_dir, 0711), 0);
}

static inline int private_dir_remove_entry(const char *path, const struct stat *info, int kind,
                                           struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void private_dir_remove(void)
{
    nftw(private_dir, private_dir_remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

#endif
