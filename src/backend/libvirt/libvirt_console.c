// SPDX-License-Identifier: GPL-2.0-or-later
// A serial console: a libvirt stream whose bytes the event-loop thread moves into a ring, and a
// thread of its own that hands them to the sink. The event loop carries every keepalive, so nothing
// there parses or waits; when the ring is full, reading stops until there is room again.
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/libvirt_connect.h"
#include "backend/libvirt/libvirt_driver.h"
#include "backend/libvirt/libvirt_error.h"
#include "core/memory.h"
#include "core/utf8.h"

#define RING_BYTES       (256u * 1024)
#define WRITE_BYTES_MAX  (64u * 1024)
#define READ_BYTES       16384u
#define READS_PER_EVENT  4
#define ABORT_TIMEOUT_MS 500

struct libvirt_console {
    struct console_stream base; // first
    struct refcount refs;       // the owner, and the stream's callback
    struct libvirt_driver *driver;
    virConnectPtr connection;
    virStreamPtr stream;
    struct console_sink sink; // called by the consumer thread only
    pthread_t consumer;
    atomic_bool published; // as in struct libvirt_driver

    pthread_mutex_t lock; // guards everything below
    pthread_cond_t changed;
    char *ring;
    size_t ring_start, ring_length;
    char *pending; // bytes to send
    size_t pending_length;
    int events;       // what is asked of the event loop
    bool closing;     // by the owner
    bool ended;       // by the other side
    struct error why; // kind ERROR_NONE: the VM is off
};

static void console_unref(void *opaque)
{
    struct libvirt_console *console = opaque;
    (void)atomic_load(&console->published);
    if (!refcount_unref(&console->refs))
        return;
    pthread_cond_destroy(&console->changed);
    pthread_mutex_destroy(&console->lock);
    virStreamFree(console->stream);
    virConnectClose(console->connection);
    libvirt_driver_unref(console->driver);
    free(console->ring);
    free(console->pending);
    free(console);
}

// Under lock.
static void update_events(struct libvirt_console *console)
{
    int events = 0;
    if (!console->ended && !console->closing) {
        events = VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP;
        if (console->ring_length + READ_BYTES <= RING_BYTES)
            events |= VIR_STREAM_EVENT_READABLE;
        if (console->pending_length > 0)
            events |= VIR_STREAM_EVENT_WRITABLE;
    }
    if (events != console->events) {
        console->events = events;
        virStreamEventUpdateCallback(console->stream, events);
    }
}

// Under lock.
static void end(struct libvirt_console *console, bool failed)
{
    if (console->ended)
        return;
    console->ended = true;
    if (failed)
        libvirt_error_take(&console->why, NULL);
    pthread_cond_broadcast(&console->changed);
}

static void put_into_ring(struct libvirt_console *console, const char *bytes, size_t length)
{
    size_t at = (console->ring_start + console->ring_length) % RING_BYTES;
    size_t first = length < RING_BYTES - at ? length : RING_BYTES - at;
    memcpy(console->ring + at, bytes, first);
    memcpy(console->ring, bytes + first, length - first);
    console->ring_length += length;
    pthread_cond_broadcast(&console->changed);
}

// Under lock. False when there is nothing more to read now.
static bool receive(struct libvirt_console *console)
{
    char buffer[READ_BYTES];
    if (console->ended || console->ring_length + READ_BYTES > RING_BYTES)
        return false;
    int got = virStreamRecv(console->stream, buffer, sizeof(buffer));
    if (got > 0)
        put_into_ring(console, buffer, (size_t)got);
    else if (got != -2)
        end(console, got < 0);
    return got > 0;
}

// Under lock.
static void send_pending(struct libvirt_console *console)
{
    if (console->pending_length == 0 || console->ended)
        return;
    int sent = virStreamSend(console->stream, console->pending, console->pending_length);
    if (sent == -1) {
        end(console, true);
    } else if (sent > 0) {
        console->pending_length -= (size_t)sent;
        memmove(console->pending, console->pending + sent, console->pending_length);
    }
}

static void on_stream_event(virStreamPtr stream, int events, void *opaque)
{
    struct libvirt_console *console = opaque;
    (void)stream;
    (void)atomic_load(&console->published);
    refcount_ref(&console->refs); // of its own, as in libvirt_events.c
    pthread_mutex_lock(&console->lock);
    if (!console->closing) {
        bool more = (events & (VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP)) != 0;
        // What the guest said last is still in the pty when the other end hangs up.
        unsigned reads =
            events & VIR_STREAM_EVENT_HANGUP ? RING_BYTES / READ_BYTES : READS_PER_EVENT;
        for (unsigned i = 0; more && i < reads; i++)
            more = receive(console);
        if (events & VIR_STREAM_EVENT_WRITABLE)
            send_pending(console);
        if (events & (VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR))
            end(console, false);
        update_events(console);
    }
    pthread_mutex_unlock(&console->lock);
    console_unref(console);
}

// Waits for bytes and copies them out; 0 when the console is over.
static size_t take_from_ring(struct libvirt_console *console, char *out, size_t size)
{
    pthread_mutex_lock(&console->lock);
    while (console->ring_length == 0 && !console->ended && !console->closing)
        pthread_cond_wait(&console->changed, &console->lock);
    size_t length = console->closing ? 0 : console->ring_length;
    if (length > size)
        length = size;
    size_t first = RING_BYTES - console->ring_start;
    if (first > length)
        first = length;
    memcpy(out, console->ring + console->ring_start, first);
    memcpy(out + first, console->ring, length - first);
    console->ring_start = (console->ring_start + length) % RING_BYTES;
    console->ring_length -= length;
    update_events(console);
    pthread_mutex_unlock(&console->lock);
    return length;
}

static void *consumer_main(void *opaque)
{
    struct libvirt_console *console = opaque;
    char bytes[READ_BYTES];
    size_t length;
    while ((length = take_from_ring(console, bytes, sizeof(bytes))) > 0)
        console->sink.output(console->sink.context, bytes, length);
    pthread_mutex_lock(&console->lock);
    bool tell = console->ended && !console->closing;
    struct error why = console->why;
    pthread_mutex_unlock(&console->lock);
    if (tell && console->sink.closed)
        console->sink.closed(console->sink.context, why.kind == ERROR_NONE ? NULL : &why);
    return NULL;
}

static size_t stream_write(struct console_stream *base, const char *bytes, size_t length)
{
    struct libvirt_console *console = (struct libvirt_console *)base;
    pthread_mutex_lock(&console->lock);
    size_t room =
        console->ended || console->closing ? 0 : WRITE_BYTES_MAX - console->pending_length;
    size_t taken = length < room ? length : room;
    memcpy(console->pending + console->pending_length, bytes, taken);
    console->pending_length += taken;
    update_events(console);
    pthread_mutex_unlock(&console->lock);
    return taken;
}

static void abort_run(void *arg)
{
    struct libvirt_console *console = arg;
    virStreamEventRemoveCallback(console->stream);
    virStreamAbort(console->stream);
    console_unref(console);
}

static void stream_close(struct console_stream *base)
{
    struct libvirt_console *console = (struct libvirt_console *)base;
    pthread_mutex_lock(&console->lock);
    console->closing = true;
    pthread_cond_broadcast(&console->changed);
    pthread_mutex_unlock(&console->lock);
    pthread_join(console->consumer, NULL);
    // Ending the stream asks the daemon, which may not answer; the worker ends our reference.
    bounded_call(abort_run, console, NULL, ABORT_TIMEOUT_MS, NULL);
}

static const struct console_stream_ops stream_ops = {
    .write = stream_write,
    .close = stream_close,
};

static bool start_streaming(struct libvirt_console *console, struct error *err)
{
    refcount_ref(&console->refs);
    console->events = VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP;
    atomic_store(&console->published, true);
    if (virStreamEventAddCallback(console->stream, console->events, on_stream_event, console,
                                  console_unref) < 0) {
        console_unref(console);
        return libvirt_error_take(err, NULL);
    }
    int failure = pthread_create(&console->consumer, NULL, consumer_main, console);
    if (failure == 0)
        return true;
    virStreamEventRemoveCallback(console->stream);
    return error_set_errno(err, failure, "the console's thread");
}

// Drivers that cannot tell whether somebody else is on it are asked without that wish.
static bool open_on(virDomainPtr vm, virStreamPtr stream, unsigned flags)
{
    if (virDomainOpenConsole(vm, NULL, stream, flags) == 0)
        return true;
    int code = virGetLastErrorCode();
    return (code == VIR_ERR_ARGUMENT_UNSUPPORTED || code == VIR_ERR_INVALID_ARG) &&
           virDomainOpenConsole(vm, NULL, stream, 0) == 0;
}

static bool attach(struct libvirt_console *console, const char *uuid, bool force, struct error *err)
{
    unsigned flags = force ? VIR_DOMAIN_CONSOLE_FORCE : VIR_DOMAIN_CONSOLE_SAFE;
    virDomainPtr vm = virDomainLookupByUUIDString(console->connection, uuid);
    if (!vm)
        return libvirt_error_take(err, NULL);
    AUTO_FREE char *name = utf8_scrub_dup(virDomainGetName(vm), 200);
    bool active = virDomainIsActive(vm) == 1, attached = false;
    if (!active)
        error_set(err, ERROR_INVALID, 0, "%s is not running", name);
    else if (open_on(vm, console->stream, flags))
        attached = true;
    else if (strstr(virGetLastErrorMessage(), "Active console session exists"))
        error_set(err, ERROR_BUSY, virGetLastErrorCode(),
                  "somebody else has the console of %s open", name);
    else if (strstr(virGetLastErrorMessage(), "cannot find character device"))
        error_set(err, ERROR_UNSUPPORTED, virGetLastErrorCode(), "%s has no serial console", name);
    else if (strstr(virGetLastErrorMessage(), "not using a PTY"))
        error_set(err, ERROR_UNSUPPORTED, virGetLastErrorCode(),
                  "the serial port of %s is not a pty, so it cannot be opened from here", name);
    else
        libvirt_error_take(err, name);
    virDomainFree(vm);
    return attached;
}

static struct libvirt_console *console_create(struct libvirt_driver *driver,
                                              virConnectPtr connection,
                                              const struct console_sink *sink)
{
    struct libvirt_console *console = memory_alloc(sizeof(*console));
    console->base.ops = &stream_ops;
    refcount_init(&console->refs);
    console->driver = libvirt_driver_ref(driver);
    console->connection = connection;
    console->sink = *sink;
    console->ring = memory_alloc(RING_BYTES);
    console->pending = memory_alloc(WRITE_BYTES_MAX);
    pthread_mutex_init(&console->lock, NULL);
    pthread_cond_init(&console->changed, NULL);
    return console;
}

struct console_stream *libvirt_console_open(struct driver *base, const char *uuid, bool force,
                                            const struct console_sink *sink, struct error *err)
{
    struct libvirt_driver *driver = libvirt_driver_of(base);
    if (driver->read_only) {
        error_set(err, ERROR_DENIED, 0, "this connection is read-only");
        return NULL;
    }
    virConnectPtr connection = libvirt_driver_console_connection(driver, err);
    if (!connection)
        return NULL;
    virStreamPtr stream = virStreamNew(connection, VIR_STREAM_NONBLOCK);
    if (!stream) {
        libvirt_error_take(err, NULL);
        libvirt_disconnect(connection);
        return NULL;
    }
    struct libvirt_console *console = console_create(driver, connection, sink);
    console->stream = stream;
    if (attach(console, uuid, force, err) && start_streaming(console, err))
        return &console->base;
    virStreamAbort(stream);
    console_unref(console);
    return NULL;
}
