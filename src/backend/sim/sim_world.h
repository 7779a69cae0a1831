// SPDX-License-Identifier: GPL-2.0-or-later
// Inside of the simulated host, shared by the files of this folder. Everything in a world but its
// settings is under its lock; time is nanoseconds since the world began.
#ifndef VMTUI_BACKEND_SIM_SIM_WORLD_H
#define VMTUI_BACKEND_SIM_SIM_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/driver.h"
#include "backend/sim/sim.h"
#include "core/model/model.h"
#include "core/refcount.h"

enum {
    SIM_VCPUS_MAX = 16,
    SIM_DISKS_MAX = 3,
    SIM_NICS_MAX = 2,
    SIM_SNAPSHOTS_MAX = 1000,
    SIM_EVENTS_KEPT = 1024,
};

#define SIM_QUANTUM_NS NS_PER_SECOND // what a workload does changes at whole seconds

enum sim_workload_kind {
    SIM_IDLE,
    SIM_STEADY,
    SIM_DIURNAL,
    SIM_BURST,
    SIM_LEAK,
    SIM_CACHER,
    SIM_IO_HEAVY,
    SIM_NET_HEAVY,
    SIM_WORKLOAD_KIND_COUNT
};

struct sim_workload {
    enum sim_workload_kind kind;
    double level;    // 0..1, how much of its kind it is
    double period_s; // of diurnal, burst, leak
    double phase_s;
};

struct sim_demand {       // of one VM in one quantum
    double cpu;           // of each vCPU, 0..1
    double used, cache;   // of the memory maximum
    double read, write;   // bytes a second
    double latency_ms;    // of a disk request
    double receive, send; // bytes a second
};

struct sim_vcpu {
    double time_ns, delay_ns;
};

struct sim_disk {
    char target[8];
    char *source;
    uint64_t capacity_bytes;
    double allocation_bytes;
    double read_bytes, read_requests, read_time_ns;
    double write_bytes, write_requests, write_time_ns;
    double flush_requests, flush_time_ns;
};

struct sim_nic {
    char name[16];
    double rx_bytes, rx_packets, rx_drops;
    double tx_bytes, tx_packets;
};

struct sim_snapshot {
    char *name, *parent, *description;
    int64_t created_s;
    enum vm_state state;
    bool memory_included;
};

struct sim_console;

struct sim_vm {
    char uuid[VM_UUID_SIZE];
    char *name;
    uint64_t number; // of the workload's randomness
    enum vm_state state;
    const char *reason;
    int id;
    bool autostart, has_managed_save, has_agent, hung;
    struct sim_workload workload;
    unsigned vcpus_current, vcpus_max, next_vcpus_current, next_vcpus_max;
    uint64_t memory_max_kib, balloon_target_kib, next_memory_max_kib, next_balloon_kib;
    uint64_t figures_ns, boot_until_ns, last_update_ns;
    double balloon_kib, used_kib, cache_kib, rss_kib, swapped_kib;
    double swap_in_kib, swap_out_kib, major_faults, cpu_user_ns, cpu_system_ns;
    struct sim_vcpu vcpus[SIM_VCPUS_MAX];
    struct sim_disk disks[SIM_DISKS_MAX];
    size_t disk_count;
    struct sim_nic nics[SIM_NICS_MAX];
    size_t nic_count;
    struct sim_snapshot *snapshots; // parents before children
    size_t snapshot_count;
    char *current_snapshot; // NULL: none
    uint64_t pending_ns;    // when the state below comes; 0: nothing is pending
    enum vm_state pending_state;
    uint64_t demand_quantum; // of the demand below, plus one; 0: none yet
    struct sim_demand demand;
    struct vm_definition *definition; // NULL: to be made again
    struct sim_console *console;      // who has it open
};

struct sim_event {
    char uuid[VM_UUID_SIZE];
    char name[128];
    char what[64];
};

struct sim_world {
    struct refcount refs;
    char *uri;
    struct sim_settings settings;
    struct sim_world *next; // in the table of worlds
    uint64_t origin_ns;     // monotonic time at which the world began
    uint64_t origin_wall_ms;

    pthread_mutex_t lock;
    pthread_cond_t changed; // time was turned, a script changed, an event was posted
    bool manual_clock;
    uint64_t manual_ns;
    uint64_t now_ns; // how far the figures have come
    struct sim_vm **vms;
    size_t vm_count;
    int next_id;
    uint64_t draws; // of the randomness of operations
    unsigned cpus;
    uint64_t memory_total_kib;
    double cpu_user_ns, cpu_system_ns, cpu_idle_ns, cpu_iowait_ns;
    double load_1, load_5, load_15, cpu_pressure, io_pressure;
    struct sim_event events[SIM_EVENTS_KEPT]; // ring
    uint64_t event_count;                     // ever posted
    uint64_t drops;                           // how often connections were dropped
    char drop_why[192];
    uint64_t open_stall_until_ns, sample_stall_until_ns, command_stall_until_ns; // monotonic
    bool refuse_open;
    struct error fail_next; // kind ERROR_NONE: nothing
    unsigned open_attempts, samples, connections;
};

// sim_world.c
struct sim_world *sim_world_ref(struct sim_world *world);
void sim_world_lock(struct sim_world *world);
void sim_world_unlock(struct sim_world *world);
uint64_t sim_world_time(const struct sim_world *world);
// Waits, the lock let go meanwhile, for at most ms real milliseconds or until something changed.
void sim_world_wait(struct sim_world *world, uint64_t ms);
struct sim_vm *sim_world_vm(struct sim_world *world, const char *uuid); // NULL: not there
struct sim_vm *sim_world_vm_named(struct sim_world *world, const char *name);
void sim_world_post(struct sim_world *world, const struct sim_vm *vm, const char *what);
void sim_world_remove(struct sim_world *world, struct sim_vm *vm);
uint64_t sim_random(struct sim_world *world, uint64_t limit); // 0..limit-1, the next draw
bool sim_world_in_stall(const struct sim_world *world);       // of stall_at_s and stall_for_s

// sim_vm.c
void sim_vm_destroy(struct sim_vm *vm);
void sim_vm_power_on(struct sim_world *world, struct sim_vm *vm, const char *reason);
void sim_vm_power_off(struct sim_world *world, struct sim_vm *vm, enum vm_state state,
                      const char *reason);
void sim_vm_forget_definition(struct sim_vm *vm);
struct vm_definition *sim_vm_definition(struct sim_vm *vm); // made when needed; owned by the VM
uint64_t sim_vm_least_balloon_kib(const struct sim_vm *vm);

// sim_populate.c
void sim_populate(struct sim_world *world);

// sim_workload.c
uint64_t sim_hash(uint64_t a, uint64_t b, uint64_t c);
void sim_workload_demand(const struct sim_world *world, const struct sim_vm *vm, uint64_t quantum,
                         struct sim_demand *demand);

// sim_advance.c: brings every figure and pending change up to the world's time.
void sim_advance(struct sim_world *world);
uint64_t sim_next_pending_ns(const struct sim_world *world); // UINT64_MAX: nothing is pending

// sim_sample.c
struct host_snapshot *sim_sample(struct sim_world *world, const struct interest *interest,
                                 const char *host_name, bool read_only);

// sim_snapshot.c: the VM's own snapshots.
const struct sim_snapshot *sim_snapshot_find(const struct sim_vm *vm, const char *name);
void sim_snapshot_add(struct sim_world *world, struct sim_vm *vm, const char *name,
                      const char *description, bool disk_only);
void sim_snapshot_delete(struct sim_vm *vm, const char *name, unsigned flags);
void sim_snapshots_finish(struct sim_vm *vm);

// sim_operation.c: called without the lock.
bool sim_execute(struct sim_world *world, uint64_t drops_at_open, bool read_only,
                 const struct operation *operation, struct operation_control *control,
                 struct error *err);

// sim_console.c
struct console_stream *sim_console_open(struct sim_world *world, const char *uuid, bool force,
                                        const struct console_sink *sink, struct error *err);

#endif
