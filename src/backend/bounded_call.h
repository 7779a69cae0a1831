// SPDX-License-Identifier: GPL-2.0-or-later
// A call that may block for ever, made on a thread that can be left behind. Whoever owns `arg` is
// never in doubt: until the call was seen to be done it is the worker's, and a worker that was
// abandoned releases it when (if ever) the call comes back. Any thread; workers take no signals.
#ifndef VMTUI_BACKEND_BOUNDED_CALL_H
#define VMTUI_BACKEND_BOUNDED_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum bounded_call_outcome {
    BOUNDED_CALL_DONE,      // run has returned; arg belongs to the caller again
    BOUNDED_CALL_TIMED_OUT, // arg now belongs to the worker (or was released)
    BOUNDED_CALL_ABORTED    // likewise, because `abort` was raised
};

// A flag that makes everybody who waits with it give up at once. Zeroed is "not raised"; it must
// outlive the waits, not the abandoned workers.
struct bounded_call_abort {
    atomic_bool raised;
};

void bounded_call_abort_raise(struct bounded_call_abort *abort);

// Runs run(arg) on a worker and waits for it, at most timeout_ms (UINT64_MAX: for ever). release
// (may be NULL) is called with arg unless the outcome is DONE. abort may be NULL.
enum bounded_call_outcome bounded_call(void (*run)(void *arg), void *arg,
                                       void (*release)(void *arg), uint64_t timeout_ms,
                                       struct bounded_call_abort *abort);

// The same in steps, for callers that look around between two waits.
struct bounded_call;

// NULL when no thread could be had; release(arg) was called then.
struct bounded_call *bounded_call_start(void (*run)(void *arg), void *arg,
                                        void (*release)(void *arg));
// True when run has returned; false after timeout_ms or when abort (may be NULL) is raised.
bool bounded_call_wait(struct bounded_call *call, uint64_t timeout_ms,
                       struct bounded_call_abort *abort);
// Ends it: true when run has returned (arg is the caller's), else it was abandoned. Frees call.
bool bounded_call_end(struct bounded_call *call);

// How many abandoned workers have not come back yet, in the whole process.
unsigned bounded_call_abandoned(void);

#endif
