// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/model/job.h"

#include <stddef.h>

#include "core/memory.h"

static const char *const state_names[] = {
    [JOB_QUEUED] = "queued", [JOB_RUNNING] = "running",     [JOB_DONE] = "done",
    [JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled", [JOB_UNKNOWN] = "outcome unknown",
};
_Static_assert(ARRAY_COUNT(state_names) == JOB_STATE_COUNT, "every state has a name");

const char *job_state_name(enum job_state state)
{
    if ((size_t)state >= ARRAY_COUNT(state_names))
        return state_names[JOB_UNKNOWN];
    return state_names[state];
}

bool job_state_is_final(enum job_state state)
{
    return state != JOB_QUEUED && state != JOB_RUNNING;
}

double job_percent(const struct job_info *job)
{
    if (!job->progress.known || job->progress.total_bytes == 0)
        return -1.0;
    if (job->progress.done_bytes >= job->progress.total_bytes)
        return 100.0;
    return 100.0 * (double)job->progress.done_bytes / (double)job->progress.total_bytes;
}
