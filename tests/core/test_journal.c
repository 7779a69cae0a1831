// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/journal.h"
#include "core/memory.h"
#include "core/str.h"
#include "private_dir.h"

enum { FOUND_MAX = 600 };

static char dir[64];
static char path[96];
static struct job_info found[FOUND_MAX];
static struct journal_key found_keys[FOUND_MAX];
static size_t found_count;

static void set_up(void)
{
    snprintf(dir, sizeof(dir), "%s/XXXXXX", private_dir);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/journal", dir);
}

static struct job_info make_job(uint64_t id, const char *vm)
{
    struct job_info job = {.id = id, .kind = OPERATION_SNAPSHOT_CREATE, .state = JOB_RUNNING};
    strcpy(job.uuid, "00000000-0000-4000-8000-000000000001");
    snprintf(job.vm_name, sizeof(job.vm_name), "%s", vm);
    strcpy(job.host, "lab1");
    snprintf(job.title, sizeof(job.title), "snapshot %s", vm);
    strcpy(job.command_line, "vmtui snapshot 'a b' --name \"x\"");
    job.queued_wall_ms = 1700000000000;
    job.started_wall_ms = 1700000001000;
    return job;
}

static void note_found(void *context, const struct job_info *job, const struct journal_key *key)
{
    ck_assert_ptr_eq(context, dir);
    ck_assert_uint_lt(found_count, FOUND_MAX);
    found[found_count] = *job;
    found_keys[found_count++] = *key;
}

static size_t read_unfinished(void)
{
    struct error err = {0};
    found_count = 0;
    ck_assert_msg(journal_read_unfinished(path, note_found, dir, &err), "%s", err.text);
    return found_count;
}

static struct journal *open_journal(void)
{
    struct error err = {0};
    struct journal *journal = journal_open(path, &err);
    ck_assert_msg(journal != NULL, "%s", err.text);
    return journal;
}

// Runs work in a process of its own, which then is gone, and returns its process id.
static pid_t in_other_process(void (*work)(struct journal *journal))
{
    fflush(NULL);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct journal *journal = journal_open(path, NULL);
        work(journal);
        _exit(0); // as a crash would: nothing is closed
    }
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    return pid;
}

static void start_two_end_one(struct journal *journal)
{
    struct job_info first = make_job(1, "web1");
    struct job_info second = make_job(2, "db1");
    journal_append_started(journal, &first, NULL);
    journal_append_started(journal, &second, NULL);
    first.state = JOB_DONE;
    journal_append_ended(journal, &first, NULL);
}

static void start_one(struct journal *journal)
{
    struct job_info job = make_job(9, "old");
    journal_append_started(journal, &job, NULL);
}

START_TEST(a_job_that_a_crash_cut_off_is_found)
{
    pid_t pid = in_other_process(start_two_end_one);
    ck_assert_uint_eq(read_unfinished(), 1);
    ck_assert_uint_eq(found[0].id, 2);
    ck_assert_int_eq(found[0].state, JOB_UNKNOWN);
    ck_assert_int_eq(found[0].kind, OPERATION_SNAPSHOT_CREATE);
    ck_assert_str_eq(found[0].vm_name, "db1");
    ck_assert_str_eq(found[0].host, "lab1");
    ck_assert_str_eq(found[0].uuid, "00000000-0000-4000-8000-000000000001");
    ck_assert_str_eq(found[0].title, "snapshot db1");
    ck_assert_str_eq(found[0].command_line, "vmtui snapshot 'a b' --name \"x\"");
    ck_assert_uint_eq(found[0].started_wall_ms, 1700000001000);
    ck_assert_str_ne(found[0].error.text, "");
    ck_assert_int_eq(found_keys[0].pid, pid);
}
END_TEST

START_TEST(an_explained_job_is_not_found_again)
{
    struct error err = {0};
    in_other_process(start_two_end_one);
    ck_assert_uint_eq(read_unfinished(), 1);
    struct journal *journal = open_journal();
    ck_assert(journal_append_explained(journal, &found_keys[0], &err));
    journal_close(journal);
    ck_assert_uint_eq(read_unfinished(), 0);
}
END_TEST

START_TEST(a_job_of_a_living_process_is_not_cut_off)
{
    struct job_info job = make_job(1, "web1");
    struct journal *journal = open_journal();
    ck_assert(journal_append_started(journal, &job, NULL));
    ck_assert_uint_eq(read_unfinished(), 0);
    journal_close(journal);
    journal_close(NULL);
    ck_assert_uint_eq(read_unfinished(), 0);
}
END_TEST

static void append_text(const char *text)
{
    FILE *file = fopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void read_boot_id(char out[40])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%39s", out), 1);
    fclose(file);
}

START_TEST(a_process_is_told_by_boot_and_start_not_by_number_alone)
{
    char boot[40];
    char line[512];
    read_boot_id(boot);
    // Our own number, but of another boot; then of this boot, but started at another time.
    snprintf(line, sizeof(line),
             "{\"event\":\"started\",\"boot\":\"%s\",\"pid\":%d,\"process_start\":1,\"job\":7,"
             "\"kind\":\"pause\",\"vm\":\"a\"}\n",
             "another", (int)getpid());
    append_text(line);
    snprintf(line, sizeof(line),
             "{\"event\":\"started\",\"boot\":\"%s\",\"pid\":%d,\"process_start\":1,\"job\":8,"
             "\"kind\":\"of a later version\",\"vm\":\"b\\u001b[2J\"}\n",
             boot, (int)getpid());
    append_text(line);
    ck_assert_uint_eq(read_unfinished(), 2);
    ck_assert_uint_eq(found[0].id, 7);
    ck_assert_int_eq(found[0].kind, OPERATION_PAUSE);
    ck_assert_uint_eq(found[1].id, 8);
    ck_assert_int_eq(found[1].kind, OPERATION_KIND_COUNT);
    ck_assert_str_eq(found[1].vm_name, "b?[2J");
}
END_TEST

START_TEST(torn_and_foreign_lines_are_skipped)
{
    append_text("not json\n\n{}\n[1,2]\n{\"event\":\"started\"}\n{\"event\":7,\"job\":1}\n"
                "{\"event\":\"started\",\"job\":-1}\n\xff\xfe\n"
                "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}\n");
    in_other_process(start_two_end_one);
    append_text("{\"event\":\"ended\",\"jo"); // torn by a power cut
    ck_assert_uint_eq(read_unfinished(), 1);
    in_other_process(start_one); // its record stands on a line of its own
    ck_assert_uint_eq(read_unfinished(), 2);
    append_text("{\"event\":\"sta");
    ck_assert_uint_eq(read_unfinished(), 2);
}
END_TEST

START_TEST(a_missing_journal_has_nothing_unfinished)
{
    struct error err = {0};
    ck_assert_uint_eq(read_unfinished(), 0);
    ck_assert(!journal_read_unfinished("/proc/self/mem/x", note_found, dir, &err));
    ck_assert_ptr_null(journal_open("/no/such/folder/journal", &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
}
END_TEST

// Every line is one JSON object, read by the library itself and not by the journal.
static size_t count_lines(const char *file_path)
{
    FILE *file = fopen(file_path, "rb");
    ck_assert_ptr_nonnull(file);
    char *line = NULL;
    size_t size = 0;
    size_t count = 0;
    while (getline(&line, &size, file) >= 0) {
        struct json_object *object = json_tokener_parse(line);
        ck_assert_msg(object != NULL, "not JSON: %s", line);
        ck_assert(json_object_is_type(object, json_type_object));
        json_object_put(object);
        ck_assert_uint_eq(line[strlen(line) - 1], '\n');
        count++;
    }
    free(line);
    fclose(file);
    return count;
}

START_TEST(a_record_is_a_private_line_of_json)
{
    struct job_info job = make_job(3, "web1");
    struct journal *journal = open_journal();
    ck_assert(journal_append_started(journal, &job, NULL));
    job.state = JOB_FAILED;
    error_set(&job.error, ERROR_NO_SPACE, 0, "disk full");
    ck_assert(journal_append_ended(journal, &job, NULL));
    journal_close(journal);
    ck_assert_uint_eq(count_lines(path), 2);
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    FILE *file = fopen(path, "rb");
    char line[1024];
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    ck_assert_ptr_nonnull(strstr(line, "\"kind\":\"snapshot\""));
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    fclose(file);
    ck_assert_ptr_nonnull(strstr(line, "\"state\":\"failed\""));
    ck_assert_ptr_nonnull(strstr(line, "\"error\":\"disk full\""));
}
END_TEST

static off_t size_of(const char *file_path)
{
    struct stat info;
    return stat(file_path, &info) == 0 ? info.st_size : -1;
}

START_TEST(a_large_journal_is_made_anew_without_losing_what_is_open)
{
    AUTO_FREE char *old_path = memory_printf("%s.1", path);
    in_other_process(start_one);
    struct journal *journal = open_journal();
    struct journal *other = open_journal(); // of "another vmtui": must notice
    struct job_info open_job = make_job(1, "open");
    ck_assert(journal_append_started(journal, &open_job, NULL));
    // Grows the file quickly to just below the limit with finished jobs.
    FILE *file = fopen(path, "ab");
    for (int i = 0; i < 4700; i++)
        fprintf(file,
                "{\"event\":\"started\",\"job\":%d,\"boot\":\"b\",\"pid\":1,\"title\":\"%060d\"}\n"
                "{\"event\":\"ended\",\"job\":%d,\"boot\":\"b\",\"pid\":1,\"state\":\"done\"}\n",
                i + 100, 0, i + 100);
    fclose(file);
    off_t before = size_of(path);
    for (uint64_t id = 10; size_of(old_path) < 0; id++) {
        struct job_info job = make_job(id, "busy");
        ck_assert_uint_lt(id, 2000);
        ck_assert(journal_append_started(journal, &job, NULL));
        ck_assert(journal_append_ended(journal, &job, NULL));
    }
    ck_assert_int_gt(size_of(old_path), 1024 * 1024);
    ck_assert_int_ge(size_of(old_path), before);
    ck_assert_int_lt(size_of(path), 4096);
    size_t lines = count_lines(path);
    ck_assert_uint_ge(lines, 2);
    ck_assert(journal_append_started(other, &open_job, NULL));
    ck_assert_uint_eq(count_lines(path), lines + 1);
    ck_assert_uint_eq(read_unfinished(), 1); // the dead process's; ours are alive
    ck_assert_str_eq(found[0].vm_name, "old");
    FILE *now = fopen(path, "rb");
    char text[4096] = "";
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, now), 0);
    fclose(now);
    ck_assert_ptr_nonnull(strstr(text, "\"vm\":\"open\""));
    journal_close(journal);
    journal_close(other);
}
END_TEST

static void *append_many(void *journal)
{
    for (uint64_t id = 1; id <= 50; id++) {
        struct job_info job =
            make_job(((uint64_t)(uintptr_t)pthread_self() << 8) % 1000000 + id, "threads");
        ck_assert(journal_append_started(journal, &job, NULL));
        ck_assert(journal_append_ended(journal, &job, NULL));
    }
    return NULL;
}

START_TEST(threads_and_processes_share_it)
{
    pid_t children[3];
    fflush(NULL);
    for (size_t i = 0; i < 3; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct journal *journal = journal_open(path, NULL);
            for (uint64_t id = 1; id <= 50; id++) {
                struct job_info job = make_job(id, "process");
                if (!journal_append_started(journal, &job, NULL))
                    _exit(1);
            }
            _exit(0);
        }
    }
    struct journal *journal = open_journal();
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, append_many, journal), 0);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 3; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        ck_assert_int_eq(status, 0);
    }
    journal_close(journal);
    ck_assert_uint_eq(count_lines(path), 3 * 50 + 3 * 100);
    ck_assert_uint_eq(read_unfinished(), 3 * 50);
}
END_TEST

START_TEST(a_stopped_holder_of_the_lock_holds_up_nobody_for_long)
{
    struct job_info job = make_job(1, "web1");
    struct journal *journal = open_journal();
    AUTO_FREE char *lock_path = memory_printf("%s.lock", path);
    int fd = open(lock_path, O_RDWR);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_assert(journal_append_started(journal, &job, NULL));
    close(fd);
    ck_assert_uint_eq(count_lines(path), 1);
    journal_close(journal);
}
END_TEST

static void check_full(struct journal *journal)
{
    size_t before = count_lines(path);
    ck_assert_uint_ge(before, 1);
    struct job_info job = make_job(77, "too much");
    struct error err = {0};
    size_t written = 0;
    while (written < 2000 && journal_append_started(journal, &job, &err))
        written++;
    ck_assert_uint_lt(written, 2000);
    ck_assert_ptr_nonnull(strstr(err.text, "cannot write the journal"));
    ck_assert_uint_eq(count_lines(path), before + written); // nothing torn, nothing lost
}

START_TEST(a_file_that_may_not_grow_keeps_its_records)
{
    in_other_process(start_one);
    struct journal *journal = open_journal();
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    struct rlimit limit = {.rlim_cur = 2000, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    check_full(journal);
    setrlimit(RLIMIT_FSIZE, &before);
    journal_close(journal);
    ck_assert_uint_eq(read_unfinished(), 1);
}
END_TEST

START_TEST(a_full_disk_keeps_its_records)
{
    // A small file system of our own, seen by this forked test alone.
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", dir, "tmpfs", 0, "size=64k") != 0) {
        SKIP_TEST("a_full_disk_keeps_its_records", "cannot mount a small file system");
        return;
    }
    in_other_process(start_one);
    struct journal *journal = open_journal();
    check_full(journal);
    journal_close(journal);
    ck_assert_uint_eq(read_unfinished(), 1);
    umount2(dir, MNT_DETACH);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("journal");
    TCase *tests = tcase_create("journal");
    tcase_add_unchecked_fixture(tests, private_dir_make, private_dir_remove);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_job_that_a_crash_cut_off_is_found);
    tcase_add_test(tests, an_explained_job_is_not_found_again);
    tcase_add_test(tests, a_job_of_a_living_process_is_not_cut_off);
    tcase_add_test(tests, a_process_is_told_by_boot_and_start_not_by_number_alone);
    tcase_add_test(tests, torn_and_foreign_lines_are_skipped);
    tcase_add_test(tests, a_missing_journal_has_nothing_unfinished);
    tcase_add_test(tests, a_record_is_a_private_line_of_json);
    tcase_add_test(tests, a_large_journal_is_made_anew_without_losing_what_is_open);
    tcase_add_test(tests, threads_and_processes_share_it);
    tcase_add_test(tests, a_stopped_holder_of_the_lock_holds_up_nobody_for_long);
    tcase_add_test(tests, a_file_that_may_not_grow_keeps_its_records);
    tcase_add_test(tests, a_full_disk_keeps_its_records);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
