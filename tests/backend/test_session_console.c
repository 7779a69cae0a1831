// SPDX-License-Identifier: GPL-2.0-or-later
// Consoles through the session: they open in the background, end with their connection, can be
// opened again, and may outlive the session.
#include <string.h>

#include "backend/session.h"
#include "backend/session_watch.h"
#include "backend/sim/sim.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/model/console_port.h"
#include "core/utf8.h"

#define URI "sim:///?vms=4&seed=3"

static struct session_watch *watch;
static struct session *session;
static struct sim_world *world;
static struct console_view view;
static char uuid[VM_UUID_SIZE];

static void wake(void *context)
{
    (void)context;
}

static void setup(void)
{
    sim_worlds_forget();
    watch = session_watch_create();
    world = sim_world_create(URI, NULL);
    ck_assert(sim_world_find(world, "web1", uuid));
    struct session_settings settings = {
        .uri = URI,
        .tick_s = 1,
        .executors = 2,
        .command_timeout_s = 5,
        .scrollback_lines = 100,
        .sink = session_watch_sink(watch),
    };
    session = session_create(&settings);
    session_start(session);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    memset(&view, 0, sizeof(view));
}

static void teardown(void)
{
    session_destroy(session);
    session_watch_destroy(watch);
    sim_world_release(world);
    sim_worlds_forget();
    console_view_finish(&view);
}

// The first characters of all cells, line after line.
static bool shows(struct console_port *port, const char *text)
{
    static char screen[65536];
    size_t length = 0;
    port->ops->copy(port, 0, &view);
    for (size_t i = 0; i < (size_t)view.rows * view.columns && length < sizeof(screen) - 8; i++) {
        uint32_t character = view.cells[i].characters[0];
        length += utf8_encode(character != 0 ? character : ' ', screen + length);
    }
    screen[length] = '\0';
    return strstr(screen, text) != NULL;
}

static bool wait_shows(struct console_port *port, const char *text)
{
    for (int i = 0; i < 300; i++) {
        if (shows(port, text))
            return true;
        clock_sleep_ms(10);
    }
    return false;
}

static bool wait_state(struct console_port *port, enum console_state state)
{
    for (int i = 0; i < 300; i++) {
        port->ops->copy(port, 0, &view);
        if (view.state == state)
            return true;
        clock_sleep_ms(10);
    }
    return false;
}

static void type(struct console_port *port, const char *text)
{
    for (; *text != '\0'; text++)
        port->ops->type_character(port, (uint32_t)*text, 0);
    port->ops->type_key(port, CONSOLE_KEY_ENTER, 0);
}

START_TEST(a_console_opens_and_answers)
{
    struct console_port *port = session_open_console(session, uuid, wake, NULL);
    ck_assert(wait_shows(port, "web1 login:"));
    type(port, "ann");
    ck_assert(wait_shows(port, "web1:~#"));
    type(port, "help");
    ck_assert(wait_shows(port, "flood  colors  title  exit"));
    port->ops->close(port);
}
END_TEST

START_TEST(a_lost_connection_closes_it_and_it_can_be_opened_again)
{
    struct console_port *port = session_open_console(session, uuid, wake, NULL);
    ck_assert(wait_shows(port, "web1 login:"));
    sim_script_drop_connections(world, "the daemon was killed");
    ck_assert(wait_state(port, CONSOLE_CLOSED));
    ck_assert_int_eq(view.error.kind, ERROR_OFFLINE);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 2, 3000));
    port->ops->reconnect(port, false);
    ck_assert(wait_state(port, CONSOLE_OPEN));
    port->ops->close(port);
    for (int i = 0; i < 200 && sim_world_connections(world) > 1; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(sim_world_connections(world), 1);
}
END_TEST

START_TEST(a_port_outlives_the_session)
{
    struct console_port *port = session_open_console(session, uuid, wake, NULL);
    ck_assert(wait_shows(port, "web1 login:"));
    session_destroy(session);
    session = NULL;
    ck_assert(wait_state(port, CONSOLE_CLOSED));
    ck_assert(shows(port, "web1 login:"));
    port->ops->reconnect(port, false);
    ck_assert(wait_state(port, CONSOLE_CLOSED));
    port->ops->close(port);
    for (int i = 0; i < 200 && sim_world_connections(world) > 0; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(sim_world_connections(world), 0);
}
END_TEST

START_TEST(without_a_connection_it_says_so)
{
    sim_script_refuse_open(world, true);
    sim_script_drop_connections(world, "the daemon was killed");
    ck_assert(session_watch_wait_connection(watch, CONNECTION_OFFLINE, 1, 3000));
    struct console_port *port = session_open_console(session, uuid, wake, NULL);
    ck_assert(wait_state(port, CONSOLE_CLOSED));
    ck_assert_int_eq(view.error.kind, ERROR_OFFLINE);
    port->ops->close(port);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_console");
    TCase *tests = tcase_create("console");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_console_opens_and_answers);
    tcase_add_test(tests, a_lost_connection_closes_it_and_it_can_be_opened_again);
    tcase_add_test(tests, a_port_outlives_the_session);
    tcase_add_test(tests, without_a_connection_it_says_so);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
