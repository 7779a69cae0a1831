// SPDX-License-Identifier: GPL-2.0-or-later
#include <libvirt/virterror.h>
#include <stdlib.h>

#include "backend/driver.h"
#include "backend/libvirt/embed/libvirt_embed.h"
#include "backend/libvirt/libvirt_choose.h"
#include "backend/libvirt/libvirt_connect.h"
#include "backend/libvirt/libvirt_scheme.h"
#include "check_main.h"
#include "core/memory.h"

static const struct {
    const char *uri, *opened, *shown;
} cases[] = {
    {"qemu:///system", "qemu:///system", "qemu:///system"},
    {"qemu+ssh://me@host/system", "qemu+ssh://me@host/system?no_tty=1",
     "qemu+ssh://me@host/system"},
    {"qemu+ssh://h/system?keyfile=/k", "qemu+ssh://h/system?keyfile=/k&no_tty=1",
     "qemu+ssh://h/system?keyfile=/k"},
    {"qemu+ssh://h/system?no_tty=0", "qemu+ssh://h/system?no_tty=0",
     "qemu+ssh://h/system?no_tty=0"},
    {"esx://root:secret@esx1/?a=b@c:d", "esx://root:secret@esx1/?a=b@c:d",
     "esx://root@esx1/?a=b@c:d"},
    {"test:///a+ssh", "test:///a+ssh", "test:///a+ssh"},
};

START_TEST(uris_are_opened_and_shown)
{
    AUTO_FREE char *opened = libvirt_connect_uri(cases[_i].uri);
    AUTO_FREE char *shown = libvirt_display_uri(cases[_i].uri);
    ck_assert_str_eq(opened, cases[_i].opened);
    ck_assert_str_eq(shown, cases[_i].shown);
}
END_TEST

START_TEST(an_embedded_root_is_escaped)
{
    AUTO_FREE char *uri = libvirt_embed_uri("/srv/my vms&co/\xc3\xa4");
    ck_assert_str_eq(uri, "qemu:///embed?root=/srv/my%20vms%26co/%C3%A4");
    ck_assert(libvirt_embed_is(uri));
    ck_assert(libvirt_embed_is("qemu:///embed"));
    ck_assert(!libvirt_embed_is("qemu:///embedded"));
    ck_assert(!libvirt_embed_is("qemu:///system"));
}
END_TEST

START_TEST(the_environment_chooses_first)
{
    struct str why;
    str_init(&why);
    setenv("LIBVIRT_DEFAULT_URI", "test:///default", 1);
    AUTO_FREE char *uri = libvirt_choose_uri(NULL, &why);
    ck_assert_str_eq(uri, "test:///default");
    ck_assert_str_eq(why.text, "LIBVIRT_DEFAULT_URI says so");
    str_finish(&why);
}
END_TEST

static const struct {
    const char *uri;
    enum error_kind kind;
    const char *text;
} refused[] = {
    {"qemu:///embed?root=relative", ERROR_INVALID,
     "the embedded engine's root must be an absolute path, not \"relative\""},
    {"qemu:///embed?root=/tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ERROR_INVALID,
     "the path of the embedded engine's root, /tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
     "is "
     "too long: sockets below it leave room for 48 bytes; choose another one with embed_root"},
};

START_TEST(bad_embedded_roots_are_refused)
{
    struct error err = {0};
    char *notice = NULL;
    ck_assert_ptr_null(libvirt_embed_prepare(refused[_i].uri, NULL, NULL, &notice, &err));
    ck_assert_int_eq(err.kind, refused[_i].kind);
    ck_assert_str_eq(err.text, refused[_i].text);
    ck_assert_ptr_null(notice);
}
END_TEST

#define KNOWN                                                                                      \
    "qemu, xen, lxc, vbox, esx, gsx, vpx, vmwareplayer, vmwarews, vmwarefusion, openvz, bhyve, "   \
    "ch, hyperv, vz, parallels, phyp and test; this machine's own VMs are at qemu:///system"
#define NO_URI                                                                                     \
    " is no connection URI: this machine's own VMs are at qemu:///system, those of another one "   \
    "at qemu+ssh://root@HOST/system"

static const struct {
    const char *uri, *text;
} unopenable[] = {
    {"ftp://x", "libvirt has no driver called \"ftp\": it knows " KNOWN},
    {"qem://u:secret@h/", "libvirt has no driver called \"qem\": it knows " KNOWN},
    {"QEMU:///system", "libvirt has no driver called \"QEMU\": it knows " KNOWN},
    {"qemux+ssh://h/system", "libvirt has no driver called \"qemux\": it knows " KNOWN},
    {"host:16509", "libvirt has no driver called \"host\": it knows " KNOWN},
    {"qemu+ftp://h/system", "libvirt has no transport called \"ftp\": after the + it knows ssh, "
                            "libssh, libssh2, tls, tcp, unix and ext"},
    {"qemu+://h/system", "libvirt has no transport called \"\": after the + it knows ssh, libssh, "
                         "libssh2, tls, tcp, unix and ext"},
    {"nonsense", "\"nonsense\"" NO_URI}, // by libvirt itself: it is no alias
    {"host.example.org", "\"host.example.org\"" NO_URI},
    {"/etc", "\"/etc\"" NO_URI},
    {"://x", "\"://x\"" NO_URI},
    {"a\033[2J b", "\"a?[2J b\"" NO_URI},
};

START_TEST(what_no_driver_is_for_is_refused_in_words)
{
    struct error err = {0};
    struct driver_settings settings = {.tick_s = 1};
    ck_assert_ptr_null(libvirt_driver_ops.open(unopenable[_i].uri, &settings, &err));
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_str_eq(err.text, unopenable[_i].text);
}
END_TEST

static const char *const known[] = {
    "qemu:///system",
    "qemu:///embed?root=/x",
    "qemu+unix:///system?socket=/x",
    "qemu+tls://h/system",
    "qemu+tcp://h/system",
    "qemu+ssh://h/system",
    "qemu+libssh://h/system",
    "qemu+libssh2://h/system",
    "qemu+ext://h/system?command=x",
    "xen:///system",
    "lxc:///system",
    "vbox:///session",
    "esx://h/",
    "gsx://h/",
    "vpx://h/dc/cluster/host",
    "vmwareplayer:///session",
    "vmwarews:///session",
    "vmwarefusion:///session",
    "openvz:///system",
    "bhyve:///system",
    "ch:///system",
    "hyperv://h/",
    "vz:///system",
    "parallels:///system",
    "test:///default",
    "phyp://h/",
    "test+ssh://h/default",
    "", // libvirt's own default
    "xen",
    "an_alias-2", // of libvirt.conf
};

START_TEST(what_libvirt_may_know_is_left_to_it)
{
    struct error err = {0};
    ck_assert_msg(libvirt_scheme_check(known[_i], &err), "%s", err.text);
}
END_TEST

static const struct {
    const char *uri;
    int code;
    const char *said;
    enum error_kind kind;
    const char *text;
} driverless[] = {
    {"qemu:///embed?root=/x", VIR_ERR_NO_CONNECT,
     "no connection driver available for qemu:///embed?root=/x", ERROR_UNSUPPORTED,
     "the libvirt there has no driver for qemu; it must be installed first (on Debian the package "
     "libvirt-daemon-driver-qemu)"},
    {"vbox+ssh://h/session", VIR_ERR_NO_CONNECT, "no connection driver available for vbox:///x",
     ERROR_UNSUPPORTED,
     "the libvirt there has no driver for vbox; it must be installed first (on Debian the package "
     "libvirt-daemon-driver-vbox)"},
    {"vz:///system", VIR_ERR_NO_CONNECT, "no connection driver available for vz:///system",
     ERROR_UNSUPPORTED, "the libvirt there has no driver for vz; it must be installed first"},
    {"hyperv://h/", VIR_ERR_CONFIG_UNSUPPORTED, "libvirt was built without the 'hyperv' driver",
     ERROR_UNSUPPORTED, "this machine's libvirt was built without its driver for hyperv"},
    {"vmwareplayer:///session", VIR_ERR_INTERNAL_ERROR, "vmrun utility is missing",
     ERROR_UNSUPPORTED, "VMware's program vmrun is not installed on this machine"},
    {"openvz:///system", VIR_ERR_INTERNAL_ERROR, "OpenVZ control file /proc/vz does not exist",
     ERROR_UNSUPPORTED, "OpenVZ is not installed on this machine: /proc/vz is missing"},
    {"qemu:///system", VIR_ERR_SYSTEM_ERROR, "something else", ERROR_OFFLINE, "something else"},
};

START_TEST(a_missing_driver_is_named)
{
    struct error err = {0};
    error_set(&err, ERROR_OFFLINE, driverless[_i].code, "%s", driverless[_i].said);
    libvirt_scheme_explain(driverless[_i].uri, &err);
    ck_assert_int_eq(err.kind, driverless[_i].kind);
    ck_assert_int_eq(err.code, driverless[_i].code);
    ck_assert_str_eq(err.text, driverless[_i].text);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("libvirt_uris");
    TCase *tests = tcase_create("uris");
    tcase_add_loop_test(tests, uris_are_opened_and_shown, 0, ARRAY_COUNT(cases));
    tcase_add_test(tests, an_embedded_root_is_escaped);
    tcase_add_test(tests, the_environment_chooses_first);
    tcase_add_loop_test(tests, bad_embedded_roots_are_refused, 0, ARRAY_COUNT(refused));
    tcase_add_loop_test(tests, what_no_driver_is_for_is_refused_in_words, 0,
                        ARRAY_COUNT(unopenable));
    tcase_add_loop_test(tests, what_libvirt_may_know_is_left_to_it, 0, ARRAY_COUNT(known));
    tcase_add_loop_test(tests, a_missing_driver_is_named, 0, ARRAY_COUNT(driverless));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
