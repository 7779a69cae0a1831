// SPDX-License-Identifier: GPL-2.0-or-later
// The first call of a round: every VM with its state. It never waits for a QEMU and costs a
// millisecond or two whatever runs; when it is late, the daemon itself does not answer.
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/libvirt_connect.h"
#include "backend/libvirt/libvirt_error.h"
#include "backend/libvirt/sample/libvirt_params.h"
#include "backend/libvirt/sample/libvirt_sampler.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define LIST_TIMEOUT_MS    5000
#define CONNECT_TIMEOUT_MS 10000
#define VMS_MAX            20000
#define NAME_MAX_BYTES     1024

static bool open_statistics(struct sample_round *round, struct error *err)
{
    struct libvirt_driver *driver = round->driver;
    struct libvirt_sampler *sampler = round->sampler;
    if (sampler->statistics && virConnectIsAlive(sampler->statistics) == 1)
        return true;
    sample_drop_statistics(round);
    if (driver->facts.in_process) {
        virConnectRef(round->control);
        sampler->statistics = round->control;
        return true;
    }
    // Read-only would do but for switching on the balloon's reports.
    sampler->statistics = libvirt_connect(driver->uri, driver->read_only, CONNECT_TIMEOUT_MS, err);
    return sampler->statistics != NULL;
}

void sample_drop_statistics(struct sample_round *round)
{
    libvirt_disconnect(round->sampler->statistics);
    round->sampler->statistics = NULL;
}

// For drivers without bulk statistics (test has only the states; ESX, VirtualBox and others have
// none): the same as records made by hand. One call a VM, there is no other way.
static void list_one_by_one(void *arg)
{
    struct libvirt_bulk *bulk = arg;
    virDomainPtr *vms = NULL;
    int count = virConnectListAllDomains(bulk->connection, &vms, 0);
    if (count < 0) {
        libvirt_error_take(&bulk->error, NULL);
        return;
    }
    bulk->vms = vms;
    bulk->count = 0;
}

static struct libvirt_bulk *call_list(struct sample_round *round, struct error *err)
{
    struct libvirt_sampler *sampler = round->sampler;
    struct libvirt_bulk *bulk =
        libvirt_bulk_create(sampler->statistics, NULL, 0, VIR_DOMAIN_STATS_STATE, 0);
    void (*run)(void *) = sampler->no_bulk ? list_one_by_one : libvirt_bulk_run;
    if (bounded_call(run, bulk, libvirt_bulk_destroy, LIST_TIMEOUT_MS, &round->driver->closing) !=
        BOUNDED_CALL_DONE) {
        sample_drop_statistics(round);
        error_set(err, ERROR_TIMEOUT, 0, "the hypervisor has not answered for %d seconds",
                  LIST_TIMEOUT_MS / 1000);
        return NULL;
    }
    if (bulk->count >= 0)
        return bulk;
    bool retry = bulk->unsupported && !sampler->no_bulk;
    if (!retry)
        error_set(err, bulk->error.kind, bulk->error.code, "%s", bulk->error.text);
    libvirt_bulk_destroy(bulk);
    if (!retry)
        return NULL;
    sampler->no_bulk = true;
    return call_list(round, err);
}

static void update_identity(struct vm_record *record, virDomainPtr vm)
{
    struct vm_sample *last = &record->last;
    unsigned id = virDomainGetID(vm);
    int new_id = id == (unsigned)-1 ? -1 : (int)id;
    AUTO_FREE char *name = utf8_scrub_dup(virDomainGetName(vm), NAME_MAX_BYTES);
    if (name && name[0] && !str_equal(name, last->name)) {
        free(last->name);
        last->name = memory_strdup(name);
        record->stale = true;
    }
    if (new_id != last->id) {
        // Another run: its counters begin anew, and its live definition is another one.
        libvirt_params_clear(last);
        record->hung = false;
        record->stale = true;
        last->id = new_id;
    }
}

static void take_vm(struct sample_round *round, virDomainPtr vm, int index,
                    const virTypedParameter *params, int count)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    if (virDomainGetUUIDString(vm, uuid) < 0)
        return;
    struct vm_record *record = vm_records_add(&round->sampler->records, uuid);
    record->seen = true;
    record->list_index = index;
    update_identity(record, vm);
    if (params)
        libvirt_params_state(&record->last, params, count);
}

static void take_list(struct sample_round *round)
{
    struct libvirt_bulk *list = round->list;
    struct vm_records *records = &round->sampler->records;
    for (size_t i = 0; i < records->count; i++) {
        records->items[i]->seen = false;
        records->items[i]->list_index = -1;
    }
    for (int i = 0; list->records && i < list->count && i < VMS_MAX; i++)
        take_vm(round, list->records[i]->dom, i, list->records[i]->params,
                list->records[i]->nparams);
    for (int i = 0; list->vms && list->vms[i] && i < VMS_MAX; i++)
        take_vm(round, list->vms[i], i, NULL, 0);
    vm_records_sweep(records);
}

virDomainPtr sample_handle(const struct sample_round *round, const struct vm_record *record)
{
    int index = record->list_index;
    if (!round->list || index < 0)
        return NULL;
    return round->list->vms ? round->list->vms[index] : round->list->records[index]->dom;
}

bool sample_list(struct sample_round *round, struct error *err)
{
    uint64_t begun_ns = clock_monotonic_ns();
    if (!open_statistics(round, err))
        return false;
    struct libvirt_bulk *list = call_list(round, err);
    if (!list)
        return false;
    libvirt_bulk_destroy(round->list);
    round->list = list;
    take_list(round);
    round->cost_ns += clock_monotonic_ns() - begun_ns;
    return true;
}
