// SPDX-License-Identifier: GPL-2.0-or-later
// Which events are worth an entry in the event log, and how it reads. Pure.
#ifndef VMTUI_MONITOR_EVENT_ENTRY_H
#define VMTUI_MONITOR_EVENT_ENTRY_H

#include <stdbool.h>

#include "core/model/event.h"
#include "monitor/board.h"

// What the log said last of a host's connection. Zeroed at first.
struct connection_story {
    bool told, was_online; // told: `state` is in the log; was_online: since the start
    enum connection_state state;
    char why[sizeof(((struct error *)NULL)->text)];
};

// False when the event is not for the log. Of jobs only the end is: the caller passes each once.
bool event_entry_make(const struct event *event, struct connection_story *story,
                      struct log_entry *entry);

#endif
