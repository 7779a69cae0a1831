// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>

#include "fabricated.h"
#include "monitor/rates.h"

#define WALL_S  UINT64_C(1700000000)
#define WALL_MS (WALL_S * 1000)

#define ck_near(value, expected) ck_assert_double_eq_tol((value), (expected), 1e-9)

static struct vm_rates rates;
static struct guest_report report;
static struct vm_sample was, is;

static void set_up(void)
{
    rates = (struct vm_rates){0};
    report = (struct guest_report){0};
    was = is = (struct vm_sample){0};
    vm_running(&was, UUID_A, 7, 10 * SECOND);
    vm_running(&is, UUID_A, 7, 12 * SECOND);
}

static void tear_down(void)
{
    vm_rates_finish(&rates);
    vm_sample_finish(&was);
    vm_sample_finish(&is);
}

// The first sample, then the second.
static enum rates_step step(void)
{
    ck_assert_int_eq(vm_rates_step(&rates, &report, NULL, &was, WALL_MS), RATES_BEGUN);
    return vm_rates_step(&rates, &report, &was, &is, WALL_MS + 2000);
}

START_TEST(cpu_use_is_per_vcpu)
{
    vm_cpu(&was, 4, 1000);
    vm_cpu(&is, 4, 5240); // 4.24 s in 2 s
    vm_add_vcpu(&was, 0, 500, 0);
    vm_add_vcpu(&was, 1, 400, 100);
    vm_add_vcpu(&is, 0, 2000, 40);
    vm_add_vcpu(&is, 1, 900, 100);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.cpu_percent, 212);
    ck_assert_uint_eq(rates.vcpu_count, 2);
    ck_assert_uint_eq(rates.vcpus[1].number, 1);
    ck_near(rates.vcpus[0].use_percent, 75);
    ck_near(rates.vcpus[1].use_percent, 25);
    ck_near(rates.vcpus[0].ready_percent, 2);
    ck_near(rates.vcpus[1].ready_percent, 0);
    ck_near(rates.ready_percent, 1);
}
END_TEST

START_TEST(first_sample_has_no_rates)
{
    vm_cpu(&was, 2, 100000);
    vm_add_vcpu(&was, 0, 100000, 5000);
    disk_reads(vm_add_disk(&was, "vda"), 1 << 30, 1000, 100);
    ck_assert_int_eq(vm_rates_step(&rates, &report, NULL, &was, WALL_MS), RATES_BEGUN);
    ck_near(rates.cpu_percent, -1);
    ck_near(rates.ready_percent, -1);
    ck_near(rates.disk_read_bytes, -1);
    ck_near(rates.net_rx_bytes, -1);
    ck_near(rates.swap_in_kib, -1);
    ck_near(rates.memory_used_kib, -1);
    ck_assert_uint_eq(rates.vcpu_count, 1);
    ck_near(rates.vcpus[0].use_percent, -1);
    ck_assert_uint_eq(rates.disk_count, 1);
    ck_near(rates.disks[0].read_bytes, -1);
}
END_TEST

START_TEST(restart_is_not_a_spike)
{
    vm_cpu(&was, 2, 5000);
    vm_cpu(&is, 2, 90000);
    is.id = 8;
    ck_assert_int_eq(step(), RATES_BEGUN);
    ck_near(rates.cpu_percent, -1);
}
END_TEST

START_TEST(cpu_time_backwards_makes_everything_unknown)
{
    vm_cpu(&was, 2, 5000);
    vm_cpu(&is, 2, 4999);
    disk_reads(vm_add_disk(&was, "vda"), 100, 1, 1);
    disk_reads(vm_add_disk(&is, "vda"), 4100, 11, 11);
    ck_assert_int_eq(step(), RATES_BEGUN);
    ck_near(rates.cpu_percent, -1);
    ck_near(rates.disk_read_bytes, -1);
    ck_near(rates.disks[0].read_bytes, -1);
}
END_TEST

START_TEST(start_after_shut_off_with_an_old_cpu_time)
{
    vm_cpu(&was, 2, 5000);
    was.state = VM_STATE_SHUT_OFF;
    vm_cpu(&is, 2, 6000);
    ck_assert_int_eq(step(), RATES_BEGUN);
    ck_near(rates.cpu_percent, -1);
}
END_TEST

START_TEST(a_vm_that_is_off_has_no_rates)
{
    vm_cpu(&was, 2, 5000);
    vm_cpu(&is, 2, 5000);
    is.state = VM_STATE_SHUT_OFF;
    vm_memory(&is, 1000, 400, WALL_S);
    ck_assert_int_eq(step(), RATES_BEGUN);
    ck_near(rates.cpu_percent, -1);
    ck_near(rates.memory_used_kib, -1);
}
END_TEST

START_TEST(clock_backwards_begins_anew)
{
    vm_cpu(&was, 2, 5000);
    vm_cpu(&is, 2, 6000);
    is.sampled_ns = 9 * SECOND;
    ck_assert_int_eq(step(), RATES_BEGUN);
    ck_near(rates.cpu_percent, -1);
}
END_TEST

// Rates of 50 % stand while the VM was not sampled, and while an early sample is too early.
START_TEST(unsampled_and_early_samples_keep_the_rates)
{
    vm_cpu(&was, 1, 1000);
    vm_cpu(&is, 1, 2000);
    disk_reads(vm_add_disk(&was, "vda"), 0, 0, 0);
    disk_reads(vm_add_disk(&is, "vda"), 2048, 4, 0);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.cpu_percent, 50);
    ck_assert_int_eq(vm_rates_step(&rates, &report, &is, &is, WALL_MS + 4000), RATES_KEPT);
    ck_near(rates.cpu_percent, 50);

    struct vm_sample early;
    vm_sample_copy(&early, &is);
    early.sampled_ns = 12 * SECOND + 399 * MS;
    early.cpu_time_ns += 390 * MS;
    ck_assert_int_eq(vm_rates_step(&rates, &report, &is, &early, WALL_MS + 2399), RATES_KEPT);
    ck_near(rates.cpu_percent, 50);
    ck_near(rates.disks[0].read_bytes, 1024);
    early.sampled_ns = 12 * SECOND + 400 * MS;
    early.cpu_time_ns = is.cpu_time_ns + 300 * MS;
    ck_assert_int_eq(vm_rates_step(&rates, &report, &is, &early, WALL_MS + 2400), RATES_MEASURED);
    ck_near(rates.cpu_percent, 75);
    vm_sample_finish(&early);
}
END_TEST

// The order of the rates is always that of the sample they are shown beside.
START_TEST(early_sample_with_other_disks_does_not_mix_them_up)
{
    disk_reads(vm_add_disk(&was, "vda"), 0, 0, 0);
    disk_reads(vm_add_disk(&is, "vda"), 2048, 4, 0);
    ck_assert_int_eq(step(), RATES_MEASURED);
    struct vm_sample early = {0};
    vm_running(&early, UUID_A, 7, 12 * SECOND + 100 * MS);
    disk_reads(vm_add_disk(&early, "vdb"), 0, 0, 0);
    disk_reads(vm_add_disk(&early, "vda"), 2048, 4, 0);
    ck_assert_int_eq(vm_rates_step(&rates, &report, &is, &early, WALL_MS), RATES_KEPT);
    ck_assert_uint_eq(rates.disk_count, 2);
    ck_near(rates.disks[0].read_bytes, -1);
    ck_near(rates.disk_read_bytes, 1024);
    // Back to the first order: two entries must not be read where there is one.
    ck_assert_int_eq(vm_rates_step(&rates, &report, &is, &is, WALL_MS), RATES_KEPT);
    ck_assert_uint_eq(rates.disk_count, 1);
    ck_near(rates.disks[0].read_bytes, -1);
    vm_sample_finish(&early);
}
END_TEST

START_TEST(missing_figures_stay_unknown)
{
    vm_cpu(&is, 2, 6000); // was had none
    vm_add_nic(&was, "vnet0")->valid = NIC_HAS_RX;
    vm_add_nic(&is, "vnet0")->valid = NIC_HAS_RX | NIC_HAS_TX;
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.cpu_percent, -1);
    ck_near(rates.net_rx_bytes, 0);
    ck_near(rates.net_tx_bytes, -1);
    ck_near(rates.nics[0].tx_drops, -1);
    ck_near(rates.disk_read_bytes, -1);
}
END_TEST

START_TEST(without_cpu_time_the_vcpus_are_summed)
{
    vm_add_vcpu(&was, 0, 0, 0);
    vm_add_vcpu(&was, 1, 0, 0);
    vm_add_vcpu(&is, 0, 500, 0);
    vm_add_vcpu(&is, 1, 1000, 0);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.cpu_percent, 75);
}
END_TEST

// 10 ms steps and late stamps: 2.01 s of CPU in 2 s, 3.5 s in 2 s for one vCPU.
START_TEST(use_is_clamped)
{
    vm_cpu(&was, 1, 0);
    vm_cpu(&is, 1, 3500);
    vm_add_vcpu(&was, 0, 0, 0);
    vm_add_vcpu(&is, 0, 2010, 2500);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.vcpus[0].use_percent, 100);
    ck_near(rates.vcpus[0].ready_percent, 100);
    ck_near(rates.cpu_percent, 150);
}
END_TEST

START_TEST(offline_and_new_vcpus_do_not_count)
{
    vm_add_vcpu(&was, 0, 0, 0);
    vm_add_vcpu(&was, 2, 0, 0);
    vm_add_vcpu(&is, 0, 200, 400);
    vm_add_vcpu(&is, 1, 9999, 9999); // plugged in meanwhile
    vm_add_vcpu(&is, 2, 0, 0);
    is.vcpus[2].state = VCPU_OFFLINE;
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.vcpus[0].use_percent, 10);
    ck_near(rates.vcpus[1].use_percent, -1);
    ck_near(rates.vcpus[2].use_percent, -1);
    ck_near(rates.ready_percent, 20);
}
END_TEST

START_TEST(disks_are_matched_by_target)
{
    struct disk_sample *disk = vm_add_disk(&was, "vda");
    disk_reads(disk, 1000, 10, 50);
    disk_writes(disk, 0, 0, 0);
    disk_reads(vm_add_disk(&was, "vdb"), 500, 5, 5);
    disk_reads(vm_add_disk(&is, "vdb"), 4500, 25, 205); // 20 requests in 200 ms
    disk = vm_add_disk(&is, "vda");
    disk_reads(disk, 1000, 10, 50);
    disk_writes(disk, 8192, 2, 82); // 41 ms each
    vm_add_disk(&is, "sda");        // an empty drive
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.disks[0].read_bytes, 2000);
    ck_near(rates.disks[0].read_requests, 10);
    ck_near(rates.disks[0].read_latency_ms, 10);
    ck_near(rates.disks[0].write_bytes, -1);
    ck_near(rates.disks[1].read_bytes, 0);
    ck_near(rates.disks[1].read_latency_ms, -1);
    ck_near(rates.disks[1].write_bytes, 4096);
    ck_near(rates.disks[1].write_latency_ms, 41);
    ck_near(rates.disks[2].read_bytes, -1);
    ck_near(rates.disk_read_bytes, 2000);
    ck_near(rates.disk_write_bytes, 4096);
    ck_near(rates.disk_latency_ms, 41);
}
END_TEST

START_TEST(replaced_disk_is_unknown_for_the_interval)
{
    vm_cpu(&was, 1, 0);
    vm_cpu(&is, 1, 200);
    disk_reads(vm_add_disk(&was, "vda"), 1000, 10, 50);
    disk_reads(vm_add_disk(&was, "vdb"), 0, 0, 0);
    disk_reads(vm_add_disk(&is, "vda"), 2000, 9, 60); // fewer requests than before
    disk_reads(vm_add_disk(&is, "vdb"), 100, 1, 1);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.cpu_percent, 10);
    ck_near(rates.disks[0].read_bytes, -1);
    ck_near(rates.disks[1].read_bytes, 50);
    ck_near(rates.disk_read_bytes, -1);
}
END_TEST

START_TEST(nics_are_matched_by_name)
{
    struct nic_sample *nic = vm_add_nic(&was, "vnet0");
    nic->valid = NIC_HAS_RX | NIC_HAS_TX;
    nic->rx_bytes = 1000;
    vm_add_nic(&is, "vnet9")->valid = NIC_HAS_RX; // new
    nic = vm_add_nic(&is, "vnet0");
    nic->valid = NIC_HAS_RX | NIC_HAS_TX;
    nic->rx_bytes = 5000;
    nic->rx_drops = 6;
    nic->tx_bytes = 600;
    nic->tx_packets = 4;
    nic->tx_drops = 2;
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.nics[0].rx_bytes, -1);
    ck_near(rates.nics[1].rx_bytes, 2000);
    ck_near(rates.nics[1].tx_packets, 2);
    ck_near(rates.net_rx_bytes, 2000);
    ck_near(rates.net_tx_bytes, 300);
    ck_near(rates.net_drops, 4);
}
END_TEST

START_TEST(memory_used_by_usable_else_by_cache_else_unknown)
{
    vm_memory(&was, 4096, 1024, WALL_S);
    vm_memory(&is, 4096, 1000, WALL_S + 2);
    ck_assert_int_eq(vm_rates_step(&rates, &report, NULL, &was, WALL_MS), RATES_BEGUN);
    ck_near(rates.memory_used_kib, 3072);
    ck_near(rates.memory_usable_kib, 1024);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.memory_used_kib, 3096);

    is.valid = VM_HAS_BALLOON | VM_HAS_AVAILABLE | VM_HAS_UNUSED | VM_HAS_CACHE;
    is.available_kib = 4000;
    is.unused_kib = 1500;
    is.cache_kib = 500;
    step();
    ck_near(rates.memory_used_kib, 2000);
    ck_near(rates.memory_usable_kib, -1);

    is.valid = VM_HAS_BALLOON | VM_HAS_RSS;
    is.rss_kib = 3000;
    step();
    ck_near(rates.memory_used_kib, -1);
}
END_TEST

// The balloon shrank already, the report is older.
START_TEST(memory_used_is_never_negative)
{
    vm_memory(&was, 1024, 2048, WALL_S);
    vm_rates_step(&rates, &report, NULL, &was, WALL_MS);
    ck_near(rates.memory_used_kib, 0);
}
END_TEST

START_TEST(old_reports_are_unknown)
{
    vm_memory(&was, 4096, 1024, WALL_S - 31);
    vm_rates_step(&rates, &report, NULL, &was, WALL_MS);
    ck_near(rates.memory_used_kib, -1);
    report = (struct guest_report){0};
    was.last_update_s = WALL_S - 30;
    vm_rates_step(&rates, &report, NULL, &was, WALL_MS);
    ck_near(rates.memory_used_kib, 3072);
    report = (struct guest_report){0};
    was.last_update_s = 0; // never reported
    vm_rates_step(&rates, &report, NULL, &was, 0);
    ck_near(rates.memory_used_kib, -1);
}
END_TEST

// The host's clock is an hour behind ours: what counts is that the report moves.
START_TEST(a_report_that_moves_is_fresh_whatever_the_clock_says)
{
    vm_memory(&was, 4096, 1024, WALL_S - 3600);
    vm_memory(&is, 4096, 1024, WALL_S - 3600);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.memory_used_kib, -1);
    is.last_update_s++;
    vm_rates_step(&rates, &report, &was, &is, WALL_MS);
    ck_near(rates.memory_used_kib, 3072);
    // 30 s later it has not moved again, then 31 s.
    was.sampled_ns = 12 * SECOND;
    is.sampled_ns = 42 * SECOND;
    vm_rates_step(&rates, &report, &was, &is, WALL_MS);
    ck_near(rates.memory_used_kib, 3072);
    is.sampled_ns = 43 * SECOND;
    vm_rates_step(&rates, &report, &was, &is, WALL_MS);
    ck_near(rates.memory_used_kib, -1);
    // Nobody runs in a paused guest: what it had, it has.
    is.state = VM_STATE_PAUSED;
    vm_rates_step(&rates, &report, &was, &is, WALL_MS);
    ck_near(rates.memory_used_kib, 3072);
}
END_TEST

static void swap_at(struct vm_sample *vm, uint64_t in_kib, uint64_t faults, uint64_t update_s)
{
    vm_memory(vm, 4096, 1024, update_s);
    vm->valid |= VM_HAS_SWAP | VM_HAS_MAJOR_FAULTS;
    vm->swap_in_kib = in_kib;
    vm->swap_out_kib = 0;
    vm->major_faults = faults;
}

START_TEST(guest_counters_are_measured_between_reports)
{
    swap_at(&was, 1000, 10, WALL_S);
    swap_at(&is, 3000, 30, WALL_S + 2);
    ck_assert_int_eq(step(), RATES_MEASURED);
    ck_near(rates.swap_in_kib, 1000);
    ck_near(rates.swap_out_kib, 0);
    ck_near(rates.major_faults, 10);
    // No report in this interval: nothing new is known.
    was.sampled_ns = 12 * SECOND;
    is.sampled_ns = 14 * SECOND;
    swap_at(&was, 3000, 30, WALL_S + 2);
    vm_rates_step(&rates, &report, &was, &is, WALL_MS + 4000);
    ck_near(rates.swap_in_kib, 1000);
    // The next report covers 10 s, though the samples are 2 s apart.
    was.sampled_ns = 14 * SECOND;
    is.sampled_ns = 16 * SECOND;
    swap_at(&is, 3500, 30, WALL_S + 12);
    vm_rates_step(&rates, &report, &was, &is, WALL_MS + 6000);
    ck_near(rates.swap_in_kib, 50);
    // The guest rebooted: its counters begin anew.
    is.sampled_ns = 18 * SECOND;
    was.sampled_ns = 16 * SECOND;
    swap_at(&was, 3500, 30, WALL_S + 12);
    swap_at(&is, 20, 30, WALL_S + 14);
    vm_rates_step(&rates, &report, &was, &is, WALL_MS + 8000);
    ck_near(rates.swap_in_kib, -1);
}
END_TEST

static void host_cpu(struct host_snapshot *host, uint64_t sampled_ns, uint64_t user,
                     uint64_t system, uint64_t idle, uint64_t iowait, uint64_t steal)
{
    host->valid = HOST_HAS_CPU;
    host->sampled_ns = sampled_ns;
    host->cpu_user_ns = user * SECOND;
    host->cpu_system_ns = system * SECOND;
    host->cpu_idle_ns = idle * SECOND;
    host->cpu_iowait_ns = iowait * SECOND;
    host->cpu_steal_ns = steal * SECOND;
}

START_TEST(host_percent_of_the_whole_host)
{
    struct host_snapshot *then = host_snapshot_create(), *now = host_snapshot_create();
    struct host_rates host = {0};
    ck_assert_int_eq(host_rates_step(&host, NULL, now), RATES_BEGUN);
    ck_near(host.cpu_percent, -1);
    host_cpu(then, 10 * SECOND, 100, 50, 1000, 10, 0);
    host_cpu(now, 12 * SECOND, 130, 60, 1050, 16, 4); // of 100: 30 10 50 6 4
    ck_assert_int_eq(host_rates_step(&host, then, now), RATES_MEASURED);
    ck_near(host.cpu_percent, 44);
    ck_near(host.cpu_user_percent, 30);
    ck_near(host.cpu_system_percent, 10);
    ck_near(host.cpu_iowait_percent, 6);
    ck_near(host.cpu_steal_percent, 4);
    now->sampled_ns = 10 * SECOND + 399 * MS;
    now->cpu_user_ns += SECOND;
    ck_assert_int_eq(host_rates_step(&host, then, now), RATES_KEPT);
    ck_near(host.cpu_percent, 44);
    host_cpu(now, 12 * SECOND, 110, 50, 1090, 9, 0); // iowait was corrected downwards
    ck_assert_int_eq(host_rates_step(&host, then, now), RATES_MEASURED);
    ck_near(host.cpu_percent, 10);
    host_cpu(now, 12 * SECOND, 1, 0, 10, 0, 0); // rebooted
    ck_assert_int_eq(host_rates_step(&host, then, now), RATES_BEGUN);
    ck_near(host.cpu_percent, -1);
    host_snapshot_unref(then);
    host_snapshot_unref(now);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rates");
    TCase *tests = tcase_create("rates");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, cpu_use_is_per_vcpu);
    tcase_add_test(tests, first_sample_has_no_rates);
    tcase_add_test(tests, restart_is_not_a_spike);
    tcase_add_test(tests, cpu_time_backwards_makes_everything_unknown);
    tcase_add_test(tests, start_after_shut_off_with_an_old_cpu_time);
    tcase_add_test(tests, a_vm_that_is_off_has_no_rates);
    tcase_add_test(tests, clock_backwards_begins_anew);
    tcase_add_test(tests, unsampled_and_early_samples_keep_the_rates);
    tcase_add_test(tests, early_sample_with_other_disks_does_not_mix_them_up);
    tcase_add_test(tests, missing_figures_stay_unknown);
    tcase_add_test(tests, without_cpu_time_the_vcpus_are_summed);
    tcase_add_test(tests, use_is_clamped);
    tcase_add_test(tests, offline_and_new_vcpus_do_not_count);
    tcase_add_test(tests, disks_are_matched_by_target);
    tcase_add_test(tests, replaced_disk_is_unknown_for_the_interval);
    tcase_add_test(tests, nics_are_matched_by_name);
    tcase_add_test(tests, memory_used_by_usable_else_by_cache_else_unknown);
    tcase_add_test(tests, memory_used_is_never_negative);
    tcase_add_test(tests, old_reports_are_unknown);
    tcase_add_test(tests, a_report_that_moves_is_fresh_whatever_the_clock_says);
    tcase_add_test(tests, guest_counters_are_measured_between_reports);
    tcase_add_test(tests, host_percent_of_the_whole_host);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
