// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_choose.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend/libvirt/embed/libvirt_embed.h"
#include "backend/libvirt/libvirt_connect.h"
#include "core/memory.h"

#define SYSTEM_URI        "qemu:///system"
#define SYSTEM_TIMEOUT_MS 4000

static bool socket_accepts(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    // Non-blocking: a stopped daemon's full backlog must not hold the start up.
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool accepted = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return accepted;
}

// An open socket may still ask for a password; only a real opening tells.
static bool system_answers(struct str *explanation)
{
    static const char *const sockets[] = {"/run/libvirt/virtqemud-sock",
                                          "/run/libvirt/libvirt-sock"};
    bool accepts = false;
    struct error error;
    for (size_t i = 0; i < ARRAY_COUNT(sockets); i++)
        accepts = accepts || socket_accepts(sockets[i]);
    if (!accepts)
        return false;
    virConnectPtr connection = libvirt_connect(SYSTEM_URI, false, SYSTEM_TIMEOUT_MS, &error);
    if (connection) {
        str_add(explanation, "the system's libvirt daemon answers");
        libvirt_disconnect(connection);
        return true;
    }
    if (error.kind == ERROR_TIMEOUT)
        str_add(explanation, "the system's libvirt daemon is there, but does not answer now");
    return error.kind == ERROR_TIMEOUT;
}

static bool daemon_is_installed(void)
{
    static const char *const programs[] = {
        "/usr/sbin/libvirtd", "/usr/sbin/virtqemud",      "/usr/bin/libvirtd",
        "/usr/bin/virtqemud", "/usr/local/sbin/libvirtd", "/usr/local/sbin/virtqemud",
    };
    for (size_t i = 0; i < ARRAY_COUNT(programs); i++)
        if (access(programs[i], X_OK) == 0)
            return true;
    return false;
}

char *libvirt_choose_uri(const char *embed_root, struct str *explanation)
{
    const char *wish = getenv("LIBVIRT_DEFAULT_URI");
    if (wish && wish[0]) {
        str_add(explanation, "LIBVIRT_DEFAULT_URI says so");
        return memory_strdup(wish);
    }
    if (system_answers(explanation))
        return memory_strdup(SYSTEM_URI);
    if (geteuid() != 0 && daemon_is_installed()) {
        str_add(explanation, "no system daemon answers, and libvirt starts one for this user");
        return memory_strdup("qemu:///session");
    }
    str_add(explanation, "no libvirt daemon answers, so vmtui runs the KVM driver itself");
    if (embed_root && embed_root[0])
        return libvirt_embed_uri(embed_root);
    return memory_strdup("qemu:///embed");
}
