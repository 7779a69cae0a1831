// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fabricated.h"
#include "monitor/event_entry.h"
#include "monitor/event_log.h"
#include "private_folder.h"

static char folder[128], path[144];

static void set_up(void)
{
    private_folder_for_test(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/events", folder);
}

static void tear_down(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); // nothing else was left behind
}

static struct log_entry entry(uint64_t wall_ms, const char *text)
{
    struct log_entry made = {.wall_ms = wall_ms, .severity = SEVERITY_WARN};
    strcpy(made.host, "lab1");
    strcpy(made.vm_name, "web1");
    str_format(made.text, sizeof(made.text), "%s", text);
    strcpy(made.command_line, "vmtui snapshot web1 --name \"a/b\"");
    return made;
}

static void add(struct event_log *log, uint64_t wall_ms, const char *text)
{
    struct log_entry made = entry(wall_ms, text);
    event_log_add(log, &made);
}

static void write_file(const char *content, size_t length)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(content, 1, length, file), length);
    fclose(file);
}

static void read_file(char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(out, 1, size - 1, file);
    out[length] = '\0';
    fclose(file);
}

static off_t file_size(void)
{
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_size;
}

START_TEST(survives_a_restart)
{
    struct event_log *log = event_log_create(path);
    add(log, 1700000000123, "snapshot web1 \"before\" done in 0.9 s");
    add(log, 1700000001000, "\xc3\xa4rger");
    event_log_destroy(log);
    char text[1024];
    read_file(text, sizeof(text));
    ck_assert_str_eq(text,
                     "{\"time_ms\":1700000000123,\"severity\":\"warn\",\"host\":\"lab1\","
                     "\"vm\":\"web1\",\"text\":\"snapshot web1 \\\"before\\\" done in 0.9 s\","
                     "\"command\":\"vmtui snapshot web1 --name \\\"a/b\\\"\"}\n"
                     "{\"time_ms\":1700000001000,\"severity\":\"warn\",\"host\":\"lab1\","
                     "\"vm\":\"web1\",\"text\":\"\xc3\xa4rger\","
                     "\"command\":\"vmtui snapshot web1 --name \\\"a/b\\\"\"}\n");
    log = event_log_create(path);
    struct log_tail *tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 2);
    ck_assert_uint_eq(tail->entries[0].wall_ms, 1700000000123);
    ck_assert_int_eq(tail->entries[0].severity, SEVERITY_WARN);
    ck_assert_str_eq(tail->entries[0].host, "lab1");
    ck_assert_str_eq(tail->entries[0].vm_name, "web1");
    ck_assert_str_eq(tail->entries[0].text, "snapshot web1 \"before\" done in 0.9 s");
    ck_assert_str_eq(tail->entries[0].command_line, "vmtui snapshot web1 --name \"a/b\"");
    ck_assert_str_eq(tail->entries[1].text, "\xc3\xa4rger");
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
    log_tail_unref(tail);
    event_log_destroy(log);
}
END_TEST

START_TEST(torn_and_foreign_lines_are_skipped)
{
    static const char content[] =
        "{\"time_ms\":1,\"text\":\"one\"}\n"
        "hello\n"
        "\n"
        "{}\n"
        "[1]\n"
        "{\"time_ms\":\"2\",\"text\":\"time is no number\"}\n"
        "{\"time_ms\":-2,\"text\":\"before all time\"}\n"
        "{\"time_ms\":2,\"text\":7}\n"
        "{\"time_ms\":2,\"text\":\"x\"}{\"a\":1}\n"
        "\0\0\xff\xfe\n"
        "{\"time_ms\":2,\"text\":\"\xff\"}\n"
        "{\"time_ms\":3,\"severity\":\"odd\",\"more\":[],\"text\":\"a\\u001b[31mb\"}\n"
        "{\"time_ms\":4,\"text\":\"cut of";
    write_file(content, sizeof(content) - 1);
    struct event_log *log = event_log_create(path);
    add(log, 5, "after the torn line");
    event_log_destroy(log);
    log = event_log_create(path);
    struct log_tail *tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 3);
    ck_assert_str_eq(tail->entries[0].text, "one");
    ck_assert_uint_eq(tail->entries[1].wall_ms, 3);
    ck_assert_ptr_null(strchr(tail->entries[1].text, '\033'));
    ck_assert_int_eq(tail->entries[1].severity, SEVERITY_INFO);
    ck_assert_str_eq(tail->entries[2].text, "after the torn line");
    log_tail_unref(tail);
    event_log_destroy(log);
}
END_TEST

START_TEST(the_latest_500_are_kept)
{
    struct event_log *log = event_log_create(path);
    for (unsigned i = 1; i <= 703; i++) {
        char text[16];
        snprintf(text, sizeof(text), "entry %u", i);
        add(log, i, text);
    }
    for (int round = 0; round < 2; round++) {
        struct log_tail *tail = event_log_tail(log);
        ck_assert_uint_eq(tail->count, 500);
        ck_assert_str_eq(tail->entries[0].text, "entry 204");
        ck_assert_str_eq(tail->entries[499].text, "entry 703");
        log_tail_unref(tail);
        event_log_destroy(log);
        log = event_log_create(path);
    }
    event_log_destroy(log);
}
END_TEST

START_TEST(tails_are_shared_until_something_is_added)
{
    struct event_log *log = event_log_create(NULL);
    add(log, 1, "one");
    struct log_tail *first = event_log_tail(log), *same = event_log_tail(log);
    ck_assert_ptr_eq(first, same);
    add(log, 2, "two");
    struct log_tail *next = event_log_tail(log);
    event_log_destroy(log);
    ck_assert_uint_eq(first->count, 1);
    ck_assert_uint_eq(next->count, 2);
    ck_assert_str_eq(next->entries[1].text, "two");
    log_tail_unref(first);
    log_tail_unref(same);
    log_tail_unref(next);
}
END_TEST

// 200 bytes of text make lines of 310: 512 KiB are reached after some 1,690 of them.
START_TEST(the_file_is_compacted)
{
    char text[201];
    memset(text, 'x', 200);
    text[200] = '\0';
    struct event_log *log = event_log_create(path);
    off_t largest = 0;
    for (unsigned i = 0; i < 4000; i++) {
        add(log, i + 1, text);
        off_t size = file_size();
        if (size > largest)
            largest = size;
    }
    ck_assert_int_gt(largest, 500 * 1024);
    ck_assert_int_le(largest, 512 * 1024);
    ck_assert_int_lt(file_size(), 400 * 1024);
    event_log_destroy(log);
    log = event_log_create(path);
    struct log_tail *tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 500);
    ck_assert_uint_eq(tail->entries[499].wall_ms, 4000);
    ck_assert_uint_eq(tail->entries[0].wall_ms, 3501);
    log_tail_unref(tail);
    event_log_destroy(log);
}
END_TEST

// One log compacts (replaces the file) while another one has it open.
START_TEST(two_programs_share_a_file)
{
    char text[201];
    memset(text, 'x', 200);
    text[200] = '\0';
    struct event_log *one = event_log_create(path), *two = event_log_create(path);
    add(two, 1, "early by two");
    for (unsigned i = 0; i < 1800; i++)
        add(one, i + 2, text);
    add(two, 9998, "late by two");
    add(one, 9999, "late by one");
    event_log_destroy(one);
    event_log_destroy(two);
    one = event_log_create(path);
    struct log_tail *tail = event_log_tail(one);
    ck_assert_uint_eq(tail->count, 500);
    ck_assert_str_eq(tail->entries[498].text, "late by two");
    ck_assert_str_eq(tail->entries[499].text, "late by one");
    log_tail_unref(tail);
    event_log_destroy(one);
}
END_TEST

static void check_said_once(struct event_log *log, const char *what)
{
    for (unsigned i = 1; i <= 3; i++)
        add(log, i, "something happened");
    struct log_tail *tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 4);
    ck_assert_str_eq(tail->entries[0].text, "something happened");
    ck_assert_ptr_nonnull(strstr(tail->entries[1].text, "the event log is kept in memory only"));
    ck_assert_ptr_nonnull(strstr(tail->entries[1].text, what));
    ck_assert_int_eq(tail->entries[1].severity, SEVERITY_WARN);
    ck_assert_str_eq(tail->entries[2].text, "something happened");
    ck_assert_str_eq(tail->entries[3].text, "something happened");
    log_tail_unref(tail);
}

START_TEST(a_full_disk_is_said_once)
{
    ck_assert_int_eq(symlink("/dev/full", path), 0);
    struct event_log *log = event_log_create(path);
    check_said_once(log, "No space left on device");
    event_log_destroy(log);
}
END_TEST

START_TEST(no_folder_and_no_file_are_said_once)
{
    char away[160];
    snprintf(away, sizeof(away), "%s/nowhere/events", folder);
    struct event_log *log = event_log_create(away);
    check_said_once(log, "No such file or directory");
    event_log_destroy(log);
    log = event_log_create(folder);
    check_said_once(log, "Is a directory");
    event_log_destroy(log);
}
END_TEST

// The disk fills up in the middle of a line, and has space again later.
START_TEST(a_disk_that_has_space_again)
{
    signal(SIGXFSZ, SIG_IGN);
    struct event_log *log = event_log_create(path);
    add(log, 1, "fits");
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)file_size() + 40;
    int failures = setrlimit(RLIMIT_FSIZE, &limit); // Check's own file is bound by it, too
    add(log, 2, "does not fit");
    failures += setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_eq(failures, 0);
    add(log, 3, "fits again");
    struct log_tail *tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 4);
    ck_assert_ptr_nonnull(strstr(tail->entries[2].text, "File too large"));
    log_tail_unref(tail);
    event_log_destroy(log);
    log = event_log_create(path);
    tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 2);
    ck_assert_str_eq(tail->entries[0].text, "fits");
    ck_assert_str_eq(tail->entries[1].text, "fits again");
    log_tail_unref(tail);
    event_log_destroy(log);
}
END_TEST

START_TEST(a_huge_file_is_read_from_its_end)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    for (unsigned i = 1; i <= 100000; i++)
        fprintf(file, "{\"time_ms\":%u,\"text\":\"a line of some length, to make it long\"}\n", i);
    fclose(file);
    struct event_log *log = event_log_create(path);
    struct log_tail *tail = event_log_tail(log);
    ck_assert_uint_eq(tail->count, 500);
    ck_assert_uint_eq(tail->entries[499].wall_ms, 100000);
    log_tail_unref(tail);
    event_log_destroy(log);
}
END_TEST

// --- what events become ---

static struct log_entry made;
static struct connection_story story;

static bool make(struct event *event)
{
    bool worth = event_entry_make(event, &story, &made);
    event_unref(event);
    return worth;
}

static struct event *job_event(enum job_state state, uint64_t took_ms)
{
    struct event *event = event_create(EVENT_JOB, "lab1");
    event->job.state = state;
    event->job.started_wall_ms = 5000;
    event->job.ended_wall_ms = 5000 + took_ms;
    strcpy(event->job.title, "snapshot web1 \"before-upgrade\"");
    strcpy(event->job.vm_name, "web1");
    strcpy(event->job.command_line, "vmtui snapshot web1");
    strcpy(event->job.error.text, "the disk is busy");
    return event;
}

START_TEST(jobs_in_words)
{
    ck_assert(!make(job_event(JOB_QUEUED, 0)));
    ck_assert(!make(job_event(JOB_RUNNING, 0)));
    ck_assert(make(job_event(JOB_DONE, 900)));
    ck_assert_str_eq(made.text, "snapshot web1 \"before-upgrade\" done in 0.9 s");
    ck_assert_str_eq(made.command_line, "vmtui snapshot web1");
    ck_assert_str_eq(made.vm_name, "web1");
    ck_assert_str_eq(made.host, "lab1");
    ck_assert_int_eq(made.severity, SEVERITY_INFO);
    ck_assert(make(job_event(JOB_DONE, 125000)));
    ck_assert_str_eq(made.text, "snapshot web1 \"before-upgrade\" done in 2 min 5 s");
    ck_assert(make(job_event(JOB_DONE, 59960)));
    ck_assert_str_eq(made.text, "snapshot web1 \"before-upgrade\" done in 1 min 0 s");
    ck_assert(make(job_event(JOB_DONE, 3720000)));
    ck_assert_str_eq(made.text, "snapshot web1 \"before-upgrade\" done in 1 h 2 min");
    ck_assert(make(job_event(JOB_FAILED, 900)));
    ck_assert_str_eq(made.text, "snapshot web1 \"before-upgrade\" failed: the disk is busy");
    ck_assert_int_eq(made.severity, SEVERITY_WARN);
    ck_assert(make(job_event(JOB_UNKNOWN, 900)));
    ck_assert_str_eq(made.text,
                     "snapshot web1 \"before-upgrade\" may or may not be done: the disk is busy");
    struct event *event = job_event(JOB_CANCELLED, 0);
    event->job.started_wall_ms = 0;
    ck_assert(make(event));
    ck_assert_str_eq(made.text, "snapshot web1 \"before-upgrade\" cancelled before it began");
}
END_TEST

static struct event *connection_event(enum connection_state state, const char *why)
{
    struct event *event = event_create(EVENT_CONNECTION, "lab1");
    event->connection = state;
    strcpy(event->error.text, why);
    return event;
}

START_TEST(only_news_of_a_connection)
{
    story = (struct connection_story){0};
    ck_assert(!make(connection_event(CONNECTION_CONNECTING, "")));
    ck_assert(make(connection_event(CONNECTION_OFFLINE, "refused")));
    ck_assert_str_eq(made.text, "no connection: refused");
    ck_assert_int_eq(made.severity, SEVERITY_WARN);
    for (int i = 0; i < 10; i++) { // tried again and again
        ck_assert(!make(connection_event(CONNECTION_CONNECTING, "")));
        ck_assert(!make(connection_event(CONNECTION_OFFLINE, "refused")));
    }
    ck_assert(make(connection_event(CONNECTION_OFFLINE, "no route")));
    ck_assert_str_eq(made.text, "no connection: no route");
    ck_assert(make(connection_event(CONNECTION_ONLINE, "")));
    ck_assert_str_eq(made.text, "connected");
    ck_assert_int_eq(made.severity, SEVERITY_INFO);
    ck_assert(!make(connection_event(CONNECTION_ONLINE, "")));
    ck_assert(make(connection_event(CONNECTION_STALLED, "no answer for 10 s")));
    ck_assert_str_eq(made.text, "the hypervisor does not answer: no answer for 10 s");
    ck_assert(make(connection_event(CONNECTION_ONLINE, "")));
    ck_assert_str_eq(made.text, "the hypervisor answers again");
    ck_assert(make(connection_event(CONNECTION_OFFLINE, "end of file")));
    ck_assert_str_eq(made.text, "connection lost: end of file");
    ck_assert_int_eq(made.severity, SEVERITY_ALARM);
    ck_assert(!make(connection_event(CONNECTION_CONNECTING, "")));
    ck_assert(make(connection_event(CONNECTION_ONLINE, "")));
    ck_assert_str_eq(made.text, "connected");
}
END_TEST

START_TEST(a_first_connection_is_no_news)
{
    story = (struct connection_story){0};
    ck_assert(!make(connection_event(CONNECTION_CONNECTING, "")));
    ck_assert(!make(connection_event(CONNECTION_ONLINE, "")));
    ck_assert(make(connection_event(CONNECTION_OFFLINE, "end of file")));
    ck_assert_str_eq(made.text, "connection lost: end of file");
    ck_assert(make(connection_event(CONNECTION_ONLINE, "")));
    ck_assert_str_eq(made.text, "connected");
}
END_TEST

START_TEST(lifecycle_and_notices_in_words)
{
    struct event *event = event_create(EVENT_VM, "lab1");
    strcpy(event->vm_name, "web1");
    strcpy(event->text, "shut off (crashed)");
    event->severity = SEVERITY_ALARM;
    event->wall_ms = 77;
    ck_assert(make(event));
    ck_assert_str_eq(made.text, "shut off (crashed)");
    ck_assert_str_eq(made.vm_name, "web1");
    ck_assert_int_eq(made.severity, SEVERITY_ALARM);
    ck_assert_uint_eq(made.wall_ms, 77);
    ck_assert_str_eq(made.command_line, "");
    event = event_create(EVENT_NOTICE, "lab1");
    strcpy(event->text, "QEMU runs as root");
    ck_assert(make(event));
    ck_assert_str_eq(made.text, "QEMU runs as root");
    ck_assert(!make(event_create(EVENT_NOTICE, "lab1"))); // says nothing
    ck_assert(!make(event_create(EVENT_VM, "lab1")));
    event = event_create(EVENT_VM, "lab1");
    strcpy(event->text, "started");
    ck_assert(make(event));
    ck_assert_str_eq(made.text, "a VM started");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_log");
    TCase *files = tcase_create("file");
    tcase_add_unchecked_fixture(files, private_folder_make, private_folder_remove);
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_set_timeout(files, 60);
    tcase_add_test(files, survives_a_restart);
    tcase_add_test(files, torn_and_foreign_lines_are_skipped);
    tcase_add_test(files, the_latest_500_are_kept);
    tcase_add_test(files, tails_are_shared_until_something_is_added);
    tcase_add_test(files, the_file_is_compacted);
    tcase_add_test(files, two_programs_share_a_file);
    tcase_add_test(files, a_full_disk_is_said_once);
    tcase_add_test(files, no_folder_and_no_file_are_said_once);
    tcase_add_test(files, a_disk_that_has_space_again);
    tcase_add_test(files, a_huge_file_is_read_from_its_end);
    suite_add_tcase(suite, files);
    TCase *words = tcase_create("words");
    tcase_add_test(words, jobs_in_words);
    tcase_add_test(words, only_news_of_a_connection);
    tcase_add_test(words, a_first_connection_is_no_news);
    tcase_add_test(words, lifecycle_and_notices_in_words);
    suite_add_tcase(suite, words);
    return check_main(suite);
}
