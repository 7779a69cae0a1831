// SPDX-License-Identifier: GPL-2.0-or-later
// One command from the shell against a fabricated host: what is printed, what is submitted, and the
// exit status.
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "core/memory.h"
#include "core/str.h"
#include "shell/shell.h"

#define UUID_WEB "11111111-0000-4000-8000-000000000001"
#define UUID_OLD "22222222-0000-4000-8000-000000000002"

struct world {
    bool offline;
    uint64_t next_job;
    struct operation *submitted[8];
    size_t submitted_count;
    struct event *events[8];
    size_t event_count, event_next;
    enum job_state end; // how every job ends
};

static struct world world;
static char output[16384], errors[4096];

static void fill_web(struct vm_sample *vm)
{
    *vm = (struct vm_sample){
        .name = memory_strdup("web1"), .id = 3, .state = VM_STATE_RUNNING, .reason = "booted"};
    str_format(vm->uuid, sizeof(vm->uuid), "%s", UUID_WEB);
    vm->valid = VM_HAS_REASON | VM_HAS_CPU_TIME | VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX |
                VM_HAS_BALLOON | VM_HAS_PERSISTENT;
    vm->persistent = true;
    vm->vcpus_current = 2;
    vm->vcpus_max = 4;
    vm->memory_max_kib = 4194304;
    vm->balloon_kib = 2097152;
}

static void fill_old(struct vm_sample *vm)
{
    *vm = (struct vm_sample){.name = memory_strdup("old"), .id = -1, .state = VM_STATE_SHUT_OFF};
    str_format(vm->uuid, sizeof(vm->uuid), "%s", UUID_OLD);
    vm->valid = VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX;
    vm->vcpus_current = vm->vcpus_max = 1;
    vm->memory_max_kib = 524288;
}

static void unknown_rates(struct vm_rates *rates)
{
    rates->cpu_percent = rates->ready_percent = rates->disk_read_bytes = RATE_UNKNOWN;
    rates->disk_write_bytes = rates->disk_latency_ms = rates->net_rx_bytes = RATE_UNKNOWN;
    rates->net_tx_bytes = rates->net_drops = rates->swap_in_kib = RATE_UNKNOWN;
    rates->swap_out_kib = rates->major_faults = rates->memory_used_kib = RATE_UNKNOWN;
}

static struct host_snapshot *make_snapshot(void)
{
    struct host_snapshot *snapshot = host_snapshot_create();
    snapshot->name = memory_strdup("lab1");
    snapshot->uri = memory_strdup("test:///x");
    snapshot->capabilities = UINT64_MAX;
    snapshot->sampled_ns = 1;
    snapshot->sampled_wall_ms = 1700000000000;
    host_snapshot_set_vm_count(snapshot, 2);
    fill_web(&snapshot->vms[0]);
    fill_old(&snapshot->vms[1]);
    host_snapshot_freeze(snapshot);
    return snapshot;
}

static struct board *wait_board(void *context, uint64_t timeout_ms)
{
    (void)context;
    (void)timeout_ms;
    struct board *board = board_create();
    board->hosts = memory_array(1, sizeof(*board->hosts));
    board->host_count = 1;
    struct board_host *host = &board->hosts[0];
    str_format(host->name, sizeof(host->name), "lab1");
    board->log = memory_array(3, sizeof(*board->log));
    board->log_count = 3;
    for (size_t i = 0; i < 3; i++) {
        board->log[i].wall_ms = 1700000000000;
        str_format(board->log[i].vm_name, sizeof(board->log[i].vm_name), "web1");
        str_format(board->log[i].text, sizeof(board->log[i].text), "entry %c", (char)('a' + i));
    }
    if (world.offline) {
        host->connection = CONNECTION_OFFLINE;
        error_set(&host->error, ERROR_OFFLINE, 38, "the daemon's socket is not there");
        return board;
    }
    host->connection = CONNECTION_ONLINE;
    host->snapshot = make_snapshot();
    host->vms = memory_array(2, sizeof(*host->vms));
    for (size_t i = 0; i < 2; i++) {
        host->vms[i].sample = &host->snapshot->vms[i];
        unknown_rates(&host->vms[i].rates);
    }
    host->vms[0].rates.cpu_percent = 37.25;
    host->vms[0].rates.memory_used_kib = 1572864;
    host->vms[0].rates.disk_read_bytes = 1048576;
    host->vms[0].rates.disk_write_bytes = 2097152;
    return board;
}

static struct event *wait_event(void *context, uint64_t timeout_ms)
{
    (void)context;
    (void)timeout_ms;
    return world.event_next < world.event_count ? world.events[world.event_next++] : NULL;
}

static uint64_t submit(void *context, struct operation *operation)
{
    (void)context;
    world.submitted[world.submitted_count++] = operation;
    struct event *event = event_create(EVENT_JOB, "lab1");
    event->job.id = ++world.next_job;
    event->job.state = world.end;
    str_format(event->job.title, sizeof(event->job.title), "%s %s",
               operation_kind_name(operation->kind), operation->vm_name);
    if (world.end != JOB_DONE)
        error_set(&event->job.error, ERROR_FAILED, 1, "the disk is on fire");
    world.events[world.event_count++] = event;
    return event->job.id;
}

static bool cancel_job(void *context, uint64_t job_id)
{
    (void)context;
    return job_id != 0;
}

static void set_interest(void *context, const struct interest *interest)
{
    (void)context;
    ck_assert(interest->all);
}

static void set_tick(void *context, double tick_s)
{
    (void)context;
    ck_assert(tick_s > 0);
}

static bool interrupted(void *context)
{
    (void)context;
    return false;
}

static void setup(void)
{
    world = (struct world){.end = JOB_DONE};
}

static void teardown(void)
{
    for (size_t i = 0; i < world.submitted_count; i++)
        operation_destroy(world.submitted[i]);
}

static void read_back(int fd, char *out, size_t size)
{
    ssize_t length = pread(fd, out, size - 1, 0);
    out[length > 0 ? length : 0] = '\0';
    close(fd);
}

static int temporary(void)
{
    char name[] = "/tmp/vmtui-shell-XXXXXX";
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    unlink(name);
    return fd;
}

// Runs a line with stdout and stderr into `output` and `errors`; stdin is no terminal.
static enum exit_status run(const char *line, struct shell_settings settings)
{
    struct command_call call = {0};
    struct error err = {0};
    settings.services = (struct shell_services){.wait_board = wait_board,
                                                .wait_event = wait_event,
                                                .submit = submit,
                                                .cancel_job = cancel_job,
                                                .set_interest = set_interest,
                                                .set_tick = set_tick,
                                                .interrupted = interrupted};
    if (!command_parse_line(&call, line, &err))
        ck_abort_msg("%s", err.text);
    int out = temporary(), errs = temporary(), none = temporary();
    int old_in = dup(0), old_out = dup(1), old_err = dup(2);
    fflush(stdout);
    dup2(none, 0);
    dup2(out, 1);
    dup2(errs, 2);
    enum exit_status status = shell_run(&settings, &call);
    fflush(stdout);
    dup2(old_in, 0);
    dup2(old_out, 1);
    dup2(old_err, 2);
    close(old_in);
    close(old_out);
    close(old_err);
    close(none);
    read_back(out, output, sizeof(output));
    read_back(errs, errors, sizeof(errors));
    command_call_finish(&call);
    return status;
}

START_TEST(list_prints_a_table_sorted_by_name)
{
    ck_assert_int_eq(run("list", (struct shell_settings){0}), EXIT_STATUS_DONE);
    ck_assert_str_eq(output, "NAME  STATE       VCPU  CPU%  RDY%           MEM DISK/s  NET/s\n"
                             "old   shut off       1     -     -        -/512M      -      -\n"
                             "web1  running        2    37     -     1.5G/2.0G   3.0M      -\n");
    ck_assert_str_eq(errors, "");
}
END_TEST

static struct json_object *member(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;
    ck_assert_msg(json_object_object_get_ex(object, name, &value), "no member %s", name);
    return value;
}

START_TEST(list_json_has_units_in_names_and_null_for_unknown)
{
    ck_assert_int_eq(run("list", (struct shell_settings){.json = true}), EXIT_STATUS_DONE);
    struct json_object *document = json_tokener_parse(output);
    ck_assert_ptr_nonnull(document);
    ck_assert_uint_eq(json_object_array_length(document), 2);
    struct json_object *old = json_object_array_get_idx(document, 0);
    struct json_object *web = json_object_array_get_idx(document, 1);
    ck_assert_str_eq(json_object_get_string(member(web, "name")), "web1");
    ck_assert_str_eq(json_object_get_string(member(web, "uuid")), UUID_WEB);
    ck_assert_str_eq(json_object_get_string(member(web, "host")), "lab1");
    ck_assert_str_eq(json_object_get_string(member(web, "state")), "running");
    ck_assert_int_eq(json_object_get_int64(member(web, "vcpus")), 2);
    ck_assert_int_eq(json_object_get_int64(member(web, "memory_max_kib")), 4194304);
    ck_assert_int_eq(json_object_get_int64(member(web, "balloon_kib")), 2097152);
    ck_assert_double_eq(json_object_get_double(member(web, "cpu_percent")), 37.25);
    ck_assert_str_eq(json_object_get_string(member(old, "state")), "shut off");
    ck_assert(member(old, "cpu_percent") == NULL);
    ck_assert(member(old, "balloon_kib") == NULL);
    json_object_put(document);
}
END_TEST

START_TEST(a_pattern_chooses_and_a_stranger_is_named)
{
    ck_assert_int_eq(run("list 'w*'", (struct shell_settings){0}), EXIT_STATUS_DONE);
    ck_assert_ptr_nonnull(strstr(output, "web1"));
    ck_assert_ptr_null(strstr(output, "old"));
    ck_assert_int_eq(run("list nobody", (struct shell_settings){0}), EXIT_STATUS_NOTHING_MATCHED);
    ck_assert_str_eq(errors, "vmtui: no VM is called nobody\n");
}
END_TEST

START_TEST(no_host_is_exit_four_with_its_reason)
{
    world.offline = true;
    ck_assert_int_eq(run("list", (struct shell_settings){0}), EXIT_STATUS_NO_CONNECTION);
    ck_assert_str_eq(errors, "vmtui: lab1: the daemon's socket is not there\n");
    ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(an_operation_is_submitted_and_followed_to_its_end)
{
    ck_assert_int_eq(run("pause web1", (struct shell_settings){0}), EXIT_STATUS_DONE);
    ck_assert_uint_eq(world.submitted_count, 1);
    ck_assert_int_eq(world.submitted[0]->kind, OPERATION_PAUSE);
    ck_assert_str_eq(world.submitted[0]->uuid, UUID_WEB);
    ck_assert_str_eq(world.submitted[0]->host, "lab1");
    ck_assert_str_eq(output, "pause web1: done\n");
}
END_TEST

START_TEST(a_failed_job_is_exit_one_with_its_reason)
{
    world.end = JOB_FAILED;
    ck_assert_int_eq(run("pause web1", (struct shell_settings){0}), EXIT_STATUS_FAILED);
    ck_assert_str_eq(errors, "vmtui: pause web1: failed: the disk is on fire\n");
}
END_TEST

START_TEST(what_makes_no_sense_now_is_refused_before_it_is_sent)
{
    ck_assert_int_eq(run("pause old", (struct shell_settings){0}), EXIT_STATUS_FAILED);
    ck_assert_uint_eq(world.submitted_count, 0);
    ck_assert_ptr_nonnull(strstr(errors, "old is shut off"));
}
END_TEST

START_TEST(dangerous_ones_want_a_terminal_or_yes)
{
    ck_assert_int_eq(run("force-off web1", (struct shell_settings){0}), EXIT_STATUS_FAILED);
    ck_assert_uint_eq(world.submitted_count, 0);
    ck_assert_ptr_nonnull(strstr(errors, "--yes"));
    ck_assert_int_eq(run("force-off web1", (struct shell_settings){.yes = true}), EXIT_STATUS_DONE);
    ck_assert_uint_eq(world.submitted_count, 1);
    ck_assert_int_eq(world.submitted[0]->kind, OPERATION_FORCE_OFF);
}
END_TEST

START_TEST(dry_run_and_readonly_change_nothing)
{
    ck_assert_int_eq(run("pause web1", (struct shell_settings){.dry_run = true}), EXIT_STATUS_DONE);
    ck_assert(str_starts_with(output, "would run: vmtui pause web1\n"));
    ck_assert_int_eq(run("pause web1", (struct shell_settings){.read_only = true}),
                     EXIT_STATUS_USAGE);
    ck_assert_uint_eq(world.submitted_count, 0);
}
END_TEST

START_TEST(a_dry_run_of_what_would_be_refused_fails)
{
    ck_assert_int_eq(run("pause old", (struct shell_settings){.dry_run = true}),
                     EXIT_STATUS_FAILED);
    ck_assert_uint_eq(world.submitted_count, 0);
}
END_TEST

START_TEST(a_dry_run_speaks_json_too)
{
    ck_assert_int_eq(run("pause web1", (struct shell_settings){.dry_run = true, .json = true}),
                     EXIT_STATUS_DONE);
    struct json_object *document = json_tokener_parse(output);
    ck_assert_ptr_nonnull(document);
    struct json_object *row = json_object_array_get_idx(document, 0);
    ck_assert_str_eq(json_object_get_string(member(row, "command_line")), "vmtui pause web1");
    ck_assert(json_object_get_boolean(member(row, "possible")));
    json_object_put(document);
    ck_assert_uint_eq(world.submitted_count, 0);
}
END_TEST

START_TEST(events_prints_the_latest_that_were_asked_for)
{
    ck_assert_int_eq(run("events --count 2", (struct shell_settings){0}), EXIT_STATUS_DONE);
    ck_assert_ptr_null(strstr(output, "entry a"));
    ck_assert_ptr_nonnull(strstr(output, "entry b"));
    ck_assert_ptr_nonnull(strstr(output, "entry c"));
}
END_TEST

START_TEST(csv_quotes_names_and_leaves_unknown_empty)
{
    ck_assert_int_eq(run("stats --csv", (struct shell_settings){0}), EXIT_STATUS_DONE);
    ck_assert_ptr_nonnull(
        strstr(output, "1700000000000,\"lab1\",\"old\"," UUID_OLD ",shut off,,,524288.00,,,,,,\n"));
    ck_assert_ptr_nonnull(
        strstr(output, "1700000000000,\"lab1\",\"web1\"," UUID_WEB
                       ",running,37.25,,4194304.00,2097152.00,1572864.00,1048576.00,2097152.00,,"
                       "\n"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shell");
    TCase *tests = tcase_create("shell");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, list_prints_a_table_sorted_by_name);
    tcase_add_test(tests, list_json_has_units_in_names_and_null_for_unknown);
    tcase_add_test(tests, a_pattern_chooses_and_a_stranger_is_named);
    tcase_add_test(tests, no_host_is_exit_four_with_its_reason);
    tcase_add_test(tests, an_operation_is_submitted_and_followed_to_its_end);
    tcase_add_test(tests, a_failed_job_is_exit_one_with_its_reason);
    tcase_add_test(tests, what_makes_no_sense_now_is_refused_before_it_is_sent);
    tcase_add_test(tests, dangerous_ones_want_a_terminal_or_yes);
    tcase_add_test(tests, dry_run_and_readonly_change_nothing);
    tcase_add_test(tests, a_dry_run_of_what_would_be_refused_fails);
    tcase_add_test(tests, a_dry_run_speaks_json_too);
    tcase_add_test(tests, events_prints_the_latest_that_were_asked_for);
    tcase_add_test(tests, csv_quotes_names_and_leaves_unknown_empty);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
