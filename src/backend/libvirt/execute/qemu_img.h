// SPDX-License-Identifier: GPL-2.0-or-later
// Runs qemu-img by argument vector, with a deadline and bounded output. Blocks; any thread.
#ifndef VMTUI_BACKEND_LIBVIRT_QEMU_IMG_H
#define VMTUI_BACKEND_LIBVIRT_QEMU_IMG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/str.h"

bool qemu_img_installed(void);
// arguments end with NULL and begin with "qemu-img". output may be NULL.
bool qemu_img_run(const char *const arguments[], struct str *output, struct error *err);

// Every file of an image's backing chain, itself included. format NULL: found out by qemu-img.
struct qemu_img_chain {
    char **paths;
    size_t count;
};
bool qemu_img_backing_chain(const char *path, const char *format, struct qemu_img_chain *chain,
                            struct error *err);
void qemu_img_chain_finish(struct qemu_img_chain *chain); // takes a zeroed one

#endif
