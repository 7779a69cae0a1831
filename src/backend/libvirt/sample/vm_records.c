// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/sample/vm_records.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static void record_destroy(struct vm_record *record)
{
    vm_sample_finish(&record->last);
    free(record);
}

void vm_records_finish(struct vm_records *records)
{
    for (size_t i = 0; i < records->count; i++)
        record_destroy(records->items[i]);
    free(records->items);
    *records = (struct vm_records){0};
}

// Where uuid is, or would have to be put.
static size_t position_of(const struct vm_records *records, const char *uuid, bool *found)
{
    size_t low = 0, high = records->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(records->items[middle]->last.uuid, uuid);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = false;
    return low;
}

struct vm_record *vm_records_find(const struct vm_records *records, const char *uuid)
{
    bool found;
    size_t position = position_of(records, uuid, &found);
    return found ? records->items[position] : NULL;
}

struct vm_record *vm_records_add(struct vm_records *records, const char *uuid)
{
    bool found;
    size_t position = position_of(records, uuid, &found);
    if (found)
        return records->items[position];
    if (records->count == records->capacity) {
        records->capacity = records->capacity ? 2 * records->capacity : 16;
        records->items = memory_resize(records->items, records->capacity, sizeof(*records->items));
    }
    memmove(&records->items[position + 1], &records->items[position],
            (records->count - position) * sizeof(*records->items));
    struct vm_record *record = memory_alloc(sizeof(*record));
    strncpy(record->last.uuid, uuid, VM_UUID_SIZE - 1);
    record->last.name = memory_strdup("?");
    record->last.id = -1;
    record->stale = true;
    record->period_asked_id = -1;
    records->items[position] = record;
    records->count++;
    return record;
}

void vm_records_sweep(struct vm_records *records)
{
    size_t kept = 0;
    for (size_t i = 0; i < records->count; i++)
        if (records->items[i]->seen)
            records->items[kept++] = records->items[i];
        else
            record_destroy(records->items[i]);
    records->count = kept;
}
