// SPDX-License-Identifier: GPL-2.0-or-later
// The screen's state machine: boards and keys in, frames and operations out. It knows no terminal
// and no hypervisor, never blocks, and so is tested as a value. UI thread only.
#ifndef VMTUI_UI_UI_H
#define VMTUI_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config/config.h"
#include "core/error.h"
#include "core/model/console_port.h"
#include "core/model/interest.h"
#include "core/model/operation.h"
#include "monitor/board.h"
#include "ui/screen/frame.h"
#include "ui/screen/key.h"
#include "ui/screen/theme.h"

struct ui;

// What the screen asks of the program; implemented by app.c and by tests. Nothing here blocks.
struct ui_services {
    void *context;
    uint64_t (*submit)(void *context, struct operation *operation); // takes it; job id, 0: refused
    bool (*cancel_job)(void *context, uint64_t job_id);
    void (*set_interest)(void *context, const struct interest *interest);
    void (*sample_soon)(void *context);
    void (*reconnect)(void *context, const char *host);
    struct console_port *(*open_console)(void *context, const char *host, const char *uuid);
    void (*set_tick)(void *context, double tick_s);
    bool (*set_theme)(void *context, const char *name, struct error *err);
    // Connects to another hypervisor in place of the present one ("qemu:///embed").
    void (*connect)(void *context, const char *uri);
};

struct ui_settings {
    const struct config *config; // outlives the ui
    bool read_only, dry_run;
    const char *version;
    struct ui_services services;
    uint64_t (*now_ns)(void *context);  // NULL: the monotonic clock; tests give their own
    uint64_t (*wall_ms)(void *context); // NULL: the wall clock
    void *now_context;
};

struct ui *ui_create(const struct ui_settings *settings, struct error *err);
void ui_destroy(struct ui *ui);                        // takes NULL
void ui_set_board(struct ui *ui, struct board *board); // takes over one reference
void ui_handle_key(struct ui *ui, const struct key *key);
// Draws everything into frame, which has the terminal's size.
void ui_draw(struct ui *ui, struct frame *frame);
// True when something changed since the last draw (or a clock on the screen has to move on).
bool ui_needs_draw(struct ui *ui);
// Milliseconds until ui_needs_draw may turn true by itself; UINT64_MAX: never.
uint64_t ui_next_wake_ms(struct ui *ui);
// True while keys go to a guest's console: then even Ctrl-C and Ctrl-Z are its own.
bool ui_types_into_console(const struct ui *ui);
bool ui_wants_quit(const struct ui *ui);
bool ui_wants_redraw(struct ui *ui); // Ctrl-L; true once
unsigned ui_take_bells(struct ui *ui);
// Shows a sentence at the bottom for a while.
void ui_toast(struct ui *ui, enum severity severity, const char *text);
// Runs one command line as if it had been typed at ':'.
void ui_run(struct ui *ui, const char *command_line);

#endif
