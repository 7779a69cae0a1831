// SPDX-License-Identifier: GPL-2.0-or-later
// The estimators against numbers worked out by hand, and statistics that misbehave.
#include "allocator/allocator_fixture.h"
#include "allocator/cpu_demand.h"
#include "check_main.h"

static struct memory_report report_of(int64_t current_mib, int64_t usable_mib, uint64_t update)
{
    return (struct memory_report){
        .current_kib = current_mib * MIB,
        .max_kib = 8 * GIB,
        .headroom_kib = 256 * MIB,
        .usable_kib = usable_mib < 0 ? -1 : usable_mib * MIB,
        .unused_kib = -1,
        .cache_kib = -1,
        .swap_in_kib = 0,
        .swap_out_kib = 0,
        .last_update_s = update,
        .period_s = 2,
    };
}

START_TEST(working_set_headroom_and_decay)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(4096, 2048, 1);
    memory_demand_step(&demand, &report, 0);
    ck_assert_int_eq(demand.demand_kib, 2516582); // 2048 MiB and 20 % of it
    report = report_of(4096, 3072, 2);
    memory_demand_step(&demand, &report, 120); // one half-life: 1024 + (2048 - 1024) / 2
    ck_assert_double_eq_tol(demand.smoothed_kib, 1536 * MIB, 1);
    ck_assert_double_eq_tol(demand.working_kib, 1024 * MIB, 1);
    ck_assert_int_eq(demand.need_kib, 1024 * MIB);
    ck_assert_int_eq(demand.demand_kib, 1887436); // 1536 MiB * 1.2
}
END_TEST

START_TEST(headroom_has_a_least_amount)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(1024, 512, 1);
    memory_demand_step(&demand, &report, 0);
    ck_assert_int_eq(demand.demand_kib, 768 * MIB);
}
END_TEST

START_TEST(growth_is_looked_ahead)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(4096, 3096, 1); // W 1000 MiB
    memory_demand_step(&demand, &report, 0);
    report = report_of(4096, 2596, 2); // W 1500 MiB after 5 s: 100 MiB/s, smoothed 50
    memory_demand_step(&demand, &report, 5);
    ck_assert_double_eq_tol(demand.slope_kib_s, 50 * MIB, 1);
    ck_assert_int_eq(demand.demand_kib, 2611200); // 1500 + 300 + 15 * 50 MiB
    report = report_of(4096, 2846, 3);            // falls: (50 - 50) / 2
    memory_demand_step(&demand, &report, 10);
    ck_assert_double_eq_tol(demand.slope_kib_s, 0, 1);
}
END_TEST

START_TEST(swap_is_a_debt)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(2048, 48, 1);
    memory_demand_step(&demand, &report, 0);
    report = report_of(2048, 48, 2);
    report.swap_out_kib = 600 * MIB;
    report.swap_in_kib = 100 * MIB;
    memory_demand_step(&demand, &report, 5);
    ck_assert_double_eq_tol(demand.debt_kib, 500 * MIB, 1);
    ck_assert_int_eq(demand.need_kib, 2500 * MIB);
    ck_assert_int_eq(demand.demand_kib, 2900 * MIB);
    report.last_update_s = 3;
    memory_demand_step(&demand, &report, 605); // its half-life
    ck_assert_double_eq_tol(demand.debt_kib, 250 * MIB, 1);
    report.windows = true; // whose figures mean something else
    report.last_update_s = 4;
    memory_demand_step(&demand, &report, 610);
    ck_assert_double_eq(demand.debt_kib, 0);
}
END_TEST

START_TEST(counters_that_go_back_cost_one_step)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(2048, 1024, 1);
    report.swap_out_kib = report.swap_in_kib = 900 * MIB;
    memory_demand_step(&demand, &report, 0);
    report.swap_out_kib = report.swap_in_kib = 0; // rebooted
    report.last_update_s = 2;
    memory_demand_step(&demand, &report, 5);
    ck_assert_double_eq(demand.debt_kib, 0);
    ck_assert_int_eq(demand.swapped_in_kib, 0);
    report.swap_out_kib = 10 * MIB;
    report.last_update_s = 3;
    memory_demand_step(&demand, &report, 10);
    ck_assert_double_eq_tol(demand.debt_kib, 10 * MIB, 1);
    memory_demand_step(&demand, &report, 4); // time goes back
    ck_assert_double_le(demand.debt_kib, 10 * MIB + 1);
    ck_assert_double_eq(demand.now_s, 10);
}
END_TEST

START_TEST(usable_above_the_size_is_no_negative_working_set)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(1024, 100000, 1);
    memory_demand_step(&demand, &report, 0);
    ck_assert_double_eq(demand.working_kib, 0);
    ck_assert_int_eq(demand.demand_kib, 256 * MIB);
    report = report_of(1024, 0, 2);
    report.swap_out_kib = INT64_C(1) << 60; // jumps
    memory_demand_step(&demand, &report, 5);
    ck_assert_int_eq(demand.demand_kib, 8 * GIB);
}
END_TEST

START_TEST(frozen_statistics_become_stale_and_recover)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(4096, 3072, 7);
    memory_demand_step(&demand, &report, 0);
    memory_demand_step(&demand, &report, 14);
    ck_assert_int_eq(demand.quality, DEMAND_FRESH);
    memory_demand_step(&demand, &report, 15);
    ck_assert_int_eq(demand.quality, DEMAND_STALE);
    ck_assert_int_eq(demand.demand_kib, 4 * GIB); // as it is, no donor
    report.last_update_s = 8;
    memory_demand_step(&demand, &report, 20);
    ck_assert_int_eq(demand.quality, DEMAND_FRESH);
    ck_assert_int_eq(demand.demand_kib, 1280 * MIB);
}
END_TEST

START_TEST(other_figures_and_none)
{
    struct memory_demand demand = {0};
    struct memory_report report = report_of(4096, -1, 1);
    report.unused_kib = 1024 * MIB;
    report.cache_kib = 1024 * MIB;
    memory_demand_step(&demand, &report, 0);
    ck_assert_double_eq(demand.working_kib, 2048 * MIB);
    report.unused_kib = -1; // vanish
    memory_demand_step(&demand, &report, 5);
    ck_assert_int_eq(demand.quality, DEMAND_BLIND);
    ck_assert_int_eq(demand.demand_kib, 4 * GIB);
    ck_assert_int_eq(demand.need_kib, 4 * GIB);
}
END_TEST

static void cpu_step(struct cpu_demand *demand, uint64_t used_ms, uint64_t delay_ms,
                     uint64_t total_ms, double limit, double now_s)
{
    struct allocator_vcpu vcpu = {used_ms * 1000000, delay_ms * 1000000, true};
    cpu_demand_step(demand, &vcpu, 1, total_ms * 1000000, limit, now_s);
}

START_TEST(cpu_demand_counts_what_it_was_kept_from)
{
    struct cpu_demand demand = {0};
    cpu_step(&demand, 1000, 0, 1000, 0, 10);
    ck_assert(!demand.known);
    cpu_step(&demand, 3000, 5000, 4000, 0, 20); // u .2, r .5: .4, and .1 of the emulator
    ck_assert_double_eq_tol(demand.cpus, 0.5, 1e-9);
    cpu_step(&demand, 13000, 5000, 14000, 0, 30); // 1.0: half-way
    ck_assert_double_eq_tol(demand.cpus, 0.75, 1e-9);
    cpu_step(&demand, 13000, 5000, 14000, 0, 60); // idle for a half-life
    ck_assert_double_eq_tol(demand.cpus, 0.375, 1e-9);
    cpu_step(&demand, 1, 0, 1, 0, 70); // went back: no news
    ck_assert_double_eq_tol(demand.cpus, 0.375, 1e-9);
    cpu_step(&demand, 10001, 0, 10001, 0.1, 80); // a limit
    ck_assert_double_le(demand.cpus, 0.375);
    cpu_demand_finish(&demand);
}
END_TEST

static Suite *demand_suite(void)
{
    Suite *suite = suite_create("demand");
    TCase *tcase = tcase_create("demand");
    tcase_add_test(tcase, working_set_headroom_and_decay);
    tcase_add_test(tcase, headroom_has_a_least_amount);
    tcase_add_test(tcase, growth_is_looked_ahead);
    tcase_add_test(tcase, swap_is_a_debt);
    tcase_add_test(tcase, counters_that_go_back_cost_one_step);
    tcase_add_test(tcase, usable_above_the_size_is_no_negative_working_set);
    tcase_add_test(tcase, frozen_statistics_become_stale_and_recover);
    tcase_add_test(tcase, other_figures_and_none);
    tcase_add_test(tcase, cpu_demand_counts_what_it_was_kept_from);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return check_main(demand_suite());
}
