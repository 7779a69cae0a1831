// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include "core/memory.h"
#include "ui/screen/terminal_look.h"

static struct theme theme;

static void set(enum role role, int foreground, int background, unsigned attributes)
{
    theme.looks[role] =
        (struct role_look){(int16_t)foreground, (int16_t)background, (uint8_t)attributes};
}

static void make_theme(void)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        set((enum role)i, -1, -1, 0);
    set(ROLE_ALARM, 196, -1, STYLE_BOLD);
    set(ROLE_DIM, 240, -1, 0);
    set(ROLE_SELECTION, 231, 24, STYLE_BOLD);
    set(ROLE_DIALOG, 253, 236, 0);
    set(ROLE_MATCH, 16, 220, 0);
    set(ROLE_INPUT, 231, 236 + 3, 0);
}

static const struct {
    int colours;
    enum role role;
    unsigned flags;
    int foreground, background;
    unsigned attributes;
} looks[] = {
    {256, ROLE_TEXT, 0, -1, -1, 0},
    {256, ROLE_ALARM, STYLE_UNDERLINE, 196, -1, STYLE_BOLD | STYLE_UNDERLINE},
    // Selected: the role's colour on the selection's background; plain text takes both from it.
    {256, ROLE_TEXT, STYLE_SELECTED, 231, 24, STYLE_BOLD},
    {256, ROLE_ALARM, STYLE_SELECTED, 196, 24, STYLE_BOLD},
    {256, ROLE_MATCH, STYLE_SELECTED, 16, 220, STYLE_BOLD},
    {256, ROLE_TEXT, STYLE_DIALOG, 253, 236, 0},
    {256, ROLE_ALARM, STYLE_DIALOG, 196, 236, STYLE_BOLD},
    {256, ROLE_INPUT, STYLE_DIALOG, 231, 239, 0},
    {16, ROLE_ALARM, 0, 9, -1, STYLE_BOLD},
    {16, ROLE_MATCH, 0, 0, 11, 0},
    {8, ROLE_ALARM, 0, 1, -1, STYLE_BOLD},
    {8, ROLE_MATCH, 0, 0, 3, 0},
    {8, ROLE_DIM, 0, -1, -1, STYLE_DIM}, // a grey that eight colours do not have
    // A background that cannot be told from the screen's is reversed, but for dialogs.
    {8, ROLE_INPUT, 0, 7, 0, STYLE_BOLD | STYLE_REVERSE},
    {8, ROLE_TEXT, STYLE_DIALOG, 7, 0, 0},
    // Without colours what had a background is reversed.
    {0, ROLE_ALARM, 0, -1, -1, STYLE_BOLD},
    {0, ROLE_TEXT, STYLE_SELECTED, -1, -1, STYLE_BOLD | STYLE_REVERSE},
    {0, ROLE_MATCH, 0, -1, -1, STYLE_REVERSE},
    {0, ROLE_TEXT, STYLE_DIALOG, -1, -1, 0},
    {256, ROLE_COUNT, 0, -1, -1, 0}, // not a role
};

START_TEST(roles_on_terminals)
{
    make_theme();
    struct style style = STYLE_WITH(looks[_i].role, looks[_i].flags);
    struct role_look look = terminal_look(&theme, looks[_i].colours, style);
    ck_assert_int_eq(look.foreground, looks[_i].foreground);
    ck_assert_int_eq(look.background, looks[_i].background);
    ck_assert_uint_eq(look.attributes, looks[_i].attributes);
}
END_TEST

START_TEST(a_consoles_own_colours)
{
    make_theme();
    set(ROLE_TEXT, 7, 234, 0);
    struct style style = {.role = ROLE_ALARM,
                          .flags = STYLE_PALETTE | STYLE_ITALIC,
                          .foreground = 33,
                          .background = -1};
    struct role_look look = terminal_look(&theme, 256, style);
    ck_assert_int_eq(look.foreground, 33);
    ck_assert_int_eq(look.background, 234); // its default is the theme's
    ck_assert_uint_eq(look.attributes, STYLE_ITALIC);
    style.foreground = -1;
    style.background = 4;
    look = terminal_look(&theme, 8, style);
    ck_assert_int_eq(look.foreground, 7);
    ck_assert_int_eq(look.background, 4);
    ck_assert_uint_eq(look.attributes, STYLE_ITALIC);
}
END_TEST

START_TEST(nothing_is_written_in_the_colour_below_it)
{
    struct theme shipped;
    theme_builtin(&shipped);
    static const int colours[] = {8, 16, 256};
    for (size_t c = 0; c < ARRAY_COUNT(colours); c++) {
        for (unsigned i = 0; i < ROLE_COUNT * 4; i++) {
            unsigned flags = (i & 1 ? STYLE_SELECTED : 0) | (i & 2 ? STYLE_DIALOG : 0);
            struct style style = STYLE_WITH(i / 4, flags);
            struct role_look look = terminal_look(&shipped, colours[c], style);
            ck_assert_msg(look.foreground != look.background || look.foreground == -1,
                          "%s in %d colours", role_name(i / 4), colours[c]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("terminal_look");
    TCase *tests = tcase_create("terminal_look");
    tcase_add_loop_test(tests, roles_on_terminals, 0, (int)ARRAY_COUNT(looks));
    tcase_add_test(tests, a_consoles_own_colours);
    tcase_add_test(tests, nothing_is_written_in_the_colour_below_it);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
