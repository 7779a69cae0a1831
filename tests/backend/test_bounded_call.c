// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/bounded_call.h"

#include <pthread.h>

#include "check_main.h"
#include "core/clock.h"

static atomic_bool gate;
static atomic_int runs, releases;

static void run_now(void *arg)
{
    *(int *)arg = 7;
}

static void run_until_gate(void *arg)
{
    (void)arg;
    while (!atomic_load(&gate))
        clock_sleep_ms(5);
    atomic_fetch_add(&runs, 1);
}

static void count_release(void *arg)
{
    (void)arg;
    atomic_fetch_add(&releases, 1);
}

static void setup(void)
{
    atomic_store(&gate, false);
    atomic_store(&runs, 0);
    atomic_store(&releases, 0);
}

static void wait_for_releases(int wanted)
{
    for (int i = 0; i < 200 && atomic_load(&releases) != wanted; i++)
        clock_sleep_ms(10);
    ck_assert_int_eq(atomic_load(&releases), wanted);
    for (int i = 0; i < 200 && bounded_call_abandoned() != 0; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(bounded_call_abandoned(), 0);
}

START_TEST(a_quick_call_gives_its_argument_back)
{
    int value = 0;
    ck_assert_int_eq(bounded_call(run_now, &value, count_release, 5000, NULL), BOUNDED_CALL_DONE);
    ck_assert_int_eq(value, 7);
    ck_assert_int_eq(atomic_load(&releases), 0);
}
END_TEST

START_TEST(a_late_call_is_left_behind_and_releases_by_itself)
{
    uint64_t begun_ns = clock_monotonic_ns();
    ck_assert_int_eq(bounded_call(run_until_gate, NULL, count_release, 100, NULL),
                     BOUNDED_CALL_TIMED_OUT);
    uint64_t took_ms = (clock_monotonic_ns() - begun_ns) / NS_PER_MS;
    ck_assert_uint_ge(took_ms, 100);
    ck_assert_uint_lt(took_ms, 1000);
    ck_assert_uint_eq(bounded_call_abandoned(), 1);
    ck_assert_int_eq(atomic_load(&releases), 0);
    atomic_store(&gate, true);
    wait_for_releases(1);
    ck_assert_int_eq(atomic_load(&runs), 1);
}
END_TEST

static void *raise_soon(void *arg)
{
    clock_sleep_ms(50);
    bounded_call_abort_raise(arg);
    return NULL;
}

START_TEST(an_abort_wakes_who_waits)
{
    static struct bounded_call_abort abort_flag;
    pthread_t thread;
    pthread_create(&thread, NULL, raise_soon, &abort_flag);
    uint64_t begun_ns = clock_monotonic_ns();
    ck_assert_int_eq(bounded_call(run_until_gate, NULL, count_release, UINT64_MAX, &abort_flag),
                     BOUNDED_CALL_ABORTED);
    ck_assert_uint_lt((clock_monotonic_ns() - begun_ns) / NS_PER_MS, 2000);
    pthread_join(thread, NULL);
    atomic_store(&gate, true);
    wait_for_releases(1);
}
END_TEST

START_TEST(waiting_in_steps)
{
    struct bounded_call *call = bounded_call_start(run_until_gate, NULL, count_release);
    ck_assert_ptr_nonnull(call);
    ck_assert(!bounded_call_wait(call, 20, NULL));
    ck_assert(!bounded_call_wait(call, 0, NULL));
    atomic_store(&gate, true);
    ck_assert(bounded_call_wait(call, 5000, NULL));
    ck_assert(bounded_call_end(call));
    ck_assert_int_eq(atomic_load(&releases), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("bounded_call");
    TCase *tests = tcase_create("calls");
    tcase_set_timeout(tests, 20);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_quick_call_gives_its_argument_back);
    tcase_add_test(tests, a_late_call_is_left_behind_and_releases_by_itself);
    tcase_add_test(tests, an_abort_wakes_who_waits);
    tcase_add_test(tests, waiting_in_steps);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
