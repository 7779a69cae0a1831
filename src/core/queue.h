// SPDX-License-Identifier: GPL-2.0-or-later
// A first-in first-out queue between threads (many putters, many takers) with an eventfd for poll
// loops, readable while there is an entry. Bounded when `capacity` is not 0: the oldest entry is
// released to make room.
#ifndef VMTUI_CORE_QUEUE_H
#define VMTUI_CORE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct queue;

// release is called (on the putting or destroying thread) for values nobody took. The result is
// never NULL.
struct queue *queue_create(size_t capacity, void (*release)(void *value));
void queue_destroy(struct queue *queue); // takes NULL; releases what is inside
// Takes ownership of a non-NULL value; after queue_close it is released at once.
void queue_put(struct queue *queue, void *value);
void *queue_take(struct queue *queue); // NULL when empty; the caller owns it
// Waits until there is an entry, the queue was closed, or timeout_ms passed (UINT64_MAX: for ever).
void *queue_wait(struct queue *queue, uint64_t timeout_ms);
void queue_close(struct queue *queue); // wakes every waiter; later waits return NULL once empty
size_t queue_length(struct queue *queue);
int queue_fd(const struct queue *queue);

#endif
