// SPDX-License-Identifier: GPL-2.0-or-later
// The libvirt driver's inside, shared by its files only. A driver is held by its owner and by every
// call and callback that is under way, so that a call that is stuck can outlive driver.close.
#ifndef VMTUI_BACKEND_LIBVIRT_DRIVER_H
#define VMTUI_BACKEND_LIBVIRT_DRIVER_H

#include <libvirt/libvirt.h>
#include <pthread.h>

#include "backend/bounded_call.h"
#include "backend/driver.h"
#include "core/refcount.h"

#define LIBVIRT_IDLE_CONNECTIONS_MAX 3
#define LIBVIRT_CHANGED_MAX          512

enum libvirt_flavour {
    LIBVIRT_QEMU,
    LIBVIRT_TEST, // libvirt's own mock: statistics only by asking each VM, in process
    LIBVIRT_OTHER
};

struct libvirt_sampler;

// What was asked once, when the connection opened; constant afterwards.
struct libvirt_facts {
    enum libvirt_flavour flavour;
    bool in_process; // embed and test: one connection serves all, calls never cross a wire
    bool local;      // its /proc and its files are ours
    char *hypervisor, *library_version, *arch, *cpu_model, *acceleration, *host_name, *display_uri;
    unsigned cpus;
    char *notice; // NULL: nothing to say
};

struct libvirt_driver {
    struct driver base; // first
    struct refcount refs;
    char *uri; // as opened
    bool read_only;
    double tick_s;
    struct libvirt_facts facts;
    virConnectPtr control; // under lock once open has succeeded; NULL after close
    struct bounded_call_abort closing;
    int event_callbacks[8]; // -1: none
    atomic_bool published;  // set before libvirt gets the driver, read first in its callbacks
    struct libvirt_sampler *sampler; // touched by sample only
    _Atomic uint64_t capabilities;

    pthread_mutex_t listener_lock; // held during listener calls, so that close can end them
    bool listening;
    struct driver_listener listener;

    pthread_mutex_t lock; // guards everything below
    virConnectPtr idle[LIBVIRT_IDLE_CONNECTIONS_MAX];
    size_t idle_count;
    virConnectPtr console;                           // shared by all consoles; opened on first use
    char changed[LIBVIRT_CHANGED_MAX][VM_UUID_SIZE]; // definitions to read again
    size_t changed_count;
    bool all_changed; // more than fits above
};

static inline struct libvirt_driver *libvirt_driver_of(struct driver *driver)
{
    return (struct libvirt_driver *)driver;
}

struct libvirt_driver *libvirt_driver_ref(struct libvirt_driver *driver);
void libvirt_driver_unref(struct libvirt_driver *driver);

// The connection for calls that never block on a VM; the caller gets a reference. NULL and err.
virConnectPtr libvirt_driver_control(struct libvirt_driver *driver, struct error *err);
// A connection for calls that may get stuck: it comes back by _return, or never. NULL and err.
virConnectPtr libvirt_driver_borrow(struct libvirt_driver *driver, struct error *err);
void libvirt_driver_return(struct libvirt_driver *driver, virConnectPtr connection);
// The consoles' own connection; the caller gets a reference. NULL and err.
virConnectPtr libvirt_driver_console_connection(struct libvirt_driver *driver, struct error *err);
// uuid's definition, flags and snapshots are read again by the next sample.
void libvirt_driver_mark_changed(struct libvirt_driver *driver, const char *uuid);
// Forgets a capability that a call has shown to be missing.
void libvirt_driver_lacks(struct libvirt_driver *driver, enum host_capability capability);
// Tells the listener, unless the driver was closed.
void libvirt_driver_tell(struct libvirt_driver *driver, const char *uuid, const char *name,
                         const char *what);

// libvirt_facts.c
bool libvirt_facts_read(struct libvirt_facts *facts, virConnectPtr connection, const char *uri);
void libvirt_facts_finish(struct libvirt_facts *facts);
uint64_t libvirt_facts_capabilities(const struct libvirt_facts *facts, bool read_only);

// libvirt_events.c
void libvirt_events_start(struct libvirt_driver *driver);
void libvirt_events_stop(struct libvirt_driver *driver); // may block

// sample/libvirt_sample.c
struct libvirt_sampler *libvirt_sampler_create(void);
void libvirt_sampler_destroy(struct libvirt_sampler *sampler); // takes NULL
struct host_snapshot *libvirt_sample(struct driver *driver, const struct interest *interest,
                                     struct error *err);

// execute/libvirt_execute.c
bool libvirt_execute(struct driver *driver, const struct operation *operation,
                     struct operation_control *control, struct error *err);

// libvirt_console.c
struct console_stream *libvirt_console_open(struct driver *driver, const char *uuid, bool force,
                                            const struct console_sink *sink, struct error *err);

#endif
