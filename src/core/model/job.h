// SPDX-License-Identifier: GPL-2.0-or-later
// What is known about one job: an operation on its way. job_info values are copied between threads,
// the session that runs the job owns the truth.
#ifndef VMTUI_CORE_MODEL_JOB_H
#define VMTUI_CORE_MODEL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/model/model.h"
#include "core/model/operation.h"

enum job_state {
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_DONE,
    JOB_FAILED,
    JOB_CANCELLED,
    JOB_UNKNOWN, // timed out or cut off: may or may not have happened; error says what was seen
    JOB_STATE_COUNT
};

struct job_progress {
    bool known; // the fields below mean something
    uint64_t done_bytes, total_bytes;
};

struct job_info {
    uint64_t id; // unique within this process
    enum operation_kind kind;
    enum job_state state;
    char uuid[VM_UUID_SIZE];
    char vm_name[128]; // cut at a character when longer
    char host[128];
    char title[192]; // "snapshot web1 before-upgrade"
    char command_line[256];
    uint64_t queued_wall_ms, started_wall_ms, ended_wall_ms; // 0: not yet
    struct job_progress progress;
    double rate_bytes_per_s; // 0: not known
    double eta_s;            // below 0: not known
    bool cancellable, cancel_asked;
    struct error error; // why, when it did not end with JOB_DONE
};

const char *job_state_name(enum job_state state); // "running", "done", ...
bool job_state_is_final(enum job_state state);
// Percent 0..100, or below 0 when not known.
double job_percent(const struct job_info *job);

#endif
