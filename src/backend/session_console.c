// SPDX-License-Identifier: GPL-2.0-or-later
// Consoles outlive neither their connection nor their session, but their ports may: every stream is
// wrapped, so that it keeps its connection open as long as it needs it, and so that the session can
// tell it that all is over.
#include <stdlib.h>

#include "backend/console/console.h"
#include "backend/session_inner.h"
#include "core/clock.h"
#include "core/memory.h"

struct session_stream {
    struct console_stream base;
    struct session_stream *next; // in the session's list, under its lock
    struct connection *connection;
    struct console_stream *inner; // NULL while it is being opened
    struct console_sink sink;     // the port's
    pthread_mutex_t telling;      // held over calls of sink.closed
    bool closed;                  // under telling: it was told
};

static void tell_closed(struct session_stream *stream, const struct error *why)
{
    pthread_mutex_lock(&stream->telling);
    if (!stream->closed)
        stream->sink.closed(stream->sink.context, why);
    stream->closed = true;
    pthread_mutex_unlock(&stream->telling);
}

static void forward_output(void *context, const char *bytes, size_t length)
{
    struct session_stream *stream = context;
    stream->sink.output(stream->sink.context, bytes, length);
}

static void forward_closed(void *context, const struct error *why)
{
    tell_closed(context, why);
}

static size_t stream_write(struct console_stream *base, const char *bytes, size_t length)
{
    struct session_stream *stream = (struct session_stream *)base;
    return stream->inner->ops->write(stream->inner, bytes, length);
}

static void stream_forget(struct session_stream *stream)
{
    struct session *session = stream->connection->session;
    pthread_mutex_lock(&session->lock);
    struct session_stream **link = &session->streams;
    while (*link != NULL && *link != stream)
        link = &(*link)->next;
    if (*link != NULL)
        *link = stream->next;
    // The keeper may be telling it; it does so with the stream pinned.
    while (session->told_stream == stream)
        pthread_cond_wait(&session->changed, &session->lock);
    pthread_mutex_unlock(&session->lock);
    connection_release(stream->connection);
    pthread_mutex_destroy(&stream->telling);
    free(stream);
}

static void stream_close(struct console_stream *base)
{
    struct session_stream *stream = (struct session_stream *)base;
    pthread_mutex_lock(&stream->telling);
    stream->closed = true; // nobody is to be told any more
    pthread_mutex_unlock(&stream->telling);
    stream->inner->ops->close(stream->inner);
    stream_forget(stream);
}

static const struct console_stream_ops stream_ops = {
    .write = stream_write,
    .close = stream_close,
};

static struct session_stream *stream_make(struct connection *connection,
                                          const struct console_sink *sink)
{
    struct session_stream *stream = memory_alloc(sizeof(*stream));
    stream->base.ops = &stream_ops;
    stream->connection = connection;
    stream->sink = *sink;
    pthread_mutex_init(&stream->telling, NULL);
    return stream;
}

static struct console_stream *open_stream(void *context, const char *uuid, bool force,
                                          const struct console_sink *sink, struct error *err)
{
    struct session *session = context;
    pthread_mutex_lock(&session->lock);
    struct connection *connection = session->stopping ? NULL : connection_use(session);
    pthread_mutex_unlock(&session->lock);
    if (connection == NULL) {
        error_set(err, ERROR_OFFLINE, 0, "%s is not connected", session->host_name);
        return NULL;
    }
    struct session_stream *stream = stream_make(connection, sink);
    struct console_sink own = {stream, forward_output, forward_closed};
    struct driver *driver = connection->driver;
    stream->inner = driver->ops->console_open(driver, uuid, force, &own, err);
    bool opened = stream->inner != NULL;
    pthread_mutex_lock(&session->lock);
    bool too_late = opened && session->stopping;
    stream->next = session->streams;
    session->streams = stream;
    pthread_mutex_unlock(&session->lock);
    if (opened && !too_late)
        return &stream->base;
    if (too_late) {
        stream_close(&stream->base);
        error_set(err, ERROR_OFFLINE, 0, "%s is not connected any more", session->host_name);
    } else {
        stream_forget(stream);
    }
    return NULL;
}

static void release_session(void *context)
{
    session_release(context);
}

struct console_port *session_open_console(struct session *session, const char *uuid,
                                          void (*wake)(void *context), void *context)
{
    pthread_mutex_lock(&session->lock);
    session_hold(session);
    pthread_mutex_unlock(&session->lock);
    struct console_settings settings = {
        .uuid = uuid,
        .scrollback_lines = session->scrollback_lines,
        .opener = {.context = session, .open = open_stream, .release = release_session},
        .wake = wake,
        .wake_context = context,
    };
    return console_create(&settings);
}

static struct session_stream *take_orphan(struct session *session)
{
    for (struct session_stream **link = &session->streams; *link != NULL; link = &(*link)->next) {
        struct session_stream *stream = *link;
        if (!stream->connection->retired)
            continue;
        *link = stream->next;
        return stream;
    }
    return NULL;
}

void consoles_end_orphans(struct session *session)
{
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_OFFLINE, 0, "the connection to %s has ended", session->host_name);
    while ((session->told_stream = take_orphan(session)) != NULL) {
        struct session_stream *stream = session->told_stream;
        pthread_mutex_unlock(&session->lock);
        tell_closed(stream, &why);
        pthread_mutex_lock(&session->lock);
        session_wake(session);
    }
}
