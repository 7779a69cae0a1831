// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "ui/screen/input.h"

#define MS UINT64_C(1000000)

static struct input input;
static uint64_t now_ns;

static void start(void)
{
    input_init(&input);
    now_ns = 1000 * MS;
}

static void feed(const char *bytes, size_t length)
{
    input_feed(&input, bytes, length, now_ns);
}

// The names of all keys that are complete now, "a Up Ctrl-C".
static const char *keys(void)
{
    static char names[4096];
    names[0] = '\0';
    struct key key;
    while (input_next(&input, now_ns, &key)) {
        char name[32];
        key_format(&key, name, sizeof(name));
        if (names[0] != '\0')
            strcat(names, " ");
        strcat(names, name);
    }
    return names;
}

static const struct {
    const char *bytes, *keys;
} sequences[] = {
    {"abC", "a b C"},
    {"\r\t\x7f\b", "Enter Tab Backspace Backspace"},
    {"\n", "Ctrl-J"},
    {"\x01\x03\x1a\x10", "Ctrl-A Ctrl-C Ctrl-Z Ctrl-P"},
    {"\x1c\x1d\x1e\x1f", "Ctrl-\\ Ctrl-] Ctrl-^ Ctrl-_"},
    {"é日", "é 日"},
    {"a\xff"
     "b",
     "a b"},
    {"\033[A\033[B\033[C\033[D", "Up Down Right Left"},
    {"\033OA\033OB\033OC\033OD", "Up Down Right Left"},
    {"\033[H\033[F\033OH\033OF", "Home End Home End"},
    {"\033[1~\033[4~\033[7~\033[8~", "Home End Home End"},
    {"\033[2~\033[3~\033[5~\033[6~", "Ins Del PgUp PgDn"},
    {"\033[5;2~\033[6;2~", "Shift-PgUp Shift-PgDn"},
    {"\033[1;5A\033[1;2D\033[1;3C\033[1;8B", "Ctrl-Up Shift-Left Alt-Right Ctrl-Alt-Shift-Down"},
    {"\033[Z", "Shift-Tab"},
    {"\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4"},
    {"\033[[A\033[[E", "F1 F5"},
    {"\033[11~\033[15~\033[17~\033[21~\033[23~\033[24~", "F1 F5 F6 F10 F11 F12"},
    {"\033[15;5~\033[1;2P", "Ctrl-F5 Shift-F1"},
    {"\033[a\033[5$\033[5^\033Oa", "Shift-Up Shift-PgUp Ctrl-PgUp Ctrl-Up"},
    {"\033OM\033Op\033Oy\033Ok", "Enter 0 9 +"},
    {"\033x\033X\033\r\033 \033\x7f", "Alt-x Alt-X Alt-Enter Alt-Space Alt-Backspace"},
    {"\033é", "Alt-é"},
    {"\033\x03", "Ctrl-Alt-C"},
    {"\033\033[A\033\033OB", "Alt-Up Alt-Down"},
    {"a\033[99;99~b\033[?1;2cc\033[200;1Xd", "a b c d"}, // answers and unknown keys
    {"\033[1;99999999999A", "Up"},
    {"\033[<0;10;5M", "Click"},
    {"\033[<0;10;5m\033[<2;1;1M\033[<35;4;4M", ""}, // release, another button, motion
    {"\033[<64;1;1M\033[<65;1;1M\033[<4;1;1M", "WheelUp WheelDown Shift-Click"},
    {"\033[M !!\033[M`!!\033[M#!!x", "Click WheelUp x"}, // the old reports
};

START_TEST(bytes_become_keys)
{
    start();
    feed(sequences[_i].bytes, strlen(sequences[_i].bytes));
    ck_assert_str_eq(keys(), sequences[_i].keys);
    ck_assert_uint_eq(input.length, 0);
    ck_assert(input_wait_ns(&input, now_ns) == UINT64_MAX);
    input_finish(&input);
}
END_TEST

// However the bytes are torn apart, the keys are the same; a lone Escape is ambiguous only when
// time passes.
START_TEST(bytes_may_come_one_by_one)
{
    start();
    char all[4096] = "";
    for (const char *c = sequences[_i].bytes; *c != '\0'; c++) {
        feed(c, 1);
        const char *now = keys();
        if (all[0] != '\0' && now[0] != '\0')
            strcat(all, " ");
        strcat(all, now);
    }
    ck_assert_str_eq(all, sequences[_i].keys);
    input_finish(&input);
}
END_TEST

START_TEST(nul_is_ctrl_space)
{
    start();
    feed("\0", 1);
    ck_assert_str_eq(keys(), "Ctrl-Space");
    input_finish(&input);
}
END_TEST

START_TEST(lone_escape_is_a_key_after_25_ms)
{
    start();
    feed("\033", 1);
    ck_assert_str_eq(keys(), "");
    ck_assert(input_wait_ns(&input, now_ns) == 25 * MS);
    now_ns += 24 * MS;
    ck_assert_str_eq(keys(), "");
    ck_assert(input_wait_ns(&input, now_ns) == 1 * MS);
    now_ns += 1 * MS;
    ck_assert(input_wait_ns(&input, now_ns) == 0);
    ck_assert_str_eq(keys(), "Esc");
    feed("\033\033", 2);
    now_ns += 25 * MS;
    ck_assert_str_eq(keys(), "Esc Esc");
    feed("\033[", 2);
    now_ns += 25 * MS;
    ck_assert_str_eq(keys(), "Alt-[");
    feed("\033O", 2);
    now_ns += 25 * MS;
    ck_assert_str_eq(keys(), "Alt-O");
    input_finish(&input);
}
END_TEST

START_TEST(cut_sequences_are_not_typed)
{
    start();
    feed("\033[1;5", 5);
    now_ns += 100 * MS;
    ck_assert_str_eq(keys(), "");
    feed("A", 1);
    ck_assert_str_eq(keys(), "Ctrl-Up");
    feed("\033[1;5", 5);
    now_ns += 250 * MS;
    ck_assert_str_eq(keys(), "");
    ck_assert_uint_eq(input.length, 0);
    feed("\xe6\x97", 2);
    ck_assert_str_eq(keys(), "");
    now_ns += 250 * MS;
    ck_assert_str_eq(keys(), "");
    ck_assert_uint_eq(input.length, 0);
    input_finish(&input);
}
END_TEST

START_TEST(mouse_has_a_place)
{
    start();
    feed("\033[<0;10;5M", 10);
    struct key key;
    ck_assert(input_next(&input, now_ns, &key));
    ck_assert_int_eq(key.code, KEY_CODE_MOUSE_CLICK);
    ck_assert_int_eq(key.column, 9);
    ck_assert_int_eq(key.row, 4);
    feed("\033[M *%", 6);
    ck_assert(input_next(&input, now_ns + 500 * MS, &key));
    ck_assert_int_eq(key.column, 9);
    ck_assert_int_eq(key.row, 4);
    input_finish(&input);
}
END_TEST

START_TEST(second_click_at_once_is_a_double_one)
{
    start();
    const char *here = "\033[<0;10;5M", *there = "\033[<0;11;5M";
    feed(here, 10);
    ck_assert_str_eq(keys(), "Click");
    now_ns += 300 * MS;
    feed(here, 10);
    ck_assert_str_eq(keys(), "DoubleClick");
    now_ns += 100 * MS;
    feed(here, 10); // a third one begins anew
    ck_assert_str_eq(keys(), "Click");
    now_ns += 400 * MS;
    feed(here, 10);
    ck_assert_str_eq(keys(), "Click");
    now_ns += 100 * MS;
    feed(there, 10);
    ck_assert_str_eq(keys(), "Click");
    input_finish(&input);
}
END_TEST

static bool next_is_paste(const char *text)
{
    struct key key;
    return input_next(&input, now_ns, &key) && key.code == KEY_CODE_PASTE &&
           key.paste_length == strlen(text) && strcmp(key.paste, text) == 0;
}

START_TEST(paste_is_one_key)
{
    start();
    const char *bytes = "x\033[200~q\rX\r\nz\n\xc3\xa9\033[201~y";
    feed(bytes, strlen(bytes));
    struct key key;
    ck_assert(input_next(&input, now_ns, &key));
    ck_assert_uint_eq(key.character, 'x');
    ck_assert(next_is_paste("q\nX\nz\n\u00e9"));
    ck_assert_str_eq(keys(), "y");
    feed("\033[200~\033[201~", 12);
    ck_assert(next_is_paste(""));
    input_finish(&input);
}
END_TEST

START_TEST(paste_in_pieces)
{
    start();
    const char *bytes = "\033[200~ab\033[20c\033[201~";
    struct key key;
    size_t length = strlen(bytes);
    for (size_t i = 0; i + 1 < length; i++) {
        feed(bytes + i, 1);
        ck_assert(!input_next(&input, now_ns, &key));
    }
    feed(bytes + length - 1, 1);
    ck_assert(next_is_paste("ab[20c"));
    input_finish(&input);
}
END_TEST

START_TEST(paste_holds_no_controls)
{
    start();
    const char *bytes = "\033[200~a\033]0;t\007\x03\tb\xc2\x9b"
                        "c\x7f\xff\033[201~";
    feed(bytes, strlen(bytes));
    ck_assert(next_is_paste("a]0;t\tbc\ufffd"));
    input_finish(&input);
}
END_TEST

START_TEST(paste_is_bounded)
{
    start();
    feed("\033[200~", 6);
    char block[1024];
    memset(block, 'p', sizeof(block));
    struct key key;
    for (int i = 0; i < 1500; i++) {
        ck_assert_uint_ge(input_space(&input), sizeof(block));
        feed(block, sizeof(block));
        ck_assert(!input_next(&input, now_ns, &key));
    }
    feed("\033[201~k", 7);
    ck_assert(input_next(&input, now_ns, &key));
    ck_assert_int_eq(key.code, KEY_CODE_PASTE);
    ck_assert_uint_eq(key.paste_length, 1024 * 1024);
    ck_assert_str_eq(keys(), "k");
    ck_assert_uint_eq(input.paste.capacity, 0); // and the memory is given back
    input_finish(&input);
}
END_TEST

START_TEST(paste_without_an_end_is_given_up)
{
    start();
    feed("\033[200~half", 10);
    ck_assert_str_eq(keys(), "");
    now_ns += 4999 * MS;
    ck_assert_str_eq(keys(), "");
    now_ns += 1 * MS;
    ck_assert(next_is_paste("half"));
    feed("k", 1);
    ck_assert_str_eq(keys(), "k");
    input_finish(&input);
}
END_TEST

START_TEST(terminals_own_sequences_come_first)
{
    start();
    input_add_sequence(&input, "\033[7~", KEY_CODE_F1, 0);
    input_add_sequence(&input, "\033?x", KEY_CODE_UP, KEY_SHIFT);
    input_add_sequence(&input, "\x7f", KEY_CODE_DELETE, 0); // not one: no Escape
    input_add_sequence(&input, NULL, KEY_CODE_DELETE, 0);
    input_add_sequence(&input, "\033[1234567890123~", KEY_CODE_DELETE, 0); // too long
    ck_assert_uint_eq(input.sequence_count, 2);
    feed("\033[7~\033?", 6);
    ck_assert_str_eq(keys(), "F1");
    feed("x\x7f", 2);
    ck_assert_str_eq(keys(), "Shift-Up Backspace");
    feed("\033?", 2);
    now_ns += 25 * MS;
    ck_assert_str_eq(keys(), "Alt-?");
    input_finish(&input);
}
END_TEST

START_TEST(endless_sequence_does_not_block)
{
    start();
    char block[INPUT_BYTES_MAX];
    memset(block, ';', sizeof(block));
    block[0] = '\033';
    block[1] = '[';
    feed(block, sizeof(block));
    struct key key;
    size_t count = 0;
    while (input_next(&input, now_ns, &key))
        count++;
    ck_assert_uint_gt(count, 0);
    ck_assert_uint_eq(input.length, 0);
    feed("k", 1);
    ck_assert_str_eq(keys(), "k");
    input_finish(&input);
}
END_TEST

START_TEST(random_bytes_never_stick)
{
    start();
    srand(7);
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        static const char likely[] = "\033[O0123456789;~<MmABuz\x7f\x80\xc3\r";
        size_t length = 1 + (size_t)(rand() % 64);
        for (size_t i = 0; i < length; i++)
            bytes[i] = rand() % 8 == 0 ? (char)rand() : likely[rand() % (int)(sizeof(likely) - 1)];
        ck_assert_uint_ge(input_space(&input), length);
        feed(bytes, length);
        struct key key;
        while (input_next(&input, now_ns, &key))
            ck_assert_uint_lt(key.code, KEY_CODE_COUNT);
        now_ns += 6000 * MS;
        while (input_next(&input, now_ns, &key))
            ck_assert_uint_lt(key.code, KEY_CODE_COUNT);
        ck_assert_uint_eq(input.length, 0);
        ck_assert(!input.pasting);
    }
    input_finish(&input);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("input");
    TCase *tests = tcase_create("input");
    tcase_add_loop_test(tests, bytes_become_keys, 0, (int)ARRAY_COUNT(sequences));
    tcase_add_loop_test(tests, bytes_may_come_one_by_one, 0, (int)ARRAY_COUNT(sequences));
    tcase_add_test(tests, nul_is_ctrl_space);
    tcase_add_test(tests, lone_escape_is_a_key_after_25_ms);
    tcase_add_test(tests, cut_sequences_are_not_typed);
    tcase_add_test(tests, mouse_has_a_place);
    tcase_add_test(tests, second_click_at_once_is_a_double_one);
    tcase_add_test(tests, paste_is_one_key);
    tcase_add_test(tests, paste_in_pieces);
    tcase_add_test(tests, paste_holds_no_controls);
    tcase_add_test(tests, paste_is_bounded);
    tcase_add_test(tests, paste_without_an_end_is_given_up);
    tcase_add_test(tests, terminals_own_sequences_come_first);
    tcase_add_test(tests, endless_sequence_does_not_block);
    tcase_add_test(tests, random_bytes_never_stick);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
