// SPDX-License-Identifier: GPL-2.0-or-later
// From a command to jobs: which VMs are meant, which of them it fits, and whether to ask first.
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_internal.h"
#include "ui/ui_pending.h"

bool ui_hidden_by_read_only(const struct ui *ui, const struct command_spec *spec)
{
    return ui->settings.read_only && (spec->flags & COMMAND_CHANGES) != 0;
}

bool ui_command_visible(const struct ui *ui, const struct command_spec *spec)
{
    return !ui_hidden_by_read_only(ui, spec);
}

// ---- targets ----

struct target_list {
    char (*uuids)[VM_UUID_SIZE];
    size_t count, max;
};

static void add_target(void *context, const struct vm_sample *vm)
{
    struct target_list *list = context;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->uuids[i], vm->uuid) == 0)
            return;
    if (list->count < list->max)
        memcpy(list->uuids[list->count++], vm->uuid, VM_UUID_SIZE);
}

static void add_named_targets(const struct ui *ui, const struct command_call *call,
                              struct target_list *list)
{
    for (size_t t = 0; t < call->target_count; t++)
        for (size_t h = 0; ui->board && h < ui->board->host_count; h++)
            if (ui->board->hosts[h].snapshot)
                command_match_target(call->targets[t], ui->board->hosts[h].snapshot, add_target,
                                     list);
}

size_t ui_target_uuids(const struct ui *ui, const struct command_call *call,
                       char (*uuids)[VM_UUID_SIZE], size_t max)
{
    struct target_list list = {uuids, 0, max};
    if (call && call->target_count > 0) {
        add_named_targets(ui, call, &list);
    } else if (ui->list.mark_count > 0) {
        for (size_t i = 0; i < ui->list.mark_count && list.count < max; i++)
            memcpy(uuids[list.count++], ui->list.marks[i], VM_UUID_SIZE);
    } else if (ui->list.selected_row != SIZE_MAX && max > 0) {
        memcpy(uuids[list.count++], ui->list.selected, VM_UUID_SIZE);
    }
    return list.count;
}

bool ui_command_possible(const struct ui *ui, const struct command_spec *spec, struct error *err)
{
    if (spec->target == COMMAND_TARGET_NONE)
        return true;
    AUTO_FREE char(*uuids)[VM_UUID_SIZE] = memory_array(TARGETS_MAX, VM_UUID_SIZE);
    size_t count = ui_target_uuids(ui, NULL, uuids, TARGETS_MAX);
    struct error last = {0};
    error_set(&last, ERROR_INVALID, 0, "no VM is selected");
    for (size_t i = 0; i < count; i++) {
        const struct board_host *host;
        const struct board_vm *vm;
        if (board_find(ui->board, uuids[i], &host, &vm) &&
            command_allowed(spec, host->snapshot, vm->sample, &last))
            return true;
    }
    if (err)
        *err = last;
    return false;
}

// ---- submitting ----

const struct command_spec *ui_spec_for_vm(const struct command_spec *spec,
                                          const struct vm_sample *vm)
{
    if (spec->operation != OPERATION_PAUSE || spec->flags & COMMAND_SHELL)
        return spec;
    return command_find(vm->state == VM_STATE_PAUSED ? "resume" : "pause");
}

// Returns the jobs made for one VM; what is in the way goes into err.
static unsigned submit_one(struct ui *ui, const struct command_call *call, const char *uuid,
                           struct error *err)
{
    const struct board_host *host;
    const struct board_vm *vm;
    struct operation *operations[COMMAND_OPERATION_MAX];
    unsigned submitted = 0;
    if (!board_find(ui->board, uuid, &host, &vm)) {
        error_set(err, ERROR_NOT_FOUND, 0, "the VM is gone");
        return 0;
    }
    struct command_call meant = *call; // borrows everything
    meant.spec = ui_spec_for_vm(call->spec, vm->sample);
    size_t count = command_to_operations(&meant, host->snapshot, vm->sample, operations, err);
    for (size_t i = 0; i < count; i++) {
        if (!ui->settings.services.submit) {
            operation_destroy(operations[i]);
            continue;
        }
        if (ui->settings.services.submit(ui->settings.services.context, operations[i]) != 0)
            submitted++;
        else
            error_set(err, ERROR_OFFLINE, 0, "%s takes no commands now", host->name);
    }
    return submitted;
}

unsigned ui_submit_to(struct ui *ui, const struct command_call *call,
                      const char (*uuids)[VM_UUID_SIZE], size_t count)
{
    unsigned submitted = 0;
    size_t refused = 0;
    struct error err = {0};
    char text[600];
    if (ui_hidden_by_read_only(ui, call->spec))
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct error one = {0};
        submitted += submit_one(ui, call, uuids[i], &one);
        if (one.kind == ERROR_NONE)
            continue;
        if (refused++ == 0)
            err = one;
    }
    if (refused > 1)
        str_format(text, sizeof(text), "%s (and %zu more like it)", err.text, refused - 1);
    else
        str_format(text, sizeof(text), "%s", err.text);
    if (refused > 0)
        ui_toast(ui, SEVERITY_WARN, text);
    return submitted;
}

unsigned ui_submit_call(struct ui *ui, const struct command_call *call)
{
    AUTO_FREE char(*uuids)[VM_UUID_SIZE] = memory_array(TARGETS_MAX, VM_UUID_SIZE);
    size_t count = ui_target_uuids(ui, call, uuids, TARGETS_MAX);
    return ui_submit_to(ui, call, (const char(*)[VM_UUID_SIZE])uuids, count);
}

// ---- executing ----

static bool only_one_is_meant(struct ui *ui, const struct pending *pending)
{
    char text[256];
    size_t meant = pending->count + pending->skipped_count;
    if (pending->call.spec->target != COMMAND_TARGET_ONE_VM || meant <= 1)
        return true;
    str_format(text, sizeof(text), "%s works on one VM at a time, and %zu are %s",
               pending->call.spec->name, meant,
               pending->call.target_count > 0 ? "named" : "marked (U unmarks them)");
    ui_toast(ui, SEVERITY_WARN, text);
    return false;
}

static void toast_none(struct ui *ui, const struct pending *pending)
{
    char text[600];
    if (pending->skipped_count == 0)
        str_format(text, sizeof(text),
                   pending->call.target_count > 0 ? "no VM is called \"%s\"" : "no VM is selected",
                   pending->call.target_count > 0 ? pending->call.targets[0] : "");
    else if (pending->skipped_count == 1)
        str_format(text, sizeof(text), "%s", pending->first_reason.text);
    else
        str_format(text, sizeof(text), "nothing to do for any of the %zu VMs: %s",
                   pending->skipped_count, pending->first_reason.text);
    ui_toast(ui, SEVERITY_WARN, text);
}

void ui_execute(struct ui *ui, const struct command_call *call)
{
    char text[256];
    ui_invalidate(ui);
    if (ui_hidden_by_read_only(ui, call->spec)) {
        str_format(text, sizeof(text),
                   "%s changes something, and vmtui was started with --readonly", call->spec->name);
        ui_toast(ui, SEVERITY_WARN, text);
        return;
    }
    if (call->spec->operation < 0) {
        ui_screen_command(ui, call);
        return;
    }
    struct pending *pending = pending_create(ui, call);
    if (!only_one_is_meant(ui, pending)) {
        pending_destroy(pending);
    } else if (pending->count == 0) {
        toast_none(ui, pending);
        pending_destroy(pending);
    } else if (pending_asks(pending)) {
        ui_push_overlay(ui, pending_dialog(pending)); // the dialog owns it now
    } else {
        pending_act(pending);
        pending_destroy(pending);
    }
}
