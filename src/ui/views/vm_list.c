// SPDX-License-Identifier: GPL-2.0-or-later
// Which VMs are shown, and in which order; vm_list_draw.c shows them.
#include "ui/views/vm_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

static const char *const column_names[VM_COLUMN_COUNT] = {
    [VM_COLUMN_NAME] = "name",     [VM_COLUMN_HOST] = "host", [VM_COLUMN_STATE] = "state",
    [VM_COLUMN_VCPU] = "vcpu",     [VM_COLUMN_CPU] = "cpu",   [VM_COLUMN_READY] = "ready",
    [VM_COLUMN_MEMORY] = "memory", [VM_COLUMN_DISK] = "disk", [VM_COLUMN_NET] = "net",
    [VM_COLUMN_TIME] = "time",
};

void vm_list_init(struct vm_list *list)
{
    *list = (struct vm_list){.selected_row = SIZE_MAX};
}

void vm_list_finish(struct vm_list *list)
{
    free(list->rows);
    free(list->marks);
    vm_list_init(list);
}

bool vm_list_column_named(const char *name, enum vm_column *column)
{
    for (int i = 0; i < VM_COLUMN_COUNT; i++)
        if (str_equal(name, column_names[i])) {
            *column = (enum vm_column)i;
            return true;
        }
    return false;
}

const char *vm_list_column_name(enum vm_column column)
{
    return column_names[column];
}

double vm_list_cpu_percent(const struct vm_list *list, const struct vm_row *row)
{
    double percent = row->vm->rates.cpu_percent;
    if (percent < 0)
        return RATE_UNKNOWN;
    unsigned parts = 1;
    if (list->cpu_percent_of == CPU_PERCENT_OF_VM)
        parts = row->vm->sample->valid & VM_HAS_VCPU_COUNT ? row->vm->sample->vcpus_current : 0;
    else if (list->cpu_percent_of == CPU_PERCENT_OF_HOST)
        parts = row->host->snapshot->cpus;
    return parts > 0 ? percent / parts : RATE_UNKNOWN;
}

uint64_t board_host_stale_at_ns(const struct board_host *host)
{
    if (!host->snapshot || host->snapshot->sampled_ns == 0)
        return UINT64_MAX;
    double limit_s = host->tick_s * 3 > 5 ? host->tick_s * 3 : 5;
    return host->snapshot->sampled_ns + (uint64_t)(limit_s * (double)NS_PER_SECOND);
}

double board_host_stale_s(const struct board_host *host, uint64_t now_ns)
{
    if (now_ns <= board_host_stale_at_ns(host))
        return -1;
    return (double)(now_ns - host->snapshot->sampled_ns) / (double)NS_PER_SECOND;
}

// ---- order ----

struct sort_entry {
    struct vm_row row;
    double figure; // descending; below 0: not known, always last
};

static double sum_known(double a, double b)
{
    if (a < 0 && b < 0)
        return RATE_UNKNOWN;
    return (a > 0 ? a : 0) + (b > 0 ? b : 0);
}

static double sort_figure(const struct vm_list *list, const struct vm_row *row)
{
    const struct vm_sample *sample = row->vm->sample;
    const struct vm_rates *rates = &row->vm->rates;
    switch (list->sort) {
    case VM_COLUMN_VCPU:
        return sample->valid & VM_HAS_VCPU_COUNT ? sample->vcpus_current : RATE_UNKNOWN;
    case VM_COLUMN_CPU:
        return vm_list_cpu_percent(list, row);
    case VM_COLUMN_READY:
        return rates->ready_percent;
    case VM_COLUMN_MEMORY:
        if (rates->memory_used_kib >= 0)
            return rates->memory_used_kib;
        return sample->valid & VM_HAS_BALLOON && vm_state_is_active(sample->state)
                   ? (double)sample->balloon_kib
                   : RATE_UNKNOWN;
    case VM_COLUMN_DISK:
        return sum_known(rates->disk_read_bytes, rates->disk_write_bytes);
    case VM_COLUMN_NET:
        return sum_known(rates->net_rx_bytes, rates->net_tx_bytes);
    case VM_COLUMN_TIME:
        return sample->valid & VM_HAS_CPU_TIME ? (double)sample->cpu_time_ns : RATE_UNKNOWN;
    default:
        return 0; // by words: compare_words
    }
}

static int compare_names(const struct sort_entry *a, const struct sort_entry *b)
{
    int order = str_compare_natural(a->row.vm->sample->name, b->row.vm->sample->name);
    if (order == 0)
        order = strcmp(a->row.host->name, b->row.host->name);
    return order ? order : strcmp(a->row.vm->sample->uuid, b->row.vm->sample->uuid);
}

static int state_rank(const struct vm_sample *sample)
{
    static const int ranks[VM_STATE_COUNT] = {
        [VM_STATE_CRASHED] = 1, [VM_STATE_RUNNING] = 2,       [VM_STATE_IDLE] = 2,
        [VM_STATE_PAUSED] = 3,  [VM_STATE_SHUTTING_DOWN] = 4, [VM_STATE_SUSPENDED] = 5,
        [VM_STATE_UNKNOWN] = 6, [VM_STATE_SHUT_OFF] = 7,
    };
    return sample->hung ? 0 : ranks[sample->state];
}

static int compare_entries(const void *left, const void *right, void *context)
{
    const struct vm_list *list = context;
    const struct sort_entry *a = left, *b = right;
    int order = 0;
    if (list->sort == VM_COLUMN_NAME) {
        order = compare_names(a, b);
    } else if (list->sort == VM_COLUMN_HOST) {
        order = str_compare_natural(a->row.host->name, b->row.host->name);
    } else if (list->sort == VM_COLUMN_STATE) {
        order = state_rank(a->row.vm->sample) - state_rank(b->row.vm->sample);
    } else {
        if ((a->figure < 0) != (b->figure < 0))
            return a->figure < 0 ? 1 : -1;
        order = a->figure > b->figure ? -1 : a->figure < b->figure ? 1 : 0;
    }
    if (order != 0)
        return list->inverted ? -order : order;
    return compare_names(a, b);
}

// ---- filter ----

static bool contains(const char *text, const char *part)
{
    return str_find_ignoring_case(text, part) != NULL;
}

static bool state_matches(const struct vm_sample *sample, const char *word)
{
    if (sample->hung && contains("hung", word))
        return true;
    if (contains("on", word) && strlen(word) == 2)
        return vm_state_is_active(sample->state);
    return contains(vm_state_name(sample->state), word);
}

static bool word_matches(const struct vm_row *row, const char *word)
{
    if (str_starts_with(word, "state:"))
        return state_matches(row->vm->sample, word + strlen("state:"));
    if (str_starts_with(word, "host:"))
        return contains(row->host->name, word + strlen("host:"));
    return contains(row->vm->sample->name, word);
}

static bool row_matches(const struct vm_list *list, const struct vm_row *row)
{
    char words[sizeof(list->filter)];
    memcpy(words, list->filter, sizeof(words));
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!word_matches(row, word))
            return false;
    return true;
}

// ---- rows ----

// The selected VM keeps the bar; when it is gone, whatever took its place gets it.
static void find_selection(struct vm_list *list)
{
    size_t before = list->selected_row;
    list->selected_row = SIZE_MAX;
    for (size_t i = 0; i < list->count && list->selected[0]; i++)
        if (strcmp(list->rows[i].vm->sample->uuid, list->selected) == 0) {
            list->selected_row = i;
            return;
        }
    if (list->count > 0)
        vm_list_select_row(list, before == SIZE_MAX ? 0 : before);
}

static void arrange(struct vm_list *list)
{
    const struct board *board = list->board;
    list->count = list->total = 0;
    for (size_t h = 0; board && h < board->host_count; h++)
        if (board->hosts[h].snapshot)
            list->total += board->hosts[h].snapshot->vm_count;
    if (list->total > list->capacity) {
        list->rows = memory_resize(list->rows, list->total, sizeof(*list->rows));
        list->capacity = list->total;
    }
    AUTO_FREE struct sort_entry *entries = memory_array(list->total + 1, sizeof(*entries));
    for (size_t h = 0; board && h < board->host_count; h++) {
        const struct board_host *host = &board->hosts[h];
        for (size_t v = 0; host->snapshot && v < host->snapshot->vm_count; v++) {
            struct vm_row row = {host, &host->vms[v]};
            if (list->filter[0] && !row_matches(list, &row))
                continue;
            entries[list->count++] = (struct sort_entry){row, sort_figure(list, &row)};
        }
    }
    qsort_r(entries, list->count, sizeof(*entries), compare_entries, list);
    for (size_t i = 0; i < list->count; i++)
        list->rows[i] = entries[i].row;
    find_selection(list);
}

static void forget_marks_of_the_gone(struct vm_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->mark_count; i++)
        if (board_find(list->board, list->marks[i], NULL, NULL))
            memmove(list->marks[kept++], list->marks[i], VM_UUID_SIZE);
    list->mark_count = kept;
}

static bool all_hosts_have_snapshots(const struct board *board)
{
    for (size_t h = 0; h < board->host_count; h++)
        if (!board->hosts[h].snapshot)
            return false;
    return true;
}

void vm_list_set_board(struct vm_list *list, const struct board *board)
{
    list->board = board;
    // A host that is reconnecting may bring its VMs back: only what is known to be gone is dropped.
    if (board && all_hosts_have_snapshots(board))
        forget_marks_of_the_gone(list);
    arrange(list);
}

void vm_list_set_sort(struct vm_list *list, enum vm_column column, bool inverted)
{
    list->sort = column;
    list->inverted = inverted;
    arrange(list);
}

void vm_list_set_filter(struct vm_list *list, const char *filter)
{
    str_format(list->filter, sizeof(list->filter), "%s", filter);
    arrange(list);
}

void vm_list_select_row(struct vm_list *list, size_t row)
{
    if (list->count == 0) {
        list->selected_row = SIZE_MAX;
        return;
    }
    list->selected_row = row < list->count ? row : list->count - 1;
    memcpy(list->selected, list->rows[list->selected_row].vm->sample->uuid, VM_UUID_SIZE);
}

bool vm_list_select_uuid(struct vm_list *list, const char *uuid)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].vm->sample->uuid, uuid) == 0) {
            vm_list_select_row(list, i);
            return true;
        }
    return false;
}

void vm_list_move(struct vm_list *list, long by)
{
    size_t row = list_scroll_moved(list->count, list->selected_row, by);
    if (row != SIZE_MAX)
        vm_list_select_row(list, row);
}

bool vm_list_search(struct vm_list *list, bool backward, bool from_here)
{
    if (list->count == 0 || !list->search[0])
        return false;
    size_t start = list->selected_row == SIZE_MAX ? 0 : list->selected_row;
    for (size_t step = from_here ? 0 : 1; step <= list->count; step++) {
        size_t row = backward ? (start + list->count - step % list->count) % list->count
                              : (start + step) % list->count;
        if (contains(list->rows[row].vm->sample->name, list->search)) {
            vm_list_select_row(list, row);
            return true;
        }
    }
    return false;
}

// ---- marks ----

static size_t mark_place(const struct vm_list *list, const char *uuid, bool *found)
{
    size_t low = 0, high = list->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(list->marks[middle], uuid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < list->mark_count && strcmp(list->marks[low], uuid) == 0;
    return low;
}

bool vm_list_marked(const struct vm_list *list, const char *uuid)
{
    bool found;
    mark_place(list, uuid, &found);
    return found;
}

void vm_list_mark(struct vm_list *list, const char *uuid, bool marked)
{
    bool found;
    size_t place = mark_place(list, uuid, &found);
    if (found == marked)
        return;
    size_t after = list->mark_count - place;
    if (!marked) {
        memmove(list->marks[place], list->marks[place + 1], (after - 1) * VM_UUID_SIZE);
        list->mark_count--;
        return;
    }
    if (list->mark_count == list->mark_capacity) {
        list->mark_capacity = list->mark_capacity ? list->mark_capacity * 2 : 16;
        list->marks = memory_resize(list->marks, list->mark_capacity, VM_UUID_SIZE);
    }
    memmove(list->marks[place + 1], list->marks[place], after * VM_UUID_SIZE);
    memcpy(list->marks[place], uuid, VM_UUID_SIZE);
    list->mark_count++;
}

void vm_list_mark_shown(struct vm_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        vm_list_mark(list, list->rows[i].vm->sample->uuid, true);
}

void vm_list_unmark_all(struct vm_list *list)
{
    list->mark_count = 0;
}
