// SPDX-License-Identifier: GPL-2.0-or-later
// A command's arguments as the fields of a dialog, filled with what the VM has now.
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_internal.h"
#include "ui/ui_pending.h"
#include "ui/widgets/form.h"

struct label {
    const char *argument, *text;
};

// What people call the arguments; the others go by their own names.
static const char *label_of(const char *argument)
{
    static const struct label labels[] = {
        {"name", "Name"},
        {"description", "Note"},
        {"disk-only", "Disks only"},
        {"quiesce", "Freeze file systems"},
        {"vcpus", "vCPUs"},
        {"vcpus-max", "vCPUs at most"},
        {"memory", "Memory"},
        {"memory-max", "Memory at most"},
        {"disk", "Disk"},
        {"size", "Its new size"},
        {"when", "When"},
        {"new-name", "New name"},
        {"disks", "Its disks"},
        {"then", "Afterwards"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(labels); i++)
        if (strcmp(labels[i].argument, argument) == 0)
            return labels[i].text;
    return argument;
}

static bool is_bare(const struct command_call *call)
{
    for (size_t i = 0; i < command_argument_count(call->spec); i++)
        if (!str_equal(call->values[i], call->spec->arguments[i].default_text))
            return false;
    return true;
}

// Commands that are mostly their arguments ask for them, unless some were typed already.
bool pending_has_fields(const struct pending *pending)
{
    switch (pending->call.spec->operation) {
    case OPERATION_SNAPSHOT_CREATE:
    case OPERATION_SET_VCPUS:
        return is_bare(&pending->call);
    case OPERATION_DELETE:
        return true;
    default:
        return command_missing(&pending->call) != NULL;
    }
}

static const struct vm_sample *only_vm(const struct pending *pending)
{
    const struct board_vm *vm;
    if (pending->count != 1 || !board_find(pending->ui->board, pending->uuids[0], NULL, &vm))
        return NULL;
    return vm->sample;
}

// ---- what the fields say at first ----

static void size_text(uint64_t kib, char *out, size_t size)
{
    const uint64_t mib = 1024, gib = 1024 * 1024;
    if (kib % gib == 0)
        str_format(out, size, "%lluG", (unsigned long long)(kib / gib));
    else if (kib % mib == 0)
        str_format(out, size, "%lluM", (unsigned long long)(kib / mib));
    else
        str_format(out, size, "%lluK", (unsigned long long)kib);
}

static void snapshot_name(const struct pending *pending, char *out, size_t size)
{
    char date[32], name[32];
    size_t length = 0;
    clock_format_date_time(ui_wall_ms(pending->ui), date, sizeof(date));
    for (const char *c = date; *c && length + 1 < sizeof(name); c++)
        if (*c != ':')
            name[length++] = *c == ' ' ? '-' : *c;
    name[length] = '\0';
    str_format(out, size, "%s", name);
}

static void first_value(const struct pending *pending, const char *argument, char *out, size_t size)
{
    const struct vm_sample *vm = only_vm(pending);
    bool counted = vm && vm->valid & VM_HAS_VCPU_COUNT;
    out[0] = '\0';
    if (strcmp(argument, "name") == 0 && pending->call.spec->operation == OPERATION_SNAPSHOT_CREATE)
        snapshot_name(pending, out, size);
    else if (strcmp(argument, "vcpus") == 0 && counted)
        str_format(out, size, "%u", vm->vcpus_current);
    else if (strcmp(argument, "vcpus-max") == 0 && counted && vm->vcpus_max > 0)
        str_format(out, size, "%u", vm->vcpus_max);
    else if (strcmp(argument, "memory") == 0 && vm && vm->valid & VM_HAS_BALLOON)
        size_text(vm->balloon_kib, out, size);
    else if (strcmp(argument, "memory-max") == 0 && vm && vm->valid & VM_HAS_MEMORY_MAX)
        size_text(vm->memory_max_kib, out, size);
    else if (strcmp(argument, "new-name") == 0 && vm)
        str_format(out, size, "%s", vm->name);
}

static void add_disk_choices(const struct vm_sample *vm, struct str *out)
{
    for (size_t i = 0; i < vm->disk_count; i++) {
        const struct disk_definition *disk =
            vm_definition_disk(vm->definition, vm->disks[i].target);
        if (disk && (disk->read_only || !str_equal(disk->device, "disk")))
            continue;
        str_printf(out, "%s%s", out->length > 0 ? "\n" : "", vm->disks[i].target);
    }
}

static void add_snapshot_choices(const struct vm_sample *vm, struct str *out)
{
    for (size_t i = 0; vm->detail && i < vm->detail->snapshot_count; i++)
        str_printf(out, "%s%s", out->length > 0 ? "\n" : "", vm->detail->snapshots[i].name);
}

static void choices_of(const struct pending *pending, const struct argument_spec *argument,
                       struct str *out)
{
    const struct vm_sample *vm = only_vm(pending);
    if (argument->type == ARGUMENT_CHOICE) {
        if (!argument->default_text)
            str_add(out, "\n"); // left out is a choice too
        for (const char *c = argument->choices; *c; c++)
            str_add_char(out, *c == ' ' ? '\n' : *c);
    } else if (vm && strcmp(argument->name, "disk") == 0) {
        add_disk_choices(vm, out);
    } else if (vm && strcmp(argument->name, "name") == 0 &&
               pending->call.spec->operation != OPERATION_SNAPSHOT_CREATE) {
        add_snapshot_choices(vm, out);
    }
}

void pending_add_fields(const struct pending *pending, struct view *dialog)
{
    const struct command_spec *spec = pending->call.spec;
    for (size_t i = 0; i < command_argument_count(spec); i++) {
        const struct argument_spec *argument = &spec->arguments[i];
        const char *label = label_of(argument->name);
        const char *typed = pending->call.values[i];
        char value[512];
        struct str choices;
        str_init(&choices);
        first_value(pending, argument->name, value, sizeof(value));
        choices_of(pending, argument, &choices);
        if (argument->type == ARGUMENT_FLAG)
            form_add_toggle(dialog, argument->name, label, typed != NULL, argument->help);
        else if (choices.length > 0)
            form_add_choice(dialog, argument->name, label, choices.text, typed ? typed : "",
                            argument->help);
        else
            form_add_text(dialog, argument->name, label, typed ? typed : value, argument->help);
        str_finish(&choices);
    }
}

// ---- the answers ----

// What a resize leaves as it is, it does not mention.
static const char *answer(const struct pending *pending, const struct form *form,
                          const struct argument_spec *argument)
{
    const char *value = form_value(form, argument->name);
    bool resize = pending->call.spec->operation == OPERATION_SET_VCPUS;
    if (!value || !value[0])
        return NULL;
    if (resize && strcmp(argument->name, "disk") == 0) {
        const char *size = form_value(form, "size");
        return size && size[0] ? value : NULL;
    }
    return resize && !form_changed(form, argument->name) ? NULL : value;
}

static bool nothing_changed(const struct pending *pending)
{
    for (size_t i = 0; i < command_argument_count(pending->call.spec); i++)
        if (pending->call.values[i] && strcmp(pending->call.spec->arguments[i].name, "when") != 0)
            return false;
    return true;
}

bool pending_read_fields(struct pending *pending, const struct form *form, struct error *err)
{
    const struct command_spec *spec = pending->call.spec;
    bool asked = false;
    for (size_t i = 0; i < command_argument_count(spec); i++) {
        const struct argument_spec *argument = &spec->arguments[i];
        if (!form_has(form, argument->name))
            continue;
        asked = true;
        if (!command_set(&pending->call, argument->name, answer(pending, form, argument), err))
            return false;
    }
    if (spec->operation == OPERATION_SET_VCPUS && asked && nothing_changed(pending))
        return error_set(err, ERROR_INVALID, 0, "Nothing is changed yet.");
    return true;
}
