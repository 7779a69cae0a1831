// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "ui/widgets/text_field.h"

static struct text_field field;

static void press(const char *name)
{
    struct key key;
    ck_assert(key_parse(name, &key));
    text_field_key(&field, &key);
}

static void type(uint32_t character)
{
    struct key key = {.code = KEY_CODE_CHARACTER, .character = character};
    ck_assert(text_field_key(&field, &key));
}

static void paste(const char *text)
{
    struct key key = {.code = KEY_CODE_PASTE, .paste = text, .paste_length = strlen(text)};
    ck_assert(text_field_key(&field, &key));
}

START_TEST(test_typing_and_moving)
{
    text_field_init(&field, "bc");
    press("Home");
    type('a');
    press("End");
    type('d');
    ck_assert_str_eq(field.text.text, "abcd");
    press("Left");
    press("Backspace");
    press("Delete");
    ck_assert_str_eq(field.text.text, "ab");
    press("Ctrl-A");
    press("Right");
    type('x');
    ck_assert_str_eq(field.text.text, "axb");
    text_field_finish(&field);
}
END_TEST

START_TEST(test_words_and_lines)
{
    text_field_init(&field, "one two  three");
    press("Ctrl-W");
    ck_assert_str_eq(field.text.text, "one two  ");
    press("Ctrl-W");
    ck_assert_str_eq(field.text.text, "one ");
    type('x');
    press("Left");
    press("Ctrl-K");
    ck_assert_str_eq(field.text.text, "one ");
    press("Ctrl-U");
    ck_assert_str_eq(field.text.text, "");
    press("Backspace");
    press("Ctrl-W");
    press("Left");
    ck_assert_uint_eq(field.cursor, 0);
    text_field_finish(&field);
}
END_TEST

START_TEST(test_clusters_are_not_split)
{
    text_field_init(&field, "a\xcc\x81"
                            "\xe4\xbb\xae"); // a with acute, then a wide character
    press("Backspace");
    ck_assert_str_eq(field.text.text, "a\xcc\x81");
    press("Left");
    ck_assert_uint_eq(field.cursor, 0);
    press("Delete");
    ck_assert_str_eq(field.text.text, "");
    text_field_finish(&field);
}
END_TEST

START_TEST(test_paste_is_clean_and_bounded)
{
    text_field_init(&field, "");
    paste("one\ntwo\tthree\n");
    ck_assert_str_eq(field.text.text, "one two three");
    char longer[3000];
    memset(longer, 'y', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    paste(longer);
    paste(longer);
    ck_assert_uint_eq(field.text.length, 1024);
    type('z');
    ck_assert_uint_eq(field.text.length, 1024);
    text_field_set(&field, "");
    paste("a\x1b]0;title\x07"
          "b");
    ck_assert_ptr_null(strchr(field.text.text, '\x1b'));
    ck_assert_ptr_null(strchr(field.text.text, '\x07'));
    text_field_finish(&field);
}
END_TEST

START_TEST(test_keys_that_are_not_its_own)
{
    static const char *const names[] = {"Enter", "Esc", "Tab",  "Up",
                                        "Down",  "F1",  "PgUp", "Ctrl-P"};
    text_field_init(&field, "x");
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct key key;
        ck_assert(key_parse(names[i], &key));
        ck_assert_msg(!text_field_key(&field, &key), "%s", names[i]);
    }
    ck_assert_str_eq(field.text.text, "x");
    text_field_finish(&field);
}
END_TEST

START_TEST(test_drawing_keeps_the_cursor_in_view)
{
    struct frame frame;
    struct str text;
    frame_init(&frame, GLYPHS_ASCII);
    frame_resize(&frame, 1, 12);
    str_init(&text);
    text_field_init(&field, "abcdefghijklmnop");
    text_field_draw(&field, &frame, NULL, 0, 2, 6, true);
    frame_to_text(&frame, &text);
    ck_assert_str_eq(text.text, "  lmnop");
    ck_assert_int_eq(frame.cursor_column, 7);
    ck_assert(frame.cursor_visible);
    press("Home");
    str_clear(&text);
    frame_clear(&frame);
    text_field_draw(&field, &frame, NULL, 0, 2, 6, true);
    frame_to_text(&frame, &text);
    ck_assert_str_eq(text.text, "  abcdef");
    ck_assert_int_eq(frame.cursor_column, 2);
    str_finish(&text);
    text_field_finish(&field);
    frame_finish(&frame);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text field");
    TCase *editing = tcase_create("editing");
    tcase_add_test(editing, test_typing_and_moving);
    tcase_add_test(editing, test_words_and_lines);
    tcase_add_test(editing, test_clusters_are_not_split);
    tcase_add_test(editing, test_paste_is_clean_and_bounded);
    tcase_add_test(editing, test_keys_that_are_not_its_own);
    tcase_add_test(editing, test_drawing_keeps_the_cursor_in_view);
    suite_add_tcase(suite, editing);
    return check_main(suite);
}
