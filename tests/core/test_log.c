// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/str.h"

enum { STAMP = 24 }; // "2026-11-22 14:01:52.123 "

static char folder[] = "/tmp/vmtui-test-log-XXXXXX";
static char path[64];
static char old_path[64];

static void make_folder(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    str_format(path, sizeof(path), "%s/log", folder);
    str_format(old_path, sizeof(old_path), "%s/log.1", folder);
}

static void remove_folder(void)
{
    log_close();
    unlink(path);
    unlink(old_path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void open_log(enum log_level level)
{
    struct error err = {0};
    ck_assert_msg(log_open(path, level, &err), "%s", err.text);
}

// The whole file without the time in front of each line.
static char *logged(const char *file_path)
{
    struct str all;
    str_init(&all);
    FILE *file = fopen(file_path, "r");
    ck_assert_ptr_nonnull(file);
    char line[4096];
    while (fgets(line, sizeof(line), file) != NULL)
        str_add(&all, strlen(line) > STAMP ? line + STAMP : line);
    fclose(file);
    return str_take(&all);
}

static void assert_logged(const char *file_path, const char *expected)
{
    AUTO_FREE char *text = logged(file_path);
    ck_assert_str_eq(text, expected);
}

START_TEST(one_line_per_entry)
{
    open_log(LOG_LEVEL_INFO);
    log_error("cannot reach %s", "host1");
    log_warn("slow");
    log_info("line\nbreak \033[31m\xff");
    log_debug("not asked for");
    assert_logged(path, "ERROR cannot reach host1\n"
                        "WARN  slow\n"
                        "INFO  line?break ?[31m\uFFFD\n");
}
END_TEST

START_TEST(time_in_front)
{
    open_log(LOG_LEVEL_INFO);
    log_info("x");
    char line[64];
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    fclose(file);
    static const char form[] = "dddd-dd-dd dd:dd:dd.ddd INFO  x\n";
    ck_assert_uint_eq(strlen(line), 32);
    for (size_t i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'd')
            ck_assert(line[i] >= '0' && line[i] <= '9');
        else
            ck_assert_int_eq(line[i], form[i]);
    }
}
END_TEST

START_TEST(file_is_private_and_appended_to)
{
    mode_t mask = umask(0);
    open_log(LOG_LEVEL_INFO);
    umask(mask);
    struct stat file;
    ck_assert_int_eq(stat(path, &file), 0);
    ck_assert_uint_eq(file.st_mode & 0777, 0600);
    log_info("one");
    log_close();
    log_info("dropped");
    log_close();
    open_log(LOG_LEVEL_INFO);
    log_info("two");
    assert_logged(path, "INFO  one\nINFO  two\n");
}
END_TEST

START_TEST(failed_open_keeps_the_old_log)
{
    open_log(LOG_LEVEL_INFO);
    struct error err = {0};
    ck_assert(!log_open("/nonexistent-folder/log", LOG_LEVEL_INFO, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_str_eq(err.text, "cannot open the log /nonexistent-folder/log: "
                               "No such file or directory");
    ck_assert(!log_open("/nonexistent-folder/log", LOG_LEVEL_INFO, NULL));
    log_info("still here");
    assert_logged(path, "INFO  still here\n");
}
END_TEST

START_TEST(long_entries_are_cut)
{
    open_log(LOG_LEVEL_INFO);
    log_info("%5000d", 1);
    log_info("next");
    AUTO_FREE char *text = logged(path);
    ck_assert_uint_eq(strlen(text), 2065); // 6 + 2047 + 1, and the 11 of the next line
    ck_assert_str_eq(text + 2054, "INFO  next\n");
}
END_TEST

START_TEST(errno_is_left_alone)
{
    open_log(LOG_LEVEL_INFO);
    errno = EXDEV;
    log_info("%s", "x");
    ck_assert_int_eq(errno, EXDEV);
}
END_TEST

static off_t size_of(const char *file_path)
{
    struct stat file;
    return stat(file_path, &file) == 0 ? file.st_size : -1;
}

START_TEST(rotates_when_opened)
{
    open_log(LOG_LEVEL_INFO);
    log_close();
    ck_assert_int_eq(truncate(path, 4194304), 0);
    open_log(LOG_LEVEL_INFO);
    ck_assert_int_eq(size_of(path), 4194304);
    ck_assert_int_eq(size_of(old_path), -1);
    log_close();
    ck_assert_int_eq(truncate(path, 4194305), 0);
    open_log(LOG_LEVEL_INFO);
    ck_assert_int_eq(size_of(path), 0);
    ck_assert_int_eq(size_of(old_path), 4194305);
}
END_TEST

START_TEST(rotates_while_running)
{
    open_log(LOG_LEVEL_INFO);
    log_info("before");
    ck_assert_int_eq(truncate(path, 4194305), 0);
    log_info("after");
    log_info("later");
    ck_assert_int_eq(size_of(old_path), 4194305);
    assert_logged(path, "INFO  after\nINFO  later\n");
}
END_TEST

// Another program shares the log, and moved it away first.
START_TEST(rotates_only_its_own_file)
{
    open_log(LOG_LEVEL_INFO);
    ck_assert_int_eq(truncate(path, 4194305), 0);
    ck_assert_int_eq(rename(path, old_path), 0);
    FILE *other = fopen(path, "w");
    ck_assert_ptr_nonnull(other);
    fputs("2026-11-22 14:01:52.123 INFO  other\n", other);
    fclose(other);
    log_info("mine");
    ck_assert_int_eq(size_of(old_path), 4194305);
    assert_logged(path, "INFO  other\nINFO  mine\n");
}
END_TEST

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

// A limit on the size of files fails writes, whole or after a part, just as a full disk does.
START_TEST(lost_entries_are_counted)
{
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    open_log(LOG_LEVEL_INFO);
    log_info("one"); // 34 bytes
    limit_file_size(34);
    log_info("lost");
    log_info("lost");
    limit_file_size(RLIM_INFINITY);
    log_info("two");
    assert_logged(path, "INFO  one\n"
                        "WARN  2 entries could not be written\n"
                        "INFO  two\n");
    limit_file_size((rlim_t)size_of(path) + STAMP + 8);
    log_info("torn");
    limit_file_size(RLIM_INFINITY);
    log_info("three");
    log_info("four");
    assert_logged(path, "INFO  one\n"
                        "WARN  2 entries could not be written\n"
                        "INFO  two\n"
                        "INFO  to\n"
                        "WARN  1 entries could not be written\n"
                        "INFO  three\n"
                        "INFO  four\n");
    signal(SIGXFSZ, before);
}
END_TEST

enum { WRITERS = 4, ENTRIES = 500 };

static void *write_many(void *argument)
{
    for (int i = 0; i < ENTRIES; i++)
        log_info("%s", (const char *)argument);
    return NULL;
}

START_TEST(many_threads_write_whole_lines)
{
    static char text[] = "0123456789";
    open_log(LOG_LEVEL_INFO);
    pthread_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_create(&writers[i], NULL, write_many, text), 0);
    ck_assert_int_eq(truncate(path, 4194305), 0); // rotates in the middle of it
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    log_info("end");
    AUTO_FREE char *all = logged(path);
    size_t length = strlen(all);
    ck_assert_uint_ge(length, 10);
    ck_assert_str_eq(all + length - 10, "INFO  end\n");
    ck_assert_uint_eq((length - 10) % 17, 0);
    for (size_t at = 0; at + 10 < length; at += 17)
        ck_assert_mem_eq(all + at, "INFO  0123456789\n", 17);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tc = tcase_create("log");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_test(tc, one_line_per_entry);
    tcase_add_test(tc, time_in_front);
    tcase_add_test(tc, file_is_private_and_appended_to);
    tcase_add_test(tc, failed_open_keeps_the_old_log);
    tcase_add_test(tc, long_entries_are_cut);
    tcase_add_test(tc, errno_is_left_alone);
    tcase_add_test(tc, rotates_when_opened);
    tcase_add_test(tc, rotates_while_running);
    tcase_add_test(tc, rotates_only_its_own_file);
    tcase_add_test(tc, lost_entries_are_counted);
    tcase_add_test(tc, many_threads_write_whole_lines);
    suite_add_tcase(suite, tc);
    return check_main(suite);
}
