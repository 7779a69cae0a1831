// SPDX-License-Identifier: GPL-2.0-or-later
// Callbacks run on libvirt's event-loop thread, which also carries every keepalive: they note what
// changed, tell the listener and return. Each registration holds a reference to the driver.
#include <stdio.h>

#include "backend/libvirt/libvirt_driver.h"
#include "core/memory.h"
#include "core/utf8.h"

// A callback's own hold on the driver. It was handed over, and is kept until the callback ends, by
// libvirt's own locks; saying so again costs nothing and a race checker can see it.
static struct libvirt_driver *hold(void *opaque)
{
    struct libvirt_driver *driver = opaque;
    (void)atomic_load(&driver->published);
    return libvirt_driver_ref(driver);
}

static void release_driver(void *opaque)
{
    struct libvirt_driver *driver = opaque;
    (void)atomic_load(&driver->published);
    libvirt_driver_unref(driver);
}

static void report(void *opaque, virDomainPtr vm, const char *what)
{
    struct libvirt_driver *driver = hold(opaque);
    char uuid[VM_UUID_SIZE] = "";
    virDomainGetUUIDString(vm, uuid);
    AUTO_FREE char *name = utf8_scrub_dup(virDomainGetName(vm), 1024);
    libvirt_driver_mark_changed(driver, uuid);
    libvirt_driver_tell(driver, uuid, name, what);
    libvirt_driver_unref(driver);
}

static const char *stopped_text(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
        return "shut off";
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
        return "shut off (forced)";
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
    case VIR_DOMAIN_EVENT_STOPPED_FAILED: // its QEMU ended or was killed
        return "shut off (crashed)";
    case VIR_DOMAIN_EVENT_STOPPED_MIGRATED:
        return "shut off (migrated away)";
    case VIR_DOMAIN_EVENT_STOPPED_SAVED:
        return "shut off (suspended to disk)";
    case VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT:
        return "shut off (snapshot reverted)";
    default:
        return "shut off";
    }
}

static const char *started_text(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_STARTED_MIGRATED:
        return "started (migrated here)";
    case VIR_DOMAIN_EVENT_STARTED_RESTORED:
        return "started (restored)";
    case VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT:
        return "started (snapshot reverted)";
    case VIR_DOMAIN_EVENT_STARTED_WAKEUP:
        return "woken up";
    default:
        return "started";
    }
}

static const char *paused_text(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_SUSPENDED_IOERROR:
        return "paused (disk error)";
    case VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG:
        return "paused (watchdog)";
    case VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR:
        return "paused (an operation failed)";
    default:
        return "paused";
    }
}

static const char *lifecycle_text(int event, int detail)
{
    switch (event) {
    case VIR_DOMAIN_EVENT_DEFINED:
        return detail == VIR_DOMAIN_EVENT_DEFINED_ADDED     ? "defined"
               : detail == VIR_DOMAIN_EVENT_DEFINED_RENAMED ? "renamed"
                                                            : "definition changed";
    case VIR_DOMAIN_EVENT_UNDEFINED:
        return detail == VIR_DOMAIN_EVENT_UNDEFINED_RENAMED ? "renamed" : "deleted";
    case VIR_DOMAIN_EVENT_STARTED:
        return started_text(detail);
    case VIR_DOMAIN_EVENT_SUSPENDED:
        return paused_text(detail);
    case VIR_DOMAIN_EVENT_RESUMED:
        return "resumed";
    case VIR_DOMAIN_EVENT_STOPPED:
        return stopped_text(detail);
    case VIR_DOMAIN_EVENT_SHUTDOWN:
        return "shutting down";
    case VIR_DOMAIN_EVENT_PMSUSPENDED:
        return "asleep";
    case VIR_DOMAIN_EVENT_CRASHED:
        return "crashed";
    default:
        return "changed";
    }
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr vm, int event, int detail,
                        void *opaque)
{
    (void)connection;
    report(opaque, vm, lifecycle_text(event, detail));
    return 0;
}

static void on_reboot(virConnectPtr connection, virDomainPtr vm, void *opaque)
{
    (void)connection;
    report(opaque, vm, "rebooted");
}

static void on_agent(virConnectPtr connection, virDomainPtr vm, int state, int reason, void *opaque)
{
    (void)connection;
    (void)reason;
    report(opaque, vm,
           state == VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED
               ? "guest agent connected"
               : "guest agent gone");
}

static void on_job_completed(virConnectPtr connection, virDomainPtr vm,
                             virTypedParameterPtr parameters, int count, void *opaque)
{
    (void)connection;
    (void)parameters;
    (void)count;
    report(opaque, vm, "job ended");
}

static void on_closed(virConnectPtr connection, int reason, void *opaque)
{
    (void)connection;
    struct libvirt_driver *driver = hold(opaque);
    const char *why;
    switch (reason) {
    case VIR_CONNECT_CLOSE_REASON_EOF:
        why = "the hypervisor's daemon ended";
        break;
    case VIR_CONNECT_CLOSE_REASON_KEEPALIVE:
        why = "the hypervisor's daemon stopped answering";
        break;
    default:
        why = "the connection broke";
        break;
    }
    struct error error;
    error_set(&error, ERROR_OFFLINE, 0, "%s", why);
    pthread_mutex_lock(&driver->listener_lock);
    if (driver->listening && driver->listener.connection_lost)
        driver->listener.connection_lost(driver->listener.context, &error);
    pthread_mutex_unlock(&driver->listener_lock);
    libvirt_driver_unref(driver);
}

void libvirt_events_start(struct libvirt_driver *driver)
{
    static const struct {
        int id;
        virConnectDomainEventGenericCallback callback;
    } wanted[] = {
        {VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle)},
        {VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK(on_reboot)},
        {VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_agent)},
        {VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, VIR_DOMAIN_EVENT_CALLBACK(on_job_completed)},
    };
    atomic_store(&driver->published, true);
    // A driver without events, or without some of them, is sampled like any other.
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        libvirt_driver_ref(driver);
        driver->event_callbacks[i] = virConnectDomainEventRegisterAny(
            driver->control, NULL, wanted[i].id, wanted[i].callback, driver, release_driver);
        if (driver->event_callbacks[i] < 0)
            libvirt_driver_unref(driver);
    }
    // What runs in our own process cannot go away, and its connection is shared by all drivers.
    if (driver->facts.in_process)
        return;
    libvirt_driver_ref(driver);
    if (virConnectRegisterCloseCallback(driver->control, on_closed, driver, release_driver) < 0)
        libvirt_driver_unref(driver);
}

void libvirt_events_stop(struct libvirt_driver *driver)
{
    for (size_t i = 0; i < ARRAY_COUNT(driver->event_callbacks); i++)
        if (driver->event_callbacks[i] >= 0)
            virConnectDomainEventDeregisterAny(driver->control, driver->event_callbacks[i]);
    if (!driver->facts.in_process)
        virConnectUnregisterCloseCallback(driver->control, on_closed);
}
