// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots and XML of the VM in focus: one call a snapshot, so only when the focus moves, when
// something about the VM changed, or every ten seconds.
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/libvirt_error.h"
#include "backend/libvirt/sample/libvirt_sampler.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define SNAPSHOTS_MAX 1000
#define REFRESH_NS    (10 * NS_PER_SECOND)

static void add_snapshot(struct vm_detail *detail, virDomainSnapshotPtr snapshot,
                         const char *current)
{
    struct vm_snapshot_info info;
    AUTO_FREE char *xml = virDomainSnapshotGetXMLDesc(snapshot, 0);
    if (!xml || !domain_xml_parse_snapshot(xml, &info, NULL))
        return;
    info.current = str_equal(virDomainSnapshotGetName(snapshot), current);
    detail->snapshots[detail->snapshot_count++] = info;
}

static void read_snapshots(struct vm_detail *detail, virDomainPtr vm)
{
    virDomainSnapshotPtr *list = NULL;
    struct error error;
    int count = virDomainListAllSnapshots(vm, &list, VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL);
    if (count < 0) // drivers without that order
        count = virDomainListAllSnapshots(vm, &list, 0);
    if (count < 0) {
        libvirt_error_take(&error, NULL);
        detail->snapshots_unknown_why = memory_strdup(error.text);
        return;
    }
    virDomainSnapshotPtr current = count > 0 ? virDomainSnapshotCurrent(vm, 0) : NULL;
    const char *current_name = current ? virDomainSnapshotGetName(current) : NULL;
    detail->snapshots = memory_array((size_t)count + 1, sizeof(*detail->snapshots));
    for (int i = 0; i < count; i++) {
        if (i < SNAPSHOTS_MAX)
            add_snapshot(detail, list[i], current_name);
        virDomainSnapshotFree(list[i]);
    }
    if (current)
        virDomainSnapshotFree(current);
    free(list);
}

static char *scrubbed_xml(virDomainPtr vm)
{
    AUTO_FREE char *xml = virDomainGetXMLDesc(vm, 0);
    size_t length = xml ? strnlen(xml, DOMAIN_XML_MAX_BYTES) : 0;
    if (!xml)
        return NULL;
    // Scrubbing can make a byte three (U+FFFD), no more.
    char *clean = memory_alloc(3 * length + 1);
    utf8_scrub(xml, length, clean, 3 * length + 1, true);
    char *fitting = memory_strdup(clean);
    free(clean);
    return fitting;
}

static void drop_detail(struct libvirt_sampler *sampler)
{
    vm_detail_unref(sampler->detail);
    sampler->detail = NULL;
    sampler->detail_uuid[0] = '\0';
}

void sample_detail(struct sample_round *round)
{
    struct libvirt_sampler *sampler = round->sampler;
    const char *focus = round->interest ? round->interest->focus : "";
    const struct vm_record *record = focus[0] ? vm_records_find(&sampler->records, focus) : NULL;
    virDomainPtr vm = record ? sample_handle(round, record) : NULL;
    if (!vm) {
        drop_detail(sampler);
        return;
    }
    uint64_t now_ns = clock_monotonic_ns();
    bool same = strcmp(sampler->detail_uuid, focus) == 0;
    if (same && !sampler->detail_stale && now_ns - sampler->detail_ns < REFRESH_NS)
        return;
    drop_detail(sampler);
    sampler->detail = vm_detail_create();
    read_snapshots(sampler->detail, vm);
    sampler->detail->xml = scrubbed_xml(vm);
    memcpy(sampler->detail_uuid, record->last.uuid, VM_UUID_SIZE);
    sampler->detail_ns = now_ns;
    sampler->detail_stale = false;
}
