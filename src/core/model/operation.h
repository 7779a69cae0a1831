// SPDX-License-Identifier: GPL-2.0-or-later
// One thing to be done to one VM: what a command becomes and what a driver executes. Plain values,
// one owner at a time; whoever submits it gives it away.
#ifndef VMTUI_CORE_MODEL_OPERATION_H
#define VMTUI_CORE_MODEL_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/model/model.h"

enum operation_kind {
    OPERATION_START,
    OPERATION_SHUTDOWN,
    OPERATION_REBOOT,
    OPERATION_RESET,
    OPERATION_FORCE_OFF,
    OPERATION_PAUSE,
    OPERATION_RESUME,
    OPERATION_SAVE,            // suspend to disk
    OPERATION_RESTORE,         // start from what SAVE kept
    OPERATION_AUTOSTART,       // number: 1 on, 0 off
    OPERATION_RENAME,          // name: the new one
    OPERATION_DELETE,          // FLAG_DELETE_DISKS: see there
    OPERATION_SNAPSHOT_CREATE, // name, description; FLAG_DISK_ONLY, FLAG_QUIESCE
    OPERATION_SNAPSHOT_REVERT, // name; FLAG_THEN_RUNNING, FLAG_THEN_PAUSED
    OPERATION_SNAPSHOT_DELETE, // name; FLAG_CHILDREN, FLAG_CHILDREN_ONLY
    OPERATION_SET_VCPUS,       // number; FLAG_LIVE, FLAG_NEXT_BOOT
    OPERATION_SET_VCPUS_MAX,   // number; at the next boot
    OPERATION_SET_BALLOON,     // memory_kib; FLAG_LIVE, FLAG_NEXT_BOOT
    OPERATION_SET_MEMORY_MAX,  // memory_kib; at the next boot
    OPERATION_DISK_GROW,       // disk (target), size_bytes: the new, larger size
    OPERATION_KIND_COUNT
};

enum operation_flag {
    OPERATION_FLAG_AGENT = 1u << 0, // through the guest agent
    OPERATION_FLAG_ACPI = 1u << 1,  // by the power button; neither: the hypervisor's own choice
    OPERATION_FLAG_LIVE = 1u << 2,
    OPERATION_FLAG_NEXT_BOOT = 1u << 3,
    OPERATION_FLAG_DISK_ONLY = 1u << 4,
    OPERATION_FLAG_QUIESCE = 1u << 5,
    OPERATION_FLAG_CHILDREN = 1u << 6,
    OPERATION_FLAG_CHILDREN_ONLY = 1u << 7,
    OPERATION_FLAG_THEN_RUNNING = 1u << 8,
    OPERATION_FLAG_THEN_PAUSED = 1u << 9,
    // Removes the files of writable, unshared file disks that no other VM of the host uses.
    OPERATION_FLAG_DELETE_DISKS = 1u << 10,
    OPERATION_FLAG_PAUSED = 1u << 11, // start paused
};

struct operation {
    enum operation_kind kind;
    unsigned flags; // enum operation_flag
    char uuid[VM_UUID_SIZE];
    char *vm_name; // as the person saw it; for messages, never for finding the VM
    char *host;    // host_snapshot.name
    char *name;    // snapshot's or new name
    char *description;
    char *disk; // target: "vda"
    unsigned number;
    uint64_t memory_kib;
    uint64_t size_bytes;
    char *command_line; // the equivalent shell command, for the event log; may be NULL
};

// "snapshot", "force off": as job lines name it.
const char *operation_kind_name(enum operation_kind kind);
struct operation *operation_create(enum operation_kind kind, const struct vm_sample *vm,
                                   const char *host);
struct operation *operation_copy(const struct operation *operation);
void operation_destroy(struct operation *operation); // takes NULL

#endif
