// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>

#include "fabricated.h"
#include "monitor/alerts.h"

#define NOW (100 * SECOND)

static struct alert_levels levels;
static struct vm_sample vm;
static struct vm_rates rates;
static struct alert alerts[ALERT_KIND_COUNT];
static size_t alert_count;

static void set_up(void)
{
    levels = (struct alert_levels){0};
    vm = (struct vm_sample){0};
    rates = (struct vm_rates){.memory_usable_kib = -1, .ready_percent = -1};
    vm_running(&vm, UUID_A, 1, NOW);
}

static void tear_down(void)
{
    alert_levels_finish(&levels);
    vm_sample_finish(&vm);
}

static void step(void)
{
    alerts_step_vm(&levels, &vm, &rates, NOW, true);
    alert_count = alert_levels_collect(&levels, 3, alerts);
}

static void ready(double percent)
{
    rates.ready_percent = percent;
    step();
}

START_TEST(raised_after_two_bad_samples_dropped_after_two_good_ones)
{
    ready(6);
    ck_assert_uint_eq(alert_count, 0);
    ready(4.9); // one good one between: starts over
    ready(9.8);
    ck_assert_uint_eq(alert_count, 0);
    ready(9.8);
    ck_assert_uint_eq(alert_count, 1);
    ck_assert_int_eq(alerts[0].severity, SEVERITY_WARN);
    ck_assert_uint_eq(alerts[0].vm_index, 3);
    ck_assert_str_eq(alerts[0].text, "ready 9.8 % (host CPU contended)");
    ck_assert_int_eq(alert_levels_worst(&levels), SEVERITY_WARN);
    ready(1);
    ck_assert_uint_eq(alert_count, 1);
    ready(7.5); // not good after all
    ck_assert_str_eq(alerts[0].text, "ready 7.5 % (host CPU contended)");
    ready(-1); // not known counts as good
    ck_assert_uint_eq(alert_count, 1);
    ready(5);
    ck_assert_uint_eq(alert_count, 0);
    ck_assert_int_eq(alert_levels_worst(&levels), SEVERITY_INFO);
}
END_TEST

START_TEST(warn_and_alarm_have_the_same_inertia)
{
    ready(6);
    ready(30); // bad twice, but an alarm only once
    ck_assert_int_eq(alerts[0].severity, SEVERITY_WARN);
    ready(10.1);
    ck_assert_int_eq(alerts[0].severity, SEVERITY_ALARM);
    ck_assert_str_eq(alerts[0].text, "ready 10.1 % (host CPU contended)");
    ready(8);
    ck_assert_int_eq(alerts[0].severity, SEVERITY_ALARM);
    ready(0);
    ck_assert_int_eq(alerts[0].severity, SEVERITY_WARN);
    ready(0);
    ck_assert_uint_eq(alert_count, 0);
}
END_TEST

START_TEST(opposite_samples_move_nothing)
{
    ready(6);
    ready(6);
    ready(30);
    ready(0);
    ck_assert_uint_eq(alert_count, 1);
    ck_assert_int_eq(alerts[0].severity, SEVERITY_WARN);
    ready(30);
    ck_assert_uint_eq(alert_count, 1);
    ck_assert_int_eq(alerts[0].severity, SEVERITY_WARN);
}
END_TEST

// In a snapshot that brought no new figures of this VM nothing moves.
START_TEST(only_samples_count)
{
    ready(6);
    for (int i = 0; i < 5; i++)
        alerts_step_vm(&levels, &vm, &rates, NOW, false);
    ck_assert_uint_eq(alert_levels_collect(&levels, 0, alerts), 0);
    step();
    ck_assert_uint_eq(alert_count, 1);
}
END_TEST

START_TEST(slow_disks_need_enough_requests)
{
    struct disk_rates disks[2] = {{.write_requests = 5,
                                   .write_latency_ms = 41.3,
                                   .read_requests = 100,
                                   .read_latency_ms = 30},
                                  {.write_requests = 4.9,
                                   .write_latency_ms = 900,
                                   .read_requests = -1,
                                   .read_latency_ms = -1}};
    vm_add_disk(&vm, "vda");
    vm_add_disk(&vm, "vdb");
    rates.disks = disks;
    rates.disk_count = 2;
    step();
    step();
    ck_assert_uint_eq(alert_count, 1);
    ck_assert_str_eq(alerts[0].text, "vda write 41 ms");
    ck_assert_int_eq(alerts[0].severity, SEVERITY_WARN);
    disks[1].read_requests = 50;
    disks[1].read_latency_ms = 55;
    step();
    step();
    ck_assert_uint_eq(alert_count, 2);
    ck_assert_str_eq(alerts[0].text, "vdb read 55 ms");
}
END_TEST

START_TEST(guest_memory)
{
    vm_memory(&vm, 2 * 1024 * 1024, 0, 0);
    rates.memory_usable_kib = 62 * 1024; // 3 %
    rates.swap_in_kib = 3174.4;
    rates.major_faults = 340;
    step();
    step();
    ck_assert_uint_eq(alert_count, 3);
    ck_assert_str_eq(alerts[0].text, "memory short: 62 MiB of 2.0 GiB usable");
    ck_assert_str_eq(alerts[1].text, "swapping in 3.1 MiB/s");
    ck_assert_str_eq(alerts[2].text, "340 major faults/s");
    rates.memory_usable_kib = 104858; // just above 5 %
    rates.swap_in_kib = 1024;
    rates.major_faults = -1;
    step();
    step();
    ck_assert_uint_eq(alert_count, 0);
}
END_TEST

START_TEST(lossy_interfaces)
{
    struct nic_rates nics[2] = {{.rx_packets = 10000, .rx_drops = 9.9},
                                {.tx_packets = 98, .tx_drops = 1, .tx_errors = 1}};
    vm_add_nic(&vm, "vnet0");
    vm_add_nic(&vm, "vnet1");
    rates.nics = nics;
    rates.nic_count = 2;
    step();
    step();
    ck_assert_uint_eq(alert_count, 1);
    ck_assert_str_eq(alerts[0].text, "vnet1 loses 2.0 % of sent packets");
    nics[1].tx_drops = 0.4;
    nics[1].tx_errors = 0.4; // fewer than one a second
    step();
    step();
    ck_assert_uint_eq(alert_count, 0);
}
END_TEST

START_TEST(hung_is_said_at_once_and_for_how_long)
{
    ready(20);
    ready(20);
    vm.hung = true;
    vm.sampled_ns = NOW - 12 * SECOND;
    alerts_step_vm(&levels, &vm, &rates, NOW, false);
    alert_count = alert_levels_collect(&levels, 0, alerts);
    ck_assert_uint_eq(alert_count, 1); // the old ready time is no news
    ck_assert_int_eq(alerts[0].severity, SEVERITY_ALARM);
    ck_assert_str_eq(alerts[0].text, "does not answer: hung for 12 s");
    alerts_step_vm(&levels, &vm, &rates, NOW + 2 * SECOND, false);
    alert_levels_collect(&levels, 0, alerts);
    ck_assert_str_eq(alerts[0].text, "does not answer: hung for 14 s");
    vm.sampled_ns = 0;
    step();
    ck_assert_str_eq(alerts[0].text, "does not answer: hung");
    vm.hung = false;
    rates.ready_percent = 0;
    step();
    ck_assert_uint_eq(alert_count, 0);
}
END_TEST

START_TEST(states_that_hurt)
{
    static const struct {
        enum vm_state state;
        const char *reason;
        const char *text; // NULL: none
    } rows[] = {
        {VM_STATE_PAUSED, "user", NULL},
        {VM_STATE_PAUSED, "no space", "paused: no space on the host's storage"},
        {VM_STATE_PAUSED, "I/O error", "paused: I/O error on the host's storage (is it full?)"},
        {VM_STATE_PAUSED, "disk error", "paused: I/O error on the host's storage (is it full?)"},
        {VM_STATE_PAUSED, "guest panicked", "paused: the guest's kernel panicked"},
        {VM_STATE_PAUSED, "watchdog", "paused: the guest's watchdog fired"},
        {VM_STATE_PAUSED, NULL, NULL},
        {VM_STATE_CRASHED, "panicked", "crashed: the guest's kernel panicked"},
        {VM_STATE_CRASHED, NULL, "crashed"},
        {VM_STATE_SHUT_OFF, "crashed", "crashed"},
        {VM_STATE_SHUT_OFF, "shutdown", NULL},
        {VM_STATE_RUNNING, "booted", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        vm.state = rows[i].state;
        vm.reason = rows[i].reason;
        vm.valid = rows[i].reason != NULL ? VM_HAS_REASON : 0;
        step();
        ck_assert_uint_eq(alert_count, rows[i].text != NULL ? 1 : 0);
        if (rows[i].text == NULL)
            continue;
        ck_assert_int_eq(alerts[0].severity, SEVERITY_ALARM);
        ck_assert_str_eq(alerts[0].text, rows[i].text);
    }
}
END_TEST

START_TEST(a_vm_that_was_shut_off_has_no_old_alerts)
{
    ready(20);
    ready(20);
    ck_assert_uint_eq(alert_count, 1);
    vm.state = VM_STATE_SHUT_OFF;
    step();
    ck_assert_uint_eq(alert_count, 0);
    vm.state = VM_STATE_RUNNING;
    step(); // bad once since then
    ck_assert_uint_eq(alert_count, 0);
}
END_TEST

START_TEST(long_names_are_cut_between_characters)
{
    char name[301];
    for (int i = 0; i < 300; i += 2)
        memcpy(&name[i], "\xc3\xa4", 2); // a-umlaut
    name[300] = '\0';
    struct disk_rates disk = {.write_requests = 5, .write_latency_ms = 41};
    vm_add_disk(&vm, name);
    rates.disks = &disk;
    rates.disk_count = 1;
    step();
    step();
    ck_assert_uint_eq(alert_count, 1);
    ck_assert_uint_eq(strlen(alerts[0].text), 158);
}
END_TEST

START_TEST(host_alerts)
{
    struct host_snapshot *host = make_snapshot("lab", 0, NOW);
    struct host_rates host_rates = {.cpu_iowait_percent = 24.4};
    host->valid = HOST_HAS_MEMORY | HOST_HAS_MEMORY_AVAILABLE | HOST_HAS_PRESSURE;
    host->memory_total_kib = 64 * 1024 * 1024;
    host->memory_available_kib = 2 * 1024 * 1024;
    host->psi_memory_some_10 = 12.34;
    alerts_step_host(&levels, host, &host_rates);
    ck_assert_uint_eq(alert_levels_collect(&levels, SIZE_MAX, alerts), 0);
    alerts_step_host(&levels, host, &host_rates);
    ck_assert_uint_eq(alert_levels_collect(&levels, SIZE_MAX, alerts), 3);
    ck_assert_uint_eq(alerts[0].vm_index, SIZE_MAX);
    ck_assert_str_eq(alerts[0].text, "host memory short: 2.0 GiB of 64 GiB available");
    ck_assert_str_eq(alerts[1].text, "host memory pressure: tasks wait 12.3 % of the time");
    ck_assert_str_eq(alerts[2].text, "host CPUs wait for storage 24 % of the time");
    host->valid = 0; // not known any more
    host_rates.cpu_iowait_percent = -1;
    alerts_step_host(&levels, host, &host_rates);
    alerts_step_host(&levels, host, &host_rates);
    ck_assert_uint_eq(alert_levels_collect(&levels, SIZE_MAX, alerts), 0);
    host_snapshot_unref(host);
}
END_TEST

START_TEST(worst_first_then_the_host_then_the_vms)
{
    struct alert list[] = {{SEVERITY_WARN, 2, "e"},
                           {SEVERITY_ALARM, 9, "b"},
                           {SEVERITY_WARN, SIZE_MAX, "c"},
                           {SEVERITY_WARN, 1, "d"},
                           {SEVERITY_ALARM, 4, "a"}};
    alerts_sort(list, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(list[i].text[0], "abcde"[i]);
    alerts_sort(NULL, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerts");
    TCase *tests = tcase_create("alerts");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, raised_after_two_bad_samples_dropped_after_two_good_ones);
    tcase_add_test(tests, warn_and_alarm_have_the_same_inertia);
    tcase_add_test(tests, opposite_samples_move_nothing);
    tcase_add_test(tests, only_samples_count);
    tcase_add_test(tests, slow_disks_need_enough_requests);
    tcase_add_test(tests, guest_memory);
    tcase_add_test(tests, lossy_interfaces);
    tcase_add_test(tests, hung_is_said_at_once_and_for_how_long);
    tcase_add_test(tests, states_that_hurt);
    tcase_add_test(tests, a_vm_that_was_shut_off_has_no_old_alerts);
    tcase_add_test(tests, long_names_are_cut_between_characters);
    tcase_add_test(tests, host_alerts);
    tcase_add_test(tests, worst_first_then_the_host_then_the_vms);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
