// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/model/event.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

static const char *const connection_names[] = {
    [CONNECTION_CONNECTING] = "connecting",
    [CONNECTION_ONLINE] = "online",
    [CONNECTION_STALLED] = "not answering",
    [CONNECTION_OFFLINE] = "offline",
};
_Static_assert(ARRAY_COUNT(connection_names) == CONNECTION_STATE_COUNT,
               "every connection state has a name");

const char *connection_state_name(enum connection_state state)
{
    if ((size_t)state >= ARRAY_COUNT(connection_names))
        return "unknown";
    return connection_names[state];
}

struct event *event_create(enum event_kind kind, const char *host)
{
    struct event *event = memory_alloc(sizeof(*event));
    refcount_init(&event->refs);
    event->kind = kind;
    event->wall_ms = clock_wall_ms();
    str_format(event->host, sizeof(event->host), "%s", host != NULL ? host : "");
    return event;
}

struct event *event_ref(struct event *event)
{
    refcount_ref(&event->refs);
    return event;
}

void event_unref(struct event *event)
{
    if (event != NULL && refcount_unref(&event->refs))
        free(event);
}
