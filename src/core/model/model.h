// SPDX-License-Identifier: GPL-2.0-or-later
// What one sample of a host looks like: the host, its VMs, their disks and interfaces.
// A host_snapshot is filled by one driver on one thread, then frozen and shared by reference; it
// holds no handle of any library. Counters are the hypervisor's own, cumulative since the VM
// started; rates are the monitor's business. A field is meaningful only when its bit is set in
// `valid`: not known is never zero. All text is scrubbed UTF-8.
#ifndef VMTUI_CORE_MODEL_MODEL_H
#define VMTUI_CORE_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/refcount.h"

#define VM_UUID_SIZE 37 // 36 characters and a NUL

enum vm_state {
    VM_STATE_UNKNOWN,
    VM_STATE_RUNNING,
    VM_STATE_IDLE, // Xen's "blocked": runnable, waiting
    VM_STATE_PAUSED,
    VM_STATE_SHUTTING_DOWN,
    VM_STATE_SHUT_OFF,
    VM_STATE_CRASHED,
    VM_STATE_SUSPENDED, // guest's own power management
    VM_STATE_COUNT
};

// The word that virsh prints: "running", "shut off", "in shutdown", ...
const char *vm_state_name(enum vm_state state);
// Running, idle, paused, shutting down or suspended: it has a process and memory.
bool vm_state_is_active(enum vm_state state);

enum vm_field {
    VM_HAS_REASON = 1u << 0,
    VM_HAS_CPU_TIME = 1u << 1,
    VM_HAS_VCPU_COUNT = 1u << 2,
    VM_HAS_MEMORY_MAX = 1u << 3,
    VM_HAS_BALLOON = 1u << 4,
    VM_HAS_UNUSED = 1u << 5,
    VM_HAS_AVAILABLE = 1u << 6,
    VM_HAS_USABLE = 1u << 7,
    VM_HAS_CACHE = 1u << 8,
    VM_HAS_SWAP = 1u << 9,
    VM_HAS_MAJOR_FAULTS = 1u << 10,
    VM_HAS_RSS = 1u << 11,
    VM_HAS_LAST_UPDATE = 1u << 12,
    VM_HAS_CPU_SPLIT = 1u << 13, // cpu_user_ns and cpu_system_ns
    VM_HAS_AUTOSTART = 1u << 14,
    VM_HAS_MANAGED_SAVE = 1u << 15,
    VM_HAS_PERSISTENT = 1u << 16,
    VM_HAS_SNAPSHOT_COUNT = 1u << 17,
};

enum vcpu_state { VCPU_OFFLINE, VCPU_RUNNING, VCPU_BLOCKED };

struct vcpu_sample {
    unsigned number;
    enum vcpu_state state;
    bool has_time, has_delay;
    uint64_t time_ns;  // CPU time used
    uint64_t delay_ns; // runnable but not run: what the guest sees as steal ("ready")
};

enum disk_field {
    DISK_HAS_READ = 1u << 0,       // read_bytes, read_requests
    DISK_HAS_WRITE = 1u << 1,      // write_bytes, write_requests
    DISK_HAS_READ_TIME = 1u << 2,  // for latency
    DISK_HAS_WRITE_TIME = 1u << 3, //
    DISK_HAS_FLUSH = 1u << 4,
    DISK_HAS_CAPACITY = 1u << 5,
    DISK_HAS_ALLOCATION = 1u << 6,
    DISK_HAS_PHYSICAL = 1u << 7,
};

struct disk_sample {
    unsigned valid; // enum disk_field
    char *target;   // "vda"; never NULL
    char *source;   // path or URL; NULL when the drive is empty
    uint64_t read_bytes, read_requests, read_time_ns;
    uint64_t write_bytes, write_requests, write_time_ns;
    uint64_t flush_requests, flush_time_ns;
    uint64_t capacity_bytes, allocation_bytes, physical_bytes;
};

enum nic_field {
    NIC_HAS_RX = 1u << 0, // all four rx counters
    NIC_HAS_TX = 1u << 1,
};

struct nic_sample {
    unsigned valid; // enum nic_field
    char *name;     // host side: "vnet0"; never NULL
    uint64_t rx_bytes, rx_packets, rx_errors, rx_drops;
    uint64_t tx_bytes, tx_packets, tx_errors, tx_drops;
};

// What the domain's definition says; read once per change and shared by every later sample.
struct disk_definition {
    char *target, *bus, *device; // "vda", "virtio", "disk" | "cdrom" | "floppy" | "lun"
    char *format, *source;       // "qcow2"; path or URL, NULL when empty
    bool read_only, shareable;
};

struct nic_definition {
    char *mac, *type, *model, *source, *target; // any may be NULL but type
};

struct vm_definition {
    struct refcount refs;
    char *type;                        // "kvm", "qemu" (software emulation), "xen", ...
    char *arch, *machine, *emulator;   // NULL when not said
    char *firmware;                    // "bios" or "efi"
    char *title, *description;         // NULL when not said
    unsigned vcpus_max, vcpus_current; // 0 when not said
    uint64_t memory_max_kib, memory_current_kib;
    unsigned balloon_period_s; // 0: the guest reports no memory figures
    bool has_balloon, has_serial_console, has_agent_channel, has_hostdev, has_hugepages;
    bool memory_locked, has_nvram;
    struct disk_definition *disks;
    size_t disk_count;
    struct nic_definition *nics;
    size_t nic_count;
};

struct vm_definition *vm_definition_create(void);                          // zeroed, one holder
struct vm_definition *vm_definition_ref(struct vm_definition *definition); // takes NULL
void vm_definition_unref(struct vm_definition *definition);                // takes NULL

struct vm_snapshot_info {              // one of the VM's own snapshots
    char *name, *parent, *description; // parent, description: NULL when none
    int64_t created_s;                 // since 1970
    enum vm_state state;               // of the VM when it was taken
    bool current, memory_included, external;
};

// What is fetched only for the VM that somebody looks at.
struct vm_detail {
    struct refcount refs;
    struct vm_snapshot_info *snapshots; // parents before children
    size_t snapshot_count;
    char *snapshots_unknown_why; // NULL when the list above is known
    char *xml;                   // the definition, scrubbed; NULL when not known
};

struct vm_detail *vm_detail_create(void);
struct vm_detail *vm_detail_ref(struct vm_detail *detail);
void vm_detail_unref(struct vm_detail *detail);

struct vm_sample {
    char uuid[VM_UUID_SIZE];
    char *name;     // never NULL, never empty
    int id;         // the hypervisor's number while it runs, else -1
    uint64_t valid; // enum vm_field
    enum vm_state state;
    const char *reason; // static text: "booted", "crashed", "user", ...
    bool persistent, autostart, has_managed_save;
    bool hung;           // its QEMU does not answer; the figures are old
    uint64_t sampled_ns; // monotonic time of the figures below; 0: never
    uint64_t cpu_time_ns, cpu_user_ns, cpu_system_ns;
    unsigned vcpus_current, vcpus_max;
    struct vcpu_sample *vcpus;
    size_t vcpu_count;
    uint64_t memory_max_kib; // what the VM may have at the most
    uint64_t balloon_kib;    // what it has now
    uint64_t unused_kib, available_kib, usable_kib, cache_kib, rss_kib;
    uint64_t swap_in_kib, swap_out_kib, major_faults; // cumulative
    uint64_t last_update_s;                           // when the guest last reported
    unsigned snapshot_count;
    struct disk_sample *disks;
    size_t disk_count;
    struct nic_sample *nics;
    size_t nic_count;
    struct vm_definition *definition; // NULL until it was read
    struct vm_detail *detail;         // only for the VM in focus, else NULL
};

// What a host can do; asked of the connection, never assumed.
enum host_capability {
    HOST_CAN_CHANGE, // false on a read-only connection
    HOST_CAN_SAVE,   // suspend to disk
    HOST_CAN_AUTOSTART,
    HOST_CAN_RENAME,
    HOST_CAN_UNDEFINE,
    HOST_CAN_SNAPSHOT,
    HOST_CAN_SNAPSHOT_DISK_ONLY,
    HOST_CAN_BALLOON,
    HOST_CAN_VCPU_HOTPLUG,
    HOST_CAN_DISK_GROW,
    HOST_CAN_CONSOLE,
    HOST_CAN_AGENT,
    HOST_CAN_RESET,
    HOST_CAN_PAUSE,
    HOST_CAPABILITY_COUNT
};

// "suspending to disk", as in "this hypervisor cannot do SUSPENDING TO DISK".
const char *host_capability_text(enum host_capability capability);

enum host_field {
    HOST_HAS_CPU = 1u << 0,
    HOST_HAS_MEMORY = 1u << 1, // total and free
    HOST_HAS_MEMORY_AVAILABLE = 1u << 2,
    HOST_HAS_LOAD = 1u << 3,
    HOST_HAS_PRESSURE = 1u << 4,
};

struct host_snapshot {
    struct refcount refs;
    char *name;            // what the screen calls it
    char *uri;             // as connected, without a password
    char *hypervisor;      // "QEMU 7.2.22"; NULL when not known
    char *library_version; // "libvirt 9.0.0"; NULL when not known
    char *arch, *cpu_model;
    char *acceleration; // "KVM", or "software emulation: /dev/kvm ..."; NULL when not known
    char **notices;     // sentences that the screen shows ("QEMU runs as root: ...")
    size_t notice_count;
    uint64_t capabilities; // bit per enum host_capability
    uint64_t valid;        // enum host_field
    uint64_t sampled_ns;   // monotonic
    uint64_t sampled_wall_ms;
    uint64_t sample_cost_ns; // how long the statistics call took
    double tick_s;           // between samples at present, set by the session; 0: not known
    bool local;              // its /proc is ours
    unsigned cpus;
    uint64_t cpu_user_ns, cpu_system_ns, cpu_idle_ns, cpu_iowait_ns, cpu_steal_ns; // cumulative
    uint64_t memory_total_kib, memory_free_kib, memory_available_kib, memory_cache_kib;
    double load_1, load_5, load_15;
    double psi_cpu_some_10, psi_memory_some_10, psi_memory_full_10, psi_io_some_10, psi_io_full_10;
    struct vm_sample *vms; // sorted by uuid
    size_t vm_count;
};

struct host_snapshot *host_snapshot_create(void);                        // zeroed, one holder
struct host_snapshot *host_snapshot_ref(struct host_snapshot *snapshot); // takes NULL
void host_snapshot_unref(struct host_snapshot *snapshot);                // takes NULL
// Makes room for count VMs, all zeroed (count is bounded by the caller).
void host_snapshot_set_vm_count(struct host_snapshot *snapshot, size_t count);
void host_snapshot_add_notice(struct host_snapshot *snapshot, const char *text);
// Sorts the VMs by uuid; called once, before the snapshot is shared.
void host_snapshot_freeze(struct host_snapshot *snapshot);
const struct vm_sample *host_snapshot_find(const struct host_snapshot *snapshot, const char *uuid);
bool host_snapshot_can(const struct host_snapshot *snapshot, enum host_capability capability);

// Deep copies everything but definition and detail, which are shared. `to` is overwritten.
void vm_sample_copy(struct vm_sample *to, const struct vm_sample *from);
void vm_sample_finish(struct vm_sample *vm); // takes NULL or a zeroed one
// Disk with that target in a definition; NULL when there is none (or no definition).
const struct disk_definition *vm_definition_disk(const struct vm_definition *definition,
                                                 const char *target);

#endif
