// SPDX-License-Identifier: GPL-2.0-or-later
// One command from the command line, without the screen: waits for the hosts, finds the targets,
// submits, shows progress, prints. Runs on the main thread and may wait; what it waits for comes
// through services. Results go to stdout, everything else to stderr.
#ifndef VMTUI_SHELL_SHELL_H
#define VMTUI_SHELL_SHELL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/command/command.h"
#include "core/model/event.h"
#include "core/model/interest.h"
#include "monitor/board.h"

enum exit_status {
    EXIT_STATUS_DONE = 0,
    EXIT_STATUS_FAILED = 1,
    EXIT_STATUS_USAGE = 2,
    EXIT_STATUS_NOTHING_MATCHED = 3,
    EXIT_STATUS_NO_CONNECTION = 4,
};

// Implemented by app.c and by tests.
struct shell_services {
    void *context;
    // The next board, newer than the last one taken; NULL after timeout_ms. The caller unrefs it.
    struct board *(*wait_board)(void *context, uint64_t timeout_ms);
    // The next filed event; NULL after timeout_ms. The caller unrefs it.
    struct event *(*wait_event)(void *context, uint64_t timeout_ms);
    uint64_t (*submit)(void *context, struct operation *operation); // takes it; job id
    bool (*cancel_job)(void *context, uint64_t job_id);
    void (*set_interest)(void *context, const struct interest *interest);
    void (*set_tick)(void *context, double tick_s);
    bool (*interrupted)(void *context); // Ctrl-C or SIGTERM came; cleared by the call
};

struct shell_settings {
    bool json;
    bool yes;     // --yes: don't ask
    bool dry_run; // say what would be done
    bool read_only;
    struct shell_services services;
};

enum exit_status shell_run(const struct shell_settings *settings, const struct command_call *call);

#endif
