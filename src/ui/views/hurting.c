// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/hurting.h"

#include "core/utf8.h"

int hurting_count(const struct board *board)
{
    size_t count = 0;
    for (size_t h = 0; board && h < board->host_count; h++)
        count += board->hosts[h].alert_count;
    return count > 1000 ? 1000 : (int)count;
}

static void draw_alert(struct frame *frame, const struct rect *rect, int row, int column,
                       const struct board_host *host, const struct alert *alert)
{
    enum role role = alert->severity == SEVERITY_ALARM ? ROLE_ALARM : ROLE_WARN;
    const char *who = host->name;
    if (alert->vm_index != SIZE_MAX && host->snapshot && alert->vm_index < host->snapshot->vm_count)
        who = host->snapshot->vms[alert->vm_index].name;
    int room = rect->column + rect->columns - column - 1;
    int name = (int)utf8_width(who);
    if (name > room / 2)
        name = room / 2; // a long name must not hide what hurts
    frame_field(frame, rect, row, column, name, ALIGN_LEFT, STYLE_WITH(role, STYLE_BOLD), who);
    frame_field(frame, rect, row, column + name + 1, room - name - 1, ALIGN_LEFT, STYLE(role),
                alert->text);
}

void hurting_draw(struct frame *frame, struct rect rect, const struct board *board)
{
    static const char heading[] = " hurting: ";
    int column =
        rect.column + frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM), heading);
    int count = hurting_count(board), shown = 0;
    int lines = count > rect.rows ? rect.rows - (rect.rows > 1) : count;
    for (int severity = SEVERITY_ALARM; severity >= SEVERITY_INFO; severity--)
        for (size_t h = 0; h < board->host_count; h++)
            for (size_t a = 0; a < board->hosts[h].alert_count && shown < lines; a++)
                if (board->hosts[h].alerts[a].severity == (enum severity)severity) {
                    draw_alert(frame, &rect, rect.row + shown, column, &board->hosts[h],
                               &board->hosts[h].alerts[a]);
                    shown++;
                }
    if (count > shown && shown < rect.rows)
        frame_printf(frame, &rect, rect.row + shown, column, STYLE(ROLE_DIM), "and %d more",
                     count - shown);
}
