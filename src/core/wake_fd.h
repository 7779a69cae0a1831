// SPDX-License-Identifier: GPL-2.0-or-later
// The eventfd that tells a poll loop "there is something for you". It is a flag, not a counter: its
// owner raises it when it becomes full and lowers it when it becomes empty, under its own lock.
#ifndef VMTUI_CORE_WAKE_FD_H
#define VMTUI_CORE_WAKE_FD_H

#include <sys/eventfd.h>

#include "core/memory.h"

// Never fails: a program that cannot wake its own threads has nothing left to go on with.
static inline int wake_fd_open(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        memory_exhausted("file descriptors");
    return fd;
}

// Neither call can block, and neither can fail but for a flag that is already where it should be.
static inline void wake_fd_raise(int fd)
{
    (void)eventfd_write(fd, 1);
}

static inline void wake_fd_lower(int fd)
{
    eventfd_t ignored;
    (void)eventfd_read(fd, &ignored);
}

#endif
