// SPDX-License-Identifier: GPL-2.0-or-later
// What is refused, and the sentence that says so.
#include "check_main.h"

#include <string.h>

#include "core/command/command.h"
#include "sample_host.h"

static struct host_snapshot *host;
static struct vm_sample *web1, *db1;

static void set_up(void)
{
    host = sample_host();
    web1 = &host->vms[0];
    db1 = &host->vms[1];
}

static void tear_down(void)
{
    host_snapshot_unref(host);
}

static void allowed(const char *name, const struct vm_sample *vm)
{
    struct error err = {0};
    ck_assert_msg(command_allowed(command_find(name), host, vm, &err), "%s: %s", name, err.text);
    ck_assert_int_eq(err.kind, ERROR_NONE);
}

static void refused(const char *name, const struct vm_sample *vm, enum error_kind kind,
                    const char *sentence)
{
    struct error err = {0};
    ck_assert_msg(!command_allowed(command_find(name), host, vm, &err), "%s was allowed", name);
    ck_assert_str_eq(err.text, sentence);
    ck_assert_int_eq(err.kind, kind);
}

START_TEST(states_are_explained)
{
    allowed("pause", web1);
    allowed("start", db1);
    refused("pause", db1, ERROR_INVALID, "db1 is shut off: start it first");
    refused("shutdown", db1, ERROR_INVALID, "db1 is shut off already");
    refused("force-off", db1, ERROR_INVALID, "db1 is shut off already");
    refused("console", db1, ERROR_INVALID, "db1 is shut off: start it first");
    refused("start", web1, ERROR_INVALID, "web1 is running already");
    refused("resume", web1, ERROR_INVALID, "web1 is running: there is nothing to resume");
    refused("delete", web1, ERROR_INVALID, "web1 is running: shut it down first");
    refused("rename", web1, ERROR_INVALID, "web1 is running: shut it down first");
    refused("restore", db1, ERROR_INVALID,
            "db1 was not suspended to disk: there is nothing to restore");
    web1->state = VM_STATE_PAUSED;
    allowed("resume", web1);
    allowed("pause-toggle", web1);
    allowed("force-off", web1);
    refused("pause", web1, ERROR_INVALID, "web1 is paused already");
    refused("shutdown", web1, ERROR_INVALID, "web1 is paused: resume it first");
    refused("start", web1, ERROR_INVALID, "web1 is paused: resume it instead");
    refused("delete", web1, ERROR_INVALID, "web1 is paused: resume it and shut it down first");
    web1->state = VM_STATE_SHUTTING_DOWN;
    allowed("force-off", web1);
    refused("start", web1, ERROR_INVALID, "web1 is shutting down: wait until it is off");
    web1->state = VM_STATE_SUSPENDED;
    refused("pause", web1, ERROR_INVALID, "web1 sleeps, suspended by its guest: wake it up first");
    web1->state = VM_STATE_CRASHED;
    allowed("force-off", web1);
    allowed("start", web1);
    refused("pause", web1, ERROR_INVALID, "web1 has crashed: force it off and start it first");
}
END_TEST

START_TEST(an_unknown_state_is_left_to_the_hypervisor)
{
    db1->state = VM_STATE_UNKNOWN;
    allowed("pause", db1);
    allowed("start", db1);
}
END_TEST

START_TEST(a_read_only_connection_changes_nothing)
{
    host->capabilities &= ~(UINT64_C(1) << HOST_CAN_CHANGE);
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if ((spec->flags & COMMAND_CHANGES) != 0)
            refused(spec->name, web1, ERROR_DENIED, "read-only connection: nothing can be changed");
    }
    allowed("console", web1);
    allowed("list", NULL);
    allowed("info", web1);
}
END_TEST

START_TEST(what_the_hypervisor_cannot_do_is_named)
{
    host->capabilities = UINT64_C(1) << HOST_CAN_CHANGE;
    refused("save", web1, ERROR_UNSUPPORTED, "this hypervisor does not support suspending to disk");
    refused("snapshot", web1, ERROR_UNSUPPORTED, "this hypervisor does not support snapshots");
    refused("console", web1, ERROR_UNSUPPORTED, "this hypervisor does not support serial consoles");
    allowed("shutdown", web1);
    allowed("force-off", web1);
}
END_TEST

START_TEST(nothing_goes_without_a_host_or_a_vm)
{
    refused("start", NULL, ERROR_INVALID, "no VM is selected");
    allowed("stats", NULL);
    allowed("quit", NULL);
    struct error err = {0};
    ck_assert(!command_allowed(command_find("start"), NULL, web1, &err));
    ck_assert_int_eq(err.kind, ERROR_OFFLINE);
    ck_assert(command_allowed(command_find("help"), NULL, NULL, &err));
}
END_TEST

START_TEST(a_hung_vm_can_always_be_forced_off)
{
    web1->hung = true;
    web1->state = VM_STATE_SHUT_OFF;
    allowed("force-off", web1);
    web1->state = VM_STATE_RUNNING;
    allowed("force-off", web1);
    allowed("shutdown", web1);
}
END_TEST

START_TEST(what_a_vm_lacks_is_said)
{
    web1->definition->has_serial_console = false;
    refused("console", web1, ERROR_UNSUPPORTED, "web1 has no serial console");
    web1->persistent = false;
    refused("save", web1, ERROR_UNSUPPORTED,
            "web1 is transient: its definition is gone once it is off");
    refused("autostart", web1, ERROR_UNSUPPORTED,
            "web1 is transient: its definition is gone once it is off");
    web1->snapshot_count = 0;
    refused("snapshot-revert", web1, ERROR_NOT_FOUND, "web1 has no snapshots");
    web1->valid &= ~(uint64_t)VM_HAS_SNAPSHOT_COUNT;
    allowed("snapshot-revert", web1); // not known is not none
}
END_TEST

static char matched[256];

static void note_match(void *context, const struct vm_sample *vm)
{
    ck_assert_ptr_eq(context, host);
    strcat(matched, vm->name);
    strcat(matched, " ");
}

static const char *match(const char *word)
{
    matched[0] = '\0';
    size_t count = command_match_target(word, host, note_match, host);
    size_t found = 0;
    for (const char *c = matched; *c != '\0'; c++)
        found += *c == ' ';
    ck_assert_uint_eq(count, found);
    return matched;
}

START_TEST(targets_are_matched_by_name_uuid_and_pattern)
{
    ck_assert_str_eq(match("web1"), "web1 ");
    ck_assert_str_eq(match("web"), "");
    ck_assert_str_eq(match("WEB1"), "");
    ck_assert_str_eq(match(""), "");
    ck_assert_str_eq(match("*"), "web1 db1 ");
    ck_assert_str_eq(match("*1"), "web1 db1 ");
    ck_assert_str_eq(match("w*"), "web1 ");
    ck_assert_str_eq(match("d?1"), "db1 ");
    ck_assert_str_eq(match("[ab]*"), "");
    ck_assert_str_eq(match("[d]b[0-9]"), "db1 ");
    ck_assert_str_eq(match("00000000-0000-4000-8000-000000000002"), "db1 ");
    strcpy(db1->uuid, "0000000a-0000-4000-8000-00000000000b");
    ck_assert_str_eq(match("0000000A-0000-4000-8000-00000000000B"), "db1 ");
    ck_assert_uint_eq(command_match_target("web1", NULL, note_match, NULL), 0);
}
END_TEST

START_TEST(an_exact_name_comes_before_a_pattern)
{
    free(db1->name);
    db1->name = memory_strdup("*");
    ck_assert_str_eq(match("*"), "* ");
    ck_assert_str_eq(match("[*]"), "* ");
    free(db1->name);
    db1->name = memory_strdup("web[1]");
    ck_assert_str_eq(match("web[1]"), "web[1] ");
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("command_allowed");
    TCase *tests = tcase_create("command_allowed");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, states_are_explained);
    tcase_add_test(tests, an_unknown_state_is_left_to_the_hypervisor);
    tcase_add_test(tests, a_read_only_connection_changes_nothing);
    tcase_add_test(tests, what_the_hypervisor_cannot_do_is_named);
    tcase_add_test(tests, nothing_goes_without_a_host_or_a_vm);
    tcase_add_test(tests, a_hung_vm_can_always_be_forced_off);
    tcase_add_test(tests, what_a_vm_lacks_is_said);
    tcase_add_test(tests, targets_are_matched_by_name_uuid_and_pattern);
    tcase_add_test(tests, an_exact_name_comes_before_a_pattern);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
