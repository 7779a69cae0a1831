// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

// The XDG rules: a relative path is not valid and counts as not set.
static const char *absolute_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static char *home_dir(void)
{
    const char *home = absolute_environment("HOME");
    if (home != NULL)
        return memory_strdup(home);
    char buffer[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found) != 0 || found == NULL)
        return NULL;
    return found->pw_dir[0] == '/' ? memory_strdup(found->pw_dir) : NULL;
}

static char *xdg_dir(const char *variable, const char *below_home)
{
    const char *base = absolute_environment(variable);
    if (base != NULL)
        return memory_printf("%s/vmtui", base);
    AUTO_FREE char *home = home_dir();
    return home != NULL ? memory_printf("%s/%s/vmtui", home, below_home) : NULL;
}

char *paths_config_dir(void)
{
    return xdg_dir("XDG_CONFIG_HOME", ".config");
}

char *paths_config_file(void)
{
    const char *chosen = getenv("VMTUI_CONFIG");
    if (chosen != NULL && *chosen != '\0')
        return memory_strdup(chosen);
    AUTO_FREE char *dir = paths_config_dir();
    return dir != NULL ? memory_printf("%s/vmtui.conf", dir) : NULL;
}

bool paths_make_dir(const char *path, struct error *err)
{
    AUTO_FREE char *partial = memory_strdup(path);
    for (char *slash = partial;; slash++) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (*partial != '\0' && mkdir(partial, 0700) != 0 && errno != EEXIST && slash == NULL)
            return error_set_errno(err, errno, "cannot create the folder %s", path);
        if (slash == NULL)
            break;
        *slash = '/';
    }
    struct stat info;
    if (stat(path, &info) != 0)
        return error_set_errno(err, errno, "cannot create the folder %s", path);
    if (!S_ISDIR(info.st_mode))
        return error_set_errno(err, ENOTDIR, "cannot create the folder %s", path);
    return true;
}

// Takes the path over.
static char *made(char *path, const char *what, struct error *err)
{
    if (path == NULL) {
        error_set(err, ERROR_NOT_FOUND, 0, "there is no home folder for %s: set HOME", what);
        return NULL;
    }
    if (paths_make_dir(path, err))
        return path;
    free(path);
    return NULL;
}

static char *state_path(void)
{
    const char *chosen = getenv("VMTUI_STATE_DIR");
    if (chosen != NULL && *chosen != '\0')
        return memory_strdup(chosen);
    if (geteuid() == 0)
        return memory_strdup("/var/lib/vmtui");
    return xdg_dir("XDG_STATE_HOME", ".local/state");
}

char *paths_state_dir(struct error *err)
{
    return made(state_path(), "vmtui's state", err);
}

char *paths_runtime_dir(struct error *err)
{
    const char *base = absolute_environment("XDG_RUNTIME_DIR");
    char *path = NULL;
    if (getenv("VMTUI_STATE_DIR") == NULL && base != NULL)
        path = memory_printf("%s/vmtui", base);
    else if (getenv("VMTUI_STATE_DIR") == NULL && geteuid() == 0)
        path = memory_strdup("/run/vmtui");
    if (path != NULL)
        return made(path, "vmtui's sockets", err);
    AUTO_FREE char *state = state_path();
    return made(state != NULL ? memory_printf("%s/run", state) : NULL, "vmtui's sockets", err);
}

char *paths_state_file(const char *name, struct error *err)
{
    AUTO_FREE char *dir = paths_state_dir(err);
    return dir != NULL ? memory_printf("%s/%s", dir, name) : NULL;
}

bool paths_write_all(int fd, const void *bytes, size_t length)
{
    const char *next = bytes;
    while (length > 0) {
        ssize_t written = write(fd, next, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        next += written;
        length -= (size_t)written;
    }
    return true;
}

// So that the rename itself survives a power cut; a file system that cannot is left as it is.
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *dir =
        slash == NULL ? memory_strdup(".") : memory_strndup(path, (size_t)(slash - path + 1));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

bool paths_write_atomically(const char *path, const void *bytes, size_t length, struct error *err)
{
    AUTO_FREE char *temporary = memory_printf("%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot write %s", path);
    bool done = paths_write_all(fd, bytes, length) && fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && done) {
        why = errno;
        done = false;
    }
    if (done && rename(temporary, path) != 0) {
        why = errno;
        done = false;
    }
    if (!done) {
        unlink(temporary);
        return error_set_errno(err, why, "cannot write %s", path);
    }
    sync_folder_of(path);
    return true;
}
