// SPDX-License-Identifier: GPL-2.0-or-later
// `info`, `snapshots`, `events` and `jobs`: what is known beside the figures.
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/quantity.h"
#include "core/str.h"
#include "shell/shell_internal.h"

static struct json_object *text_json(const char *text)
{
    return text != NULL ? json_object_new_string(text) : NULL;
}

// Connects, finds the targets and waits for the details of each one while `print` is called on it.
static enum exit_status for_each_detail(const struct shell_settings *settings,
                                        const struct command_call *call, void *context,
                                        void (*print)(void *context, const struct board_host *host,
                                                      const struct board_vm *vm))
{
    struct board *board = NULL;
    if (!shell_connect(settings, &board))
        return EXIT_STATUS_NO_CONNECTION;
    struct shell_targets targets = {0};
    enum exit_status status = shell_find_targets(call, board, &targets);
    for (size_t i = 0; status == EXIT_STATUS_DONE && i < targets.count; i++) {
        if (!shell_wait_detail(settings, &targets, i))
            status = EXIT_STATUS_FAILED;
        else
            print(context, targets.items[i].host, targets.items[i].vm);
    }
    shell_targets_finish(&targets);
    return status;
}

static void print_definition(const struct vm_definition *definition)
{
    char memory[QUANTITY_SIZE];
    quantity_bytes(memory, (double)definition->memory_max_kib * 1024);
    printf("  type      %s, %s, %s, firmware %s\n", str_or_dash(definition->type),
           str_or_dash(definition->arch), str_or_dash(definition->machine),
           str_or_dash(definition->firmware));
    printf("  vcpus     %u of %u\n", definition->vcpus_current, definition->vcpus_max);
    printf("  memory    %s at the most\n", memory);
    for (size_t i = 0; i < definition->disk_count; i++) {
        const struct disk_definition *disk = &definition->disks[i];
        printf("  %-9s %s on %s, %s%s  %s\n", disk->target, str_or_dash(disk->device),
               str_or_dash(disk->bus), str_or_dash(disk->format),
               disk->read_only ? ", read-only" : "",
               disk->source != NULL ? disk->source : "(empty)");
    }
    for (size_t i = 0; i < definition->nic_count; i++) {
        const struct nic_definition *nic = &definition->nics[i];
        printf("  interface %s %s, %s, %s\n", str_or_dash(nic->mac), nic->type,
               str_or_dash(nic->model), str_or_dash(nic->source));
    }
    if (definition->title != NULL)
        printf("  title     %s\n", definition->title);
}

static void print_info(void *context, const struct board_host *host, const struct board_vm *vm)
{
    const struct vm_sample *sample = vm->sample;
    bool xml_only = *(bool *)context;
    if (xml_only) {
        puts(str_or_dash(sample->detail->xml));
        return;
    }
    printf("%s\n  uuid      %s\n  host      %s\n  state     %s%s%s\n", sample->name, sample->uuid,
           host->name, vm_state_name(sample->state), sample->reason != NULL ? ", " : "",
           sample->reason != NULL ? sample->reason : "");
    printf("  autostart %s\n", (sample->valid & VM_HAS_AUTOSTART) == 0 ? "-"
                               : sample->autostart                     ? "on"
                                                                       : "off");
    if (sample->definition != NULL)
        print_definition(sample->definition);
}

static void add_info_json(void *context, const struct board_host *host, const struct board_vm *vm)
{
    struct json_object *row = shell_vm_json(host, vm);
    const struct vm_definition *definition = vm->sample->definition;
    json_object_object_add(row, "machine", text_json(definition ? definition->machine : NULL));
    json_object_object_add(row, "arch", text_json(definition ? definition->arch : NULL));
    json_object_object_add(row, "firmware", text_json(definition ? definition->firmware : NULL));
    json_object_object_add(row, "xml", text_json(vm->sample->detail->xml));
    json_object_array_add(context, row);
}

enum exit_status shell_info(const struct shell_settings *settings, const struct command_call *call)
{
    bool xml_only = command_flag_given(call, "xml");
    if (!settings->json)
        return for_each_detail(settings, call, &xml_only, print_info);
    struct json_object *rows = json_object_new_array();
    enum exit_status status = for_each_detail(settings, call, rows, add_info_json);
    if (status == EXIT_STATUS_DONE)
        return shell_print_json(rows);
    json_object_put(rows);
    return status;
}

static void print_snapshots(void *context, const struct board_host *host, const struct board_vm *vm)
{
    (void)host;
    const struct vm_detail *detail = vm->sample->detail;
    bool *first = context;
    printf("%s%s\n", *first ? "" : "\n", vm->sample->name);
    *first = false;
    if (detail->snapshots_unknown_why != NULL)
        printf("  not known: %s\n", detail->snapshots_unknown_why);
    else if (detail->snapshot_count == 0)
        puts("  no snapshots");
    for (size_t i = 0; i < detail->snapshot_count; i++) {
        const struct vm_snapshot_info *snapshot = &detail->snapshots[i];
        char when[32];
        clock_format_date_time((uint64_t)snapshot->created_s * MS_PER_SECOND, when, sizeof(when));
        printf("%s %-24s %s  %-9s %s%s%s%s\n", snapshot->current ? "*" : " ", snapshot->name, when,
               vm_state_name(snapshot->state),
               snapshot->memory_included ? "with memory" : "disk only",
               snapshot->external ? ", external" : "", snapshot->parent != NULL ? ", after " : "",
               snapshot->parent != NULL ? snapshot->parent : "");
    }
}

static void add_snapshots_json(void *context, const struct board_host *host,
                               const struct board_vm *vm)
{
    const struct vm_detail *detail = vm->sample->detail;
    for (size_t i = 0; i < detail->snapshot_count; i++) {
        const struct vm_snapshot_info *snapshot = &detail->snapshots[i];
        struct json_object *row = json_object_new_object();
        json_object_object_add(row, "vm", json_object_new_string(vm->sample->name));
        json_object_object_add(row, "uuid", json_object_new_string(vm->sample->uuid));
        json_object_object_add(row, "host", json_object_new_string(host->name));
        json_object_object_add(row, "name", json_object_new_string(snapshot->name));
        json_object_object_add(row, "parent", text_json(snapshot->parent));
        json_object_object_add(row, "description", text_json(snapshot->description));
        json_object_object_add(row, "created_s", json_object_new_int64(snapshot->created_s));
        json_object_object_add(row, "state",
                               json_object_new_string(vm_state_name(snapshot->state)));
        json_object_object_add(row, "current", json_object_new_boolean(snapshot->current));
        json_object_object_add(row, "memory_included",
                               json_object_new_boolean(snapshot->memory_included));
        json_object_object_add(row, "external", json_object_new_boolean(snapshot->external));
        json_object_array_add(context, row);
    }
}

enum exit_status shell_snapshots(const struct shell_settings *settings,
                                 const struct command_call *call)
{
    bool first = true;
    if (!settings->json)
        return for_each_detail(settings, call, &first, print_snapshots);
    struct json_object *rows = json_object_new_array();
    enum exit_status status = for_each_detail(settings, call, rows, add_snapshots_json);
    if (status == EXIT_STATUS_DONE)
        return shell_print_json(rows);
    json_object_put(rows);
    return status;
}

static struct json_object *log_entry_json(const struct log_entry *entry)
{
    static const char *const severities[] = {"info", "warn", "alarm"};
    struct json_object *row = json_object_new_object();
    json_object_object_add(row, "time_ms", json_object_new_uint64(entry->wall_ms));
    json_object_object_add(row, "severity", json_object_new_string(severities[entry->severity]));
    json_object_object_add(row, "host", json_object_new_string(entry->host));
    json_object_object_add(
        row, "vm", entry->vm_name[0] != '\0' ? json_object_new_string(entry->vm_name) : NULL);
    json_object_object_add(row, "text", json_object_new_string(entry->text));
    json_object_object_add(
        row, "command_line",
        entry->command_line[0] != '\0' ? json_object_new_string(entry->command_line) : NULL);
    return row;
}

static bool entry_wanted(const struct log_entry *entry, const struct command_call *call,
                         bool jobs_only)
{
    if (jobs_only && entry->command_line[0] == '\0')
        return false;
    for (size_t i = 0; i < call->target_count; i++)
        if (strcmp(call->targets[i], entry->vm_name) == 0)
            return true;
    return call->target_count == 0;
}

// Where the latest --count of the wanted ones begin.
static size_t first_entry(const struct board *board, const struct command_call *call,
                          bool jobs_only)
{
    double left = 0;
    size_t first = board->log_count;
    if (!command_number(call, "count", &left))
        return 0;
    while (first > 0 && left > 0)
        if (entry_wanted(&board->log[--first], call, jobs_only))
            left--;
    return first;
}

static void print_log_entry(const struct log_entry *entry)
{
    char when[32];
    clock_format_date_time(entry->wall_ms, when, sizeof(when));
    printf("%s  %-16s %s%s%s\n", when, entry->vm_name[0] != '\0' ? entry->vm_name : entry->host,
           entry->text, entry->command_line[0] != '\0' ? "   # " : "", entry->command_line);
}

static enum exit_status print_log(const struct shell_settings *settings,
                                  const struct command_call *call, bool jobs_only,
                                  struct json_object *rows)
{
    const struct shell_services *services = &settings->services;
    struct board *board = services->wait_board(services->context, 5 * MS_PER_SECOND);
    if (board == NULL) {
        fprintf(stderr, "vmtui: the event log could not be read\n");
        json_object_put(rows);
        return EXIT_STATUS_FAILED;
    }
    for (size_t i = first_entry(board, call, jobs_only); i < board->log_count; i++) {
        if (!entry_wanted(&board->log[i], call, jobs_only))
            continue;
        if (rows != NULL)
            json_object_array_add(rows, log_entry_json(&board->log[i]));
        else
            print_log_entry(&board->log[i]);
    }
    board_unref(board);
    return rows != NULL ? shell_print_json(rows) : EXIT_STATUS_DONE;
}

enum exit_status shell_events(const struct shell_settings *settings,
                              const struct command_call *call)
{
    return print_log(settings, call, false, settings->json ? json_object_new_array() : NULL);
}

// What commands did; what an earlier vmtui left unfinished comes as a notice of the session.
enum exit_status shell_jobs(const struct shell_settings *settings, const struct command_call *call)
{
    return print_log(settings, call, true, settings->json ? json_object_new_array() : NULL);
}
