// SPDX-License-Identifier: GPL-2.0-or-later
// The loop with a real terminal below and a ui of the test's own above: signals, stops, floods.
#include "check_main.h"

#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/wake_fd.h"
#include "ui/loop.h"
#include "ui/pty.h"
#include "ui/ui_state.h"

#define LEAVES_SCREEN  "\033[?1049l"
#define ENTERS_SCREEN  "\033[?1049h"
#define CHILD_IS_READY "ready for keys"

// --- The ui: it shows the last key, the size and what it counted.

static char last_key[32] = CHILD_IS_READY;
static bool dirty = true, quit, console, redraw, busy_screen;
static unsigned boards, wakes, draws, bells;
static int board_fd, wake_fd, other_master = -1;
static pthread_t flooder;

static void *flood(void *context)
{
    uint64_t end = clock_monotonic_ns() + NS_PER_SECOND;
    while (clock_monotonic_ns() < end) {
        wake_fd_raise(board_fd);
        wake_fd_raise(wake_fd);
        clock_sleep_ms(1);
    }
    return context;
}

static void act_on(uint32_t character)
{
    if (character == 'q')
        quit = true;
    else if (character == 'c')
        console = !console;
    else if (character == 'b')
        bells++;
    else if (character == 'l')
        redraw = true;
    else if (character == 'W')
        busy_screen = true;
    else if (character == 'Z')
        kill(getpid(), SIGTSTP);
    else if (character == 'E')
        close(other_master);
    else if (character == 'F') {
        draws = 0;
        pthread_create(&flooder, NULL, flood, NULL);
    } else if (character == 'J')
        pthread_join(flooder, NULL);
}

void ui_handle_key(struct ui *ui, const struct key *key)
{
    (void)ui;
    dirty = true;
    if (key->code == KEY_CODE_RESIZE)
        return;
    key_format(key, last_key, sizeof(last_key));
    if (key->code == KEY_CODE_PASTE)
        str_format(last_key, sizeof(last_key), "Paste of %zu", key->paste_length);
    if (key->code == KEY_CODE_CHARACTER && key->modifiers == 0)
        act_on(key->character);
}

void ui_draw(struct ui *ui, struct frame *frame)
{
    (void)ui;
    draws++;
    dirty = false;
    for (int i = 0; busy_screen && i < frame->rows * frame->columns; i++)
        frame_character(frame, NULL, i / frame->columns, i % frame->columns,
                        STYLE((unsigned)i % 2 ? ROLE_TEXT : ROLE_ALARM), '!');
    // Another look makes every text new, so that it comes whole.
    frame_printf(frame, NULL, 0, 0, STYLE(draws % 2 ? ROLE_TEXT : ROLE_ALARM), "<%s>", last_key);
    frame_printf(frame, NULL, 1, 0, STYLE(draws % 2 ? ROLE_TEXT : ROLE_ALARM),
                 "[%dx%d] boards:%u wakes:%u", frame->rows, frame->columns, boards > 0, wakes > 0);
}

bool ui_needs_draw(struct ui *ui)
{
    (void)ui;
    return dirty;
}

uint64_t ui_next_wake_ms(struct ui *ui)
{
    (void)ui;
    return dirty ? 0 : UINT64_MAX;
}

bool ui_wants_quit(const struct ui *ui)
{
    (void)ui;
    return quit;
}

bool ui_wants_redraw(struct ui *ui)
{
    (void)ui;
    bool wanted = redraw;
    redraw = false;
    return wanted;
}

unsigned ui_take_bells(struct ui *ui)
{
    (void)ui;
    unsigned taken = bells;
    bells = 0;
    return taken;
}

bool ui_types_into_console(const struct ui *ui)
{
    (void)ui;
    return console;
}

void ui_invalidate(struct ui *ui)
{
    (void)ui;
    wakes++;
    dirty = true;
}

static void take_board(void *context)
{
    (void)context;
    wake_fd_lower(board_fd);
    boards++;
    dirty = true;
}

// --- The child

static struct loop_latency latency;

static int run(void)
{
    loop_block_signals();
    struct theme theme;
    theme_builtin(&theme);
    struct terminal_settings settings = {.mouse = true, .theme = &theme};
    struct terminal *terminal = terminal_open(&settings, NULL);
    if (terminal == NULL)
        return 100;
    board_fd = wake_fd_open();
    wake_fd = wake_fd_open();
    struct loop_settings loop = {.terminal = terminal,
                                 .board_fd = board_fd,
                                 .take_board = take_board,
                                 .wake_fd = wake_fd,
                                 .latency = &latency};
    enum loop_end end = loop_run(&loop);
    terminal_close(terminal);
    return 10 + (int)end;
}

enum { QUIT = 10 + LOOP_QUIT, GONE = 10 + LOOP_TERMINAL_GONE, SIGNALLED = 10 + LOOP_SIGNALLED };

static struct pty pty;

static void start(int (*child)(void))
{
    pty_start(&pty, 24, 80, "xterm-256color", child);
    ck_assert(pty_expect(&pty, CHILD_IS_READY));
}

static void ck_ends(int wanted)
{
    int status = pty_wait(&pty);
    ck_assert_int_eq(status, wanted << 8);
    ck_assert(pty_modes_are_as_before(&pty));
    ck_assert(pty_expect(&pty, LEAVES_SCREEN));
}

static const struct {
    const char *bytes, *shown;
} typed[] = {
    {"a", "<a>"},          {"\033[A", "<Up>"},
    {"\033OP", "<F1>"},    {"\033[5;2~", "<Shift-PgUp>"},
    {"\033", "<Esc>"},     {"\033x", "<Alt-x>"},
    {"\x10", "<Ctrl-P>"},  {"\x03", "<Esc>"},
    {"\x1d", "<Ctrl-]>"},  {"\x1c", "<Ctrl-\\>"},
    {"\t", "<Tab>"},       {"\r", "<Enter>"},
    {"é", "<é>"},          {"\033[<0;3;4M", "<Click>"},
    {"\x11", "<Ctrl-Q>"},  {"\033[200~pasted text\033[201~", "<Paste of 11>"},
    {"c\x03", "<Ctrl-C>"}, {"c\x1a", "<Ctrl-Z>"}, // into a console
};

START_TEST(keys_reach_the_ui)
{
    start(run);
    pty_type(&pty, typed[_i].bytes);
    ck_assert_msg(pty_expect(&pty, typed[_i].shown), "%s", pty.output.text);
    pty_type(&pty, "q");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

static const struct {
    int signal, end;
} signals[] = {
    {SIGTERM, SIGNALLED},
    {SIGINT, SIGNALLED},
    {SIGQUIT, SIGNALLED},
    {SIGHUP, GONE},
};

START_TEST(signals_end_the_loop)
{
    start(run);
    kill(pty.child, signals[_i].signal);
    ck_ends(signals[_i].end);
    pty_finish(&pty);
}
END_TEST

START_TEST(hang_up_ends_the_loop)
{
    start(run);
    close(pty.master);
    pty.master = -1;
    int status = pty_wait(&pty);
    ck_assert_int_eq(status, GONE << 8);
    pty_finish(&pty);
}
END_TEST

// Input from another terminal, which goes away without a signal to this session.
static int run_with_other_input(void)
{
    int other_slave;
    if (openpty(&other_master, &other_slave, NULL, NULL, NULL) < 0)
        return 101;
    dup2(other_slave, STDIN_FILENO);
    close(other_slave);
    if (write(other_master, "E", 1) != 1)
        return 102;
    return run();
}

START_TEST(end_of_input_ends_the_loop)
{
    pty_start(&pty, 24, 80, "xterm-256color", run_with_other_input);
    int status = pty_wait(&pty);
    ck_assert_int_eq(status, GONE << 8);
    ck_assert(pty_expect(&pty, LEAVES_SCREEN));
    pty_finish(&pty);
}
END_TEST

START_TEST(resize_to_one_cell_and_back)
{
    start(run);
    ck_assert(pty_expect(&pty, "[24x80]"));
    pty_resize(&pty, 1, 1);
    pty_read_until_quiet(&pty, 100);
    pty_type(&pty, "xy");
    pty_resize(&pty, 30, 100);
    ck_assert(pty_expect(&pty, "<y>"));
    ck_assert(pty_expect(&pty, "[30x100]"));
    pty_resize(&pty, 60000, 60000);
    ck_assert(pty_expect(&pty, "[500x1000]"));
    pty_resize(&pty, 2, 40);
    ck_assert(pty_expect(&pty, "[2x40]"));
    pty_type(&pty, "q");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

// --- Stopping: a shell with one job

static int wait_for_stop_or_end(pid_t job)
{
    int status;
    if (waitpid(job, &status, WUNTRACED) != job)
        return 103;
    while (WIFSTOPPED(status)) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        char byte;
        if (write(STDOUT_FILENO, "STOPPED", 7) != 7 || read(STDIN_FILENO, &byte, 1) != 1)
            return 104;
        tcsetpgrp(STDIN_FILENO, job);
        kill(-job, SIGCONT);
        if (waitpid(job, &status, WUNTRACED) != job)
            return 105;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 106;
}

static int run_as_job(void)
{
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        _exit(run());
    }
    setpgid(job, job);
    return wait_for_stop_or_end(job);
}

static const char *const stops[] = {"\x1a", "Z"}; // the key, and kill -TSTP from outside

START_TEST(stop_and_continue)
{
    start(run_as_job);
    for (int times = 0; times < 2; times++) {
        pty_type(&pty, stops[_i]);
        ck_assert(pty_expect(&pty, LEAVES_SCREEN));
        ck_assert(pty_expect(&pty, "STOPPED"));
        ck_assert(pty_modes_are_as_before(&pty));
        pty_type(&pty, "\n");
        ck_assert(pty_expect(&pty, ENTERS_SCREEN));
        pty_type(&pty, "k");
        ck_assert(pty_expect(&pty, "<k>"));
        ck_assert(!pty_modes_are_as_before(&pty));
    }
    pty_type(&pty, "q");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

// Nobody could continue us here, so the key must not stop us for ever.
START_TEST(no_stop_without_a_shell)
{
    start(run);
    pty_type(&pty, "\x1a");
    ck_assert(pty_expect(&pty, ENTERS_SCREEN));
    pty_type(&pty, "k");
    ck_assert(pty_expect(&pty, "<k>"));
    pty_type(&pty, "q");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

START_TEST(stop_without_warning_is_repaired)
{
    start(run);
    kill(pty.child, SIGSTOP);
    int status;
    ck_assert_int_eq(waitpid(pty.child, &status, WUNTRACED), pty.child);
    ck_assert(WIFSTOPPED(status));
    tcsetattr(pty.slave, TCSANOW, &pty.before); // what a shell does
    kill(pty.child, SIGCONT);
    ck_assert(pty_expect(&pty, CHILD_IS_READY));
    ck_assert(!pty_modes_are_as_before(&pty));
    pty_type(&pty, "q");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

// --- Boards, consoles, floods

START_TEST(flood_is_drawn_thirty_times_a_second)
{
    start(run);
    pty_type(&pty, "F");
    ck_assert(pty_expect(&pty, "boards:1 wakes:1"));
    uint64_t end = clock_monotonic_ns() + 1200 * NS_PER_MS;
    while (clock_monotonic_ns() < end)
        pty_read_until_quiet(&pty, 20);
    size_t frames = 0;
    for (size_t i = 0; i + 7 < pty.output.length; i++)
        frames += memcmp(pty.output.text + i, "boards:", 7) == 0;
    ck_assert_uint_ge(frames, 5);
    ck_assert_uint_le(frames, 45); // 30 and a few more for the keys
    pty_type(&pty, "Jq");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

START_TEST(terminal_that_nobody_reads_does_not_hold_the_loop)
{
    start(run);
    pty_resize(&pty, 500, 1000);
    pty_type(&pty, "W"); // megabytes, of which the kernel keeps a few thousand
    uint64_t full_by = clock_monotonic_ns() + 10 * NS_PER_SECOND;
    for (int waiting = 0; waiting < 3000 && clock_monotonic_ns() < full_by; clock_sleep_ms(50))
        ck_assert_int_eq(ioctl(pty.master, FIONREAD, &waiting), 0);
    kill(pty.child, SIGTERM);
    uint64_t deadline = clock_monotonic_ns() + 8 * NS_PER_SECOND;
    int status = -1;
    while (waitpid(pty.child, &status, WNOHANG) == 0 && clock_monotonic_ns() < deadline)
        clock_sleep_ms(10);
    ck_assert_int_eq(status, SIGNALLED << 8);
    pty.child = 0;
    ck_assert(pty_modes_are_as_before(&pty));
    pty_finish(&pty);
}
END_TEST

START_TEST(bell_rings)
{
    start(run);
    pty_type(&pty, "b");
    ck_assert(pty_expect(&pty, "\a"));
    pty_type(&pty, "q");
    ck_ends(QUIT);
    pty_finish(&pty);
}
END_TEST

static int run_and_tell_latency(void)
{
    int end = run();
    printf("keys %u\r\n", (unsigned)latency.count);
    fflush(stdout);
    return end;
}

START_TEST(latency_is_measured_for_each_key)
{
    start(run_and_tell_latency);
    for (int i = 0; i < 20; i++) {
        pty_type(&pty, i % 2 ? "x" : "y");
        ck_assert(pty_expect(&pty, i % 2 ? "<x>" : "<y>"));
    }
    pty_type(&pty, "q");
    ck_ends(QUIT);
    ck_assert(pty_expect(&pty, "keys 20"));
    pty_finish(&pty);
}
END_TEST

START_TEST(latency_percentiles)
{
    struct loop_latency l = {0};
    ck_assert_uint_eq(loop_latency_percentile_us(&l, 99), 0);
    for (unsigned i = 0; i < 99; i++)
        loop_latency_add(&l, 1000);
    loop_latency_add(&l, 7000);
    ck_assert_uint_eq(loop_latency_percentile_us(&l, 50), 1250);
    ck_assert_uint_eq(loop_latency_percentile_us(&l, 99), 1250);
    ck_assert_uint_eq(loop_latency_percentile_us(&l, 100), 7250);
    ck_assert_uint_eq(l.longest_us, 7000);
    loop_latency_add(&l, 3000000);
    ck_assert_uint_eq(loop_latency_percentile_us(&l, 100), 3000000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop");
    TCase *tests = tcase_create("loop");
    tcase_set_timeout(tests, 40);
    tcase_add_loop_test(tests, keys_reach_the_ui, 0, (int)ARRAY_COUNT(typed));
    tcase_add_loop_test(tests, signals_end_the_loop, 0, (int)ARRAY_COUNT(signals));
    tcase_add_test(tests, hang_up_ends_the_loop);
    tcase_add_test(tests, end_of_input_ends_the_loop);
    tcase_add_test(tests, resize_to_one_cell_and_back);
    tcase_add_loop_test(tests, stop_and_continue, 0, (int)ARRAY_COUNT(stops));
    tcase_add_test(tests, no_stop_without_a_shell);
    tcase_add_test(tests, stop_without_warning_is_repaired);
    tcase_add_test(tests, flood_is_drawn_thirty_times_a_second);
    tcase_add_test(tests, terminal_that_nobody_reads_does_not_hold_the_loop);
    tcase_add_test(tests, bell_rings);
    tcase_add_test(tests, latency_is_measured_for_each_key);
    tcase_add_test(tests, latency_percentiles);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
