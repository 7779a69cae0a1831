// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"
#include "ui/views/vm_list.h"
#include "ui/views/vm_list_cells.h"
#include "ui/widgets/wrapped_text.h"

// Selection, mark and state stand before the first column.
#define SIGNS_COLUMNS    3
#define NAME_LEAST       10
#define NAME_ENOUGH      32
#define MEMORY_BAR_LEAST 3
#define MEMORY_BAR_MOST  12

struct column_look {
    const char *heading;
    int width;
    enum alignment alignment;
};

static const struct column_look looks[VM_COLUMN_COUNT] = {
    [VM_COLUMN_NAME] = {"NAME", NAME_LEAST, ALIGN_LEFT},
    [VM_COLUMN_HOST] = {"HOST", 10, ALIGN_LEFT},
    [VM_COLUMN_STATE] = {"STATE", 10, ALIGN_LEFT},
    [VM_COLUMN_VCPU] = {"VCPU", 4, ALIGN_RIGHT},
    [VM_COLUMN_CPU] = {"CPU%", 5, ALIGN_RIGHT},
    [VM_COLUMN_READY] = {"RDY% ", 6, ALIGN_RIGHT},
    [VM_COLUMN_MEMORY] = {"MEM", MEMORY_BAR_LEAST + 1 + VM_MEMORY_TEXT_COLUMNS, ALIGN_LEFT},
    [VM_COLUMN_DISK] = {"DISK", 5, ALIGN_RIGHT},
    [VM_COLUMN_NET] = {"NET", 5, ALIGN_RIGHT},
    [VM_COLUMN_TIME] = {"TIME", 8, ALIGN_RIGHT},
};

size_t vm_list_columns_for(int columns, bool several_hosts, enum vm_column out[VM_COLUMN_COUNT])
{
    static const enum vm_column by_worth[] = {
        VM_COLUMN_CPU,  VM_COLUMN_MEMORY, VM_COLUMN_HOST,  VM_COLUMN_VCPU, VM_COLUMN_READY,
        VM_COLUMN_DISK, VM_COLUMN_NET,    VM_COLUMN_STATE, VM_COLUMN_TIME,
    };
    bool chosen[VM_COLUMN_COUNT] = {[VM_COLUMN_NAME] = true};
    int used = SIGNS_COLUMNS + NAME_LEAST;
    for (size_t i = 0; i < ARRAY_COUNT(by_worth); i++) {
        enum vm_column column = by_worth[i];
        if (column == VM_COLUMN_HOST && !several_hosts)
            continue;
        // What is only nice to have must leave the names room.
        int spare = column == VM_COLUMN_STATE ? 6 : column == VM_COLUMN_TIME ? 10 : 0;
        if (used + looks[column].width + 1 + spare > columns)
            break;
        used += looks[column].width + 1;
        chosen[column] = true;
    }
    size_t count = 0;
    for (int column = 0; column < VM_COLUMN_COUNT; column++)
        if (chosen[column])
            out[count++] = (enum vm_column)column;
    return count;
}

struct column_place {
    enum vm_column column;
    int at, width;
};

static size_t place_columns(int columns, bool several_hosts,
                            struct column_place places[VM_COLUMN_COUNT])
{
    enum vm_column chosen[VM_COLUMN_COUNT];
    size_t count = vm_list_columns_for(columns, several_hosts, chosen);
    int spare = columns - SIGNS_COLUMNS;
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct column_place){chosen[i], 0, looks[chosen[i]].width};
        spare -= looks[chosen[i]].width + (i > 0 ? 1 : 0);
    }
    if (spare < 0 && count > 0)
        places[0].width += spare; // only the name is left: it takes what there is
    int name_more = spare > NAME_ENOUGH - NAME_LEAST ? NAME_ENOUGH - NAME_LEAST : spare;
    int bar_more = spare - name_more > MEMORY_BAR_MOST - MEMORY_BAR_LEAST
                       ? MEMORY_BAR_MOST - MEMORY_BAR_LEAST
                       : spare - name_more;
    int at = SIGNS_COLUMNS;
    for (size_t i = 0; i < count; i++) {
        if (spare > 0 && places[i].column == VM_COLUMN_NAME)
            places[i].width += name_more;
        else if (spare > 0 && places[i].column == VM_COLUMN_MEMORY)
            places[i].width += bar_more;
        places[i].at = at;
        at += places[i].width + 1;
    }
    return count;
}

static void draw_heading(const struct vm_list *list, struct frame *frame, struct rect rect,
                         const struct column_place *place)
{
    bool unicode = frame->glyphs == GLYPHS_UNICODE;
    bool sorted = place->column == list->sort;
    bool words = list->sort == VM_COLUMN_NAME || list->sort == VM_COLUMN_HOST ||
                 list->sort == VM_COLUMN_STATE;
    bool rising = words != list->inverted;
    struct style style = STYLE_WITH(ROLE_HEADER, sorted ? STYLE_BOLD : 0);
    const struct column_look *look = &looks[place->column];
    int column = rect.column + place->at;
    frame_field(frame, &rect, rect.row, column, place->width, look->alignment, style,
                look->heading);
    if (!sorted)
        return;
    int length = (int)strlen(look->heading);
    int at = look->alignment == ALIGN_LEFT ? column + length : column + place->width - length - 1;
    frame_character(frame, &rect, rect.row, at, style,
                    rising ? (unicode ? 0x25b2 : '^') : (unicode ? 0x25bc : 'v'));
}

static void draw_signs(const struct vm_list *list, struct frame *frame, const struct rect *rect,
                       int row, const struct vm_row *vm_row, bool selected,
                       const struct vm_list_look *look)
{
    const struct vm_sample *sample = vm_row->vm->sample;
    if (selected)
        frame_character(frame, rect, row, rect->column, STYLE_WITH(ROLE_ACCENT, STYLE_BOLD), '>');
    if (vm_list_marked(list, sample->uuid))
        frame_character(frame, rect, row, rect->column + 1, STYLE_WITH(ROLE_MARK, STYLE_BOLD), '*');
    struct vm_sign sign = vm_sign(vm_row->vm, frame->glyphs, look->spinner);
    frame_character(frame, rect, row, rect->column + 2, STYLE(sign.role), sign.character);
}

static void draw_memory(struct frame *frame, const struct rect *rect, int row, int column,
                        int width, const struct vm_row *vm_row, const char *word)
{
    char text[2 * QUANTITY_SIZE];
    double fraction = vm_memory(vm_row, text, sizeof(text));
    int bar = width - 1 - VM_MEMORY_TEXT_COLUMNS;
    bool active = vm_state_is_active(vm_row->vm->sample->state);
    if (word[0])
        snprintf(text, sizeof(text), "%s", word);
    if (!active) {
        frame_field(frame, rect, row, column, width, ALIGN_LEFT, STYLE(ROLE_DIM),
                    word[0] ? text : "-");
        return;
    }
    int length = (int)strlen(text);
    if (length > VM_MEMORY_TEXT_COLUMNS) { // figures before pictures
        frame_field(frame, rect, row, column, width, ALIGN_RIGHT, STYLE(ROLE_TEXT), text);
        return;
    }
    chart_bar(frame, rect, row, column, bar, fraction, ROLE_MEMORY);
    frame_field(frame, rect, row, column + bar + 1, VM_MEMORY_TEXT_COLUMNS,
                word[0] ? ALIGN_LEFT : ALIGN_RIGHT, STYLE(word[0] ? ROLE_WARN : ROLE_TEXT), text);
}

static void draw_cell(const struct vm_list *list, struct frame *frame, const struct rect *rect,
                      int row, const struct column_place *place, const struct vm_row *vm_row,
                      const char *word_for_memory, const struct vm_list_look *look)
{
    char text[128] = "";
    struct style style = STYLE(ROLE_TEXT);
    int column = rect->column + place->at;
    switch (place->column) {
    case VM_COLUMN_NAME:
        style = vm_list_marked(list, vm_row->vm->sample->uuid) ? STYLE_WITH(ROLE_MARK, STYLE_BOLD)
                                                               : STYLE(ROLE_TEXT);
        frame_field(frame, rect, row, column, place->width, ALIGN_LEFT, style,
                    vm_row->vm->sample->name);
        return;
    case VM_COLUMN_MEMORY:
        draw_memory(frame, rect, row, column, place->width, vm_row, word_for_memory);
        return;
    case VM_COLUMN_STATE:
        style.role = (uint8_t)vm_state_word(vm_row, look->now_ns, text, sizeof(text));
        break;
    case VM_COLUMN_HOST:
        str_format(text, sizeof(text), "%s", vm_row->host->name);
        break;
    default:
        style.role = (uint8_t)vm_figure(vm_row, place->column, vm_list_cpu_percent(list, vm_row),
                                        text, sizeof(text));
        break;
    }
    frame_field(frame, rect, row, column, place->width, looks[place->column].alignment, style,
                text);
}

static void draw_row(const struct vm_list *list, struct frame *frame, struct rect rect, int row,
                     size_t index, const struct column_place *places, size_t place_count,
                     const struct vm_list_look *look)
{
    const struct vm_row *vm_row = &list->rows[index];
    bool selected = index == list->selected_row;
    bool state_shown = false;
    for (size_t i = 0; i < place_count; i++)
        state_shown = state_shown || places[i].column == VM_COLUMN_STATE;
    char word[32] = "";
    if (!state_shown &&
        (vm_row->vm->sample->hung || (vm_row->vm->sample->state != VM_STATE_RUNNING &&
                                      vm_row->vm->sample->state != VM_STATE_IDLE)))
        vm_state_word(vm_row, look->now_ns, word, sizeof(word));
    struct rect line = {row, rect.column, 1, rect.columns};
    draw_signs(list, frame, &line, row, vm_row, selected, look);
    for (size_t i = 0; i < place_count; i++)
        draw_cell(list, frame, &line, row, &places[i], vm_row, word, look);
    if (vm_row->vm->sample->hung || board_host_stale_s(vm_row->host, look->now_ns) >= 0 ||
        vm_row->host->connection == CONNECTION_OFFLINE)
        frame_mark(frame, line, STYLE_DIM);
    if (selected)
        frame_mark(frame, line, STYLE_SELECTED | (look->focused ? STYLE_BOLD : 0));
}

// Why there is nothing to see, and what to do about it.
static void draw_nothing(const struct vm_list *list, struct frame *frame, struct rect rect)
{
    char text[512] = "connecting...";
    const struct board_host *host =
        list->board && list->board->host_count > 0 ? &list->board->hosts[0] : NULL;
    if (list->total > 0)
        str_format(text, sizeof(text), "no VM matches \"%s\": Esc shows all", list->filter);
    else if (host && host->connection == CONNECTION_OFFLINE)
        str_format(text, sizeof(text), "%s cannot be reached: %s", host->name, host->error.text);
    else if (host && host->snapshot)
        str_format(text, sizeof(text), "no VMs on %s yet", host->name);
    else if (host)
        str_format(text, sizeof(text), "connecting to %s...", host->name);
    struct rect inside = {rect.row + 1, rect.column + 1, rect.rows - 1, rect.columns - 2};
    wrapped_text_draw(frame, inside, STYLE(ROLE_DIM), text);
}

void vm_list_draw(struct vm_list *list, struct frame *frame, struct rect rect,
                  const struct vm_list_look *look)
{
    if (rect.rows <= 0 || rect.columns <= 0)
        return;
    struct column_place places[VM_COLUMN_COUNT];
    bool several = list->board && list->board->host_count > 1;
    size_t place_count = place_columns(rect.columns, several, places);
    struct rect heading = {rect.row, rect.column, 1, rect.columns};
    int top = rect.rows > 2 ? 1 : 0; // with two lines only, both are for VMs
    for (size_t i = 0; top && i < place_count; i++)
        draw_heading(list, frame, heading, &places[i]);
    list_scroll_fit(&list->scroll, list->count, (size_t)(rect.rows - top), list->selected_row);
    for (size_t i = 0; i < list->scroll.visible && list->scroll.top + i < list->count; i++)
        draw_row(list, frame, rect, rect.row + top + (int)i, list->scroll.top + i, places,
                 place_count, look);
    if (list->count == 0)
        draw_nothing(list, frame, rect);
}

size_t vm_list_row_at(const struct vm_list *list, struct rect rect, int row)
{
    int top = rect.rows > 2 ? 1 : 0;
    if (row < rect.row + top || row >= rect.row + rect.rows)
        return SIZE_MAX;
    size_t index = list->scroll.top + (size_t)(row - rect.row - top);
    return index < list->count ? index : SIZE_MAX;
}

void vm_list_title(const struct vm_list *list, char *out, size_t size)
{
    struct str title;
    str_init(&title);
    if (list->filter[0])
        str_printf(&title, "VMs %zu of %zu /%s", list->count, list->total, list->filter);
    else
        str_printf(&title, "VMs %zu", list->total);
    if (list->mark_count > 0)
        str_printf(&title, ", %zu marked", list->mark_count);
    if (list->count > list->scroll.visible && list->scroll.visible > 0)
        str_printf(&title, " [%zu-%zu]", list->scroll.top + 1,
                   list->scroll.top + list->scroll.visible < list->count
                       ? list->scroll.top + list->scroll.visible
                       : list->count);
    str_format(out, size, "%s", title.text);
    str_finish(&title);
}
