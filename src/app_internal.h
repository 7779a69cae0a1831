// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by app.c and app_screen.c only.
#ifndef VMTUI_APP_INTERNAL_H
#define VMTUI_APP_INTERNAL_H

#include "app.h"
#include "app_fleet.h"
#include "core/config/config.h"
#include "ui/screen/terminal.h"
#include "ui/screen/theme.h"
#include "ui/ui.h"

// From the shell a figure needs two samples, and a person waits.
#define SHELL_TICK_S 0.5

struct app {
    struct shell_options options; // its strings are argv's
    struct config config;
    struct theme theme;
    char *event_log_path, *journal_path; // NULL: the state directory cannot be used
    char startup_warning[512];           // empty: none
    struct fleet *fleet;                 // NULL before it is started
    struct mailbox *boards;              // engine -> main thread
    struct queue *events;                // engine -> shell; NULL on the screen
    int console_wake_fd;                 // raised when an open console has something new
    struct ui *ui;
    struct terminal *terminal;
};

// The hosts of uri, or (NULL) of the options, the configuration and the machine.
struct fleet *app_create_fleet(struct app *app, const char *uri, double tick_s);

#endif
