// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/board_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

#define GIB_KIB (1024u * 1024u)
#define MIB     (1024.0 * 1024.0)

void fixture_uuid(unsigned number, char uuid[VM_UUID_SIZE])
{
    snprintf(uuid, VM_UUID_SIZE, "00000000-0000-4000-8000-%012u", number);
}

// ---- hosts ----

static struct host_snapshot *make_host(const char *name, size_t vm_count)
{
    struct host_snapshot *host = host_snapshot_create();
    host->name = memory_strdup(name);
    host->uri = memory_strdup("qemu:///system");
    host->hypervisor = memory_strdup("QEMU 7.2.22");
    host->library_version = memory_strdup("libvirt 9.0.0");
    host->arch = memory_strdup("x86_64");
    host->cpu_model = memory_strdup("Some CPU");
    host->acceleration = memory_strdup("KVM");
    host->capabilities = (1u << HOST_CAPABILITY_COUNT) - 1;
    host->valid = HOST_HAS_CPU | HOST_HAS_MEMORY | HOST_HAS_MEMORY_AVAILABLE | HOST_HAS_LOAD |
                  HOST_HAS_PRESSURE;
    host->sampled_ns = FIXTURE_NOW_NS - NS_PER_SECOND;
    host->sampled_wall_ms = FIXTURE_WALL_MS - 1000;
    host->local = true;
    host->cpus = 16;
    host->memory_total_kib = 62 * GIB_KIB + GIB_KIB / 2;
    host->memory_available_kib = 14 * GIB_KIB + GIB_KIB / 4;
    host->memory_free_kib = 2 * GIB_KIB;
    host->psi_cpu_some_10 = 0.3;
    host->load_1 = 9.1;
    host_snapshot_set_vm_count(host, vm_count);
    return host;
}

static void add_host(struct board *board, struct host_snapshot *snapshot, const char *name)
{
    board->hosts = memory_resize(board->hosts, board->host_count + 1, sizeof(*board->hosts));
    struct board_host *host = &board->hosts[board->host_count++];
    memset(host, 0, sizeof(*host));
    snprintf(host->name, sizeof(host->name), "%s", name);
    host->connection = CONNECTION_ONLINE;
    host->snapshot = snapshot;
    host->tick_s = 2;
    host->rates = (struct host_rates){.cpu_percent = 61, .vm_cpu_percent = 249};
    if (!snapshot)
        return;
    host_snapshot_freeze(snapshot);
    host->vms = memory_array(snapshot->vm_count + 1, sizeof(*host->vms));
    for (size_t i = 0; i < snapshot->vm_count; i++) {
        host->vms[i].sample = &snapshot->vms[i];
        host->vms[i].rates = (struct vm_rates){.cpu_percent = -1,
                                               .ready_percent = -1,
                                               .disk_read_bytes = -1,
                                               .disk_write_bytes = -1,
                                               .disk_latency_ms = -1,
                                               .net_rx_bytes = -1,
                                               .net_tx_bytes = -1,
                                               .net_drops = -1,
                                               .swap_in_kib = -1,
                                               .swap_out_kib = -1,
                                               .major_faults = -1,
                                               .memory_used_kib = -1};
    }
}

static struct board *make_board(void)
{
    struct board *board = board_create();
    board->generation = 7;
    board->built_ns = FIXTURE_NOW_NS;
    return board;
}

// ---- VMs ----

static struct vm_definition *make_definition(unsigned number, unsigned vcpus, uint64_t memory_kib)
{
    struct vm_definition *definition = vm_definition_create();
    definition->type = memory_strdup("kvm");
    definition->arch = memory_strdup("x86_64");
    definition->machine = memory_strdup("pc");
    definition->firmware = memory_strdup("bios");
    definition->vcpus_max = vcpus * 2;
    definition->vcpus_current = vcpus;
    definition->memory_max_kib = definition->memory_current_kib = memory_kib;
    definition->balloon_period_s = 2;
    definition->has_balloon = definition->has_serial_console = true;
    definition->disks = memory_array(1, sizeof(*definition->disks));
    definition->disk_count = 1;
    definition->disks[0] = (struct disk_definition){
        .target = memory_strdup("vda"),
        .bus = memory_strdup("virtio"),
        .device = memory_strdup("disk"),
        .format = memory_strdup("qcow2"),
        .source = memory_printf("/vms/%u.qcow2", number),
    };
    return definition;
}

static void make_vm(struct host_snapshot *host, unsigned number, const char *name,
                    enum vm_state state, unsigned vcpus, uint64_t memory_kib)
{
    struct vm_sample *vm = &host->vms[(number - 1) % 100000 % host->vm_count];
    bool active = vm_state_is_active(state);
    fixture_uuid(number, vm->uuid);
    vm->name = memory_strdup(name);
    vm->id = active ? (int)number : -1;
    vm->state = state;
    vm->reason = active ? "booted" : "shutdown";
    vm->valid = VM_HAS_REASON | VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX | VM_HAS_PERSISTENT |
                VM_HAS_AUTOSTART | VM_HAS_MANAGED_SAVE | VM_HAS_SNAPSHOT_COUNT;
    vm->persistent = true;
    vm->vcpus_current = vcpus;
    vm->vcpus_max = vcpus * 2;
    vm->memory_max_kib = memory_kib;
    vm->sampled_ns = FIXTURE_NOW_NS - NS_PER_SECOND;
    vm->definition = make_definition(number, vcpus, memory_kib);
    vm->disks = memory_array(1, sizeof(*vm->disks));
    vm->disk_count = 1;
    vm->disks[0] = (struct disk_sample){
        .valid = DISK_HAS_READ | DISK_HAS_WRITE | DISK_HAS_CAPACITY | DISK_HAS_ALLOCATION,
        .target = memory_strdup("vda"),
        .source = memory_printf("/vms/%u.qcow2", number),
        .capacity_bytes = (uint64_t)(20 * 1024 * MIB),
        .allocation_bytes = (uint64_t)(6 * 1024 * MIB),
    };
    if (!active)
        return;
    vm->valid |= VM_HAS_CPU_TIME | VM_HAS_BALLOON;
    vm->cpu_time_ns = number * UINT64_C(3725) * NS_PER_SECOND;
    vm->balloon_kib = memory_kib;
    vm->nics = memory_array(1, sizeof(*vm->nics));
    vm->nic_count = 1;
    vm->nics[0] =
        (struct nic_sample){.valid = NIC_HAS_RX | NIC_HAS_TX, .name = memory_strdup("vnet0")};
}

struct vm_sample *fixture_vm(struct board *board, unsigned number)
{
    return (struct vm_sample *)fixture_board_vm(board, number)->sample;
}

struct board_vm *fixture_board_vm(struct board *board, unsigned number)
{
    char uuid[VM_UUID_SIZE];
    const struct board_vm *vm = NULL;
    fixture_uuid(number, uuid);
    board_find(board, uuid, NULL, &vm);
    return (struct board_vm *)vm;
}

struct figures {
    double cpu, ready, used_kib, disk, net;
};

static void give_rates(struct board *board, unsigned number, struct figures figures)
{
    struct board_vm *vm = fixture_board_vm(board, number);
    struct vm_rates *rates = &vm->rates;
    rates->cpu_percent = figures.cpu;
    rates->ready_percent = figures.ready;
    rates->memory_used_kib = figures.used_kib;
    rates->disk_read_bytes = figures.disk * 2 / 3;
    rates->disk_write_bytes = figures.disk / 3;
    rates->disk_latency_ms = 1.2;
    rates->net_rx_bytes = figures.net / 2;
    rates->net_tx_bytes = figures.net / 2;
    rates->net_drops = 0;
    rates->vcpu_count = vm->sample->vcpus_current;
    rates->vcpus = memory_array(rates->vcpu_count, sizeof(*rates->vcpus));
    for (size_t i = 0; i < rates->vcpu_count; i++)
        rates->vcpus[i] = (struct vcpu_rates){(unsigned)i, figures.cpu / (double)rates->vcpu_count,
                                              figures.ready};
    rates->disks = memory_array(1, sizeof(*rates->disks));
    rates->disk_count = 1;
    rates->disks[0] = (struct disk_rates){figures.disk * 2 / 3, 80, 1.2, figures.disk / 3, 33, 4};
    rates->nics = memory_array(1, sizeof(*rates->nics));
    rates->nic_count = 1;
    rates->nics[0] = (struct nic_rates){figures.net / 2, 400, 0, 0, figures.net / 2, 380, 0, 0};
}

// ---- jobs, alerts, charts ----

struct job_info *fixture_add_job(struct board *board, uint64_t id, enum operation_kind kind,
                                 enum job_state state, const char *title)
{
    board->jobs = memory_resize(board->jobs, board->job_count + 1, sizeof(*board->jobs));
    struct job_info *job = &board->jobs[board->job_count++];
    memset(job, 0, sizeof(*job));
    job->id = id;
    job->kind = kind;
    job->state = state;
    snprintf(job->title, sizeof(job->title), "%s", title);
    job->queued_wall_ms = job->started_wall_ms = FIXTURE_WALL_MS - 40000;
    job->eta_s = -1;
    job->cancellable = state == JOB_RUNNING || state == JOB_QUEUED;
    if (job_state_is_final(state))
        job->ended_wall_ms = job->started_wall_ms + 900;
    return job;
}

static void add_alert(struct board *board, enum severity severity, size_t vm_index,
                      const char *text)
{
    struct board_host *host = &board->hosts[0];
    host->alerts = memory_resize(host->alerts, host->alert_count + 1, sizeof(*host->alerts));
    struct alert *alert = &host->alerts[host->alert_count++];
    *alert = (struct alert){.severity = severity, .vm_index = vm_index};
    snprintf(alert->text, sizeof(alert->text), "%s", text);
    if (vm_index != SIZE_MAX && severity > host->vms[vm_index].hurting)
        host->vms[vm_index].hurting = severity;
}

static void add_charts(struct board *board, unsigned number)
{
    static const double tops[CHART_METRIC_COUNT] = {
        60, 3, 3.0 * GIB_KIB, 4.0 * GIB_KIB, 3e6, 1e6, 4, 600e3, 300e3,
    };
    struct charts *charts = memory_alloc(sizeof(*charts));
    fixture_uuid(number, charts->uuid);
    charts->window_s = 300;
    for (int metric = 0; metric < CHART_METRIC_COUNT; metric++) {
        struct chart *chart = &charts->metrics[metric];
        chart->count = 150;
        chart->step_s = 2;
        for (size_t i = 0; i < chart->count; i++) {
            double wave = 0.5 + 0.5 * sin((double)i / 9 + metric);
            chart->mean[i] = i < 10 ? NAN : (float)(tops[metric] * wave);
            chart->peak[i] = i < 10 ? NAN : (float)(tops[metric] * wave * 1.1);
        }
    }
    board->focus = charts;
}

static void add_log(struct board *board, const char *vm, const char *text, const char *command)
{
    board->log = memory_resize(board->log, board->log_count + 1, sizeof(*board->log));
    struct log_entry *entry = &board->log[board->log_count++];
    memset(entry, 0, sizeof(*entry));
    entry->wall_ms = FIXTURE_WALL_MS - 60000 + 10000 * board->log_count;
    snprintf(entry->host, sizeof(entry->host), "lab1");
    snprintf(entry->vm_name, sizeof(entry->vm_name), "%s", vm);
    snprintf(entry->text, sizeof(entry->text), "%s", text);
    snprintf(entry->command_line, sizeof(entry->command_line), "%s", command);
}

static void add_jobs(struct board *board)
{
    struct job_info *job = fixture_add_job(board, 3, OPERATION_SAVE, JOB_RUNNING, "save db1");
    job->progress =
        (struct job_progress){true, (uint64_t)(8.1 * 1024 * MIB), (uint64_t)(11.4 * 1024 * MIB)};
    job->rate_bytes_per_s = 212 * MIB;
    job->eta_s = 16;
    snprintf(job->vm_name, sizeof(job->vm_name), "db1");
    fixture_uuid(2, job->uuid);
    fixture_add_job(board, 2, OPERATION_SNAPSHOT_CREATE, JOB_DONE, "snapshot web1 before-upgrade");
    job = fixture_add_job(board, 1, OPERATION_START, JOB_FAILED, "start old");
    error_set(&job->error, ERROR_FAILED, 0, "Cannot access storage file '/vms/4.qcow2'");
}

// ---- boards ----

struct board *fixture_board_small(void)
{
    struct board *board = make_board();
    struct host_snapshot *host = make_host("lab1", 4);
    make_vm(host, 1, "web1", VM_STATE_RUNNING, 4, 4 * GIB_KIB);
    make_vm(host, 2, "db1", VM_STATE_RUNNING, 8, 8 * GIB_KIB);
    make_vm(host, 3, "db2", VM_STATE_PAUSED, 2, 2 * GIB_KIB);
    make_vm(host, 4, "old", VM_STATE_SHUT_OFF, 1, 1 * GIB_KIB);
    add_host(board, host, "lab1");
    give_rates(board, 1, (struct figures){37, 1.2, 2.9 * GIB_KIB, 3.1 * MIB, 812 * 1024.0});
    give_rates(board, 2, (struct figures){212, 9.8, 7.9 * GIB_KIB, 48 * MIB, 2.1 * MIB});
    give_rates(board, 3, (struct figures){0, 0, 1.1 * GIB_KIB, 0, 0});
    fixture_board_vm(board, 2)->job_id = 3;
    add_alert(board, SEVERITY_WARN, 1, "vda write 41 ms");
    add_alert(board, SEVERITY_ALARM, 1, "ready 9.8 % (host CPU contended)");
    add_jobs(board);
    add_charts(board, 1);
    add_log(board, "web1", "started", "vmtui start web1");
    add_log(board, "web1", "snapshot before-upgrade", "vmtui snapshot web1 --name before-upgrade");
    return board;
}

struct board *fixture_board_empty(void)
{
    struct board *board = make_board();
    add_host(board, make_host("lab1", 0), "lab1");
    return board;
}

struct board *fixture_board_connecting(void)
{
    struct board *board = make_board();
    add_host(board, NULL, "lab1");
    board->hosts[0].connection = CONNECTION_CONNECTING;
    return board;
}

static void go_offline(struct board *board)
{
    struct board_host *host = &board->hosts[0];
    host->connection = CONNECTION_OFFLINE;
    error_set(&host->error, ERROR_OFFLINE, 38,
              "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or "
              "directory");
    host->next_try_wall_ms = FIXTURE_WALL_MS + 8000;
}

struct board *fixture_board_offline(void)
{
    struct board *board = fixture_board_small();
    go_offline(board);
    ((struct host_snapshot *)board->hosts[0].snapshot)->sampled_ns =
        FIXTURE_NOW_NS - 75 * NS_PER_SECOND;
    return board;
}

struct board *fixture_board_nobody(void)
{
    struct board *board = fixture_board_connecting();
    go_offline(board);
    return board;
}

struct board *fixture_board_odd(void)
{
    struct board *board = make_board();
    struct host_snapshot *host = make_host("lab1", 8);
    char longest[256];
    memset(longest, 'x', sizeof(longest) - 1);
    longest[255] = '\0';
    memcpy(longest, "long-", 5);
    make_vm(host, 1, "仮想マシン一号機のテスト", VM_STATE_RUNNING, 2, 2 * GIB_KIB);
    make_vm(host, 2, "cafe\xcc\x81-e\xcc\x82tude", VM_STATE_RUNNING, 2, 2 * GIB_KIB);
    make_vm(host, 3, longest, VM_STATE_RUNNING, 128, 1536 * (uint64_t)GIB_KIB);
    make_vm(host, 4, "stopped", VM_STATE_RUNNING, 2, 2 * GIB_KIB);
    make_vm(host, 5, "broken", VM_STATE_CRASHED, 2, 2 * GIB_KIB);
    make_vm(host, 6, "kept", VM_STATE_SHUT_OFF, 2, 2 * GIB_KIB);
    make_vm(host, 7, "going", VM_STATE_SHUTTING_DOWN, 2, 300 * 1024);
    make_vm(host, 8, "a*[b] 'c'", VM_STATE_SUSPENDED, 2, 2 * GIB_KIB);
    host->vms[3].hung = true;
    host->vms[3].sampled_ns = FIXTURE_NOW_NS - 34 * NS_PER_SECOND;
    host->vms[5].has_managed_save = true;
    free(host->acceleration);
    host->acceleration = memory_strdup("software emulation: /dev/kvm is not there");
    host_snapshot_add_notice(host, "QEMU runs as root: its own user cannot open /vms");
    add_host(board, host, "lab1");
    give_rates(board, 1, (struct figures){0.4, 0, 0.9 * GIB_KIB, 0, 120});
    give_rates(board, 2, (struct figures){9.94, 0.04, 1.5 * GIB_KIB, 1023, 1024});
    give_rates(board, 3, (struct figures){12780, 99.9, 1234.5 * GIB_KIB, 9.9e9, 99e9});
    give_rates(board, 4, (struct figures){12, 0.5, 1.0 * GIB_KIB, 1e6, 1e3});
    give_rates(board, 7, (struct figures){3, 0, 250 * 1024.0, 0, 0});
    board->hosts[0].tick_s = 6.5;
    add_alert(board, SEVERITY_ALARM, 3, "QEMU does not answer");
    return board;
}

struct board *fixture_board_many(unsigned count)
{
    struct board *board = make_board();
    struct host_snapshot *host = make_host("sim1", count);
    for (unsigned i = 1; i <= count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "vm%u", i);
        make_vm(host, i, name, i % 7 ? VM_STATE_RUNNING : VM_STATE_SHUT_OFF, 1 + i % 8,
                (1 + i % 6) * GIB_KIB);
    }
    add_host(board, host, "sim1");
    for (unsigned i = 1; i <= count; i++)
        if (i % 7)
            give_rates(board, i,
                       (struct figures){(double)(i * 37 % 400), (double)(i * 13 % 60) / 10,
                                        (0.3 + (double)(i % 5) / 10) * GIB_KIB,
                                        (double)(i * 7919 % 100000) * 100,
                                        (double)(i * 104729 % 10000) * 100});
    return board;
}

struct board *fixture_board_two_hosts(void)
{
    struct board *board = make_board();
    struct host_snapshot *first = make_host("lab1", 2), *second = make_host("lab2", 2);
    make_vm(first, 1, "web1", VM_STATE_RUNNING, 4, 4 * GIB_KIB);
    make_vm(first, 2, "db1", VM_STATE_RUNNING, 8, 8 * GIB_KIB);
    make_vm(second, 100001, "web1", VM_STATE_RUNNING, 2, 2 * GIB_KIB);
    make_vm(second, 100002, "mail", VM_STATE_SHUT_OFF, 2, 2 * GIB_KIB);
    add_host(board, first, "lab1");
    add_host(board, second, "lab2");
    give_rates(board, 1, (struct figures){37, 1.2, 2.9 * GIB_KIB, 3.1 * MIB, 812 * 1024.0});
    give_rates(board, 2, (struct figures){212, 2.8, 7.9 * GIB_KIB, 48 * MIB, 2.1 * MIB});
    give_rates(board, 100001, (struct figures){5, 0, 1.1 * GIB_KIB, 0, 0});
    return board;
}
