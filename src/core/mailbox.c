// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/mailbox.h"

#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/wake_fd.h"

struct mailbox {
    void (*release)(void *value);
    int fd; // readable exactly while value is set
    pthread_mutex_t lock;
    void *value; // under lock
};

struct mailbox *mailbox_create(void (*release)(void *value))
{
    struct mailbox *box = memory_alloc(sizeof(*box));
    box->release = release;
    box->fd = wake_fd_open();
    pthread_mutex_init(&box->lock, NULL);
    return box;
}

void mailbox_destroy(struct mailbox *box)
{
    if (box == NULL)
        return;
    if (box->value != NULL)
        box->release(box->value);
    pthread_mutex_destroy(&box->lock);
    close(box->fd);
    free(box);
}

// Releases outside the lock: letting go of a large snapshot must not hold up its reader.
void mailbox_put(struct mailbox *box, void *value)
{
    assert(value != NULL);
    pthread_mutex_lock(&box->lock);
    void *older = box->value;
    box->value = value;
    if (older == NULL)
        wake_fd_raise(box->fd);
    pthread_mutex_unlock(&box->lock);
    if (older != NULL)
        box->release(older);
}

void *mailbox_take(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    void *value = box->value;
    box->value = NULL;
    if (value != NULL)
        wake_fd_lower(box->fd);
    pthread_mutex_unlock(&box->lock);
    return value;
}

int mailbox_fd(const struct mailbox *box)
{
    return box->fd;
}
