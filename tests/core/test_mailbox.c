// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/mailbox.h"
#include "core/memory.h"

static atomic_int released;

static void release(void *value)
{
    atomic_fetch_add(&released, 1);
    free(value);
}

static int *number(int value)
{
    int *copy = memory_alloc(sizeof(*copy));
    *copy = value;
    return copy;
}

static bool readable(const struct mailbox *box, int timeout_ms)
{
    struct pollfd fd = {.fd = mailbox_fd(box), .events = POLLIN};
    return poll(&fd, 1, timeout_ms) == 1 && (fd.revents & POLLIN) != 0;
}

START_TEST(the_latest_value_wins)
{
    atomic_store(&released, 0);
    struct mailbox *box = mailbox_create(release);
    ck_assert_ptr_null(mailbox_take(box));
    mailbox_put(box, number(1));
    mailbox_put(box, number(2));
    ck_assert_int_eq(atomic_load(&released), 1);
    AUTO_FREE int *value = mailbox_take(box);
    ck_assert_ptr_nonnull(value);
    ck_assert_int_eq(*value, 2);
    ck_assert_ptr_null(mailbox_take(box));
    mailbox_destroy(box);
    ck_assert_int_eq(atomic_load(&released), 1);
}
END_TEST

START_TEST(fd_is_readable_while_full)
{
    struct mailbox *box = mailbox_create(release);
    ck_assert(!readable(box, 0));
    mailbox_put(box, number(1));
    mailbox_put(box, number(2));
    ck_assert(readable(box, 0));
    free(mailbox_take(box));
    ck_assert(!readable(box, 0));
    mailbox_put(box, number(3));
    ck_assert(readable(box, 0));
    mailbox_destroy(box);
}
END_TEST

START_TEST(destroy_releases)
{
    atomic_store(&released, 0);
    mailbox_destroy(NULL);
    struct mailbox *box = mailbox_create(release);
    mailbox_put(box, number(1));
    mailbox_destroy(box);
    ck_assert_int_eq(atomic_load(&released), 1);
}
END_TEST

enum { PUTTERS = 4, PUTS = 5000 };

static void *put_many(void *box)
{
    for (int i = 1; i <= PUTS; i++)
        mailbox_put(box, number(i));
    return NULL;
}

// Each value is either taken or released, once; the waiter never sleeps beside a full box.
START_TEST(many_putters_lose_nothing)
{
    atomic_store(&released, 0);
    struct mailbox *box = mailbox_create(release);
    pthread_t putters[PUTTERS];
    for (int i = 0; i < PUTTERS; i++)
        ck_assert_int_eq(pthread_create(&putters[i], NULL, put_many, box), 0);
    int taken = 0;
    int last_values = 0;
    while (taken + atomic_load(&released) < 20000) {
        if (!readable(box, 100))
            continue;
        AUTO_FREE int *value = mailbox_take(box);
        ck_assert_ptr_nonnull(value);
        ck_assert_int_ge(*value, 1);
        ck_assert_int_le(*value, 5000);
        last_values += *value == 5000;
        taken++;
    }
    for (int i = 0; i < PUTTERS; i++)
        pthread_join(putters[i], NULL);
    ck_assert_int_ge(last_values, 1); // what was put last of all is always a 5000
    ck_assert_int_eq(taken + atomic_load(&released), 20000);
    ck_assert_ptr_null(mailbox_take(box));
    mailbox_destroy(box);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mailbox");
    TCase *tc = tcase_create("mailbox");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, the_latest_value_wins);
    tcase_add_test(tc, fd_is_readable_while_full);
    tcase_add_test(tc, destroy_releases);
    tcase_add_test(tc, many_putters_lose_nothing);
    suite_add_tcase(suite, tc);
    return check_main(suite);
}
