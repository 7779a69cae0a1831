// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/embed/embed_leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/memory.h"
#include "core/paths.h"
#include "core/str.h"

#define FILE_MAX_BYTES (4u * 1024 * 1024)
#define UUID_LENGTH    36u

static bool read_file(const char *path, struct str *text)
{
    char buffer[4096];
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while (text->length < FILE_MAX_BYTES && (got = read(fd, buffer, sizeof(buffer))) > 0)
        str_add_bytes(text, buffer, (size_t)got);
    close(fd);
    return got >= 0;
}

// True when the process lives and is certainly not the QEMU of the VM. One that has gone, that is
// just ending or that may not be looked at is left to libvirt.
static bool is_another_process(long pid, const char *uuid)
{
    // "-uuid" and its value are arguments of their own.
    char wanted[sizeof("-uuid") + UUID_LENGTH + 1] = "-uuid";
    AUTO_FREE char *path = memory_printf("/proc/%ld/cmdline", pid);
    struct str line;
    memcpy(wanted + sizeof("-uuid"), uuid, UUID_LENGTH);
    str_init(&line);
    bool known = read_file(path, &line) && line.length > 0;
    bool another = known && !memmem(line.text, line.length, wanted, sizeof(wanted));
    str_finish(&line);
    return another;
}

// A status file begins with <domstatus state='running' ... pid='1234'> and holds the VM's <domain>.
static bool is_leftover(const char *path)
{
    struct str text;
    str_init(&text);
    bool leftover = false;
    const char *tag = read_file(path, &text) ? strstr(text.text, "<domstatus ") : NULL;
    const char *end = tag ? strchr(tag, '>') : NULL;
    const char *pid = tag ? strstr(tag, " pid='") : NULL;
    const char *domain = end ? strstr(end, "<domain ") : NULL;
    const char *uuid = domain ? strstr(domain, "<uuid>") : NULL;
    if (pid && pid < end && uuid && strlen(uuid) > strlen("<uuid>") + UUID_LENGTH) {
        long number = strtol(pid + strlen(" pid='"), NULL, 10);
        leftover = number > 0 && is_another_process(number, uuid + strlen("<uuid>"));
    }
    str_finish(&text);
    return leftover;
}

static void forget(const char *folder, const char *name)
{
    AUTO_FREE char *path = memory_printf("%s/%s.xml", folder, name);
    AUTO_FREE char *pid_path = memory_printf("%s/%s.pid", folder, name);
    if (!is_leftover(path))
        return;
    log_warn("%s names a process that is not its guest any more; it is forgotten", path);
    unlink(path);
    unlink(pid_path);
}

// Once a host's boot the engine starts the VMs that are marked for it, and leaves this marker. A
// daemon's is gone after a reboot with the rest of /run; the engine's has to be taken away.
static void forget_autostart(const char *folder)
{
    struct str now, then;
    AUTO_FREE char *kept_path = memory_printf("%s/vmtui-boot-id", folder);
    AUTO_FREE char *marker_path = memory_printf("%s/autostarted", folder);
    struct error err = {0};
    str_init(&now);
    str_init(&then);
    if (read_file("/proc/sys/kernel/random/boot_id", &now) &&
        !(read_file(kept_path, &then) && strcmp(now.text, then.text) == 0)) {
        // An engine without the note is from before this boot, or new: neither has started any.
        unlink(marker_path);
        if (!paths_write_atomically(kept_path, now.text, now.length, &err))
            log_warn("%s: %s", kept_path, err.text);
    }
    str_finish(&then);
    str_finish(&now);
}

void embed_forget_leftovers(const char *root)
{
    AUTO_FREE char *folder = memory_printf("%s/run/qemu", root);
    DIR *entries = opendir(folder);
    if (!entries)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length <= 4 || strcmp(entry->d_name + length - 4, ".xml") != 0)
            continue;
        AUTO_FREE char *name = memory_strndup(entry->d_name, length - 4);
        forget(folder, name);
    }
    closedir(entries);
    forget_autostart(folder);
}
