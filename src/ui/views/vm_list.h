// SPDX-License-Identifier: GPL-2.0-or-later
// The VMs of all hosts in the order that a person chose: filtered, sorted, marked, one selected.
// Selection and marks belong to UUIDs, so they stay with their VMs from board to board. The row
// order is made anew only when something it depends on changed. UI thread only.
#ifndef VMTUI_UI_VIEWS_VM_LIST_H
#define VMTUI_UI_VIEWS_VM_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/config/config.h"
#include "monitor/board.h"
#include "ui/screen/frame.h"
#include "ui/widgets/list_scroll.h"

enum vm_column {
    VM_COLUMN_NAME,
    VM_COLUMN_HOST,
    VM_COLUMN_STATE,
    VM_COLUMN_VCPU,
    VM_COLUMN_CPU,
    VM_COLUMN_READY,
    VM_COLUMN_MEMORY,
    VM_COLUMN_DISK,
    VM_COLUMN_NET,
    VM_COLUMN_TIME,
    VM_COLUMN_COUNT
};

struct vm_row {
    const struct board_host *host;
    const struct board_vm *vm;
};

struct vm_list {
    const struct board *board; // borrowed; NULL before the first
    struct vm_row *rows;       // what is shown, in order
    size_t count, capacity;
    size_t total;                // VMs on the board, shown or not
    char selected[VM_UUID_SIZE]; // empty: none
    size_t selected_row;         // SIZE_MAX: none
    char (*marks)[VM_UUID_SIZE]; // sorted
    size_t mark_count, mark_capacity;
    char filter[256]; // empty: everything is shown
    char search[256];
    enum vm_column sort;
    bool inverted;
    enum cpu_percent_of cpu_percent_of;
    struct list_scroll scroll;
};

void vm_list_init(struct vm_list *list);
void vm_list_finish(struct vm_list *list);
// The rows point into board, which must outlive them (until the next call).
void vm_list_set_board(struct vm_list *list, const struct board *board);
// "cpu", "memory", ...: also the words of the `sort` command and of the option; false when unknown.
bool vm_list_column_named(const char *name, enum vm_column *column);
const char *vm_list_column_name(enum vm_column column);
void vm_list_set_sort(struct vm_list *list, enum vm_column column, bool inverted);
// Words that must all occur in the name, ignoring case; "state:paused" and "host:lab" look there.
void vm_list_set_filter(struct vm_list *list, const char *filter);
// Selects the next (previous) row whose name contains list->search; false when there is none.
bool vm_list_search(struct vm_list *list, bool backward, bool from_here);
void vm_list_move(struct vm_list *list, long by);
void vm_list_select_row(struct vm_list *list, size_t row);
bool vm_list_select_uuid(struct vm_list *list, const char *uuid);

bool vm_list_marked(const struct vm_list *list, const char *uuid);
void vm_list_mark(struct vm_list *list, const char *uuid, bool marked);
void vm_list_mark_shown(struct vm_list *list);
void vm_list_unmark_all(struct vm_list *list);

// Use as the person wants it counted: of one vCPU, of the VM, or of the host; below 0: not known.
double vm_list_cpu_percent(const struct vm_list *list, const struct vm_row *row);

struct vm_list_look {
    bool focused;
    uint64_t now_ns;
    unsigned spinner; // turns while jobs run
};

// Header line and rows into rect; keeps the selected row in view.
void vm_list_draw(struct vm_list *list, struct frame *frame, struct rect rect,
                  const struct vm_list_look *look);
// "VMs 12", "VMs 3 of 12 /web", with marks and order: the pane's title.
void vm_list_title(const struct vm_list *list, char *out, size_t size);
// The row at that line of the rect drawn last; SIZE_MAX when there is none.
size_t vm_list_row_at(const struct vm_list *list, struct rect rect, int row);
// Columns for `columns` columns of room, left to right; returns how many. With several hosts the
// host's name has a column.
size_t vm_list_columns_for(int columns, bool several_hosts, enum vm_column out[VM_COLUMN_COUNT]);
// Seconds since the host's figures were taken when that is too long ago; below 0: they are fresh.
double board_host_stale_s(const struct board_host *host, uint64_t now_ns);
// When they will have become too old; UINT64_MAX: there are none.
uint64_t board_host_stale_at_ns(const struct board_host *host);

#endif
