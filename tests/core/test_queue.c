// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/queue.h"

static atomic_int released;
static atomic_int last_released;

static void release(void *value)
{
    atomic_fetch_add(&released, 1);
    atomic_store(&last_released, *(int *)value);
    free(value);
}

static int *number(int value)
{
    int *copy = memory_alloc(sizeof(*copy));
    *copy = value;
    return copy;
}

// -1 for "nothing came".
static int value_of(void *value)
{
    AUTO_FREE int *copy = value;
    return copy != NULL ? *copy : -1;
}

static bool readable(const struct queue *queue)
{
    struct pollfd fd = {.fd = queue_fd(queue), .events = POLLIN};
    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN) != 0;
}

static void reset_released(void)
{
    atomic_store(&released, 0);
    atomic_store(&last_released, 0);
}

START_TEST(first_in_first_out)
{
    struct queue *queue = queue_create(0, release);
    ck_assert_int_eq(value_of(queue_take(queue)), -1);
    for (int i = 1; i <= 3; i++)
        queue_put(queue, number(i));
    ck_assert_uint_eq(queue_length(queue), 3);
    ck_assert_int_eq(value_of(queue_take(queue)), 1);
    ck_assert_int_eq(value_of(queue_wait(queue, 0)), 2);
    queue_put(queue, number(4));
    ck_assert_int_eq(value_of(queue_wait(queue, UINT64_MAX)), 3);
    ck_assert_int_eq(value_of(queue_take(queue)), 4);
    ck_assert_int_eq(value_of(queue_take(queue)), -1);
    ck_assert_uint_eq(queue_length(queue), 0);
    queue_put(queue, number(5));
    ck_assert_int_eq(value_of(queue_take(queue)), 5);
    queue_destroy(queue);
}
END_TEST

START_TEST(fd_is_readable_while_there_is_an_entry)
{
    struct queue *queue = queue_create(0, release);
    ck_assert(!readable(queue));
    queue_put(queue, number(1));
    queue_put(queue, number(2));
    ck_assert(readable(queue));
    free(queue_take(queue));
    ck_assert(readable(queue));
    free(queue_take(queue));
    ck_assert(!readable(queue));
    queue_close(queue);
    ck_assert(!readable(queue));
    queue_destroy(queue);
}
END_TEST

START_TEST(a_full_queue_lets_the_oldest_go)
{
    reset_released();
    struct queue *queue = queue_create(2, release);
    queue_put(queue, number(1));
    queue_put(queue, number(2));
    ck_assert_int_eq(atomic_load(&released), 0);
    queue_put(queue, number(3));
    ck_assert_int_eq(atomic_load(&released), 1);
    ck_assert_int_eq(atomic_load(&last_released), 1);
    ck_assert_uint_eq(queue_length(queue), 2);
    ck_assert_int_eq(value_of(queue_take(queue)), 2);
    ck_assert_int_eq(value_of(queue_take(queue)), 3);
    queue_destroy(queue);
}
END_TEST

START_TEST(a_queue_of_one_stays_readable)
{
    struct queue *queue = queue_create(1, release);
    for (int i = 1; i <= 5; i++) {
        queue_put(queue, number(i));
        ck_assert(readable(queue));
        ck_assert_uint_eq(queue_length(queue), 1);
    }
    ck_assert_int_eq(value_of(queue_take(queue)), 5);
    ck_assert(!readable(queue));
    queue_destroy(queue);
}
END_TEST

START_TEST(destroy_releases)
{
    reset_released();
    queue_destroy(NULL);
    struct queue *queue = queue_create(0, release);
    queue_put(queue, number(1));
    queue_put(queue, number(2));
    queue_destroy(queue);
    ck_assert_int_eq(atomic_load(&released), 2);
}
END_TEST

START_TEST(wait_ends_in_time)
{
    struct queue *queue = queue_create(0, release);
    uint64_t start = clock_monotonic_ns();
    ck_assert_int_eq(value_of(queue_wait(queue, 50)), -1);
    uint64_t elapsed = clock_monotonic_ns() - start;
    ck_assert_uint_ge(elapsed, 50000000);
    ck_assert_uint_lt(elapsed, 10000000000);
    queue_destroy(queue);
}
END_TEST

START_TEST(close_keeps_what_is_inside)
{
    reset_released();
    struct queue *queue = queue_create(0, release);
    queue_put(queue, number(1));
    queue_close(queue);
    queue_put(queue, number(2));
    ck_assert_int_eq(atomic_load(&released), 1);
    ck_assert_int_eq(atomic_load(&last_released), 2);
    ck_assert_int_eq(value_of(queue_wait(queue, UINT64_MAX)), 1);
    ck_assert_int_eq(value_of(queue_wait(queue, UINT64_MAX)), -1);
    queue_destroy(queue);
}
END_TEST

static void *wait_for_ever(void *queue)
{
    ck_assert_int_eq(value_of(queue_wait(queue, UINT64_MAX)), -1);
    return NULL;
}

START_TEST(close_wakes_every_waiter)
{
    struct queue *queue = queue_create(0, release);
    pthread_t waiters[3];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&waiters[i], NULL, wait_for_ever, queue), 0);
    clock_sleep_ms(20);
    queue_close(queue);
    for (int i = 0; i < 3; i++)
        pthread_join(waiters[i], NULL);
    queue_destroy(queue);
}
END_TEST

enum { PUTTERS = 4, TAKERS = 3, PUTS = 5000 };

struct taker {
    struct queue *queue;
    pthread_t thread;
    long sum;
    int count;
};

static void *put_many(void *queue)
{
    for (int i = 1; i <= PUTS; i++)
        queue_put(queue, number(i));
    return NULL;
}

static void *take_all(void *argument)
{
    struct taker *taker = argument;
    int value;
    // Long and endless timeouts by turns, to go both ways through the wait.
    while ((value = value_of(
                queue_wait(taker->queue, taker->count % 2 == 0 ? UINT64_MAX : 60000))) != -1) {
        taker->sum += value;
        taker->count++;
    }
    return NULL;
}

START_TEST(many_threads_lose_nothing)
{
    reset_released();
    struct queue *queue = queue_create(0, release);
    struct taker takers[TAKERS] = {0};
    pthread_t putters[PUTTERS];
    for (int i = 0; i < TAKERS; i++) {
        takers[i].queue = queue;
        ck_assert_int_eq(pthread_create(&takers[i].thread, NULL, take_all, &takers[i]), 0);
    }
    for (int i = 0; i < PUTTERS; i++)
        ck_assert_int_eq(pthread_create(&putters[i], NULL, put_many, queue), 0);
    for (int i = 0; i < PUTTERS; i++)
        pthread_join(putters[i], NULL);
    queue_close(queue);
    long sum = 0;
    int count = 0;
    for (int i = 0; i < TAKERS; i++) {
        pthread_join(takers[i].thread, NULL);
        sum += takers[i].sum;
        count += takers[i].count;
    }
    ck_assert_int_eq(count, 20000);
    ck_assert_int_eq(sum, 50010000);
    ck_assert_int_eq(atomic_load(&released), 0);
    ck_assert(!readable(queue));
    queue_destroy(queue);
}
END_TEST

// One putter and one taker that sleeps in poll only: the flag must never be lost.
START_TEST(poll_alone_sees_every_entry)
{
    struct queue *queue = queue_create(0, release);
    pthread_t putter;
    ck_assert_int_eq(pthread_create(&putter, NULL, put_many, queue), 0);
    for (int expected = 1; expected <= 5000;) {
        struct pollfd fd = {.fd = queue_fd(queue), .events = POLLIN};
        ck_assert_int_eq(poll(&fd, 1, 30000), 1);
        ck_assert_int_eq(value_of(queue_take(queue)), expected);
        expected++;
    }
    pthread_join(putter, NULL);
    queue_destroy(queue);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue");
    TCase *tc = tcase_create("queue");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, first_in_first_out);
    tcase_add_test(tc, fd_is_readable_while_there_is_an_entry);
    tcase_add_test(tc, a_full_queue_lets_the_oldest_go);
    tcase_add_test(tc, a_queue_of_one_stays_readable);
    tcase_add_test(tc, destroy_releases);
    tcase_add_test(tc, wait_ends_in_time);
    tcase_add_test(tc, close_keeps_what_is_inside);
    tcase_add_test(tc, close_wakes_every_waiter);
    tcase_add_test(tc, many_threads_lose_nothing);
    tcase_add_test(tc, poll_alone_sees_every_entry);
    suite_add_tcase(suite, tc);
    return check_main(suite);
}
