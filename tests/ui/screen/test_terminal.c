// SPDX-License-Identifier: GPL-2.0-or-later
// The terminal on a pseudo-terminal: what it leaves behind, and what an emulator makes of its
// bytes.
#include "check_main.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/console/emulator.h"
#include "core/clock.h"
#include "core/memory.h"
#include "ui/pty.h"
#include "ui/screen/terminal.h"

#define LEAVES_SCREEN "\033[?1049l"
#define PASTE_OFF     "\033[?2004l"
#define MOUSE_OFF     "\033[?1000l"

static struct pty pty;

static struct terminal *open_with(enum tristate unicode, enum tristate colour)
{
    struct theme theme;
    theme_builtin(&theme);
    struct terminal_settings settings = {
        .unicode = unicode, .colour = colour, .mouse = true, .theme = &theme};
    struct error err = {0};
    struct terminal *terminal = terminal_open(&settings, &err);
    if (terminal == NULL) {
        printf("%s\r\n", err.text);
        fflush(stdout);
    }
    return terminal;
}

static struct terminal *open_auto(void)
{
    return open_with(TRISTATE_AUTO, TRISTATE_AUTO);
}

static void show_text(struct terminal *terminal, const char *text)
{
    struct frame frame;
    int rows, columns;
    terminal_size(terminal, &rows, &columns);
    frame_init(&frame, terminal_glyphs(terminal));
    frame_resize(&frame, rows, columns);
    frame_text(&frame, NULL, 0, 0, STYLE(ROLE_ALARM), text);
    terminal_flush(terminal, &frame);
    frame_finish(&frame);
}

static bool wait_key(struct terminal *terminal, struct key *key)
{
    while (!terminal_ended(terminal)) {
        if (terminal_read(terminal, key))
            return true;
        clock_sleep_ms(1);
    }
    return false;
}

static bool came(const char *text)
{
    return memmem(pty.output.text, pty.output.length, text, strlen(text)) != NULL;
}

// --- Manners

static int open_show_close(void)
{
    struct terminal *terminal = open_auto();
    if (terminal == NULL)
        return 1;
    show_text(terminal, "SHOWN");
    struct key key;
    wait_key(terminal, &key);
    terminal_close(terminal);
    terminal_restore_now(); // has nothing left to do
    terminal = open_auto(); // and it can be opened again
    if (terminal == NULL)
        return 1;
    show_text(terminal, "AGAIN");
    terminal_close(terminal);
    return 0;
}

START_TEST(close_leaves_the_terminal_as_it_was)
{
    pty_start(&pty, 24, 80, "xterm-256color", open_show_close);
    ck_assert(pty_expect(&pty, "SHOWN"));
    ck_assert(!pty_modes_are_as_before(&pty)); // raw now
    pty_type(&pty, "q");
    ck_assert(pty_expect(&pty, LEAVES_SCREEN));
    ck_assert(pty_expect(&pty, "AGAIN"));
    ck_assert(pty_expect(&pty, LEAVES_SCREEN));
    ck_assert_int_eq(pty_wait(&pty), 0);
    ck_assert(pty_modes_are_as_before(&pty));
    ck_assert(came(PASTE_OFF));
    ck_assert(came(MOUSE_OFF));
    ck_assert(came("\033[?25h")); // the cursor is seen again
    pty_finish(&pty);
}
END_TEST

static int crash_number;

static __attribute__((noinline)) int overflow_stack(int depth)
{
    volatile char block[4096];
    memset((char *)block, depth, sizeof(block));
    return depth == -1 ? 0 : overflow_stack(depth + 1) + block[depth % 4096];
}

static int crash(void)
{
    signal(crash_number < 0 ? SIGSEGV : crash_number, SIG_DFL);
    terminal_install_crash_handlers();
    struct terminal *terminal = open_auto();
    if (terminal == NULL)
        return 1;
    show_text(terminal, "SHOWN");
    struct key key;
    wait_key(terminal, &key);
    if (crash_number == -2)
        memory_exhausted("memory");
    if (crash_number == -1)
        return overflow_stack(0);
    if (crash_number == SIGABRT)
        abort();
    raise(crash_number);
    return 1;
}

static const struct {
    int number, signal;
} crashes[] = {
    {SIGABRT, SIGABRT}, {SIGSEGV, SIGSEGV}, {SIGBUS, SIGBUS}, {SIGFPE, SIGFPE},
    {SIGILL, SIGILL},   {-1, SIGSEGV},      {-2, SIGABRT},
};

START_TEST(crash_restores_the_terminal)
{
    crash_number = crashes[_i].number;
    if (crash_number == -1 && getenv("SANITIZED") != NULL) {
        SKIP_TEST("stack overflow", "the sanitizer's own stack is in the way");
        return;
    }
    pty_start(&pty, 24, 80, "xterm-256color", crash);
    ck_assert(pty_expect(&pty, "SHOWN"));
    pty_type(&pty, "q");
    int status = pty_wait(&pty);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), crashes[_i].signal);
    ck_assert(pty_modes_are_as_before(&pty));
    ck_assert(pty_expect(&pty, PASTE_OFF));
    ck_assert(pty_expect(&pty, LEAVES_SCREEN));
    pty_finish(&pty);
}
END_TEST

static int suspend_resume(void)
{
    struct terminal *terminal = open_auto();
    struct key key;
    show_text(terminal, "SHOWN");
    wait_key(terminal, &key);
    terminal_suspend(terminal);
    terminal_restore_now();
    if (write(STDOUT_FILENO, "SUSPENDED", 9) != 9)
        return 1;
    char byte;
    if (read(STDIN_FILENO, &byte, 1) != 1) // a whole line: the modes are those of before
        return 1;
    terminal_resume(terminal);
    show_text(terminal, "SHOWN TOO");
    wait_key(terminal, &key);
    terminal_suspend(terminal);
    terminal_close(terminal);
    return 0;
}

START_TEST(suspend_gives_the_terminal_back)
{
    pty_start(&pty, 24, 80, "xterm-256color", suspend_resume);
    ck_assert(pty_expect(&pty, "SHOWN"));
    pty_type(&pty, "q");
    ck_assert(pty_expect(&pty, LEAVES_SCREEN));
    ck_assert(pty_expect(&pty, "SUSPENDED"));
    ck_assert(pty_modes_are_as_before(&pty));
    pty_type(&pty, "\n");
    ck_assert(pty_expect(&pty, "\033[?1049h"));
    ck_assert(pty_expect(&pty, "TOO"));
    ck_assert(!pty_modes_are_as_before(&pty));
    pty_type(&pty, "q");
    ck_assert_int_eq(pty_wait(&pty), 0);
    ck_assert(pty_modes_are_as_before(&pty));
    pty_finish(&pty);
}
END_TEST

// ncurses would like to have them; they are the loop's.
static int tell_handlers(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++)
        signal(signals[i], SIG_DFL); // Check has handlers of its own
    struct terminal *terminal = open_auto();
    show_text(terminal, "SHOWN");
    bool all_default = true;
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++) {
        struct sigaction action;
        sigaction(signals[i], NULL, &action);
        all_default = all_default && action.sa_handler == SIG_DFL;
    }
    terminal_close(terminal);
    return all_default ? 0 : 1;
}

START_TEST(signals_are_left_alone)
{
    pty_start(&pty, 24, 80, "xterm-256color", tell_handlers);
    ck_assert_int_eq(pty_wait(&pty), 0);
    pty_finish(&pty);
}
END_TEST

// --- Where there is no terminal

static int open_without_input(void)
{
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    return open_auto() == NULL ? 0 : 1;
}

static int open_with_input_closed(void)
{
    close(STDIN_FILENO);
    return open_auto() == NULL ? 0 : 1;
}

static int open_without_term(void)
{
    unsetenv("TERM");
    return open_auto() == NULL ? 0 : 1;
}

static int open_fails(void)
{
    return open_auto() == NULL ? 0 : 1;
}

static const struct {
    int (*run)(void);
    const char *term, *sentence;
} failures[] = {
    {open_without_input, "xterm", "the screen needs a terminal, and standard input is not one"},
    {open_with_input_closed, "xterm", "the screen needs a terminal, and standard input is not one"},
    {open_without_term, "xterm", "TERM is not set"},
    {open_fails, "no-such-terminal", "the terminal type \"no-such-terminal\" is not known here"},
    {open_fails, "dumb", "a terminal of type \"dumb\" cannot place the cursor"},
};

START_TEST(open_fails_with_a_sentence)
{
    pty_start(&pty, 24, 80, failures[_i].term, failures[_i].run);
    ck_assert_int_eq(pty_wait(&pty), 0);
    ck_assert_msg(came(failures[_i].sentence), "%s", pty.output.text);
    ck_assert(pty_modes_are_as_before(&pty));
    ck_assert(!came("\033[?1049h"));
    pty_finish(&pty);
}
END_TEST

static int show_and_quit(void)
{
    struct terminal *terminal = open_auto();
    if (terminal == NULL)
        return 1;
    show_text(terminal,
              terminal_glyphs(terminal) == GLYPHS_UNICODE ? "UNICODE-é-日" : "ASCII-é-日|");
    terminal_close(terminal);
    return 0;
}

static int show_without_colour(void)
{
    setenv("NO_COLOR", "1", 1);
    return show_and_quit();
}

static int show_in_c_locale(void)
{
    setlocale(LC_CTYPE, "C");
    return show_and_quit();
}

static int show_colour_anyway(void)
{
    setenv("NO_COLOR", "1", 1);
    setlocale(LC_CTYPE, "C");
    struct terminal *terminal = open_with(TRISTATE_YES, TRISTATE_YES);
    show_text(terminal, terminal_glyphs(terminal) == GLYPHS_UNICODE ? "UNICODE" : "ASCII");
    terminal_close(terminal);
    return 0;
}

static const struct {
    int (*run)(void);
    const char *term, *shown;
    const char *colour; // how the role ALARM (203, bold) starts; NULL: no colours at all
} detections[] = {
    {show_and_quit, "xterm-256color", "UNICODE-é-日", "38;5;203m"},
    {show_and_quit, "xterm", "UNICODE-é-日", "\033[31m"},
    {show_and_quit, "linux", "ASCII-é-日|", "31m"},
    {show_and_quit, "vt100", "UNICODE-é-日", NULL},
    {show_without_colour, "xterm-256color", "UNICODE-é-日", NULL},
    {show_in_c_locale, "xterm-256color", "ASCII-?-?|", "38;5;203m"},
    {show_colour_anyway, "xterm-256color", "UNICODE", "38;5;203m"},
};

START_TEST(glyphs_and_colours_are_detected)
{
    pty_start(&pty, 24, 80, detections[_i].term, detections[_i].run);
    ck_assert_int_eq(pty_wait(&pty), 0);
    ck_assert_msg(came(detections[_i].shown), "%s", pty.output.text);
    if (detections[_i].colour != NULL)
        ck_assert_msg(came(detections[_i].colour), "%s", pty.output.text);
    else
        ck_assert(!came("38;5") && !came("[31m"));
    pty_finish(&pty);
}
END_TEST

// --- What is shown

enum { ROWS = 20, COLUMNS = 60, ROUNDS = 60 };

static void ignore(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

// Text, wide and combining characters, styles and charts, never twice the same but always as the
// round says, so that parent and child draw alike.
static void draw_round(struct frame *frame, int round)
{
    static const char *const texts[] = {"web1 running", "日本語テキスト", "e\u0301o\u0308 Zürich",
                                        "█▓░ ⣿⣀ ▁▂▃", "~{}|\\ 100 %"};
    srand((unsigned)round + 1);
    frame_resize(frame, ROWS, COLUMNS);
    int boxes = 1 + rand() % 3;
    for (int i = 0; i < boxes; i++) {
        struct rect rect = {rand() % ROWS, rand() % COLUMNS, 2 + rand() % 8, 3 + rand() % 30};
        frame_box(frame, rect, STYLE(ROLE_BORDER), "Title 日", STYLE(ROLE_TITLE));
    }
    for (int i = 0; i < 40; i++)
        frame_text(frame, NULL, rand() % ROWS, rand() % COLUMNS - 3,
                   STYLE_WITH(rand() % ROLE_COUNT, rand() % 64), texts[rand() % 5]);
    frame_text(frame, NULL, ROWS - 1, COLUMNS - 1, STYLE(ROLE_TEXT), "E");
    frame->cursor_visible = round % 2 == 0;
    frame->cursor_row = rand() % ROWS;
    frame->cursor_column = rand() % COLUMNS;
}

static int draw_rounds(void)
{
    struct terminal *terminal = open_auto();
    struct frame frame;
    struct key key;
    frame_init(&frame, GLYPHS_UNICODE);
    for (int round = 0; round < ROUNDS; round++) {
        draw_round(&frame, round);
        if (round % 10 == 9)
            terminal_redraw(terminal);
        while (!terminal_flush(terminal, &frame))
            clock_sleep_ms(1);
        while (!terminal_send(terminal))
            clock_sleep_ms(1);
        // A mark that shows nothing tells the parent that all has come.
        if (write(STDOUT_FILENO, "\033]9999;round\033\\", 14) != 14 || !wait_key(terminal, &key))
            return 1;
    }
    terminal_close(terminal);
    frame_finish(&frame);
    return 0;
}

static void view_to_text(const struct console_view *view, struct str *out)
{
    struct frame frame;
    frame_init(&frame, GLYPHS_UNICODE);
    frame_resize(&frame, (int)view->rows, (int)view->columns);
    for (unsigned i = 0; i < view->rows * view->columns; i++) {
        struct cell cell = {.width = view->cells[i].width};
        memcpy(cell.characters, view->cells[i].characters, sizeof(cell.characters));
        frame_cell(&frame, NULL, (int)(i / view->columns), (int)(i % view->columns), &cell);
    }
    frame_to_text(&frame, out);
    frame_finish(&frame);
}

static void check_shown(struct emulator *emulator, int round)
{
    struct frame frame;
    struct str wanted, shown;
    str_init(&wanted);
    str_init(&shown);
    frame_init(&frame, GLYPHS_UNICODE);
    draw_round(&frame, round);
    frame_to_text(&frame, &wanted);
    struct console_view view = {0};
    emulator_copy(emulator, 0, &view);
    view_to_text(&view, &shown);
    ck_assert_msg(strcmp(wanted.text, shown.text) == 0, "round %d: wanted\n%s\nshown\n%s", round,
                  wanted.text, shown.text);
    ck_assert_int_eq(view.cursor_visible, frame.cursor_visible);
    if (frame.cursor_visible) {
        ck_assert_int_eq((int)view.cursor_row, frame.cursor_row);
        ck_assert_int_eq((int)view.cursor_column, frame.cursor_column);
    }
    console_view_finish(&view);
    frame_finish(&frame);
    str_finish(&wanted);
    str_finish(&shown);
}

START_TEST(an_emulator_shows_what_the_frames_hold)
{
    pty_start(&pty, ROWS, COLUMNS, "xterm-256color", draw_rounds);
    struct emulator *emulator = emulator_create(0, ignore, NULL);
    emulator_resize(emulator, ROWS, COLUMNS);
    size_t fed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        ck_assert(pty_expect(&pty, "\033]9999;round\033\\"));
        const char *bytes = pty.output.text + fed;
        size_t length = pty.output.length - fed;
        fed = pty.output.length;
        while (emulator_feed(emulator, &bytes, &length))
            ;
        check_shown(emulator, round);
        pty_type(&pty, "n");
    }
    ck_assert_int_eq(pty_wait(&pty), 0);
    emulator_destroy(emulator);
    pty_finish(&pty);
}
END_TEST

// A screen of twelve VMs whose figures all change, the clock too: what an idle tick may look like.
static void draw_tick(struct frame *frame, int tick)
{
    frame_resize(frame, 24, 80);
    frame_printf(frame, NULL, 0, 0, STYLE(ROLE_HEADER), " vmtui  lab1 qemu:///system  CPU %2d%%",
                 40 + tick % 7);
    struct rect inside = frame_box(frame, (struct rect){1, 0, 15, 80}, STYLE(ROLE_BORDER_FOCUS),
                                   "VMs 12", STYLE(ROLE_TITLE));
    for (int vm = 0; vm < 12; vm++)
        frame_printf(frame, &inside, 2 + vm, 1, STYLE(ROLE_TEXT),
                     "web%-8d 4  %4d  %d.%d  ##- 2.%d/4.0  %d.%dM  %3dK", vm,
                     (tick * 37 + vm * 11) % 400, tick % 3, vm % 10, tick % 10, vm % 9, tick % 10,
                     (tick * 91 + vm * 7) % 999);
    frame_mark(frame, (struct rect){5, 1, 1, 78}, STYLE_SELECTED);
}

static int count_bytes(void)
{
    struct terminal *terminal = open_auto();
    struct frame frame;
    frame_init(&frame, terminal_glyphs(terminal));
    draw_tick(&frame, 0);
    terminal_flush(terminal, &frame);
    uint64_t first = terminal_bytes_sent(terminal), worst = 0;
    terminal_flush(terminal, &frame);
    bool same_is_free = terminal_bytes_sent(terminal) == first;
    for (int tick = 1; tick < 50; tick++) {
        uint64_t before = terminal_bytes_sent(terminal);
        draw_tick(&frame, tick);
        while (!terminal_flush(terminal, &frame) || !terminal_send(terminal))
            clock_sleep_ms(1);
        uint64_t bytes = terminal_bytes_sent(terminal) - before;
        worst = bytes > worst ? bytes : worst;
    }
    terminal_close(terminal);
    frame_finish(&frame);
    printf("worst tick %u bytes\r\n", (unsigned)worst);
    fflush(stdout);
    return !same_is_free ? 2 : worst == 0 ? 3 : worst < 600 ? 0 : 1;
}

START_TEST(only_changes_are_written)
{
    pty_start(&pty, 24, 80, "xterm-256color", count_bytes);
    int status = pty_wait(&pty);
    ck_assert_msg(status == 0, "%d: %s", status, strstr(pty.output.text, "worst"));
    pty_finish(&pty);
}
END_TEST

static int flood(void)
{
    struct terminal *terminal = open_auto();
    struct frame frame;
    frame_init(&frame, GLYPHS_UNICODE);
    unsigned refused = 0;
    for (int round = 0; round < 400; round++) {
        draw_round(&frame, round);
        refused += !terminal_flush(terminal, &frame);
    }
    frame_finish(&frame);
    terminal_close(terminal);
    return refused > 100 ? 0 : 1;
}

START_TEST(terminal_that_nobody_reads_blocks_nothing)
{
    pty_start(&pty, ROWS, COLUMNS, "xterm-256color", flood);
    int status = 1;
    uint64_t deadline = clock_monotonic_ns() + 15 * NS_PER_SECOND;
    while (waitpid(pty.child, &status, WNOHANG) == 0 && clock_monotonic_ns() < deadline)
        clock_sleep_ms(10);
    ck_assert_int_eq(status, 0);
    pty.child = 0;
    ck_assert(pty_modes_are_as_before(&pty));
    pty_finish(&pty);
}
END_TEST

static int ring(void)
{
    struct terminal *terminal = open_auto();
    for (int i = 0; i < 1000; i++)
        terminal_bell(terminal);
    terminal_close(terminal);
    return 0;
}

START_TEST(bell_is_limited)
{
    pty_start(&pty, 24, 80, "xterm-256color", ring);
    ck_assert_int_eq(pty_wait(&pty), 0);
    int bells = 0;
    for (size_t i = 0; i < pty.output.length; i++)
        bells += pty.output.text[i] == '\a';
    ck_assert_int_ge(bells, 1);
    ck_assert_int_le(bells, 2);
    pty_finish(&pty);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("terminal");
    TCase *tests = tcase_create("terminal");
    tcase_set_timeout(tests, 40);
    tcase_add_test(tests, close_leaves_the_terminal_as_it_was);
    tcase_add_loop_test(tests, crash_restores_the_terminal, 0, (int)ARRAY_COUNT(crashes));
    tcase_add_test(tests, suspend_gives_the_terminal_back);
    tcase_add_test(tests, signals_are_left_alone);
    tcase_add_loop_test(tests, open_fails_with_a_sentence, 0, (int)ARRAY_COUNT(failures));
    tcase_add_loop_test(tests, glyphs_and_colours_are_detected, 0, (int)ARRAY_COUNT(detections));
    tcase_add_test(tests, an_emulator_shows_what_the_frames_hold);
    tcase_add_test(tests, only_changes_are_written);
    tcase_add_test(tests, terminal_that_nobody_reads_blocks_nothing);
    tcase_add_test(tests, bell_is_limited);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
