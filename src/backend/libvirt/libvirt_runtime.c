// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_runtime.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdlib.h>

#include "backend/libvirt/libvirt_error.h"
#include "backend/worker_thread.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/memory.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct error start_failure; // ERROR_NONE once everything runs

void libvirt_runtime_set_log(const char *path)
{
    AUTO_FREE char *outputs = memory_printf("3:file:%s", path);
    setenv("LIBVIRT_LOG_OUTPUTS", outputs, 0);
}

static void drop_error(void *context, virErrorPtr error)
{
    (void)context;
    (void)error;
}

static void *event_loop_main(void *unused)
{
    (void)unused;
    for (;;)
        if (virEventRunDefaultImpl() < 0) {
            // It never fails twice in a row for the same reason, but must not spin if it does.
            log_error("libvirt's event loop: %s", virGetLastErrorMessage());
            clock_sleep_ms(100);
        }
    return NULL;
}

static void start(void)
{
    // Anything that libvirt prints to the terminal would ruin the screen.
    setenv("LIBVIRT_LOG_OUTPUTS", "3:file:/dev/null", 0);
    virSetErrorFunc(NULL, drop_error);
    if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0) {
        libvirt_error_take(&start_failure, NULL);
        return;
    }
    if (!worker_thread_start(NULL, event_loop_main, NULL))
        error_set(&start_failure, ERROR_BUSY, 0, "no thread could be started");
}

bool libvirt_runtime_start(struct error *err)
{
    pthread_once(&once, start);
    if (start_failure.kind == ERROR_NONE)
        return true;
    return error_set(err, start_failure.kind, start_failure.code, "%s", start_failure.text);
}
