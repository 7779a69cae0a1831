// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/board.h"

#include <stdlib.h>

#include "core/memory.h"
#include "monitor/event_log.h"
#include "monitor/rates.h"

struct board *board_create(void)
{
    struct board *board = memory_alloc(sizeof(*board));
    refcount_init(&board->refs);
    return board;
}

struct board *board_ref(struct board *board)
{
    if (board != NULL)
        refcount_ref(&board->refs);
    return board;
}

static void host_finish(struct board_host *host)
{
    size_t vm_count = host->snapshot != NULL ? host->snapshot->vm_count : 0;
    if (host->rate_storage == NULL && host->vms != NULL)
        for (size_t i = 0; i < vm_count; i++)
            vm_rates_finish(&host->vms[i].rates);
    free(host->rate_storage);
    free(host->vms);
    free(host->alerts);
    host_snapshot_unref(host->snapshot);
}

void board_unref(struct board *board)
{
    if (board == NULL || !refcount_unref(&board->refs))
        return;
    for (size_t i = 0; i < board->host_count; i++)
        host_finish(&board->hosts[i]);
    free(board->hosts);
    free(board->jobs);
    if (board->log_holder != NULL)
        log_tail_unref(board->log_holder);
    else
        free(board->log);
    free(board->focus);
    free(board->host_charts);
    free(board);
}

bool board_find(const struct board *board, const char *uuid, const struct board_host **host,
                const struct board_vm **vm)
{
    for (size_t i = 0; i < board->host_count; i++) {
        const struct board_host *candidate = &board->hosts[i];
        if (candidate->snapshot == NULL || candidate->vms == NULL)
            continue;
        const struct vm_sample *sample = host_snapshot_find(candidate->snapshot, uuid);
        if (sample == NULL)
            continue;
        if (host != NULL)
            *host = candidate;
        if (vm != NULL)
            *vm = &candidate->vms[sample - candidate->snapshot->vms];
        return true;
    }
    return false;
}
