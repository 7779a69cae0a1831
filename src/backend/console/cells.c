// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/console/cells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backend/console/filter.h"
#include "core/utf8.h"

#define GAP UINT32_MAX // libvterm's mark for the right half of a wide character

static const uint8_t cube_levels[] = {0, 95, 135, 175, 215, 255};

static unsigned nearest_level(uint8_t value)
{
    unsigned best = 0;
    for (unsigned i = 1; i < sizeof(cube_levels); i++)
        if (abs(value - cube_levels[i]) < abs(value - cube_levels[best]))
            best = i;
    return best;
}

static int distance(int red, int green, int blue, const uint8_t colour[3])
{
    red -= colour[0];
    green -= colour[1];
    blue -= colour[2];
    return red * red + green * green + blue * blue;
}

uint8_t cells_nearest_colour(uint8_t red, uint8_t green, uint8_t blue)
{
    unsigned r = nearest_level(red), g = nearest_level(green), b = nearest_level(blue);
    const uint8_t cube[3] = {cube_levels[r], cube_levels[g], cube_levels[b]};
    int mean = (red + green + blue) / 3;
    int step = mean <= 8 ? 0 : mean >= 238 ? 23 : (mean - 8 + 5) / 10; // greys: 8, 18, ... 238
    uint8_t level = (uint8_t)(8 + step * 10);
    const uint8_t grey[3] = {level, level, level};
    if (distance(red, green, blue, grey) < distance(red, green, blue, cube))
        return (uint8_t)(232 + step);
    return (uint8_t)(16 + 36 * r + 6 * g + b);
}

static int16_t colour_from_vterm(const VTermColor *colour, bool is_default)
{
    if (is_default)
        return -1;
    if (VTERM_COLOR_IS_INDEXED(colour))
        return colour->indexed.idx;
    return cells_nearest_colour(colour->rgb.red, colour->rgb.green, colour->rgb.blue);
}

static uint8_t attributes_from_vterm(const VTermScreenCellAttrs *attrs)
{
    unsigned attributes = 0;
    attributes |= attrs->bold ? CONSOLE_BOLD : 0u;
    attributes |= attrs->underline != VTERM_UNDERLINE_OFF ? CONSOLE_UNDERLINE : 0u;
    attributes |= attrs->reverse ? CONSOLE_REVERSE : 0u;
    attributes |= attrs->italic ? CONSOLE_ITALIC : 0u;
    attributes |= attrs->blink ? CONSOLE_BLINK : 0u;
    return (uint8_t)attributes;
}

static void set_style(struct console_cell *cell, const VTermScreenCell *from)
{
    memset(cell, 0, sizeof(*cell));
    cell->width = 1;
    cell->attributes = attributes_from_vterm(&from->attrs);
    cell->foreground = colour_from_vterm(&from->fg, VTERM_COLOR_IS_DEFAULT_FG(&from->fg));
    cell->background = colour_from_vterm(&from->bg, VTERM_COLOR_IS_DEFAULT_BG(&from->bg));
}

static void add_combining(struct console_cell *cell, const VTermScreenCell *from)
{
    size_t count = 1;
    for (size_t i = 1; i < VTERM_MAX_CHARS_PER_CELL && from->chars[i] != 0; i++) {
        uint32_t character = filter_safe_character(from->chars[i]);
        if (count < CONSOLE_CLUSTER_MAX && character >= 0xA0 &&
            utf8_code_point_width(character) == 0)
            cell->characters[count++] = character;
    }
}

// Returns the cell's width in columns.
static int set_character(struct console_cell *cell, const VTermScreenCell *from)
{
    if (from->chars[0] == 0 || from->chars[0] == GAP)
        return 1;
    uint32_t base = filter_safe_character(from->chars[0]);
    if (base == 0)
        return 1;
    int width = utf8_code_point_width(base);
    // Where libvterm's table has room for less than the character takes, it cannot be shown. Where
    // it has room for more, the right half is a gap and becomes a blank.
    if (width < 1 || width > from->width) {
        base = UTF8_REPLACEMENT;
        width = 1;
    }
    cell->characters[0] = base;
    add_combining(cell, from);
    if (base == ' ' && cell->characters[1] == 0)
        cell->characters[0] = 0;
    return width;
}

void cells_from_vterm(const VTermScreenCell *from, struct console_cell *cells, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        set_style(&cells[i], &from[i]);
        if (set_character(&cells[i], &from[i]) < 2)
            continue;
        if (i + 1 == columns) {
            cells[i].characters[0] = UTF8_REPLACEMENT;
            break;
        }
        cells[i].width = 2;
        cells[i + 1] = cells[i];
        memset(cells[i + 1].characters, 0, sizeof(cells[i + 1].characters));
        cells[i + 1].width = 0;
        i++;
    }
}

static void colour_to_vterm(VTermColor *to, int16_t colour, const VTermColor *otherwise)
{
    if (colour < 0)
        *to = *otherwise;
    else
        vterm_color_indexed(to, (uint8_t)colour);
}

void cells_to_vterm(const struct console_cell *cells, VTermScreenCell *to, size_t columns,
                    const VTermColor *default_foreground, const VTermColor *default_background)
{
    for (size_t i = 0; i < columns; i++) {
        const struct console_cell *cell = &cells[i];
        memset(&to[i], 0, sizeof(to[i]));
        memcpy(to[i].chars, cell->characters, sizeof(cell->characters));
        // libvterm goes on by the width and never looks behind the last column.
        to[i].width = cell->width == 2 && i + 1 < columns ? 2 : 1;
        to[i].attrs.bold = (cell->attributes & CONSOLE_BOLD) != 0;
        to[i].attrs.underline = (cell->attributes & CONSOLE_UNDERLINE) != 0;
        to[i].attrs.reverse = (cell->attributes & CONSOLE_REVERSE) != 0;
        to[i].attrs.italic = (cell->attributes & CONSOLE_ITALIC) != 0;
        to[i].attrs.blink = (cell->attributes & CONSOLE_BLINK) != 0;
        colour_to_vterm(&to[i].fg, cell->foreground, default_foreground);
        colour_to_vterm(&to[i].bg, cell->background, default_background);
    }
}
