// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include "ui/screen/key.h"

static const struct {
    const char *name;
    enum key_code code;
    unsigned modifiers;
    uint32_t character;
    const char *canonical; // NULL: the name itself
} names[] = {
    {"s", KEY_CODE_CHARACTER, 0, 's', NULL},
    {"S", KEY_CODE_CHARACTER, 0, 'S', NULL},
    {"Shift-s", KEY_CODE_CHARACTER, 0, 'S', "S"},
    {"/", KEY_CODE_CHARACTER, 0, '/', NULL},
    {"-", KEY_CODE_CHARACTER, 0, '-', NULL},
    {"=", KEY_CODE_CHARACTER, 0, '=', NULL},
    {" ", KEY_CODE_CHARACTER, 0, ' ', "Space"},
    {"space", KEY_CODE_CHARACTER, 0, ' ', "Space"},
    {"é", KEY_CODE_CHARACTER, 0, 0xE9, NULL},
    {"日", KEY_CODE_CHARACTER, 0, 0x65E5, NULL},
    {"Ctrl-P", KEY_CODE_CHARACTER, KEY_CTRL, 'p', NULL},
    {"ctrl-p", KEY_CODE_CHARACTER, KEY_CTRL, 'p', "Ctrl-P"},
    {"Ctrl-]", KEY_CODE_CHARACTER, KEY_CTRL, ']', NULL},
    {"Ctrl-\\", KEY_CODE_CHARACTER, KEY_CTRL, '\\', NULL},
    {"Ctrl-Space", KEY_CODE_CHARACTER, KEY_CTRL, ' ', NULL},
    {"Ctrl-@", KEY_CODE_CHARACTER, KEY_CTRL, ' ', "Ctrl-Space"},
    {"Ctrl-Alt-x", KEY_CODE_CHARACTER, KEY_CTRL | KEY_ALT, 'x', "Ctrl-Alt-X"},
    {"Alt-Ctrl-x", KEY_CODE_CHARACTER, KEY_CTRL | KEY_ALT, 'x', "Ctrl-Alt-X"},
    {"Alt-x", KEY_CODE_CHARACTER, KEY_ALT, 'x', NULL},
    {"Alt-X", KEY_CODE_CHARACTER, KEY_ALT, 'X', NULL},
    {"Alt--", KEY_CODE_CHARACTER, KEY_ALT, '-', NULL},
    // What a terminal sends for these is another key.
    {"Ctrl-I", KEY_CODE_TAB, 0, 0, "Tab"},
    {"Ctrl-M", KEY_CODE_ENTER, 0, 0, "Enter"},
    {"Ctrl-H", KEY_CODE_BACKSPACE, 0, 0, "Backspace"},
    {"Ctrl-[", KEY_CODE_ESCAPE, 0, 0, "Esc"},
    {"Enter", KEY_CODE_ENTER, 0, 0, NULL},
    {"return", KEY_CODE_ENTER, 0, 0, "Enter"},
    {"Esc", KEY_CODE_ESCAPE, 0, 0, NULL},
    {"Escape", KEY_CODE_ESCAPE, 0, 0, "Esc"},
    {"Tab", KEY_CODE_TAB, 0, 0, NULL},
    {"Shift-Tab", KEY_CODE_BACK_TAB, 0, 0, NULL},
    {"Backspace", KEY_CODE_BACKSPACE, 0, 0, NULL},
    {"Up", KEY_CODE_UP, 0, 0, NULL},
    {"DOWN", KEY_CODE_DOWN, 0, 0, "Down"},
    {"Ctrl-Left", KEY_CODE_LEFT, KEY_CTRL, 0, NULL},
    {"Ctrl-Alt-Shift-Right", KEY_CODE_RIGHT, KEY_CTRL | KEY_ALT | KEY_SHIFT, 0, NULL},
    {"Home", KEY_CODE_HOME, 0, 0, NULL},
    {"End", KEY_CODE_END, 0, 0, NULL},
    {"PgUp", KEY_CODE_PAGE_UP, 0, 0, NULL},
    {"PageDown", KEY_CODE_PAGE_DOWN, 0, 0, "PgDn"},
    {"Shift-PgUp", KEY_CODE_PAGE_UP, KEY_SHIFT, 0, NULL},
    {"Insert", KEY_CODE_INSERT, 0, 0, "Ins"},
    {"Del", KEY_CODE_DELETE, 0, 0, NULL},
    {"F1", KEY_CODE_F1, 0, 0, NULL},
    {"f10", KEY_CODE_F1 + 9, 0, 0, "F10"},
    {"F12", KEY_CODE_F12, 0, 0, NULL},
    {"WheelUp", KEY_CODE_MOUSE_WHEEL_UP, 0, 0, NULL},
    {"DoubleClick", KEY_CODE_MOUSE_DOUBLE, 0, 0, NULL},
};

START_TEST(name_is_read_and_written)
{
    struct key key = {.code = KEY_CODE_COUNT, .row = 7};
    ck_assert_msg(key_parse(names[_i].name, &key), "%s", names[_i].name);
    ck_assert_int_eq(key.code, names[_i].code);
    ck_assert_uint_eq(key.modifiers, names[_i].modifiers);
    ck_assert_uint_eq(key.character, names[_i].character);
    char written[32];
    key_format(&key, written, sizeof(written));
    ck_assert_str_eq(written, names[_i].canonical ? names[_i].canonical : names[_i].name);
}
END_TEST

static const char *const no_names[] = {
    "",         "Foo",    "F0",           "F13",     "F1x",     "F1-",     "f99",    "ss",
    "Ctrl-",    "Ctrl-é", "Ctrl-1",       "Shift-1", "Shift-é", "Alt-Foo", "\x1b",   "\x7f",
    "\xc2\x9b", "\xff",   "Shift-Ctrl-a", "Ctrl-?",  "Paste",   "Resize",  "Space ", "Super-a",
};

START_TEST(other_names_are_no_keys)
{
    struct key key = {.code = KEY_CODE_F12, .row = 7};
    ck_assert_msg(!key_parse(no_names[_i], &key), "%s", no_names[_i]);
    ck_assert_int_eq(key.code, KEY_CODE_F12);
    ck_assert_int_eq(key.row, 7);
}
END_TEST

START_TEST(equality_ignores_place_and_paste)
{
    struct key a = {.code = KEY_CODE_MOUSE_CLICK, .row = 1, .column = 2};
    struct key b = {.code = KEY_CODE_MOUSE_CLICK, .row = 3, .paste = "x", .paste_length = 1};
    ck_assert(key_equal(&a, &b));
    b.modifiers = KEY_SHIFT;
    ck_assert(!key_equal(&a, &b));
    struct key s = {.character = 's'}, t = {.character = 't'};
    ck_assert(key_equal(&s, &s));
    ck_assert(!key_equal(&s, &t));
    struct key up = {.code = KEY_CODE_UP, .character = 1}, up_too = {.code = KEY_CODE_UP};
    ck_assert(key_equal(&up, &up_too));
    ck_assert(!key_equal(&up, &s));
}
END_TEST

START_TEST(unnamed_codes_are_written_too)
{
    char written[32];
    key_format(&(struct key){.code = KEY_CODE_PASTE}, written, sizeof(written));
    ck_assert_str_eq(written, "Paste");
    key_format(&(struct key){.code = KEY_CODE_RESIZE}, written, sizeof(written));
    ck_assert_str_eq(written, "Resize");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key");
    TCase *tests = tcase_create("key");
    tcase_add_loop_test(tests, name_is_read_and_written, 0,
                        (int)(sizeof(names) / sizeof(names[0])));
    tcase_add_loop_test(tests, other_names_are_no_keys, 0,
                        (int)(sizeof(no_names) / sizeof(no_names[0])));
    tcase_add_test(tests, equality_ignores_place_and_paste);
    tcase_add_test(tests, unnamed_codes_are_written_too);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
