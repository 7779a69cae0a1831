// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Info": what the definition of the VM in focus says, as lines and, below, as XML.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"

enum { LABEL_COLUMNS = 11, XML_HANG = 4 };

struct info_view {
    struct view view;
    char uuid[VM_UUID_SIZE];  // whose text was scrolled
    int scrolled, rows, seen; // rows of the text at the last draw, and how many fitted
};

static void add_state(struct str *out, const struct board_host *host, const struct vm_sample *vm)
{
    str_printf(out, "name       %s\n", vm->name);
    str_printf(out, "state      %s", vm_state_name(vm->state));
    if ((vm->valid & VM_HAS_REASON) != 0 && vm->reason != NULL && vm->reason[0] != '\0')
        str_printf(out, " (%s)", vm->reason);
    str_add(out, vm->hung ? ", QEMU does not answer\n" : "\n");
    str_printf(out, "host       %s\n", host->name);
    str_printf(out, "uuid       %s\n", vm->uuid);
    if (vm->id >= 0)
        str_printf(out, "number     %d while it runs\n", vm->id);
    if ((vm->valid & VM_HAS_AUTOSTART) != 0)
        str_printf(out, "autostart  %s\n", vm->autostart ? "on: it starts with the host" : "off");
    if ((vm->valid & VM_HAS_PERSISTENT) != 0 && !vm->persistent)
        str_add(out, "transient  it is forgotten when it stops\n");
    if ((vm->valid & VM_HAS_MANAGED_SAVE) != 0 && vm->has_managed_save)
        str_add(out, "saved      its memory is on disk: start goes on from there\n");
}

static void add_devices(struct str *out, const struct vm_definition *definition)
{
    for (size_t i = 0; i < definition->disk_count; i++) {
        const struct disk_definition *disk = &definition->disks[i];
        str_printf(out, "disk       %s %s on %s, %s: %s\n", str_or_dash(disk->target),
                   str_or_dash(disk->device), str_or_dash(disk->bus), str_or_dash(disk->format),
                   disk->source != NULL ? disk->source : "empty");
    }
    for (size_t i = 0; i < definition->nic_count; i++) {
        const struct nic_definition *nic = &definition->nics[i];
        str_printf(out, "interface  %s %s, model %s, %s\n", str_or_dash(nic->mac), nic->type,
                   str_or_dash(nic->model), str_or_dash(nic->source));
    }
}

// What runs now where it is known, else what the definition says.
static void add_size(struct str *out, const struct vm_sample *vm)
{
    const struct vm_definition *definition = vm->definition;
    bool active = vm_state_is_active(vm->state);
    char maximum[QUANTITY_SIZE], current[QUANTITY_SIZE];
    unsigned vcpus = active && (vm->valid & VM_HAS_VCPU_COUNT) != 0 ? vm->vcpus_current
                                                                    : definition->vcpus_current;
    uint64_t kib = active && (vm->valid & VM_HAS_BALLOON) != 0 ? vm->balloon_kib
                                                               : definition->memory_current_kib;
    quantity_bytes(maximum, (double)definition->memory_max_kib * 1024);
    quantity_bytes(current, (double)kib * 1024);
    const char *now = active ? "now" : "at the next start";
    str_printf(out, "vCPUs      %u %s, %u at most\n", vcpus, now, definition->vcpus_max);
    str_printf(out, "memory     %s %s, %s at most%s\n", current, now, maximum,
               definition->has_balloon ? "" : ", no balloon");
}

static void add_definition(struct str *out, const struct vm_sample *vm)
{
    const struct vm_definition *definition = vm->definition;
    if (definition->title != NULL)
        str_printf(out, "title      %s\n", definition->title);
    if (definition->description != NULL)
        str_printf(out, "notes      %s\n", definition->description);
    str_printf(out, "runs on    %s\n",
               str_equal(definition->type, "qemu")  ? "software emulation (qemu)"
               : str_equal(definition->type, "kvm") ? "KVM"
                                                    : str_or_dash(definition->type));
    str_printf(out, "machine    %s, %s, firmware %s\n", str_or_dash(definition->arch),
               str_or_dash(definition->machine), str_or_dash(definition->firmware));
    add_size(out, vm);
    add_devices(out, definition);
    str_printf(out, "console    %s\n", definition->has_serial_console ? "serial" : "none");
    str_printf(out, "agent      %s\n",
               definition->has_agent_channel ? "has a channel" : "has no channel");
}

// ---- lines ----

// Bytes of the next piece of a line that fits; breaks at a blank behind the first `keep` columns
// where there is one, so that an indented line does not end before it has begun.
static size_t piece_length(const char *text, size_t length, int columns, size_t keep)
{
    size_t fits = utf8_prefix(text, columns > 0 ? (size_t)columns : 1);
    if (fits >= length)
        return length;
    for (size_t at = fits; at > keep; at--)
        if (text[at] == ' ')
            return at;
    return fits > 0 ? fits : 1;
}

struct pen {
    struct frame *frame; // NULL: only counts
    struct rect rect;
    int row; // relative to rect; outside of it nothing is drawn
};

static void draw_piece(struct pen *pen, int indent, struct style style, const char *text,
                       size_t length)
{
    if (pen->frame != NULL && pen->row >= 0 && pen->row < pen->rect.rows) {
        AUTO_FREE char *piece = memory_strndup(text, length);
        frame_text(pen->frame, &pen->rect, pen->rect.row + pen->row, pen->rect.column + indent,
                   style, piece);
    }
    pen->row++;
}

// One line of text over as many rows as it takes, its later rows indented by `hang`.
static void draw_line(struct pen *pen, const char *text, size_t length, int hang, size_t keep)
{
    int indent = 0;
    if (hang > pen->rect.columns / 2)
        hang = pen->rect.columns / 2;
    do {
        size_t piece = piece_length(text, length, pen->rect.columns - indent, keep);
        draw_piece(pen, indent, STYLE(ROLE_TEXT), text, piece);
        text += piece;
        length -= piece;
        while (length > 0 && *text == ' ') {
            text++;
            length--;
        }
        indent = hang;
        keep = 0;
    } while (length > 0);
}

// The label of a fact stands out less than what it says.
static void draw_facts(struct pen *pen, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        int row = pen->row;
        draw_line(pen, text, length, LABEL_COLUMNS, LABEL_COLUMNS);
        if (pen->frame != NULL && row >= 0 && row < pen->rect.rows) {
            char label[LABEL_COLUMNS + 1];
            str_format(label, sizeof(label), "%.*s",
                       (int)(length < LABEL_COLUMNS ? length : LABEL_COLUMNS), text);
            frame_text(pen->frame, &pen->rect, pen->rect.row + row, pen->rect.column,
                       STYLE(ROLE_DIM), label);
        }
        text += length + (text[length] == '\n');
    }
}

static void draw_xml(struct pen *pen, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n"), blanks = strspn(text, " ");
        if (blanks > length)
            blanks = length;
        draw_line(pen, text, length, (int)blanks + XML_HANG, blanks + 1);
        text += length + (text[length] == '\n');
    }
}

static void draw_all(struct pen *pen, const char *facts, const struct vm_sample *vm)
{
    draw_facts(pen, facts);
    pen->row++;
    static const char waiting[] = "The definition as XML is on its way.";
    static const char heading[] = "The definition as XML:";
    bool known = vm->detail != NULL && vm->detail->xml != NULL;
    const char *text = known ? heading : vm->detail == NULL ? waiting : "No XML is known.";
    draw_piece(pen, 0, STYLE(ROLE_DIM), text, strlen(text));
    if (known)
        draw_xml(pen, vm->detail->xml);
}

static void draw_position(const struct info_view *info, struct frame *frame, struct rect rect)
{
    int end = info->scrolled + info->seen;
    frame_printf(frame, &rect, rect.row + rect.rows - 1, rect.column, STYLE(ROLE_DIM),
                 "%d to %d of %d lines", info->scrolled + 1, end < info->rows ? end : info->rows,
                 info->rows);
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    struct info_view *info = (struct info_view *)view;
    const struct board_host *host;
    const struct board_vm *vm;
    if (rect.rows <= 0 || rect.columns <= 0)
        return;
    if (!ui_selected(view->ui, &host, &vm)) {
        info->rows = 0;
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM), "no VM is selected");
        return;
    }
    if (strcmp(info->uuid, vm->sample->uuid) != 0)
        info->scrolled = 0;
    memcpy(info->uuid, vm->sample->uuid, sizeof(info->uuid));
    struct str facts;
    str_init(&facts);
    add_state(&facts, host, vm->sample);
    if (vm->sample->definition != NULL)
        add_definition(&facts, vm->sample);
    struct pen pen = {NULL, rect, 0};
    draw_all(&pen, facts.text, vm->sample);
    info->rows = pen.row;
    bool positioned = info->rows > rect.rows && rect.rows > 2;
    info->seen = rect.rows - positioned;
    int last = info->rows > info->seen ? info->rows - info->seen : 0;
    if (info->scrolled > last)
        info->scrolled = last;
    pen = (struct pen){frame, rect, -info->scrolled};
    pen.rect.rows = info->seen;
    draw_all(&pen, facts.text, vm->sample);
    if (positioned)
        draw_position(info, frame, rect);
    str_finish(&facts);
}

static bool scroll(struct info_view *info, int by)
{
    int last = info->rows > info->seen ? info->rows - info->seen : 0;
    int wanted = info->scrolled + by;
    info->scrolled = wanted < 0 ? 0 : wanted > last ? last : wanted;
    ui_invalidate(info->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct info_view *info = (struct info_view *)view;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    int page = info->seen > 1 ? info->seen - 1 : 1;
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j'))
        return scroll(info, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k'))
        return scroll(info, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return scroll(info, page);
    if (key->code == KEY_CODE_PAGE_UP)
        return scroll(info, -page);
    if (key->code == KEY_CODE_HOME || (plain && key->character == 'g'))
        return scroll(info, -info->rows);
    if (key->code == KEY_CODE_END || (plain && key->character == 'G'))
        return scroll(info, info->rows);
    return false;
}

static struct view *create(struct ui *ui)
{
    struct info_view *info = memory_alloc(sizeof(*info));
    info->view = (struct view){.ops = &info_view_ops, .ui = ui};
    return &info->view;
}

static void destroy(struct view *view)
{
    free(view);
}

static const char *hint(const struct view *view)
{
    const struct info_view *info = (const struct info_view *)view;
    return info->rows > info->seen ? "arrows scroll" : NULL;
}

const struct view_ops info_view_ops = {
    .name = "info",
    .title = "Info",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .hint = hint,
};
