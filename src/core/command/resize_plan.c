// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/command/resize_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/command/command_argument.h"
#include "core/str.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

// What is known while one plan is made.
struct planning {
    struct resize_plan *plan;
    const struct host_snapshot *host;
    const struct vm_sample *vm;
    const char *when; // "now", "next-boot", "both"; "" is as far as possible
    bool active, transient;
    bool software; // emulated, not virtualised
};

void resize_size_text(char *out, size_t size, uint64_t bytes)
{
    uint64_t kib = bytes / KIB;
    if (bytes >= GIB && bytes % GIB == 0)
        str_format(out, size, "%llu GiB", (unsigned long long)(bytes / GIB));
    else if (bytes >= GIB)
        str_format(out, size, "%.1f GiB", (double)bytes / (double)GIB);
    else
        str_format(out, size, "%.15g MiB", (double)kib / 1024.0);
}

static void __attribute__((format(printf, 3, 4)))
make_impossible(struct resize_part *part, enum error_kind kind, const char *format, ...)
{
    if (part->impossible[0] != '\0')
        return;
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    str_format(part->impossible, sizeof(part->impossible), "%s", text.text);
    str_finish(&text);
    part->impossible_kind = kind;
    part->now = part->next_boot = false;
}

static bool when_is(const struct planning *p, const char *word)
{
    return strcmp(p->when, word) == 0;
}

// Memory or vCPUs: now, at the next boot, or both, as far as it was asked for and can be done.
static void place(const struct planning *p, struct resize_part *part, const char *what)
{
    bool wants_now = p->active && !when_is(p, "next-boot");
    bool wants_boot = !p->active || !when_is(p, "now");
    bool insists_now = p->active && (when_is(p, "now") || when_is(p, "both"));
    bool insists_boot = when_is(p, "next-boot") || when_is(p, "both");
    if (part->impossible[0] != '\0')
        return;
    if (insists_now && part->not_now[0] != '\0')
        make_impossible(part, ERROR_UNSUPPORTED, "%s of %s cannot change now: %s", what,
                        p->vm->name, part->not_now);
    if (p->transient && insists_boot)
        make_impossible(part, ERROR_UNSUPPORTED, "%s is transient: it has no next boot",
                        p->vm->name);
    if (part->impossible[0] != '\0')
        return;
    part->now = wants_now && part->not_now[0] == '\0';
    part->next_boot = wants_boot && !p->transient;
    if (!part->now && !part->next_boot)
        make_impossible(part, ERROR_UNSUPPORTED,
                        "%s of %s cannot change now (%s), and it is transient: it has no next boot",
                        what, p->vm->name, part->not_now);
}

static void place_most(const struct planning *p, struct resize_part *part, const char *what)
{
    if (p->transient)
        make_impossible(part, ERROR_UNSUPPORTED,
                        "%s is transient: the most %s it may have is fixed", p->vm->name, what);
    else if (p->active && when_is(p, "now"))
        make_impossible(part, ERROR_UNSUPPORTED,
                        "the most %s that %s may have can change only at its next boot", what,
                        p->vm->name);
    else
        part->next_boot = true;
}

// 0: not known.
static uint64_t vcpus_max_of(const struct vm_sample *vm)
{
    if ((vm->valid & VM_HAS_VCPU_COUNT) != 0)
        return vm->vcpus_max;
    return vm->definition != NULL ? vm->definition->vcpus_max : 0;
}

static void plan_vcpus(const struct planning *p)
{
    struct resize_part *part = &p->plan->parts[RESIZE_VCPUS];
    const struct resize_part *most = &p->plan->parts[RESIZE_VCPUS_MAX];
    unsigned long long wanted = part->value;
    unsigned long long max_now = vcpus_max_of(p->vm);
    bool known = (p->vm->valid & VM_HAS_VCPU_COUNT) != 0;
    if (most->asked && wanted > most->value)
        make_impossible(part, ERROR_INVALID, "%llu vCPUs are more than --vcpus-max %llu", wanted,
                        (unsigned long long)most->value);
    if (!most->asked && max_now > 0 && wanted > max_now)
        make_impossible(part, ERROR_INVALID,
                        "%s can have at most %llu vCPUs: add --vcpus-max %llu, which takes effect "
                        "at its next boot",
                        p->vm->name, max_now, wanted);
    if (!host_snapshot_can(p->host, HOST_CAN_VCPU_HOTPLUG))
        str_format(part->not_now, sizeof(part->not_now), "this hypervisor does not support %s",
                   host_capability_text(HOST_CAN_VCPU_HOTPLUG));
    else if (max_now > 0 && wanted > max_now)
        str_format(part->not_now, sizeof(part->not_now), "it was started with room for %llu",
                   max_now);
    else if (p->software && known && wanted < p->vm->vcpus_current)
        str_format(part->not_now, sizeof(part->not_now),
                   "under software emulation QEMU does not survive losing a vCPU");
    place(p, part, "the vCPUs");
}

static uint64_t memory_max_of(const struct vm_sample *vm)
{
    if ((vm->valid & VM_HAS_MEMORY_MAX) != 0)
        return vm->memory_max_kib;
    return vm->definition != NULL ? vm->definition->memory_max_kib : 0;
}

static void refuse_memory_above(const struct planning *p, uint64_t max_kib)
{
    struct resize_part *part = &p->plan->parts[RESIZE_MEMORY];
    char at_most[32];
    resize_size_text(at_most, sizeof(at_most), max_kib * KIB);
    struct str option;
    str_init(&option);
    command_size_write((double)part->value * 1024.0, &option);
    make_impossible(part, ERROR_INVALID,
                    "%s can have at most %s of memory: add --memory-max %s, which takes effect at "
                    "its next boot",
                    p->vm->name, at_most, option.text);
    str_finish(&option);
}

static void plan_memory(const struct planning *p)
{
    struct resize_part *part = &p->plan->parts[RESIZE_MEMORY];
    const struct resize_part *most = &p->plan->parts[RESIZE_MEMORY_MAX];
    const struct vm_definition *definition = p->vm->definition;
    uint64_t max_kib = memory_max_of(p->vm);
    if (most->asked && part->value > most->value)
        make_impossible(part, ERROR_INVALID, "--memory is more than --memory-max");
    if (!most->asked && max_kib > 0 && part->value > max_kib)
        refuse_memory_above(p, max_kib);
    if (!host_snapshot_can(p->host, HOST_CAN_BALLOON)) {
        str_format(part->not_now, sizeof(part->not_now), "this hypervisor does not support %s",
                   host_capability_text(HOST_CAN_BALLOON));
    } else if (definition != NULL && !definition->has_balloon) {
        str_format(part->not_now, sizeof(part->not_now), "it has no balloon");
    } else if (max_kib > 0 && part->value > max_kib) {
        char at_most[32];
        resize_size_text(at_most, sizeof(at_most), max_kib * KIB);
        str_format(part->not_now, sizeof(part->not_now), "it was started with at most %s", at_most);
    }
    place(p, part, "the memory");
}

static const struct disk_sample *find_disk(const struct vm_sample *vm, const char *target)
{
    for (size_t i = 0; i < vm->disk_count; i++) {
        if (str_equal(vm->disks[i].target, target))
            return &vm->disks[i];
    }
    return NULL;
}

static void plan_disk(const struct planning *p)
{
    struct resize_part *part = &p->plan->parts[RESIZE_DISK];
    const char *target = p->plan->disk;
    const struct disk_sample *sample = find_disk(p->vm, target);
    const struct disk_definition *disk = vm_definition_disk(p->vm->definition, target);
    if (!host_snapshot_can(p->host, HOST_CAN_DISK_GROW))
        make_impossible(part, ERROR_UNSUPPORTED, "this hypervisor does not support %s",
                        host_capability_text(HOST_CAN_DISK_GROW));
    if (sample == NULL && disk == NULL && (p->vm->definition != NULL || p->vm->disk_count > 0))
        make_impossible(part, ERROR_NOT_FOUND, "%s has no disk \"%.60s\"", p->vm->name, target);
    if (disk != NULL && (disk->read_only || !str_equal(disk->device, "disk")))
        make_impossible(part, ERROR_INVALID, "%s of %s cannot grow: it is %s", target, p->vm->name,
                        disk->read_only ? "read-only" : disk->device);
    if (when_is(p, "next-boot"))
        make_impossible(part, ERROR_INVALID, "a disk grows at once, not at the next boot");
    if (sample != NULL && (sample->valid & DISK_HAS_CAPACITY) != 0 &&
        part->value <= sample->capacity_bytes) {
        char has[32];
        resize_size_text(has, sizeof(has), sample->capacity_bytes);
        make_impossible(part, ERROR_INVALID, "%s of %s has %s already: a disk can only grow",
                        target, p->vm->name, has);
    }
    part->now = part->impossible[0] == '\0';
}

static void ask(struct resize_plan *plan, enum resize_part_kind kind,
                const struct command_call *call, const char *argument, uint64_t unit)
{
    double number = 0.0;
    plan->parts[kind].asked = command_number(call, argument, &number);
    plan->parts[kind].value = (uint64_t)number / unit;
}

static bool read_call(struct resize_plan *plan, const struct command_call *call, struct error *err)
{
    ask(plan, RESIZE_VCPUS_MAX, call, "vcpus-max", 1);
    ask(plan, RESIZE_VCPUS, call, "vcpus", 1);
    ask(plan, RESIZE_MEMORY_MAX, call, "memory-max", KIB);
    ask(plan, RESIZE_MEMORY, call, "memory", KIB);
    ask(plan, RESIZE_DISK, call, "size", 1);
    plan->disk = command_text(call, "disk");
    struct resize_part *disk = &plan->parts[RESIZE_DISK];
    disk->value = (disk->value + 511) / 512 * 512; // disks consist of whole sectors
    if (plan->disk != NULL && !disk->asked)
        return error_set(err, ERROR_INVALID, 0, "resize: --disk needs --size, the new size");
    if (plan->disk == NULL && disk->asked)
        return error_set(err, ERROR_INVALID, 0, "resize: --size needs --disk, the disk to grow");
    for (size_t i = 0; i < RESIZE_PART_COUNT; i++) {
        if (plan->parts[i].asked)
            return true;
    }
    return error_set(err, ERROR_INVALID, 0,
                     "resize needs something to change: --vcpus, --vcpus-max, --memory, "
                     "--memory-max, or --disk with --size");
}

bool resize_plan_make(struct resize_plan *plan, const struct command_call *call,
                      const struct host_snapshot *host, const struct vm_sample *vm,
                      struct error *err)
{
    *plan = (struct resize_plan){0};
    if (!read_call(plan, call, err))
        return false;
    const char *when = command_text(call, "when");
    const struct planning p = {
        .plan = plan,
        .host = host,
        .vm = vm,
        .when = when != NULL ? when : "",
        .active = vm_state_is_active(vm->state),
        .transient = (vm->valid & VM_HAS_PERSISTENT) != 0 && !vm->persistent,
        .software = vm->definition != NULL && str_equal(vm->definition->type, "qemu"),
    };
    if (plan->parts[RESIZE_VCPUS_MAX].asked)
        place_most(&p, &plan->parts[RESIZE_VCPUS_MAX], "vCPUs");
    if (plan->parts[RESIZE_MEMORY_MAX].asked)
        place_most(&p, &plan->parts[RESIZE_MEMORY_MAX], "memory");
    if (plan->parts[RESIZE_DISK].asked)
        plan_disk(&p);
    if (plan->parts[RESIZE_VCPUS].asked)
        plan_vcpus(&p);
    if (plan->parts[RESIZE_MEMORY].asked)
        plan_memory(&p);
    return true;
}

bool resize_plan_check(const struct resize_plan *plan, struct error *err)
{
    for (size_t i = 0; i < RESIZE_PART_COUNT; i++) {
        if (plan->parts[i].impossible[0] != '\0')
            return error_set(err, plan->parts[i].impossible_kind, 0, "%s",
                             plan->parts[i].impossible);
    }
    return true;
}
