// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_connect.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "backend/bounded_call.h"
#include "backend/libvirt/libvirt_error.h"
#include "backend/libvirt/libvirt_runtime.h"
#include "backend/libvirt/libvirt_scheme.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define KEEPALIVE_INTERVAL_S 2
#define KEEPALIVE_COUNT      2
#define CLOSE_WAIT_MS        500

struct opening {
    char *uri;
    bool read_only;
    virConnectPtr connection;
    struct error error;
};

// Openings that were left behind and have not come back. A daemon that is stopped swallows every
// attempt, and trying again and again must not pile up threads.
#define ABANDONED_MAX 2
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char *uri;
    unsigned count;
} abandoned[16]; // under lock

static unsigned count_abandoned(const char *uri, int change)
{
    unsigned count = 0;
    size_t slot = ARRAY_COUNT(abandoned);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < ARRAY_COUNT(abandoned) && slot == ARRAY_COUNT(abandoned); i++)
        if (str_equal(abandoned[i].uri, uri))
            slot = i;
    for (size_t i = 0; i < ARRAY_COUNT(abandoned) && slot == ARRAY_COUNT(abandoned); i++)
        if (abandoned[i].count == 0 && change > 0) {
            free(abandoned[i].uri);
            abandoned[i].uri = memory_strdup(uri);
            slot = i;
        }
    if (slot < ARRAY_COUNT(abandoned)) {
        if (change > 0 || abandoned[slot].count > 0)
            abandoned[slot].count = (unsigned)((int)abandoned[slot].count + change);
        count = abandoned[slot].count;
    }
    pthread_mutex_unlock(&lock);
    return count;
}

static void opening_destroy(void *arg)
{
    struct opening *opening = arg;
    if (opening->connection)
        virConnectClose(opening->connection);
    free(opening->uri);
    free(opening);
}

static void opening_run(void *arg)
{
    struct opening *opening = arg;
    opening->connection =
        opening->read_only ? virConnectOpenReadOnly(opening->uri) : virConnectOpen(opening->uri);
    if (!opening->connection) {
        libvirt_error_take(&opening->error, NULL);
        libvirt_scheme_explain(opening->uri, &opening->error);
        return;
    }
    // In-process drivers have no wire to keep alive and say so; that is no failure.
    virConnectSetKeepAlive(opening->connection, KEEPALIVE_INTERVAL_S, KEEPALIVE_COUNT);
}

char *libvirt_connect_uri(const char *uri)
{
    const char *scheme_end = strstr(uri, "://");
    const char *ssh = strstr(uri, "+ssh");
    if (!scheme_end || !ssh || ssh > scheme_end || strstr(uri, "no_tty="))
        return memory_strdup(uri);
    return memory_printf("%s%cno_tty=1", uri, strchr(uri, '?') ? '&' : '?');
}

char *libvirt_display_uri(const char *uri)
{
    AUTO_FREE char *clean = utf8_scrub_dup(uri, 1024);
    char *authority = strstr(clean, "://");
    if (!authority)
        return memory_strdup(clean);
    authority += 3;
    size_t length = strcspn(authority, "/?");
    char *at = memrchr(authority, '@', length);
    char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    if (!colon)
        return memory_strdup(clean);
    return memory_printf("%.*s%s", (int)(colon - clean), clean, at);
}

static void opening_abandoned(void *arg)
{
    count_abandoned(((struct opening *)arg)->uri, -1);
    opening_destroy(arg);
}

// Waits for a place among the openings of this URI; false when there was none in time.
static bool wait_for_turn(const char *uri, uint64_t timeout_ms)
{
    for (uint64_t waited_ms = 0; count_abandoned(uri, 0) >= ABANDONED_MAX; waited_ms += 50) {
        if (waited_ms >= timeout_ms)
            return false;
        clock_sleep_ms(50);
    }
    return true;
}

// NULL when it did not come back in time; it is then released by its worker.
static struct opening *open_bounded(const char *uri, bool read_only, uint64_t timeout_ms)
{
    AUTO_FREE char *full = libvirt_connect_uri(uri);
    if (!wait_for_turn(full, timeout_ms))
        return NULL;
    struct opening *opening = memory_alloc(sizeof(*opening));
    opening->uri = memory_strdup(full);
    opening->read_only = read_only;
    // Counted as left behind from the start, so that the worker's release always finds it counted.
    count_abandoned(full, +1);
    if (bounded_call(opening_run, opening, opening_abandoned, timeout_ms, NULL) !=
        BOUNDED_CALL_DONE)
        return NULL;
    count_abandoned(full, -1);
    return opening;
}

virConnectPtr libvirt_connect(const char *uri, bool read_only, uint64_t timeout_ms,
                              struct error *err)
{
    if (!libvirt_scheme_check(uri, err) || !libvirt_runtime_start(err))
        return NULL;
    struct opening *opening = open_bounded(uri, read_only, timeout_ms);
    if (!opening) {
        AUTO_FREE char *shown = libvirt_display_uri(uri);
        error_set(err, ERROR_TIMEOUT, 0, "%s did not answer within %u seconds", shown,
                  (unsigned)(timeout_ms / 1000));
        return NULL;
    }
    virConnectPtr connection = opening->connection;
    opening->connection = NULL;
    if (!connection)
        error_set(err, opening->error.kind, opening->error.code, "%s", opening->error.text);
    opening_destroy(opening);
    return connection;
}

static void close_run(void *arg)
{
    virConnectClose(arg);
}

void libvirt_disconnect(virConnectPtr connection)
{
    if (connection)
        bounded_call(close_run, connection, NULL, CLOSE_WAIT_MS, NULL);
}
