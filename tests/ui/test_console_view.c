// SPDX-License-Identifier: GPL-2.0-or-later
// The tab "Console" over a console that the test plays.
#include "check_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/model/console_port.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"

#define FAKES_MAX 16
#define ROWS      8
#define COLUMNS   40

struct fake_port {
    struct console_port port; // first
    char uuid[VM_UUID_SIZE];
    const char *lines[32]; // the whole text, oldest first; the last `rows` are the live screen
    size_t line_count;
    enum console_state state;
    struct error error;
    unsigned rows, columns, bells;
    uint64_t lines_scrolled;
    struct str typed;
    unsigned reconnects, forced, searches;
    bool closed;
};

static struct fake_port *fakes[FAKES_MAX];
static size_t fake_count;
static enum console_state new_state;
static struct error new_error;
static struct config config;
static struct ui *ui;
static struct view *view;
static struct frame frame;
static uint64_t now_ns;

// ---- the console played ----

static size_t fake_scrollback(const struct fake_port *fake)
{
    return fake->line_count > fake->rows ? fake->line_count - fake->rows : 0;
}

static void put_line(struct console_view *shown, unsigned row, const char *line)
{
    struct console_cell *cells = shown->cells + (size_t)row * shown->columns;
    for (unsigned i = 0; i < shown->columns; i++) {
        cells[i] = (struct console_cell){.width = 1, .foreground = -1, .background = -1};
        if (line != NULL && i < strlen(line))
            cells[i].characters[0] = line[i] == ' ' ? 0 : (unsigned char)line[i];
        if (line != NULL && line[0] == '!')
            cells[i].foreground = 9;
    }
}

static void fake_copy(struct console_port *port, size_t scrolled, struct console_view *shown)
{
    struct fake_port *fake = (struct fake_port *)port;
    size_t above = fake_scrollback(fake);
    scrolled = scrolled < above ? scrolled : above;
    shown->rows = fake->rows;
    shown->columns = fake->columns;
    shown->cells =
        memory_resize(shown->cells, (size_t)fake->rows * fake->columns, sizeof(*shown->cells));
    for (unsigned row = 0; row < fake->rows; row++) {
        size_t line = above - scrolled + row;
        put_line(shown, row, line < fake->line_count ? fake->lines[line] : NULL);
    }
    size_t cursor = fake->line_count > 0 ? fake->line_count - 1 - (above - scrolled) : 0;
    shown->cursor_visible = cursor < fake->rows;
    shown->cursor_row = shown->cursor_visible ? (unsigned)cursor : 0;
    shown->cursor_column = 3;
    shown->scrollback_lines = above;
    shown->scrolled_lines = scrolled;
    shown->lines_scrolled = fake->lines_scrolled;
    shown->state = fake->state;
    shown->error = fake->error;
    shown->bells = fake->bells;
}

static void fake_type_character(struct console_port *port, uint32_t character, unsigned modifiers)
{
    struct fake_port *fake = (struct fake_port *)port;
    str_printf(&fake->typed, "%s%c", (modifiers & CONSOLE_CTRL) != 0 ? "^" : "", (char)character);
}

static void fake_type_key(struct console_port *port, enum console_key key, unsigned modifiers)
{
    struct fake_port *fake = (struct fake_port *)port;
    str_printf(&fake->typed, "<%d,%u>", (int)key, modifiers);
}

static void fake_paste(struct console_port *port, const char *text, size_t length)
{
    struct fake_port *fake = (struct fake_port *)port;
    str_printf(&fake->typed, "[%.*s]", (int)length, text);
}

static void fake_resize(struct console_port *port, unsigned rows, unsigned columns)
{
    struct fake_port *fake = (struct fake_port *)port;
    fake->rows = rows;
    fake->columns = columns;
}

static bool fake_search(struct console_port *port, const char *text, size_t scrolled, bool upward,
                        size_t *found)
{
    struct fake_port *fake = (struct fake_port *)port;
    fake->searches++;
    size_t above = fake_scrollback(fake);
    for (size_t at = upward ? scrolled + 1 : scrolled - 1; at >= 1 && at <= above;
         at += upward ? 1 : (size_t)-1)
        if (strstr(fake->lines[above - at], text) != NULL) {
            *found = at;
            return true;
        }
    return false;
}

static void fake_reconnect(struct console_port *port, bool force)
{
    struct fake_port *fake = (struct fake_port *)port;
    fake->reconnects++;
    fake->forced += force ? 1 : 0;
    fake->state = CONSOLE_CONNECTING;
}

static void fake_close(struct console_port *port)
{
    ((struct fake_port *)port)->closed = true;
}

static const struct console_port_ops fake_ops = {
    .copy = fake_copy,
    .type_character = fake_type_character,
    .type_key = fake_type_key,
    .paste = fake_paste,
    .resize = fake_resize,
    .search = fake_search,
    .reconnect = fake_reconnect,
    .close = fake_close,
};

static struct console_port *open_console(void *context, const char *host, const char *uuid)
{
    (void)context;
    ck_assert_str_eq(host, "lab1");
    ck_assert_uint_lt(fake_count, FAKES_MAX);
    struct fake_port *fake = memory_alloc(sizeof(*fake));
    fake->port.ops = &fake_ops;
    strcpy(fake->uuid, uuid);
    fake->state = new_state;
    fake->error = new_error;
    str_init(&fake->typed);
    fakes[fake_count++] = fake;
    return &fake->port;
}

// ---- the rest of the program played ----

static void set_interest(void *context, const struct interest *interest)
{
    (void)context;
    (void)interest;
}

static uint64_t fake_now(void *context)
{
    (void)context;
    return now_ns;
}

struct vm_case {
    const char *name;
    enum vm_state state;
    bool hung, no_serial;
};

static void fill_vm(struct vm_sample *vm, const struct vm_case *from, size_t index)
{
    snprintf(vm->uuid, sizeof(vm->uuid), "00000000-0000-0000-0000-%012zu", index);
    vm->name = memory_strdup(from->name);
    vm->state = from->state;
    vm->hung = from->hung;
    vm->id = 1;
    vm->definition = vm_definition_create();
    vm->definition->type = memory_strdup("kvm");
    vm->definition->has_serial_console = !from->no_serial;
}

static void show_vms(const struct vm_case *vms, size_t count, enum connection_state connection)
{
    struct host_snapshot *snapshot = host_snapshot_create();
    snapshot->name = memory_strdup("lab1");
    snapshot->uri = memory_strdup("qemu:///system");
    snapshot->capabilities = UINT64_MAX;
    host_snapshot_set_vm_count(snapshot, count);
    for (size_t i = 0; i < count; i++)
        fill_vm(&snapshot->vms[i], &vms[i], i);
    host_snapshot_freeze(snapshot);
    struct board *board = board_create();
    board->hosts = memory_array(1, sizeof(*board->hosts));
    board->host_count = 1;
    strcpy(board->hosts[0].name, "lab1");
    board->hosts[0].connection = connection;
    board->hosts[0].snapshot = snapshot;
    board->hosts[0].vms = memory_array(count, sizeof(struct board_vm));
    for (size_t i = 0; i < count; i++)
        board->hosts[0].vms[i].sample = &snapshot->vms[i];
    ui_set_board(ui, board);
}

static void show_one(const char *name, enum vm_state state)
{
    const struct vm_case vm = {.name = name, .state = state};
    show_vms(&vm, 1, CONNECTION_ONLINE);
}

static void begin(void)
{
    fake_count = 0;
    now_ns = 1000 * NS_PER_SECOND;
    new_state = CONSOLE_OPEN;
    new_error = (struct error){0};
    config_init_defaults(&config);
    const struct ui_settings settings = {
        .config = &config,
        .version = "test",
        .services = {.set_interest = set_interest, .open_console = open_console},
        .now_ns = fake_now,
    };
    struct error err = {0};
    ui = ui_create(&settings, &err);
    ck_assert_msg(ui != NULL, "%s", err.text);
    view = console_view_ops.create(ui);
    frame_init(&frame, GLYPHS_UNICODE);
    frame_resize(&frame, ROWS, COLUMNS);
}

static void end(void)
{
    view->ops->destroy(view);
    for (size_t i = 0; i < fake_count; i++) {
        ck_assert(fakes[i]->closed);
        str_finish(&fakes[i]->typed);
        free(fakes[i]);
    }
    ui_destroy(ui);
    config_finish(&config);
    frame_finish(&frame);
}

static void draw(void)
{
    frame_clear(&frame);
    frame.cursor_visible = false;
    view->ops->draw(view, &frame, frame_rect(&frame), true);
}

// The frame's text without blanks and empty lines around it, inner line ends as '|'.
static void expect(const char *expected)
{
    draw();
    struct str text, flat;
    str_init(&text);
    str_init(&flat);
    frame_to_text(&frame, &text);
    bool begun = false;
    for (char *line = strtok(text.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        while (*line == ' ')
            line++;
        if (*line == '\0')
            continue;
        str_add(&flat, begun ? "|" : "");
        str_add(&flat, line);
        begun = true;
    }
    ck_assert_str_eq(flat.text, expected);
    str_finish(&text);
    str_finish(&flat);
}

static void set_lines(struct fake_port *fake, size_t count)
{
    static const char *const lines[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    memcpy(fake->lines, lines, sizeof(lines));
    fake->line_count = count;
}

static bool press(const char *name)
{
    struct key key;
    ck_assert_msg(key_parse(name, &key), "no key %s", name);
    return view->ops->key(view, &key);
}

static bool press_code(enum key_code code)
{
    struct key key = {.code = code};
    return view->ops->key(view, &key);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        struct key key = {.code = KEY_CODE_CHARACTER, .character = (unsigned char)*text};
        view->ops->key(view, &key);
    }
}

// ---- tests ----

START_TEST(shows_cells_with_their_colours)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    ck_assert_uint_eq(fake_count, 1);
    ck_assert_uint_eq(fakes[0]->rows, ROWS);
    ck_assert_uint_eq(fakes[0]->columns, COLUMNS);
    fakes[0]->lines[0] = "web1 login:";
    fakes[0]->lines[1] = "!red";
    fakes[0]->line_count = 2;
    expect("web1 login:|!red");
    ck_assert_uint_eq(frame.cells[COLUMNS].style.flags & STYLE_PALETTE, STYLE_PALETTE);
    ck_assert_int_eq(frame.cells[COLUMNS].style.foreground, 9);
    ck_assert_int_eq(frame.cells[0].style.foreground, -1);
    ck_assert(!frame.cursor_visible);
    ck_assert_str_eq(view->ops->hint(view), "c to type");
}
END_TEST

START_TEST(sentences)
{
    static const struct {
        struct vm_case vm;
        const char *text;
    } cases[] = {
        {{"web1", VM_STATE_SHUT_OFF, false, false}, "web1 is off: press u to start it"},
        {{"web1", VM_STATE_CRASHED, false, false}, "web1 has crashed: press u to start|it again"},
        {{"web1", VM_STATE_PAUSED, false, false}, "web1 is paused: press p to let it|run on"},
        {{"web1", VM_STATE_RUNNING, true, false},
         "web1 does not answer: its console|comes back when it does, or press X|to switch it off"},
        {{"web1", VM_STATE_RUNNING, false, true},
         "web1 has no serial console in its|definition: add <serial type='pty'/>"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        show_vms(&cases[i].vm, 1, CONNECTION_ONLINE);
        expect(cases[i].text);
    }
    show_vms(&(struct vm_case){"web1", VM_STATE_RUNNING, false, false}, 1, CONNECTION_OFFLINE);
    expect("lab1 cannot be reached at present;|consoles open when it can");
    ck_assert_uint_eq(fake_count, 1); // only the paused one was opened
}
END_TEST

START_TEST(what_was_shown_stays_when_the_vm_goes_off)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    fakes[0]->lines[0] = "reboot: Power down";
    fakes[0]->line_count = 1;
    fakes[0]->state = CONSOLE_CLOSED;
    show_one("web1", VM_STATE_SHUT_OFF);
    expect("reboot: Power down|web1 is off: press u to start it");
    ck_assert_uint_eq(fakes[0]->reconnects, 0);
    ck_assert_ptr_null(view->ops->hint(view));
}
END_TEST

START_TEST(typing)
{
    show_one("web1", VM_STATE_RUNNING);
    view->ops->activate(view, false);
    ck_assert(view->ops->captures_keys(view));
    set_lines(fakes[0], 2);
    draw();
    ck_assert(frame.cursor_visible);
    ck_assert_int_eq(frame.cursor_row, 1);
    ck_assert_int_eq(frame.cursor_column, 3);
    ck_assert_str_eq(view->ops->hint(view), "Ctrl-] to leave");
    type("q/n");
    ck_assert(press("Ctrl-C"));
    ck_assert(press("Enter"));
    ck_assert(press("Shift-Tab"));
    ck_assert(press("F3"));
    ck_assert(press("PgUp"));
    struct key paste = {.code = KEY_CODE_PASTE, .paste = "two\nlines", .paste_length = 9};
    ck_assert(view->ops->key(view, &paste));
    char expected[128];
    snprintf(expected, sizeof(expected), "q/n^c<%d,0><%d,%d><%d,0><%d,0>[two\nlines]",
             CONSOLE_KEY_ENTER, CONSOLE_KEY_TAB, CONSOLE_SHIFT, CONSOLE_KEY_F1 + 2,
             CONSOLE_KEY_PAGE_UP);
    ck_assert_str_eq(fakes[0]->typed.text, expected);
    ck_assert(press("Ctrl-]"));
    ck_assert(!view->ops->captures_keys(view));
    ck_assert_str_eq(fakes[0]->typed.text, expected);
    draw();
    ck_assert(!frame.cursor_visible);
    ck_assert(!press("q")); // the keymap's again
    ck_assert(!press("T"));
    ck_assert(press("Enter"));
    ck_assert(view->ops->captures_keys(view));
}
END_TEST

START_TEST(typing_ends_when_the_focus_goes)
{
    show_one("web1", VM_STATE_RUNNING);
    view->ops->activate(view, false);
    draw();
    ck_assert(view->ops->captures_keys(view));
    view->ops->draw(view, &frame, frame_rect(&frame), false);
    ck_assert(!view->ops->captures_keys(view));
}
END_TEST

START_TEST(keys_for_a_vm_that_is_gone_reach_nobody)
{
    static const struct vm_case two[] = {{"a", VM_STATE_RUNNING, false, false},
                                         {"b", VM_STATE_RUNNING, false, false}};
    show_vms(two, 2, CONNECTION_ONLINE);
    view->ops->activate(view, false);
    draw();
    type("x");
    ui_run(ui, "move down");
    draw();
    ck_assert(view->ops->captures_keys(view));
    type("rm");
    ck_assert_uint_eq(fake_count, 2);
    ck_assert_str_eq(fakes[0]->typed.text, "x");
    ck_assert_str_eq(fakes[1]->typed.text, "");
    expect("the VM that you were typing to is|gone: leave with Ctrl-]");
    press("Ctrl-]");
    ck_assert(!view->ops->captures_keys(view));
}
END_TEST

START_TEST(no_typing_into_what_is_off)
{
    show_one("web1", VM_STATE_SHUT_OFF);
    view->ops->activate(view, false);
    ck_assert(!view->ops->captures_keys(view));
    ck_assert_uint_eq(fake_count, 0);
}
END_TEST

START_TEST(keys_stay_caught_when_the_vm_goes_off)
{
    show_one("web1", VM_STATE_RUNNING);
    view->ops->activate(view, false);
    draw();
    fakes[0]->state = CONSOLE_CLOSED;
    show_one("web1", VM_STATE_SHUT_OFF);
    expect("web1 is off: leave with Ctrl-], then|press u to start it");
    ck_assert(view->ops->captures_keys(view));
}
END_TEST

START_TEST(scrolling)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    set_lines(fakes[0], 12);
    expect("four|five|six|seven|eight|nine|ten|eleven");
    ck_assert(press_code(KEY_CODE_MOUSE_WHEEL_UP));
    expect("one|two|three|four|five|six|seven|eight");
    ck_assert_str_eq(view->ops->hint(view), "3 lines up, End for the latest");
    ck_assert(press("PgUp"));
    expect("zero|one|two|three|four|five|six|seven");
    ck_assert(press_code(KEY_CODE_MOUSE_WHEEL_DOWN));
    expect("three|four|five|six|seven|eight|nine|ten");
    ck_assert(press("Home"));
    expect("zero|one|two|three|four|five|six|seven");
    ck_assert(press("End"));
    expect("four|five|six|seven|eight|nine|ten|eleven");
    // While typing only the shifted keys and the wheel scroll; typing comes back to the end.
    view->ops->activate(view, false);
    ck_assert(press("Shift-PgUp"));
    expect("zero|one|two|three|four|five|six|seven");
    ck_assert_str_eq(fakes[0]->typed.text, "");
    type("x");
    expect("four|five|six|seven|eight|nine|ten|eleven");
}
END_TEST

START_TEST(what_is_read_holds_still)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    set_lines(fakes[0], 11);
    draw();
    press_code(KEY_CODE_MOUSE_WHEEL_UP);
    expect("zero|one|two|three|four|five|six|seven");
    fakes[0]->line_count = 13;
    fakes[0]->lines_scrolled = 2;
    expect("zero|one|two|three|four|five|six|seven");
    ck_assert_str_eq(view->ops->hint(view), "5 lines up, End for the latest");
}
END_TEST

START_TEST(search)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    set_lines(fakes[0], 13);
    draw();
    ck_assert(press("/"));
    ck_assert(view->ops->captures_keys(view));
    type("two");
    expect("five|six|seven|eight|nine|ten|eleven|/two");
    ck_assert(frame.cursor_visible);
    press("Enter");
    ck_assert(!view->ops->captures_keys(view));
    expect("two|three|four|five|six|seven|eight|nine");
    ck_assert_int_eq(frame.cells[0].style.role, ROLE_MATCH);
    ck_assert_int_eq(frame.cells[2].style.role, ROLE_MATCH);
    ck_assert_int_ne(frame.cells[3].style.role, ROLE_MATCH);
    ck_assert(press("n")); // no further one
    expect("two|three|four|five|six|seven|eight|nine");
    ck_assert(press("Esc"));
    expect("five|six|seven|eight|nine|ten|eleven|twelve");
    ck_assert(!press("n"));
    ck_assert(!press("Esc"));
    // What is on the screen already only stands out.
    unsigned searches = fakes[0]->searches;
    press("/");
    type("Ten");
    press("Enter");
    expect("five|six|seven|eight|nine|ten|eleven|twelve");
    ck_assert_int_eq(frame.cells[5 * COLUMNS].style.role, ROLE_MATCH);
    ck_assert_uint_eq(fakes[0]->searches, searches);
    press("/");
    press("Esc");
    ck_assert(!view->ops->captures_keys(view));
}
END_TEST

START_TEST(taking_over)
{
    new_state = CONSOLE_CLOSED;
    error_set(&new_error, ERROR_BUSY, 9, "somebody has it");
    show_one("web1", VM_STATE_RUNNING);
    expect("another client holds this console:|press T to take it over");
    now_ns += 100 * NS_PER_SECOND;
    draw();
    ck_assert_uint_eq(fakes[0]->reconnects, 0);
    ck_assert(press("T"));
    ck_assert_uint_eq(fakes[0]->reconnects, 1);
    ck_assert_uint_eq(fakes[0]->forced, 1);
    expect("opening the console of web1 ...");
    fakes[0]->state = CONSOLE_OPEN;
    expect("");
}
END_TEST

START_TEST(forced_command_takes_over)
{
    new_state = CONSOLE_CLOSED;
    error_set(&new_error, ERROR_BUSY, 9, "somebody has it");
    show_one("web1", VM_STATE_RUNNING);
    draw();
    view->ops->activate(view, true);
    ck_assert_uint_eq(fakes[0]->forced, 1);
    ck_assert(view->ops->captures_keys(view));
}
END_TEST

START_TEST(reconnects_at_most_once_a_second)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    fakes[0]->state = CONSOLE_CLOSED;
    draw();
    ck_assert_uint_eq(fakes[0]->reconnects, 0); // it has only just been opened
    now_ns += NS_PER_SECOND;
    draw();
    ck_assert_uint_eq(fakes[0]->reconnects, 1);
    fakes[0]->state = CONSOLE_CLOSED;
    for (int i = 0; i < 9; i++) {
        now_ns += NS_PER_SECOND / 10;
        draw();
    }
    ck_assert_uint_eq(fakes[0]->reconnects, 1);
    now_ns += NS_PER_SECOND / 10;
    draw();
    ck_assert_uint_eq(fakes[0]->reconnects, 2);
    fakes[0]->state = CONSOLE_CLOSED;
    error_set(&fakes[0]->error, ERROR_DENIED, 1, "access is denied");
    now_ns += 100 * NS_PER_SECOND;
    expect("the console of web1 is closed:|access is denied; press c to try|again");
    ck_assert_uint_eq(fakes[0]->reconnects, 2);
    view->ops->activate(view, false);
    ck_assert_uint_eq(fakes[0]->reconnects, 3);
    ck_assert_uint_eq(fakes[0]->forced, 0);
}
END_TEST

static void draw_unfocused(void)
{
    frame_clear(&frame);
    view->ops->draw(view, &frame, frame_rect(&frame), false);
}

START_TEST(passing_by_opens_nothing)
{
    static const struct vm_case vms[] = {{"a", VM_STATE_RUNNING, false, false},
                                         {"b", VM_STATE_RUNNING, false, false},
                                         {"c", VM_STATE_RUNNING, false, false}};
    show_vms(vms, 3, CONNECTION_ONLINE);
    draw_unfocused();
    ck_assert_uint_eq(fake_count, 1);
    ui_run(ui, "move down");
    draw_unfocused();
    now_ns += 200 * NS_PER_MS;
    ui_run(ui, "move down");
    draw_unfocused();
    now_ns += 200 * NS_PER_MS;
    draw_unfocused();
    ck_assert_uint_eq(fake_count, 1);
    now_ns += 100 * NS_PER_MS;
    draw_unfocused();
    ck_assert_uint_eq(fake_count, 2);
    ck_assert_str_eq(fakes[1]->uuid, "00000000-0000-0000-0000-000000000002");
}
END_TEST

START_TEST(eight_stay_open_and_the_oldest_goes)
{
    static struct vm_case vms[9];
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    for (size_t i = 0; i < 9; i++)
        vms[i] = (struct vm_case){names[i], VM_STATE_RUNNING, false, false};
    show_vms(vms, 9, CONNECTION_ONLINE);
    draw();
    for (int i = 0; i < 7; i++) {
        ui_run(ui, "move down");
        draw();
    }
    ck_assert_uint_eq(fake_count, 8);
    for (int i = 0; i < 7; i++)
        ui_run(ui, "move up");
    draw(); // the first is the one used last
    ck_assert_uint_eq(fake_count, 8);
    ui_run(ui, "move bottom");
    draw();
    ck_assert_uint_eq(fake_count, 9);
    ck_assert(!fakes[0]->closed);
    ck_assert(fakes[1]->closed);
    ck_assert(!fakes[2]->closed);
}
END_TEST

START_TEST(bell_is_passed_on_once)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    ck_assert_uint_eq(ui_take_bells(ui), 0);
    fakes[0]->bells = 2;
    draw();
    draw();
    ck_assert_uint_eq(ui_take_bells(ui), 1);
}
END_TEST

START_TEST(any_size)
{
    show_one("web1", VM_STATE_RUNNING);
    draw();
    set_lines(fakes[0], 13);
    view->ops->activate(view, false);
    for (int rows = 0; rows < 6; rows++)
        for (int columns = 0; columns < 12; columns++) {
            view->ops->draw(view, &frame, (struct rect){1, 1, rows, columns}, true);
            if (rows == 1 && columns == 5) // the cursor's line and column are in sight
                ck_assert(frame.cursor_visible && frame.cursor_row == 1);
        }
    press("/");
    view->ops->draw(view, &frame, (struct rect){0, 0, 1, 1}, true);
    show_vms(NULL, 0, CONNECTION_ONLINE);
    press("Ctrl-]");
    expect("no VM is selected");
}
END_TEST

static Suite *console_view_suite(void)
{
    Suite *suite = suite_create("console view");
    TCase *tests = tcase_create("console view");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, shows_cells_with_their_colours);
    tcase_add_test(tests, sentences);
    tcase_add_test(tests, what_was_shown_stays_when_the_vm_goes_off);
    tcase_add_test(tests, typing);
    tcase_add_test(tests, typing_ends_when_the_focus_goes);
    tcase_add_test(tests, keys_for_a_vm_that_is_gone_reach_nobody);
    tcase_add_test(tests, no_typing_into_what_is_off);
    tcase_add_test(tests, keys_stay_caught_when_the_vm_goes_off);
    tcase_add_test(tests, scrolling);
    tcase_add_test(tests, what_is_read_holds_still);
    tcase_add_test(tests, search);
    tcase_add_test(tests, taking_over);
    tcase_add_test(tests, forced_command_takes_over);
    tcase_add_test(tests, reconnects_at_most_once_a_second);
    tcase_add_test(tests, passing_by_opens_nothing);
    tcase_add_test(tests, eight_stay_open_and_the_oldest_goes);
    tcase_add_test(tests, bell_is_passed_on_once);
    tcase_add_test(tests, any_size);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(console_view_suite());
}
