// SPDX-License-Identifier: GPL-2.0-or-later
// Suspending to disk writes the VM's memory and may take minutes: the call runs on a worker while
// this thread reports how far it is and passes a wish to cancel on.
#include <libvirt/virterror.h>
#include <stdlib.h>

#include "backend/libvirt/execute/libvirt_task.h"
#include "backend/libvirt/libvirt_error.h"
#include "core/memory.h"

#define POLL_MS 200

struct save_call {
    virDomainPtr vm;
    int result;
    bool unsupported;
    struct error error;
    char *name;
};

static void save_run(void *arg)
{
    struct save_call *call = arg;
    call->result = virDomainManagedSave(call->vm, 0);
    if (call->result < 0) {
        call->unsupported = virGetLastErrorCode() == VIR_ERR_NO_SUPPORT;
        libvirt_error_take(&call->error, call->name);
    }
}

static void save_destroy(void *arg)
{
    struct save_call *call = arg;
    virDomainFree(call->vm);
    free(call->name);
    free(call);
}

static void report_progress(struct libvirt_task *task)
{
    virTypedParameterPtr params = NULL;
    int count = 0, type = VIR_DOMAIN_JOB_NONE;
    unsigned long long done = 0, total = 0;
    if (virDomainGetJobStats(task->vm, &type, &params, &count, 0) < 0)
        return;
    if (type == VIR_DOMAIN_JOB_UNBOUNDED || type == VIR_DOMAIN_JOB_BOUNDED) {
        virTypedParamsGetULLong(params, count, VIR_DOMAIN_JOB_DATA_PROCESSED, &done);
        virTypedParamsGetULLong(params, count, VIR_DOMAIN_JOB_DATA_TOTAL, &total);
        if (total > 0) {
            atomic_store(&task->control->done_bytes, done);
            atomic_store(&task->control->total_bytes, total);
            atomic_store(&task->control->progress_known, true);
        }
    }
    virTypedParamsFree(params, count);
}

static bool follow(struct libvirt_task *task, struct bounded_call *call)
{
    bool aborted = false;
    atomic_store(&task->control->cancellable, task->driver->facts.flavour == LIBVIRT_QEMU);
    while (!bounded_call_wait(call, POLL_MS, NULL)) {
        report_progress(task);
        if (atomic_load(&task->control->cancel_asked) && !aborted)
            aborted = virDomainAbortJob(task->vm) == 0;
    }
    atomic_store(&task->control->cancellable, false);
    return aborted;
}

bool task_save(struct libvirt_task *task, struct error *err)
{
    if (!task_is_active(task))
        return error_set(err, ERROR_INVALID, 0, "%s is not running", task->name);
    if (virDomainIsPersistent(task->vm) == 0)
        return error_set(err, ERROR_INVALID, 0,
                         "%s is transient (it vanishes when it is shut off), so it cannot be "
                         "suspended to disk",
                         task->name);
    struct save_call *call = memory_alloc(sizeof(*call));
    virDomainRef(task->vm);
    call->vm = task->vm;
    call->name = memory_strdup(task->name);
    struct bounded_call *worker = bounded_call_start(save_run, call, save_destroy);
    if (!worker)
        return error_set(err, ERROR_BUSY, 0, "no thread could be started");
    bool aborted = follow(task, worker);
    bounded_call_end(worker);
    bool done = call->result == 0;
    if (!done && aborted)
        error_set(err, ERROR_CANCELLED, call->error.code, "cancelled; %s runs on", task->name);
    else if (!done)
        error_set(err, call->error.kind, call->error.code, "%s", call->error.text);
    if (!done && call->unsupported)
        libvirt_driver_lacks(task->driver, HOST_CAN_SAVE);
    save_destroy(call);
    return done;
}
