// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands on the VM list mean: filtering, searching, sorting, moving, marking.
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_internal.h"
#include "ui/widgets/prompt.h"

static void do_filter(struct ui *ui, const struct command_call *call)
{
    const char *text = command_text(call, "text");
    if (text)
        ui_set_filter(ui, text);
    else
        ui_push_overlay(ui, prompt_create(ui, PROMPT_FILTER, ui->list.filter));
}

static void search_or_say(struct ui *ui, bool backward)
{
    char text[320];
    if (ui_search(ui, NULL, backward, false))
        return;
    str_format(text, sizeof(text),
               ui->list.search[0] ? "no VM's name contains \"%s\"" : "nothing was searched for yet",
               ui->list.search);
    ui_toast(ui, SEVERITY_INFO, text);
}

static void do_search(struct ui *ui, const struct command_call *call)
{
    const char *text = command_text(call, "text");
    if (!text) {
        ui_push_overlay(ui, prompt_create(ui, PROMPT_SEARCH, ""));
        return;
    }
    str_format(ui->list.search, sizeof(ui->list.search), "%s", text);
    search_or_say(ui, false);
}

static void do_search_next(struct ui *ui, const struct command_call *call)
{
    (void)call;
    search_or_say(ui, false);
}

// Who sorts a list longer than the screen wants to see its top.
static void sort_list(struct ui *ui, enum vm_column column, bool inverted)
{
    vm_list_set_sort(&ui->list, column, inverted);
    if (ui->list.scroll.visible > 0 && ui->list.count > ui->list.scroll.visible)
        vm_list_select_row(&ui->list, 0);
}

static void do_search_previous(struct ui *ui, const struct command_call *call)
{
    (void)call;
    if (ui->list.search[0])
        search_or_say(ui, true);
    else
        sort_list(ui, VM_COLUMN_NAME, false);
}

static void do_sort(struct ui *ui, const struct command_call *call)
{
    enum vm_column column;
    if (vm_list_column_named(command_text(call, "column"), &column))
        sort_list(ui, column, command_flag_given(call, "invert"));
}

// The next column to sort by is the next one that is seen.
static void sort_by_neighbour(struct ui *ui, int step)
{
    enum vm_column columns[VM_COLUMN_COUNT];
    int width = ui->layout.insides[PANE_LIST].columns;
    bool several = ui->board && ui->board->host_count > 1;
    size_t count = vm_list_columns_for(width > 0 ? width : 80, several, columns), at = 0;
    for (size_t i = 0; i < count; i++)
        if (columns[i] == ui->list.sort)
            at = i;
    at = (at + count + (size_t)(step + (int)count)) % count;
    sort_list(ui, columns[at], false);
}

static void do_sort_next(struct ui *ui, const struct command_call *call)
{
    (void)call;
    sort_by_neighbour(ui, 1);
}

static void do_sort_previous(struct ui *ui, const struct command_call *call)
{
    (void)call;
    sort_by_neighbour(ui, -1);
}

static void do_sort_invert(struct ui *ui, const struct command_call *call)
{
    (void)call;
    sort_list(ui, ui->list.sort, !ui->list.inverted);
}

static void do_percent_of(struct ui *ui, const struct command_call *call)
{
    static const char *const words[] = {"vcpu", "vm", "host"};
    static const char *const sentences[] = {"100 % of CPU is now one vCPU kept busy",
                                            "100 % of CPU is now all vCPUs of the VM kept busy",
                                            "100 % of CPU is now the whole host kept busy"};
    const char *whole = command_text(call, "whole");
    unsigned of = (unsigned)(ui->list.cpu_percent_of + 1) % ARRAY_COUNT(words);
    for (unsigned i = 0; i < ARRAY_COUNT(words); i++)
        if (str_equal(whole, words[i]))
            of = i;
    ui->list.cpu_percent_of = (enum cpu_percent_of)of;
    vm_list_set_sort(&ui->list, ui->list.sort, ui->list.inverted);
    ui_toast(ui, SEVERITY_INFO, sentences[of]);
}

static void do_move(struct ui *ui, const struct command_call *call)
{
    static const char *const words[] = {"down", "up", "page-down", "page-up", "top", "bottom"};
    bool jobs = ui->focus == PANE_JOBS;
    size_t visible = jobs ? ui->jobs.scroll.visible : ui->list.scroll.visible;
    long page = visible > 1 ? (long)visible - 1 : 1;
    const long steps[] = {1, -1, page, -page, -(1L << 30), 1L << 30};
    if (ui->screen || (ui->focus != PANE_LIST && !jobs))
        return; // the view there moves by itself, or has nothing to move
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (!str_equal(command_text(call, "where"), words[i]))
            continue;
        if (jobs)
            jobs_pane_move(&ui->jobs, ui->board, steps[i]);
        else
            vm_list_move(&ui->list, steps[i]);
    }
}

static void do_mark(struct ui *ui, const struct command_call *call)
{
    (void)call;
    if (ui->list.selected_row == SIZE_MAX)
        return;
    vm_list_mark(&ui->list, ui->list.selected, !vm_list_marked(&ui->list, ui->list.selected));
    vm_list_move(&ui->list, 1);
}

static void do_mark_all(struct ui *ui, const struct command_call *call)
{
    (void)call;
    vm_list_mark_shown(&ui->list);
}

static void do_unmark_all(struct ui *ui, const struct command_call *call)
{
    (void)call;
    vm_list_unmark_all(&ui->list);
}

const struct screen_command ui_list_commands[] = {
    {"filter", do_filter},
    {"search", do_search},
    {"search-next", do_search_next},
    {"search-previous", do_search_previous},
    {"sort", do_sort},
    {"sort-next", do_sort_next},
    {"sort-previous", do_sort_previous},
    {"sort-invert", do_sort_invert},
    {"percent-of", do_percent_of},
    {"move", do_move},
    {"mark", do_mark},
    {"mark-all", do_mark_all},
    {"unmark-all", do_unmark_all},
    {NULL, NULL},
};
