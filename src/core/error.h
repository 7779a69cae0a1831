// SPDX-License-Identifier: GPL-2.0-or-later
// One failure, as it travels from the place where it happened to the person who reads it.
// Fallible functions return bool or a pointer and take `struct error *err` last (it may be NULL).
// Success leaves *err untouched; failure fills it and touches no other output.
#ifndef VMTUI_CORE_ERROR_H
#define VMTUI_CORE_ERROR_H

#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_OFFLINE,     // the hypervisor cannot be reached, or went away
    ERROR_DENIED,      // it answered: you may not
    ERROR_NOT_FOUND,   // the VM, snapshot, disk or file is not there (any more)
    ERROR_EXISTS,      // the name is taken
    ERROR_BUSY,        // somebody else holds it; try again later
    ERROR_UNSUPPORTED, // this hypervisor, or this build, cannot do it
    ERROR_TIMEOUT,     // no answer in time; what became of it is not known
    ERROR_CANCELLED,   // a person asked for it to stop
    ERROR_NO_SPACE,    // a disk is full
    ERROR_INVALID,     // the request itself is wrong (arguments, state, configuration)
    ERROR_FAILED,      // everything else the backend said
    ERROR_KIND_COUNT
};

struct error {
    enum error_kind kind;
    int code;       // the backend's own number (libvirt's code, errno), 0 when it has none
    char text[384]; // one scrubbed UTF-8 sentence for the user, without a full stop
};

// Fills *err (which may be NULL) and returns false, so that a caller can `return error_set(...)`.
bool error_set(struct error *err, enum error_kind kind, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// Like error_set with kind and text made from errno_value: "WHAT: No space left on device".
bool error_set_errno(struct error *err, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Puts "PREFIX: " before the text that is already there; does nothing to a NULL err.
void error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Upper-case name of the kind, as logs show it: "TIMEOUT".
const char *error_kind_name(enum error_kind kind);

#endif
