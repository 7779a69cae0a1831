// SPDX-License-Identifier: GPL-2.0-or-later
// The event log's file: one JSON object a line, appended. Past 512 KiB it is rewritten with its
// latest entries only (written aside, synced, renamed). Several programs may append to one file.
// Lines that are torn, foreign or too long are skipped when it is read. Not thread-safe.
#ifndef VMTUI_MONITOR_EVENT_FILE_H
#define VMTUI_MONITOR_EVENT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "monitor/board.h"

struct event_file;

struct event_file *event_file_create(const char *path); // touches nothing yet; never NULL
void event_file_destroy(struct event_file *file);       // takes NULL
// Calls `each` for the latest `max` good entries, oldest first. A file that is not there is empty.
bool event_file_read(struct event_file *file, size_t max,
                     void (*each)(void *context, const struct log_entry *entry), void *context,
                     struct error *err);
bool event_file_append(struct event_file *file, const struct log_entry *entry, struct error *err);

#endif
