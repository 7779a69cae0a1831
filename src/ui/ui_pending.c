// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/ui_pending.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/ui_internal.h"
#include "ui/widgets/form.h"
#include "ui/widgets/form_internal.h"

#define PREVIEWED_VMS_MAX 4
#define NAMED_VMS_MAX     40
#define TYPABLE_COLUMNS   48

static void copy_call(struct command_call *to, const struct command_call *from)
{
    *to = (struct command_call){.spec = from->spec, .target_count = from->target_count};
    if (from->target_count > 0)
        to->targets = memory_array(from->target_count, sizeof(*to->targets));
    for (size_t i = 0; i < from->target_count; i++)
        to->targets[i] = memory_strdup(from->targets[i]);
    for (size_t i = 0; i < COMMAND_ARGUMENT_MAX; i++)
        to->values[i] = memory_strdup(from->values[i]);
}

struct named_uuid {
    const char *name;
    char uuid[VM_UUID_SIZE];
};

static int compare_named(const void *left, const void *right)
{
    const struct named_uuid *a = left, *b = right;
    int order = str_compare_natural(a->name, b->name);
    return order ? order : strcmp(a->uuid, b->uuid);
}

static void sort_by_name(const struct board *board, char (*uuids)[VM_UUID_SIZE], size_t count)
{
    AUTO_FREE struct named_uuid *named = memory_array(count + 1, sizeof(*named));
    for (size_t i = 0; i < count; i++) {
        const struct board_vm *vm;
        named[i].name = board_find(board, uuids[i], NULL, &vm) ? vm->sample->name : "";
        memcpy(named[i].uuid, uuids[i], VM_UUID_SIZE);
    }
    qsort(named, count, sizeof(*named), compare_named);
    for (size_t i = 0; i < count; i++)
        memcpy(uuids[i], named[i].uuid, VM_UUID_SIZE);
}

struct pending *pending_create(struct ui *ui, const struct command_call *call)
{
    struct pending *pending = memory_alloc(sizeof(*pending));
    pending->ui = ui;
    copy_call(&pending->call, call);
    str_init(&pending->skipped);
    pending->uuids = memory_array(TARGETS_MAX, VM_UUID_SIZE);
    size_t meant = ui_target_uuids(ui, call, pending->uuids, TARGETS_MAX);
    sort_by_name(ui->board, pending->uuids, meant);
    for (size_t i = 0; i < meant; i++) {
        const struct board_host *host;
        const struct board_vm *vm;
        struct error err = {0};
        if (!board_find(ui->board, pending->uuids[i], &host, &vm))
            continue;
        if (command_allowed(call->spec, host->snapshot, vm->sample, &err)) {
            memmove(pending->uuids[pending->count++], pending->uuids[i], VM_UUID_SIZE);
            continue;
        }
        if (pending->skipped_count++ == 0)
            pending->first_reason = err;
        if (pending->skipped_count <= NAMED_VMS_MAX)
            str_printf(&pending->skipped, "  %s\n", err.text);
    }
    return pending;
}

void pending_destroy(struct pending *pending)
{
    if (!pending)
        return;
    command_call_finish(&pending->call);
    str_finish(&pending->skipped);
    free(pending->uuids);
    free(pending);
}

static const struct board_vm *pending_vm(const struct pending *pending, size_t index,
                                         const struct board_host **host)
{
    const struct board_vm *vm;
    return board_find(pending->ui->board, pending->uuids[index], host, &vm) ? vm : NULL;
}

bool pending_asks(const struct pending *pending)
{
    const unsigned asking = COMMAND_CONFIRM | COMMAND_CONFIRM_SCREEN | COMMAND_TYPE_NAME;
    return pending->call.spec->flags & asking || pending->count > 1 || pending->skipped_count > 0 ||
           pending_has_fields(pending);
}

// ---- what is shown ----

// The line that does the same in a shell, with the name of every VM for which spec is meant.
static void add_line_of(const struct pending *pending, const struct command_spec *spec,
                        struct str *out)
{
    struct command_call named = pending->call; // borrows everything but the targets
    named.spec = spec;
    named.targets = memory_array(pending->count + 1, sizeof(*named.targets));
    named.target_count = 0;
    for (size_t i = 0; i < pending->count; i++) {
        const struct board_vm *vm = pending_vm(pending, i, NULL);
        if (vm && ui_spec_for_vm(pending->call.spec, vm->sample) == spec)
            named.targets[named.target_count++] = vm->sample->name;
    }
    if (named.target_count > 0) {
        str_add(out, "\nFrom a shell: ");
        command_format(&named, NULL, out);
    }
    free(named.targets);
}

static void add_command_lines(const struct pending *pending, struct str *out)
{
    const struct command_spec *spec = pending->call.spec;
    bool toggle = spec->operation == OPERATION_PAUSE && !(spec->flags & COMMAND_SHELL);
    str_add(out, "\n");
    if (toggle) {
        add_line_of(pending, command_find("pause"), out);
        add_line_of(pending, command_find("resume"), out);
    } else {
        add_line_of(pending, spec, out);
    }
}

static void add_preview(const struct pending *pending, struct str *out)
{
    for (size_t i = 0; i < pending->count && i < PREVIEWED_VMS_MAX; i++) {
        const struct board_host *host;
        const struct board_vm *vm = pending_vm(pending, i, &host);
        struct str one;
        str_init(&one);
        if (vm)
            command_preview(&pending->call, host->snapshot, vm->sample, &one);
        if (one.length > 0)
            str_printf(out, "%s%s", out->length > 0 ? "\n" : "", one.text);
        str_finish(&one);
    }
    if (pending->count > PREVIEWED_VMS_MAX)
        str_printf(out, "\nAnd likewise for %zu more.", pending->count - PREVIEWED_VMS_MAX);
}

// False when it would fail for every VM; err then says why for the first.
static bool would_do_something(const struct pending *pending, struct error *err)
{
    struct error first = {0};
    for (size_t i = 0; i < pending->count; i++) {
        const struct board_host *host;
        const struct board_vm *vm = pending_vm(pending, i, &host);
        struct operation *operations[COMMAND_OPERATION_MAX];
        struct error one = {0};
        if (!vm) {
            error_set(&one, ERROR_NOT_FOUND, 0, "the VM is gone");
        } else {
            size_t count =
                command_to_operations(&pending->call, host->snapshot, vm->sample, operations, &one);
            for (size_t o = 0; o < count; o++)
                operation_destroy(operations[o]);
            if (count > 0)
                return true;
        }
        if (first.kind == ERROR_NONE)
            first = one;
    }
    *err = first;
    return false;
}

static bool review(const struct form *form, void *context, struct str *preview, struct error *err)
{
    struct pending *pending = context;
    if (!pending_read_fields(pending, form, err))
        return false;
    struct error problem = {0};
    bool possible = would_do_something(pending, &problem);
    add_preview(pending, preview);
    // The preview itself says what is impossible; saying it twice helps nobody.
    if (!possible && preview->length == 0)
        *err = problem;
    if (possible)
        add_command_lines(pending, preview);
    return possible;
}

static struct view *dry_run_message(const struct pending *pending)
{
    struct str text;
    str_init(&text);
    add_preview(pending, &text);
    add_command_lines(pending, &text);
    str_add(&text, "\n\nThis is a dry run: nothing was done.");
    const struct form_settings settings = {.title = "Dry run", .intro = text.text};
    struct view *message = form_create(pending->ui, &settings);
    str_finish(&text);
    return message;
}

static void submit(const struct pending *pending)
{
    char text[320];
    struct ui *ui = pending->ui;
    const struct board_vm *vm = pending_vm(pending, 0, NULL);
    unsigned jobs = ui_submit_to(ui, &pending->call, (const char(*)[VM_UUID_SIZE])pending->uuids,
                                 pending->count);
    if (jobs == 0)
        return;
    if (pending->count == 1 && vm)
        str_format(text, sizeof(text), "%s %s: on its way",
                   ui_spec_for_vm(pending->call.spec, vm->sample)->name, vm->sample->name);
    else
        str_format(text, sizeof(text), "%u jobs are on their way", jobs);
    if (!ui->toast.text[0] || ui->toast.severity == SEVERITY_INFO)
        ui_toast(ui, SEVERITY_INFO, text); // what was refused is said already, and counts more
}

void pending_act(struct pending *pending)
{
    struct ui *ui = pending->ui;
    ui->toast.text[0] = '\0';
    if (ui->settings.dry_run)
        ui_push_overlay(ui, dry_run_message(pending));
    else
        submit(pending);
}

static bool act(struct form *form, void *context, struct error *err)
{
    struct pending *pending = context;
    if (!pending_read_fields(pending, form, err))
        return false;
    if (pending->ui->settings.dry_run)
        form_then(form, dry_run_message(pending));
    else
        submit(pending);
    return true;
}

static void release(void *context)
{
    pending_destroy(context);
}

// ---- the dialog ----

// "Force off", "Snapshot revert": the command as a person would write it.
static void words_of(const char *command, char *out, size_t size)
{
    bool toggle = strcmp(command, "pause-toggle") == 0;
    str_format(out, size, "%s", toggle ? "pause or resume" : command);
    for (char *c = out; *c; c++)
        if (*c == '-')
            *c = ' ';
    out[0] = (char)toupper((unsigned char)out[0]);
}

static void add_names(const struct pending *pending, struct str *out)
{
    bool several_hosts = pending->ui->board->host_count > 1;
    for (size_t i = 0; i < pending->count && i < NAMED_VMS_MAX; i++) {
        const struct board_host *host;
        const struct board_vm *vm = pending_vm(pending, i, &host);
        if (!vm)
            continue;
        str_printf(out, "%s%s", i > 0 ? ", " : "", vm->sample->name);
        if (several_hosts)
            str_printf(out, " (%s)", host->name);
    }
    if (pending->count > NAMED_VMS_MAX)
        str_printf(out, " and %zu more", pending->count - NAMED_VMS_MAX);
}

static void add_intro(const struct pending *pending, struct str *out)
{
    str_printf(out, "%s.\n", pending->call.spec->help);
    str_printf(out, pending->count == 1 ? "VM: " : "%zu VMs: ", pending->count);
    add_names(pending, out);
    if (pending->skipped_count > 0) {
        str_printf(out, "\nLeft out:\n%s", pending->skipped.text);
        if (pending->skipped_count > NAMED_VMS_MAX)
            str_printf(out, "  and %zu more\n", pending->skipped_count - NAMED_VMS_MAX);
    }
}

static bool typable(const char *name)
{
    for (const char *c = name; *c; c++)
        if (*c < ' ' || *c > '~')
            return false;
    return utf8_width(name) <= TYPABLE_COLUMNS;
}

// A name that nobody can type stands back for the start of the VM's UUID.
static void add_confirmation(const struct pending *pending, struct view *dialog)
{
    char expected[256], label[400];
    const struct board_vm *vm = pending_vm(pending, 0, NULL);
    if (pending->count > 1) {
        str_format(expected, sizeof(expected), "%zu", pending->count);
        str_format(label, sizeof(label), "Type %s, the number of VMs, to go on:", expected);
    } else if (vm && typable(vm->sample->name)) {
        str_format(expected, sizeof(expected), "%s", vm->sample->name);
        str_format(label, sizeof(label), "Type the VM's name to go on:");
    } else {
        str_format(expected, sizeof(expected), "%.8s", pending->uuids[0]);
        str_format(label, sizeof(label), "Type %s, the start of its UUID, to go on:", expected);
    }
    form_add_confirmation(dialog, label, expected);
}

struct view *pending_dialog(struct pending *pending)
{
    const struct command_spec *spec = pending->call.spec;
    const struct board_vm *vm = pending_vm(pending, 0, NULL);
    char words[64], title[256];
    struct str intro;
    str_init(&intro);
    words_of(spec->name, words, sizeof(words));
    if (pending->count == 1 && vm)
        str_format(title, sizeof(title), "%s %s", words, vm->sample->name);
    else
        str_format(title, sizeof(title), "%s %zu VMs", words, pending->count);
    add_intro(pending, &intro);
    const struct form_settings settings = {
        .title = title,
        .intro = intro.text,
        .action = words,
        .danger = (spec->flags & (COMMAND_CONFIRM | COMMAND_TYPE_NAME)) != 0,
        .enter_acts =
            spec->operation == OPERATION_SNAPSHOT_CREATE || spec->operation == OPERATION_RENAME,
        .context = pending,
        .release = release,
        .review = review,
        .act = act,
    };
    struct view *dialog = form_create(pending->ui, &settings);
    str_finish(&intro);
    if (pending_has_fields(pending))
        pending_add_fields(pending, dialog);
    if (spec->flags & COMMAND_TYPE_NAME)
        add_confirmation(pending, dialog);
    form_ready(dialog);
    return dialog;
}
