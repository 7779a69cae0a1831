// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/execute/libvirt_task.h"
#include "core/memory.h"
#include "core/str.h"

struct scope {
    bool live, next_boot;
};

// What the flags ask for; without any, the running VM, or the definition of one that is off.
static bool scope_of(struct libvirt_task *task, struct scope *scope, struct error *err)
{
    bool active = task_is_active(task), persistent = virDomainIsPersistent(task->vm) != 0;
    struct scope asked = {task_has(task, OPERATION_FLAG_LIVE),
                          task_has(task, OPERATION_FLAG_NEXT_BOOT)};
    if (!asked.live && !asked.next_boot)
        asked = (struct scope){active, !active};
    if (asked.live && !active)
        return error_set(err, ERROR_INVALID, 0, "%s is not running", task->name);
    if (asked.next_boot && !persistent)
        return error_set(err, ERROR_INVALID, 0,
                         "%s is transient: it has no definition for a next boot", task->name);
    *scope = asked;
    return true;
}

// Some drivers take one of the two at a time, so there are two calls, and the first may have done
// its part when the second fails.
static bool fail_next_boot(struct libvirt_task *task, const struct scope *scope, const char *what,
                           struct error *err)
{
    task_fail(task, err);
    if (scope->live)
        error_prefix(err, "the %s of %s changed now, but not for the next boot", what, task->name);
    return false;
}

static struct vm_definition *definition_of(struct libvirt_task *task, bool inactive,
                                           struct error *err)
{
    AUTO_FREE char *xml = task_xml(task, inactive, err);
    return xml ? domain_xml_parse(xml, err) : NULL;
}

static bool check_live_vcpus(struct libvirt_task *task, unsigned wanted, struct error *err)
{
    struct vm_definition *definition = definition_of(task, false, err);
    if (!definition)
        return false;
    int now = virDomainGetVcpusFlags(task->vm, VIR_DOMAIN_VCPU_LIVE);
    bool emulated = str_equal(definition->type, "qemu");
    unsigned most = definition->vcpus_max;
    vm_definition_unref(definition);
    if (most > 0 && wanted > most)
        return error_set(
            err, ERROR_INVALID, 0,
            "%s can have %u vCPUs at most while it runs; raise the maximum and restart "
            "it",
            task->name, most);
    // QEMU 7.2 dies of the next command after an unplug under software emulation.
    if (emulated && now > 0 && wanted < (unsigned)now)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "a vCPU cannot be taken from %s while it runs under software emulation; "
                         "change it for the next boot",
                         task->name);
    return true;
}

bool task_set_vcpus(struct libvirt_task *task, struct error *err)
{
    unsigned wanted = task->operation->number;
    struct scope scope;
    if (wanted == 0)
        return error_set(err, ERROR_INVALID, 0, "a VM needs one vCPU at least");
    if (!scope_of(task, &scope, err) || (scope.live && !check_live_vcpus(task, wanted, err)))
        return false;
    if (scope.next_boot) {
        int most =
            virDomainGetVcpusFlags(task->vm, VIR_DOMAIN_VCPU_CONFIG | VIR_DOMAIN_VCPU_MAXIMUM);
        if (most > 0 && wanted > (unsigned)most)
            return error_set(err, ERROR_INVALID, 0,
                             "%s can have %d vCPUs at most; raise the maximum first", task->name,
                             most);
    }
    if (scope.live && virDomainSetVcpusFlags(task->vm, wanted, VIR_DOMAIN_VCPU_LIVE) < 0)
        return task_fail(task, err);
    if (scope.next_boot && virDomainSetVcpusFlags(task->vm, wanted, VIR_DOMAIN_VCPU_CONFIG) < 0)
        return fail_next_boot(task, &scope, "vCPUs", err);
    return true;
}

bool task_set_vcpus_max(struct libvirt_task *task, struct error *err)
{
    if (task->operation->number == 0)
        return error_set(err, ERROR_INVALID, 0, "a VM needs one vCPU at least");
    return virDomainSetVcpusFlags(task->vm, task->operation->number,
                                  VIR_DOMAIN_VCPU_CONFIG | VIR_DOMAIN_VCPU_MAXIMUM) == 0 ||
           task_fail(task, err);
}

static bool check_balloon(struct libvirt_task *task, bool inactive, struct error *err)
{
    struct vm_definition *definition = definition_of(task, inactive, err);
    if (!definition)
        return false;
    bool qemu = task->driver->facts.flavour == LIBVIRT_QEMU;
    bool missing = qemu && !inactive && !definition->has_balloon;
    uint64_t most_kib = definition->memory_max_kib;
    vm_definition_unref(definition);
    if (missing)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s has no memory balloon, so its memory cannot change while it runs",
                         task->name);
    if (most_kib > 0 && task->operation->memory_kib > most_kib)
        return error_set(err, ERROR_INVALID, 0,
                         "%s can have %llu MiB at most; raise the maximum%s first", task->name,
                         (unsigned long long)(most_kib / 1024), inactive ? "" : " and restart it");
    return true;
}

bool task_set_balloon(struct libvirt_task *task, struct error *err)
{
    struct scope scope;
    uint64_t kib = task->operation->memory_kib;
    if (kib == 0)
        return error_set(err, ERROR_INVALID, 0, "the memory cannot be 0");
    if (!scope_of(task, &scope, err) || (scope.live && !check_balloon(task, false, err)) ||
        (scope.next_boot && !check_balloon(task, true, err)))
        return false;
    if (scope.live && virDomainSetMemoryFlags(task->vm, kib, VIR_DOMAIN_MEM_LIVE) < 0)
        return task_fail(task, err);
    if (scope.next_boot && virDomainSetMemoryFlags(task->vm, kib, VIR_DOMAIN_MEM_CONFIG) < 0)
        return fail_next_boot(task, &scope, "memory", err);
    return true;
}

bool task_set_memory_max(struct libvirt_task *task, struct error *err)
{
    uint64_t kib = task->operation->memory_kib;
    if (kib == 0)
        return error_set(err, ERROR_INVALID, 0, "the memory cannot be 0");
    return virDomainSetMemoryFlags(task->vm, kib, VIR_DOMAIN_MEM_CONFIG | VIR_DOMAIN_MEM_MAXIMUM) ==
               0 ||
           task_fail(task, err);
}
