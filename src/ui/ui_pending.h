// SPDX-License-Identifier: GPL-2.0-or-later
// A command on its way: the VMs that it fits, those that are left out and why, and the dialog that
// asks for what is missing and for the person's consent. For src/ui/ui*.c.
#ifndef VMTUI_UI_UI_PENDING_H
#define VMTUI_UI_UI_PENDING_H

#include "core/command/command.h"
#include "ui/ui_state.h"

struct pending {
    struct ui *ui;
    struct command_call call; // its own copy
    char (*uuids)[VM_UUID_SIZE];
    size_t count;       // VMs that the command fits, in the order of their names
    struct str skipped; // a line for each that it does not fit
    size_t skipped_count;
    struct error first_reason;
};

struct pending *pending_create(struct ui *ui, const struct command_call *call);
void pending_destroy(struct pending *pending);
// Whether a dialog has to come first.
bool pending_asks(const struct pending *pending);
// The dialog takes ownership of pending.
struct view *pending_dialog(struct pending *pending);
// Does it now, or with --dry-run says what would be done.
void pending_act(struct pending *pending);

// ui_pending_fields.c: whether the person is asked for the command's arguments, the fields of the
// dialog, and its answers put back into the call.
struct form;
bool pending_has_fields(const struct pending *pending);
void pending_add_fields(const struct pending *pending, struct view *dialog);
bool pending_read_fields(struct pending *pending, const struct form *form, struct error *err);

#endif
