// SPDX-License-Identifier: GPL-2.0-or-later
// The event log over the whole screen: what was done, by which command, when, and how it ended.
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/list_scroll.h"
#include "ui/widgets/wrapped_text.h"

enum {
    WIDE_COLUMNS = 90, // from here on dates are written out
    WHEN_NARROW = 12,
    WHEN_WIDE = 20,
    MARK_COLUMNS = 3,
    WHO_NARROW = 11,
    WHO_WIDE = 19,
    COMMAND_COLUMNS_MIN = 30,
    LIST_ROWS_LEAST = 6,
};

struct events_view {
    struct view view;
    struct list_scroll scroll;
    bool follows;            // the newest entry, whatever comes
    struct log_entry chosen; // a copy: the log moves on below it
    size_t at;               // its place at the last draw
    size_t count;
};

static enum role severity_role(enum severity severity)
{
    return severity == SEVERITY_ALARM  ? ROLE_ALARM
           : severity == SEVERITY_WARN ? ROLE_WARN
                                       : ROLE_TEXT;
}

static const char *severity_mark(enum severity severity)
{
    return severity == SEVERITY_ALARM ? "!!" : severity == SEVERITY_WARN ? "!" : "";
}

// Entries of today need no date where there is little room.
static void when_text(const struct ui *ui, const struct log_entry *entry, bool wide, char *out,
                      size_t size)
{
    enum { DATE = 10, YEAR = 5, MINUTES = 16 };
    char when[32] = "", now[32] = "";
    clock_format_date_time(entry->wall_ms, when, sizeof(when));
    clock_format_date_time(ui_wall_ms(ui), now, sizeof(now));
    if (wide || strlen(when) <= MINUTES)
        str_format(out, size, "%s", when);
    else if (strncmp(when, now, DATE) == 0)
        str_format(out, size, "%s", when + DATE + 1);
    else
        str_format(out, size, "%.*s", MINUTES - YEAR, when + YEAR);
}

static void who_text(const struct ui *ui, const struct log_entry *entry, char *out, size_t size)
{
    bool several = ui_board(ui)->host_count > 1;
    if (entry->vm_name[0] == '\0')
        str_format(out, size, "%s", entry->host);
    else if (several)
        str_format(out, size, "%s/%s", entry->host, entry->vm_name);
    else
        str_format(out, size, "%s", entry->vm_name);
}

static void draw_entry(const struct ui *ui, struct frame *frame, struct rect line,
                       const struct log_entry *entry, bool chosen)
{
    char when[32], who[160];
    unsigned flags = chosen ? STYLE_SELECTED : 0;
    enum role role = severity_role(entry->severity);
    bool wide = line.columns >= WIDE_COLUMNS;
    int column = line.column;
    when_text(ui, entry, wide, when, sizeof(when));
    who_text(ui, entry, who, sizeof(who));
    frame_fill(frame, line, STYLE_WITH(ROLE_TEXT, flags));
    frame_text(frame, &line, line.row, column, STYLE_WITH(ROLE_DIM, flags), when);
    column += wide ? WHEN_WIDE : WHEN_NARROW;
    frame_text(frame, &line, line.row, column, STYLE_WITH(role, flags | STYLE_BOLD),
               severity_mark(entry->severity));
    column += MARK_COLUMNS;
    int who_columns = wide ? WHO_WIDE : WHO_NARROW;
    frame_field(frame, &line, line.row, column, who_columns - 1, ALIGN_LEFT,
                STYLE_WITH(ROLE_ACCENT, flags), who);
    column += who_columns;
    int left = line.column + line.columns - column, half = left / 2;
    // The command is in the text already when that is too long for its half.
    bool command = entry->command_line[0] != '\0' && half >= COMMAND_COLUMNS_MIN &&
                   (int)utf8_width(entry->text) < half;
    frame_field(frame, &line, line.row, column, command ? half : left, ALIGN_LEFT,
                STYLE_WITH(role, flags), entry->text);
    if (command)
        frame_field(frame, &line, line.row, column + half, left - half, ALIGN_LEFT,
                    STYLE_WITH(ROLE_DIM, flags), entry->command_line);
}

// Rows for a heading, the longest text there can be, and a command; 0 where they take too much.
static int about_rows(struct rect rect)
{
    int text = (int)sizeof(((struct log_entry *)NULL)->text) / rect.columns + 1;
    int rows = 1 + text + 1;
    return rect.rows - rows >= LIST_ROWS_LEAST ? rows : 0;
}

// All of the chosen entry, which its line may have had to cut.
static void draw_about(struct frame *frame, struct rect rect, const struct log_entry *entry)
{
    char when[32] = "";
    clock_format_date_time(entry->wall_ms, when, sizeof(when));
    frame_horizontal_line(frame, (struct rect){rect.row, rect.column, 1, rect.columns},
                          STYLE(ROLE_BORDER));
    frame_printf(frame, &rect, rect.row, rect.column + 1, STYLE(ROLE_TITLE), " %s %s%s%s ", when,
                 entry->vm_name, entry->vm_name[0] != '\0' ? " on " : "", entry->host);
    struct rect below = {rect.row + 1, rect.column, rect.rows - 2, rect.columns};
    int used = wrapped_text_draw(frame, below, STYLE(severity_role(entry->severity)), entry->text);
    frame_field(frame, &rect, below.row + used, rect.column, rect.columns, ALIGN_LEFT,
                STYLE(ROLE_DIM), entry->command_line);
}

static bool same_entry(const struct log_entry *a, const struct log_entry *b)
{
    return a->wall_ms == b->wall_ms && strcmp(a->text, b->text) == 0 &&
           strcmp(a->vm_name, b->vm_name) == 0 && strcmp(a->host, b->host) == 0;
}

// The log grows at its end and is cut at its beginning; who reads an entry keeps it.
static void find_chosen(struct events_view *events, const struct board *board)
{
    size_t at = board->log_count - 1;
    events->count = board->log_count;
    if (!events->follows && events->at < board->log_count &&
        same_entry(&board->log[events->at], &events->chosen))
        at = events->at; // there may be several alike
    while (!events->follows && at > 0 && !same_entry(&board->log[at], &events->chosen))
        at--;
    events->at = at;
    events->chosen = board->log[at];
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    struct events_view *events = (struct events_view *)view;
    const struct board *board = ui_board(view->ui);
    events->count = board != NULL ? board->log_count : 0;
    if (rect.rows <= 0 || rect.columns <= 0)
        return;
    if (events->count == 0) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM),
                   "nothing has happened yet");
        return;
    }
    find_chosen(events, board);
    int about = about_rows(rect), rows = rect.rows - about;
    list_scroll_fit(&events->scroll, events->count, (size_t)rows, events->at);
    for (size_t row = 0; row < (size_t)rows; row++) {
        size_t at = events->scroll.top + row;
        if (at >= events->count)
            break;
        draw_entry(view->ui, frame,
                   (struct rect){rect.row + (int)row, rect.column, 1, rect.columns},
                   &board->log[at], focused && at == events->at);
    }
    if (about > 0)
        draw_about(frame, (struct rect){rect.row + rows, rect.column, about, rect.columns},
                   &board->log[events->at]);
}

static bool move(struct events_view *events, long by)
{
    const struct board *board = ui_board(events->view.ui);
    if (board == NULL || board->log_count == 0)
        return true;
    find_chosen(events, board); // a new board may have come since it was drawn
    events->at = list_scroll_moved(board->log_count, events->at, by);
    events->chosen = board->log[events->at];
    events->follows = events->at + 1 == board->log_count;
    ui_invalidate(events->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct events_view *events = (struct events_view *)view;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    long page = events->scroll.visible > 1 ? (long)events->scroll.visible - 1 : 1;
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k') ||
        key->code == KEY_CODE_MOUSE_WHEEL_UP)
        return move(events, -1);
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j') ||
        key->code == KEY_CODE_MOUSE_WHEEL_DOWN)
        return move(events, 1);
    if (key->code == KEY_CODE_PAGE_UP)
        return move(events, -page);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return move(events, page);
    if (key->code == KEY_CODE_HOME || (plain && key->character == 'g'))
        return move(events, -(long)events->count);
    if (key->code == KEY_CODE_END || (plain && key->character == 'G'))
        return move(events, (long)events->count);
    return false;
}

static struct view *create(struct ui *ui)
{
    struct events_view *events = memory_alloc(sizeof(*events));
    events->view = (struct view){.ops = &events_view_ops, .ui = ui};
    events->follows = true;
    return &events->view;
}

static void destroy(struct view *view)
{
    free(view);
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out,
            "The newest entry is the last one; below the list stands all of the chosen one. !! "
            "is an alarm or a failure, ! a warning.\nThe log is kept across restarts.\n");
}

static const char *hint(const struct view *view)
{
    (void)view;
    return "arrows choose  Esc back";
}

const struct view_ops events_view_ops = {
    .name = "events",
    .title = "Event log",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .help = help,
    .hint = hint,
};
