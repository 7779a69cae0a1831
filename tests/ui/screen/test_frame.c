// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include "ui/screen/frame_fixture.h"

START_TEST(text_is_written_and_clipped_by_the_frame)
{
    start(GLYPHS_ASCII, 3, 6);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "web1"), 4);
    ck_assert_int_eq(frame_text(&frame, NULL, 1, 4, STYLE(ROLE_TEXT), "long"), 4);
    ck_assert_int_eq(frame_text(&frame, NULL, 2, -2, STYLE(ROLE_TEXT), "abcd"), 4);
    ck_assert_int_eq(frame_text(&frame, NULL, 3, 0, STYLE(ROLE_TEXT), "below"), 5);
    ck_assert_int_eq(frame_text(&frame, NULL, -1, 0, STYLE(ROLE_TEXT), "above"), 5);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), NULL), 0);
    ck_assert_str_eq(text(), "web1\n    lo\ncd");
    finish();
}
END_TEST

START_TEST(clip_keeps_text_inside)
{
    start(GLYPHS_ASCII, 2, 10);
    struct rect clip = {.row = 0, .column = 2, .rows = 1, .columns = 3};
    frame_text(&frame, &clip, 0, 0, STYLE(ROLE_TEXT), "0123456789");
    frame_text(&frame, &clip, 1, 0, STYLE(ROLE_TEXT), "0123456789");
    ck_assert_str_eq(text(), "  234\n");
    struct rect outside = {.row = -5, .column = -5, .rows = 100, .columns = 8};
    frame_text(&frame, &outside, 1, 0, STYLE(ROLE_TEXT), "0123456789");
    ck_assert_str_eq(text(), "  234\n012");
    finish();
}
END_TEST

START_TEST(controls_are_never_written)
{
    start(GLYPHS_ASCII, 1, 20);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT),
                                "a\x1b[2J\x07\x7f\xc2\x9b"
                                "b"),
                     9);
    ck_assert_str_eq(text(), "a?[2J???b");
    finish();
}
END_TEST

START_TEST(joiners_and_bidi_controls_take_no_part)
{
    start(GLYPHS_ASCII, 1, 20);
    frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT),
               "a\u200b\u202e\ufe0f\u200d"
               "b");
    ck_assert_str_eq(text(), "ab");
    ck_assert_uint_eq(frame.cells[0].characters[1], 0);
    finish();
}
END_TEST

START_TEST(wide_characters_take_two_cells)
{
    start(GLYPHS_UNICODE, 1, 10);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 1, STYLE(ROLE_TEXT), "日本x"), 5);
    ck_assert_str_eq(text(), " 日本x");
    ck_assert_uint_eq(frame.cells[1].width, 2);
    ck_assert_uint_eq(frame.cells[2].width, 0);
    ck_assert_uint_eq(frame.cells[5].width, 1);
    finish();
}
END_TEST

START_TEST(half_a_wide_character_becomes_a_blank)
{
    start(GLYPHS_UNICODE, 3, 6);
    for (int row = 0; row < 3; row++)
        frame_text(&frame, NULL, row, 1, STYLE(ROLE_TEXT), "日本");
    frame_text(&frame, NULL, 0, 2, STYLE(ROLE_TEXT), "x");  // right half of the first
    frame_text(&frame, NULL, 1, 3, STYLE(ROLE_TEXT), "x");  // left half of the second
    frame_text(&frame, NULL, 2, 2, STYLE(ROLE_TEXT), "語"); // over the halves of both
    ck_assert_str_eq(text(), "  x本\n 日x\n  語");
    ck_assert_uint_eq(frame.cells[1].width, 1);
    ck_assert_uint_eq(frame.cells[6 + 4].width, 1);
    finish();
}
END_TEST

START_TEST(wide_character_at_an_edge_is_not_shown)
{
    start(GLYPHS_UNICODE, 1, 4);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 1, STYLE(ROLE_OK), "日本"), 4);
    ck_assert_str_eq(text(), " 日");
    ck_assert_str_eq(roles(), "addd"); // the cut one still has its place and its look
    frame_clear(&frame);
    frame_text(&frame, NULL, 0, -1, STYLE(ROLE_TEXT), "日x");
    ck_assert_str_eq(text(), " x");
    frame_clear(&frame);
    struct rect clip = {.row = 0, .column = 1, .rows = 1, .columns = 2};
    frame_text(&frame, &clip, 0, 0, STYLE(ROLE_TEXT), "日本");
    ck_assert_str_eq(text(), "");
    finish();
}
END_TEST

START_TEST(writing_at_a_clip_edge_blanks_the_half_outside)
{
    start(GLYPHS_UNICODE, 1, 6);
    frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "日本語");
    struct rect clip = {.row = 0, .column = 1, .rows = 1, .columns = 4};
    frame_fill(&frame, clip, STYLE(ROLE_OK));
    ck_assert_str_eq(text(), "");
    ck_assert_str_eq(roles(), "adddda");
    finish();
}
END_TEST

START_TEST(combining_characters_share_a_cell_and_three_fit)
{
    start(GLYPHS_UNICODE, 2, 10);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "e\u0301\u0323\u0324x"), 2);
    ck_assert_str_eq(text(), "e\u0301\u0323x\n");
    // Without a base there is nothing to combine with.
    ck_assert_int_eq(frame_text(&frame, NULL, 1, 0, STYLE(ROLE_TEXT), "\u0301y \u0301"), 2);
    ck_assert_str_eq(text(), "e\u0301\u0323x\ny \u0301");
    finish();
}
END_TEST

START_TEST(broken_utf8_is_shown_as_such)
{
    start(GLYPHS_UNICODE, 1, 10);
    ck_assert_int_eq(frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "a\xff\xe6\x97z"), 5);
    ck_assert_str_eq(text(), "a\ufffd\ufffd\ufffdz");
    finish();
}
END_TEST

START_TEST(printf_formats)
{
    start(GLYPHS_ASCII, 1, 12);
    ck_assert_int_eq(frame_printf(&frame, NULL, 0, 1, STYLE(ROLE_TEXT), "%d of %s", 3, "12"), 7);
    ck_assert_str_eq(text(), " 3 of 12");
    finish();
}
END_TEST

static const struct {
    enum glyph_set glyphs;
    int columns;
    enum alignment alignment;
    const char *text, *shown;
} fields[] = {
    {GLYPHS_ASCII, 6, ALIGN_LEFT, "web1", "[web1  ]"},
    {GLYPHS_ASCII, 6, ALIGN_RIGHT, "web1", "[  web1]"},
    {GLYPHS_ASCII, 4, ALIGN_LEFT, "web1", "[web1]"},
    {GLYPHS_ASCII, 3, ALIGN_RIGHT, "web1", "[we~]"},
    {GLYPHS_UNICODE, 3, ALIGN_LEFT, "web1", "[we…]"},
    {GLYPHS_UNICODE, 4, ALIGN_LEFT, "日本語", "[日… ]"},
    {GLYPHS_UNICODE, 5, ALIGN_LEFT, "日本語", "[日本…]"},
    {GLYPHS_UNICODE, 5, ALIGN_RIGHT, "日本", "[ 日本]"},
    {GLYPHS_UNICODE, 1, ALIGN_LEFT, "日", "[…]"},
    {GLYPHS_UNICODE, 2, ALIGN_LEFT, "e\u0301e\u0301", "[e\u0301e\u0301]"},
    {GLYPHS_ASCII, 3, ALIGN_LEFT, "", "[   ]"},
    {GLYPHS_ASCII, 3, ALIGN_LEFT, NULL, "[   ]"},
    {GLYPHS_ASCII, 0, ALIGN_LEFT, "x", "[]"},
};

START_TEST(field_fills_its_columns_exactly)
{
    start(fields[_i].glyphs, 1, 12);
    frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "[xxxxxxxxxxx");
    frame_field(&frame, NULL, 0, 1, fields[_i].columns, fields[_i].alignment, STYLE(ROLE_TEXT),
                fields[_i].text);
    frame_text(&frame, NULL, 0, 1 + fields[_i].columns, STYLE(ROLE_TEXT), "]           ");
    ck_assert_str_eq(text(), fields[_i].shown);
    finish();
}
END_TEST

START_TEST(field_is_clipped_too)
{
    start(GLYPHS_ASCII, 1, 12);
    struct rect clip = {.row = 0, .column = 0, .rows = 1, .columns = 4};
    frame_field(&frame, &clip, 0, 2, 6, ALIGN_RIGHT, STYLE(ROLE_OK), "abcdef");
    ck_assert_str_eq(text(), "  ab");
    ck_assert_str_eq(roles(), "aaddaaaaaaaa");
    finish();
}
END_TEST

START_TEST(boxes_in_ascii_and_unicode)
{
    static const char *const shown[] = {
        "+- VMs 12 ---+\n|            |\n+------------+",
        "┌─ VMs 12 ───┐\n│            │\n└────────────┘",
    };
    start((enum glyph_set)_i, 3, 14);
    struct rect inside = frame_box(&frame, (struct rect){0, 0, 3, 14}, STYLE(ROLE_BORDER), "VMs 12",
                                   STYLE(ROLE_TITLE));
    ck_assert_str_eq(text(), shown[_i]);
    ck_assert_int_eq(inside.row, 1);
    ck_assert_int_eq(inside.column, 1);
    ck_assert_int_eq(inside.rows, 1);
    ck_assert_int_eq(inside.columns, 12);
    ck_assert_str_eq(roles(), "mmoooooooommmm\nmaaaaaaaaaaaam\nmmmmmmmmmmmmmm");
    finish();
}
END_TEST

START_TEST(title_that_does_not_fit_is_cut_or_left_out)
{
    start(GLYPHS_ASCII, 6, 9);
    frame_box(&frame, (struct rect){0, 0, 2, 9}, STYLE(ROLE_BORDER), "Snapshots",
              STYLE(ROLE_TITLE));
    frame_box(&frame, (struct rect){2, 0, 2, 6}, STYLE(ROLE_BORDER), "Snapshots",
              STYLE(ROLE_TITLE));
    frame_box(&frame, (struct rect){4, 5, 5, 9}, STYLE(ROLE_BORDER), NULL, STYLE(ROLE_TITLE));
    ck_assert_str_eq(text(), "+- Sn~ -+\n+-------+\n+----+\n+----+\n     +---\n     |");
    finish();
}
END_TEST

START_TEST(small_boxes_have_nothing_inside)
{
    start(GLYPHS_ASCII, 2, 8);
    struct rect inside =
        frame_box(&frame, (struct rect){0, 0, 1, 4}, STYLE(ROLE_BORDER), NULL, STYLE(ROLE_TITLE));
    ck_assert_int_eq(inside.rows, 0);
    inside =
        frame_box(&frame, (struct rect){1, 0, 1, 1}, STYLE(ROLE_BORDER), NULL, STYLE(ROLE_TITLE));
    ck_assert_int_eq(inside.columns, 0);
    frame_box(&frame, (struct rect){0, 6, 0, 4}, STYLE(ROLE_BORDER), "x", STYLE(ROLE_TITLE));
    frame_box(&frame, (struct rect){-9, -9, -2, 0}, STYLE(ROLE_BORDER), "x", STYLE(ROLE_TITLE));
    ck_assert_str_eq(text(), "+--+\n+");
    finish();
}
END_TEST

START_TEST(line_fill_and_mark)
{
    start(GLYPHS_UNICODE, 3, 5);
    frame_horizontal_line(&frame, (struct rect){1, 1, 1, 100}, STYLE(ROLE_BORDER));
    frame_text(&frame, NULL, 2, 0, STYLE(ROLE_CPU), "abcde");
    frame_fill(&frame, (struct rect){2, 3, 5, 5}, STYLE(ROLE_DIM));
    frame_mark(&frame, (struct rect){2, 0, 1, 2}, STYLE_SELECTED);
    ck_assert_str_eq(text(), "\n ────\nabc");
    ck_assert_str_eq(roles(), "aaaaa\nammmm\nGGgbb");
    ck_assert_uint_eq(frame.cells[10].style.flags, STYLE_SELECTED);
    finish();
}
END_TEST

START_TEST(single_characters)
{
    start(GLYPHS_UNICODE, 1, 6);
    frame_character(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), 0x2588);
    frame_character(&frame, NULL, 0, 1, STYLE(ROLE_TEXT), 0x07);
    frame_character(&frame, NULL, 0, 2, STYLE(ROLE_TEXT), 0x301);
    frame_character(&frame, NULL, 0, 3, STYLE(ROLE_TEXT), 0x65E5);
    frame_character(&frame, NULL, 0, 5, STYLE(ROLE_TEXT), 0x65E5); // no room for its other half
    ck_assert_str_eq(text(), "█?\ufffd日");
    finish();
}
END_TEST

START_TEST(foreign_cells_are_checked)
{
    start(GLYPHS_UNICODE, 1, 12);
    struct style style = {.flags = STYLE_PALETTE, .foreground = 3, .background = -1};
    const struct cell cells[] = {
        {{'a', 0x301, 0x1b}, 1, style}, // a control among the combining ones
        {{0x65E5}, 2, style},
        {{0}, 0, style},      // its right half
        {{0x1b}, 1, style},   // a control
        {{0x301}, 1, style},  // nothing to combine with
        {{0x65E5}, 1, style}, // said to be narrow, is wide
        {{'x'}, 2, style},    // said to be wide, is narrow
        {{0}, 0, style},
        {{' '}, 1, style},
        {{'z'}, 1, style},
    };
    for (int i = 0; i < 10; i++)
        frame_cell(&frame, NULL, 0, i, &cells[i]);
    ck_assert_str_eq(text(), "a\u0301日?\ufffd\ufffdx  z");
    ck_assert_str_eq(roles(), "zzzzzzzzzzaa");
    ck_assert_int_eq(frame.cells[0].style.foreground, 3);
    finish();
}
END_TEST

START_TEST(resize_clears)
{
    start(GLYPHS_ASCII, 1, 4);
    frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "abcd");
    frame.cursor_visible = true;
    frame_resize(&frame, 2, 3);
    ck_assert_str_eq(text(), "\n");
    ck_assert(!frame.cursor_visible);
    frame_text(&frame, NULL, 1, 0, STYLE(ROLE_TEXT), "xyz");
    frame_resize(&frame, 2, 3);
    ck_assert_str_eq(text(), "\n");
    frame_resize(&frame, 0, -1);
    frame_text(&frame, NULL, 0, 0, STYLE(ROLE_TEXT), "nowhere");
    ck_assert_str_eq(text(), "");
    finish();
}
END_TEST

START_TEST(rects)
{
    struct rect rect = {.row = 2, .column = 3, .rows = 2, .columns = 4};
    ck_assert(rect_contains(rect, 2, 3));
    ck_assert(rect_contains(rect, 3, 6));
    ck_assert(!rect_contains(rect, 4, 3));
    ck_assert(!rect_contains(rect, 2, 7));
    ck_assert(!rect_contains(rect, 1, 3));
    ck_assert(!rect_contains(rect, 2, 2));
    struct rect both = rect_intersect(rect, (struct rect){0, 5, 3, 9});
    ck_assert_int_eq(both.row, 2);
    ck_assert_int_eq(both.column, 5);
    ck_assert_int_eq(both.rows, 1);
    ck_assert_int_eq(both.columns, 2);
    ck_assert_int_eq(rect_intersect(rect, (struct rect){9, 9, 1, 1}).rows, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("frame");
    TCase *tests = tcase_create("frame");
    tcase_add_test(tests, text_is_written_and_clipped_by_the_frame);
    tcase_add_test(tests, clip_keeps_text_inside);
    tcase_add_test(tests, controls_are_never_written);
    tcase_add_test(tests, joiners_and_bidi_controls_take_no_part);
    tcase_add_test(tests, wide_characters_take_two_cells);
    tcase_add_test(tests, half_a_wide_character_becomes_a_blank);
    tcase_add_test(tests, wide_character_at_an_edge_is_not_shown);
    tcase_add_test(tests, writing_at_a_clip_edge_blanks_the_half_outside);
    tcase_add_test(tests, combining_characters_share_a_cell_and_three_fit);
    tcase_add_test(tests, broken_utf8_is_shown_as_such);
    tcase_add_test(tests, printf_formats);
    tcase_add_loop_test(tests, field_fills_its_columns_exactly, 0,
                        (int)(sizeof(fields) / sizeof(fields[0])));
    tcase_add_test(tests, field_is_clipped_too);
    tcase_add_loop_test(tests, boxes_in_ascii_and_unicode, 0, 2);
    tcase_add_test(tests, title_that_does_not_fit_is_cut_or_left_out);
    tcase_add_test(tests, small_boxes_have_nothing_inside);
    tcase_add_test(tests, line_fill_and_mark);
    tcase_add_test(tests, single_characters);
    tcase_add_test(tests, foreign_cells_are_checked);
    tcase_add_test(tests, resize_clears);
    tcase_add_test(tests, rects);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
