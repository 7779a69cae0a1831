// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE 1 // pthread_cond_clockwait

#include "core/queue.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/wake_fd.h"

struct entry {
    struct entry *next;
    void *value;
};

struct queue {
    size_t capacity; // 0: unbounded
    void (*release)(void *value);
    int fd; // readable exactly while there is an entry
    pthread_mutex_t lock;
    pthread_cond_t changed; // an entry came in, or the queue was closed
    // All below: under lock.
    struct entry *first;
    struct entry **end; // where the next entry is linked in
    size_t length;
    bool closed;
};

struct queue *queue_create(size_t capacity, void (*release)(void *value))
{
    struct queue *queue = memory_alloc(sizeof(*queue));
    queue->capacity = capacity;
    queue->release = release;
    queue->fd = wake_fd_open();
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
    queue->end = &queue->first;
    return queue;
}

void queue_destroy(struct queue *queue)
{
    if (queue == NULL)
        return;
    void *value;
    while ((value = queue_take(queue)) != NULL)
        queue->release(value);
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
    close(queue->fd);
    free(queue);
}

static void append(struct queue *queue, void *value)
{
    struct entry *entry = memory_alloc(sizeof(*entry));
    entry->value = value;
    *queue->end = entry;
    queue->end = &entry->next;
    if (queue->length++ == 0)
        wake_fd_raise(queue->fd);
}

static void *remove_first(struct queue *queue)
{
    struct entry *entry = queue->first;
    if (entry == NULL)
        return NULL;
    queue->first = entry->next;
    if (queue->first == NULL)
        queue->end = &queue->first;
    if (--queue->length == 0)
        wake_fd_lower(queue->fd);
    void *value = entry->value;
    free(entry);
    return value;
}

// Releases outside the lock: it may take long, or put into this very queue.
void queue_put(struct queue *queue, void *value)
{
    assert(value != NULL);
    void *unwanted = NULL;
    pthread_mutex_lock(&queue->lock);
    if (queue->closed) {
        unwanted = value;
    } else {
        if (queue->capacity > 0 && queue->length == queue->capacity)
            unwanted = remove_first(queue);
        append(queue, value);
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    if (unwanted != NULL)
        queue->release(unwanted);
}

void *queue_take(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    void *value = remove_first(queue);
    pthread_mutex_unlock(&queue->lock);
    return value;
}

void *queue_wait(struct queue *queue, uint64_t timeout_ms)
{
    uint64_t now = clock_monotonic_ns();
    bool for_ever = timeout_ms > (UINT64_MAX - now) / NS_PER_MS;
    struct timespec deadline = clock_deadline(for_ever ? 0 : now + timeout_ms * NS_PER_MS);
    int result = 0;
    pthread_mutex_lock(&queue->lock);
    while (queue->first == NULL && !queue->closed && result != ETIMEDOUT) {
        if (for_ever)
            pthread_cond_wait(&queue->changed, &queue->lock);
        else
            result =
                pthread_cond_clockwait(&queue->changed, &queue->lock, CLOCK_MONOTONIC, &deadline);
    }
    void *value = remove_first(queue);
    pthread_mutex_unlock(&queue->lock);
    return value;
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

size_t queue_length(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    size_t length = queue->length;
    pthread_mutex_unlock(&queue->lock);
    return length;
}

int queue_fd(const struct queue *queue)
{
    return queue->fd;
}
