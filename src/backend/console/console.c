// SPDX-License-Identifier: GPL-2.0-or-later
// One console is shared by three kinds of threads. The UI calls the port's operations; the driver's
// stream thread calls the sink; and one worker per console opens, writes to and closes the stream,
// whatever of it may block. The worker outlives the port's close and releases everything, so that
// neither close nor anything else here waits for a hypervisor.
#include "backend/console/console.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "backend/console/emulator.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

#define PASTE_MAX      (1024u * 1024)
#define TYPING_MAX     (PASTE_MAX + 64u * 1024) // keys still fit in beside the largest paste
#define ANSWERS_MAX    4096u                    // a guest that asks and never reads
#define WRITE_SIZE     4096u
#define WRITE_RETRY_NS (10 * NS_PER_MS)

struct console {
    struct console_port port; // first: what the UI holds
    char *uuid;
    struct console_opener opener;

    // `next` is taken before `lock` and given back once that is held: whoever takes both in a loop
    // (the flood from a guest) so lets in everybody who waits, after one portion at most.
    pthread_mutex_t next, lock;
    pthread_cond_t work; // for the worker; with lock
    // All below belongs to lock.
    struct emulator *emulator;
    enum console_state state;
    struct error error;
    uint64_t generation;
    struct str typed;  // still to be written
    bool typing;       // the emulator's output comes from a person, not from the guest's questions
    unsigned refusals; // what was too long to take; rings like a bell
    bool open_asked, force_asked, ended;

    atomic_bool closing;       // written under lock, read in the middle of a flood
    atomic_bool woken;         // since the last copy
    pthread_mutex_t wake_lock; // held during wake, so that none comes after close
    void (*wake)(void *context);
    void *wake_context;

    struct console_stream *stream; // the worker's alone
};

static void lock_console(struct console *console)
{
    pthread_mutex_lock(&console->next);
    pthread_mutex_lock(&console->lock);
    pthread_mutex_unlock(&console->next);
}

static void unlock_console(struct console *console)
{
    pthread_mutex_unlock(&console->lock);
}

// Called without the lock, after a change.
static void tell(struct console *console)
{
    if (atomic_exchange(&console->woken, true))
        return;
    pthread_mutex_lock(&console->wake_lock);
    if (console->wake != NULL)
        console->wake(console->wake_context);
    pthread_mutex_unlock(&console->wake_lock);
}

// All or nothing: half a paste is worse than none.
static void refuse(struct console *console)
{
    console->refusals++;
    console->generation++;
}

static void on_emulator_output(void *context, const char *bytes, size_t length)
{
    struct console *console = context;
    size_t most = console->typing ? TYPING_MAX : ANSWERS_MAX;
    if (console->typed.length + length > most) {
        if (console->typing)
            refuse(console);
        return;
    }
    str_add_bytes(&console->typed, bytes, length);
    pthread_cond_signal(&console->work);
}

static void on_output(void *context, const char *bytes, size_t length)
{
    struct console *console = context;
    bool more = length > 0;
    while (more && !atomic_load(&console->closing)) {
        lock_console(console);
        more = emulator_feed(console->emulator, &bytes, &length);
        console->generation++;
        unlock_console(console);
        tell(console);
    }
}

static void set_closed(struct console *console, const struct error *why)
{
    console->state = CONSOLE_CLOSED;
    console->error = why != NULL ? *why : (struct error){0};
    console->generation++;
}

static void on_closed(void *context, const struct error *why)
{
    struct console *console = context;
    lock_console(console);
    console->ended = true;
    set_closed(console, why);
    pthread_cond_signal(&console->work);
    unlock_console(console);
    tell(console);
}

// The functions below run on the worker, with the lock held; they let it go for whatever may block.

static void close_stream(struct console *console)
{
    struct console_stream *stream = console->stream;
    console->stream = NULL;
    if (stream == NULL)
        return;
    unlock_console(console);
    stream->ops->close(stream);
    lock_console(console);
}

static void open_stream(struct console *console)
{
    close_stream(console);
    bool force = console->force_asked;
    console->open_asked = console->force_asked = console->ended = false;
    console->state = CONSOLE_CONNECTING;
    console->generation++;
    emulator_soft_reset(console->emulator);
    unlock_console(console);

    tell(console);
    struct console_sink sink = {.context = console, .output = on_output, .closed = on_closed};
    struct error err = {0};
    struct console_stream *stream =
        console->opener.open(console->opener.context, console->uuid, force, &sink, &err);

    lock_console(console);
    console->stream = stream;
    if (stream == NULL) {
        set_closed(console, &err);
        str_clear(&console->typed);
    } else if (!console->ended) {
        console->state = CONSOLE_OPEN;
    }
    console->generation++;
}

// False when the stream would take no more just now.
static bool write_typed(struct console *console)
{
    char bytes[WRITE_SIZE];
    size_t length = console->typed.length < WRITE_SIZE ? console->typed.length : WRITE_SIZE;
    memcpy(bytes, console->typed.text, length);
    unlock_console(console);
    size_t written = console->stream->ops->write(console->stream, bytes, length);
    lock_console(console);
    size_t left = console->typed.length - written;
    memmove(console->typed.text, console->typed.text + written, left + 1);
    console->typed.length = left;
    return written == length;
}

static void wait_to_retry(struct console *console)
{
    struct timespec deadline = clock_deadline(clock_monotonic_ns() + WRITE_RETRY_NS);
    pthread_cond_clockwait(&console->work, &console->lock, CLOCK_MONOTONIC, &deadline);
}

static void work(struct console *console)
{
    lock_console(console);
    while (!atomic_load(&console->closing)) {
        if (console->open_asked) {
            open_stream(console);
            unlock_console(console);
            tell(console);
            lock_console(console);
        } else if (console->ended && console->stream != NULL) {
            str_clear(&console->typed);
            close_stream(console);
        } else if (console->stream != NULL && console->typed.length > 0) {
            if (!write_typed(console))
                wait_to_retry(console);
        } else {
            pthread_cond_wait(&console->work, &console->lock);
        }
    }
    close_stream(console);
    unlock_console(console);
}

static void destroy(struct console *console)
{
    if (console->opener.release != NULL)
        console->opener.release(console->opener.context);
    emulator_destroy(console->emulator);
    str_finish(&console->typed);
    pthread_mutex_destroy(&console->next);
    pthread_mutex_destroy(&console->lock);
    pthread_mutex_destroy(&console->wake_lock);
    pthread_cond_destroy(&console->work);
    free(console->uuid);
    free(console);
}

static void *run_worker(void *argument)
{
    struct console *console = argument;
    work(console);
    destroy(console);
    return NULL;
}

// The port's operations, on the UI's thread.

static void console_copy(struct console_port *port, size_t scrolled_lines,
                         struct console_view *view)
{
    struct console *console = (struct console *)port;
    atomic_store(&console->woken, false); // before the look: what changes from now on is told again
    lock_console(console);
    emulator_copy(console->emulator, scrolled_lines, view);
    view->state = console->state;
    view->error = console->error;
    view->generation = console->generation;
    view->bells = emulator_bells(console->emulator) + console->refusals;
    unlock_console(console);
}

static bool accepts_keys(const struct console *console)
{
    return console->state != CONSOLE_CLOSED;
}

static void console_type_character(struct console_port *port, uint32_t character,
                                   unsigned modifiers)
{
    struct console *console = (struct console *)port;
    lock_console(console);
    console->typing = true;
    if (accepts_keys(console))
        emulator_type_character(console->emulator, character, modifiers);
    console->typing = false;
    unlock_console(console);
}

static void console_type_key(struct console_port *port, enum console_key key, unsigned modifiers)
{
    struct console *console = (struct console *)port;
    lock_console(console);
    console->typing = true;
    if (accepts_keys(console))
        emulator_type_key(console->emulator, key, modifiers);
    console->typing = false;
    unlock_console(console);
}

static void console_paste(struct console_port *port, const char *text, size_t length)
{
    struct console *console = (struct console *)port;
    lock_console(console);
    console->typing = true;
    if (!accepts_keys(console)) {
        // Nobody is there to receive it.
    } else if (length > PASTE_MAX) {
        refuse(console);
    } else {
        emulator_paste(console->emulator, text, length);
    }
    console->typing = false;
    unlock_console(console);
}

static void console_resize(struct console_port *port, unsigned rows, unsigned columns)
{
    struct console *console = (struct console *)port;
    lock_console(console);
    emulator_resize(console->emulator, rows, columns);
    console->generation++;
    unlock_console(console);
}

static bool console_search(struct console_port *port, const char *text, size_t scrolled_lines,
                           bool upward, size_t *found_scrolled_lines)
{
    struct console *console = (struct console *)port;
    lock_console(console);
    bool found =
        emulator_search(console->emulator, text, scrolled_lines, upward, found_scrolled_lines);
    unlock_console(console);
    return found;
}

static void console_reconnect(struct console_port *port, bool force)
{
    struct console *console = (struct console *)port;
    lock_console(console);
    // One that is on its way is good enough, unless it would not evict the other client.
    if (console->state != CONSOLE_CONNECTING || force) {
        console->open_asked = true;
        console->force_asked = force;
        console->state = CONSOLE_CONNECTING;
        console->generation++;
        pthread_cond_signal(&console->work);
    }
    unlock_console(console);
}

static void console_close(struct console_port *port)
{
    struct console *console = (struct console *)port;
    pthread_mutex_lock(&console->wake_lock);
    console->wake = NULL;
    pthread_mutex_unlock(&console->wake_lock);
    // A flood looks at this between two portions, so that the lock is free soon.
    lock_console(console);
    atomic_store(&console->closing, true);
    pthread_cond_signal(&console->work);
    unlock_console(console); // from here on the worker may free it
}

static const struct console_port_ops console_ops = {
    .copy = console_copy,
    .type_character = console_type_character,
    .type_key = console_type_key,
    .paste = console_paste,
    .resize = console_resize,
    .search = console_search,
    .reconnect = console_reconnect,
    .close = console_close,
};

static void start_worker(struct console *console)
{
    // Signals are the main thread's business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int failure = pthread_create(&thread, &attributes, run_worker, console);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure != 0)
        memory_exhausted("threads");
}

struct console_port *console_create(const struct console_settings *settings)
{
    struct console *console = memory_alloc(sizeof(*console));
    console->port.ops = &console_ops;
    console->uuid = memory_strdup(settings->uuid);
    console->opener = settings->opener;
    console->wake = settings->wake;
    console->wake_context = settings->wake_context;
    pthread_mutex_init(&console->next, NULL);
    pthread_mutex_init(&console->lock, NULL);
    pthread_mutex_init(&console->wake_lock, NULL);
    pthread_cond_init(&console->work, NULL);
    str_init(&console->typed);
    console->emulator = emulator_create(settings->scrollback_lines, on_emulator_output, console);
    console->state = CONSOLE_CONNECTING;
    console->open_asked = true;
    start_worker(console);
    return &console->port;
}
