// SPDX-License-Identifier: GPL-2.0-or-later
// The event log over the whole screen: what was done, by which command, when, and how it ended.
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"

enum { WHEN_COLUMNS = 21, WHO_COLUMNS = 18, COMMAND_COLUMNS_MIN = 30 };

struct events_view {
    struct view view;
    size_t from_end; // entries below the last line seen; 0 follows the newest
    size_t count, seen;
};

static enum role severity_role(enum severity severity)
{
    return severity == SEVERITY_ALARM  ? ROLE_ALARM
           : severity == SEVERITY_WARN ? ROLE_WARN
                                       : ROLE_TEXT;
}

static void draw_entry(struct frame *frame, struct rect line, const struct log_entry *entry)
{
    static const char marks[] = {
        [SEVERITY_INFO] = ' ', [SEVERITY_WARN] = '!', [SEVERITY_ALARM] = '#'};
    char when[32];
    clock_format_date_time(entry->wall_ms, when, sizeof(when));
    enum role role = severity_role(entry->severity);
    int column = line.column;
    bool wide = line.columns >= WHEN_COLUMNS + WHO_COLUMNS + 30;
    // The time of day alone where there is little room.
    const char *shown = wide ? when : when + strlen("2026-11-22 ");
    column += frame_text(frame, &line, line.row, column, STYLE(ROLE_DIM), shown) + 1;
    frame_character(frame, &line, line.row, column, STYLE_WITH(role, STYLE_BOLD),
                    (uint32_t)marks[entry->severity]);
    column += 2;
    int who = wide ? WHO_COLUMNS : 10;
    frame_field(frame, &line, line.row, column, who - 1, ALIGN_LEFT, STYLE(ROLE_ACCENT),
                entry->vm_name[0] != '\0' ? entry->vm_name : entry->host);
    column += who;
    int left = line.column + line.columns - column;
    bool command = entry->command_line[0] != '\0' && left >= 2 * COMMAND_COLUMNS_MIN;
    int text_columns = command ? left / 2 : left;
    frame_field(frame, &line, line.row, column, text_columns, ALIGN_LEFT, STYLE(role), entry->text);
    if (command)
        frame_field(frame, &line, line.row, column + text_columns + 1, left - text_columns - 1,
                    ALIGN_LEFT, STYLE(ROLE_DIM), entry->command_line);
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    struct events_view *events = (struct events_view *)view;
    const struct board *board = ui_board(view->ui);
    events->count = board != NULL ? board->log_count : 0;
    events->seen = rect.rows > 0 ? (size_t)rect.rows : 0;
    if (events->count == 0) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM),
                   "nothing has happened yet");
        return;
    }
    size_t last = events->count > events->seen ? events->count - events->seen : 0;
    if (events->from_end > last)
        events->from_end = last;
    size_t first = last - events->from_end;
    for (size_t row = 0; row < events->seen && first + row < events->count; row++)
        draw_entry(frame, (struct rect){rect.row + (int)row, rect.column, 1, rect.columns},
                   &board->log[first + row]);
}

static bool scroll(struct events_view *events, size_t by, bool up)
{
    size_t last = events->count > events->seen ? events->count - events->seen : 0;
    if (up)
        events->from_end = by > last - events->from_end ? last : events->from_end + by;
    else
        events->from_end = by > events->from_end ? 0 : events->from_end - by;
    ui_invalidate(events->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct events_view *events = (struct events_view *)view;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k') ||
        key->code == KEY_CODE_MOUSE_WHEEL_UP)
        return scroll(events, 1, true);
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j') ||
        key->code == KEY_CODE_MOUSE_WHEEL_DOWN)
        return scroll(events, 1, false);
    if (key->code == KEY_CODE_PAGE_UP)
        return scroll(events, events->seen, true);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return scroll(events, events->seen, false);
    if (key->code == KEY_CODE_HOME || (plain && key->character == 'g'))
        return scroll(events, events->count, true);
    if (key->code == KEY_CODE_END || (plain && key->character == 'G'))
        return scroll(events, events->count, false);
    return false;
}

static struct view *create(struct ui *ui)
{
    struct events_view *events = memory_alloc(sizeof(*events));
    events->view = (struct view){.ops = &events_view_ops, .ui = ui};
    return &events->view;
}

static void destroy(struct view *view)
{
    free(view);
}

static const char *hint(const struct view *view)
{
    (void)view;
    return "arrows scroll  Esc back";
}

const struct view_ops events_view_ops = {
    .name = "events",
    .title = "Event log",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .hint = hint,
};
