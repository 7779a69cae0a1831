// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by the files of src/shell only.
#ifndef VMTUI_SHELL_SHELL_INTERNAL_H
#define VMTUI_SHELL_SHELL_INTERNAL_H

#include "shell/shell.h"

struct shell_target {
    const struct board_host *host;
    const struct board_vm *vm;
};

struct shell_targets { // pointers into `board`, which is held
    struct board *board;
    struct shell_target *items;
    size_t count;
};

// Waits until every host has answered or failed; at least one must be online.
bool shell_connect(const struct shell_settings *settings, struct board **board);
// Swaps *board for a newer one when one comes in time.
void shell_renew_board(const struct shell_settings *settings, struct board **board,
                       uint64_t timeout_ms);
// Waits for a board in which every running VM has rates (two samples), or a few seconds.
bool shell_wait_rates(const struct shell_settings *settings, struct board **board);
// Finds the VMs named by the call; prints what matched nothing.
enum exit_status shell_find_targets(const struct command_call *call, struct board *board,
                                    struct shell_targets *targets);
void shell_targets_finish(struct shell_targets *targets);

enum exit_status shell_list(const struct shell_settings *settings, const struct command_call *call);
enum exit_status shell_stats(const struct shell_settings *settings,
                             const struct command_call *call);
enum exit_status shell_info(const struct shell_settings *settings, const struct command_call *call);
enum exit_status shell_snapshots(const struct shell_settings *settings,
                                 const struct command_call *call);
enum exit_status shell_events(const struct shell_settings *settings,
                              const struct command_call *call);
enum exit_status shell_jobs(const struct shell_settings *settings, const struct command_call *call);
enum exit_status shell_hosts(const struct shell_settings *settings,
                             const struct command_call *call);

// Focuses on one VM and waits until its details (snapshots, XML) are there; the target's pointers
// are renewed. False with a printed sentence when they do not come.
bool shell_wait_detail(const struct shell_settings *settings, struct shell_targets *targets,
                       size_t index);

struct json_object;
// One VM as `list` and `stats` print it.
struct json_object *shell_vm_json(const struct board_host *host, const struct board_vm *vm);
// Prints and releases the document; a failed write is an error.
enum exit_status shell_print_json(struct json_object *document);

#endif
