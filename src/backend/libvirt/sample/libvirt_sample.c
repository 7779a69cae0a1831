// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/libvirt_connect.h"
#include "backend/libvirt/sample/libvirt_sampler.h"
#include "core/clock.h"
#include "core/memory.h"

struct libvirt_sampler *libvirt_sampler_create(void)
{
    return memory_alloc(sizeof(struct libvirt_sampler));
}

void libvirt_sampler_destroy(struct libvirt_sampler *sampler)
{
    if (!sampler)
        return;
    if (sampler->late_call && bounded_call_end(sampler->late_call))
        libvirt_bulk_destroy(sampler->late_bulk);
    libvirt_disconnect(sampler->statistics);
    vm_records_finish(&sampler->records);
    vm_detail_unref(sampler->detail);
    free(sampler);
}

static void fill_host(struct host_snapshot *snapshot, struct libvirt_driver *driver)
{
    const struct libvirt_facts *facts = &driver->facts;
    snapshot->name = memory_strdup(facts->host_name);
    snapshot->uri = memory_strdup(facts->display_uri);
    snapshot->hypervisor = memory_strdup(facts->hypervisor);
    snapshot->library_version = memory_strdup(facts->library_version);
    snapshot->arch = memory_strdup(facts->arch);
    snapshot->cpu_model = memory_strdup(facts->cpu_model);
    snapshot->acceleration = memory_strdup(facts->acceleration);
    snapshot->local = facts->local;
    snapshot->cpus = facts->cpus;
    snapshot->capabilities = atomic_load(&driver->capabilities);
    if (facts->notice)
        host_snapshot_add_notice(snapshot, facts->notice);
}

static void fill_vms(struct host_snapshot *snapshot, const struct libvirt_sampler *sampler)
{
    host_snapshot_set_vm_count(snapshot, sampler->records.count);
    for (size_t i = 0; i < sampler->records.count; i++) {
        const struct vm_record *record = sampler->records.items[i];
        struct vm_sample *vm = &snapshot->vms[i];
        vm_sample_copy(vm, &record->last);
        vm->hung = record->hung;
        if (sampler->detail && strcmp(vm->uuid, sampler->detail_uuid) == 0)
            vm->detail = vm_detail_ref(sampler->detail);
    }
}

static struct host_snapshot *make_snapshot(struct sample_round *round)
{
    struct host_snapshot *snapshot = host_snapshot_create();
    fill_host(snapshot, round->driver);
    sample_host(round, snapshot);
    fill_vms(snapshot, round->sampler);
    snapshot->sampled_ns = clock_monotonic_ns();
    snapshot->sampled_wall_ms = clock_wall_ms();
    snapshot->sample_cost_ns = round->cost_ns;
    return snapshot;
}

struct host_snapshot *libvirt_sample(struct driver *base, const struct interest *interest,
                                     struct error *err)
{
    struct libvirt_driver *driver = libvirt_driver_ref(libvirt_driver_of(base));
    struct sample_round round = {
        .driver = driver,
        .sampler = driver->sampler,
        .interest = interest,
        .control = libvirt_driver_control(driver, err),
    };
    struct host_snapshot *snapshot = NULL;
    if (round.control && sample_list(&round, err)) {
        sample_definitions(&round);
        hung_heal(&round);
        if (sample_figures(&round, err)) {
            sample_balloon_periods(&round);
            sample_detail(&round);
            snapshot = make_snapshot(&round);
        }
    }
    libvirt_bulk_destroy(round.list);
    libvirt_disconnect(round.control);
    libvirt_driver_unref(driver);
    return snapshot;
}
