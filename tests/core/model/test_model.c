// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <string.h>

#include "core/memory.h"
#include "core/model/console_port.h"
#include "core/model/event.h"
#include "core/model/job.h"
#include "core/model/model.h"
#include "core/model/operation.h"

START_TEST(states_have_the_words_that_virsh_prints)
{
    ck_assert_str_eq(vm_state_name(VM_STATE_RUNNING), "running");
    ck_assert_str_eq(vm_state_name(VM_STATE_IDLE), "idle");
    ck_assert_str_eq(vm_state_name(VM_STATE_PAUSED), "paused");
    ck_assert_str_eq(vm_state_name(VM_STATE_SHUTTING_DOWN), "in shutdown");
    ck_assert_str_eq(vm_state_name(VM_STATE_SHUT_OFF), "shut off");
    ck_assert_str_eq(vm_state_name(VM_STATE_CRASHED), "crashed");
    ck_assert_str_eq(vm_state_name(VM_STATE_SUSPENDED), "pmsuspended");
    ck_assert_str_eq(vm_state_name((enum vm_state)99), "no state");
    ck_assert_str_eq(vm_state_name((enum vm_state) - 1), "no state");
}
END_TEST

START_TEST(active_means_that_there_is_a_process)
{
    ck_assert(vm_state_is_active(VM_STATE_RUNNING));
    ck_assert(vm_state_is_active(VM_STATE_PAUSED));
    ck_assert(vm_state_is_active(VM_STATE_SUSPENDED));
    ck_assert(!vm_state_is_active(VM_STATE_SHUT_OFF));
    ck_assert(!vm_state_is_active(VM_STATE_CRASHED));
    ck_assert(!vm_state_is_active(VM_STATE_UNKNOWN));
}
END_TEST

START_TEST(names_outside_their_enum_do_not_crash)
{
    ck_assert_str_eq(operation_kind_name((enum operation_kind)1000), "unknown operation");
    ck_assert_str_eq(job_state_name((enum job_state)1000), "outcome unknown");
    ck_assert_str_eq(connection_state_name((enum connection_state)1000), "unknown");
    ck_assert_str_eq(host_capability_text((enum host_capability)1000), "this");
    ck_assert_str_eq(operation_kind_name(OPERATION_FORCE_OFF), "force off");
    ck_assert_str_eq(connection_state_name(CONNECTION_ONLINE), "online");
}
END_TEST

static struct vm_definition *make_definition(void)
{
    struct vm_definition *definition = vm_definition_create();
    definition->type = memory_strdup("kvm");
    definition->disks = memory_array(2, sizeof(*definition->disks));
    definition->disk_count = 2;
    definition->disks[0].target = memory_strdup("vda");
    definition->disks[0].source = memory_strdup("/a.qcow2");
    definition->disks[1].target = memory_strdup("sda");
    definition->nics = memory_array(1, sizeof(*definition->nics));
    definition->nic_count = 1;
    definition->nics[0].type = memory_strdup("user");
    return definition;
}

static void fill_vm(struct vm_sample *vm)
{
    strcpy(vm->uuid, "6b3f9d2c-0000-4000-8000-000000000001");
    vm->name = memory_strdup("web1");
    vm->vcpus = memory_array(2, sizeof(*vm->vcpus));
    vm->vcpu_count = 2;
    vm->vcpus[1].time_ns = 77;
    vm->disks = memory_array(1, sizeof(*vm->disks));
    vm->disk_count = 1;
    vm->disks[0].target = memory_strdup("vda");
    vm->disks[0].source = memory_strdup("/a.qcow2");
    vm->nics = memory_array(1, sizeof(*vm->nics));
    vm->nic_count = 1;
    vm->nics[0].name = memory_strdup("vnet0");
    vm->definition = make_definition();
    vm->detail = vm_detail_create();
    vm->detail->snapshots = memory_array(1, sizeof(*vm->detail->snapshots));
    vm->detail->snapshot_count = 1;
    vm->detail->snapshots[0].name = memory_strdup("clean");
    vm->detail->xml = memory_strdup("<domain/>");
}

START_TEST(a_copy_of_a_vm_lives_longer_than_the_original)
{
    struct vm_sample original = {0};
    struct vm_sample copy;
    fill_vm(&original);
    vm_sample_copy(&copy, &original);
    ck_assert_ptr_eq(copy.definition, original.definition);
    ck_assert_ptr_ne(copy.name, original.name);
    vm_sample_finish(&original);
    ck_assert_ptr_null(original.name);
    ck_assert_uint_eq(original.disk_count, 0);
    ck_assert_str_eq(copy.name, "web1");
    ck_assert_uint_eq(copy.vcpus[1].time_ns, 77);
    ck_assert_str_eq(copy.disks[0].target, "vda");
    ck_assert_str_eq(copy.disks[0].source, "/a.qcow2");
    ck_assert_str_eq(copy.nics[0].name, "vnet0");
    ck_assert_str_eq(copy.definition->type, "kvm");
    ck_assert_str_eq(copy.detail->snapshots[0].name, "clean");
    vm_sample_finish(&copy);
    vm_sample_finish(&copy); // a zeroed one
    vm_sample_finish(NULL);
}
END_TEST

START_TEST(a_copy_of_an_empty_vm_has_no_arrays)
{
    struct vm_sample original = {0};
    struct vm_sample copy;
    memset(&copy, 0xff, sizeof(copy));
    vm_sample_copy(&copy, &original);
    ck_assert_ptr_null(copy.vcpus);
    ck_assert_ptr_null(copy.disks);
    ck_assert_ptr_null(copy.definition);
    vm_sample_finish(&copy);
}
END_TEST

START_TEST(disks_of_a_definition_are_found_by_target)
{
    struct vm_definition *definition = make_definition();
    ck_assert_ptr_eq(vm_definition_disk(definition, "vda"), &definition->disks[0]);
    ck_assert_ptr_eq(vm_definition_disk(definition, "sda"), &definition->disks[1]);
    ck_assert_ptr_null(vm_definition_disk(definition, "vd"));
    ck_assert_ptr_null(vm_definition_disk(definition, NULL));
    ck_assert_ptr_null(vm_definition_disk(NULL, "vda"));
    vm_definition_unref(definition);
}
END_TEST

START_TEST(a_frozen_snapshot_finds_its_vms_by_uuid)
{
    static const char *const uuids[] = {"cc", "aa", "dd", "bb"};
    struct host_snapshot *snapshot = host_snapshot_create();
    host_snapshot_set_vm_count(snapshot, 4);
    for (size_t i = 0; i < 4; i++) {
        strcpy(snapshot->vms[i].uuid, uuids[i]);
        snapshot->vms[i].name = memory_strdup(uuids[i]);
    }
    host_snapshot_freeze(snapshot);
    ck_assert_str_eq(snapshot->vms[0].name, "aa");
    ck_assert_str_eq(snapshot->vms[3].name, "dd");
    ck_assert_str_eq(host_snapshot_find(snapshot, "cc")->name, "cc");
    ck_assert_ptr_null(host_snapshot_find(snapshot, "ab"));
    ck_assert_ptr_null(host_snapshot_find(snapshot, NULL));
    ck_assert_ptr_null(host_snapshot_find(NULL, "aa"));
    host_snapshot_set_vm_count(snapshot, 0);
    ck_assert_ptr_null(host_snapshot_find(snapshot, "aa"));
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(a_snapshot_keeps_what_was_added_until_the_last_holder)
{
    struct host_snapshot *snapshot = host_snapshot_create();
    snapshot->name = memory_strdup("lab1");
    host_snapshot_add_notice(snapshot, "QEMU runs as root");
    host_snapshot_add_notice(snapshot, "no KVM");
    host_snapshot_ref(snapshot);
    host_snapshot_unref(snapshot);
    ck_assert_uint_eq(snapshot->notice_count, 2);
    ck_assert_str_eq(snapshot->notices[1], "no KVM");
    host_snapshot_unref(snapshot);
    host_snapshot_unref(NULL);
    ck_assert_ptr_null(host_snapshot_ref(NULL));
}
END_TEST

START_TEST(capabilities_are_single_bits)
{
    struct host_snapshot *snapshot = host_snapshot_create();
    snapshot->capabilities = 1u << HOST_CAN_SNAPSHOT;
    ck_assert(host_snapshot_can(snapshot, HOST_CAN_SNAPSHOT));
    ck_assert(!host_snapshot_can(snapshot, HOST_CAN_SNAPSHOT_DISK_ONLY));
    ck_assert(!host_snapshot_can(snapshot, HOST_CAN_CHANGE));
    ck_assert(!host_snapshot_can(NULL, HOST_CAN_SNAPSHOT));
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(an_operation_is_copied_in_depth)
{
    struct vm_sample vm = {.name = (char *)"web1", .uuid = "some-uuid"};
    struct operation *operation = operation_create(OPERATION_RENAME, &vm, "lab1");
    operation->name = memory_strdup("web2");
    operation->flags = OPERATION_FLAG_LIVE;
    struct operation *copy = operation_copy(operation);
    operation_destroy(operation);
    ck_assert_int_eq(copy->kind, OPERATION_RENAME);
    ck_assert_str_eq(copy->uuid, "some-uuid");
    ck_assert_str_eq(copy->vm_name, "web1");
    ck_assert_str_eq(copy->host, "lab1");
    ck_assert_str_eq(copy->name, "web2");
    ck_assert_ptr_null(copy->disk);
    ck_assert_uint_eq(copy->flags, OPERATION_FLAG_LIVE);
    operation_destroy(copy);
    operation_destroy(NULL);
}
END_TEST

START_TEST(percent_is_known_only_with_a_total)
{
    struct job_info job = {.progress = {.known = false, .done_bytes = 5, .total_bytes = 10}};
    ck_assert_double_lt(job_percent(&job), 0.0);
    job.progress.known = true;
    ck_assert_double_eq(job_percent(&job), 50.0);
    job.progress.done_bytes = 11;
    ck_assert_double_eq(job_percent(&job), 100.0);
    job.progress.total_bytes = 0;
    ck_assert_double_lt(job_percent(&job), 0.0);
}
END_TEST

START_TEST(only_ends_are_final)
{
    ck_assert(!job_state_is_final(JOB_QUEUED));
    ck_assert(!job_state_is_final(JOB_RUNNING));
    ck_assert(job_state_is_final(JOB_DONE));
    ck_assert(job_state_is_final(JOB_UNKNOWN));
    ck_assert(job_state_is_final(JOB_CANCELLED));
}
END_TEST

START_TEST(an_event_is_stamped_and_shared)
{
    struct event *event = event_create(EVENT_NOTICE, "lab1");
    ck_assert_uint_gt(event->wall_ms, UINT64_C(1600000000000));
    ck_assert_str_eq(event->host, "lab1");
    ck_assert_ptr_eq(event_ref(event), event);
    event_unref(event);
    ck_assert_str_eq(event->text, "");
    event_unref(event);
    event_unref(NULL);
    event = event_create(EVENT_VM, NULL);
    ck_assert_str_eq(event->host, "");
    event_unref(event);
}
END_TEST

START_TEST(a_console_view_can_be_finished_twice)
{
    struct console_view view = {.rows = 1, .columns = 2};
    view.cells = memory_array(2, sizeof(*view.cells));
    console_view_finish(&view);
    ck_assert_ptr_null(view.cells);
    ck_assert_uint_eq(view.rows, 0);
    console_view_finish(&view);
    console_view_finish(NULL);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("model");
    tcase_add_test(tests, states_have_the_words_that_virsh_prints);
    tcase_add_test(tests, active_means_that_there_is_a_process);
    tcase_add_test(tests, names_outside_their_enum_do_not_crash);
    tcase_add_test(tests, a_copy_of_a_vm_lives_longer_than_the_original);
    tcase_add_test(tests, a_copy_of_an_empty_vm_has_no_arrays);
    tcase_add_test(tests, disks_of_a_definition_are_found_by_target);
    tcase_add_test(tests, a_frozen_snapshot_finds_its_vms_by_uuid);
    tcase_add_test(tests, a_snapshot_keeps_what_was_added_until_the_last_holder);
    tcase_add_test(tests, capabilities_are_single_bits);
    tcase_add_test(tests, an_operation_is_copied_in_depth);
    tcase_add_test(tests, percent_is_known_only_with_a_total);
    tcase_add_test(tests, only_ends_are_final);
    tcase_add_test(tests, an_event_is_stamped_and_shared);
    tcase_add_test(tests, a_console_view_can_be_finished_twice);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
