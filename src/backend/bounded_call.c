// SPDX-License-Identifier: GPL-2.0-or-later
// One lock and one condition serve all calls of the process: there are few at a time, and raising
// an abort flag can then wake everybody without knowing who waits.
#include "backend/bounded_call.h"

#include <pthread.h>
#include <stddef.h>

#include "backend/worker_thread.h"
#include "core/clock.h"
#include "core/memory.h"

struct bounded_call {
    void (*run)(void *arg);
    void (*release)(void *arg);
    void *arg;
    bool done, abandoned; // under lock; the second to be set frees the struct
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned abandoned_workers; // under lock

static void *worker_main(void *opaque)
{
    struct bounded_call *call = opaque;
    call->run(call->arg);

    pthread_mutex_lock(&lock);
    call->done = true;
    bool abandoned = call->abandoned;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);

    if (abandoned) {
        if (call->release)
            call->release(call->arg);
        memory_auto_free(&call);
        pthread_mutex_lock(&lock);
        abandoned_workers--;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

void bounded_call_abort_raise(struct bounded_call_abort *abort)
{
    pthread_mutex_lock(&lock);
    atomic_store(&abort->raised, true);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

struct bounded_call *bounded_call_start(void (*run)(void *arg), void *arg,
                                        void (*release)(void *arg))
{
    struct bounded_call *call = memory_alloc(sizeof(*call));
    call->run = run;
    call->release = release;
    call->arg = arg;
    if (worker_thread_start(NULL, worker_main, call))
        return call;
    if (release)
        release(arg);
    memory_auto_free(&call);
    return NULL;
}

bool bounded_call_wait(struct bounded_call *call, uint64_t timeout_ms,
                       struct bounded_call_abort *abort)
{
    bool for_ever = timeout_ms >= UINT64_MAX / NS_PER_MS / 2;
    uint64_t deadline_ns = for_ever ? 0 : clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    struct timespec deadline = clock_deadline(deadline_ns);
    int failure = 0;
    pthread_mutex_lock(&lock);
    while (!call->done && failure == 0 && !(abort && atomic_load(&abort->raised))) {
        if (for_ever)
            pthread_cond_wait(&changed, &lock);
        else
            failure = pthread_cond_clockwait(&changed, &lock, CLOCK_MONOTONIC, &deadline);
    }
    bool done = call->done;
    pthread_mutex_unlock(&lock);
    return done;
}

bool bounded_call_end(struct bounded_call *call)
{
    pthread_mutex_lock(&lock);
    bool done = call->done;
    if (!done) {
        call->abandoned = true;
        abandoned_workers++;
    }
    pthread_mutex_unlock(&lock);
    if (done)
        memory_auto_free(&call);
    return done;
}

enum bounded_call_outcome bounded_call(void (*run)(void *arg), void *arg,
                                       void (*release)(void *arg), uint64_t timeout_ms,
                                       struct bounded_call_abort *abort)
{
    struct bounded_call *call = bounded_call_start(run, arg, release);
    if (!call)
        return BOUNDED_CALL_TIMED_OUT;
    bounded_call_wait(call, timeout_ms, abort);
    if (bounded_call_end(call))
        return BOUNDED_CALL_DONE;
    return abort && atomic_load(&abort->raised) ? BOUNDED_CALL_ABORTED : BOUNDED_CALL_TIMED_OUT;
}

unsigned bounded_call_abandoned(void)
{
    pthread_mutex_lock(&lock);
    unsigned count = abandoned_workers;
    pthread_mutex_unlock(&lock);
    return count;
}
