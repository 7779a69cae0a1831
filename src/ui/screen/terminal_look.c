// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/terminal_look.h"

#include "ui/screen/theme_colour.h"

enum {
    ATTRIBUTES = STYLE_BOLD | STYLE_UNDERLINE | STYLE_REVERSE | STYLE_ITALIC | STYLE_DIM,
};

// Puts the look over another background. A colour of the role's own stays: it means something.
static void put_on(struct role_look *look, const struct role_look *under,
                   const struct role_look *text, bool keep_background)
{
    if (look->foreground == text->foreground)
        look->foreground = under->foreground;
    if (!keep_background)
        look->background = under->background;
}

static struct role_look full_look(const struct theme *theme, struct style style)
{
    const struct role_look *text = &theme->looks[ROLE_TEXT];
    const struct role_look *selection = &theme->looks[ROLE_SELECTION];
    struct role_look look = theme->looks[style.role < ROLE_COUNT ? style.role : ROLE_TEXT];
    if (style.flags & STYLE_PALETTE) {
        look = *text;
        look.foreground = style.foreground < 0 ? text->foreground : style.foreground;
        look.background = style.background < 0 ? text->background : style.background;
    }
    bool own_background = look.background != text->background;
    if (style.flags & STYLE_DIALOG)
        put_on(&look, &theme->looks[ROLE_DIALOG], text, own_background);
    if (style.flags & STYLE_SELECTED) {
        put_on(&look, selection, text, own_background);
        look.attributes |= selection->attributes;
    }
    look.attributes = (uint8_t)(look.attributes | (style.flags & ATTRIBUTES));
    return look;
}

// A dialog has its border; what else is told by the background alone has to be reversed.
static bool needs_background(const struct theme *theme, struct style style, int background)
{
    return background != theme->looks[ROLE_TEXT].background &&
           background != theme->looks[ROLE_DIALOG].background && !(style.flags & STYLE_PALETTE);
}

static bool looks_alike(int a, int b)
{
    return (a < 0 ? 0 : a) == (b < 0 ? 0 : b);
}

static void reduce(struct role_look *look, int colours)
{
    look->foreground = (int16_t)theme_colour_reduce(look->foreground, 16);
    look->background = (int16_t)theme_colour_reduce(look->background, 16);
    if (colours < 16 && look->background >= 8)
        look->background = (int16_t)(look->background - 8);
    if (colours < 16 && look->foreground > 8) {
        look->foreground = (int16_t)(look->foreground - 8);
        look->attributes |= STYLE_BOLD;
    }
    bool unseen = look->foreground >= 0 && looks_alike(look->foreground, look->background);
    bool grey = colours < 16 && look->foreground == 8;
    if (unseen || grey) {
        look->foreground = look->background > 0 ? 0 : -1;
        look->attributes |= STYLE_DIM;
    }
}

struct role_look terminal_look(const struct theme *theme, int colours, struct style style)
{
    struct role_look look = full_look(theme, style);
    int wanted = look.background;
    int base = theme->looks[ROLE_TEXT].background;
    if (colours == 0)
        look.foreground = look.background = -1;
    else if (colours < 256)
        reduce(&look, colours);
    if (colours < 256) {
        int shown_base = colours == 0 ? -1 : theme_colour_reduce(base, colours < 16 ? 8 : 16);
        if (needs_background(theme, style, wanted) && looks_alike(look.background, shown_base))
            look.attributes |= STYLE_REVERSE;
    }
    return look;
}
