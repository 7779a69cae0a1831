// SPDX-License-Identifier: GPL-2.0-or-later
// What a connection says about its host once: hypervisor, versions, processor, what it can do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/libvirt/kvm_probe.h"
#include "backend/libvirt/libvirt_connect.h"
#include "backend/libvirt/libvirt_driver.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

static bool uri_is_local(const char *uri)
{
    const char *authority = strstr(uri, "://");
    if (!authority)
        return true;
    authority += 3;
    bool ssh_like = strstr(uri, "+ssh") || strstr(uri, "+libssh") || strstr(uri, "+ext");
    return (*authority == '/' || *authority == '\0') && !ssh_like;
}

static char *version_text(const char *what, unsigned long version)
{
    return memory_printf("%s %lu.%lu.%lu", what, version / 1000000, version / 1000 % 1000,
                         version % 1000);
}

static void read_versions(struct libvirt_facts *facts, virConnectPtr connection)
{
    unsigned long version = 0;
    AUTO_FREE char *type = utf8_scrub_dup(virConnectGetType(connection), 64);
    facts->flavour = str_equal(type, "QEMU")   ? LIBVIRT_QEMU
                     : str_equal(type, "TEST") ? LIBVIRT_TEST
                                               : LIBVIRT_OTHER;
    if (virConnectGetVersion(connection, &version) == 0 && version > 0)
        facts->hypervisor = version_text(type ? type : "hypervisor", version);
    else
        facts->hypervisor = memory_strdup(type);
    if (virConnectGetLibVersion(connection, &version) == 0)
        facts->library_version = version_text("libvirt", version);
}

// "model name" of /proc/cpuinfo; libvirt itself knows the architecture only.
static char *local_cpu_model(void)
{
    char line[512];
    char *model = NULL;
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && !model && fgets(line, sizeof(line), file)) {
        char *value = strchr(line, ':');
        if (!str_starts_with(line, "model name") || !value)
            continue;
        value += 1 + strspn(value + 1, " ");
        value[strcspn(value, "\n")] = '\0';
        model = utf8_scrub_dup(value, 128);
    }
    if (file)
        fclose(file);
    return model;
}

static void read_node(struct libvirt_facts *facts, virConnectPtr connection)
{
    virNodeInfo node;
    if (virNodeGetInfo(connection, &node) < 0)
        return;
    node.model[sizeof(node.model) - 1] = '\0';
    facts->arch = utf8_scrub_dup(node.model, sizeof(node.model));
    facts->cpus = node.cpus;
    if (facts->local)
        facts->cpu_model = local_cpu_model();
}

static void read_acceleration(struct libvirt_facts *facts, virConnectPtr connection)
{
    struct str why;
    if (facts->flavour != LIBVIRT_QEMU)
        return;
    if (!facts->local) {
        char *answer = virConnectGetDomainCapabilities(connection, NULL, NULL, NULL, "kvm", 0);
        facts->acceleration =
            memory_strdup(answer ? "KVM" : "software emulation: the host offers no KVM");
        free(answer);
        return;
    }
    str_init(&why);
    if (kvm_probe(&why))
        facts->acceleration = memory_strdup("KVM");
    else
        facts->acceleration = memory_printf("software emulation: %s", why.text);
    str_finish(&why);
}

bool libvirt_facts_read(struct libvirt_facts *facts, virConnectPtr connection, const char *uri)
{
    read_versions(facts, connection);
    bool embedded = strstr(uri, "///embed") != NULL;
    facts->in_process = embedded || facts->flavour == LIBVIRT_TEST;
    facts->local = facts->flavour != LIBVIRT_TEST && uri_is_local(uri);
    read_node(facts, connection);
    read_acceleration(facts, connection);
    AUTO_FREE char *name =
        facts->flavour == LIBVIRT_TEST ? memory_strdup("test") : virConnectGetHostname(connection);
    facts->host_name = name ? utf8_scrub_dup(name, 127) : memory_strdup("host");
    facts->display_uri = libvirt_display_uri(uri);
    return true;
}

void libvirt_facts_finish(struct libvirt_facts *facts)
{
    free(facts->hypervisor);
    free(facts->library_version);
    free(facts->arch);
    free(facts->cpu_model);
    free(facts->acceleration);
    free(facts->host_name);
    free(facts->display_uri);
    free(facts->notice);
}

#define CAN(capability) (UINT64_C(1) << HOST_CAN_##capability)

// What libvirt's drivers implement; what turns out to be missing is forgotten on first refusal.
uint64_t libvirt_facts_capabilities(const struct libvirt_facts *facts, bool read_only)
{
    uint64_t basic = CAN(CHANGE) | CAN(AUTOSTART) | CAN(UNDEFINE) | CAN(PAUSE) | CAN(BALLOON);
    if (read_only)
        return 0;
    switch (facts->flavour) {
    case LIBVIRT_QEMU:
        return basic | CAN(SAVE) | CAN(RENAME) | CAN(SNAPSHOT) | CAN(SNAPSHOT_DISK_ONLY) |
               CAN(VCPU_HOTPLUG) | CAN(DISK_GROW) | CAN(CONSOLE) | CAN(AGENT) | CAN(RESET);
    case LIBVIRT_TEST:
        return basic | CAN(SAVE) | CAN(RENAME) | CAN(SNAPSHOT) | CAN(VCPU_HOTPLUG);
    default:
        return basic | CAN(SAVE) | CAN(VCPU_HOTPLUG) | CAN(CONSOLE) | CAN(SNAPSHOT);
    }
}
