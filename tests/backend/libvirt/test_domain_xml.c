// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/domain_xml.h"

#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"

static const char rich[] =
    "<domain type='kvm' id='3'><name>web1</name><title>Shop &amp; mail</title>"
    "<description>line one\nline two</description>"
    "<memory unit='MiB'>512</memory><currentMemory unit='KiB'>262144</currentMemory>"
    "<memoryBacking><hugepages/><locked/></memoryBacking>"
    "<vcpu placement='static' current='2'>4</vcpu>"
    "<os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>"
    "<loader readonly='yes' type='pflash'>/usr/share/OVMF/CODE.fd</loader>"
    "<nvram template='/x'>/var/lib/nvram/web1.fd</nvram></os>"
    "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>"
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
    "<source file='/images/web1.snap' index='1'/>"
    "<backingStore type='file' index='2'><format type='qcow2'/><source file='/images/web1.qcow2'/>"
    "<backingStore type='file' index='3'><format type='raw'/><source file='/images/base.raw'/>"
    "<backingStore/></backingStore></backingStore>"
    "<mirror type='file'><source file='/images/copy.qcow2'/></mirror>"
    "<target dev='vda' bus='virtio'/></disk>"
    "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>"
    "<disk type='block' device='disk'><driver type='raw'/><source dev='/dev/vg/data'/>"
    "<target dev='vdb' bus='virtio'/><shareable/></disk>"
    "<disk type='network' device='disk'><source protocol='rbd' name='pool/image'/>"
    "<target dev='vdc' bus='virtio'/></disk>"
    "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/>"
    "<target dev='vnet3'/><model type='virtio'/></interface>"
    "<interface type='user'><mac address='52:54:00:00:00:02'/></interface>"
    "<serial type='pty'><target port='0'/></serial>"
    "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
    "<hostdev mode='subsystem' type='pci'/>"
    "<memballoon model='virtio'><stats period='5'/></memballoon></devices></domain>";

START_TEST(a_rich_definition_is_read)
{
    struct error err = {0};
    struct vm_definition *definition = domain_xml_parse(rich, &err);
    ck_assert_msg(definition != NULL, "%s", err.text);
    ck_assert_str_eq(definition->type, "kvm");
    ck_assert_str_eq(definition->arch, "x86_64");
    ck_assert_str_eq(definition->machine, "pc-q35-7.2");
    ck_assert_str_eq(definition->emulator, "/usr/bin/qemu-system-x86_64");
    ck_assert_str_eq(definition->firmware, "efi");
    ck_assert_str_eq(definition->title, "Shop & mail");
    ck_assert_ptr_null(strchr(definition->description, '\n'));
    ck_assert_uint_eq(definition->vcpus_max, 4);
    ck_assert_uint_eq(definition->vcpus_current, 2);
    ck_assert_uint_eq(definition->memory_max_kib, 524288);
    ck_assert_uint_eq(definition->memory_current_kib, 262144);
    ck_assert_uint_eq(definition->balloon_period_s, 5);
    ck_assert(definition->has_balloon && definition->has_serial_console);
    ck_assert(definition->has_agent_channel && definition->has_hostdev && definition->has_nvram);
    ck_assert(definition->has_hugepages && definition->memory_locked);
    vm_definition_unref(definition);
}
END_TEST

START_TEST(devices_are_read)
{
    struct vm_definition *definition = domain_xml_parse(rich, NULL);
    ck_assert_uint_eq(definition->disk_count, 4);
    const struct disk_definition *vda = vm_definition_disk(definition, "vda");
    ck_assert_str_eq(vda->bus, "virtio");
    ck_assert_str_eq(vda->device, "disk");
    ck_assert_str_eq(vda->format, "qcow2");
    ck_assert_str_eq(vda->source, "/images/web1.snap");
    ck_assert(!vda->read_only && !vda->shareable);
    const struct disk_definition *sda = vm_definition_disk(definition, "sda");
    ck_assert_str_eq(sda->device, "cdrom");
    ck_assert_ptr_null(sda->source);
    ck_assert(sda->read_only);
    ck_assert_str_eq(vm_definition_disk(definition, "vdb")->source, "/dev/vg/data");
    ck_assert(vm_definition_disk(definition, "vdb")->shareable);
    ck_assert_str_eq(vm_definition_disk(definition, "vdc")->source, "rbd:pool/image");
    ck_assert_uint_eq(definition->nic_count, 2);
    ck_assert_str_eq(definition->nics[0].source, "br0");
    ck_assert_str_eq(definition->nics[0].target, "vnet3");
    ck_assert_str_eq(definition->nics[0].model, "virtio");
    ck_assert_str_eq(definition->nics[1].type, "user");
    ck_assert_ptr_null(definition->nics[1].source);
    vm_definition_unref(definition);
}
END_TEST

START_TEST(a_bare_definition_says_nothing)
{
    struct vm_definition *definition = domain_xml_parse("<domain/>", NULL);
    ck_assert_ptr_nonnull(definition);
    ck_assert_str_eq(definition->type, "unknown");
    ck_assert_str_eq(definition->firmware, "bios");
    ck_assert_uint_eq(definition->vcpus_max, 0);
    ck_assert_uint_eq(definition->memory_max_kib, 0);
    ck_assert(!definition->has_balloon && !definition->has_serial_console);
    ck_assert_uint_eq(definition->disk_count, 0);
    vm_definition_unref(definition);
}
END_TEST

static const struct {
    const char *xml;
    unsigned long long kib;
} sizes[] = {
    {"<domain><memory>1024</memory></domain>", 1024},
    {"<domain><memory unit='b'>4096</memory></domain>", 4},
    {"<domain><memory unit='GiB'>2</memory></domain>", 2097152},
    {"<domain><memory unit='MB'>1024</memory></domain>", 1000000},
    {"<domain><memory unit='TiB'>1</memory></domain>", 1073741824},
    {"<domain><memory unit='TiB'>99999999999999999999</memory></domain>", 0},
    {"<domain><memory unit='TiB'>9999999999</memory></domain>", 0},
    {"<domain><memory>-5</memory></domain>", 0},
    {"<domain><memory>many</memory></domain>", 0},
};

START_TEST(memory_sizes_have_units)
{
    struct vm_definition *definition = domain_xml_parse(sizes[_i].xml, NULL);
    ck_assert_uint_eq(definition->memory_max_kib, sizes[_i].kib);
    vm_definition_unref(definition);
}
END_TEST

static const char *const refused[] = {
    "",
    "no xml at all",
    "<domain>",
    "<network/>",
    "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><domain><title>&b;</title>"
    "</domain>",
    "<!DOCTYPE domain SYSTEM \"file:///etc/passwd\"><domain/>",
};

START_TEST(what_is_no_definition_is_refused)
{
    struct error err = {0};
    ck_assert_ptr_null(domain_xml_parse(refused[_i], &err));
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_uint_gt(strlen(err.text), 10);
}
END_TEST

START_TEST(a_huge_definition_is_refused)
{
    struct error err = {0};
    size_t size = 5u * 1024 * 1024;
    AUTO_FREE char *xml = memory_alloc(size + 1);
    memset(xml, ' ', size);
    memcpy(xml, "<domain>", 8);
    memcpy(xml + size - 9, "</domain>", 9);
    ck_assert_ptr_null(domain_xml_parse(xml, &err));
    ck_assert_str_eq(err.text, "the definition is larger than 4 MiB");
}
END_TEST

START_TEST(text_is_scrubbed)
{
    struct vm_definition *definition = domain_xml_parse("<domain><title>a&#x9b;31mb\xe2\x80\xae"
                                                        "c</title></domain>",
                                                        NULL);
    ck_assert_str_eq(definition->title, "a\xef\xbf\xbd"
                                        "31mb\xef\xbf\xbd"
                                        "c");
    vm_definition_unref(definition);
}
END_TEST

static bool has_path(const struct domain_xml_files *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->paths[i], path) == 0)
            return true;
    return false;
}

START_TEST(every_file_of_the_chains_is_found)
{
    struct domain_xml_files files;
    ck_assert(domain_xml_files(rich, &files, NULL));
    static const char *const expected[] = {
        "/images/web1.snap",       "/images/web1.qcow2", "/images/base.raw",
        "/images/copy.qcow2",      "/dev/vg/data",       "/var/lib/nvram/web1.fd",
        "/usr/share/OVMF/CODE.fd",
    };
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++)
        ck_assert_msg(has_path(&files, expected[i]), "%s", expected[i]);
    ck_assert_uint_eq(files.count, 7);
    domain_xml_files_finish(&files);
    ck_assert_uint_eq(files.count, 0);
}
END_TEST

START_TEST(paths_keep_their_bytes)
{
    struct domain_xml_disks disks;
    ck_assert(domain_xml_disks("<domain><devices><disk type='file'><source file='/a&amp;\xe2\x80"
                               "\xaez'/><target dev='vda'/></disk><disk type='block'><source "
                               "dev='/dev/sdz'/><target dev='vdb'/></disk></devices></domain>",
                               &disks, NULL));
    ck_assert_uint_eq(disks.count, 2);
    ck_assert_str_eq(disks.items[0].path, "/a&\xe2\x80\xaez");
    ck_assert_str_eq(disks.items[0].device, "disk");
    ck_assert_ptr_null(disks.items[1].path);
    domain_xml_disks_finish(&disks);
}
END_TEST

START_TEST(snapshots_are_read)
{
    struct vm_snapshot_info info;
    ck_assert(domain_xml_parse_snapshot(
        "<domainsnapshot><name>s2</name><description>two</description><state>running</state>"
        "<creationTime>1700000000</creationTime><parent><name>s1</name></parent>"
        "<memory snapshot='internal'/><disks><disk name='vda' snapshot='internal'/></disks>"
        "<domain><name>web1</name></domain></domainsnapshot>",
        &info, NULL));
    ck_assert_str_eq(info.name, "s2");
    ck_assert_str_eq(info.parent, "s1");
    ck_assert_str_eq(info.description, "two");
    ck_assert_int_eq(info.created_s, 1700000000);
    ck_assert_int_eq(info.state, VM_STATE_RUNNING);
    ck_assert(info.memory_included && !info.external);
    domain_xml_snapshot_finish(&info);

    ck_assert(domain_xml_parse_snapshot(
        "<domainsnapshot><name>e</name><state>disk-snapshot</state><memory snapshot='no'/><disks>"
        "<disk name='vda' snapshot='external'/></disks></domainsnapshot>",
        &info, NULL));
    ck_assert(info.external && !info.memory_included);
    ck_assert_ptr_null(info.parent);
    domain_xml_snapshot_finish(&info);
    ck_assert(!domain_xml_parse_snapshot("<domain/>", &info, NULL));
}
END_TEST

START_TEST(escaping)
{
    struct str out;
    str_init(&out);
    domain_xml_escape(&out, "a<b>&'\"\xc3\xa4");
    ck_assert_str_eq(out.text, "a&lt;b&gt;&amp;&apos;&quot;\xc3\xa4");
    str_finish(&out);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("domain_xml");
    TCase *tests = tcase_create("reading");
    tcase_add_test(tests, a_rich_definition_is_read);
    tcase_add_test(tests, devices_are_read);
    tcase_add_test(tests, a_bare_definition_says_nothing);
    tcase_add_loop_test(tests, memory_sizes_have_units, 0, ARRAY_COUNT(sizes));
    tcase_add_loop_test(tests, what_is_no_definition_is_refused, 0, ARRAY_COUNT(refused));
    tcase_add_test(tests, a_huge_definition_is_refused);
    tcase_add_test(tests, text_is_scrubbed);
    tcase_add_test(tests, every_file_of_the_chains_is_found);
    tcase_add_test(tests, paths_keep_their_bytes);
    tcase_add_test(tests, snapshots_are_read);
    tcase_add_test(tests, escaping);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
