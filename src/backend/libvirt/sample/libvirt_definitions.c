// SPDX-License-Identifier: GPL-2.0-or-later
// What changes rarely: the definition, autostart, managed save, the number of snapshots. Read when
// an event or an operation of ours says so, and one VM per round in turn, because not every change
// is told (a snapshot taken by another client is not). None of these calls waits for a QEMU.
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/sample/libvirt_sampler.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/memory.h"

#define BUDGET_MS         1500 // of one round; the rest is read in the next one
#define PERIODS_PER_ROUND 10
#define PERIOD_TIMEOUT_MS 1500

// Moves the changes that events have noted into the records.
static void take_changes(struct sample_round *round)
{
    struct libvirt_driver *driver = round->driver;
    struct vm_records *records = &round->sampler->records;
    pthread_mutex_lock(&driver->lock);
    for (size_t i = 0; i < driver->changed_count; i++) {
        struct vm_record *record = vm_records_find(records, driver->changed[i]);
        if (record)
            record->stale = true;
    }
    for (size_t i = 0; driver->all_changed && i < records->count; i++)
        records->items[i]->stale = true;
    driver->changed_count = 0;
    driver->all_changed = false;
    pthread_mutex_unlock(&driver->lock);
}

static void set_flag(struct vm_sample *vm, bool *flag, int answer, enum vm_field bit)
{
    *flag = answer == 1;
    if (answer >= 0)
        vm->valid |= bit;
    else
        vm->valid &= ~(uint64_t)bit;
}

static void read_flags(struct vm_sample *last, virDomainPtr vm)
{
    int autostart = 0;
    set_flag(last, &last->persistent, virDomainIsPersistent(vm), VM_HAS_PERSISTENT);
    int answer = last->persistent ? virDomainGetAutostart(vm, &autostart) : 0;
    set_flag(last, &last->autostart, answer < 0 ? -1 : autostart != 0, VM_HAS_AUTOSTART);
    set_flag(last, &last->has_managed_save,
             last->persistent ? virDomainHasManagedSaveImage(vm, 0) : 0, VM_HAS_MANAGED_SAVE);
    int snapshots = virDomainSnapshotNum(vm, 0);
    last->snapshot_count = snapshots > 0 ? (unsigned)snapshots : 0;
    if (snapshots >= 0)
        last->valid |= VM_HAS_SNAPSHOT_COUNT;
    else
        last->valid &= ~(uint64_t)VM_HAS_SNAPSHOT_COUNT;
}

static void read_definition(struct sample_round *round, struct vm_record *record)
{
    struct error error;
    virDomainPtr vm = sample_handle(round, record);
    if (!vm)
        return;
    bool changed = record->stale;
    unsigned snapshots = record->last.snapshot_count;
    record->stale = false;
    AUTO_FREE char *xml = virDomainGetXMLDesc(vm, 0);
    struct vm_definition *definition = xml ? domain_xml_parse(xml, &error) : NULL;
    if (definition) {
        vm_definition_unref(record->last.definition);
        record->last.definition = definition;
    } else if (xml) {
        log_warn("%s: %s", record->last.name, error.text);
    }
    read_flags(&record->last, vm);
    changed |= record->last.snapshot_count != snapshots;
    if (changed && strcmp(record->last.uuid, round->sampler->detail_uuid) == 0)
        round->sampler->detail_stale = true;
}

void sample_definitions(struct sample_round *round)
{
    struct libvirt_sampler *sampler = round->sampler;
    struct vm_records *records = &sampler->records;
    uint64_t end_ns = clock_monotonic_ns() + BUDGET_MS * NS_PER_MS;
    take_changes(round);
    for (size_t i = 0; i < records->count && clock_monotonic_ns() < end_ns; i++)
        if (records->items[i]->stale)
            read_definition(round, records->items[i]);
    if (records->count == 0)
        return;
    read_definition(round, records->items[sampler->safety_turn++ % records->count]);
}

struct period_call {
    virDomainPtr vm;
    int seconds;
};

static void period_run(void *arg)
{
    struct period_call *call = arg;
    // Live only: the definition stays as its owner wrote it.
    virDomainSetMemoryStatsPeriod(call->vm, call->seconds, VIR_DOMAIN_AFFECT_LIVE);
}

static void period_destroy(void *arg)
{
    struct period_call *call = arg;
    virDomainFree(call->vm);
    free(call);
}

static bool needs_period(const struct sample_round *round, const struct vm_record *record)
{
    const struct vm_sample *last = &record->last;
    return record->wanted && !record->hung && last->state == VM_STATE_RUNNING && last->definition &&
           last->definition->has_balloon && last->definition->balloon_period_s == 0 &&
           record->period_asked_id != last->id && last->sampled_ns > 0 &&
           sample_handle(round, record);
}

// A guest whose balloon has no reporting period tells nothing about its memory. This is the one
// thing that watching changes about a VM, and only until it is shut off.
void sample_balloon_periods(struct sample_round *round)
{
    struct vm_records *records = &round->sampler->records;
    double tick_s = round->driver->tick_s;
    if (round->driver->read_only || round->driver->facts.flavour != LIBVIRT_QEMU)
        return;
    unsigned asked = 0;
    for (size_t i = 0; i < records->count && asked < PERIODS_PER_ROUND; i++) {
        struct vm_record *record = records->items[i];
        if (!needs_period(round, record))
            continue;
        struct period_call *call = memory_alloc(sizeof(*call));
        call->vm = sample_handle(round, record);
        call->seconds = tick_s < 1 ? 1 : (int)tick_s;
        virDomainRef(call->vm);
        record->period_asked_id = record->last.id;
        record->stale = true;
        asked++;
        if (bounded_call(period_run, call, period_destroy, PERIOD_TIMEOUT_MS,
                         &round->driver->closing) != BOUNDED_CALL_DONE) {
            sample_drop_statistics(round);
            return;
        }
        period_destroy(call);
    }
}
