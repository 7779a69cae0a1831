// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_driver.h"

#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/embed/libvirt_embed.h"
#include "backend/libvirt/libvirt_connect.h"
#include "backend/libvirt/libvirt_runtime.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

#define OPEN_TIMEOUT_MS       10000
#define OPEN_EMBED_TIMEOUT_MS 120000 // the first opening asks every QEMU binary what it can do
#define CLOSE_TIMEOUT_MS      700

struct libvirt_driver *libvirt_driver_ref(struct libvirt_driver *driver)
{
    refcount_ref(&driver->refs);
    return driver;
}

void libvirt_driver_unref(struct libvirt_driver *driver)
{
    if (!refcount_unref(&driver->refs))
        return;
    libvirt_sampler_destroy(driver->sampler);
    libvirt_facts_finish(&driver->facts);
    pthread_mutex_destroy(&driver->lock);
    pthread_mutex_destroy(&driver->listener_lock);
    free(driver->uri);
    free(driver);
}

static struct libvirt_driver *driver_create(const char *uri, const struct driver_settings *settings)
{
    struct libvirt_driver *driver = memory_alloc(sizeof(*driver));
    driver->base.ops = &libvirt_driver_ops;
    refcount_init(&driver->refs);
    pthread_mutex_init(&driver->lock, NULL);
    pthread_mutex_init(&driver->listener_lock, NULL);
    driver->uri = memory_strdup(uri);
    driver->read_only = settings->read_only;
    driver->tick_s = settings->tick_s > 0 ? settings->tick_s : 2;
    driver->listener = settings->listener;
    driver->sampler = libvirt_sampler_create();
    for (size_t i = 0; i < ARRAY_COUNT(driver->event_callbacks); i++)
        driver->event_callbacks[i] = -1;
    return driver;
}

// The first questions to a fresh connection; they may be slow, so they have a deadline as well.
static void ask_run(void *arg)
{
    struct libvirt_driver *driver = arg;
    libvirt_facts_read(&driver->facts, driver->control, driver->uri);
    atomic_store(&driver->capabilities,
                 libvirt_facts_capabilities(&driver->facts, driver->read_only));
    libvirt_events_start(driver);
}

static void shut_run(void *arg)
{
    struct libvirt_driver *driver = arg;
    virConnectPtr idle[LIBVIRT_IDLE_CONNECTIONS_MAX];
    pthread_mutex_lock(&driver->lock);
    virConnectPtr control = driver->control, console = driver->console;
    size_t idle_count = driver->idle_count;
    memcpy(idle, driver->idle, sizeof(idle));
    driver->console = NULL;
    driver->idle_count = 0;
    pthread_mutex_unlock(&driver->lock);

    libvirt_events_stop(driver);
    pthread_mutex_lock(&driver->lock);
    driver->control = NULL;
    pthread_mutex_unlock(&driver->lock);
    for (size_t i = 0; i < idle_count; i++)
        virConnectClose(idle[i]);
    if (console)
        virConnectClose(console);
    virConnectClose(control);
    libvirt_driver_unref(driver);
}

static void ask_abandoned(void *arg)
{
    shut_run(arg); // gives up the reference that the asking held
}

static bool driver_connect(struct libvirt_driver *driver, uint64_t timeout_ms, struct error *err)
{
    uint64_t begun_ns = clock_monotonic_ns();
    driver->control = libvirt_embed_is(driver->uri)
                          ? libvirt_embed_connect(driver->uri, driver->read_only, timeout_ms, err)
                          : libvirt_connect(driver->uri, driver->read_only, timeout_ms, err);
    if (!driver->control)
        return false;
    uint64_t used_ms = (clock_monotonic_ns() - begun_ns) / NS_PER_MS;
    uint64_t left_ms = used_ms + 2000 < timeout_ms ? timeout_ms - used_ms : 2000;
    libvirt_driver_ref(driver);
    if (bounded_call(ask_run, driver, ask_abandoned, left_ms, NULL) != BOUNDED_CALL_DONE)
        return error_set(err, ERROR_TIMEOUT, 0,
                         "the hypervisor accepted the connection, but does "
                         "not answer");
    libvirt_driver_unref(driver);
    pthread_mutex_lock(&driver->listener_lock);
    driver->listening = true;
    pthread_mutex_unlock(&driver->listener_lock);
    return true;
}

static struct driver *driver_open(const char *uri, const struct driver_settings *settings,
                                  struct error *err)
{
    bool embed = libvirt_embed_is(uri);
    char *notice = NULL;
    AUTO_FREE char *full = NULL;
    if (!libvirt_runtime_start(err))
        return NULL;
    if (embed) {
        full = libvirt_embed_prepare(uri, settings->embed_root, settings->embed_qemu_user, &notice,
                                     err);
        if (!full)
            return NULL;
    }
    struct libvirt_driver *driver = driver_create(full ? full : uri, settings);
    if (!driver_connect(driver, embed ? OPEN_EMBED_TIMEOUT_MS : OPEN_TIMEOUT_MS, err)) {
        free(notice);
        libvirt_driver_unref(driver);
        return NULL;
    }
    driver->facts.notice = notice;
    if (settings->host_name && settings->host_name[0]) {
        free(driver->facts.host_name);
        driver->facts.host_name = memory_strdup(settings->host_name);
    }
    return &driver->base;
}

static void driver_close(struct driver *base)
{
    struct libvirt_driver *driver = libvirt_driver_of(base);
    pthread_mutex_lock(&driver->listener_lock);
    driver->listening = false;
    pthread_mutex_unlock(&driver->listener_lock);
    bounded_call_abort_raise(&driver->closing);
    // The worker ends with the owner's reference, whenever that is.
    bounded_call(shut_run, driver, NULL, CLOSE_TIMEOUT_MS, NULL);
}

static bool driver_accepts(const char *uri)
{
    return !str_starts_with(uri, "sim:") && !str_starts_with(uri, "replay:");
}

static virConnectPtr control_ref(struct libvirt_driver *driver, struct error *err)
{
    pthread_mutex_lock(&driver->lock);
    virConnectPtr control = driver->control;
    if (control)
        virConnectRef(control);
    pthread_mutex_unlock(&driver->lock);
    if (!control || atomic_load(&driver->closing.raised)) {
        libvirt_disconnect(control);
        error_set(err, ERROR_OFFLINE, 0, "the connection was closed");
        return NULL;
    }
    return control;
}

virConnectPtr libvirt_driver_control(struct libvirt_driver *driver, struct error *err)
{
    return control_ref(driver, err);
}

virConnectPtr libvirt_driver_borrow(struct libvirt_driver *driver, struct error *err)
{
    if (driver->facts.in_process)
        return control_ref(driver, err);
    if (atomic_load(&driver->closing.raised)) {
        error_set(err, ERROR_OFFLINE, 0, "the connection was closed");
        return NULL;
    }
    pthread_mutex_lock(&driver->lock);
    virConnectPtr connection = driver->idle_count > 0 ? driver->idle[--driver->idle_count] : NULL;
    pthread_mutex_unlock(&driver->lock);
    if (connection && virConnectIsAlive(connection) == 1)
        return connection;
    libvirt_disconnect(connection);
    return libvirt_connect(driver->uri, driver->read_only, OPEN_TIMEOUT_MS, err);
}

void libvirt_driver_return(struct libvirt_driver *driver, virConnectPtr connection)
{
    bool kept = false;
    if (!driver->facts.in_process) {
        pthread_mutex_lock(&driver->lock);
        // Asked under the lock: what is put there after close has emptied it stays open for ever.
        kept = !atomic_load(&driver->closing.raised) && driver->control &&
               driver->idle_count < LIBVIRT_IDLE_CONNECTIONS_MAX;
        if (kept)
            driver->idle[driver->idle_count++] = connection;
        pthread_mutex_unlock(&driver->lock);
    }
    if (!kept)
        libvirt_disconnect(connection);
}

virConnectPtr libvirt_driver_console_connection(struct libvirt_driver *driver, struct error *err)
{
    if (driver->facts.in_process)
        return control_ref(driver, err);
    pthread_mutex_lock(&driver->lock);
    virConnectPtr connection = driver->console;
    if (connection && virConnectIsAlive(connection) == 1)
        virConnectRef(connection);
    else
        connection = NULL;
    pthread_mutex_unlock(&driver->lock);
    if (connection)
        return connection;
    connection = libvirt_driver_borrow(driver, err);
    if (!connection)
        return NULL;
    pthread_mutex_lock(&driver->lock);
    virConnectPtr old = NULL;
    if (!atomic_load(&driver->closing.raised)) {
        old = driver->console;
        driver->console = connection;
        virConnectRef(connection);
    }
    pthread_mutex_unlock(&driver->lock);
    libvirt_disconnect(old);
    return connection;
}

void libvirt_driver_mark_changed(struct libvirt_driver *driver, const char *uuid)
{
    pthread_mutex_lock(&driver->lock);
    bool known = driver->all_changed;
    for (size_t i = 0; i < driver->changed_count && !known; i++)
        known = strcmp(driver->changed[i], uuid) == 0;
    if (!known && driver->changed_count == LIBVIRT_CHANGED_MAX)
        driver->all_changed = true;
    else if (!known)
        memcpy(driver->changed[driver->changed_count++], uuid, VM_UUID_SIZE);
    pthread_mutex_unlock(&driver->lock);
}

void libvirt_driver_lacks(struct libvirt_driver *driver, enum host_capability capability)
{
    atomic_fetch_and(&driver->capabilities, ~(UINT64_C(1) << capability));
}

void libvirt_driver_tell(struct libvirt_driver *driver, const char *uuid, const char *name,
                         const char *what)
{
    pthread_mutex_lock(&driver->listener_lock);
    if (driver->listening && driver->listener.vm_changed)
        driver->listener.vm_changed(driver->listener.context, uuid, name, what);
    pthread_mutex_unlock(&driver->listener_lock);
}

const struct driver_ops libvirt_driver_ops = {
    .accepts = driver_accepts,
    .open = driver_open,
    .sample = libvirt_sample,
    .execute = libvirt_execute,
    .console_open = libvirt_console_open,
    .close = driver_close,
};
