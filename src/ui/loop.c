// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/loop.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/wake_fd.h"
#include "ui/ui_state.h"

#define FRAME_INTERVAL_NS (NS_PER_SECOND / 30)

enum { KEYS_PER_TURN = 64, POLL_MS_MAX = 3600 * 1000 };

struct loop {
    const struct loop_settings *settings;
    struct ui *ui;
    struct terminal *terminal;
    int signal_fd;
    struct frame frame;
    uint64_t drawn_ns; // when the last frame was drawn
    uint64_t key_ns;   // when the first key that is not drawn yet came; 0: none
    bool draw_now;     // whatever the ui says
    bool keys_wait;    // more may be there than were handled in one turn
    bool ended;
    enum loop_end end;
};

enum { FD_INPUT, FD_OUTPUT, FD_SIGNAL, FD_BOARD, FD_WAKE, FD_COUNT };

static void handled_signals(sigset_t *set)
{
    static const int signals[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT};
    sigemptyset(set);
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++)
        sigaddset(set, signals[i]);
}

void loop_block_signals(void)
{
    sigset_t set;
    handled_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void end(struct loop *loop, enum loop_end how)
{
    if (!loop->ended)
        loop->end = how;
    loop->ended = true;
}

static void fit_to_terminal(struct loop *loop)
{
    int rows, columns;
    terminal_size(loop->terminal, &rows, &columns);
    if (rows == loop->frame.rows && columns == loop->frame.columns)
        return;
    frame_resize(&loop->frame, rows, columns);
    struct key key = {.code = KEY_CODE_RESIZE, .row = rows, .column = columns};
    ui_handle_key(loop->ui, &key);
    loop->draw_now = true;
}

static void resume(struct loop *loop)
{
    terminal_resume(loop->terminal);
    fit_to_terminal(loop);
    loop->draw_now = true;
}

// Stops with the default action, which the kernel leaves out where nobody could continue us (a
// process group without a shell above it, as after `ssh -t host vmtui`).
static void stop(struct loop *loop, bool whole_group)
{
    terminal_suspend(loop->terminal);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    if (whole_group)
        kill(0, SIGTSTP); // make, sudo or a script that started us stops as well
    else
        raise(SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    resume(loop);
}

static void handle_signals(struct loop *loop)
{
    struct signalfd_siginfo info;
    while (!loop->ended && read(loop->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGWINCH:
            fit_to_terminal(loop);
            break;
        case SIGTSTP:
            stop(loop, false);
            break;
        case SIGCONT:
            resume(loop);
            break;
        case SIGHUP:
            end(loop, LOOP_TERMINAL_GONE);
            break;
        default:
            end(loop, LOOP_SIGNALLED);
            break;
        }
    }
}

static bool is_ctrl(const struct key *key, uint32_t character)
{
    return key->code == KEY_CODE_CHARACTER && key->modifiers == KEY_CTRL &&
           key->character == character;
}

// Ctrl-C and Ctrl-Z are a guest's own while somebody types into its console.
static void handle_key(struct loop *loop, const struct key *key)
{
    if (ui_types_into_console(loop->ui)) {
        ui_handle_key(loop->ui, key);
    } else if (is_ctrl(key, 'z')) {
        stop(loop, true);
    } else if (is_ctrl(key, 'c')) {
        struct key escape = {.code = KEY_CODE_ESCAPE};
        ui_handle_key(loop->ui, &escape);
    } else {
        ui_handle_key(loop->ui, key);
    }
}

static void handle_keys(struct loop *loop)
{
    struct key key;
    uint64_t now = clock_monotonic_ns();
    unsigned count = 0;
    while (count < KEYS_PER_TURN && !loop->ended && terminal_read(loop->terminal, &key)) {
        count++;
        if (loop->key_ns == 0)
            loop->key_ns = now;
        handle_key(loop, &key);
        if (ui_wants_quit(loop->ui))
            end(loop, LOOP_QUIT);
    }
    loop->keys_wait = count == KEYS_PER_TURN;
    if (terminal_ended(loop->terminal))
        end(loop, LOOP_TERMINAL_GONE);
}

static void draw(struct loop *loop)
{
    frame_clear(&loop->frame);
    ui_draw(loop->ui, &loop->frame);
    loop->draw_now = !terminal_flush(loop->terminal, &loop->frame);
    loop->drawn_ns = clock_monotonic_ns();
    if (loop->key_ns != 0 && loop->settings->latency != NULL)
        loop_latency_add(loop->settings->latency, (loop->drawn_ns - loop->key_ns) / 1000);
    loop->key_ns = 0;
}

// Draws what is due. Returns how long until the next frame is: UINT64_MAX when none is known of.
static uint64_t draw_if_due(struct loop *loop)
{
    if (ui_take_bells(loop->ui) > 0)
        terminal_bell(loop->terminal);
    if (ui_wants_redraw(loop->ui)) {
        terminal_redraw(loop->terminal);
        loop->draw_now = true;
    }
    if (!ui_needs_draw(loop->ui) && !loop->draw_now) {
        loop->key_ns = 0;
        return ui_next_wake_ms(loop->ui);
    }
    // A frame that waits for the terminal is made of what is known when the terminal reads again.
    if (!terminal_send(loop->terminal))
        return UINT64_MAX;
    uint64_t since = clock_monotonic_ns() - loop->drawn_ns;
    if (!loop->draw_now && loop->key_ns == 0 && since < FRAME_INTERVAL_NS)
        return (FRAME_INTERVAL_NS - since) / NS_PER_MS + 1;
    draw(loop);
    return ui_next_wake_ms(loop->ui);
}

static void wait(struct loop *loop, struct pollfd fds[FD_COUNT], uint64_t wait_ms)
{
    uint64_t input_ms = loop->keys_wait ? 0 : terminal_wait_ms(loop->terminal);
    wait_ms = input_ms < wait_ms ? input_ms : wait_ms;
    bool sent = terminal_send(loop->terminal);
    fds[FD_OUTPUT].fd = sent ? -1 : terminal_output_fd(loop->terminal);
    poll(fds, FD_COUNT, wait_ms > POLL_MS_MAX ? POLL_MS_MAX : (int)wait_ms);
}

static void turn(struct loop *loop, struct pollfd fds[FD_COUNT])
{
    handle_keys(loop);
    if (loop->ended)
        return;
    wait(loop, fds, draw_if_due(loop));
    if (fds[FD_SIGNAL].revents != 0)
        handle_signals(loop);
    if (fds[FD_BOARD].revents & POLLIN)
        loop->settings->take_board(loop->settings->context);
    if (fds[FD_WAKE].revents & POLLIN) {
        wake_fd_lower(loop->settings->wake_fd);
        ui_invalidate(loop->ui);
    }
    if (ui_wants_quit(loop->ui))
        end(loop, LOOP_QUIT);
}

enum loop_end loop_run(const struct loop_settings *settings)
{
    struct loop loop = {
        .settings = settings, .ui = settings->ui, .terminal = settings->terminal, .draw_now = true};
    sigset_t set;
    handled_signals(&set);
    loop.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop.signal_fd < 0)
        memory_exhausted("file descriptors");
    frame_init(&loop.frame, terminal_glyphs(settings->terminal));
    struct pollfd fds[FD_COUNT] = {
        [FD_INPUT] = {.fd = terminal_fd(settings->terminal), .events = POLLIN},
        [FD_OUTPUT] = {.fd = -1, .events = POLLOUT},
        [FD_SIGNAL] = {.fd = loop.signal_fd, .events = POLLIN},
        [FD_BOARD] = {.fd = settings->board_fd, .events = POLLIN},
        [FD_WAKE] = {.fd = settings->wake_fd, .events = POLLIN},
    };
    fit_to_terminal(&loop);
    while (!loop.ended)
        turn(&loop, fds);
    frame_finish(&loop.frame);
    close(loop.signal_fd);
    return loop.end;
}

void loop_latency_add(struct loop_latency *latency, uint64_t us)
{
    uint64_t step = us / LOOP_LATENCY_STEP_US;
    latency->counts[step < LOOP_LATENCY_STEPS ? step : LOOP_LATENCY_STEPS - 1]++;
    latency->count++;
    if (us > latency->longest_us)
        latency->longest_us = us;
}

uint64_t loop_latency_percentile_us(const struct loop_latency *latency, double percent)
{
    uint64_t seen = 0;
    for (uint64_t step = 0; step < LOOP_LATENCY_STEPS; step++) {
        seen += latency->counts[step];
        if (seen > 0 && (double)seen * 100 >= (double)latency->count * percent)
            return step + 1 < LOOP_LATENCY_STEPS ? (step + 1) * LOOP_LATENCY_STEP_US
                                                 : latency->longest_us;
    }
    return 0;
}
