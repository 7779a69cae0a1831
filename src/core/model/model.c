// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static const char *const state_names[] = {
    [VM_STATE_UNKNOWN] = "no state",
    [VM_STATE_RUNNING] = "running",
    [VM_STATE_IDLE] = "idle",
    [VM_STATE_PAUSED] = "paused",
    [VM_STATE_SHUTTING_DOWN] = "in shutdown",
    [VM_STATE_SHUT_OFF] = "shut off",
    [VM_STATE_CRASHED] = "crashed",
    [VM_STATE_SUSPENDED] = "pmsuspended",
};
_Static_assert(ARRAY_COUNT(state_names) == VM_STATE_COUNT, "every state has a name");

static const char *const capability_texts[] = {
    [HOST_CAN_CHANGE] = "changing anything",
    [HOST_CAN_SAVE] = "suspending to disk",
    [HOST_CAN_AUTOSTART] = "starting VMs by itself",
    [HOST_CAN_RENAME] = "renaming VMs",
    [HOST_CAN_UNDEFINE] = "deleting VMs",
    [HOST_CAN_SNAPSHOT] = "snapshots",
    [HOST_CAN_SNAPSHOT_DISK_ONLY] = "snapshots of the disks only",
    [HOST_CAN_BALLOON] = "changing the memory of a running VM",
    [HOST_CAN_VCPU_HOTPLUG] = "changing the vCPUs of a running VM",
    [HOST_CAN_DISK_GROW] = "growing disks",
    [HOST_CAN_CONSOLE] = "serial consoles",
    [HOST_CAN_AGENT] = "talking to the guest agent",
    [HOST_CAN_RESET] = "resetting VMs",
    [HOST_CAN_PAUSE] = "pausing VMs",
};
_Static_assert(ARRAY_COUNT(capability_texts) == HOST_CAPABILITY_COUNT,
               "every capability has a text");
_Static_assert(HOST_CAPABILITY_COUNT <= 64, "capabilities fit into a bit set");

const char *vm_state_name(enum vm_state state)
{
    if ((size_t)state >= ARRAY_COUNT(state_names))
        return state_names[VM_STATE_UNKNOWN];
    return state_names[state];
}

bool vm_state_is_active(enum vm_state state)
{
    switch (state) {
    case VM_STATE_RUNNING:
    case VM_STATE_IDLE:
    case VM_STATE_PAUSED:
    case VM_STATE_SHUTTING_DOWN:
    case VM_STATE_SUSPENDED:
        return true;
    default:
        return false;
    }
}

const char *host_capability_text(enum host_capability capability)
{
    if ((size_t)capability >= ARRAY_COUNT(capability_texts))
        return "this";
    return capability_texts[capability];
}

struct vm_definition *vm_definition_create(void)
{
    struct vm_definition *definition = memory_alloc(sizeof(*definition));
    refcount_init(&definition->refs);
    return definition;
}

struct vm_definition *vm_definition_ref(struct vm_definition *definition)
{
    if (definition != NULL)
        refcount_ref(&definition->refs);
    return definition;
}

static void disk_definition_finish(struct disk_definition *disk)
{
    free(disk->target);
    free(disk->bus);
    free(disk->device);
    free(disk->format);
    free(disk->source);
}

static void nic_definition_finish(struct nic_definition *nic)
{
    free(nic->mac);
    free(nic->type);
    free(nic->model);
    free(nic->source);
    free(nic->target);
}

void vm_definition_unref(struct vm_definition *definition)
{
    if (definition == NULL || !refcount_unref(&definition->refs))
        return;
    for (size_t i = 0; i < definition->disk_count; i++)
        disk_definition_finish(&definition->disks[i]);
    for (size_t i = 0; i < definition->nic_count; i++)
        nic_definition_finish(&definition->nics[i]);
    free(definition->disks);
    free(definition->nics);
    free(definition->type);
    free(definition->arch);
    free(definition->machine);
    free(definition->emulator);
    free(definition->firmware);
    free(definition->title);
    free(definition->description);
    free(definition);
}

const struct disk_definition *vm_definition_disk(const struct vm_definition *definition,
                                                 const char *target)
{
    if (definition == NULL || target == NULL)
        return NULL;
    for (size_t i = 0; i < definition->disk_count; i++) {
        const struct disk_definition *disk = &definition->disks[i];
        if (disk->target != NULL && strcmp(disk->target, target) == 0)
            return disk;
    }
    return NULL;
}

struct vm_detail *vm_detail_create(void)
{
    struct vm_detail *detail = memory_alloc(sizeof(*detail));
    refcount_init(&detail->refs);
    return detail;
}

struct vm_detail *vm_detail_ref(struct vm_detail *detail)
{
    if (detail != NULL)
        refcount_ref(&detail->refs);
    return detail;
}

void vm_detail_unref(struct vm_detail *detail)
{
    if (detail == NULL || !refcount_unref(&detail->refs))
        return;
    for (size_t i = 0; i < detail->snapshot_count; i++) {
        free(detail->snapshots[i].name);
        free(detail->snapshots[i].parent);
        free(detail->snapshots[i].description);
    }
    free(detail->snapshots);
    free(detail->snapshots_unknown_why);
    free(detail->xml);
    free(detail);
}

static void *copy_array(const void *from, size_t count, size_t size)
{
    if (count == 0)
        return NULL;
    void *to = memory_array(count, size);
    memcpy(to, from, count * size);
    return to;
}

void vm_sample_copy(struct vm_sample *to, const struct vm_sample *from)
{
    *to = *from;
    to->name = memory_strdup(from->name);
    to->vcpus = copy_array(from->vcpus, from->vcpu_count, sizeof(*from->vcpus));
    to->disks = copy_array(from->disks, from->disk_count, sizeof(*from->disks));
    for (size_t i = 0; i < to->disk_count; i++) {
        to->disks[i].target = memory_strdup(from->disks[i].target);
        to->disks[i].source = memory_strdup(from->disks[i].source);
    }
    to->nics = copy_array(from->nics, from->nic_count, sizeof(*from->nics));
    for (size_t i = 0; i < to->nic_count; i++)
        to->nics[i].name = memory_strdup(from->nics[i].name);
    vm_definition_ref(to->definition);
    vm_detail_ref(to->detail);
}

void vm_sample_finish(struct vm_sample *vm)
{
    if (vm == NULL)
        return;
    for (size_t i = 0; i < vm->disk_count; i++) {
        free(vm->disks[i].target);
        free(vm->disks[i].source);
    }
    for (size_t i = 0; i < vm->nic_count; i++)
        free(vm->nics[i].name);
    free(vm->disks);
    free(vm->nics);
    free(vm->vcpus);
    free(vm->name);
    vm_definition_unref(vm->definition);
    vm_detail_unref(vm->detail);
    *vm = (struct vm_sample){0};
}
