// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/job_table.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

void job_table_finish(struct job_table *table)
{
    free(table->unfinished);
    *table = (struct job_table){0};
}

static size_t find_unfinished(const struct job_table *table, uint64_t id)
{
    size_t i = 0;
    while (i < table->unfinished_count && table->unfinished[i].id != id)
        i++;
    return i;
}

static bool has_ended(const struct job_table *table, uint64_t id)
{
    for (size_t i = 0; i < table->finished_count; i++)
        if (table->finished[(table->finished_first + i) % JOB_TABLE_FINISHED_MAX].id == id)
            return true;
    return false;
}

static void add_finished(struct job_table *table, const struct job_info *job)
{
    size_t end = table->finished_first + table->finished_count;
    table->finished[end % JOB_TABLE_FINISHED_MAX] = *job;
    if (table->finished_count < JOB_TABLE_FINISHED_MAX)
        table->finished_count++;
    else
        table->finished_first = (table->finished_first + 1) % JOB_TABLE_FINISHED_MAX;
}

static void remove_unfinished(struct job_table *table, size_t index)
{
    if (index == table->unfinished_count)
        return;
    table->unfinished_count--;
    memmove(&table->unfinished[index], &table->unfinished[index + 1],
            (table->unfinished_count - index) * sizeof(*table->unfinished));
}

bool job_table_put(struct job_table *table, const struct job_info *job)
{
    size_t index = find_unfinished(table, job->id);
    if (index == table->unfinished_count && has_ended(table, job->id))
        return false;
    if (job_state_is_final(job->state)) {
        remove_unfinished(table, index);
        add_finished(table, job);
        return true;
    }
    if (index == table->unfinished_capacity) {
        table->unfinished_capacity = index < 8 ? 16 : index * 2;
        table->unfinished = memory_resize(table->unfinished, table->unfinished_capacity,
                                          sizeof(*table->unfinished));
    }
    if (index == table->unfinished_count)
        table->unfinished_count++;
    table->unfinished[index] = *job;
    return false;
}

struct job_info *job_table_list(const struct job_table *table, size_t *count)
{
    size_t total = table->unfinished_count + table->finished_count;
    *count = total;
    if (total == 0)
        return NULL;
    struct job_info *list = memory_array(total, sizeof(*list));
    size_t at = 0;
    for (size_t i = 0; i < table->unfinished_count; i++)
        if (table->unfinished[i].state == JOB_RUNNING)
            list[at++] = table->unfinished[i];
    for (size_t i = 0; i < table->unfinished_count; i++)
        if (table->unfinished[i].state != JOB_RUNNING)
            list[at++] = table->unfinished[i];
    for (size_t i = table->finished_count; i > 0; i--)
        list[at++] = table->finished[(table->finished_first + i - 1) % JOB_TABLE_FINISHED_MAX];
    return list;
}
