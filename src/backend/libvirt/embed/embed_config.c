// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/embed/embed_config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/str.h"

#define MARK                                                                                       \
    "# Written by vmtui, which rewrites it when its settings change. Delete this line to keep"

// The users that distributions make for QEMU.
static const char *const distribution_users[] = {"libvirt-qemu", "qemu"};

static bool may_enter(const struct stat *status, const struct passwd *user)
{
    gid_t groups[64];
    int count = (int)ARRAY_COUNT(groups);
    if (status->st_uid == user->pw_uid)
        return status->st_mode & S_IXUSR;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
        count = 0;
    for (int i = 0; i < count; i++)
        if (groups[i] == status->st_gid)
            return status->st_mode & S_IXGRP;
    return status->st_mode & S_IXOTH;
}

// Whether user can pass through every folder on the way to path. *blocking: the first that stops.
static bool can_reach(const char *path, const struct passwd *user, struct str *blocking)
{
    AUTO_FREE char *copy = memory_strdup(path);
    struct stat status;
    for (char *slash = copy; slash; slash = strchr(slash + 1, '/')) {
        char kept = slash[slash == copy ? 1 : 0];
        slash[slash == copy ? 1 : 0] = '\0';
        if (stat(copy, &status) < 0 || !may_enter(&status, user)) {
            str_add(blocking, copy);
            return false;
        }
        slash[slash == copy ? 1 : 0] = kept;
    }
    return true;
}

// The user that QEMU runs as; *notice says why when it is root.
static const char *choose_user(const char *root, const char *wanted, char **notice)
{
    if (wanted && wanted[0] && strcmp(wanted, "auto") != 0) {
        if (strcmp(wanted, "root") == 0)
            *notice = memory_strdup("QEMU runs as root: embed_qemu_user says so");
        return wanted;
    }
    for (size_t i = 0; i < ARRAY_COUNT(distribution_users); i++) {
        struct str blocking;
        const struct passwd *user = getpwnam(distribution_users[i]);
        if (!user)
            continue;
        str_init(&blocking);
        bool reachable = can_reach(root, user, &blocking);
        if (!reachable)
            *notice = memory_printf("QEMU runs as root: the user %s may not enter %s",
                                    distribution_users[i], blocking.text);
        str_finish(&blocking);
        return reachable ? distribution_users[i] : "root";
    }
    *notice = memory_strdup("QEMU runs as root: this machine has no user for QEMU "
                            "(libvirt-qemu or qemu)");
    return "root";
}

static char *config_text(const char *root, const char *qemu_user, char **notice)
{
    struct str text;
    str_init(&text);
    str_printf(&text, "%s\n# what you change.\nstdio_handler = \"file\"\n", MARK);
    if (geteuid() == 0) {
        const char *user = choose_user(root, qemu_user, notice);
        const struct passwd *entry = getpwnam(user);
        const struct group *group = entry ? getgrgid(entry->pw_gid) : NULL;
        str_printf(&text, "user = \"%s\"\ngroup = \"%s\"\n", user, group ? group->gr_name : user);
        str_add(&text, "security_driver = \"none\"\nremember_owner = 0\n");
    }
    return str_take(&text);
}

static bool write_file(const char *path, const char *text, struct error *err)
{
    AUTO_FREE char *temporary = memory_printf("%s.new", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", temporary);
    size_t length = strlen(text);
    bool written = write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
    int failure = written ? 0 : errno ? errno : EIO;
    if (close(fd) < 0 && failure == 0)
        failure = errno;
    if (failure == 0 && rename(temporary, path) < 0)
        failure = errno;
    if (failure == 0)
        return true;
    unlink(temporary);
    return error_set_errno(err, failure, "%s", path);
}

// True when path is there and a person has made it their own.
static bool is_foreign(const char *path, char **notice)
{
    char line[512];
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool ours = false;
    for (bool first = true; !ours && fgets(line, sizeof(line), file); first = false)
        if (first && str_starts_with(line, MARK)) {
            ours = true;
        } else if (geteuid() == 0 && str_starts_with(line, "user") && strstr(line, "\"root\"")) {
            free(*notice);
            *notice = memory_printf("QEMU runs as root: %s says so", path);
        }
    fclose(file);
    return !ours;
}

bool embed_config_write(const char *root, const char *qemu_user, char **notice, struct error *err)
{
    AUTO_FREE char *path = memory_printf("%s/etc/qemu.conf", root);
    *notice = NULL;
    if (is_foreign(path, notice))
        return true;
    AUTO_FREE char *text = config_text(root, qemu_user, notice);
    if (write_file(path, text, err))
        return true;
    free(*notice);
    *notice = NULL;
    return false;
}
