// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Info": what the definition of the VM in focus says, as lines and, below, as XML.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/wrapped_text.h"

struct info_view {
    struct view view;
    char uuid[VM_UUID_SIZE];  // whose text was scrolled
    int scrolled, rows, seen; // rows of the text at the last draw, and how many fitted
};

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static void add_state(struct str *out, const struct board_host *host, const struct vm_sample *vm)
{
    str_printf(out, "name       %s\n", vm->name);
    str_printf(out, "uuid       %s\n", vm->uuid);
    str_printf(out, "host       %s\n", host->name);
    str_printf(out, "state      %s", vm_state_name(vm->state));
    if ((vm->valid & VM_HAS_REASON) != 0 && vm->reason != NULL && vm->reason[0] != '\0')
        str_printf(out, " (%s)", vm->reason);
    str_add(out, vm->hung ? ", QEMU does not answer\n" : "\n");
    if ((vm->valid & VM_HAS_AUTOSTART) != 0)
        str_printf(out, "autostart  %s\n", vm->autostart ? "on" : "off");
    if ((vm->valid & VM_HAS_PERSISTENT) != 0 && !vm->persistent)
        str_add(out, "transient  it is forgotten when it stops\n");
    if ((vm->valid & VM_HAS_MANAGED_SAVE) != 0 && vm->has_managed_save)
        str_add(out, "saved      its memory is on disk: start goes on from there\n");
}

static void add_devices(struct str *out, const struct vm_definition *definition)
{
    for (size_t i = 0; i < definition->disk_count; i++) {
        const struct disk_definition *disk = &definition->disks[i];
        str_printf(out, "disk       %s %s on %s, %s: %s\n", or_dash(disk->target),
                   or_dash(disk->device), or_dash(disk->bus), or_dash(disk->format),
                   disk->source != NULL ? disk->source : "empty");
    }
    for (size_t i = 0; i < definition->nic_count; i++) {
        const struct nic_definition *nic = &definition->nics[i];
        str_printf(out, "interface  %s %s, model %s, %s\n", or_dash(nic->mac), nic->type,
                   or_dash(nic->model), or_dash(nic->source));
    }
}

static void add_definition(struct str *out, const struct vm_definition *definition)
{
    char maximum[QUANTITY_SIZE], current[QUANTITY_SIZE];
    quantity_bytes(maximum, (double)definition->memory_max_kib * 1024);
    quantity_bytes(current, (double)definition->memory_current_kib * 1024);
    if (definition->title != NULL)
        str_printf(out, "title      %s\n", definition->title);
    if (definition->description != NULL)
        str_printf(out, "notes      %s\n", definition->description);
    str_printf(out, "runs on    %s\n",
               str_equal(definition->type, "qemu")  ? "software emulation (qemu)"
               : str_equal(definition->type, "kvm") ? "KVM"
                                                    : or_dash(definition->type));
    str_printf(out, "machine    %s, %s, firmware %s\n", or_dash(definition->arch),
               or_dash(definition->machine), or_dash(definition->firmware));
    str_printf(out, "vCPUs      %u now, %u at the most\n", definition->vcpus_current,
               definition->vcpus_max);
    str_printf(out, "memory     %s now, %s at the most%s\n", current, maximum,
               definition->has_balloon ? "" : ", no balloon");
    add_devices(out, definition);
    str_printf(out, "console    %s\n", definition->has_serial_console ? "serial" : "none");
    str_printf(out, "agent      %s\n",
               definition->has_agent_channel ? "has a channel" : "has no channel");
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    struct info_view *info = (struct info_view *)view;
    const struct board_host *host;
    const struct board_vm *vm;
    if (rect.rows <= 0 || rect.columns <= 0 || !ui_selected(view->ui, &host, &vm))
        return;
    if (strcmp(info->uuid, vm->sample->uuid) != 0)
        info->scrolled = 0;
    memcpy(info->uuid, vm->sample->uuid, sizeof(info->uuid));
    struct str text;
    str_init(&text);
    add_state(&text, host, vm->sample);
    if (vm->sample->definition != NULL)
        add_definition(&text, vm->sample->definition);
    if (vm->sample->detail != NULL && vm->sample->detail->xml != NULL)
        str_printf(&text, "\n%s", vm->sample->detail->xml);
    info->rows = wrapped_text_rows(text.text, rect.columns);
    info->seen = rect.rows;
    if (info->scrolled > info->rows - rect.rows)
        info->scrolled = info->rows > rect.rows ? info->rows - rect.rows : 0;
    wrapped_text_draw_from(frame, rect, STYLE(ROLE_TEXT), text.text, info->scrolled);
    str_finish(&text);
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
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j'))
        return scroll(info, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k'))
        return scroll(info, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return scroll(info, info->seen);
    if (key->code == KEY_CODE_PAGE_UP)
        return scroll(info, -info->seen);
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
