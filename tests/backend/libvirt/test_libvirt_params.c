// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/sample/libvirt_params.h"

#include <stdlib.h>
#include <string.h>

#include "check_main.h"

static virTypedParameterPtr params;
static int count, capacity;
static struct vm_sample vm;

static void setup(void)
{
    ck_assert_int_eq(virInitialize(), 0);
    params = NULL;
    count = capacity = 0;
    vm = (struct vm_sample){0};
}

static void teardown(void)
{
    virTypedParamsFree(params, count);
    vm_sample_finish(&vm);
}

static void number(const char *name, unsigned long long value)
{
    ck_assert_int_eq(virTypedParamsAddULLong(&params, &count, &capacity, name, value), 0);
}

static void small(const char *name, int value)
{
    ck_assert_int_eq(virTypedParamsAddInt(&params, &count, &capacity, name, value), 0);
}

static void text(const char *name, const char *value)
{
    ck_assert_int_eq(virTypedParamsAddString(&params, &count, &capacity, name, value), 0);
}

START_TEST(states_have_reasons)
{
    small("state.state", 3);
    small("state.reason", 5);
    ck_assert(libvirt_params_state(&vm, params, count));
    ck_assert_int_eq(vm.state, VM_STATE_PAUSED);
    ck_assert_str_eq(vm.reason, "disk error");
    libvirt_params_set_state(&vm, 5, 3);
    ck_assert_int_eq(vm.state, VM_STATE_SHUT_OFF);
    ck_assert_str_eq(vm.reason, "crashed");
    libvirt_params_set_state(&vm, 99, 1);
    ck_assert_int_eq(vm.state, VM_STATE_UNKNOWN);
    ck_assert_uint_eq(vm.valid & VM_HAS_REASON, 0);
}
END_TEST

START_TEST(what_is_missing_is_not_zero)
{
    number("cpu.time", 0);
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_eq(vm.valid, VM_HAS_CPU_TIME);
    ck_assert(!libvirt_params_state(&vm, params, count));
}
END_TEST

START_TEST(memory_is_read)
{
    number("balloon.current", 100);
    number("balloon.maximum", 200);
    number("balloon.unused", 30);
    number("balloon.available", 90);
    number("balloon.usable", 40);
    number("balloon.disk_caches", 5);
    number("balloon.swap_in", 6);
    number("balloon.swap_out", 7);
    number("balloon.major_fault", 8);
    number("balloon.rss", 150);
    number("balloon.last-update", 1700000000);
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_eq(vm.balloon_kib, 100);
    ck_assert_uint_eq(vm.memory_max_kib, 200);
    ck_assert_uint_eq(vm.unused_kib, 30);
    ck_assert_uint_eq(vm.available_kib, 90);
    ck_assert_uint_eq(vm.usable_kib, 40);
    ck_assert_uint_eq(vm.cache_kib, 5);
    ck_assert_uint_eq(vm.swap_in_kib, 6);
    ck_assert_uint_eq(vm.swap_out_kib, 7);
    ck_assert_uint_eq(vm.major_faults, 8);
    ck_assert_uint_eq(vm.rss_kib, 150);
    ck_assert_uint_eq(vm.last_update_s, 1700000000);
}
END_TEST

START_TEST(a_report_that_never_came_is_unknown)
{
    number("balloon.last-update", 0);
    number("balloon.rss", 0);
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_eq(vm.valid, VM_HAS_RSS);
}
END_TEST

START_TEST(vcpus_may_have_holes)
{
    number("vcpu.current", 2);
    number("vcpu.maximum", 4);
    small("vcpu.0.state", 1);
    number("vcpu.0.time", 1000);
    number("vcpu.0.delay", 10);
    small("vcpu.3.state", 2);
    number("vcpu.3.time", 3000);
    number("vcpu.9.time", 9);
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_eq(vm.vcpus_current, 2);
    ck_assert_uint_eq(vm.vcpus_max, 4);
    ck_assert_uint_eq(vm.vcpu_count, 2);
    ck_assert_uint_eq(vm.vcpus[1].number, 3);
    ck_assert_int_eq(vm.vcpus[1].state, VCPU_BLOCKED);
    ck_assert_uint_eq(vm.vcpus[1].time_ns, 3000);
    ck_assert(!vm.vcpus[1].has_delay);
    ck_assert(vm.vcpus[0].has_delay);
    ck_assert_uint_eq(vm.vcpus[0].delay_ns, 10);
}
END_TEST

START_TEST(disks_and_interfaces_are_read)
{
    number("block.count", 2);
    text("block.0.name", "vda");
    text("block.0.path", "/images/a\033.qcow2");
    number("block.0.rd.bytes", 11);
    number("block.0.rd.reqs", 1);
    number("block.0.wr.times", 22);
    number("block.0.capacity", 4096);
    text("block.1.name", "sda");
    number("net.count", 2);
    text("net.1.name", "vnet0");
    number("net.1.rx.bytes", 5);
    number("net.1.tx.drop", 6);
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_eq(vm.disk_count, 2);
    ck_assert_str_eq(vm.disks[0].target, "vda");
    ck_assert_str_eq(vm.disks[0].source, "/images/a?.qcow2");
    ck_assert_uint_eq(vm.disks[0].read_bytes, 11);
    ck_assert_uint_eq(vm.disks[0].write_time_ns, 22);
    ck_assert_uint_eq(vm.disks[0].valid, DISK_HAS_READ | DISK_HAS_WRITE_TIME | DISK_HAS_CAPACITY);
    ck_assert_ptr_null(vm.disks[1].source);
    ck_assert_uint_eq(vm.disks[1].valid, 0);
    ck_assert_uint_eq(vm.nic_count, 1);
    ck_assert_str_eq(vm.nics[0].name, "vnet0");
    ck_assert_uint_eq(vm.nics[0].rx_bytes, 5);
    ck_assert_uint_eq(vm.nics[0].tx_drops, 6);
}
END_TEST

START_TEST(absurd_counts_are_bounded)
{
    number("block.count", 18446744073709551615ull);
    number("vcpu.maximum", 4000000000ull);
    text("block.5000000000.name", "vda");
    number("net.count", 1);
    text("net.99999999999999999999.name", "x");
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_le(vm.disk_count, 1024);
    ck_assert_uint_eq(vm.vcpu_count, 0);
    ck_assert_uint_eq(vm.nic_count, 0);
}
END_TEST

START_TEST(figures_replace_earlier_ones)
{
    number("block.count", 1);
    text("block.0.name", "vda");
    number("balloon.rss", 1);
    vm.valid = VM_HAS_AUTOSTART;
    libvirt_params_figures(&vm, params, count);
    libvirt_params_figures(&vm, params, count);
    ck_assert_uint_eq(vm.disk_count, 1);
    libvirt_params_clear(&vm);
    ck_assert_uint_eq(vm.disk_count, 0);
    ck_assert_uint_eq(vm.valid, VM_HAS_AUTOSTART);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("libvirt_params");
    TCase *tests = tcase_create("reading");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, states_have_reasons);
    tcase_add_test(tests, what_is_missing_is_not_zero);
    tcase_add_test(tests, memory_is_read);
    tcase_add_test(tests, a_report_that_never_came_is_unknown);
    tcase_add_test(tests, vcpus_may_have_holes);
    tcase_add_test(tests, disks_and_interfaces_are_read);
    tcase_add_test(tests, absurd_counts_are_bounded);
    tcase_add_test(tests, figures_replace_earlier_ones);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
