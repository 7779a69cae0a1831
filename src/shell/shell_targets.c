// SPDX-License-Identifier: GPL-2.0-or-later
// Waiting for hosts, samples and details, and finding the VMs that words name.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "shell/shell_internal.h"

enum {
    CONNECT_TIMEOUT_S = 150, // an embedded engine probes its emulators at the first start
    RATES_TIMEOUT_S = 5,
    DETAIL_TIMEOUT_S = 10,
    POLL_MS = 250,
};

static bool host_has_settled(const struct board_host *host)
{
    return host->snapshot != NULL || host->connection == CONNECTION_OFFLINE;
}

static bool all_settled(const struct board *board)
{
    for (size_t i = 0; i < board->host_count; i++)
        if (!host_has_settled(&board->hosts[i]))
            return false;
    return board->host_count > 0;
}

// Says what is wrong with hosts that are not there; true when at least one is.
static bool report_hosts(const struct board *board)
{
    bool any = false;
    for (size_t i = 0; i < board->host_count; i++) {
        const struct board_host *host = &board->hosts[i];
        if (host->snapshot != NULL)
            any = true;
        else
            fprintf(stderr, "vmtui: %s: %s\n", host->name,
                    host->error.text[0] != '\0' ? host->error.text : "no answer in time");
    }
    return any;
}

void shell_renew_board(const struct shell_settings *settings, struct board **board,
                       uint64_t timeout_ms)
{
    const struct shell_services *services = &settings->services;
    struct board *newer = services->wait_board(services->context, timeout_ms);
    if (newer == NULL)
        return;
    board_unref(*board);
    *board = newer;
}

bool shell_connect(const struct shell_settings *settings, struct board **board)
{
    const struct shell_services *services = &settings->services;
    struct interest everything = {.all = true};
    services->set_interest(services->context, &everything);
    uint64_t deadline_ns = clock_monotonic_ns() + CONNECT_TIMEOUT_S * NS_PER_SECOND;
    while (*board == NULL || !all_settled(*board)) {
        if (clock_monotonic_ns() > deadline_ns || services->interrupted(services->context))
            break;
        shell_renew_board(settings, board, POLL_MS);
    }
    if (*board != NULL && report_hosts(*board))
        return true;
    if (*board == NULL)
        fprintf(stderr, "vmtui: no answer in time\n");
    board_unref(*board);
    *board = NULL;
    return false;
}

static bool has_rates(const struct board *board)
{
    for (size_t i = 0; i < board->host_count; i++) {
        const struct board_host *host = &board->hosts[i];
        for (size_t k = 0; host->snapshot != NULL && k < host->snapshot->vm_count; k++) {
            const struct board_vm *vm = &host->vms[k];
            bool wanted = vm->sample->state == VM_STATE_RUNNING && !vm->sample->hung &&
                          (vm->sample->valid & VM_HAS_CPU_TIME) != 0;
            if (wanted && vm->rates.cpu_percent < 0)
                return false;
        }
    }
    return true;
}

bool shell_wait_rates(const struct shell_settings *settings, struct board **board)
{
    const struct shell_services *services = &settings->services;
    uint64_t deadline_ns = clock_monotonic_ns() + RATES_TIMEOUT_S * NS_PER_SECOND;
    while (!has_rates(*board)) {
        if (clock_monotonic_ns() > deadline_ns || services->interrupted(services->context))
            return false;
        shell_renew_board(settings, board, POLL_MS);
    }
    return true;
}

struct collecting {
    struct shell_targets *targets;
    const struct board_host *host;
};

static void collect(void *context, const struct vm_sample *sample)
{
    struct collecting *collecting = context;
    struct shell_targets *targets = collecting->targets;
    const struct board_vm *vm = NULL;
    for (size_t i = 0; i < collecting->host->snapshot->vm_count && vm == NULL; i++)
        if (collecting->host->vms[i].sample == sample)
            vm = &collecting->host->vms[i];
    for (size_t i = 0; i < targets->count; i++)
        if (targets->items[i].vm == vm)
            return; // named twice
    if (vm == NULL)
        return;
    targets->items = memory_resize(targets->items, targets->count + 1, sizeof(*targets->items));
    targets->items[targets->count++] = (struct shell_target){collecting->host, vm};
}

static size_t match_word(const char *word, struct shell_targets *targets)
{
    size_t found = 0;
    for (size_t i = 0; i < targets->board->host_count; i++) {
        struct collecting collecting = {targets, &targets->board->hosts[i]};
        if (collecting.host->snapshot != NULL)
            found += command_match_target(word, collecting.host->snapshot, collect, &collecting);
    }
    return found;
}

enum exit_status shell_find_targets(const struct command_call *call, struct board *board,
                                    struct shell_targets *targets)
{
    targets->board = board;
    bool missing = false;
    for (size_t i = 0; i < call->target_count; i++)
        if (match_word(call->targets[i], targets) == 0) {
            fprintf(stderr, "vmtui: no VM is called %s\n", call->targets[i]);
            missing = true;
        }
    if (call->target_count == 0 && call->spec->target == COMMAND_TARGET_ANY_VMS)
        match_word("*", targets);
    if (missing)
        return EXIT_STATUS_NOTHING_MATCHED;
    if (call->spec->target == COMMAND_TARGET_ONE_VM && targets->count != 1) {
        fprintf(stderr, "vmtui: %s takes exactly one VM, and %zu match\n", call->spec->name,
                targets->count);
        return EXIT_STATUS_USAGE;
    }
    if (targets->count == 0 && call->spec->target == COMMAND_TARGET_VMS) {
        fprintf(stderr, "vmtui: nothing matched\n");
        return EXIT_STATUS_NOTHING_MATCHED;
    }
    return EXIT_STATUS_DONE;
}

void shell_targets_finish(struct shell_targets *targets)
{
    free(targets->items);
    board_unref(targets->board);
    *targets = (struct shell_targets){0};
}

// Points every target into the newer board; a VM that is gone makes it false.
static bool rebind(struct shell_targets *targets, struct board *newer)
{
    for (size_t i = 0; i < targets->count; i++) {
        struct shell_target fresh;
        if (!board_find(newer, targets->items[i].vm->sample->uuid, &fresh.host, &fresh.vm))
            return false;
        targets->items[i] = fresh;
    }
    return true;
}

bool shell_wait_detail(const struct shell_settings *settings, struct shell_targets *targets,
                       size_t index)
{
    const struct shell_services *services = &settings->services;
    struct interest interest = {.all = true};
    memcpy(interest.focus, targets->items[index].vm->sample->uuid, sizeof(interest.focus));
    services->set_interest(services->context, &interest);
    uint64_t deadline_ns = clock_monotonic_ns() + DETAIL_TIMEOUT_S * NS_PER_SECOND;
    while (targets->items[index].vm->sample->detail == NULL) {
        if (clock_monotonic_ns() > deadline_ns || services->interrupted(services->context)) {
            fprintf(stderr, "vmtui: %s: no details in time\n",
                    targets->items[index].vm->sample->name);
            return false;
        }
        struct board *newer = services->wait_board(services->context, POLL_MS);
        if (newer == NULL)
            continue;
        struct board *older = targets->board;
        bool all_there = rebind(targets, newer);
        if (all_there)
            targets->board = newer;
        board_unref(all_there ? older : newer);
        if (!all_there) {
            fprintf(stderr, "vmtui: the VM is gone\n");
            return false;
        }
    }
    return true;
}
