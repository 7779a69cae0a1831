// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <string.h>

#include "backend/sim/sim_connection.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/str.h"

struct heard {
    pthread_mutex_t lock;
    struct str text;
    uint64_t bytes;
    unsigned closed;
    struct error why;
};

static struct sim_connection connection;
static struct heard heard;
static struct console_stream *stream;
static char uuid[VM_UUID_SIZE];

static void hear_output(void *context, const char *bytes, size_t length)
{
    struct heard *into = context;
    pthread_mutex_lock(&into->lock);
    into->bytes += length;
    if (into->text.length < 65536)
        str_add_bytes(&into->text, bytes, length);
    pthread_mutex_unlock(&into->lock);
}

static void hear_closed(void *context, const struct error *why)
{
    struct heard *into = context;
    pthread_mutex_lock(&into->lock);
    into->closed++;
    if (why != NULL)
        into->why = *why;
    pthread_mutex_unlock(&into->lock);
}

static void heard_init(struct heard *into)
{
    memset(into, 0, sizeof(*into));
    pthread_mutex_init(&into->lock, NULL);
    str_init(&into->text);
}

static struct console_stream *open_console(struct heard *into, bool force, struct error *err)
{
    struct console_sink sink = {into, hear_output, hear_closed};
    return connection.driver->ops->console_open(connection.driver, uuid, force, &sink, err);
}

static void setup(void)
{
    sim_connect(&connection, "sim:///?vms=3");
    ck_assert(sim_world_find(connection.world, "web1", uuid));
    heard_init(&heard);
    stream = open_console(&heard, false, NULL);
    ck_assert_ptr_nonnull(stream);
}

static void teardown(void)
{
    if (stream != NULL)
        stream->ops->close(stream);
    str_finish(&heard.text);
    sim_disconnect(&connection);
}

static bool wait_for(const char *text)
{
    bool found = false;
    for (int i = 0; i < 300 && !found; i++) {
        pthread_mutex_lock(&heard.lock);
        found = memmem(heard.text.text, heard.text.length, text, strlen(text)) != NULL;
        pthread_mutex_unlock(&heard.lock);
        if (!found)
            clock_sleep_ms(10);
    }
    return found;
}

static bool wait_closed(struct heard *of)
{
    bool closed = false;
    for (int i = 0; i < 300 && !closed; i++) {
        pthread_mutex_lock(&of->lock);
        closed = of->closed > 0;
        pthread_mutex_unlock(&of->lock);
        if (!closed)
            clock_sleep_ms(10);
    }
    return closed;
}

static void type(const char *text)
{
    ck_assert_uint_eq(stream->ops->write(stream, text, strlen(text)), strlen(text));
}

START_TEST(it_boots_asks_and_echoes)
{
    ck_assert(wait_for("Simulated Linux version 1.0"));
    ck_assert(wait_for("web1 login: "));
    type("ann\r");
    ck_assert(wait_for("web1:~# "));
    type("hxe\177\177elp\r");
    ck_assert(wait_for("hxe\b \b\b \belp"));
    ck_assert(wait_for("flood  colors  title  exit"));
}
END_TEST

START_TEST(title_sends_what_must_not_get_through)
{
    type("ann\rtitle\r");
    ck_assert(wait_for("\033]52;c;b3duZWQ=\007"));
    ck_assert(wait_for("\033]0;owned by the guest\007"));
    ck_assert(wait_for("nasty things were sent"));
}
END_TEST

START_TEST(a_flood_lasts_until_a_key)
{
    type("ann\rflood\r");
    ck_assert(wait_for("the quick brown fox"));
    clock_sleep_ms(300);
    type("x");
    uint64_t before, after = 0;
    do {
        before = after;
        clock_sleep_ms(300);
        pthread_mutex_lock(&heard.lock);
        after = heard.bytes;
        pthread_mutex_unlock(&heard.lock);
    } while (after != before);
    ck_assert_uint_gt(after, 1000000);
}
END_TEST

START_TEST(input_is_bounded)
{
    ck_assert(sim_script_hang(connection.world, "web1", true));
    char much[10000];
    memset(much, 'a', sizeof(much));
    size_t taken = stream->ops->write(stream, much, sizeof(much));
    taken += stream->ops->write(stream, much, sizeof(much));
    ck_assert_uint_gt(taken, 0);
    ck_assert_uint_lt(taken, 10000);
}
END_TEST

START_TEST(a_second_client_is_refused_or_takes_it)
{
    struct heard other;
    heard_init(&other);
    struct error err = {.kind = ERROR_NONE};
    ck_assert_ptr_null(open_console(&other, false, &err));
    ck_assert_int_eq(err.kind, ERROR_BUSY);
    struct console_stream *second = open_console(&other, true, &err);
    ck_assert_ptr_nonnull(second);
    ck_assert(wait_closed(&heard));
    ck_assert_int_eq(heard.why.kind, ERROR_BUSY);
    second->ops->close(second);
    str_finish(&other.text);
}
END_TEST

START_TEST(it_closes_when_the_vm_is_off)
{
    ck_assert(sim_script_crash(connection.world, "web1"));
    ck_assert(wait_closed(&heard));
    ck_assert_int_eq(heard.why.kind, ERROR_NONE);
    struct error err = {.kind = ERROR_NONE};
    ck_assert_ptr_null(open_console(&heard, false, &err));
    ck_assert_int_eq(err.kind, ERROR_INVALID);
}
END_TEST

START_TEST(an_unknown_vm_has_no_console)
{
    struct error err = {.kind = ERROR_NONE};
    strcpy(uuid, "00000000-0000-4000-a000-000000000000");
    ck_assert_ptr_null(open_console(&heard, false, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_console");
    TCase *tests = tcase_create("console");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, it_boots_asks_and_echoes);
    tcase_add_test(tests, title_sends_what_must_not_get_through);
    tcase_add_test(tests, a_flood_lasts_until_a_key);
    tcase_add_test(tests, input_is_bounded);
    tcase_add_test(tests, a_second_client_is_refused_or_takes_it);
    tcase_add_test(tests, it_closes_when_the_vm_is_off);
    tcase_add_test(tests, an_unknown_vm_has_no_console);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
