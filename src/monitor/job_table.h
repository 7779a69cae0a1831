// SPDX-License-Identifier: GPL-2.0-or-later
// The jobs the screen knows of: all that are under way, and the latest 50 that ended. Not
// thread-safe.
#ifndef VMTUI_MONITOR_JOB_TABLE_H
#define VMTUI_MONITOR_JOB_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/job.h"

#define JOB_TABLE_FINISHED_MAX 50

struct job_table {
    struct job_info *unfinished; // in the order they came
    size_t unfinished_count, unfinished_capacity;
    struct job_info finished[JOB_TABLE_FINISHED_MAX]; // a ring, in the order they ended
    size_t finished_first, finished_count;
};

void job_table_finish(struct job_table *table); // takes a zeroed one
// True when the job has just ended; false for progress, and for news of one that had ended before.
bool job_table_put(struct job_table *table, const struct job_info *job);
// Running, then queued, then finished ones with the latest first. NULL when there are none; the
// caller frees.
struct job_info *job_table_list(const struct job_table *table, size_t *count);

#endif
