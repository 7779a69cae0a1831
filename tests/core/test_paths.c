// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/paths.h"
#include "core/str.h"
#include "private_dir.h"

static char dir[64];

static char *below(const char *name)
{
    return memory_printf("%s/%s", dir, name);
}

static void set_up(void)
{
    snprintf(dir, sizeof(dir), "%s/XXXXXX", private_dir);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    static const char *const names[] = {"VMTUI_CONFIG",   "VMTUI_STATE_DIR", "XDG_CONFIG_HOME",
                                        "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "HOME"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        unsetenv(names[i]);
    setenv("HOME", dir, 1);
}

static void check_text(char *got, const char *expected)
{
    ck_assert_str_eq(got, expected);
    free(got);
}

START_TEST(the_configuration_is_looked_for_as_xdg_says)
{
    AUTO_FREE char *in_home = below(".config/vmtui/vmtui.conf");
    check_text(paths_config_file(), in_home);
    setenv("XDG_CONFIG_HOME", "/x", 1);
    check_text(paths_config_dir(), "/x/vmtui");
    check_text(paths_config_file(), "/x/vmtui/vmtui.conf");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    check_text(paths_config_file(), in_home);
    setenv("VMTUI_CONFIG", "my.conf", 1);
    check_text(paths_config_file(), "my.conf");
    setenv("VMTUI_CONFIG", "", 1);
    check_text(paths_config_file(), in_home);
}
END_TEST

static void check_private(const char *path)
{
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert(S_ISDIR(info.st_mode));
    ck_assert_uint_eq(info.st_mode & 0777, 0700);
}

START_TEST(the_state_folder_is_made_and_private)
{
    struct error err = {0};
    AUTO_FREE char *wanted = below("a/b/state");
    setenv("VMTUI_STATE_DIR", wanted, 1);
    AUTO_FREE char *state = paths_state_dir(&err);
    ck_assert_msg(state != NULL, "%s", err.text);
    ck_assert_str_eq(state, wanted);
    check_private(state);
    AUTO_FREE char *parent = below("a");
    check_private(parent);
    AUTO_FREE char *file = paths_state_file("journal", &err);
    AUTO_FREE char *expected = below("a/b/state/journal");
    ck_assert_str_eq(file, expected);
    ck_assert_int_ne(access(file, F_OK), 0);
    AUTO_FREE char *runtime = paths_runtime_dir(&err);
    AUTO_FREE char *expected_runtime = below("a/b/state/run");
    ck_assert_str_eq(runtime, expected_runtime);
    check_private(runtime);
}
END_TEST

START_TEST(an_ordinary_user_has_the_xdg_folders)
{
    if (geteuid() == 0 &&
        (setegid(65534) != 0 || chown(dir, 65534, 65534) != 0 || seteuid(65534) != 0)) {
        SKIP_TEST("an_ordinary_user_has_the_xdg_folders", "cannot become an ordinary user");
        return;
    }
    struct error err = {0};
    AUTO_FREE char *state = paths_state_dir(&err);
    AUTO_FREE char *expected = below(".local/state/vmtui");
    ck_assert_msg(state != NULL, "%s", err.text);
    ck_assert_str_eq(state, expected);
    AUTO_FREE char *base = below("xdg");
    setenv("XDG_STATE_HOME", base, 1);
    setenv("XDG_RUNTIME_DIR", base, 1);
    AUTO_FREE char *other = paths_state_dir(&err);
    AUTO_FREE char *expected_other = below("xdg/vmtui");
    ck_assert_str_eq(other, expected_other);
    AUTO_FREE char *runtime = paths_runtime_dir(&err);
    ck_assert_str_eq(runtime, expected_other);
    // Whoever is not root cannot have this one.
    setenv("VMTUI_STATE_DIR", "/proc/vmtui", 1);
    ck_assert_ptr_null(paths_state_dir(&err));
    ck_assert(strstr(err.text, "cannot create the folder /proc/vmtui: ") == err.text);
    if (getuid() == 0) { // the leak checker may look at root's processes only
        ck_assert_int_eq(seteuid(0), 0);
        prctl(PR_SET_DUMPABLE, 1);
    }
}
END_TEST

START_TEST(a_folder_that_is_a_file_is_refused)
{
    struct error err = {0};
    AUTO_FREE char *file = below("file");
    ck_assert(paths_write_atomically(file, "x", 1, &err));
    setenv("VMTUI_STATE_DIR", file, 1);
    ck_assert_ptr_null(paths_state_dir(&err));
    ck_assert_ptr_nonnull(strstr(err.text, "Not a directory"));
    AUTO_FREE char *inside = below("file/inside");
    ck_assert(!paths_make_dir(inside, &err));
}
END_TEST

START_TEST(a_folder_that_is_there_keeps_its_mode)
{
    struct error err = {0};
    AUTO_FREE char *path = below("open");
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert_int_eq(chmod(path, 0755), 0);
    ck_assert(paths_make_dir(path, &err));
    ck_assert(paths_make_dir("/", &err));
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0755);
}
END_TEST

static size_t entries_in(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void check_content(const char *path, const char *expected)
{
    char bytes[64] = "";
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(read(fd, bytes, sizeof(bytes) - 1), (ssize_t)strlen(expected));
    close(fd);
    ck_assert_str_eq(bytes, expected);
}

START_TEST(a_file_is_replaced_as_a_whole)
{
    struct error err = {0};
    AUTO_FREE char *path = below("f");
    ck_assert(paths_write_atomically(path, "first", 5, &err));
    ck_assert(paths_write_atomically(path, "second", 6, &err));
    check_content(path, "second");
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert_uint_eq(entries_in(dir), 1);
    ck_assert(!paths_write_atomically("/no/such/folder/f", "x", 1, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
}
END_TEST

START_TEST(what_does_not_fit_leaves_the_old_file)
{
    struct error err = {0};
    AUTO_FREE char *path = below("f");
    AUTO_FREE char *large = memory_alloc(100000);
    ck_assert(paths_write_atomically(path, "old", 3, &err));
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    struct rlimit limit = {.rlim_cur = 4096, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool done = paths_write_atomically(path, large, 100000, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    ck_assert(!done);
    ck_assert_ptr_nonnull(strstr(err.text, "File too large"));
    check_content(path, "old");
    ck_assert_uint_eq(entries_in(dir), 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("paths");
    TCase *tests = tcase_create("paths");
    tcase_add_unchecked_fixture(tests, private_dir_make, private_dir_remove);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, the_configuration_is_looked_for_as_xdg_says);
    tcase_add_test(tests, the_state_folder_is_made_and_private);
    tcase_add_test(tests, an_ordinary_user_has_the_xdg_folders);
    tcase_add_test(tests, a_folder_that_is_a_file_is_refused);
    tcase_add_test(tests, a_folder_that_is_there_keeps_its_mode);
    tcase_add_test(tests, a_file_is_replaced_as_a_whole);
    tcase_add_test(tests, what_does_not_fit_leaves_the_old_file);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
