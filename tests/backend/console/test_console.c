// SPDX-License-Identifier: GPL-2.0-or-later
// The port with its threads: a stream made here plays the driver.
#include "check_main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/console/console.h"
#include "core/clock.h"
#include "core/memory.h"
#include "screen_text.h"

struct fake {
    struct console_stream stream; // first
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct console_sink sink;
    struct str written;
    size_t take_at_once;  // bytes per write call
    unsigned writes_left; // after that many, write takes nothing
    unsigned opens, closes, releases;
    bool last_force, open_fails, open_blocks, open_ends_at_once;
    bool flooding; // close waits until the flood has ended, as a real driver's does
    atomic_uint wakes;
    atomic_bool stop_flood;
};

static struct fake fake;
static struct console_view view;

static size_t fake_write(struct console_stream *stream, const char *bytes, size_t length)
{
    (void)stream;
    pthread_mutex_lock(&fake.lock);
    size_t taken = length < fake.take_at_once ? length : fake.take_at_once;
    if (fake.writes_left == 0)
        taken = 0;
    else
        fake.writes_left--;
    str_add_bytes(&fake.written, bytes, taken);
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
    return taken;
}

static void fake_close(struct console_stream *stream)
{
    (void)stream;
    atomic_store(&fake.stop_flood, true);
    pthread_mutex_lock(&fake.lock);
    while (fake.flooding)
        pthread_cond_wait(&fake.changed, &fake.lock);
    fake.closes++;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static const struct console_stream_ops fake_ops = {.write = fake_write, .close = fake_close};

static struct console_stream *fake_open(void *context, const char *uuid, bool force,
                                        const struct console_sink *sink, struct error *err)
{
    (void)context;
    ck_assert_str_eq(uuid, "the-uuid");
    pthread_mutex_lock(&fake.lock);
    fake.opens++;
    fake.last_force = force;
    fake.sink = *sink;
    pthread_cond_broadcast(&fake.changed);
    while (fake.open_blocks)
        pthread_cond_wait(&fake.changed, &fake.lock);
    bool fails = fake.open_fails && !force;
    bool ends = fake.open_ends_at_once;
    pthread_mutex_unlock(&fake.lock);
    if (fails) {
        error_set(err, ERROR_BUSY, 9, "another client holds the console");
        return NULL;
    }
    if (ends)
        sink->closed(sink->context, NULL);
    return &fake.stream;
}

static void fake_release(void *context)
{
    ck_assert_ptr_eq(context, &fake);
    pthread_mutex_lock(&fake.lock);
    fake.releases++;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static void count_wake(void *context)
{
    ck_assert_ptr_eq(context, &fake);
    atomic_fetch_add(&fake.wakes, 1);
}

// Waits up to 20 s for the condition, which is looked at with fake.lock held.
#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        struct timespec deadline = clock_deadline(clock_monotonic_ns() + 20 * NS_PER_SECOND);      \
        int timed_out = 0;                                                                         \
        pthread_mutex_lock(&fake.lock);                                                            \
        while (!(condition) && timed_out == 0)                                                     \
            timed_out =                                                                            \
                pthread_cond_clockwait(&fake.changed, &fake.lock, CLOCK_MONOTONIC, &deadline);     \
        pthread_mutex_unlock(&fake.lock);                                                          \
        ck_assert_msg(timed_out == 0, "waited in vain for " #condition);                           \
    } while (0)

static struct console_port *create(void)
{
    const struct console_settings settings = {
        .uuid = "the-uuid",
        .scrollback_lines = 5000,
        .opener = {.context = &fake, .open = fake_open, .release = fake_release},
        .wake = count_wake,
        .wake_context = &fake,
    };
    return console_create(&settings);
}

static void wait_state(struct console_port *port, enum console_state state)
{
    for (int i = 0; i < 2000; i++) {
        port->ops->copy(port, 0, &view);
        if (view.state == state)
            return;
        clock_sleep_ms(10);
    }
    ck_abort_msg("state %d never came, it is %d", (int)state, (int)view.state);
}

static void begin(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.stream.ops = &fake_ops;
    fake.take_at_once = 65536;
    fake.writes_left = UINT32_MAX;
    pthread_mutex_init(&fake.lock, NULL);
    pthread_cond_init(&fake.changed, NULL);
    str_init(&fake.written);
    view = (struct console_view){0};
}

static void end(void)
{
    console_view_finish(&view);
    str_finish(&fake.written);
}

static void close_and_wait(struct console_port *port)
{
    port->ops->close(port);
    WAIT_FOR(fake.releases == 1);
}

static void guest_prints(const char *text)
{
    fake.sink.output(fake.sink.context, text, strlen(text));
}

START_TEST(opens_shows_and_closes)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    ck_assert(!fake.last_force);
    guest_prints("hello \033[1mworld");
    port->ops->copy(port, 0, &view);
    assert_screen(&view, "hello world");
    close_and_wait(port);
    ck_assert_uint_eq(fake.opens, 1);
    ck_assert_uint_eq(fake.closes, 1);
}
END_TEST

START_TEST(wakes_are_coalesced)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    clock_sleep_ms(50); // the worker's last word about opening
    port->ops->copy(port, 0, &view);
    unsigned before = atomic_load(&fake.wakes);
    uint64_t generation = view.generation;
    for (int i = 0; i < 100; i++)
        guest_prints("x");
    ck_assert_uint_eq(atomic_load(&fake.wakes), before + 1);
    port->ops->copy(port, 0, &view);
    ck_assert_uint_gt(view.generation, generation);
    guest_prints("y");
    ck_assert_uint_eq(atomic_load(&fake.wakes), before + 2);
    close_and_wait(port);
}
END_TEST

START_TEST(typing_and_answers_reach_the_guest)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    port->ops->type_character(port, 'l', 0);
    port->ops->type_character(port, 's', 0);
    port->ops->type_key(port, CONSOLE_KEY_ENTER, 0);
    WAIT_FOR(fake.written.length == 3);
    ck_assert_str_eq(fake.written.text, "ls\r");
    guest_prints("\033[6n");
    WAIT_FOR(fake.written.length == 9);
    ck_assert_str_eq(fake.written.text, "ls\r\033[1;1R");
    close_and_wait(port);
}
END_TEST

START_TEST(a_long_paste_arrives_whole_through_a_slow_stream)
{
    enum { LENGTH = 400000 };
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    fake.take_at_once = 3000;
    char *text = memory_alloc(LENGTH + 1);
    for (size_t i = 0; i < LENGTH; i++)
        text[i] = (char)('a' + i % 23);
    port->ops->paste(port, text, LENGTH);
    port->ops->type_character(port, 'Z', 0);
    WAIT_FOR(fake.written.length == LENGTH + 1);
    text[LENGTH] = 'Z';
    ck_assert(memcmp(fake.written.text, text, LENGTH + 1) == 0);
    free(text);
    close_and_wait(port);
}
END_TEST

START_TEST(a_paste_that_is_too_long_is_refused_whole)
{
    enum { LENGTH = 1024 * 1024 };
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    char *text = memory_alloc(LENGTH + 1);
    memset(text, 'x', LENGTH + 1);
    port->ops->paste(port, text, LENGTH + 1);
    port->ops->copy(port, 0, &view);
    ck_assert_uint_eq(view.bells, 1);
    port->ops->paste(port, text, LENGTH);
    WAIT_FOR(fake.written.length == LENGTH);
    port->ops->copy(port, 0, &view);
    ck_assert_uint_eq(view.bells, 1);
    free(text);
    close_and_wait(port);
}
END_TEST

START_TEST(answers_are_bounded)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    pthread_mutex_lock(&fake.lock);
    fake.writes_left = 0;
    pthread_mutex_unlock(&fake.lock);
    for (int i = 0; i < 20000; i++)
        guest_prints("\033[6n");
    pthread_mutex_lock(&fake.lock);
    fake.writes_left = UINT32_MAX;
    pthread_mutex_unlock(&fake.lock);
    port->ops->type_character(port, '!', 0);
    WAIT_FOR(fake.written.length > 0 && fake.written.text[fake.written.length - 1] == '!');
    ck_assert_uint_le(fake.written.length, 4097);
    close_and_wait(port);
}
END_TEST

START_TEST(busy_and_taken_over)
{
    fake.open_fails = true;
    struct console_port *port = create();
    wait_state(port, CONSOLE_CLOSED);
    ck_assert_int_eq(view.error.kind, ERROR_BUSY);
    ck_assert_str_eq(view.error.text, "another client holds the console");
    port->ops->reconnect(port, true);
    wait_state(port, CONSOLE_OPEN);
    ck_assert(fake.last_force);
    ck_assert_uint_eq(fake.opens, 2);
    close_and_wait(port);
    ck_assert_uint_eq(fake.closes, 1);
}
END_TEST

START_TEST(the_vm_goes_off_and_comes_back)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    guest_prints("reboot: Power down\r\n");
    fake.sink.closed(fake.sink.context, NULL);
    port->ops->copy(port, 0, &view);
    ck_assert_int_eq(view.state, CONSOLE_CLOSED);
    ck_assert_int_eq(view.error.kind, ERROR_NONE);
    assert_screen(&view, "reboot: Power down");
    WAIT_FOR(fake.closes == 1);
    port->ops->type_character(port, 'x', 0); // nobody is there
    port->ops->reconnect(port, false);
    wait_state(port, CONSOLE_OPEN);
    guest_prints("Booting");
    port->ops->copy(port, 0, &view);
    assert_screen(&view, "reboot: Power down|Booting");
    ck_assert_uint_eq(fake.written.length, 0);
    const struct error lost = {.kind = ERROR_OFFLINE, .text = "the connection is gone"};
    fake.sink.closed(fake.sink.context, &lost);
    port->ops->copy(port, 0, &view);
    ck_assert_int_eq(view.error.kind, ERROR_OFFLINE);
    close_and_wait(port);
    ck_assert_uint_eq(fake.closes, 2);
}
END_TEST

START_TEST(a_stream_that_ends_while_it_is_opened)
{
    fake.open_ends_at_once = true;
    struct console_port *port = create();
    WAIT_FOR(fake.closes == 1);
    wait_state(port, CONSOLE_CLOSED);
    close_and_wait(port);
}
END_TEST

START_TEST(close_does_not_wait_for_an_open_that_hangs)
{
    fake.open_blocks = true;
    struct console_port *port = create();
    WAIT_FOR(fake.opens == 1);
    port->ops->copy(port, 0, &view);
    ck_assert_int_eq(view.state, CONSOLE_CONNECTING);
    uint64_t start = clock_monotonic_ns();
    port->ops->close(port);
    ck_assert_uint_lt(clock_monotonic_ns() - start, NS_PER_SECOND);
    ck_assert_uint_eq(fake.releases, 0);
    unsigned wakes = atomic_load(&fake.wakes);
    pthread_mutex_lock(&fake.lock);
    fake.open_blocks = false;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
    WAIT_FOR(fake.releases == 1);
    ck_assert_uint_eq(fake.closes, 1);
    ck_assert_uint_eq(atomic_load(&fake.wakes), wakes);
}
END_TEST

struct flood {
    pthread_t thread;
    size_t bytes;
};

static void *run_flood(void *argument)
{
    const struct flood *flood = argument;
    static const char line[] = "\033[3%dm%09zu The quick brown fox jumps over the lazy dog, "
                               "and once more over the dog\033[m\r\n";
    char block[16384];
    size_t fed = 0, number = 0;
    while (fed < flood->bytes && !atomic_load(&fake.stop_flood)) {
        size_t length = 0;
        while (length + 128 < sizeof(block)) {
            length += (size_t)snprintf(block + length, sizeof(block) - length, line,
                                       (int)(number % 8), number);
            number++;
        }
        fake.sink.output(fake.sink.context, block, length);
        fed += length;
    }
    pthread_mutex_lock(&fake.lock);
    fake.flooding = false;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
    return NULL;
}

static void start_flood(struct flood *flood, size_t bytes)
{
    flood->bytes = bytes;
    fake.flooding = true;
    ck_assert_int_eq(pthread_create(&flood->thread, NULL, run_flood, flood), 0);
}

static bool is_flooding(void)
{
    pthread_mutex_lock(&fake.lock);
    bool flooding = fake.flooding;
    pthread_mutex_unlock(&fake.lock);
    return flooding;
}

static size_t resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    size_t total, resident;
    int read = fscanf(file, "%zu %zu", &total, &resident);
    fclose(file);
    ck_assert_int_eq(read, 2);
    return resident * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

// Sanitizers are ten times slower and keep freed memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FLOOD_BYTES   (8u << 20)
#define FLOOD_RSS_KIB (256 * 1024)
#else
#define FLOOD_BYTES   (200u << 20)
#define FLOOD_RSS_KIB (12 * 1024)
#endif

START_TEST(flood_is_bounded_and_lets_the_screen_in)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    port->ops->resize(port, 12, 80); // a line costs libvterm a move of the whole screen
    size_t before = resident_kib();
    struct flood flood;
    start_flood(&flood, FLOOD_BYTES);
    uint64_t longest = 0, copies = 0;
    while (is_flooding()) {
        uint64_t start = clock_monotonic_ns();
        port->ops->copy(port, copies % 40, &view);
        uint64_t took = clock_monotonic_ns() - start;
        longest = took > longest ? took : longest;
        copies++;
        clock_sleep_ms(1);
    }
    pthread_join(flood.thread, NULL);
    port->ops->copy(port, 0, &view);
    assert_cells_harmless(&view);
    ck_assert_uint_eq(view.scrollback_lines, 5000);
    ck_assert_uint_lt(resident_kib() - before, FLOOD_RSS_KIB);
    ck_assert_uint_gt(copies, 10);
    ck_assert_msg(longest < NS_PER_SECOND / 2, "a copy waited %llu ms",
                  (unsigned long long)(longest / NS_PER_MS));
    if (getenv("VERBOSE") != NULL)
        printf("copies %llu, longest %.2f ms, RSS +%zu KiB\n", (unsigned long long)copies,
               (double)longest / 1e6, resident_kib() - before);
    close_and_wait(port);
}
END_TEST

START_TEST(close_during_a_flood)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    struct flood flood;
    start_flood(&flood, SIZE_MAX);
    clock_sleep_ms(50);
    uint64_t start = clock_monotonic_ns();
    port->ops->close(port);
    ck_assert_uint_lt(clock_monotonic_ns() - start, NS_PER_SECOND / 2);
    unsigned wakes = atomic_load(&fake.wakes);
    WAIT_FOR(fake.releases == 1);
    pthread_join(flood.thread, NULL);
    ck_assert_uint_eq(atomic_load(&fake.wakes), wakes);
}
END_TEST

START_TEST(everything_at_once)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    struct flood flood;
    start_flood(&flood, 2u << 20);
    size_t found, typed = 0;
    unsigned step = 0;
    while (is_flooding() || step < 100) {
        port->ops->copy(port, step % 100, &view);
        port->ops->type_character(port, 'k', 0);
        typed++;
        if (step % 7 == 0)
            port->ops->resize(port, 5 + step % 50, 30 + step % 100);
        if (step % 31 == 0)
            port->ops->search(port, "no such text", 0, true, &found);
        step++;
    }
    pthread_join(flood.thread, NULL);
    port->ops->copy(port, 0, &view);
    assert_cells_harmless(&view);
    WAIT_FOR(fake.written.length == typed);
    close_and_wait(port);
}
END_TEST

START_TEST(search_and_resize_through_the_port)
{
    struct console_port *port = create();
    wait_state(port, CONSOLE_OPEN);
    port->ops->resize(port, 5, 40);
    guest_prints("needle\r\n1\r\n2\r\n3\r\n4\r\n5\r\n6");
    size_t found = 0;
    ck_assert(port->ops->search(port, "NEEDLE", 0, true, &found));
    ck_assert_uint_eq(found, 2);
    port->ops->copy(port, found, &view);
    assert_screen(&view, "needle|1|2|3|4");
    ck_assert_uint_eq(view.rows, 5);
    ck_assert_uint_eq(view.columns, 40);
    close_and_wait(port);
}
END_TEST

static Suite *console_suite(void)
{
    Suite *suite = suite_create("console");
    TCase *tests = tcase_create("console");
    tcase_set_timeout(tests, 180);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, opens_shows_and_closes);
    tcase_add_test(tests, wakes_are_coalesced);
    tcase_add_test(tests, typing_and_answers_reach_the_guest);
    tcase_add_test(tests, a_long_paste_arrives_whole_through_a_slow_stream);
    tcase_add_test(tests, a_paste_that_is_too_long_is_refused_whole);
    tcase_add_test(tests, answers_are_bounded);
    tcase_add_test(tests, busy_and_taken_over);
    tcase_add_test(tests, the_vm_goes_off_and_comes_back);
    tcase_add_test(tests, a_stream_that_ends_while_it_is_opened);
    tcase_add_test(tests, close_does_not_wait_for_an_open_that_hangs);
    tcase_add_test(tests, flood_is_bounded_and_lets_the_screen_in);
    tcase_add_test(tests, close_during_a_flood);
    tcase_add_test(tests, everything_at_once);
    tcase_add_test(tests, search_and_resize_through_the_port);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(console_suite());
}
