// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/domain_xml.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

#define DEVICES_MAX 1024 // disks, or interfaces, of one VM
#define TEXT_MAX    8192 // bytes of one value

static void init_parser(void)
{
    xmlInitParser();
}

static xmlDocPtr parse(const char *xml, const char *root_name, struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_parser);
    size_t length = strnlen(xml, DOMAIN_XML_MAX_BYTES + 1);
    if (length > DOMAIN_XML_MAX_BYTES) {
        error_set(err, ERROR_INVALID, 0, "the definition is larger than 4 MiB");
        return NULL;
    }
    if (strstr(xml, "<!DOCTYPE") || strstr(xml, "<!ENTITY")) {
        error_set(err, ERROR_INVALID, 0,
                  "the definition contains a document type, which no "
                  "hypervisor writes");
        return NULL;
    }
    xmlDocPtr document = xmlReadMemory(xml, (int)length, NULL, "UTF-8",
                                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                           XML_PARSE_NOCDATA);
    xmlNodePtr root = document ? xmlDocGetRootElement(document) : NULL;
    if (!root || document->intSubset || document->extSubset ||
        strcmp((const char *)root->name, root_name) != 0) {
        xmlFreeDoc(document);
        error_set(err, ERROR_INVALID, 0, "the hypervisor's XML is not a <%s>", root_name);
        return NULL;
    }
    return document;
}

static bool is_element(xmlNodePtr node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && (!name || strcmp((const char *)node->name, name) == 0);
}

static xmlNodePtr child(xmlNodePtr parent, const char *name)
{
    for (xmlNodePtr node = parent ? parent->children : NULL; node; node = node->next)
        if (is_element(node, name))
            return node;
    return NULL;
}

static xmlNodePtr next_sibling(xmlNodePtr node, const char *name)
{
    for (node = node->next; node; node = node->next)
        if (is_element(node, name))
            return node;
    return NULL;
}

// Into malloc'd memory of ours; NULL when there is none or it is empty.
static char *taken(xmlChar *value, bool scrubbed)
{
    char *copy = NULL;
    if (value && value[0])
        copy = scrubbed ? utf8_scrub_dup((const char *)value, TEXT_MAX)
                        : memory_strndup((const char *)value, TEXT_MAX);
    xmlFree(value);
    return copy;
}

static char *attribute(xmlNodePtr node, const char *name)
{
    return node ? taken(xmlGetNoNsProp(node, (const xmlChar *)name), true) : NULL;
}

static char *raw_attribute(xmlNodePtr node, const char *name)
{
    return node ? taken(xmlGetNoNsProp(node, (const xmlChar *)name), false) : NULL;
}

static char *content(xmlNodePtr node)
{
    return node ? taken(xmlNodeGetContent(node), true) : NULL;
}

static bool attribute_is(xmlNodePtr node, const char *name, const char *value)
{
    AUTO_FREE char *text = attribute(node, name);
    return text && strcmp(text, value) == 0;
}

static uint64_t number(const char *text)
{
    if (!text)
        return 0;
    while (*text == ' ' || *text == '\n' || *text == '\t')
        text++;
    if (*text < '0' || *text > '9')
        return 0;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    return errno ? 0 : value;
}

static unsigned small_number(const char *text)
{
    uint64_t value = number(text);
    return value > 1000000 ? 0 : (unsigned)value;
}

static uint64_t memory_kib(xmlNodePtr node)
{
    static const struct {
        const char *unit;
        uint64_t bytes;
    } units[] = {
        {"b", 1},           {"bytes", 1},        {"KB", 1000},      {"k", 1024},
        {"KiB", 1024},      {"MB", 1000000},     {"M", 1u << 20},   {"MiB", 1u << 20},
        {"GB", 1000000000}, {"G", 1u << 30},     {"GiB", 1u << 30}, {"TB", UINT64_C(1000000000000)},
        {"T", 1ull << 40},  {"TiB", 1ull << 40},
    };
    AUTO_FREE char *text = content(node);
    AUTO_FREE char *unit = attribute(node, "unit");
    uint64_t value = number(text), bytes = 1024, product;
    for (size_t i = 0; unit && i < ARRAY_COUNT(units); i++)
        if (strcmp(units[i].unit, unit) == 0)
            bytes = units[i].bytes;
    return __builtin_mul_overflow(value, bytes, &product) ? 0 : product / 1024;
}

// Where a <source> points: a path, a volume, or protocol:name. raw paths are not scrubbed.
static char *source_text(xmlNodePtr source, bool raw)
{
    static const char *const direct[] = {"file", "dev", "dir", "path"};
    char *(*get)(xmlNodePtr, const char *) = raw ? raw_attribute : attribute;
    for (size_t i = 0; i < ARRAY_COUNT(direct); i++) {
        char *text = get(source, direct[i]);
        if (text)
            return text;
    }
    AUTO_FREE char *protocol = get(source, "protocol");
    AUTO_FREE char *pool = get(source, "pool");
    AUTO_FREE char *name = get(source, pool ? "volume" : "name");
    if (!pool && !protocol)
        return NULL;
    return memory_printf("%s%s%s", pool ? pool : protocol, pool ? "/" : ":", name ? name : "");
}

static void add_disk(struct vm_definition *definition, xmlNodePtr node)
{
    AUTO_FREE char *target = attribute(child(node, "target"), "dev");
    if (!target || definition->disk_count >= DEVICES_MAX)
        return;
    definition->disks =
        memory_resize(definition->disks, definition->disk_count + 1, sizeof(*definition->disks));
    struct disk_definition *disk = &definition->disks[definition->disk_count++];
    *disk = (struct disk_definition){
        .target = memory_strdup(target),
        .bus = attribute(child(node, "target"), "bus"),
        .device = attribute(node, "device"),
        .format = attribute(child(node, "driver"), "type"),
        .source = source_text(child(node, "source"), false),
        .read_only = child(node, "readonly") != NULL,
        .shareable = child(node, "shareable") != NULL,
    };
    if (!disk->device)
        disk->device = memory_strdup("disk");
}

static char *nic_source(xmlNodePtr source)
{
    static const char *const names[] = {"network", "bridge", "dev", "path", "name", "address"};
    for (size_t i = 0; source && i < ARRAY_COUNT(names); i++) {
        char *text = attribute(source, names[i]);
        if (text)
            return text;
    }
    return NULL;
}

static void add_nic(struct vm_definition *definition, xmlNodePtr node)
{
    AUTO_FREE char *type = attribute(node, "type");
    if (definition->nic_count >= DEVICES_MAX)
        return;
    definition->nics =
        memory_resize(definition->nics, definition->nic_count + 1, sizeof(*definition->nics));
    definition->nics[definition->nic_count++] = (struct nic_definition){
        .mac = attribute(child(node, "mac"), "address"),
        .type = memory_strdup(type ? type : "unknown"),
        .model = attribute(child(node, "model"), "type"),
        .source = nic_source(child(node, "source")),
        .target = attribute(child(node, "target"), "dev"),
    };
}

static void read_balloon(struct vm_definition *definition, xmlNodePtr node)
{
    AUTO_FREE char *period = attribute(child(node, "stats"), "period");
    definition->has_balloon = !attribute_is(node, "model", "none");
    definition->balloon_period_s = small_number(period);
}

static void read_device(struct vm_definition *definition, xmlNodePtr node)
{
    if (is_element(node, "disk"))
        add_disk(definition, node);
    else if (is_element(node, "interface"))
        add_nic(definition, node);
    else if (is_element(node, "emulator"))
        definition->emulator = definition->emulator ? definition->emulator : content(node);
    else if (is_element(node, "memballoon"))
        read_balloon(definition, node);
    else if (is_element(node, "hostdev"))
        definition->has_hostdev = true;
    else if (is_element(node, "serial") || is_element(node, "console"))
        definition->has_serial_console |= attribute_is(node, "type", "pty");
    else if (is_element(node, "channel"))
        definition->has_agent_channel |=
            attribute_is(child(node, "target"), "name", "org.qemu.guest_agent.0");
}

static void read_os(struct vm_definition *definition, xmlNodePtr os)
{
    xmlNodePtr type = child(os, "type"), loader = child(os, "loader");
    bool efi = attribute_is(os, "firmware", "efi") || attribute_is(loader, "type", "pflash");
    definition->arch = attribute(type, "arch");
    definition->machine = attribute(type, "machine");
    definition->has_nvram = child(os, "nvram") != NULL;
    definition->firmware = memory_strdup(efi ? "efi" : "bios");
}

static void read_sizes(struct vm_definition *definition, xmlNodePtr root)
{
    xmlNodePtr vcpu = child(root, "vcpu"), current = child(root, "currentMemory");
    AUTO_FREE char *vcpus = content(vcpu);
    AUTO_FREE char *vcpus_now = attribute(vcpu, "current");
    definition->vcpus_max = small_number(vcpus);
    definition->vcpus_current = vcpus_now ? small_number(vcpus_now) : definition->vcpus_max;
    definition->memory_max_kib = memory_kib(child(root, "memory"));
    definition->memory_current_kib = current ? memory_kib(current) : definition->memory_max_kib;
    xmlNodePtr backing = child(root, "memoryBacking");
    definition->has_hugepages = child(backing, "hugepages") != NULL;
    definition->memory_locked = child(backing, "locked") != NULL;
}

struct vm_definition *domain_xml_parse(const char *xml, struct error *err)
{
    xmlDocPtr document = parse(xml, "domain", err);
    if (!document)
        return NULL;
    xmlNodePtr root = xmlDocGetRootElement(document), devices = child(root, "devices");
    struct vm_definition *definition = vm_definition_create();
    definition->type = attribute(root, "type");
    if (!definition->type)
        definition->type = memory_strdup("unknown");
    definition->title = content(child(root, "title"));
    definition->description = content(child(root, "description"));
    read_os(definition, child(root, "os"));
    read_sizes(definition, root);
    for (xmlNodePtr node = devices ? devices->children : NULL; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            read_device(definition, node);
    xmlFreeDoc(document);
    return definition;
}

static void add_file(struct domain_xml_files *files, char *path)
{
    if (!path || path[0] != '/' || files->count >= 16 * DEVICES_MAX) {
        free(path);
        return;
    }
    files->paths = memory_resize(files->paths, files->count + 1, sizeof(*files->paths));
    files->paths[files->count++] = path;
}

// The chain nests: <disk> holds <source> and <backingStore>, which holds <source> and ...
static void collect_files(struct domain_xml_files *files, xmlNodePtr node, unsigned depth)
{
    static const char *const chains[] = {"backingStore", "mirror", "dataStore"};
    xmlNodePtr source = child(node, "source");
    if (!node || depth >= 256)
        return;
    if (source)
        add_file(files, source_text(source, true));
    for (size_t i = 0; i < ARRAY_COUNT(chains); i++) {
        collect_files(files, child(node, chains[i]), depth + 1);
        collect_files(files, child(source, chains[i]), depth + 1);
    }
}

static void collect_boot_files(struct domain_xml_files *files, xmlNodePtr os)
{
    static const char *const names[] = {"nvram", "loader", "kernel", "initrd", "dtb"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        xmlNodePtr node = child(os, names[i]);
        if (node)
            add_file(files, taken(xmlNodeGetContent(node), false));
        if (child(node, "source"))
            add_file(files, source_text(child(node, "source"), true));
    }
}

bool domain_xml_files(const char *xml, struct domain_xml_files *files, struct error *err)
{
    xmlDocPtr document = parse(xml, "domain", err);
    if (!document)
        return false;
    *files = (struct domain_xml_files){0};
    xmlNodePtr root = xmlDocGetRootElement(document), devices = child(root, "devices");
    for (xmlNodePtr disk = child(devices, "disk"); disk; disk = next_sibling(disk, "disk"))
        collect_files(files, disk, 0);
    collect_boot_files(files, child(root, "os"));
    xmlFreeDoc(document);
    return true;
}

void domain_xml_files_finish(struct domain_xml_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct domain_xml_files){0};
}

static void add_raw_disk(struct domain_xml_disks *disks, xmlNodePtr node)
{
    char *target = raw_attribute(child(node, "target"), "dev");
    if (!target || disks->count >= DEVICES_MAX) {
        free(target);
        return;
    }
    disks->items = memory_resize(disks->items, disks->count + 1, sizeof(*disks->items));
    struct domain_xml_disk *disk = &disks->items[disks->count++];
    *disk = (struct domain_xml_disk){
        .target = target,
        .device = raw_attribute(node, "device"),
        .type = raw_attribute(node, "type"),
        .format = raw_attribute(child(node, "driver"), "type"),
        .read_only = child(node, "readonly") != NULL,
        .shareable = child(node, "shareable") != NULL,
    };
    if (attribute_is(node, "type", "file"))
        disk->path = raw_attribute(child(node, "source"), "file");
    if (!disk->device)
        disk->device = memory_strdup("disk");
    if (!disk->type)
        disk->type = memory_strdup("file");
}

bool domain_xml_disks(const char *xml, struct domain_xml_disks *disks, struct error *err)
{
    xmlDocPtr document = parse(xml, "domain", err);
    if (!document)
        return false;
    *disks = (struct domain_xml_disks){0};
    xmlNodePtr devices = child(xmlDocGetRootElement(document), "devices");
    for (xmlNodePtr disk = child(devices, "disk"); disk; disk = next_sibling(disk, "disk"))
        add_raw_disk(disks, disk);
    xmlFreeDoc(document);
    return true;
}

void domain_xml_disks_finish(struct domain_xml_disks *disks)
{
    for (size_t i = 0; i < disks->count; i++) {
        free(disks->items[i].target);
        free(disks->items[i].device);
        free(disks->items[i].type);
        free(disks->items[i].format);
        free(disks->items[i].path);
    }
    free(disks->items);
    *disks = (struct domain_xml_disks){0};
}

bool domain_xml_volume_backing(const char *xml, char **path, struct error *err)
{
    xmlDocPtr document = parse(xml, "volume", err);
    if (!document)
        return false;
    xmlNodePtr backing = child(child(xmlDocGetRootElement(document), "backingStore"), "path");
    *path = backing ? taken(xmlNodeGetContent(backing), false) : NULL;
    xmlFreeDoc(document);
    return true;
}

static enum vm_state snapshot_state(const char *text)
{
    static const struct {
        const char *text;
        enum vm_state state;
    } states[] = {
        {"running", VM_STATE_RUNNING},       {"blocked", VM_STATE_IDLE},
        {"paused", VM_STATE_PAUSED},         {"shutdown", VM_STATE_SHUTTING_DOWN},
        {"shutoff", VM_STATE_SHUT_OFF},      {"crashed", VM_STATE_CRASHED},
        {"pmsuspended", VM_STATE_SUSPENDED},
    };
    for (size_t i = 0; text && i < ARRAY_COUNT(states); i++)
        if (strcmp(states[i].text, text) == 0)
            return states[i].state;
    return VM_STATE_UNKNOWN;
}

bool domain_xml_parse_snapshot(const char *xml, struct vm_snapshot_info *info, struct error *err)
{
    xmlDocPtr document = parse(xml, "domainsnapshot", err);
    if (!document)
        return false;
    xmlNodePtr root = xmlDocGetRootElement(document);
    AUTO_FREE char *state = content(child(root, "state"));
    AUTO_FREE char *created = content(child(root, "creationTime"));
    xmlNodePtr memory = child(root, "memory"), disks = child(root, "disks");
    *info = (struct vm_snapshot_info){
        .name = content(child(root, "name")),
        .parent = content(child(child(root, "parent"), "name")),
        .description = content(child(root, "description")),
        .created_s = (int64_t)number(created),
        .state = snapshot_state(state),
        .memory_included = attribute_is(memory, "snapshot", "internal") ||
                           attribute_is(memory, "snapshot", "external"),
        .external = attribute_is(memory, "snapshot", "external") ||
                    (state && strcmp(state, "disk-snapshot") == 0),
    };
    if (!info->name)
        info->name = memory_strdup("?");
    for (xmlNodePtr disk = child(disks, "disk"); disk; disk = next_sibling(disk, "disk"))
        info->external |= attribute_is(disk, "snapshot", "external");
    xmlFreeDoc(document);
    return true;
}

void domain_xml_snapshot_finish(struct vm_snapshot_info *info)
{
    free(info->name);
    free(info->parent);
    free(info->description);
    *info = (struct vm_snapshot_info){0};
}

void domain_xml_escape(struct str *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            str_add(out, "&amp;");
            break;
        case '<':
            str_add(out, "&lt;");
            break;
        case '>':
            str_add(out, "&gt;");
            break;
        case '"':
            str_add(out, "&quot;");
            break;
        case '\'':
            str_add(out, "&apos;");
            break;
        default:
            str_add_char(out, *text);
        }
}
