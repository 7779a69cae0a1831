// SPDX-License-Identifier: GPL-2.0-or-later
// What a job is called, and what is said when it ended.
#include <string.h>

#include "backend/session_inner.h"
#include "core/clock.h"
#include "core/str.h"

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

// "snapshot web1 before-upgrade", "set memory web1 2048 MiB".
static void title_text(const struct operation *operation, char *out, size_t size)
{
    const char *what = operation_kind_name(operation->kind);
    const char *vm = operation->vm_name != NULL ? operation->vm_name : operation->uuid;
    switch (operation->kind) {
    case OPERATION_RENAME:
    case OPERATION_SNAPSHOT_CREATE:
    case OPERATION_SNAPSHOT_REVERT:
    case OPERATION_SNAPSHOT_DELETE:
        str_format(out, size, "%s %s %s", what, vm, or_empty(operation->name));
        break;
    case OPERATION_AUTOSTART:
        str_format(out, size, "%s %s %s", what, vm, operation->number != 0 ? "on" : "off");
        break;
    case OPERATION_SET_VCPUS:
    case OPERATION_SET_VCPUS_MAX:
        str_format(out, size, "%s %s %u", what, vm, operation->number);
        break;
    case OPERATION_SET_BALLOON:
    case OPERATION_SET_MEMORY_MAX:
        str_format(out, size, "%s %s %llu MiB", what, vm,
                   (unsigned long long)(operation->memory_kib / 1024));
        break;
    case OPERATION_DISK_GROW:
        str_format(out, size, "%s %s %s %.4g GiB", what, vm, or_empty(operation->disk),
                   (double)operation->size_bytes / (1 << 30));
        break;
    default:
        str_format(out, size, "%s %s", what, vm);
        break;
    }
    size_t length = strlen(out);
    if (length > 0 && out[length - 1] == ' ')
        out[length - 1] = '\0';
}

struct job_info job_info_of(const struct operation *operation, const char *host)
{
    struct job_info info = {.kind = operation->kind, .state = JOB_QUEUED, .eta_s = -1};
    info.queued_wall_ms = clock_wall_ms();
    memcpy(info.uuid, operation->uuid, sizeof(info.uuid));
    str_format(info.vm_name, sizeof(info.vm_name), "%s", or_empty(operation->vm_name));
    str_format(info.host, sizeof(info.host), "%s", host);
    str_format(info.command_line, sizeof(info.command_line), "%s",
               or_empty(operation->command_line));
    title_text(operation, info.title, sizeof(info.title));
    return info;
}

void job_outcome_text(const struct job_info *job, char *out, size_t size)
{
    uint64_t began_ms = job->started_wall_ms != 0 ? job->started_wall_ms : job->queued_wall_ms;
    double seconds =
        job->ended_wall_ms > began_ms ? (double)(job->ended_wall_ms - began_ms) / 1e3 : 0;
    if (job->state == JOB_DONE)
        str_format(out, size, "%s: done in %.1f s", job->title, seconds);
    else if (job_state_is_final(job->state))
        str_format(out, size, "%s: %s%s%s", job->title, job_state_name(job->state),
                   job->error.text[0] != '\0' ? ": " : "", job->error.text);
    else
        str_format(out, size, "%s: %s", job->title, job_state_name(job->state));
}
