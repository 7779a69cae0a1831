// SPDX-License-Identifier: GPL-2.0-or-later
// The second call of a round: full figures. The cost is the daemon's, 5 to 13 ms a guest, so a host
// with many gets them for the VMs on the screen at every round and for the rest in turn. The call
// has a deadline; the VM that holds it up is found, marked and left out, and the call is made anew.
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/libvirt_error.h"
#include "backend/libvirt/sample/libvirt_params.h"
#include "backend/libvirt/sample/libvirt_sampler.h"
#include "core/clock.h"
#include "core/memory.h"

#define FEW_VMS         25 // up to this many running VMs, all are asked every time
#define ALL_WITHIN_S    8.0
#define DEADLINE_MS     1000.0
#define PATIENCE_MS     3000.0 // for a call that nobody is to blame for
#define LOOK_AGAIN_MS   200
#define ATTEMPTS_MAX    4
#define LATE_ABANDON_NS (120 * NS_PER_SECOND)
#define FULL_GROUPS                                                                                \
    (VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON |              \
     VIR_DOMAIN_STATS_VCPU | VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK)

struct targets {
    struct vm_record **items;
    size_t count;
};

static void mark_wanted(struct sample_round *round)
{
    struct vm_records *records = &round->sampler->records;
    const struct interest *interest = round->interest;
    for (size_t i = 0; i < records->count; i++)
        records->items[i]->wanted = !interest || interest->all;
    if (!interest)
        return;
    struct vm_record *focus = vm_records_find(records, interest->focus);
    if (focus)
        focus->wanted = true;
    for (size_t i = 0; i < interest->visible_count && i < INTEREST_VISIBLE_MAX; i++) {
        struct vm_record *record = vm_records_find(records, interest->visible[i]);
        if (record)
            record->wanted = true;
    }
}

// Wanted ones first, then those that were asked longest ago.
static int compare_urgency(const void *a, const void *b)
{
    const struct vm_record *x = *(struct vm_record *const *)a;
    const struct vm_record *y = *(struct vm_record *const *)b;
    if (x->wanted != y->wanted)
        return x->wanted ? -1 : 1;
    return (x->asked_ns > y->asked_ns) - (x->asked_ns < y->asked_ns);
}

static struct targets choose_targets(struct sample_round *round)
{
    struct vm_records *records = &round->sampler->records;
    struct targets targets = {memory_array(records->count + 1, sizeof(*targets.items)), 0};
    size_t wanted = 0;
    mark_wanted(round);
    for (size_t i = 0; i < records->count; i++) {
        struct vm_record *record = records->items[i];
        if (record->hung || !vm_state_is_active(record->last.state))
            continue;
        targets.items[targets.count++] = record;
        wanted += record->wanted;
    }
    if (targets.count <= FEW_VMS)
        return targets;
    qsort(targets.items, targets.count, sizeof(*targets.items), compare_urgency);
    double rest = (double)(targets.count - wanted);
    size_t slice = (size_t)(rest * round->driver->tick_s / ALL_WITHIN_S) + 1;
    if (wanted + slice < targets.count)
        targets.count = wanted + slice;
    return targets;
}

static struct libvirt_bulk *make_bulk(struct sample_round *round, const struct targets *targets)
{
    unsigned flags = round->sampler->no_nowait ? 0 : VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;
    AUTO_FREE virDomainPtr *vms = memory_array(targets->count + 1, sizeof(*vms));
    size_t count = 0;
    for (size_t i = 0; i < targets->count; i++) {
        virDomainPtr vm = sample_handle(round, targets->items[i]);
        if (vm)
            vms[count++] = vm;
    }
    return libvirt_bulk_create(round->sampler->statistics, vms, count, FULL_GROUPS, flags);
}

// NOWAIT leaves a guest out whose job lock is held: all that needs its monitor is then missing.
static bool was_skipped(struct sample_round *round, const virDomainStatsRecord *record)
{
    if (round->driver->facts.flavour != LIBVIRT_QEMU || round->sampler->no_nowait)
        return false;
    return virTypedParamsGet(record->params, record->nparams, "balloon.rss") == NULL;
}

static void take_figures(struct sample_round *round, const struct libvirt_bulk *bulk)
{
    AUTO_FREE struct vm_record **skipped = memory_array((size_t)bulk->count + 1, sizeof(*skipped));
    size_t skipped_count = 0;
    uint64_t now_ns = clock_monotonic_ns();
    for (int i = 0; i < bulk->count; i++) {
        const virDomainStatsRecord *stats = bulk->records[i];
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        virDomainGetUUIDString(stats->dom, uuid);
        struct vm_record *record = vm_records_find(&round->sampler->records, uuid);
        if (!record || (int)virDomainGetID(stats->dom) != record->last.id)
            continue;
        libvirt_params_state(&record->last, stats->params, stats->nparams);
        if (!vm_state_is_active(record->last.state))
            continue;
        if (was_skipped(round, stats)) {
            skipped[skipped_count++] = record;
            continue;
        }
        libvirt_params_figures(&record->last, stats->params, stats->nparams);
        record->last.sampled_ns = now_ns;
    }
    hung_find(round, skipped, skipped_count);
}

static void note_asked(const struct targets *targets)
{
    uint64_t now_ns = clock_monotonic_ns();
    for (size_t i = 0; i < targets->count; i++)
        targets->items[i]->asked_ns = now_ns;
}

enum call_end { CALL_DONE, CALL_BLAMED, CALL_LATE, CALL_CLOSING };

// Waits for the call, looking for a culprit once it is later than usual.
static enum call_end wait_for(struct sample_round *round, struct bounded_call *call,
                              const struct targets *targets)
{
    struct bounded_call_abort *closing = &round->driver->closing;
    double deadline_ms = 4 * round->sampler->usual_ms;
    if (deadline_ms < DEADLINE_MS)
        deadline_ms = DEADLINE_MS;
    uint64_t begun_ns = clock_monotonic_ns();
    bool done = bounded_call_wait(call, (uint64_t)deadline_ms, closing);
    while (!done) {
        if (atomic_load(&closing->raised))
            return CALL_CLOSING;
        if (hung_find(round, targets->items, targets->count) > 0)
            return CALL_BLAMED;
        double waited_ms = (double)(clock_monotonic_ns() - begun_ns) / (double)NS_PER_MS;
        if (waited_ms > deadline_ms + PATIENCE_MS)
            return CALL_LATE;
        done = bounded_call_wait(call, LOOK_AGAIN_MS, closing);
    }
    double took_ms = (double)(clock_monotonic_ns() - begun_ns) / (double)NS_PER_MS;
    round->sampler->usual_ms = round->sampler->usual_ms * 0.7 + took_ms * 0.3;
    return CALL_DONE;
}

// The result of a call that was done; false when err was set, *again when it must be repeated.
static bool take_result(struct sample_round *round, struct libvirt_bulk *bulk, bool *again,
                        struct error *err)
{
    struct libvirt_sampler *sampler = round->sampler;
    if (bulk->count >= 0) {
        take_figures(round, bulk);
        return true;
    }
    *again = true;
    if (bulk->bad_flags && !sampler->no_nowait)
        sampler->no_nowait = true;
    else if (bulk->unsupported)
        sampler->no_bulk = true;
    else
        return error_set(err, bulk->error.kind, bulk->error.code, "%s", bulk->error.text);
    return true;
}

// One attempt. *again asks for another one, with other targets or another way of asking.
static bool attempt(struct sample_round *round, const struct targets *targets, bool *again,
                    struct error *err)
{
    struct libvirt_sampler *sampler = round->sampler;
    struct libvirt_bulk *bulk = make_bulk(round, targets);
    struct bounded_call *call = bounded_call_start(libvirt_bulk_run, bulk, libvirt_bulk_destroy);
    if (!call)
        return error_set(err, ERROR_BUSY, 0, "no thread could be started");
    switch (wait_for(round, call, targets)) {
    case CALL_DONE:
        bounded_call_end(call);
        bool taken = take_result(round, bulk, again, err);
        libvirt_bulk_destroy(bulk);
        return taken;
    case CALL_BLAMED:
        // It may have come back while the culprit was looked for.
        if (bounded_call_end(call))
            libvirt_bulk_destroy(bulk);
        sample_drop_statistics(round);
        *again = true;
        return true;
    case CALL_LATE:
        sampler->late_call = call;
        sampler->late_bulk = bulk;
        sampler->late_since_ns = clock_monotonic_ns();
        return true;
    default:
        if (bounded_call_end(call))
            libvirt_bulk_destroy(bulk);
        return error_set(err, ERROR_OFFLINE, 0, "the connection was closed");
    }
}

// A call of an earlier round that has not come back. True when the way is free for a new one.
static bool settle_late(struct sample_round *round)
{
    struct libvirt_sampler *sampler = round->sampler;
    if (!sampler->late_call)
        return true;
    bool done = bounded_call_wait(sampler->late_call, 0, NULL);
    bool blamed = false;
    if (!done) {
        struct targets targets = choose_targets(round);
        blamed = hung_find(round, targets.items, targets.count) > 0;
        free(targets.items);
    }
    bool given_up = clock_monotonic_ns() - sampler->late_since_ns > LATE_ABANDON_NS;
    if (!done && !blamed && !given_up)
        return false;
    if (bounded_call_end(sampler->late_call))
        libvirt_bulk_destroy(sampler->late_bulk);
    else
        sample_drop_statistics(round);
    sampler->late_call = NULL;
    sampler->late_bulk = NULL;
    return true;
}

static void figures_of_one(struct vm_record *record, virDomainPtr vm, bool with_memory)
{
    virDomainInfo info;
    virDomainMemoryStatStruct memory[VIR_DOMAIN_MEMORY_STAT_NR];
    struct vm_sample *last = &record->last;
    if (virDomainGetInfo(vm, &info) < 0)
        return;
    libvirt_params_clear(last);
    last->cpu_time_ns = info.cpuTime;
    last->memory_max_kib = info.maxMem;
    last->balloon_kib = info.memory;
    last->vcpus_current = info.nrVirtCpu;
    last->vcpus_max = info.nrVirtCpu;
    if (last->definition && last->definition->vcpus_max > last->vcpus_max)
        last->vcpus_max = last->definition->vcpus_max;
    last->valid |= VM_HAS_CPU_TIME | VM_HAS_MEMORY_MAX | VM_HAS_BALLOON | VM_HAS_VCPU_COUNT;
    last->sampled_ns = clock_monotonic_ns();
    int count = with_memory ? virDomainMemoryStats(vm, memory, VIR_DOMAIN_MEMORY_STAT_NR, 0) : 0;
    for (int i = 0; i < count; i++)
        if (memory[i].tag == VIR_DOMAIN_MEMORY_STAT_UNUSED) {
            last->unused_kib = memory[i].val;
            last->valid |= VM_HAS_UNUSED;
        } else if (memory[i].tag == VIR_DOMAIN_MEMORY_STAT_AVAILABLE) {
            last->available_kib = memory[i].val;
            last->valid |= VM_HAS_AVAILABLE;
        }
}

// For drivers without bulk figures: libvirt's test driver answers in process, at no cost; with the
// others (ESX, VirtualBox, ...) a call a VM is the only way there is.
static void figures_one_by_one(struct sample_round *round)
{
    struct targets targets = choose_targets(round);
    bool mock = round->driver->facts.flavour == LIBVIRT_TEST;
    for (size_t i = 0; i < targets.count; i++) {
        virDomainPtr vm = sample_handle(round, targets.items[i]);
        if (vm)
            figures_of_one(targets.items[i], vm, mock);
    }
    note_asked(&targets);
    free(targets.items);
}

static void states_one_by_one(struct sample_round *round)
{
    struct vm_records *records = &round->sampler->records;
    for (size_t i = 0; i < records->count; i++) {
        int state, reason;
        virDomainPtr vm = sample_handle(round, records->items[i]);
        if (vm && virDomainGetState(vm, &state, &reason, 0) == 0)
            libvirt_params_set_state(&records->items[i]->last, state, reason);
    }
}

// A VM that is off has no figures, but its definition says what it will have.
static void take_definition(struct vm_sample *last)
{
    const struct vm_definition *definition = last->definition;
    libvirt_params_clear(last);
    if (!definition)
        return;
    if (definition->vcpus_current > 0 && definition->vcpus_current <= definition->vcpus_max) {
        last->vcpus_current = definition->vcpus_current;
        last->vcpus_max = definition->vcpus_max;
        last->valid |= VM_HAS_VCPU_COUNT;
    }
    if (definition->memory_max_kib > 0) {
        last->memory_max_kib = definition->memory_max_kib;
        last->valid |= VM_HAS_MEMORY_MAX;
    }
}

static void settle_inactive(struct sample_round *round)
{
    struct vm_records *records = &round->sampler->records;
    for (size_t i = 0; i < records->count; i++)
        if (!vm_state_is_active(records->items[i]->last.state))
            take_definition(&records->items[i]->last);
}

static bool figures_in_bulk(struct sample_round *round, struct error *err)
{
    bool again = settle_late(round), ok = true;
    for (unsigned tries = 0; again && ok && tries < ATTEMPTS_MAX; tries++) {
        again = false;
        // Another attempt may be on a fresh connection, and needs handles of that one.
        if (!round->sampler->statistics && !sample_list(round, err))
            return false;
        if (round->sampler->no_bulk)
            return true;
        struct targets targets = choose_targets(round);
        note_asked(&targets);
        if (targets.count > 0)
            ok = attempt(round, &targets, &again, err);
        free(targets.items);
    }
    return ok;
}

bool sample_figures(struct sample_round *round, struct error *err)
{
    uint64_t begun_ns = clock_monotonic_ns();
    bool mock = round->driver->facts.flavour == LIBVIRT_TEST;
    if (!mock && !round->sampler->no_bulk && !figures_in_bulk(round, err))
        return false;
    if (round->sampler->no_bulk)
        states_one_by_one(round);
    if (mock || round->sampler->no_bulk)
        figures_one_by_one(round);
    settle_inactive(round);
    round->cost_ns += clock_monotonic_ns() - begun_ns;
    return true;
}
