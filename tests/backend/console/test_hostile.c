// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that means harm: whatever it prints, the cells stay printable and the emulator sane.
#include "check_main.h"

#include <string.h>

#include "backend/console/emulator.h"
#include "backend/console/filter.h"
#include "screen_text.h"

static struct emulator *emulator;
static struct console_view view;
static size_t output_bytes;

static void count_output(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    output_bytes += length;
}

static void begin(void)
{
    view = (struct console_view){0};
    output_bytes = 0;
    emulator = emulator_create(200, count_output, NULL);
}

static void end(void)
{
    emulator_destroy(emulator);
    console_view_finish(&view);
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

struct hostile {
    const char *name, *bytes, *screen;
};

static const struct hostile cases[] = {
    {"title", "a\033]0;pwned\007b\033]2;pwned\033\\c", "abc"},
    {"clipboard", "a\033]52;c;cm0gLXJmIC8=\007b", "ab"},
    {"palette", "a\033]4;1;rgb:ff/00/00\033\\b\033]P1ff0000c\033]Rd", "abcd"},
    {"link", "a\033]8;;http://evil/\033\\b\033]8;;\033\\c", "abc"},
    {"device strings", "a\033P$qm\033\\b\033P1$tx\033\\c\033Pq#0;2;0;0;0\033\\d", "abcd"},
    {"APC, PM, SOS", "a\033_Ga=T;AAAA\033\\b\033^x\033\\c\033Xy\033\\d", "abcd"},
    {"string cut by another", "a\033]0;x\033[1mb\033Px\033]0;y\007c", "abc"},
    {"C1 as UTF-8", "a\xc2\x9b\x33\x31mb\xc2\x9d\x30;x\xc2\x9c\xc2\x85.",
     "a\xEF\xBF\xBD"
     "31mb\xEF\xBF\xBD"
     "0;x\xEF\xBF\xBD\xEF\xBF\xBD."},
    {"C1 as bytes", "a\x9b\x33\x31mb\x84",
     "a\xEF\xBF\xBD"
     "31mb\xEF\xBF\xBD"},
    {"C0",
     "a\x01\x02\x03\x04\x05\x06\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1c\x1d\x1e\x1f"
     "\x7f"
     "b",
     "ab"},
    {"bidi",
     "a\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8e\xd8\x9c"
     "b",
     "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
     "b"},
    {"separators",
     "a\xe2\x80\xa8\xe2\x80\xa9"
     "b",
     "a\xEF\xBF\xBD\xEF\xBF\xBD"
     "b"},
    {"invisible",
     "a\xe2\x80\x8b\xe2\x80\x8d\xef\xb8\x8f\xef\xbb\xbf\xf3\xa0\x81\x81"
     "b",
     "ab"},
    {"annotation",
     "a\xef\xbf\xb9"
     "b\xef\xbf\xba"
     "c\xef\xbf\xbb",
     "a\xEF\xBF\xBD"
     "b\xEF\xBF\xBD"
     "c\xEF\xBF\xBD"},
    {"not a character", "a\xef\xbf\xbf\xef\xbf\xbe\xf4\x90\x80\x80.",
     "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD."},
    {"combining without a base", "\xcc\x81\r\n\xcc\x81x\r\xcc\x81", "|x"},
    {"repeat of nothing", "\033[99999b\033[1;1Ha\033[H\033[9b", "a"},
    {"repeat too often", "\033[2;1H\033[Ha\033[9999999999999b\033[2J", ""},
    {"repeat of a wide one at the margin", "\033[1;78H漢\033[3b\033[2J\033[Hx", "x"},
    {"arguments without end",
     "a\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1mb"
     "\033[::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::::mc",
     "abc"},
    {"huge numbers",
     "a\033[99999999999999999999C\033[99999999999999999999D\033[4294967295Bb"
     "\033[2147483648;2147483647H\033[999999999S\033[Hc",
     "c"},
    {"reply modes", "\033[?1000h\033[?1006h\033[?1004h\033[?69h\033[5;2s\033[Ha", "a"},
    {"double size", "\033#6\033#3ab\033#8\033[2J\033[Hc", "c"},
    {"unknown", "\033[=3c\033[?1;2;3~\033[>4;2m\033[5 q\033[\"q\033 G\033%G\033Z\033[1;2'}a", "a"},
    {"restored outside", "\033[24;80H\0337\033[1;1Ha", "a"},
};

START_TEST(hostile_sequences)
{
    const struct hostile *test = &cases[_i];
    feed(test->bytes);
    expect(test->screen);
    // And a byte at a time, on a fresh one.
    end();
    begin();
    for (size_t i = 0; i < strlen(test->bytes); i++)
        feed_bytes(test->bytes + i, 1);
    expect(test->screen);
}
END_TEST

START_TEST(a_string_without_end_does_not_swallow_for_ever)
{
    feed("a\033]0;");
    static char filler[4096];
    memset(filler, 'x', sizeof(filler));
    for (int i = 0; i < 100; i++)
        feed_bytes(filler, sizeof(filler));
    feed("\033[2J\033[Hback");
    expect("back");
}
END_TEST

START_TEST(restored_cursor_outside_of_a_smaller_screen)
{
    feed("\033[24;80H\0337");
    emulator_resize(emulator, 3, 20);
    feed("\0338\033[1J\033H\033[K\t\033[1@x\033[99P");
    expect("");
    ck_assert_uint_lt(view.cursor_row, view.rows);
    ck_assert_uint_lt(view.cursor_column, view.columns);
    feed("\033[?1049h\033[?1049l\033[H\033[u\033[1J\033[?1048l\033[1Jy");
    expect("||                   y");
}
END_TEST

START_TEST(combining_characters_without_end_do_not_pass)
{
    struct filter filter;
    filter_init(&filter);
    char input[2001] = "a", out[FILTER_OUTPUT_SIZE];
    for (size_t i = 1; i < sizeof(input); i += 2)
        memcpy(input + i, "\xcc\x81", 2);
    const char *bytes = input;
    size_t length = sizeof(input);
    ck_assert_uint_eq(filter_pass(&filter, &bytes, &length, out), 5);
    ck_assert_uint_eq(length, 0);
    ck_assert_mem_eq(out, "a\xcc\x81\xcc\x81", 5);
}
END_TEST

// A generator of its own, so that a failure can be repeated.
static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static const char *const pieces[] = {
    "\033",  "\033[",     "\033]",    "\033P",  "?1049h", "?1049l", ";",         "9999",
    "m",     "H",         "r",        "J",      "K",      "L",      "M",         "@",
    "b",     "\r\n",      "\033M",    "\0337",  "\0338",  "漢",     "e\xcc\x81", "\xcc\x81",
    "\xc2",  "\xe2\x80",  "\xf0\x9f", "\033(0", "\x0e",   "\t",     "38;5;",     "\033[?6h",
    "\033c", "\033[2;3r", "P",        "S",      "T",      "X",      "\033[4h",   "\a",
};

START_TEST(random_pieces)
{
    unsigned seed = (unsigned)_i + 1;
    for (int step = 0; step < 20000; step++) {
        unsigned choice = next_random(&seed);
        char byte = (char)next_random(&seed);
        const char *piece = pieces[choice % (sizeof(pieces) / sizeof(pieces[0]))];
        if (choice % 7 == 0)
            feed_bytes(&byte, 1);
        else
            feed(piece);
        if (choice % 257 == 0)
            emulator_resize(emulator, next_random(&seed) % 40, next_random(&seed) % 120);
        if (choice % 101 == 0) {
            emulator_copy(emulator, next_random(&seed) % 50, &view);
            assert_cells_harmless(&view);
        }
    }
}
END_TEST

START_TEST(filter_output_is_bounded)
{
    struct filter filter;
    filter_init(&filter);
    static char input[65536], out[FILTER_OUTPUT_SIZE];
    const char sequence[] =
        "\033[?1049;1049;1049;1049;1049;1049;1049;1049h\033[38;2;1;2;3;1;4;7m\n";
    for (size_t i = 0; i < sizeof(input); i++)
        input[i] = sequence[i % (sizeof(sequence) - 1)];
    const char *bytes = input;
    size_t length = sizeof(input), passes = 0;
    while (length > 0) {
        size_t before = length;
        ck_assert_uint_le(filter_pass(&filter, &bytes, &length, out), sizeof(out));
        ck_assert_uint_lt(length, before);
        passes++;
    }
    // 65536 / 64 bytes make 1024 times 12 pieces of work, at most 64 a pass.
    ck_assert_uint_gt(passes, 100);
}
END_TEST

static Suite *hostile_suite(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tests = tcase_create("hostile");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, hostile_sequences, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tests, a_string_without_end_does_not_swallow_for_ever);
    tcase_add_test(tests, restored_cursor_outside_of_a_smaller_screen);
    tcase_add_test(tests, combining_characters_without_end_do_not_pass);
    tcase_add_loop_test(tests, random_pieces, 0, 4);
    tcase_add_test(tests, filter_output_is_bounded);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(hostile_suite());
}
