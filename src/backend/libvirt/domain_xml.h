// SPDX-License-Identifier: GPL-2.0-or-later
// libvirt's XML, read into the model's plain values. The text comes from a hypervisor that may be
// hostile: it is bounded, never makes the parser touch the network or a file, and a document type
// (the door to entity bombs) is refused outright. Pure functions; any thread.
#ifndef VMTUI_BACKEND_LIBVIRT_DOMAIN_XML_H
#define VMTUI_BACKEND_LIBVIRT_DOMAIN_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/model/model.h"
#include "core/str.h"

#define DOMAIN_XML_MAX_BYTES (4u * 1024 * 1024)

// A VM's definition, one holder; NULL and err for anything that is not one.
struct vm_definition *domain_xml_parse(const char *xml, struct error *err);

// Every file or device that a definition reads or writes: sources, backing chains, mirrors, NVRAM,
// unscrubbed, so that they can be compared with what is on the disk. Caller frees.
struct domain_xml_files {
    char **paths;
    size_t count;
};
bool domain_xml_files(const char *xml, struct domain_xml_files *files, struct error *err);
void domain_xml_files_finish(struct domain_xml_files *files); // takes a zeroed one

// What deleting and growing need to know of one disk, unscrubbed.
struct domain_xml_disk {
    char *target, *device, *type, *format, *path; // path: NULL unless it is a file
    bool read_only, shareable;
};
struct domain_xml_disks {
    struct domain_xml_disk *items;
    size_t count;
};
bool domain_xml_disks(const char *xml, struct domain_xml_disks *disks, struct error *err);
void domain_xml_disks_finish(struct domain_xml_disks *disks); // takes a zeroed one

// The file that a storage <volume> builds on, unscrubbed (caller frees), or NULL for none.
bool domain_xml_volume_backing(const char *xml, char **path, struct error *err);

// One <domainsnapshot>. *info is filled (current stays false); finish frees what it holds.
bool domain_xml_parse_snapshot(const char *xml, struct vm_snapshot_info *info, struct error *err);
void domain_xml_snapshot_finish(struct vm_snapshot_info *info);

// Adds text with the characters replaced that mean something in XML.
void domain_xml_escape(struct str *out, const char *text);

#endif
