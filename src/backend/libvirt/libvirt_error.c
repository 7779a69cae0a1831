// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_error.h"

#include <libvirt/virterror.h>
#include <stddef.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

static const struct {
    int code;
    enum error_kind kind;
} kinds[] = {
    {VIR_ERR_NO_SUPPORT, ERROR_UNSUPPORTED},
    {VIR_ERR_CONFIG_UNSUPPORTED, ERROR_UNSUPPORTED},
    {VIR_ERR_OPERATION_UNSUPPORTED, ERROR_UNSUPPORTED},
    {VIR_ERR_ARGUMENT_UNSUPPORTED, ERROR_UNSUPPORTED},
    {VIR_ERR_NO_CONNECT, ERROR_OFFLINE},
    {VIR_ERR_INVALID_CONN, ERROR_OFFLINE},
    {VIR_ERR_RPC, ERROR_OFFLINE},
    {VIR_ERR_NO_SERVER, ERROR_OFFLINE},
    {VIR_ERR_LIBSSH, ERROR_OFFLINE},
    {VIR_ERR_SSH, ERROR_OFFLINE},
    {VIR_ERR_GNUTLS_ERROR, ERROR_OFFLINE},
    {VIR_ERR_AUTH_FAILED, ERROR_DENIED},
    {VIR_ERR_AUTH_CANCELLED, ERROR_DENIED},
    {VIR_ERR_AUTH_UNAVAILABLE, ERROR_DENIED},
    {VIR_ERR_OPERATION_DENIED, ERROR_DENIED},
    {VIR_ERR_ACCESS_DENIED, ERROR_DENIED},
    {VIR_ERR_NO_DOMAIN, ERROR_NOT_FOUND},
    {VIR_ERR_INVALID_DOMAIN, ERROR_NOT_FOUND},
    {VIR_ERR_NO_DOMAIN_SNAPSHOT, ERROR_NOT_FOUND},
    {VIR_ERR_NO_DOMAIN_CHECKPOINT, ERROR_NOT_FOUND},
    {VIR_ERR_NO_DOMAIN_METADATA, ERROR_NOT_FOUND},
    {VIR_ERR_NO_STORAGE_VOL, ERROR_NOT_FOUND},
    {VIR_ERR_NO_STORAGE_POOL, ERROR_NOT_FOUND},
    {VIR_ERR_DOM_EXIST, ERROR_EXISTS},
    {VIR_ERR_STORAGE_VOL_EXIST, ERROR_EXISTS},
    {VIR_ERR_RESOURCE_BUSY, ERROR_BUSY},
    {VIR_ERR_BLOCK_COPY_ACTIVE, ERROR_BUSY},
    {VIR_ERR_OPERATION_TIMEOUT, ERROR_TIMEOUT},
    {VIR_ERR_OPERATION_ABORTED, ERROR_CANCELLED},
    {VIR_ERR_OPERATION_INVALID, ERROR_INVALID},
    {VIR_ERR_INVALID_ARG, ERROR_INVALID},
    {VIR_ERR_XML_ERROR, ERROR_INVALID},
    {VIR_ERR_XML_DETAIL, ERROR_INVALID},
    {VIR_ERR_XML_INVALID_SCHEMA, ERROR_INVALID},
};

// What libvirt puts before the part that means something.
static const char *const prefixes[] = {
    "internal error: ",
    "operation failed: ",
    "Requested operation is not valid: ",
    "unsupported configuration: ",
    "Operation not supported: ",
    "argument unsupported: ",
    "invalid argument: ",
    "Timed out during operation: ",
    "XML error: ",
    "authentication failed: ",
    "authentication unavailable: ",
    "operation aborted: ",
    "resource busy: ",
    "End of file while reading data: ",
};

static const struct {
    const char *part; // of the message
    enum error_kind kind;
} telling[] = {
    {"No space left on device", ERROR_NO_SPACE},
    {"Disk quota exceeded", ERROR_NO_SPACE},
    {"End of file while reading data", ERROR_OFFLINE},
    {"client socket is closed", ERROR_OFFLINE},
    {"Failed to connect socket", ERROR_OFFLINE},
    {"connection closed due to keepalive timeout", ERROR_OFFLINE},
    {"unable to connect to server", ERROR_OFFLINE},
    {"Cannot recv data", ERROR_OFFLINE},
    {"Cannot write data", ERROR_OFFLINE},
    {"Permission denied", ERROR_DENIED},
    {"Active console session exists", ERROR_BUSY},
};

static enum error_kind kind_of(int code, const char *message)
{
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (kinds[i].code == code && code != VIR_ERR_INVALID_ARG)
            return kinds[i].kind;
    for (size_t i = 0; i < ARRAY_COUNT(telling); i++)
        if (strstr(message, telling[i].part))
            return telling[i].kind;
    return code == VIR_ERR_INVALID_ARG ? ERROR_INVALID : ERROR_FAILED;
}

static const char *without_prefixes(const char *message)
{
    for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++)
        if (str_starts_with(message, prefixes[i]) && message[strlen(prefixes[i])] != '\0')
            return without_prefixes(message + strlen(prefixes[i]));
    return message;
}

// Sentences for what people meet often; NULL when libvirt's own words must do.
static const char *plain_sentence(int code, const char *message)
{
    if (strstr(message, "End of file while reading data") || strstr(message, "Cannot recv data"))
        return "the hypervisor's daemon ended before it answered";
    switch (code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_INVALID_DOMAIN:
        return "%s is gone";
    case VIR_ERR_NO_SUPPORT:
        return "this hypervisor cannot do that to %s";
    case VIR_ERR_AGENT_UNRESPONSIVE:
        if (strstr(message, "not configured"))
            return "%s has no guest agent: its definition lacks the channel "
                   "org.qemu.guest_agent.0";
        return "the guest agent of %s does not answer: is qemu-guest-agent running in it?";
    case VIR_ERR_OPERATION_TIMEOUT:
        if (strstr(message, "state change lock"))
            return "%s does not answer: an earlier operation on it has not finished";
        return NULL;
    case VIR_ERR_OPERATION_INVALID:
        if (strstr(message, "domain is not running"))
            return "%s is not running";
        if (strstr(message, "domain is already running"))
            return "%s is already running";
        return NULL;
    default:
        if (strstr(message, "Unable to read from monitor"))
            return "the QEMU of %s ended unexpectedly";
        if (strstr(message, "QEMU guest agent is not configured"))
            return "%s has no guest agent: its definition lacks the channel "
                   "org.qemu.guest_agent.0";
        return NULL;
    }
}

static enum error_kind kind_by_sentence(int code, const char *message, enum error_kind kind)
{
    if (code == VIR_ERR_AGENT_UNRESPONSIVE || strstr(message, "guest agent is not configured"))
        return strstr(message, "not configured") ? ERROR_UNSUPPORTED : ERROR_TIMEOUT;
    return kind;
}

// "Failed to connect socket to 'PATH': REASON"
static bool map_socket(struct error *err, int code, const char *message)
{
    const char *path = strchr(message, '\'') + 1;
    int length = (int)strcspn(path, "'");
    if (strstr(message, "No such file"))
        return error_set(err, ERROR_OFFLINE, code, "no libvirt daemon runs there: %.*s is missing",
                         length, path);
    if (strstr(message, "Permission denied"))
        return error_set(err, ERROR_DENIED, code,
                         "this user may not open %.*s; its owner or its group may", length, path);
    if (strstr(message, "Connection refused"))
        return error_set(err, ERROR_OFFLINE, code, "no libvirt daemon listens at %.*s", length,
                         path);
    return error_set(err, ERROR_OFFLINE, code, "%s", message);
}

bool libvirt_error_map(struct error *err, int code, const char *message, const char *vm_name)
{
    const char *given = message && message[0] ? message : "the hypervisor gave no reason";
    const char *sentence = plain_sentence(code, given);
    enum error_kind kind = kind_by_sentence(code, given, kind_of(code, given));
    if (sentence)
        return error_set(err, kind, code, sentence, vm_name ? vm_name : "the VM");
    if (strstr(given, "Failed to connect socket to '"))
        return map_socket(err, code, given);
    AUTO_FREE char *line = memory_strndup(without_prefixes(given), 1024);
    size_t length = strlen(line);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    while (length > 0 && strchr(". ", line[length - 1]))
        line[--length] = '\0';
    return error_set(err, kind, code, "%s", line);
}

bool libvirt_error_take(struct error *err, const char *vm_name)
{
    virErrorPtr last = virGetLastError();
    if (!last)
        return libvirt_error_map(err, 0, NULL, vm_name);
    AUTO_FREE char *message = memory_strdup(last->message);
    return libvirt_error_map(err, last->code, message, vm_name);
}

bool libvirt_error_is_unsupported(void)
{
    int code = virGetLastErrorCode();
    return code == VIR_ERR_NO_SUPPORT || code == VIR_ERR_OPERATION_UNSUPPORTED;
}
