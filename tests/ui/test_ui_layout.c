// SPDX-License-Identifier: GPL-2.0-or-later
// Rectangles for every size: inside the screen, not over each other, and where a person expects
// them.
#include "check_main.h"
#include "ui/ui_layout.h"

static struct layout lay_out(int rows, int columns, enum pane focus)
{
    const struct layout_wish wish = {
        .rows = rows,
        .columns = columns,
        .focus = focus,
        .main = focus == PANE_TAB ? PANE_TAB : PANE_LIST,
        .console_below = true,
        .job_lines = 3,
        .hurting_lines = 2,
        .notice_lines = 1,
    };
    struct layout layout;
    layout_compute(&layout, &wish);
    return layout;
}

static bool within(struct rect inner, struct rect outer)
{
    return inner.rows == 0 || inner.columns == 0 ||
           (inner.row >= outer.row && inner.column >= outer.column &&
            inner.row + inner.rows <= outer.row + outer.rows &&
            inner.column + inner.columns <= outer.column + outer.columns);
}

static bool overlap(struct rect a, struct rect b)
{
    return a.rows > 0 && b.rows > 0 && a.row < b.row + b.rows && b.row < a.row + a.rows &&
           a.column < b.column + b.columns && b.column < a.column + a.columns;
}

START_TEST(test_every_size)
{
    for (int rows = 0; rows <= 80; rows++)
        for (int columns = 0; columns <= 240; columns += columns < 64 ? 1 : 7)
            for (int focus = 0; focus < PANE_COUNT; focus++) {
                struct layout layout = lay_out(rows, columns, (enum pane)focus);
                struct rect screen = {0, 0, rows, columns};
                ck_assert_int_eq(layout.too_small, rows < 5 || columns < 20);
                for (int a = 0; a < PANE_COUNT; a++) {
                    ck_assert(within(layout.panes[a], screen));
                    ck_assert(within(layout.insides[a], layout.panes[a]));
                    ck_assert(!overlap(layout.insides[a], layout.header));
                    ck_assert(!overlap(layout.insides[a], layout.key_bar));
                    ck_assert(!overlap(layout.insides[a], layout.hurting));
                    for (int b = 0; b < a; b++)
                        ck_assert_msg(!overlap(layout.insides[a], layout.insides[b]),
                                      "%dx%d: panes %d and %d", columns, rows, a, b);
                }
                if (!layout.too_small && (focus == PANE_LIST || focus == PANE_TAB))
                    ck_assert(layout.insides[focus].rows > 0);
            }
}
END_TEST

START_TEST(test_what_stands_where)
{
    struct layout layout = lay_out(60, 200, PANE_LIST);
    for (int pane = 0; pane < PANE_COUNT; pane++)
        ck_assert(layout_shows(&layout, (enum pane)pane));
    ck_assert_int_eq(layout.panes[PANE_TAB].column, 89); // beside the list, sharing its border
    layout = lay_out(24, 120, PANE_LIST);
    ck_assert(layout_shows(&layout, PANE_LIST) && layout_shows(&layout, PANE_TAB));
    ck_assert(!layout_shows(&layout, PANE_CONSOLE)); // not high enough
    layout = lay_out(24, 80, PANE_LIST);
    ck_assert(layout_shows(&layout, PANE_LIST) && !layout_shows(&layout, PANE_TAB));
    ck_assert_int_eq(layout.panes[PANE_LIST].columns, 80);
    layout = lay_out(24, 80, PANE_TAB);
    ck_assert(!layout_shows(&layout, PANE_LIST) && layout_shows(&layout, PANE_TAB));
    layout = lay_out(11, 59, PANE_LIST);
    ck_assert(!layout_shows(&layout, PANE_JOBS)); // one pane at a time
    ck_assert_int_eq(layout.hurting.rows, 0);
    layout = lay_out(50, 80, PANE_LIST);
    ck_assert(layout_shows(&layout, PANE_LIST) && layout_shows(&layout, PANE_TAB));
    ck_assert_int_eq(layout.panes[PANE_TAB].column, 0); // one above the other
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui layout");
    TCase *sizes = tcase_create("sizes");
    tcase_set_timeout(sizes, 60);
    tcase_add_test(sizes, test_every_size);
    tcase_add_test(sizes, test_what_stands_where);
    suite_add_tcase(suite, sizes);
    return check_main(suite);
}
