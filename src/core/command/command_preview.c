// SPDX-License-Identifier: GPL-2.0-or-later
// What a command would do to one VM, a sentence a line, read by a person before the answer.
#include <string.h>

#include "core/command/command_argument.h"
#include "core/command/resize_plan.h"
#include "core/memory.h"
#include "core/model/operation.h"
#include "core/str.h"

struct preview {
    const struct command_call *call;
    const struct host_snapshot *host;
    const struct vm_sample *vm;
    struct str *out;
};

static void __attribute__((format(printf, 2, 3)))
sentence(const struct preview *p, const char *format, ...)
{
    if (p->out->length > 0)
        str_add_char(p->out, '\n');
    va_list args;
    va_start(args, format);
    str_vprintf(p->out, format, args);
    va_end(args);
}

static void preview_start(const struct preview *p)
{
    bool paused = command_flag_given(p->call, "paused");
    bool saved = (p->vm->valid & VM_HAS_MANAGED_SAVE) != 0 && p->vm->has_managed_save;
    sentence(p, "%s is started%s.", p->vm->name, paused ? " and stands still until resumed" : "");
    if (saved)
        sentence(p, "It goes on where suspending to disk stopped it.");
}

static void preview_shutdown(const struct preview *p, const char *what)
{
    const char *mode = command_text(p->call, "mode");
    const char *how = str_equal(mode, "acpi")    ? "by its power button (ACPI)"
                      : str_equal(mode, "agent") ? "through its agent"
                                                 : "in the way that works best";
    sentence(p, "The guest of %s is asked, %s, to %s.", p->vm->name, how, what);
    sentence(p, "It may take its time, or refuse.");
}

static void preview_snapshot(const struct preview *p)
{
    const char *name = command_text(p->call, "name");
    bool disk_only = command_flag_given(p->call, "disk-only");
    bool active = vm_state_is_active(p->vm->state);
    struct str called;
    str_init(&called);
    if (name != NULL)
        str_printf(&called, "\"%s\"", name);
    else
        str_add(&called, "named by date and time");
    if (disk_only)
        sentence(p, "A snapshot of the disks of %s is taken, %s; memory is not kept.", p->vm->name,
                 called.text);
    else
        sentence(p, "A snapshot of %s is taken, %s, of its disks%s.", p->vm->name, called.text,
                 active ? " and its memory" : "");
    str_finish(&called);
    if (active && !disk_only)
        sentence(p, "%s stands still while its memory is written.", p->vm->name);
    if (p->vm->definition != NULL && p->vm->definition->has_hostdev && active && !disk_only)
        sentence(p, "It has a passed-through device, whose state cannot be kept: this may fail.");
}

static void preview_revert(const struct preview *p)
{
    const char *name = command_text(p->call, "name");
    const char *then = command_text(p->call, "then");
    sentence(p, "%s goes back to its snapshot \"%s\".", p->vm->name, name != NULL ? name : "");
    sentence(p, "Everything that its disks%s hold now and the snapshot does not is lost.",
             vm_state_is_active(p->vm->state) ? " and memory" : "");
    if (str_equal(then, "running"))
        sentence(p, "It runs afterwards.");
    else if (str_equal(then, "paused"))
        sentence(p, "It is paused afterwards.");
    else
        sentence(p, "It is then in the state that it had when the snapshot was taken.");
}

static void preview_snapshot_delete(const struct preview *p)
{
    const char *name = command_text(p->call, "name");
    const char *which =
        command_flag_given(p->call, "children-only") ? "The snapshots made after" : "The snapshot";
    sentence(p, "%s \"%s\" of %s%s deleted.", which, name != NULL ? name : "", p->vm->name,
             command_flag_given(p->call, "children-only") ? " are"
             : command_flag_given(p->call, "children")    ? " and those made after it are"
                                                          : " is");
    sentence(p, "What %s holds now stays as it is.", p->vm->name);
}

// Another VM of the host whose definition names the same file; NULL when there is none.
static const char *other_user(const struct preview *p, const char *source)
{
    for (size_t i = 0; i < p->host->vm_count; i++) {
        const struct vm_sample *other = &p->host->vms[i];
        if (other->definition == NULL || str_equal(other->uuid, p->vm->uuid))
            continue;
        for (size_t j = 0; j < other->definition->disk_count; j++) {
            if (str_equal(other->definition->disks[j].source, source))
                return other->name;
        }
    }
    return NULL;
}

static void preview_deleted_disk(const struct preview *p, const struct disk_definition *disk,
                                 bool wanted)
{
    const char *other = disk->source != NULL ? other_user(p, disk->source) : NULL;
    if (disk->source == NULL)
        return; // an empty drive
    if (!wanted)
        sentence(p, "  %s %s: kept.", disk->target, disk->source);
    else if (!str_equal(disk->device, "disk"))
        sentence(p, "  %s %s: kept, it is a %s.", disk->target, disk->source, disk->device);
    else if (disk->read_only)
        sentence(p, "  %s %s: kept, it is read-only.", disk->target, disk->source);
    else if (disk->shareable)
        sentence(p, "  %s %s: kept, it may be shared.", disk->target, disk->source);
    else if (other != NULL)
        sentence(p, "  %s %s: kept, %s uses it too.", disk->target, disk->source, other);
    else if (disk->source[0] != '/' || str_starts_with(disk->source, "/dev/"))
        sentence(p, "  %s %s: kept, it is not a file here.", disk->target, disk->source);
    else
        sentence(p, "  %s %s: DELETED.", disk->target, disk->source);
}

static void preview_delete(const struct preview *p)
{
    const struct vm_definition *definition = p->vm->definition;
    bool wanted = str_equal(command_text(p->call, "disks"), "delete");
    sentence(p, "%s is deleted: its definition is gone and cannot be brought back.", p->vm->name);
    if ((p->vm->valid & VM_HAS_SNAPSHOT_COUNT) != 0 && p->vm->snapshot_count > 0)
        sentence(p, "So %s its %u snapshot%s.", p->vm->snapshot_count == 1 ? "is" : "are",
                 p->vm->snapshot_count, p->vm->snapshot_count == 1 ? "" : "s");
    if ((p->vm->valid & VM_HAS_MANAGED_SAVE) != 0 && p->vm->has_managed_save)
        sentence(p, "So is the memory that suspending to disk kept.");
    if (definition != NULL && definition->has_nvram)
        sentence(p, wanted ? "So are its firmware's settings (NVRAM)."
                           : "Its firmware's settings (NVRAM) are kept.");
    if (definition == NULL) {
        sentence(p, wanted ? "Its disks are not known yet; files only it writes to are DELETED."
                           : "Its disks are kept.");
        return;
    }
    if (definition->disk_count > 0)
        sentence(p, "Its disks:");
    for (size_t i = 0; i < definition->disk_count; i++)
        preview_deleted_disk(p, &definition->disks[i], wanted);
}

static void part_value(const struct resize_plan *plan, size_t kind, char *out, size_t size)
{
    const struct resize_part *part = &plan->parts[kind];
    char amount[32];
    unsigned long long count = part->value;
    switch (kind) {
    case RESIZE_VCPUS_MAX:
        str_format(out, size, "at most %llu vCPU%s", count, count == 1 ? "" : "s");
        break;
    case RESIZE_VCPUS:
        str_format(out, size, "%llu vCPU%s", count, count == 1 ? "" : "s");
        break;
    case RESIZE_MEMORY_MAX:
        resize_size_text(amount, sizeof(amount), part->value * 1024);
        str_format(out, size, "at most %s of memory", amount);
        break;
    case RESIZE_MEMORY:
        resize_size_text(amount, sizeof(amount), part->value * 1024);
        str_format(out, size, "%s of memory", amount);
        break;
    default:
        resize_size_text(amount, sizeof(amount), part->value);
        str_format(out, size, "%s grows to %s", plan->disk, amount);
        break;
    }
}

static void preview_part(const struct preview *p, const struct resize_plan *plan, size_t kind)
{
    const struct resize_part *part = &plan->parts[kind];
    char value[128];
    part_value(plan, kind, value, sizeof(value));
    if (part->impossible[0] != '\0') {
        sentence(p, "Impossible: %s.", part->impossible);
        return;
    }
    bool active = vm_state_is_active(p->vm->state);
    const char *boot = active ? "At the next boot" : "When it starts";
    if (part->now && part->next_boot)
        sentence(p, "Now and at the next boot: %s.", value);
    else if (part->now)
        sentence(p, "Now: %s.", value);
    else
        sentence(p, "%s: %s.", boot, value);
    if (part->not_now[0] != '\0')
        sentence(p, "  Not now: %s.", part->not_now);
}

static void warn_of_memory(const struct preview *p, const struct resize_part *part)
{
    const struct vm_sample *vm = p->vm;
    const uint64_t needed = VM_HAS_BALLOON | VM_HAS_USABLE;
    if ((vm->valid & needed) == needed && vm->balloon_kib > vm->usable_kib &&
        part->value < vm->balloon_kib - vm->usable_kib) {
        char used[32];
        resize_size_text(used, sizeof(used), (vm->balloon_kib - vm->usable_kib) * 1024);
        sentence(p, "  Its guest uses %s: it may swap, or end programs.", used);
    }
    if (vm->definition != NULL && (vm->definition->has_hostdev || vm->definition->memory_locked))
        sentence(p, "  Its memory is locked: the host gets nothing back.");
}

static void preview_resize(const struct preview *p)
{
    struct resize_plan plan;
    struct error err = {0};
    if (!resize_plan_make(&plan, p->call, p->host, p->vm, &err)) {
        sentence(p, "%s.", err.text);
        return;
    }
    for (size_t i = 0; i < RESIZE_PART_COUNT; i++) {
        if (plan.parts[i].asked)
            preview_part(p, &plan, i);
        if (i == RESIZE_MEMORY && plan.parts[i].now)
            warn_of_memory(p, &plan.parts[i]);
        bool more = (p->vm->valid & VM_HAS_VCPU_COUNT) != 0 && i == RESIZE_VCPUS &&
                    plan.parts[i].value > p->vm->vcpus_current;
        if (more && plan.parts[i].now)
            sentence(p, "  The guest may have to bring new vCPUs online itself.");
        if (i == RESIZE_DISK && plan.parts[i].now)
            sentence(p, "  Partitions and file systems inside are not changed.");
    }
}

static void preview_kind(const struct preview *p)
{
    const char *name = p->vm->name;
    switch ((enum operation_kind)p->call->spec->operation) {
    case OPERATION_START:
        preview_start(p);
        break;
    case OPERATION_SHUTDOWN:
        preview_shutdown(p, "shut down");
        break;
    case OPERATION_REBOOT:
        preview_shutdown(p, "restart");
        break;
    case OPERATION_RESET:
        sentence(p, "%s restarts at once; what its guest has not written to disk is lost.", name);
        break;
    case OPERATION_FORCE_OFF:
        sentence(p, "The power of %s is cut; what its guest has not written to disk is lost.",
                 name);
        break;
    case OPERATION_PAUSE:
        sentence(p, p->vm->state == VM_STATE_PAUSED ? "%s goes on." : "%s stands still.", name);
        break;
    case OPERATION_RESUME:
        sentence(p, "%s goes on.", name);
        break;
    case OPERATION_SAVE:
        sentence(p, "The memory of %s is written to disk, then it stops.", name);
        sentence(p, "The next start goes on from there.");
        break;
    case OPERATION_RESTORE:
        sentence(p, "%s goes on where suspending to disk stopped it.", name);
        break;
    case OPERATION_AUTOSTART:
        sentence(p, "%s is %s together with its host.", name,
                 command_flag_given(p->call, "off") ? "no longer started" : "started");
        if (p->host->uri != NULL && strstr(p->host->uri, "///embed") != NULL)
            sentence(p, "No daemon runs here: that is when vmtui first opens the embedded engine "
                        "after a boot.");
        break;
    case OPERATION_RENAME:
        if (command_missing(p->call) == NULL)
            sentence(p, "%s is called %s from now on.", name, command_text(p->call, "new-name"));
        break;
    case OPERATION_DELETE:
        preview_delete(p);
        break;
    case OPERATION_SNAPSHOT_CREATE:
        preview_snapshot(p);
        break;
    case OPERATION_SNAPSHOT_REVERT:
        preview_revert(p);
        break;
    case OPERATION_SNAPSHOT_DELETE:
        preview_snapshot_delete(p);
        break;
    case OPERATION_SET_VCPUS:
        preview_resize(p);
        break;
    default:
        break;
    }
}

// Fails as the command itself would; the operations are made and thrown away.
static bool would_work(const struct preview *p, struct error *err)
{
    struct operation *operations[COMMAND_OPERATION_MAX];
    size_t count = command_to_operations(p->call, p->host, p->vm, operations, err);
    for (size_t i = 0; i < count; i++)
        operation_destroy(operations[i]);
    return count > 0;
}

void command_preview(const struct command_call *call, const struct host_snapshot *host,
                     const struct vm_sample *vm, struct str *out)
{
    const struct preview p = {.call = call, .host = host, .vm = vm, .out = out};
    struct error err = {0};
    if (call->spec->operation < 0 || !command_allowed(call->spec, host, vm, &err)) {
        if (err.kind != ERROR_NONE)
            sentence(&p, "Impossible: %s.", err.text);
        return;
    }
    if (vm->hung && call->spec->operation != OPERATION_FORCE_OFF)
        sentence(&p,
                 "%s does not answer: its QEMU hangs, and this will probably fail; force-off "
                 "works.",
                 vm->name);
    // A resize says of each part what is impossible; a dialog still asks for what is missing.
    bool resize = call->spec->operation == OPERATION_SET_VCPUS;
    if (!resize && command_missing(call) == NULL && !would_work(&p, &err)) {
        sentence(&p, "Impossible: %s.", err.text);
        return;
    }
    preview_kind(&p);
}
