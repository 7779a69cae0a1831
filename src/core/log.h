// SPDX-License-Identifier: GPL-2.0-or-later
// The program's own log: one line per entry into a file below the state directory, never to the
// terminal. Before log_open and after log_close entries are dropped. Any thread; a full disk is
// survived silently (counted, and said in the next line that fits). A file that has grown over 4
// MiB is moved to path.1, at log_open and while running. Leaves errno alone.
#ifndef VMTUI_CORE_LOG_H
#define VMTUI_CORE_LOG_H

#include <stdbool.h>

struct error;

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

// Appends to path (created 0600), instead of to the log that was open before. When it fails, that
// one stays open.
bool log_open(const char *path, enum log_level level, struct error *err);
void log_close(void);
// Scrubbed and cut to 2047 bytes, so that it is always one line.
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
