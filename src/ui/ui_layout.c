// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/ui_layout.h"

#define SMALLEST_ROWS      5
#define SMALLEST_COLUMNS   20
#define ONE_PANE_ROWS      12 // below: one pane at a time, nothing else
#define ONE_PANE_COLUMNS   60
#define BESIDE_COLUMNS     110 // from here on list and tab stand side by side
#define STACKED_ROWS       40  // from here on they may stand one above the other
#define CONSOLE_ROWS       34  // a tab at least this high gives its lower part to the console
#define LIST_COLUMNS_LEAST 61
#define LIST_COLUMNS_MOST  90
#define LIST_ROWS_LEAST    6

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static struct rect inside_of(const struct layout *layout, struct rect pane)
{
    if (!layout->bordered || pane.rows == 0)
        return pane;
    return (struct rect){pane.row + 1, pane.column + 1, pane.rows > 2 ? pane.rows - 2 : 0,
                         pane.columns > 2 ? pane.columns - 2 : 0};
}

// The Jobs pane has no border at its foot: the key bar is one.
static void place_jobs(struct layout *layout, const struct layout_wish *wish, struct rect *body)
{
    int most = body->rows < 20 ? 1 : body->rows < 26 ? 2 : body->rows < 48 ? 4 : 6;
    int lines = smaller(wish->job_lines, most);
    if (body->rows >= 30 && lines < 2)
        lines = 2; // so that the panes don't jump when a job begins
    if (wish->focus == PANE_JOBS && lines == 0)
        lines = 1;
    if (lines == 0)
        return;
    int top = body->row + body->rows - lines - 1;
    layout->panes[PANE_JOBS] = (struct rect){top, body->column, lines + 1, body->columns};
    layout->insides[PANE_JOBS] = (struct rect){top + 1, body->column + 1, lines, body->columns - 2};
    body->rows -= lines; // the border is shared
}

static void place_tab(struct layout *layout, const struct layout_wish *wish, struct rect area)
{
    layout->panes[PANE_TAB] = area;
    if (!wish->console_below || area.rows < CONSOLE_ROWS)
        return;
    int lower = clamp(area.rows * 2 / 5, 14, 27);
    layout->panes[PANE_TAB].rows = area.rows - lower + 1;
    layout->panes[PANE_CONSOLE] =
        (struct rect){area.row + area.rows - lower, area.column, lower, area.columns};
}

static void place_hurting(struct layout *layout, const struct layout_wish *wish)
{
    struct rect *inside = &layout->insides[PANE_LIST];
    int most = inside->rows < 16 ? 2 : inside->rows < 30 ? 3 : 6;
    int lines = smaller(wish->hurting_lines, most);
    if (inside->rows - lines - 1 < LIST_ROWS_LEAST)
        lines = inside->rows - 1 - LIST_ROWS_LEAST;
    if (lines <= 0)
        return;
    layout->hurting =
        (struct rect){inside->row + inside->rows - lines, inside->column, lines, inside->columns};
    inside->rows -= lines + 1;
}

static void place_side_by_side(struct layout *layout, const struct layout_wish *wish,
                               struct rect body)
{
    int left = clamp(body.columns * 45 / 100, LIST_COLUMNS_LEAST, LIST_COLUMNS_MOST);
    layout->panes[PANE_LIST] = (struct rect){body.row, body.column, body.rows, left};
    struct rect right = {body.row, body.column + left - 1, body.rows, body.columns - left + 1};
    place_tab(layout, wish, right);
}

static void place_stacked(struct layout *layout, struct rect body)
{
    int upper = body.rows / 2;
    layout->panes[PANE_LIST] = (struct rect){body.row, body.column, upper, body.columns};
    layout->panes[PANE_TAB] =
        (struct rect){body.row + upper - 1, body.column, body.rows - upper + 1, body.columns};
}

static void place_panes(struct layout *layout, const struct layout_wish *wish)
{
    struct rect body = layout->body;
    bool one = wish->rows < ONE_PANE_ROWS || wish->columns < ONE_PANE_COLUMNS;
    if (wish->full_screen || one) {
        enum pane pane = wish->focus;
        if (pane == PANE_CONSOLE && !wish->console_below)
            pane = PANE_TAB;
        layout->panes[pane] = body;
        layout->insides[pane] = inside_of(layout, body);
        return;
    }
    place_jobs(layout, wish, &body);
    if (wish->columns >= BESIDE_COLUMNS)
        place_side_by_side(layout, wish, body);
    else if (wish->rows >= STACKED_ROWS)
        place_stacked(layout, body);
    else
        layout->panes[wish->main == PANE_TAB ? PANE_TAB : PANE_LIST] = body;
    for (int pane = 0; pane < PANE_COUNT; pane++)
        if (pane != PANE_JOBS)
            layout->insides[pane] = inside_of(layout, layout->panes[pane]);
    if (layout->panes[PANE_LIST].rows > 0)
        place_hurting(layout, wish);
}

void layout_compute(struct layout *layout, const struct layout_wish *wish)
{
    *layout = (struct layout){0};
    if (wish->rows < SMALLEST_ROWS || wish->columns < SMALLEST_COLUMNS) {
        layout->too_small = true;
        return;
    }
    layout->bordered = wish->rows >= 8 && wish->columns >= 40;
    layout->header = (struct rect){0, 0, 1, wish->columns};
    layout->key_bar = (struct rect){wish->rows - 1, 0, 1, wish->columns};
    int top = 1;
    if (wish->rows >= ONE_PANE_ROWS) {
        int lines = smaller(wish->notice_lines, wish->rows >= 24 ? 2 : 1);
        layout->notice = (struct rect){1, 0, lines, wish->columns};
        top += lines;
    }
    layout->body = (struct rect){top, 0, wish->rows - top - 1, wish->columns};
    layout->whole = inside_of(layout, layout->body);
    if (!wish->whole)
        place_panes(layout, wish);
}

bool layout_shows(const struct layout *layout, enum pane pane)
{
    return layout->panes[pane].rows > 0;
}
