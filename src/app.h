// SPDX-License-Identifier: GPL-2.0-or-later
// Builds every long-lived object (config, log, engine, sessions, screen), wires them together and
// tears them down. Main thread.
#ifndef VMTUI_APP_H
#define VMTUI_APP_H

#include "core/command/command.h"
#include "core/command/shell_options.h"
#include "core/error.h"
#include "shell/shell.h"

struct app;

// Once, first of all and while there is one thread: signals come to the main thread only, and a
// crash leaves the terminal as it was.
void app_prepare_process(void);

// Reads the configuration and prepares the state directory; connects to nothing yet. A refused
// configuration or theme is an error; a state directory that cannot be written is only a warning.
struct app *app_create(const struct shell_options *options, struct error *err);
void app_destroy(struct app *app); // takes NULL

// Opens the screen and runs until the person leaves. first_command (or NULL) is run as if typed.
enum exit_status app_run_screen(struct app *app, const char *first_command);
// Runs one command without the screen.
enum exit_status app_run_shell(struct app *app, const struct command_call *call);

#endif
