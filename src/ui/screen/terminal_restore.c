// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/terminal_restore.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "ui/screen/terminal.h"

enum { BYTES_MAX = 512, ALTERNATE_STACK_BYTES = 64 * 1024 };

// Written only while disarmed.
static struct {
    int fd;
    struct termios modes;
    char bytes[BYTES_MAX];
    size_t length;
} kept;

static atomic_bool armed;

void terminal_restore_prepare(int fd, const struct termios *modes, const struct str *bytes)
{
    kept.fd = fd;
    kept.modes = *modes;
    kept.length = bytes->length < BYTES_MAX ? bytes->length : BYTES_MAX;
    memcpy(kept.bytes, bytes->text, kept.length);
}

void terminal_restore_arm(void)
{
    atomic_store(&armed, true);
}

void terminal_restore_disarm(void)
{
    atomic_store(&armed, false);
}

// Async-signal-safe. A terminal that takes no bytes is left as it is: dying must not block.
void terminal_restore_now(void)
{
    if (!atomic_exchange(&armed, false))
        return;
    tcsetattr(kept.fd, TCSANOW, &kept.modes);
    struct pollfd fd = {.fd = kept.fd, .events = POLLOUT};
    if (poll(&fd, 1, 0) > 0 && write(kept.fd, kept.bytes, kept.length) < 0) {
        // Nobody is left to tell.
    }
}

// SA_RESETHAND has put the default action back, which is what the signal meets when it comes again.
static void die_with_terminal_restored(int signal_number)
{
    terminal_restore_now();
    raise(signal_number);
}

void terminal_install_crash_handlers(void)
{
    static const int fatal[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    // A stack overflow leaves no room for a handler on the stack itself.
    static char room[ALTERNATE_STACK_BYTES];
    stack_t stack = {.ss_sp = room, .ss_size = sizeof(room)};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = die_with_terminal_restored,
                               .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_COUNT(fatal); i++)
        sigaction(fatal[i], &action, NULL);
    memory_set_abort_hook(terminal_restore_now);
}
