// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Disks": what each disk of the VM in focus is, how full its image is, and what it does now.
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/screen/chart.h"
#include "ui/ui_state.h"
#include "ui/views/tabs/figures_age.h"
#include "ui/views/view.h"
#include "ui/widgets/list_scroll.h"

enum {
    LINES_NARROW = 4, // title, source, space, rates
    LINES_WIDE = 3,   // title and source, space and rates, blank
    WIDE_COLUMNS = 100,
    ROOMY_COLUMNS = 74, // from here on units are written out
    INDENT = 6,
    BAR_COLUMNS = 16,
    SPACE_COLUMNS = 50, // of the bar and its text, where rates follow on the same line
    TITLE_COLUMNS = 44,
};

struct disks_view {
    struct view view;
    struct list_scroll scroll;
    char uuid[VM_UUID_SIZE]; // whose disks were shown
    size_t chosen;           // index of a disk
};

// A definition says more than a sample, a sample has figures: either may be all there is.
struct disk {
    const char *target, *source;
    const struct disk_definition *definition; // NULL: none
    const struct disk_sample *sample;         // NULL: none
    const struct disk_rates *rates;           // NULL: none
};

static size_t defined_count(const struct vm_sample *vm)
{
    return vm->definition != NULL ? vm->definition->disk_count : 0;
}

// First those of the definition in its order, then those that only the sample knows.
static size_t disk_count(const struct vm_sample *vm)
{
    size_t count = defined_count(vm);
    for (size_t i = 0; i < vm->disk_count; i++)
        if (vm_definition_disk(vm->definition, vm->disks[i].target) == NULL)
            count++;
    return count;
}

static size_t undefined_at(const struct vm_sample *vm, size_t nth)
{
    for (size_t i = 0; i < vm->disk_count; i++)
        if (vm_definition_disk(vm->definition, vm->disks[i].target) == NULL && nth-- == 0)
            return i;
    return SIZE_MAX;
}

static size_t sampled_at(const struct vm_sample *vm, const char *target)
{
    for (size_t i = 0; i < vm->disk_count; i++)
        if (str_equal(vm->disks[i].target, target))
            return i;
    return SIZE_MAX;
}

static struct disk disk_at(const struct board_vm *board_vm, size_t index)
{
    const struct vm_sample *vm = board_vm->sample;
    struct disk disk = {0};
    size_t defined = defined_count(vm), at;
    if (index < defined) {
        disk.definition = &vm->definition->disks[index];
        disk.target = disk.definition->target != NULL ? disk.definition->target : "-";
        disk.source = disk.definition->source;
        at = sampled_at(vm, disk.target);
    } else {
        at = undefined_at(vm, index - defined);
        disk.target = vm->disks[at].target;
    }
    if (at == SIZE_MAX)
        return disk;
    disk.sample = &vm->disks[at];
    if (disk.source == NULL)
        disk.source = disk.sample->source;
    if (at < board_vm->rates.disk_count && vm_state_is_active(vm->state))
        disk.rates = &board_vm->rates.disks[at];
    return disk;
}

static const char *known(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static void draw_title(struct frame *frame, struct rect line, const struct disk *disk, bool chosen)
{
    const struct disk_definition *definition = disk->definition;
    char text[256];
    if (definition == NULL)
        str_format(text, sizeof(text), "%-5s not in the definition", disk->target);
    else
        str_format(text, sizeof(text), "%-5s %s, %s, %s%s%s", disk->target,
                   known(definition->device, "disk"), known(definition->bus, "unknown bus"),
                   disk->source == NULL ? "empty" : known(definition->format, "unknown format"),
                   definition->read_only ? ", read-only" : "",
                   definition->shareable ? ", shared" : "");
    frame_field(frame, &line, line.row, line.column, line.columns, ALIGN_LEFT,
                STYLE_WITH(ROLE_DISK, STYLE_BOLD | (chosen ? STYLE_SELECTED : 0)), text);
}

// The end of a path tells more than its beginning, so a long one loses the latter.
static void draw_source(struct frame *frame, struct rect line, const char *source, bool chosen)
{
    struct style style = STYLE_WITH(ROLE_DIM, chosen ? STYLE_SELECTED : 0);
    size_t columns = line.columns > 0 ? (size_t)line.columns : 0;
    if (source == NULL || utf8_width(source) <= columns) {
        frame_field(frame, &line, line.row, line.column, line.columns, ALIGN_LEFT, style,
                    known(source, ""));
        return;
    }
    const char *dots = frame->glyphs == GLYPHS_UNICODE ? "\xe2\x80\xa6" : "~";
    while (*source != '\0' && utf8_width(source) + 1 > columns) {
        uint32_t code_point;
        source += utf8_decode(source, strlen(source), &code_point);
    }
    int used = frame_text(frame, &line, line.row, line.column, style, dots);
    frame_field(frame, &line, line.row, line.column + used, line.columns - used, ALIGN_LEFT, style,
                source);
}

static void draw_space(struct frame *frame, struct rect line, const struct disk_sample *disk)
{
    char capacity[QUANTITY_SIZE], allocation[QUANTITY_SIZE], text[160];
    bool has_capacity = disk != NULL && (disk->valid & DISK_HAS_CAPACITY) != 0;
    bool has_allocation = disk != NULL && (disk->valid & DISK_HAS_ALLOCATION) != 0;
    double fraction = has_capacity && has_allocation && disk->capacity_bytes > 0
                          ? (double)disk->allocation_bytes / (double)disk->capacity_bytes
                          : -1;
    if (!has_capacity && !has_allocation) {
        frame_text(frame, &line, line.row, line.column, STYLE(ROLE_DIM), "size not known");
        return;
    }
    quantity_bytes(capacity, has_capacity ? (double)disk->capacity_bytes : -1);
    quantity_bytes(allocation, has_allocation ? (double)disk->allocation_bytes : -1);
    chart_bar(frame, &line, line.row, line.column, BAR_COLUMNS, fraction, ROLE_DISK);
    str_format(text, sizeof(text), "takes %s of %s", allocation, capacity);
    frame_field(frame, &line, line.row, line.column + BAR_COLUMNS + 2,
                line.columns - BAR_COLUMNS - 2, ALIGN_LEFT, STYLE(ROLE_TEXT), text);
}

static void draw_rates(struct frame *frame, struct rect line, const struct disk_rates *rates,
                       bool roomy)
{
    char read[QUANTITY_SIZE], reads[QUANTITY_SIZE], read_ms[QUANTITY_SIZE], text[256];
    char write[QUANTITY_SIZE], writes[QUANTITY_SIZE], write_ms[QUANTITY_SIZE];
    if (rates == NULL)
        return;
    quantity_rate(read, rates->read_bytes);
    quantity_count(reads, rates->read_requests);
    quantity_latency(read_ms, rates->read_latency_ms);
    quantity_rate(write, rates->write_bytes);
    quantity_count(writes, rates->write_requests);
    quantity_latency(write_ms, rates->write_latency_ms);
    str_format(text, sizeof(text),
               roomy ? "read %5s/s %4s iops %-7s  write %5s/s %4s iops %s"
                     : "r %5s/s %4s/s %-7s w %5s/s %4s/s %s",
               read, reads, read_ms, write, writes, write_ms);
    frame_field(frame, &line, line.row, line.column, line.columns, ALIGN_LEFT, STYLE(ROLE_TEXT),
                text);
}

static struct rect part(struct rect line, int from, int columns)
{
    int left = line.columns - from;
    return (struct rect){line.row, line.column + from, 1, columns < left ? columns : left};
}

// rect has at least a row; what does not fit is clipped.
static void draw_disk(struct frame *frame, struct rect rect, const struct disk *disk, bool chosen)
{
    bool wide = rect.columns >= WIDE_COLUMNS;
    struct rect line = {rect.row, rect.column, 1, rect.columns};
    struct rect below = part(line, INDENT, rect.columns);
    if (wide) {
        draw_title(frame, part(line, 0, TITLE_COLUMNS), disk, chosen);
        draw_source(frame, part(line, TITLE_COLUMNS, rect.columns), disk->source, chosen);
    } else {
        draw_title(frame, line, disk, chosen);
        below.row++;
        if (rect.rows > 1)
            draw_source(frame, below, disk->source, false);
    }
    below.row++;
    if (disk->source == NULL && disk->sample == NULL)
        return; // nothing in the drive
    if (below.row < rect.row + rect.rows)
        draw_space(frame, below, disk->sample);
    if (wide)
        below = part(below, SPACE_COLUMNS, rect.columns);
    else
        below.row++;
    if (below.row < rect.row + rect.rows)
        draw_rates(frame, below, disk->rates, !wide && rect.columns >= ROOMY_COLUMNS);
}

static int draw_remark(struct disks_view *disks, struct frame *frame, struct rect rect,
                       const struct board_host *host, const struct board_vm *vm)
{
    char text[160];
    if (!vm_state_is_active(vm->sample->state) || rect.rows < LINES_NARROW ||
        !figures_age_text(host, vm->sample, ui_now_ns(disks->view.ui), text, sizeof(text)))
        return 0;
    enum role role = vm->sample->hung ? ROLE_ALARM : ROLE_WARN;
    frame_printf(frame, &rect, rect.row, rect.column, STYLE(role), "! %s", text);
    return 1;
}

// The last line of a list that is longer than the pane.
static void draw_position(const struct disks_view *disks, struct frame *frame, struct rect rect,
                          size_t count)
{
    size_t end = disks->scroll.top + disks->scroll.visible;
    frame_printf(frame, &rect, rect.row + rect.rows - 1, rect.column, STYLE(ROLE_DIM),
                 "%zu to %zu of %zu disks", disks->scroll.top + 1, end < count ? end : count,
                 count);
}

static void draw_list(struct disks_view *disks, struct frame *frame, struct rect rect,
                      const struct board_vm *vm, bool focused)
{
    size_t count = disk_count(vm->sample);
    int lines = rect.columns >= WIDE_COLUMNS ? LINES_WIDE : LINES_NARROW;
    if (disks->chosen >= count)
        disks->chosen = count - 1;
    // The last one needs no blank line behind it.
    bool all = (int)count * lines - (lines == LINES_WIDE) <= rect.rows;
    int fits = (rect.rows - !all + (lines == LINES_WIDE)) / lines;
    list_scroll_fit(&disks->scroll, count, fits > 0 ? (size_t)fits : 1, disks->chosen);
    for (size_t i = disks->scroll.top; i < count; i++) {
        int row = (int)(i - disks->scroll.top) * lines, rows = rect.rows - row;
        if (i >= disks->scroll.top + disks->scroll.visible || rows <= 0)
            break;
        const struct disk disk = disk_at(vm, i);
        draw_disk(
            frame,
            (struct rect){rect.row + row, rect.column, rows < lines ? rows : lines, rect.columns},
            &disk, focused && count > 1 && i == disks->chosen);
    }
    if (!all && rect.rows > lines)
        draw_position(disks, frame, rect, count);
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    struct disks_view *disks = (struct disks_view *)view;
    const struct board_host *host;
    const struct board_vm *vm;
    if (rect.rows <= 0 || rect.columns <= 10)
        return;
    bool selected = ui_selected(view->ui, &host, &vm);
    if (!selected || disk_count(vm->sample) == 0) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM),
                   selected ? "no disks" : "no VM is selected");
        return;
    }
    if (strcmp(disks->uuid, vm->sample->uuid) != 0)
        disks->chosen = disks->scroll.top = 0;
    memcpy(disks->uuid, vm->sample->uuid, sizeof(disks->uuid));
    int remark = draw_remark(disks, frame, rect, host, vm);
    rect.row += remark;
    rect.rows -= remark;
    draw_list(disks, frame, rect, vm, focused);
}

static bool move(struct disks_view *disks, size_t count, long by)
{
    disks->chosen = list_scroll_moved(count, disks->chosen, by);
    ui_invalidate(disks->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct disks_view *disks = (struct disks_view *)view;
    const struct board_vm *vm;
    size_t count = ui_selected(view->ui, NULL, &vm) ? disk_count(vm->sample) : 0;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    long page = disks->scroll.visible > 1 ? (long)disks->scroll.visible : 1;
    if (count < 2)
        return false;
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j'))
        return move(disks, count, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k'))
        return move(disks, count, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return move(disks, count, page);
    if (key->code == KEY_CODE_PAGE_UP)
        return move(disks, count, -page);
    if (key->code == KEY_CODE_HOME || (plain && key->character == 'g'))
        return move(disks, count, -(long)count);
    if (key->code == KEY_CODE_END || (plain && key->character == 'G'))
        return move(disks, count, (long)count);
    return false;
}

static struct view *create(struct ui *ui)
{
    struct disks_view *disks = memory_alloc(sizeof(*disks));
    disks->view = (struct view){.ops = &disks_view_ops, .ui = ui};
    return &disks->view;
}

static void destroy(struct view *view)
{
    free(view);
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out,
            "The bar is what the image takes on the host's storage, of the size that the guest "
            "sees.\nRates are per second; the time is the mean of one request.\n"
            "z grows a disk; a disk never shrinks.\n");
}

const struct view_ops disks_view_ops = {
    .name = "disks",
    .title = "Disks",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .help = help,
};
