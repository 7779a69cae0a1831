// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/pty.h"

#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "core/clock.h"

enum { PATIENCE_MS = 10000 };

static void become_child(struct pty *pty, const char *term, int (*run)(void))
{
    close(pty->master);
    if (login_tty(pty->slave) < 0)
        _exit(120);
    setenv("TERM", term, 1);
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        _exit(121);
    _exit(run());
}

void pty_start(struct pty *pty, int rows, int columns, const char *term, int (*run)(void))
{
    *pty = (struct pty){.master = -1};
    str_init(&pty->output);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (openpty(&pty->master, &pty->slave, NULL, NULL, &size) < 0 ||
        tcgetattr(pty->slave, &pty->before) < 0)
        abort();
    fflush(NULL);
    pty->child = fork();
    if (pty->child < 0)
        abort();
    if (pty->child == 0)
        become_child(pty, term, run);
}

void pty_finish(struct pty *pty)
{
    if (pty->child > 0) {
        kill(pty->child, SIGKILL);
        waitpid(pty->child, NULL, 0);
    }
    if (pty->master >= 0)
        close(pty->master);
    close(pty->slave);
    str_finish(&pty->output);
}

void pty_type(struct pty *pty, const char *text)
{
    if (write(pty->master, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
}

static bool read_some(struct pty *pty, int timeout_ms)
{
    struct pollfd fd = {.fd = pty->master, .events = POLLIN};
    char bytes[4096];
    if (poll(&fd, 1, timeout_ms) <= 0)
        return false;
    ssize_t got = read(pty->master, bytes, sizeof(bytes));
    if (got > 0)
        str_add_bytes(&pty->output, bytes, (size_t)got);
    return got > 0;
}

bool pty_expect(struct pty *pty, const char *text)
{
    uint64_t deadline = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;
    for (;;) {
        const char *found = memmem(pty->output.text + pty->seen, pty->output.length - pty->seen,
                                   text, strlen(text));
        if (found != NULL) {
            pty->seen = (size_t)(found - pty->output.text) + strlen(text);
            return true;
        }
        if (clock_monotonic_ns() > deadline)
            return false;
        read_some(pty, 50);
    }
}

void pty_read_until_quiet(struct pty *pty, int quiet_ms)
{
    while (read_some(pty, quiet_ms))
        ;
}

void pty_resize(struct pty *pty, int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (ioctl(pty->master, TIOCSWINSZ, &size) < 0)
        abort();
}

int pty_wait(struct pty *pty)
{
    uint64_t deadline = clock_monotonic_ns() + PATIENCE_MS * NS_PER_MS;
    int status;
    while (waitpid(pty->child, &status, WNOHANG) == 0) {
        if (clock_monotonic_ns() > deadline)
            return -1;
        if (pty->master < 0)
            clock_sleep_ms(5);
        else
            read_some(pty, 5);
    }
    pty->child = 0;
    if (pty->master >= 0)
        pty_read_until_quiet(pty, 0);
    return status;
}

// PENDIN is the kernel's own note about input that has to be read again.
bool pty_modes_are_as_before(const struct pty *pty)
{
    struct termios now;
    if (tcgetattr(pty->slave, &now) < 0)
        return false;
    tcflag_t ours = ~(tcflag_t)PENDIN;
    return now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag &&
           now.c_cflag == pty->before.c_cflag &&
           (now.c_lflag & ours) == (pty->before.c_lflag & ours) &&
           memcmp(now.c_cc, pty->before.c_cc, sizeof(now.c_cc)) == 0;
}
