// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <math.h>
#include <stdlib.h>

#include "fabricated.h"
#include "monitor/history.h"

#define ck_near(value, expected, tolerance)                                                        \
    ck_assert_double_eq_tol((value), (expected), (tolerance) + 1e-9)

static struct history *history;
static struct charts charts;

static void set_up(void)
{
    history = history_create();
    charts = (struct charts){0};
}

static void tear_down(void)
{
    history_destroy(history);
}

// CPU alone; the other figures are not known.
static void add_cpu(uint64_t from_ns, uint64_t to_ns, double percent)
{
    double values[CHART_METRIC_COUNT];
    for (int i = 0; i < CHART_METRIC_COUNT; i++)
        values[i] = -1;
    values[CHART_CPU] = percent;
    history_add(history, from_ns, to_ns, values);
}

static const struct chart *cpu_chart(uint64_t end_ns, unsigned window_s)
{
    history_chart(history, end_ns, window_s, &charts);
    return &charts.metrics[CHART_CPU];
}

START_TEST(empty_history_is_all_gaps)
{
    const struct chart *chart = cpu_chart(5000 * SECOND, 60);
    ck_assert_uint_eq(chart->count, 60);
    ck_near(chart->step_s, 1, 0);
    for (size_t i = 0; i < 60; i++)
        ck_assert(isnan(chart->mean[i]) && isnan(chart->peak[i]));
    history_chart(NULL, 5000 * SECOND, 3600, &charts);
    ck_assert_uint_eq(charts.metrics[CHART_NET_TX].count, 180);
    ck_assert(isnan(charts.metrics[CHART_NET_TX].mean[179]));
}
END_TEST

START_TEST(a_tick_of_two_seconds_leaves_no_gaps_at_one_second)
{
    add_cpu(1000 * SECOND, 1002 * SECOND, 50);
    add_cpu(1002 * SECOND, 1004 * SECOND, 100);
    const struct chart *chart = cpu_chart(1004 * SECOND, 60);
    ck_assert_uint_eq(chart->count, 60);
    ck_assert(isnan(chart->mean[55]));
    ck_near(chart->mean[56], 50, 0);
    ck_near(chart->mean[57], 50, 0);
    ck_near(chart->mean[58], 100, 0);
    ck_near(chart->mean[59], 100, 0); // the last one is now
    ck_near(chart->peak[59], 100, 0);
    ck_assert(isnan(charts.metrics[CHART_MEMORY].mean[59]));
}
END_TEST

START_TEST(buckets_hold_mean_and_peak)
{
    // Four seconds: 1 s at 10, 0.5 s at 90, 2.5 s at 6. Mean (10 + 45 + 15) / 4.
    add_cpu(2000 * SECOND, 2001 * SECOND, 10);
    add_cpu(2001 * SECOND, 2001 * SECOND + 500 * MS, 90);
    add_cpu(2001 * SECOND + 500 * MS, 2004 * SECOND, 6);
    add_cpu(2004 * SECOND, 2005 * SECOND, 0);
    const struct chart *chart = cpu_chart(2005 * SECOND, 600);
    ck_assert_uint_eq(chart->count, 150);
    ck_near(chart->step_s, 4, 0);
    ck_near(chart->mean[148], 17.5, 0.01);
    ck_near(chart->peak[148], 90, 0.05);
    ck_near(chart->mean[149], 0, 0);
    ck_assert(isnan(chart->mean[147]));
    chart = cpu_chart(2005 * SECOND, 60);
    ck_near(chart->mean[56], 48, 0.03); // half of it 90, half 6
    ck_near(chart->peak[56], 90, 0.05);
}
END_TEST

START_TEST(gaps_stay_gaps)
{
    add_cpu(3000 * SECOND, 3010 * SECOND, 20);
    add_cpu(3030 * SECOND, 3040 * SECOND, 40);
    const struct chart *chart = cpu_chart(3040 * SECOND, 60);
    ck_assert(isnan(chart->mean[19]));
    ck_near(chart->mean[20], 20, 0); // 3000
    ck_near(chart->mean[29], 20, 0); // 3009
    ck_assert(isnan(chart->mean[30]));
    ck_assert(isnan(chart->mean[49]));
    ck_near(chart->mean[50], 40, 0); // 3030
    ck_near(chart->mean[59], 40, 0);
    // Time goes on without a sample: the chart moves, its end is empty.
    chart = cpu_chart(3060 * SECOND, 60);
    ck_near(chart->mean[39], 40, 0);
    ck_assert(isnan(chart->mean[40]));
    ck_assert(isnan(chart->mean[59]));
}
END_TEST

// 0.5 s ticks become 60 s ticks and back; the windows go on telling the truth.
START_TEST(survives_changes_of_the_tick)
{
    for (unsigned i = 0; i < 240; i++) // 10000 .. 10120
        add_cpu(10000 * SECOND + i * 500 * MS, 10000 * SECOND + (i + 1) * 500 * MS,
                i % 2 == 0 ? 10 : 30);
    add_cpu(10120 * SECOND, 10180 * SECOND, 50);
    add_cpu(10180 * SECOND, 10182 * SECOND, 60);
    const struct chart *chart = cpu_chart(10182 * SECOND, 120);
    ck_assert_uint_eq(chart->count, 120);
    ck_near(chart->mean[0], 20, 0.01); // 10062
    ck_near(chart->peak[0], 30, 0.02);
    ck_near(chart->mean[57], 20, 0.01); // 10119
    ck_near(chart->mean[58], 50, 0.03);
    ck_near(chart->mean[117], 50, 0.03);
    ck_near(chart->mean[118], 60, 0.03);
    chart = cpu_chart(10182 * SECOND, 3600);
    ck_assert_uint_eq(chart->count, 180);
    ck_near(chart->step_s, 20, 0);
    ck_near(chart->mean[179], 60, 0.03); // 10180
    ck_near(chart->mean[178], 50, 0.03); // 10160
    ck_near(chart->mean[175], 20, 0.01); // 10100
    ck_near(chart->peak[175], 30, 0.02);
    ck_near(chart->mean[170], 20, 0.01); // 10000
    ck_assert(isnan(chart->mean[169]));
}
END_TEST

START_TEST(old_rounds_of_the_ring_are_not_shown)
{
    for (unsigned t = 0; t < 4000; t += 2)
        add_cpu((20000 + t) * SECOND, (20002 + t) * SECOND, t < 2000 ? 80 : 40);
    const struct chart *chart = cpu_chart(24000 * SECOND, 3600);
    ck_near(chart->mean[0], 80, 0.04);   // 20400
    ck_near(chart->mean[79], 80, 0.04);  // 21980
    ck_near(chart->mean[80], 40, 0.02);  // 22000
    ck_near(chart->mean[179], 40, 0.02); // 23980
    // A jump of two hours leaves nothing, in any resolution.
    add_cpu(31200 * SECOND, 31201 * SECOND, 5);
    static const unsigned windows[] = {60, 600, 3600};
    for (size_t w = 0; w < 3; w++) {
        chart = cpu_chart(31201 * SECOND, windows[w]);
        ck_near(chart->mean[chart->count - 1], 5, 0.01);
        for (size_t i = 0; i + 1 < chart->count; i++)
            ck_assert(isnan(chart->mean[i]));
    }
}
END_TEST

START_TEST(time_that_was_filed_is_not_filed_again)
{
    add_cpu(500 * SECOND, 510 * SECOND, 30);
    add_cpu(490 * SECOND, 505 * SECOND, 90); // the clock went backwards
    add_cpu(505 * SECOND, 512 * SECOND, 60); // overlaps
    ck_assert_uint_eq(history_end_ns(history), 512 * SECOND);
    const struct chart *chart = cpu_chart(512 * SECOND, 60);
    ck_near(chart->mean[57], 30, 0); // 509
    ck_near(chart->mean[58], 60, 0); // 510
    ck_near(chart->peak[57], 30, 0);
}
END_TEST

START_TEST(values_keep_their_size)
{
    static const double values[] = {0.0, 0.01, 1.0, 99.9, 1234567.0, 68719476736.0, 1e14};
    for (size_t i = 0; i < 7; i++)
        add_cpu((100 + i) * SECOND, (101 + i) * SECOND, values[i]);
    add_cpu(107 * SECOND, 108 * SECOND, 1e30); // beyond what is kept: the largest
    add_cpu(108 * SECOND, 109 * SECOND, NAN);
    add_cpu(109 * SECOND, 110 * SECOND, 1);
    const struct chart *chart = cpu_chart(110 * SECOND, 60);
    ck_near(chart->mean[50], 0, 0);
    ck_near(chart->mean[51], 0.01, 0.000005);
    ck_near(chart->mean[52], 1, 0);
    ck_near(chart->mean[53], 99.9, 0.05);
    ck_near(chart->mean[54], 1234567, 620);
    ck_near(chart->mean[55], 68719476736.0, 0);
    ck_near(chart->mean[56], 1e14, 5e10);
    ck_assert_double_ge(chart->mean[57], 1.4e14);
    ck_assert(isnan(chart->mean[58]));
}
END_TEST

START_TEST(any_window_fits)
{
    static const struct {
        unsigned asked, window_s, count;
    } rows[] = {{0, 60, 60},       {60, 60, 60},     {119, 119, 119}, {120, 120, 120},
                {121, 121, 31},    {600, 600, 150},  {601, 601, 31},  {3599, 3599, 180},
                {3600, 3600, 180}, {9999, 3600, 180}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        history_chart(history, 100 * SECOND, rows[i].asked, &charts);
        ck_assert_uint_eq(charts.window_s, rows[i].window_s);
        ck_assert_uint_eq(charts.metrics[0].count, rows[i].count);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("history");
    TCase *tests = tcase_create("history");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, empty_history_is_all_gaps);
    tcase_add_test(tests, a_tick_of_two_seconds_leaves_no_gaps_at_one_second);
    tcase_add_test(tests, buckets_hold_mean_and_peak);
    tcase_add_test(tests, gaps_stay_gaps);
    tcase_add_test(tests, survives_changes_of_the_tick);
    tcase_add_test(tests, old_rounds_of_the_ring_are_not_shown);
    tcase_add_test(tests, time_that_was_filed_is_not_filed_again);
    tcase_add_test(tests, values_keep_their_size);
    tcase_add_test(tests, any_window_fits);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
