// SPDX-License-Identifier: GPL-2.0-or-later
// `list`, `stats` and `hosts`: figures as tables, CSV and JSON.
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "core/utf8.h"
#include "shell/shell_internal.h"

static int by_name(const void *a, const void *b)
{
    const struct shell_target *left = a, *right = b;
    int order = str_compare_natural(left->vm->sample->name, right->vm->sample->name);
    return order != 0 ? order : strcmp(left->vm->sample->uuid, right->vm->sample->uuid);
}

static bool is_unknown(uint64_t valid, unsigned bit)
{
    return (valid & bit) == 0;
}

static void format_memory_pair(char *out, size_t size, const struct board_vm *vm)
{
    char used[QUANTITY_SIZE], balloon[QUANTITY_SIZE];
    bool active = vm_state_is_active(vm->sample->state);
    quantity_memory(used, active ? vm->rates.memory_used_kib : -1);
    if (is_unknown(vm->sample->valid, active ? VM_HAS_BALLOON : VM_HAS_MEMORY_MAX))
        str_format(balloon, sizeof(balloon), "-");
    else
        quantity_memory(balloon,
                        (double)(active ? vm->sample->balloon_kib : vm->sample->memory_max_kib));
    str_format(out, size, "%s/%s", used, balloon);
}

static double sum_known(double a, double b)
{
    if (a < 0 && b < 0)
        return RATE_UNKNOWN;
    return (a > 0 ? a : 0) + (b > 0 ? b : 0);
}

static void print_row(const struct shell_target *target, int name_columns, int host_columns)
{
    const struct board_vm *vm = target->vm;
    char cpu[QUANTITY_SIZE], ready[QUANTITY_SIZE], disk[QUANTITY_SIZE], net[QUANTITY_SIZE];
    char memory[2 * QUANTITY_SIZE], vcpus[QUANTITY_SIZE];
    quantity_percent(cpu, vm->rates.cpu_percent, 0);
    quantity_percent(ready, vm->rates.ready_percent, 1);
    quantity_rate(disk, sum_known(vm->rates.disk_read_bytes, vm->rates.disk_write_bytes));
    quantity_rate(net, sum_known(vm->rates.net_rx_bytes, vm->rates.net_tx_bytes));
    format_memory_pair(memory, sizeof(memory), vm);
    if (is_unknown(vm->sample->valid, VM_HAS_VCPU_COUNT))
        str_format(vcpus, sizeof(vcpus), "-");
    else
        str_format(vcpus, sizeof(vcpus), "%u", vm->sample->vcpus_current);
    const char *state = vm->sample->hung ? "hung" : vm_state_name(vm->sample->state);
    int padding = name_columns - (int)utf8_width(vm->sample->name);
    printf("%s%*s  %-11s %4s %5s %5s %13s %6s %6s", vm->sample->name, padding > 0 ? padding : 0, "",
           state, vcpus, cpu, ready, memory, disk, net);
    if (host_columns > 0)
        printf("  %s", target->host->name);
    putchar('\n');
}

static void print_table(const struct shell_targets *targets)
{
    int name_columns = 4;
    for (size_t i = 0; i < targets->count; i++) {
        int columns = (int)utf8_width(targets->items[i].vm->sample->name);
        if (columns > name_columns)
            name_columns = columns;
    }
    int host_columns = targets->board->host_count > 1 ? 1 : 0;
    printf("%-*s  %-11s %4s %5s %5s %13s %6s %6s%s\n", name_columns, "NAME", "STATE", "VCPU",
           "CPU%", "RDY%", "MEM", "DISK/s", "NET/s", host_columns > 0 ? "  HOST" : "");
    for (size_t i = 0; i < targets->count; i++)
        print_row(&targets->items[i], name_columns, host_columns);
}

static struct json_object *targets_json(const struct shell_targets *targets)
{
    struct json_object *rows = json_object_new_array();
    for (size_t i = 0; i < targets->count; i++)
        json_object_array_add(rows, shell_vm_json(targets->items[i].host, targets->items[i].vm));
    return rows;
}

static enum exit_status sorted_targets(const struct command_call *call, struct board *board,
                                       struct shell_targets *targets)
{
    enum exit_status status = shell_find_targets(call, board, targets);
    if (targets->count > 1)
        qsort(targets->items, targets->count, sizeof(*targets->items), by_name);
    return status;
}

enum exit_status shell_list(const struct shell_settings *settings, const struct command_call *call)
{
    struct board *board = NULL;
    if (!shell_connect(settings, &board))
        return EXIT_STATUS_NO_CONNECTION;
    shell_wait_rates(settings, &board);
    struct shell_targets targets = {0};
    enum exit_status status = sorted_targets(call, board, &targets);
    if (status == EXIT_STATUS_DONE && settings->json)
        status = shell_print_json(targets_json(&targets));
    else if (status == EXIT_STATUS_DONE)
        print_table(&targets);
    shell_targets_finish(&targets);
    return status;
}

static void print_csv_number(bool known, double value)
{
    if (known)
        printf(",%.2f", value);
    else
        putchar(',');
}

static void print_csv_text(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void print_csv(const struct shell_targets *targets, bool header)
{
    if (header)
        puts("time_ms,host,name,uuid,state,cpu_percent,ready_percent,memory_max_kib,balloon_kib,"
             "memory_used_kib,disk_read_bytes_per_s,disk_write_bytes_per_s,net_rx_bytes_per_s,"
             "net_tx_bytes_per_s");
    for (size_t i = 0; i < targets->count; i++) {
        const struct shell_target *target = &targets->items[i];
        const struct vm_sample *sample = target->vm->sample;
        const struct vm_rates *rates = &target->vm->rates;
        printf("%llu,", (unsigned long long)target->host->snapshot->sampled_wall_ms);
        print_csv_text(target->host->name);
        putchar(',');
        print_csv_text(sample->name);
        printf(",%s,%s", sample->uuid, vm_state_name(sample->state));
        print_csv_number(rates->cpu_percent >= 0, rates->cpu_percent);
        print_csv_number(rates->ready_percent >= 0, rates->ready_percent);
        print_csv_number((sample->valid & VM_HAS_MEMORY_MAX) != 0, (double)sample->memory_max_kib);
        print_csv_number((sample->valid & VM_HAS_BALLOON) != 0, (double)sample->balloon_kib);
        print_csv_number(rates->memory_used_kib >= 0, rates->memory_used_kib);
        print_csv_number(rates->disk_read_bytes >= 0, rates->disk_read_bytes);
        print_csv_number(rates->disk_write_bytes >= 0, rates->disk_write_bytes);
        print_csv_number(rates->net_rx_bytes >= 0, rates->net_rx_bytes);
        print_csv_number(rates->net_tx_bytes >= 0, rates->net_tx_bytes);
        putchar('\n');
    }
}

static void print_json_round(const struct shell_targets *targets, bool first)
{
    struct json_object *round = json_object_new_object();
    json_object_object_add(round, "time_ms", json_object_new_uint64(clock_wall_ms()));
    json_object_object_add(round, "vms", targets_json(targets));
    printf("%s%s", first ? "[" : ",\n",
           json_object_to_json_string_ext(round, JSON_C_TO_STRING_PRETTY |
                                                     JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(round);
}

static uint64_t newest_sample_ns(const struct board *board)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < board->host_count; i++)
        if (board->hosts[i].snapshot != NULL && board->hosts[i].snapshot->sampled_ns > newest)
            newest = board->hosts[i].snapshot->sampled_ns;
    return newest;
}

// Waits for a board that holds a later sample than after_ns; false when interrupted.
static bool wait_later_sample(const struct shell_settings *settings, struct board **board,
                              uint64_t after_ns)
{
    const struct shell_services *services = &settings->services;
    while (newest_sample_ns(*board) <= after_ns) {
        if (services->interrupted(services->context))
            return false;
        shell_renew_board(settings, board, 250);
    }
    return true;
}

enum stats_format { STATS_TABLE, STATS_CSV, STATS_JSON };

static enum exit_status print_round(const struct command_call *call, struct board *board,
                                    enum stats_format format, bool first)
{
    struct shell_targets targets = {0};
    enum exit_status status = sorted_targets(call, board_ref(board), &targets);
    if (status == EXIT_STATUS_DONE && format == STATS_CSV)
        print_csv(&targets, first);
    else if (status == EXIT_STATUS_DONE && format == STATS_JSON)
        print_json_round(&targets, first);
    else if (status == EXIT_STATUS_DONE) {
        char time[32];
        clock_format_time(clock_wall_ms(), time, sizeof(time));
        printf("%s%s\n", first ? "" : "\n", time);
        print_table(&targets);
    }
    shell_targets_finish(&targets);
    if (fflush(stdout) != 0) {
        perror("vmtui: standard output");
        return EXIT_STATUS_FAILED;
    }
    return status;
}

enum exit_status shell_stats(const struct shell_settings *settings, const struct command_call *call)
{
    double interval_s = 2, count = 1;
    command_number(call, "interval", &interval_s);
    command_number(call, "count", &count);
    enum stats_format format = settings->json                    ? STATS_JSON
                               : command_flag_given(call, "csv") ? STATS_CSV
                                                                 : STATS_TABLE;
    struct board *board = NULL;
    if (!shell_connect(settings, &board))
        return EXIT_STATUS_NO_CONNECTION;
    shell_wait_rates(settings, &board);
    settings->services.set_tick(settings->services.context, interval_s);
    enum exit_status status = EXIT_STATUS_DONE;
    unsigned long long rounds = 0;
    for (; status == EXIT_STATUS_DONE && (count <= 0 || (double)rounds < count); rounds++) {
        if (rounds > 0 && !wait_later_sample(settings, &board, newest_sample_ns(board)))
            break;
        status = print_round(call, board, format, rounds == 0);
    }
    if (format == STATS_JSON && rounds > 0 && status == EXIT_STATUS_DONE)
        puts("]");
    board_unref(board);
    return status;
}

static struct json_object *host_json(const struct board_host *host)
{
    struct json_object *row = json_object_new_object();
    const struct host_snapshot *snapshot = host->snapshot;
    json_object_object_add(row, "name", json_object_new_string(host->name));
    json_object_object_add(row, "connection",
                           json_object_new_string(connection_state_name(host->connection)));
    if (snapshot == NULL)
        return row;
    json_object_object_add(row, "uri", json_object_new_string(snapshot->uri));
    json_object_object_add(
        row, "hypervisor",
        snapshot->hypervisor != NULL ? json_object_new_string(snapshot->hypervisor) : NULL);
    json_object_object_add(
        row, "acceleration",
        snapshot->acceleration != NULL ? json_object_new_string(snapshot->acceleration) : NULL);
    json_object_object_add(row, "cpus", json_object_new_int64(snapshot->cpus));
    json_object_object_add(row, "memory_total_kib",
                           (snapshot->valid & HOST_HAS_MEMORY) != 0
                               ? json_object_new_uint64(snapshot->memory_total_kib)
                               : NULL);
    json_object_object_add(
        row, "cpu_percent",
        host->rates.cpu_percent >= 0 ? json_object_new_double(host->rates.cpu_percent) : NULL);
    json_object_object_add(row, "vms", json_object_new_uint64(snapshot->vm_count));
    return row;
}

static void print_host(const struct board_host *host)
{
    const struct host_snapshot *snapshot = host->snapshot;
    printf("%s  %s\n", host->name, connection_state_name(host->connection));
    if (snapshot == NULL) {
        printf("  %s\n", host->error.text);
        return;
    }
    char total[QUANTITY_SIZE];
    quantity_memory(
        total, (snapshot->valid & HOST_HAS_MEMORY) != 0 ? (double)snapshot->memory_total_kib : -1);
    printf("  %s\n  %s, %s\n  %u CPUs, %s memory, %zu VM%s\n  %s\n", snapshot->uri,
           snapshot->hypervisor != NULL ? snapshot->hypervisor : "hypervisor not known",
           snapshot->library_version != NULL ? snapshot->library_version : "-", snapshot->cpus,
           total, snapshot->vm_count, snapshot->vm_count == 1 ? "" : "s",
           snapshot->acceleration != NULL ? snapshot->acceleration : "acceleration not known");
    for (size_t i = 0; i < snapshot->notice_count; i++)
        printf("  note: %s\n", snapshot->notices[i]);
}

enum exit_status shell_hosts(const struct shell_settings *settings, const struct command_call *call)
{
    (void)call;
    struct board *board = NULL;
    if (!shell_connect(settings, &board))
        return EXIT_STATUS_NO_CONNECTION;
    struct json_object *rows = settings->json ? json_object_new_array() : NULL;
    for (size_t i = 0; i < board->host_count; i++) {
        if (rows != NULL)
            json_object_array_add(rows, host_json(&board->hosts[i]));
        else
            print_host(&board->hosts[i]);
    }
    board_unref(board);
    return rows != NULL ? shell_print_json(rows) : EXIT_STATUS_DONE;
}
