// SPDX-License-Identifier: GPL-2.0-or-later
// Filling and entitlement: literals, a slow bisection as oracle, and seeded properties.
#include <math.h>
#include <stdlib.h>

#include "allocator/allocator_fixture.h"
#include "allocator/entitlement.h"
#include "check_main.h"
#include "core/str.h"

enum { ROWS_MAX = 40, CASES = 2000 };

struct random_case {
    struct fill_row rows[ROWS_MAX];
    char keys[ROWS_MAX][8];
    size_t count;
    int64_t total;
};

static void random_case(struct random_case *c, uint64_t *random)
{
    c->count = (size_t)fixture_between(random, 1, ROWS_MAX);
    int64_t sum_hi = 0;
    for (size_t i = 0; i < c->count; i++) {
        int64_t lo = fixture_between(random, 0, 1000000);
        int64_t hi = lo + fixture_between(random, 0, 8000000) * fixture_between(random, 0, 1);
        str_format(c->keys[i], sizeof(c->keys[i]), "%zu", i);
        c->rows[i] = (struct fill_row){c->keys[i], (double)lo, (double)hi,
                                       (double)fixture_between(random, 1, 5000)};
        sum_hi += hi;
    }
    c->total = fixture_between(random, 0, sum_hi + sum_hi / 4);
}

static double sum_at(const struct fill_row *rows, size_t count, double level)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fmin(fmax(level * rows[i].share, rows[i].lo), rows[i].hi);
    return sum;
}

// The oracle: halves the interval of levels until it is a point.
static void bisect(const struct fill_row *rows, size_t count, double total, double *out)
{
    double low = 0, high = 1e8;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (sum_at(rows, count, middle) < total)
            low = middle;
        else
            high = middle;
    }
    for (size_t i = 0; i < count; i++)
        out[i] = fmin(fmax(high * rows[i].share, rows[i].lo), rows[i].hi);
}

static double sum_of(const struct fill_row *rows, size_t count, bool hi)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += hi ? rows[i].hi : rows[i].lo;
    return sum;
}

START_TEST(divides_by_shares_between_limits)
{
    struct fill_space space = {0};
    double out[3];
    struct fill_row rows[] = {{"a", 0, 100, 1}, {"b", 0, 100, 3}, {"c", 50, 60, 1}};
    ck_assert(waterfill(rows, 3, 130, out, &space));
    ck_assert_double_eq_tol(out[0], 20, 1e-9); // level 20: 20 + 60, and c at its floor
    ck_assert_double_eq_tol(out[1], 60, 1e-9);
    ck_assert_double_eq_tol(out[2], 50, 1e-9);
    ck_assert(waterfill(rows, 3, 1000, out, &space));
    ck_assert_double_eq(out[0] + out[1] + out[2], 260);
    ck_assert(!waterfill(rows, 3, 25, out, &space));
    ck_assert_double_eq_tol(out[2], 25, 1e-9); // the only floor there is, halved
    fill_space_finish(&space);
}
END_TEST

START_TEST(rounds_by_largest_remainder_and_key)
{
    struct fill_space space = {0};
    double exact[3];
    int64_t out[3];
    struct fill_row rows[] = {{"b", 0, 100, 1}, {"a", 0, 100, 1}, {"c", 0, 100, 1}};
    ck_assert(waterfill_kib(rows, 3, 10, out, exact, &space));
    ck_assert_int_eq(out[0], 3);
    ck_assert_int_eq(out[1], 4); // the tie goes to the first key
    ck_assert_int_eq(out[2], 3);
    fill_space_finish(&space);
}
END_TEST

START_TEST(agrees_with_bisection)
{
    struct fill_space space = {0};
    uint64_t random = 1;
    unsigned partial = 0, scaled = 0, full = 0;
    for (int n = 0; n < CASES; n++) {
        struct random_case c;
        double out[ROWS_MAX], oracle[ROWS_MAX], exact[ROWS_MAX];
        int64_t kib[ROWS_MAX], sum = 0;
        random_case(&c, &random);
        double sum_lo = sum_of(c.rows, c.count, false), sum_hi = sum_of(c.rows, c.count, true);
        bool fits = waterfill(c.rows, c.count, (double)c.total, out, &space);
        ck_assert(fits == (sum_lo <= (double)c.total));
        waterfill_kib(c.rows, c.count, c.total, kib, exact, &space);
        for (size_t i = 0; i < c.count; i++)
            sum += kib[i];
        ck_assert_int_eq(sum, (int64_t)fmin((double)c.total, sum_hi));
        *(!fits ? &scaled : sum_hi <= (double)c.total ? &full : &partial) += 1;
        if (!fits)
            continue;
        bisect(c.rows, c.count, (double)c.total, oracle);
        for (size_t i = 0; i < c.count; i++) {
            ck_assert_double_eq_tol(out[i], oracle[i], 0.01);
            ck_assert((double)kib[i] >= c.rows[i].lo && (double)kib[i] <= c.rows[i].hi);
            ck_assert_double_le(fabs((double)kib[i] - oracle[i]), 1.01);
        }
    }
    // The generator reaches all three outcomes.
    ck_assert_uint_gt(partial, 500);
    ck_assert_uint_gt(scaled, 50);
    ck_assert_uint_gt(full, 100);
    fill_space_finish(&space);
}
END_TEST

START_TEST(more_shares_never_give_less)
{
    struct fill_space space = {0};
    uint64_t random = 2;
    unsigned gained = 0;
    for (int n = 0; n < CASES; n++) {
        struct random_case c;
        double before[ROWS_MAX], after[ROWS_MAX];
        random_case(&c, &random);
        size_t who = (size_t)fixture_between(&random, 0, (int64_t)c.count - 1);
        waterfill(c.rows, c.count, (double)c.total, before, &space);
        c.rows[who].share *= 1 + 3 * fixture_random(&random);
        waterfill(c.rows, c.count, (double)c.total, after, &space);
        ck_assert_double_ge(after[who], before[who] - 0.01);
        gained += after[who] > before[who] + 1;
    }
    ck_assert_uint_gt(gained, 100);
    fill_space_finish(&space);
}
END_TEST

START_TEST(scale_and_order_do_not_matter)
{
    struct fill_space space = {0};
    uint64_t random = 3;
    for (int n = 0; n < CASES; n++) {
        struct random_case c;
        int64_t before[ROWS_MAX], after[ROWS_MAX];
        double exact[ROWS_MAX];
        struct fill_row turned[ROWS_MAX];
        random_case(&c, &random);
        waterfill_kib(c.rows, c.count, c.total, before, exact, &space);
        for (size_t i = 0; i < c.count; i++) {
            turned[i] = c.rows[c.count - 1 - i];
            turned[i].share *= 4;
        }
        waterfill_kib(turned, c.count, c.total, after, exact, &space);
        for (size_t i = 0; i < c.count; i++)
            ck_assert_int_le(llabs(after[c.count - 1 - i] - before[i]), 1);
    }
    fill_space_finish(&space);
}
END_TEST

static void random_vms(struct entitlement_row *vms, size_t count, char keys[][8], uint64_t *random)
{
    for (size_t i = 0; i < count; i++) {
        str_format(keys[i], 8, "%zu", i);
        int64_t min = fixture_between(random, 0, 1000000);
        int64_t need = fixture_between(random, 0, 6000000);
        vms[i] = (struct entitlement_row){
            .uuid = keys[i],
            .shares = (double)fixture_between(random, 1, 4000),
            .min_kib = min,
            .need_kib = need,
            .demand_kib = need + fixture_between(random, 0, 2000000),
            .max_kib = 8000000,
        };
    }
}

START_TEST(nobody_gains_when_the_budget_falls)
{
    struct entitlement_space space = {0};
    uint64_t random = 4;
    unsigned tiers[TIER_COUNT + 1] = {0};
    for (int n = 0; n < CASES; n++) {
        struct entitlement_row vms[ROWS_MAX];
        char keys[ROWS_MAX][8];
        int64_t more[ROWS_MAX], less[ROWS_MAX], sum = 0, sum_min = 0;
        size_t count = (size_t)fixture_between(&random, 1, ROWS_MAX);
        random_vms(vms, count, keys, &random);
        int64_t budget = fixture_between(&random, 0, (int64_t)count * 9000000);
        tiers[entitlement_fill(vms, count, budget, 0, 0, more, &space)]++;
        entitlement_fill(vms, count, budget - budget / 7, 0, 0, less, &space);
        for (size_t i = 0; i < count; i++) {
            ck_assert_int_le(less[i], more[i] + 1);
            ck_assert(more[i] >= 0 && more[i] <= 8000000);
            sum += more[i];
            sum_min += vms[i].min_kib;
        }
        ck_assert_int_eq(sum,
                         budget < (int64_t)count * 8000000 ? budget : (int64_t)count * 8000000);
        for (size_t i = 0; i < count && sum_min <= budget; i++)
            ck_assert_int_ge(more[i], vms[i].min_kib);
    }
    for (int tier = 0; tier <= TIER_COUNT; tier++)
        ck_assert_msg(tiers[tier] > 20, "tier %d only %u times", tier, tiers[tier]);
    entitlement_space_finish(&space);
}
END_TEST

START_TEST(working_sets_come_before_headroom)
{
    struct entitlement_space space = {0};
    int64_t out[2];
    struct entitlement_row vms[] = {
        {"a", 4000, 100, 200, 900, 1000}, // many shares, and much headroom wanted
        {"b", 1000, 100, 500, 600, 1000},
    };
    ck_assert_int_eq(entitlement_fill(vms, 2, 800, 0, 0, out, &space), TIER_DEMAND);
    ck_assert_int_eq(out[0], 300); // b has all of its working set before a gets the rest
    ck_assert_int_eq(out[1], 500);
    ck_assert_int_eq(entitlement_fill(vms, 2, 150, 0, 0, out, &space), TIER_MIN);
    ck_assert_int_eq(out[0], 75);
    ck_assert_int_eq(entitlement_fill(vms, 2, 3000, 1400, 0, out, &space), TIER_MAX);
    ck_assert_int_eq(out[0] + out[1], 1600); // what is kept ready is kept from the last tier
    entitlement_space_finish(&space);
}
END_TEST

START_TEST(idle_tax_takes_from_the_idle)
{
    struct entitlement_space space = {0};
    int64_t plain[2], taxed[2];
    struct entitlement_row vms[] = {
        {"idle", 1000, 100, 100, 100, 1000},
        {"busy", 1000, 100, 800, 800, 1000},
    };
    entitlement_fill(vms, 2, 1200, 0, 0, plain, &space);
    entitlement_fill(vms, 2, 1200, 0, 0.75, taxed, &space);
    ck_assert_int_eq(plain[0], 400);
    ck_assert_int_lt(taxed[0], 400);
    ck_assert_int_eq(taxed[0] + taxed[1], 1200);
    entitlement_space_finish(&space);
}
END_TEST

static Suite *waterfill_suite(void)
{
    Suite *suite = suite_create("waterfill");
    TCase *tcase = tcase_create("waterfill");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, divides_by_shares_between_limits);
    tcase_add_test(tcase, rounds_by_largest_remainder_and_key);
    tcase_add_test(tcase, agrees_with_bisection);
    tcase_add_test(tcase, more_shares_never_give_less);
    tcase_add_test(tcase, scale_and_order_do_not_matter);
    tcase_add_test(tcase, nobody_gains_when_the_budget_falls);
    tcase_add_test(tcase, working_sets_come_before_headroom);
    tcase_add_test(tcase, idle_tax_takes_from_the_idle);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return check_main(waterfill_suite());
}
