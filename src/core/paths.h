// SPDX-License-Identifier: GPL-2.0-or-later
// Where vmtui keeps its files: the XDG folders, or /var/lib/vmtui and /run/vmtui when root runs it.
// VMTUI_CONFIG and VMTUI_STATE_DIR come first. Read the environment at each call; not while another
// thread changes it. Results are the caller's to free.
#ifndef VMTUI_CORE_PATHS_H
#define VMTUI_CORE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

char *paths_config_dir(void);  // not created; NULL when there is no home folder
char *paths_config_file(void); // likewise: ".../vmtui/vmtui.conf"
// Created (0700) when they are not there; NULL and err on failure.
char *paths_state_dir(struct error *err);
char *paths_runtime_dir(struct error *err); // for sockets and locks; gone after a reboot
char *paths_state_file(const char *name, struct error *err); // in the state folder
// Creates a folder and its parents with 0700; one that is there stays as it is.
bool paths_make_dir(const char *path, struct error *err);
// Writes everything, however many calls it takes; false with errno when one fails.
bool paths_write_all(int fd, const void *bytes, size_t length);
// Replaces the file at once or not at all (temporary file, fsync, rename); mode 0600.
bool paths_write_atomically(const char *path, const void *bytes, size_t length, struct error *err);

#endif
