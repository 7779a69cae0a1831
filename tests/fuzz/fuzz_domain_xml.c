// SPDX-License-Identifier: GPL-2.0-or-later
// XML from a hypervisor: read or refused, never a control character in what is read.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/domain_xml.h"
#include "core/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    for (; text && *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            abort();
}

static void check_definition(const char *xml)
{
    struct vm_definition *definition = domain_xml_parse(xml, NULL);
    if (!definition)
        return;
    check_text(definition->title);
    check_text(definition->machine);
    for (size_t i = 0; i < definition->disk_count; i++) {
        check_text(definition->disks[i].target);
        check_text(definition->disks[i].source);
    }
    for (size_t i = 0; i < definition->nic_count; i++)
        check_text(definition->nics[i].source);
    vm_definition_unref(definition);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct domain_xml_files files;
    struct domain_xml_disks disks;
    struct vm_snapshot_info snapshot;
    AUTO_FREE char *xml = memory_strndup((const char *)data, size);
    check_definition(xml);
    if (domain_xml_files(xml, &files, NULL))
        domain_xml_files_finish(&files);
    if (domain_xml_disks(xml, &disks, NULL))
        domain_xml_disks_finish(&disks);
    if (domain_xml_parse_snapshot(xml, &snapshot, NULL)) {
        check_text(snapshot.name);
        domain_xml_snapshot_finish(&snapshot);
    }
    return 0;
}
