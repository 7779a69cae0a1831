// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Disks": what each disk of the VM in focus is, how full its image is, and what it does now.
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/list_scroll.h"

enum { LINES_PER_DISK = 4, BAR_COLUMNS = 20 };

struct disks_view {
    struct view view;
    struct list_scroll scroll;
    size_t chosen; // index of a disk
};

// A definition says more than a sample, a sample has figures: either may be all there is.
static size_t disk_count(const struct vm_sample *sample)
{
    return sample->definition != NULL ? sample->definition->disk_count : sample->disk_count;
}

static const char *disk_target(const struct vm_sample *sample, size_t index)
{
    return sample->definition != NULL ? sample->definition->disks[index].target
                                      : sample->disks[index].target;
}

static size_t sample_index(const struct vm_sample *sample, const char *target)
{
    for (size_t i = 0; i < sample->disk_count; i++)
        if (str_equal(sample->disks[i].target, target))
            return i;
    return SIZE_MAX;
}

static void draw_title(struct frame *frame, struct rect rect, const struct vm_sample *sample,
                       const char *target, bool chosen)
{
    const struct disk_definition *disk = vm_definition_disk(sample->definition, target);
    char text[256];
    if (disk == NULL)
        str_format(text, sizeof(text), "%s", target);
    else
        str_format(text, sizeof(text), "%-5s %s, %s, %s%s%s", target,
                   disk->device != NULL ? disk->device : "disk",
                   disk->bus != NULL ? disk->bus : "-",
                   disk->format != NULL ? disk->format : "format not known",
                   disk->read_only ? ", read-only" : "", disk->shareable ? ", shared" : "");
    frame_field(frame, &rect, rect.row, rect.column, rect.columns, ALIGN_LEFT,
                STYLE_WITH(ROLE_DISK, STYLE_BOLD | (chosen ? STYLE_SELECTED : 0)), text);
}

static void draw_space(struct frame *frame, struct rect rect, const struct disk_sample *disk)
{
    char capacity[QUANTITY_SIZE], allocation[QUANTITY_SIZE];
    bool both = (disk->valid & DISK_HAS_CAPACITY) != 0 && (disk->valid & DISK_HAS_ALLOCATION) != 0;
    quantity_bytes(capacity,
                   (disk->valid & DISK_HAS_CAPACITY) != 0 ? (double)disk->capacity_bytes : -1);
    quantity_bytes(allocation,
                   (disk->valid & DISK_HAS_ALLOCATION) != 0 ? (double)disk->allocation_bytes : -1);
    double fraction = both && disk->capacity_bytes > 0
                          ? (double)disk->allocation_bytes / (double)disk->capacity_bytes
                          : -1;
    chart_bar(frame, &rect, rect.row, rect.column, BAR_COLUMNS, fraction, ROLE_DISK);
    frame_printf(frame, &rect, rect.row, rect.column + BAR_COLUMNS + 2, STYLE(ROLE_TEXT),
                 "%s of %s on the host", allocation, capacity);
}

static void draw_rates(struct frame *frame, struct rect rect, const struct disk_rates *rates)
{
    char read[QUANTITY_SIZE], reads[QUANTITY_SIZE], read_ms[QUANTITY_SIZE], text[256];
    char write[QUANTITY_SIZE], writes[QUANTITY_SIZE], write_ms[QUANTITY_SIZE];
    quantity_rate(read, rates->read_bytes);
    quantity_count(reads, rates->read_requests);
    quantity_latency(read_ms, rates->read_latency_ms);
    quantity_rate(write, rates->write_bytes);
    quantity_count(writes, rates->write_requests);
    quantity_latency(write_ms, rates->write_latency_ms);
    str_format(text, sizeof(text), "read %s/s %s iops %s   write %s/s %s iops %s", read, reads,
               read_ms, write, writes, write_ms);
    frame_field(frame, &rect, rect.row, rect.column, rect.columns, ALIGN_LEFT, STYLE(ROLE_TEXT),
                text);
}

static void draw_disk(struct frame *frame, struct rect rect, const struct board_vm *vm,
                      size_t index, bool chosen)
{
    const struct vm_sample *sample = vm->sample;
    const char *target = disk_target(sample, index);
    size_t at = sample_index(sample, target);
    const struct disk_definition *disk = vm_definition_disk(sample->definition, target);
    const char *source = disk != NULL ? disk->source : NULL;
    if (source == NULL && at != SIZE_MAX)
        source = sample->disks[at].source;
    draw_title(frame, (struct rect){rect.row, rect.column, 1, rect.columns}, sample, target,
               chosen);
    struct rect line = {rect.row + 1, rect.column + 6, 1, rect.columns - 6};
    frame_field(frame, &line, line.row, line.column, line.columns, ALIGN_LEFT, STYLE(ROLE_DIM),
                source != NULL ? source : "empty");
    line.row++;
    if (rect.rows > 2 && at != SIZE_MAX)
        draw_space(frame, line, &sample->disks[at]);
    line.row++;
    if (rect.rows > 3 && at != SIZE_MAX && at < vm->rates.disk_count &&
        vm_state_is_active(sample->state))
        draw_rates(frame, line, &vm->rates.disks[at]);
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    struct disks_view *disks = (struct disks_view *)view;
    const struct board_vm *vm;
    if (rect.rows <= 0 || rect.columns <= 10)
        return;
    size_t count = ui_selected(view->ui, NULL, &vm) ? disk_count(vm->sample) : 0;
    if (count == 0) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM), "no disks");
        return;
    }
    if (disks->chosen >= count)
        disks->chosen = count - 1;
    size_t fits = (size_t)(rect.rows / LINES_PER_DISK);
    list_scroll_fit(&disks->scroll, count, fits > 0 ? fits : 1, disks->chosen);
    for (size_t i = disks->scroll.top; i < count; i++) {
        int row = rect.row + (int)(i - disks->scroll.top) * LINES_PER_DISK;
        int rows = rect.row + rect.rows - row;
        if (rows <= 0)
            break;
        struct rect one = {row, rect.column, rows < LINES_PER_DISK ? rows : LINES_PER_DISK,
                           rect.columns};
        draw_disk(frame, one, vm, i, focused && i == disks->chosen);
    }
}

static bool key(struct view *view, const struct key *key)
{
    struct disks_view *disks = (struct disks_view *)view;
    const struct board_vm *vm;
    size_t count = ui_selected(view->ui, NULL, &vm) ? disk_count(vm->sample) : 0;
    bool down = key->code == KEY_CODE_DOWN ||
                (key->code == KEY_CODE_CHARACTER && key->modifiers == 0 && key->character == 'j');
    bool up = key->code == KEY_CODE_UP ||
              (key->code == KEY_CODE_CHARACTER && key->modifiers == 0 && key->character == 'k');
    if (count < 2 || (!down && !up))
        return false;
    disks->chosen = list_scroll_moved(count, disks->chosen, down ? 1 : -1);
    ui_invalidate(view->ui);
    return true;
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
    str_add(out, "The bar is what the image takes on the host's storage of what the guest sees.\n"
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
