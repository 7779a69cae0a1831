// SPDX-License-Identifier: GPL-2.0-or-later
// What is on the screen is what the sampler should spend its calls on.
#include <string.h>

#include "ui/ui_internal.h"

void ui_tell_interest(struct ui *ui)
{
    struct interest interest;
    memset(&interest, 0, sizeof(interest)); // padding too: the whole is compared below
    if (ui->list.selected_row != SIZE_MAX)
        memcpy(interest.focus, ui->list.selected, VM_UUID_SIZE);
    interest.chart_window_s = ui->chart_window_s;
    bool list_seen = !ui->screen && layout_shows(&ui->layout, PANE_LIST);
    for (size_t i = 0; list_seen && i < ui->list.scroll.visible; i++) {
        size_t row = ui->list.scroll.top + i;
        if (row >= ui->list.count || interest.visible_count == INTEREST_VISIBLE_MAX)
            break;
        memcpy(interest.visible[interest.visible_count++], ui->list.rows[row].vm->sample->uuid,
               VM_UUID_SIZE);
    }
    if (ui->interest_sent && memcmp(&interest, &ui->sent, sizeof(interest)) == 0)
        return;
    memcpy(&ui->sent, &interest, sizeof(interest));
    ui->interest_sent = true;
    if (ui->settings.services.set_interest)
        ui->settings.services.set_interest(ui->settings.services.context, &interest);
}
