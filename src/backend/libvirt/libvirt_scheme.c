// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_scheme.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define SHOWN_MAX_BYTES 80

#define LOWER       "abcdefghijklmnopqrstuvwxyz"
#define UPPER       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALIAS_CHARS LOWER UPPER "0123456789_-"
#define URI_CHARS   LOWER UPPER "0123456789+.-"

static const char *const drivers[] = {
    "qemu", "xen",          "lxc",      "vbox",         "esx",    "gsx",
    "vpx",  "vmwareplayer", "vmwarews", "vmwarefusion", "openvz", "bhyve",
    "ch",   "hyperv",       "vz",       "parallels",    "phyp",   "test",
};
static const char *const transports[] = {"ssh", "libssh", "libssh2", "tls", "tcp", "unix", "ext"};
// Debian has each of these in a package of its own.
static const char *const packaged[] = {"qemu", "xen", "lxc", "vbox"};

static bool is_one_of(const char *const *words, size_t count, const char *text, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == length && strncmp(words[i], text, length) == 0)
            return true;
    return false;
}

// Bytes before the colon; 0 when nothing there can be a scheme.
static size_t scheme_length(const char *uri)
{
    size_t length = strspn(uri, URI_CHARS);
    return uri[length] == ':' ? length : 0;
}

static bool refuse_word(const char *uri, int code, struct error *err)
{
    AUTO_FREE char *shown = utf8_scrub_dup(uri, SHOWN_MAX_BYTES);
    return error_set(err, ERROR_INVALID, code,
                     "\"%s\" is no connection URI: this machine's own VMs are at qemu:///system, "
                     "those of another one at qemu+ssh://root@HOST/system",
                     shown);
}

// "a, b and c"
static char *list_words(const char *const *words, size_t count)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < count; i++)
        str_printf(&text, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " and ", words[i]);
    return str_take(&text);
}

static bool refuse_driver(const char *name, struct error *err)
{
    AUTO_FREE char *shown = utf8_scrub_dup(name, SHOWN_MAX_BYTES);
    AUTO_FREE char *known = list_words(drivers, ARRAY_COUNT(drivers));
    return error_set(err, ERROR_INVALID, 0,
                     "libvirt has no driver called \"%s\": it knows %s; this machine's own VMs are "
                     "at qemu:///system",
                     shown, known);
}

static bool refuse_transport(const char *name, struct error *err)
{
    AUTO_FREE char *shown = utf8_scrub_dup(name, SHOWN_MAX_BYTES);
    AUTO_FREE char *known = list_words(transports, ARRAY_COUNT(transports));
    return error_set(err, ERROR_INVALID, 0,
                     "libvirt has no transport called \"%s\": after the + it knows %s", shown,
                     known);
}

bool libvirt_scheme_check(const char *uri, struct error *err)
{
    size_t length = scheme_length(uri);
    if (length == 0)
        return uri[strspn(uri, ALIAS_CHARS)] == '\0' || refuse_word(uri, 0, err);
    AUTO_FREE char *driver = memory_strndup(uri, length);
    char *transport = strchr(driver, '+');
    if (transport)
        *transport++ = '\0';
    if (!is_one_of(drivers, ARRAY_COUNT(drivers), driver, strlen(driver)))
        return refuse_driver(driver, err);
    if (transport && !is_one_of(transports, ARRAY_COUNT(transports), transport, strlen(transport)))
        return refuse_transport(transport, err);
    return true;
}

static void explain_no_driver(const char *uri, struct error *err)
{
    size_t length = strcspn(uri, "+:");
    AUTO_FREE char *driver = memory_strndup(uri, length);
    AUTO_FREE char *package =
        is_one_of(packaged, ARRAY_COUNT(packaged), uri, length)
            ? memory_printf(" (on Debian the package libvirt-daemon-driver-%s)", driver)
            : memory_strdup("");
    error_set(err, ERROR_UNSUPPORTED, err->code,
              "the libvirt there has no driver for %s; it must be installed first%s", driver,
              package);
}

void libvirt_scheme_explain(const char *uri, struct error *err)
{
    if (err->code == VIR_ERR_NO_CONNECT && scheme_length(uri) == 0)
        refuse_word(uri, err->code, err);
    else if (err->code == VIR_ERR_NO_CONNECT)
        explain_no_driver(uri, err);
    else if (strstr(err->text, "libvirt was built without the"))
        error_set(err, ERROR_UNSUPPORTED, err->code,
                  "this machine's libvirt was built without its driver for %.*s",
                  (int)strcspn(uri, "+:"), uri);
    else if (strstr(err->text, "vmrun utility is missing"))
        error_set(err, ERROR_UNSUPPORTED, err->code,
                  "VMware's program vmrun is not installed on this machine");
    else if (strstr(err->text, "OpenVZ control file"))
        error_set(err, ERROR_UNSUPPORTED, err->code,
                  "OpenVZ is not installed on this machine: /proc/vz is missing");
}
