// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <string.h>

#include "backend/console/emulator.h"
#include "screen_text.h"

static struct emulator *emulator;
static struct console_view view;
static struct str output;

static void take_output(void *context, const char *bytes, size_t length)
{
    (void)context;
    str_add_bytes(&output, bytes, length);
}

static void begin(void)
{
    str_init(&output);
    view = (struct console_view){0};
    emulator = emulator_create(1000, take_output, NULL);
}

static void end(void)
{
    emulator_destroy(emulator);
    console_view_finish(&view);
    str_finish(&output);
}

static void feed_bytes(const char *bytes, size_t length)
{
    while (emulator_feed(emulator, &bytes, &length))
        ;
}

static void feed(const char *text)
{
    feed_bytes(text, strlen(text));
}

static void expect(const char *screen)
{
    emulator_copy(emulator, 0, &view);
    assert_cells_harmless(&view);
    assert_screen(&view, screen);
}

static const struct console_cell *cell(unsigned row, unsigned column)
{
    emulator_copy(emulator, 0, &view);
    return &view.cells[row * view.columns + column];
}

static void expect_cursor(unsigned row, unsigned column)
{
    emulator_copy(emulator, 0, &view);
    ck_assert_uint_eq(view.cursor_row, row);
    ck_assert_uint_eq(view.cursor_column, column);
}

static void small(void)
{
    emulator_resize(emulator, 4, 20);
}

START_TEST(plain_text_and_lines)
{
    feed("Debian GNU/Linux 12\r\n\r\nweb1 login: ");
    expect("Debian GNU/Linux 12||web1 login:");
    expect_cursor(2, 12);
    ck_assert(view.cursor_visible);
    ck_assert_uint_eq(view.rows, 24);
    ck_assert_uint_eq(view.columns, 80);
}
END_TEST

START_TEST(long_line_wraps)
{
    small();
    feed("01234567890123456789abc");
    expect("01234567890123456789|abc");
    expect_cursor(1, 3);
}
END_TEST

START_TEST(no_wrap_when_switched_off)
{
    small();
    feed("\033[?7l01234567890123456789abc");
    expect("0123456789012345678c");
}
END_TEST

START_TEST(tabs_and_backspace)
{
    feed("a\tb\b\bc");
    expect("a      cb");
}
END_TEST

START_TEST(cursor_moves)
{
    feed("\033[3;5Hx\033[2Ay\033[4Dz\033[Bw\033[Hq\033[99;99He");
    ck_assert_uint_eq(cell(2, 4)->characters[0], 'x');
    ck_assert_uint_eq(cell(0, 5)->characters[0], 'y');
    ck_assert_uint_eq(cell(0, 2)->characters[0], 'z');
    ck_assert_uint_eq(cell(1, 3)->characters[0], 'w');
    ck_assert_uint_eq(cell(0, 0)->characters[0], 'q');
    ck_assert_uint_eq(cell(23, 79)->characters[0], 'e');
}
END_TEST

START_TEST(erase_insert_delete)
{
    feed("abcdef\r\nsecond\r\nthird");
    feed("\033[1;3H\033[K\033[2;1H\033[2P\033[3;1H\033[2@");
    expect("ab|cond|  third");
    feed("\033[2;1H\033[L");
    expect("ab||cond|  third");
    feed("\033[2;1H\033[M");
    expect("ab|cond|  third");
    feed("\033[2J");
    expect("");
}
END_TEST

START_TEST(save_and_restore_cursor)
{
    feed("ab\0337\033[10;10Hfar\0338c\033[s\033[5;5Hmid\033[ud");
    ck_assert_uint_eq(cell(0, 2)->characters[0], 'c');
    ck_assert_uint_eq(cell(0, 3)->characters[0], 'd');
    ck_assert_uint_eq(cell(4, 4)->characters[0], 'm');
}
END_TEST

START_TEST(restore_without_save_keeps_the_cursor_visible)
{
    feed("ab\0338c");
    expect("cb");
    ck_assert(view.cursor_visible);
    ck_assert_int_eq(view.cells[0].foreground, -1);
}
END_TEST

START_TEST(colours_and_attributes)
{
    feed("\033[1;31mR\033[0;4;44mU\033[0m\033[38;5;208mO\033[48;2;255;0;0mT\033[m."
         "\033[38:2::0:255:0mG\033[0;7mV\033[0;3;5mI\033[0;95mB");
    ck_assert_int_eq(cell(0, 0)->foreground, 1);
    ck_assert_int_eq(cell(0, 0)->attributes, CONSOLE_BOLD);
    ck_assert_int_eq(cell(0, 0)->background, -1);
    ck_assert_int_eq(cell(0, 1)->foreground, -1);
    ck_assert_int_eq(cell(0, 1)->background, 4);
    ck_assert_int_eq(cell(0, 1)->attributes, CONSOLE_UNDERLINE);
    ck_assert_int_eq(cell(0, 2)->foreground, 208);
    ck_assert_int_eq(cell(0, 3)->background, 196);
    ck_assert_int_eq(cell(0, 4)->foreground, -1);
    ck_assert_int_eq(cell(0, 4)->background, -1);
    ck_assert_int_eq(cell(0, 5)->foreground, 46);
    ck_assert_int_eq(cell(0, 6)->attributes, CONSOLE_REVERSE);
    ck_assert_int_eq(cell(0, 7)->attributes, CONSOLE_ITALIC | CONSOLE_BLINK);
    ck_assert_int_eq(cell(0, 8)->foreground, 13);
    expect("RUOT.GVIB");
}
END_TEST

START_TEST(colours_after_what_cannot_be_shown)
{
    // An underline's colour and a colour without its numbers take nothing else with them.
    feed("\033[58;5;3;32mA\033[0;58:2::1:2:3;33mB\033[0;38;5mC\033[0;4:3mD\033[4:0mE");
    ck_assert_int_eq(cell(0, 0)->foreground, 2);
    ck_assert_int_eq(cell(0, 0)->attributes, 0);
    ck_assert_int_eq(cell(0, 1)->foreground, 3);
    ck_assert_int_eq(cell(0, 2)->foreground, -1);
    ck_assert_int_eq(cell(0, 3)->attributes, CONSOLE_UNDERLINE);
    ck_assert_int_eq(cell(0, 4)->attributes, 0);
}
END_TEST

START_TEST(alternate_screen)
{
    small();
    feed("shell$ vi\r\n");
    feed("\033[?1049h\033[Hone\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix");
    expect("three|four|five|six");
    ck_assert_uint_eq(view.scrollback_lines, 0);
    feed("\033[?1049l");
    expect("shell$ vi");
    expect_cursor(1, 0);
    feed("\033[?47halt\033[?47l");
    expect("shell$ vi");
}
END_TEST

START_TEST(hard_reset)
{
    small();
    feed("a\033[?1049hb\033[31m\033[?25l\033[?5h\033c\0338");
    feed("1\r\n2\r\n3\r\n4\r\n5");
    expect("2|3|4|5");
    ck_assert(view.cursor_visible);
    ck_assert_uint_eq(view.scrollback_lines, 1); // it is the normal screen again
    ck_assert_int_eq(view.cells[0].attributes, 0);
    ck_assert_int_eq(view.cells[0].foreground, -1);
}
END_TEST

START_TEST(scroll_region)
{
    small();
    feed("top\r\na\r\nb\r\nbottom\033[2;3r\033[3;1H\nc");
    expect("top|b|c|bottom");
    ck_assert_uint_eq(view.scrollback_lines, 0);
    feed("\033[2;1H\033Md");
    expect("top|d|b|bottom");
}
END_TEST

START_TEST(line_drawing)
{
    feed("\033(0lqk\033(Bx\016a\017b\033)0\016x\017y");
    expect("┌─┐xab│y");
}
END_TEST

START_TEST(repeated_character)
{
    feed("-\033[5b|\033[b\xc3\xa9\033[2b\r\n\033[7b.");
    expect("------||ééé|.");
}
END_TEST

START_TEST(utf8_split_everywhere)
{
    const char *text = "ä€𝄞漢字é.";
    for (size_t i = 0; i < strlen(text); i++)
        feed_bytes(text + i, 1);
    expect("ä€𝄞漢字é.");
    ck_assert_uint_eq(cell(0, 3)->characters[0], 0x6F22);
    ck_assert_int_eq(cell(0, 3)->width, 2);
    ck_assert_int_eq(cell(0, 4)->width, 0);
    ck_assert_uint_eq(cell(0, 5)->characters[0], 0x5B57);
    expect_cursor(0, 9);
}
END_TEST

START_TEST(combining_characters)
{
    feed("e\xcc\x81x");
    ck_assert_uint_eq(cell(0, 0)->characters[0], 'e');
    ck_assert_uint_eq(cell(0, 0)->characters[1], 0x0301);
    ck_assert_uint_eq(cell(0, 1)->characters[0], 'x');
    feed("\r\na");
    for (int i = 0; i < 10000; i++)
        feed("\xcc\x81");
    feed("b");
    ck_assert_uint_eq(cell(1, 0)->characters[0], 'a');
    ck_assert_uint_eq(cell(1, 0)->characters[2], 0x0301);
    ck_assert_uint_eq(cell(1, 1)->characters[0], 'b');
}
END_TEST

START_TEST(wide_character_at_the_margin)
{
    small();
    feed("0123456789012345678漢");
    expect("0123456789012345678|漢");
    feed("\033[4h\033[1;19H字");
    expect("012345678901234567字|漢");
    feed("\033[4l\033[2;2Hx");
    expect("012345678901234567字|\xEF\xBF\xBDx");
}
END_TEST

START_TEST(broken_utf8)
{
    feed("a\xff\xc3(b\xe2\x82.\xf0\x9f\x98\r\n\xed\xa0\x80x\xc0\x80");
    expect("a\xEF\xBF\xBD\xEF\xBF\xBD(b\xEF\xBF\xBD.\xEF\xBF\xBD|\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF"
           "\xBD");
}
END_TEST

START_TEST(answers_go_to_the_guest)
{
    feed("\033[3;7H\033[6n\033[c\033[5n");
    ck_assert_str_eq(output.text, "\033[3;7R\033[?1;2c\033[0n");
}
END_TEST

START_TEST(size_as_resize_asks_for_it)
{
    emulator_resize(emulator, 33, 101);
    feed("\0337\033[r\033[999;999H\033[6n\0338");
    ck_assert_str_eq(output.text, "\033[33;101R");
}
END_TEST

START_TEST(keys)
{
    static const struct {
        enum console_key key;
        unsigned modifiers;
        const char *bytes;
    } cases[] = {
        {CONSOLE_KEY_ENTER, 0, "\r"},
        {CONSOLE_KEY_ENTER, CONSOLE_CTRL, "\r"},
        {CONSOLE_KEY_TAB, 0, "\t"},
        {CONSOLE_KEY_TAB, CONSOLE_SHIFT, "\033[Z"},
        {CONSOLE_KEY_BACKSPACE, 0, "\x7f"},
        {CONSOLE_KEY_ESCAPE, 0, "\033"},
        {CONSOLE_KEY_UP, 0, "\033[A"},
        {CONSOLE_KEY_LEFT, CONSOLE_CTRL, "\033[1;5D"},
        {CONSOLE_KEY_RIGHT, 0, "\033[C"},
        {CONSOLE_KEY_HOME, 0, "\033[H"},
        {CONSOLE_KEY_END, 0, "\033[F"},
        {CONSOLE_KEY_INSERT, 0, "\033[2~"},
        {CONSOLE_KEY_DELETE, 0, "\033[3~"},
        {CONSOLE_KEY_PAGE_UP, 0, "\033[5~"},
        {CONSOLE_KEY_PAGE_DOWN, 0, "\033[6~"},
        {CONSOLE_KEY_F1, 0, "\033OP"},
        {CONSOLE_KEY_F1 + 4, 0, "\033[15~"},
        {CONSOLE_KEY_F12, 0, "\033[24~"},
        {CONSOLE_KEY_BACKSPACE, CONSOLE_ALT, "\033\x7f"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        str_clear(&output);
        emulator_type_key(emulator, cases[i].key, cases[i].modifiers);
        ck_assert_str_eq(output.text, cases[i].bytes);
    }
    feed("\033[?1h");
    str_clear(&output);
    emulator_type_key(emulator, CONSOLE_KEY_UP, 0);
    ck_assert_str_eq(output.text, "\033OA");
}
END_TEST

START_TEST(characters)
{
    emulator_type_character(emulator, 'a', 0);
    emulator_type_character(emulator, 0x20AC, 0);
    emulator_type_character(emulator, 'c', CONSOLE_CTRL);
    emulator_type_character(emulator, 'i', CONSOLE_CTRL);
    emulator_type_character(emulator, 'm', CONSOLE_CTRL);
    emulator_type_character(emulator, 'x', CONSOLE_ALT);
    emulator_type_character(emulator, '[', CONSOLE_CTRL | CONSOLE_ALT);
    ck_assert_str_eq(output.text, "a€\x03\t\r\033x\033\033");
    str_clear(&output);
    emulator_type_character(emulator, ' ', CONSOLE_CTRL);
    ck_assert_uint_eq(output.length, 1);
    ck_assert_int_eq(output.text[0], 0);
}
END_TEST

START_TEST(paste_is_cleaned_and_bracketed)
{
    const char text[] = "ls\tä\r\nrm\033[201~x\nend\x03\x7f\xc2\x9b\xff";
    emulator_paste(emulator, text, sizeof(text) - 1);
    ck_assert_str_eq(output.text, "ls\tä\rrm[201~x\rend");
    feed("\033[?2004h");
    str_clear(&output);
    emulator_paste(emulator, text, sizeof(text) - 1);
    ck_assert_str_eq(output.text, "\033[200~ls\tä\rrm[201~x\rend\033[201~");
    emulator_copy(emulator, 0, &view);
    ck_assert(view.bracketed_paste);
    feed("\033c");
    emulator_copy(emulator, 0, &view);
    ck_assert(!view.bracketed_paste);
}
END_TEST

START_TEST(bells_are_limited)
{
    for (int i = 0; i < 1000; i++)
        feed("\a");
    ck_assert_uint_eq(emulator_bells(emulator), 2);
}
END_TEST

START_TEST(scrollback_and_scrolling)
{
    small();
    feed("1\r\n2\r\n3\r\n4\r\n5\r\n\033[31m6\033[m\r\n7\r\n8\r\n9");
    expect("6|7|8|9");
    ck_assert_uint_eq(view.scrollback_lines, 5);
    ck_assert_uint_eq(view.lines_scrolled, 5);
    emulator_copy(emulator, 2, &view);
    assert_screen(&view, "4|5|6|7");
    ck_assert_uint_eq(view.scrolled_lines, 2);
    ck_assert(!view.cursor_visible);
    ck_assert_int_eq(view.cells[2 * view.columns].foreground, 1);
    emulator_copy(emulator, 4, &view);
    assert_screen(&view, "2|3|4|5");
    emulator_copy(emulator, 999, &view);
    assert_screen(&view, "1|2|3|4");
    ck_assert_uint_eq(view.scrolled_lines, 5);
}
END_TEST

START_TEST(search_up_and_down)
{
    small();
    feed("alpha\r\nBeta\r\ngamma\r\nbeta 2\r\ndelta\r\nx\r\ny\r\nlast beta\r\nend");
    size_t found = 77;
    ck_assert(emulator_search(emulator, "bETA", 0, true, &found));
    ck_assert_uint_eq(found, 2);
    emulator_copy(emulator, found, &view);
    assert_screen(&view, "beta 2|delta|x|y");
    ck_assert(emulator_search(emulator, "beta", found, true, &found));
    ck_assert_uint_eq(found, 4);
    ck_assert(!emulator_search(emulator, "beta", found, true, &found));
    ck_assert_uint_eq(found, 4);
    ck_assert(emulator_search(emulator, "beta", found, false, &found));
    ck_assert_uint_eq(found, 2);
    ck_assert(emulator_search(emulator, "beta", found, false, &found));
    ck_assert_uint_eq(found, 0);
    ck_assert(!emulator_search(emulator, "beta", found, false, &found));
    ck_assert(!emulator_search(emulator, "", 3, true, &found));
    ck_assert(!emulator_search(emulator, "nowhere", 0, true, &found));
}
END_TEST

START_TEST(smaller_and_back_loses_nothing)
{
    emulator_resize(emulator, 6, 20);
    feed("1\r\n2\r\n3\r\n4 漢字 \033[1me\xcc\x81\033[m.\r\n5\r\n6");
    emulator_resize(emulator, 2, 20);
    expect("5|6");
    expect_cursor(1, 1);
    ck_assert_uint_eq(view.scrollback_lines, 4);
    emulator_resize(emulator, 6, 20);
    expect("1|2|3|4 漢字 e\xcc\x81.|5|6");
    ck_assert_int_eq(view.cells[3 * 20 + 7].attributes, CONSOLE_BOLD);
    ck_assert_uint_eq(view.scrollback_lines, 0);
    ck_assert_uint_eq(view.lines_scrolled, 0);
    expect_cursor(5, 1);
}
END_TEST

START_TEST(scrollback_keeps_what_is_too_wide)
{
    emulator_resize(emulator, 2, 40);
    feed("0123456789012345678901234567890123456789\r\n2\r\n3");
    emulator_resize(emulator, 2, 20);
    emulator_resize(emulator, 5, 20);
    expect("2|3");
    emulator_resize(emulator, 6, 40);
    expect("0123456789012345678901234567890123456789|2|3");
}
END_TEST

START_TEST(one_by_one_and_back)
{
    feed("hello\r\nworld");
    emulator_resize(emulator, 1, 1);
    emulator_copy(emulator, 0, &view);
    assert_cells_harmless(&view);
    feed("!\r\n漢\033[999;999H\033[1J");
    emulator_resize(emulator, 24, 80);
    feed("\033[H\033[2Jok");
    expect("ok");
    emulator_resize(emulator, 100000, 100000);
    emulator_copy(emulator, 0, &view);
    ck_assert_uint_le(view.rows, 500);
    ck_assert_uint_le(view.columns, 1000);
    emulator_resize(emulator, 0, 0);
    emulator_copy(emulator, 0, &view);
    ck_assert_uint_ge(view.rows, 1);
}
END_TEST

START_TEST(alternate_screen_delays_shrinking)
{
    emulator_resize(emulator, 6, 30);
    feed("1\r\n2\r\n3\r\n4\r\n5\r\n6\033[?1049hfull");
    emulator_resize(emulator, 3, 20);
    emulator_copy(emulator, 0, &view);
    ck_assert_uint_eq(view.rows, 6);
    ck_assert_uint_eq(view.columns, 30);
    feed("\033[?1049l");
    expect("4|5|6");
    emulator_copy(emulator, 3, &view);
    assert_screen(&view, "1|2|3");
}
END_TEST

START_TEST(resize_with_a_scroll_region)
{
    feed("\033[20;24r\033[?6h\033[5;1Hlow\033[s");
    emulator_resize(emulator, 3, 20);
    feed("\033[u\n\n\n\033M\033[L\033[99M\033[1J\033[Hdone");
    expect("done");
}
END_TEST

START_TEST(resize_with_the_cursor_at_the_top)
{
    for (int i = 0; i < 24; i++)
        feed("line\r\n");
    feed("last\033[H");
    emulator_resize(emulator, 5, 80);
    feed("\033[1Ktop");
    emulator_copy(emulator, 0, &view);
    assert_cells_harmless(&view);
    ck_assert_uint_eq(view.cursor_row, 0);
}
END_TEST

START_TEST(soft_reset_keeps_the_text)
{
    feed("before\r\n\033[?1049h\033[31m\033[?25l\033[?2004h\033]0;half a title");
    emulator_soft_reset(emulator);
    feed("after");
    expect("before|after");
    ck_assert(view.cursor_visible);
    ck_assert(!view.bracketed_paste);
    ck_assert_int_eq(cell(1, 0)->foreground, -1);
}
END_TEST

static Suite *emulator_suite(void)
{
    Suite *suite = suite_create("emulator");
    TCase *tests = tcase_create("emulator");
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, plain_text_and_lines);
    tcase_add_test(tests, long_line_wraps);
    tcase_add_test(tests, no_wrap_when_switched_off);
    tcase_add_test(tests, tabs_and_backspace);
    tcase_add_test(tests, cursor_moves);
    tcase_add_test(tests, erase_insert_delete);
    tcase_add_test(tests, save_and_restore_cursor);
    tcase_add_test(tests, restore_without_save_keeps_the_cursor_visible);
    tcase_add_test(tests, colours_and_attributes);
    tcase_add_test(tests, colours_after_what_cannot_be_shown);
    tcase_add_test(tests, alternate_screen);
    tcase_add_test(tests, hard_reset);
    tcase_add_test(tests, scroll_region);
    tcase_add_test(tests, line_drawing);
    tcase_add_test(tests, repeated_character);
    tcase_add_test(tests, utf8_split_everywhere);
    tcase_add_test(tests, combining_characters);
    tcase_add_test(tests, wide_character_at_the_margin);
    tcase_add_test(tests, broken_utf8);
    tcase_add_test(tests, answers_go_to_the_guest);
    tcase_add_test(tests, size_as_resize_asks_for_it);
    tcase_add_test(tests, keys);
    tcase_add_test(tests, characters);
    tcase_add_test(tests, paste_is_cleaned_and_bracketed);
    tcase_add_test(tests, bells_are_limited);
    tcase_add_test(tests, scrollback_and_scrolling);
    tcase_add_test(tests, search_up_and_down);
    tcase_add_test(tests, smaller_and_back_loses_nothing);
    tcase_add_test(tests, scrollback_keeps_what_is_too_wide);
    tcase_add_test(tests, one_by_one_and_back);
    tcase_add_test(tests, alternate_screen_delays_shrinking);
    tcase_add_test(tests, resize_with_a_scroll_region);
    tcase_add_test(tests, resize_with_the_cursor_at_the_top);
    tcase_add_test(tests, soft_reset_keeps_the_text);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(emulator_suite());
}
