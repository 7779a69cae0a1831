// SPDX-License-Identifier: GPL-2.0-or-later
// Time passes. Within one quantum every rate is constant, so counters come out the same however the
// time is cut into steps; a long pause of the program is taken in longer strides.
#include <math.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"

enum { STRIDES_MAX = 600 };

#define BALLOON_KIB_PER_S (256 * 1024.0)
#define MEMORY_KIB_PER_S  (64 * 1024.0)
#define SWAP_KIB_PER_S    (8 * 1024.0)
#define REQUEST_BYTES     16384.0
#define PACKET_BYTES      900.0

static double toward(double value, double target, double most)
{
    if (fabs(target - value) <= most)
        return target;
    return value + (target > value ? most : -most);
}

static void advance_memory(struct sim_vm *vm, const struct sim_demand *demand, double seconds)
{
    double least = (double)sim_vm_least_balloon_kib(vm);
    double target = (double)vm->balloon_target_kib;
    if (target < least)
        target = least < vm->balloon_kib ? least : vm->balloon_kib;
    vm->balloon_kib = toward(vm->balloon_kib, target, BALLOON_KIB_PER_S * seconds);

    double available = vm->balloon_kib * 0.96;
    double wanted = (double)vm->memory_max_kib * demand->used;
    double fits = wanted < available * 0.97 ? wanted : available * 0.97;
    vm->used_kib = toward(vm->used_kib, fits, MEMORY_KIB_PER_S * seconds);
    double cache = (double)vm->memory_max_kib * demand->cache;
    double room = available - vm->used_kib;
    cache = cache < room * 0.9 ? cache : room * 0.9;
    vm->cache_kib = toward(vm->cache_kib, cache > 0 ? cache : 0, MEMORY_KIB_PER_S * seconds);
    if (vm->cache_kib > room)
        vm->cache_kib = room > 0 ? room : 0;

    double excess = wanted - fits;
    double swapped = toward(vm->swapped_kib, excess, SWAP_KIB_PER_S * seconds);
    if (swapped > vm->swapped_kib)
        vm->swap_out_kib += swapped - vm->swapped_kib;
    else
        vm->swap_in_kib += vm->swapped_kib - swapped;
    vm->swapped_kib = swapped;
    // Whoever swaps reads some of it back all the time.
    double thrashed = swapped > 1024 ? 300.0 * seconds : 0;
    vm->swap_in_kib += thrashed * 4;
    vm->major_faults += thrashed + 0.05 * seconds;

    double rss = vm->used_kib + vm->cache_kib + 80 * 1024;
    double floor = rss > vm->rss_kib ? rss : vm->rss_kib; // a host page once touched stays
    vm->rss_kib = floor < vm->balloon_kib + 80 * 1024 ? floor : vm->balloon_kib + 80 * 1024;
}

static void advance_disks(struct sim_vm *vm, const struct sim_demand *demand, double seconds)
{
    for (size_t i = 0; i < vm->disk_count; i++) {
        struct sim_disk *disk = &vm->disks[i];
        double part = i == 0 && vm->disk_count > 1 ? 0.3 : 1.0 / (double)vm->disk_count;
        double read = demand->read * part * seconds, written = demand->write * part * seconds;
        disk->read_bytes += read;
        disk->read_requests += read / REQUEST_BYTES;
        disk->read_time_ns += read / REQUEST_BYTES * demand->latency_ms * 1e6;
        disk->write_bytes += written;
        disk->write_requests += written / REQUEST_BYTES;
        disk->write_time_ns += written / REQUEST_BYTES * demand->latency_ms * 1.5e6;
        disk->flush_requests += written / REQUEST_BYTES / 20;
        disk->flush_time_ns += written / REQUEST_BYTES / 20 * demand->latency_ms * 4e6;
        double allocation = disk->allocation_bytes + written * 0.01;
        double capacity = (double)disk->capacity_bytes;
        disk->allocation_bytes = allocation < capacity ? allocation : capacity;
    }
}

static void advance_nics(struct sim_vm *vm, const struct sim_demand *demand, double seconds)
{
    for (size_t i = 0; i < vm->nic_count; i++) {
        struct sim_nic *nic = &vm->nics[i];
        double part = i == 0 ? 0.8 : 0.2;
        nic->rx_bytes += demand->receive * part * seconds;
        nic->rx_packets += demand->receive * part * seconds / PACKET_BYTES;
        nic->tx_bytes += demand->send * part * seconds;
        nic->tx_packets += demand->send * part * seconds / PACKET_BYTES;
        if (demand->receive > 60e6)
            nic->rx_drops += seconds * 3;
    }
}

// granted: the part of what is wanted that the host's CPUs can give. Returns the CPU seconds used.
static double advance_cpu(struct sim_vm *vm, const struct sim_demand *demand, double granted,
                          double seconds)
{
    double total_ns = 0;
    for (unsigned i = 0; i < vm->vcpus_current; i++) {
        // The first vCPUs of a guest do a little more than the last.
        double share = 1.15 - 0.3 * i / (vm->vcpus_current > 1 ? vm->vcpus_current - 1 : 1);
        double want = demand->cpu * (vm->vcpus_current > 1 ? share : 1);
        want = want < 1 ? want : 1;
        double used_ns = want * granted * seconds * 1e9;
        vm->vcpus[i].time_ns += used_ns;
        vm->vcpus[i].delay_ns += want * (1 - granted) * seconds * 1e9 + 0.002 * used_ns;
        total_ns += used_ns;
    }
    vm->cpu_user_ns += total_ns * 0.85;
    vm->cpu_system_ns += total_ns * 0.18;
    return total_ns * 1.03 / 1e9;
}

static bool is_working(const struct sim_vm *vm)
{
    return !vm->hung && (vm->state == VM_STATE_RUNNING || vm->state == VM_STATE_SHUTTING_DOWN);
}

static double refresh_demands(struct sim_world *world)
{
    uint64_t quantum = world->now_ns / SIM_QUANTUM_NS;
    double wanted_cpus = 0;
    for (size_t i = 0; i < world->vm_count; i++) {
        struct sim_vm *vm = world->vms[i];
        if (!is_working(vm))
            continue;
        if (vm->demand_quantum != quantum + 1) {
            sim_workload_demand(world, vm, quantum, &vm->demand);
            vm->demand_quantum = quantum + 1;
        }
        wanted_cpus += vm->demand.cpu * vm->vcpus_current;
    }
    return wanted_cpus;
}

static void advance_host(struct sim_world *world, double used_s, double wanted_cpus, double written,
                         double seconds)
{
    double capacity_s = world->cpus * seconds;
    used_s = used_s < capacity_s ? used_s : capacity_s;
    double left_s = capacity_s - used_s;
    double iowait_s = left_s * 0.2 * (written / (written + 500e6));
    world->cpu_user_ns += used_s * 0.88e9;
    world->cpu_system_ns += used_s * 0.12e9;
    world->cpu_iowait_ns += iowait_s * 1e9;
    world->cpu_idle_ns += (left_s - iowait_s) * 1e9;
    world->load_1 += (wanted_cpus - world->load_1) * (1 - exp(-seconds / 60));
    world->load_5 += (wanted_cpus - world->load_5) * (1 - exp(-seconds / 300));
    world->load_15 += (wanted_cpus - world->load_15) * (1 - exp(-seconds / 900));
    double over = wanted_cpus > world->cpus ? 100 * (1 - world->cpus / wanted_cpus) : 0;
    world->cpu_pressure += (over - world->cpu_pressure) * (1 - exp(-seconds / 10));
    double io = 40 * written / (written + 2e9);
    world->io_pressure += (io - world->io_pressure) * (1 - exp(-seconds / 10));
}

static void stride(struct sim_world *world, uint64_t length_ns)
{
    double seconds = (double)length_ns / 1e9;
    double wanted_cpus = refresh_demands(world);
    double granted = wanted_cpus > world->cpus * 0.97 ? world->cpus * 0.97 / wanted_cpus : 1;
    double used_s = 0, written = 0;
    world->now_ns += length_ns;
    for (size_t i = 0; i < world->vm_count; i++) {
        struct sim_vm *vm = world->vms[i];
        if (vm->hung)
            continue;
        vm->figures_ns = world->now_ns;
        if (!is_working(vm))
            continue;
        used_s += advance_cpu(vm, &vm->demand, granted, seconds);
        written += vm->demand.read + vm->demand.write;
        advance_memory(vm, &vm->demand, seconds);
        advance_disks(vm, &vm->demand, seconds);
        advance_nics(vm, &vm->demand, seconds);
        if (world->now_ns >= vm->last_update_ns + 2 * NS_PER_SECOND)
            vm->last_update_ns = world->now_ns;
    }
    advance_host(world, used_s, wanted_cpus, written, seconds);
}

uint64_t sim_next_pending_ns(const struct sim_world *world)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < world->vm_count; i++) {
        uint64_t pending_ns = world->vms[i]->pending_ns;
        if (pending_ns != 0 && pending_ns < next)
            next = pending_ns;
    }
    return next;
}

static void apply_pending(struct sim_world *world)
{
    for (size_t i = 0; i < world->vm_count; i++) {
        struct sim_vm *vm = world->vms[i];
        if (vm->pending_ns == 0 || vm->pending_ns > world->now_ns || vm->hung)
            continue;
        vm->pending_ns = 0;
        if (vm->pending_state == VM_STATE_SHUT_OFF) {
            sim_vm_power_off(world, vm, VM_STATE_SHUT_OFF, "shutdown");
            sim_world_post(world, vm, "shut off");
        } else { // a reboot
            vm->state = VM_STATE_RUNNING;
            vm->boot_until_ns = world->now_ns + 5 * NS_PER_SECOND;
            sim_world_post(world, vm, "rebooted");
        }
    }
}

void sim_advance(struct sim_world *world)
{
    uint64_t target_ns = sim_world_time(world);
    if (target_ns <= world->now_ns)
        return;
    uint64_t longest_ns = (target_ns - world->now_ns) / STRIDES_MAX;
    if (longest_ns < SIM_QUANTUM_NS)
        longest_ns = SIM_QUANTUM_NS;
    while (world->now_ns < target_ns) {
        uint64_t end_ns = (world->now_ns / longest_ns + 1) * longest_ns;
        uint64_t pending_ns = sim_next_pending_ns(world);
        if (pending_ns > world->now_ns && pending_ns < end_ns)
            end_ns = pending_ns;
        stride(world, (end_ns < target_ns ? end_ns : target_ns) - world->now_ns);
        apply_pending(world);
    }
}
