// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/kvm_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(line, word); at; at = strstr(at + 1, word))
        if (at > line && at[-1] == ' ' && strchr(" \n", at[length]))
            return true;
    return false;
}

// Only x86 lists its virtualization extension as a flag; elsewhere the device is all there is.
static bool processor_can(const char *cpuinfo)
{
    char line[8192];
    bool x86 = false, found = false;
    FILE *file = fopen(cpuinfo, "re");
    if (!file)
        return true;
    while (!found && fgets(line, sizeof(line), file))
        if (str_starts_with(line, "flags")) {
            x86 = true;
            found = has_word(line, "vmx") || has_word(line, "svm");
        }
    fclose(file);
    return found || !x86;
}

static bool device_opens(const char *device, struct str *why_not)
{
    int fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    if (errno == ENOENT)
        str_printf(why_not,
                   "%s is missing: virtualization is off in the firmware, or the kvm "
                   "module is not loaded",
                   device);
    else if (errno == EACCES || errno == EPERM)
        str_printf(why_not, "%s may not be opened by this user: join the group kvm", device);
    else
        str_printf(why_not, "%s does not open: %s", device, strerror(errno));
    return false;
}

bool kvm_probe_paths(const char *device, const char *cpuinfo, struct str *why_not)
{
    if (!device_opens(device, why_not))
        return false;
    if (processor_can(cpuinfo))
        return true;
    str_printf(why_not, "%s is there, but the processor shows neither vmx nor svm", device);
    return false;
}

bool kvm_probe(struct str *why_not)
{
    return kvm_probe_paths("/dev/kvm", "/proc/cpuinfo", why_not);
}
