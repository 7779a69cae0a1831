// SPDX-License-Identifier: GPL-2.0-or-later
// The seam between vmtui and hypervisors: one driver is one connection to one host. Everything
// above it speaks of VMs and samples only. Calls may block (the session makes them on threads that
// it can abandon) and may come from several threads at once; sample is never called twice at a
// time.
#ifndef VMTUI_BACKEND_DRIVER_H
#define VMTUI_BACKEND_DRIVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/model/interest.h"
#include "core/model/job.h"
#include "core/model/model.h"
#include "core/model/operation.h"

struct driver;

// What a driver tells unasked; calls may come on any thread of the driver's and must return at
// once.
struct driver_listener {
    void *context;
    // Somebody started, stopped, changed ... a VM: sample soon. uuid and name may be NULL.
    void (*vm_changed)(void *context, const char *uuid, const char *name, const char *what);
    // The connection is gone; every later call will fail.
    void (*connection_lost)(void *context, const struct error *why);
};

// Shared between the session and the driver while one operation runs; all fields are atomic.
struct operation_control {
    atomic_bool cancel_asked;   // the session sets it; the driver stops where it can
    atomic_bool cancellable;    // the driver sets it
    atomic_bool progress_known; // the driver sets it, then the two below
    _Atomic uint64_t done_bytes;
    _Atomic uint64_t total_bytes;
};

// Where a console's bytes go. output may take a while (it parses), never for ever; after the
// stream's close has returned no call comes any more.
struct console_sink {
    void *context;
    void (*output)(void *context, const char *bytes, size_t length);
    void (*closed)(void *context, const struct error *why); // why NULL: the VM is off
};

struct console_stream;

struct console_stream_ops {
    // Queues bytes (bounded); returns how many were taken. Never blocks.
    size_t (*write)(struct console_stream *stream, const char *bytes, size_t length);
    void (*close)(struct console_stream *stream); // releases it; not from within a sink call
};

struct console_stream {
    const struct console_stream_ops *ops;
};

struct driver_settings {
    const char *host_name; // for host_snapshot.name; NULL: the driver's own choice
    bool read_only;
    const char *embed_root;      // of qemu:///embed without ?root=; NULL or "": the default
    const char *embed_qemu_user; // "auto", "root", a name
    double tick_s;               // for deadlines of statistics
    struct driver_listener listener;
};

struct driver_ops {
    bool (*accepts)(const char *uri);
    struct driver *(*open)(const char *uri, const struct driver_settings *settings,
                           struct error *err);
    // One sample of everything, frugally: full figures for what interest names (interest->all:
    // everything), the rest in turn. Returns a snapshot that the caller owns and freezes.
    struct host_snapshot *(*sample)(struct driver *driver, const struct interest *interest,
                                    struct error *err);
    // Carries the operation out and returns when it is done. Waiting forever is allowed; the
    // session gives up on it.
    bool (*execute)(struct driver *driver, const struct operation *operation,
                    struct operation_control *control, struct error *err);
    // Serial console of a running VM. force evicts another client.
    struct console_stream *(*console_open)(struct driver *driver, const char *uuid, bool force,
                                           const struct console_sink *sink, struct error *err);
    // No listener call comes after it returns; calls still stuck in other threads keep what they
    // need alive themselves. Must not block for longer than a second.
    void (*close)(struct driver *driver);
};

struct driver {
    const struct driver_ops *ops;
};

extern const struct driver_ops libvirt_driver_ops;
extern const struct driver_ops sim_driver_ops;

const struct driver_ops *driver_for_uri(const char *uri);

#endif
