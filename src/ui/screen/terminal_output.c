// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/terminal_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "core/clock.h"

// Small enough to fit into a tty's buffer when poll says that there is room.
enum { BLOCKING_CHUNK = 512 };

// The flags of the inherited descriptor are shared with the shell, so O_NONBLOCK needs an open of
// our own; /dev/tty works also after su, where the device itself may not be opened.
static int open_again(int tty_fd)
{
    int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    if (tcgetsid(tty_fd) == getsid(0))
        return open("/dev/tty", flags);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", tty_fd);
    return open(path, flags);
}

bool terminal_output_open(struct terminal_output *output, int tty_fd, struct error *err)
{
    int capture = memfd_create("vmtui-screen", MFD_CLOEXEC);
    FILE *file = capture < 0 ? NULL : fdopen(capture, "w");
    if (file == NULL) {
        int reason = errno;
        if (capture >= 0)
            close(capture);
        return error_set_errno(err, reason, "the screen's buffer");
    }
    int own = open_again(tty_fd);
    *output = (struct terminal_output){
        .capture = file, .fd = own < 0 ? tty_fd : own, .fd_is_own = own >= 0};
    str_init(&output->waiting);
    return true;
}

void terminal_output_close(struct terminal_output *output)
{
    if (output->capture == NULL)
        return;
    fclose(output->capture);
    if (output->fd_is_own)
        close(output->fd);
    str_finish(&output->waiting);
    output->capture = NULL;
}

void terminal_output_add(struct terminal_output *output, const char *text)
{
    str_add(&output->waiting, text);
}

static void collect(struct terminal_output *output)
{
    fflush(output->capture);
    int fd = fileno(output->capture);
    off_t length = lseek(fd, 0, SEEK_CUR);
    char buffer[4096];
    for (off_t at = 0; at < length;) {
        ssize_t got = pread(fd, buffer, sizeof(buffer), at);
        if (got <= 0)
            break;
        str_add_bytes(&output->waiting, buffer, (size_t)got);
        at += got;
    }
    if (length > 0 && (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0))
        output->failed = true;
}

static bool has_room(const struct terminal_output *output)
{
    struct pollfd fd = {.fd = output->fd, .events = POLLOUT};
    return poll(&fd, 1, 0) > 0;
}

bool terminal_output_send(struct terminal_output *output)
{
    collect(output);
    while (output->sent < output->waiting.length && !output->failed) {
        size_t length = output->waiting.length - output->sent;
        if (!output->fd_is_own) {
            if (!has_room(output))
                return false;
            length = length < BLOCKING_CHUNK ? length : BLOCKING_CHUNK;
        }
        ssize_t done = write(output->fd, output->waiting.text + output->sent, length);
        if (done < 0 && errno == EAGAIN)
            return false;
        if (done < 0 && errno != EINTR)
            output->failed = true;
        if (done > 0) {
            output->sent += (size_t)done;
            output->bytes += (uint64_t)done;
        }
    }
    str_clear(&output->waiting);
    output->sent = 0;
    return true;
}

void terminal_output_finish(struct terminal_output *output, int timeout_ms)
{
    uint64_t deadline = clock_monotonic_ns() + (uint64_t)timeout_ms * NS_PER_MS;
    while (!terminal_output_send(output)) {
        uint64_t now = clock_monotonic_ns();
        struct pollfd fd = {.fd = output->fd, .events = POLLOUT};
        if (now >= deadline || poll(&fd, 1, (int)((deadline - now) / NS_PER_MS) + 1) <= 0)
            return;
    }
}
