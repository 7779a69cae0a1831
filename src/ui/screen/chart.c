// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/chart.h"

#include <math.h>

enum { BRAILLE_BASE = 0x2800, BRAILLE_ROWS = 4, FULL_BLOCK = 0x2588 };

static double clamp_fraction(double fraction)
{
    return fraction > 1 ? 1 : fraction > 0 ? fraction : 0;
}

static void bar_unknown(struct frame *frame, const struct rect *clip, int row, int column,
                        int columns)
{
    for (int i = 0; i < columns; i++) {
        bool middle = i == (columns - 1) / 2;
        frame_character(frame, clip, row, column + i, STYLE(middle ? ROLE_DIM : ROLE_BAR_EMPTY),
                        middle ? '-' : ' ');
    }
}

// U+2588 is the full block; the left blocks of 7/8 to 1/8 follow it.
static uint32_t bar_glyph(enum glyph_set glyphs, int eighths)
{
    if (glyphs == GLYPHS_ASCII)
        return eighths >= 4 ? '#' : '-';
    if (eighths <= 0)
        return 0x2591;
    return (uint32_t)(FULL_BLOCK + 8 - (eighths < 8 ? eighths : 8));
}

void chart_bar(struct frame *frame, const struct rect *clip, int row, int column, int columns,
               double fraction, enum role role)
{
    if (columns <= 0)
        return;
    if (!(fraction >= 0)) {
        bar_unknown(frame, clip, row, column, columns);
        return;
    }
    // In ASCII a cell is full or empty.
    int steps = frame->glyphs == GLYPHS_UNICODE ? 8 : 1;
    int filled = (int)lround(clamp_fraction(fraction) * columns * steps) * (8 / steps);
    for (int i = 0; i < columns; i++) {
        int eighths = filled - i * 8;
        frame_character(frame, clip, row, column + i,
                        STYLE(eighths > 0 ? (uint8_t)role : ROLE_BAR_EMPTY),
                        bar_glyph(frame->glyphs, eighths));
    }
}

// Which values one of `slots` slots shows: all that fall into it, so that a short peak does not
// vanish when many values are drawn small.
static float slot_value(const float *values, size_t count, size_t slot, size_t slots)
{
    size_t first = slot * count / slots;
    size_t end = (slot + 1) * count / slots;
    if (end <= first)
        end = first + 1;
    float peak = NAN;
    for (size_t i = first; i < end && i < count; i++)
        peak = fmaxf(peak, values[i]);
    return peak;
}

static uint32_t spark_glyph(enum glyph_set glyphs, float value, double maximum)
{
    static const char ascii[] = " .:-=+*#%@";
    if (isnan(value))
        return ' ';
    double fraction = maximum > 0 ? clamp_fraction(value / maximum) : 0;
    if (glyphs == GLYPHS_UNICODE)
        return 0x2581 + (uint32_t)fmin(fraction * 8, 7);
    return fraction > 0 ? (uint32_t)ascii[1 + (int)fmin(fraction * 9, 8)] : ' ';
}

void chart_spark(struct frame *frame, const struct rect *clip, int row, int column, int columns,
                 const float *values, size_t count, double maximum, enum role role)
{
    if (columns <= 0 || count == 0)
        return;
    size_t slots = count < (size_t)columns ? count : (size_t)columns;
    column += columns - (int)slots;
    for (size_t slot = 0; slot < slots; slot++) {
        float value = slot_value(values, count, slot, slots);
        frame_character(frame, clip, row, column + (int)slot, STYLE(role),
                        spark_glyph(frame->glyphs, value, maximum));
    }
}

// Steps of height out of `full`; a known value has at least one, so that zero differs from unknown.
static int height_of(float value, double maximum, int full)
{
    if (isnan(value))
        return 0;
    long height = lround((maximum > 0 ? clamp_fraction(value / maximum) : 0) * full);
    return height < 1 ? 1 : (int)height;
}

// Dots of one column of a braille cell, `height` of four from below; right: the second column.
static uint32_t braille_dots(int height, bool right)
{
    static const uint8_t left_dots[] = {0x00, 0x40, 0x44, 0x46, 0x47};
    static const uint8_t right_dots[] = {0x00, 0x80, 0xA0, 0xB0, 0xB8};
    height = height < 0 ? 0 : height > BRAILLE_ROWS ? BRAILLE_ROWS : height;
    return right ? right_dots[height] : left_dots[height];
}

static uint32_t braille_at(const struct frame *frame, int row, int column)
{
    const struct cell *cell = &frame->cells[(size_t)row * (size_t)frame->columns + (size_t)column];
    uint32_t c = cell->characters[0];
    return c > BRAILLE_BASE && c <= BRAILLE_BASE + 0xFF ? c - BRAILLE_BASE : 0;
}

static void area_braille(struct frame *frame, struct rect rect, int column, float left_value,
                         float right_value, double maximum, enum role role)
{
    int full = rect.rows * BRAILLE_ROWS;
    int left = height_of(left_value, maximum, full);
    int right = height_of(right_value, maximum, full);
    for (int i = 0; i < rect.rows; i++) {
        int below = i * BRAILLE_ROWS;
        int row = rect.row + rect.rows - 1 - i;
        uint32_t dots = braille_dots(left - below, false) | braille_dots(right - below, true);
        if (dots == 0 || !rect_contains(frame_rect(frame), row, column))
            continue;
        dots |= braille_at(frame, row, column);
        frame_character(frame, NULL, row, column, STYLE(role), BRAILLE_BASE + dots);
    }
}

static void area_ascii(struct frame *frame, struct rect rect, int column, float value,
                       double maximum, enum role role)
{
    static const char levels[] = ".:#";
    int height = height_of(value, maximum, rect.rows * 3);
    for (int i = 0; i < rect.rows; i++) {
        int steps = height - i * 3;
        if (steps <= 0)
            break;
        frame_character(frame, &rect, rect.row + rect.rows - 1 - i, column, STYLE(role),
                        (uint32_t)levels[steps > 3 ? 2 : steps - 1]);
    }
}

void chart_area(struct frame *frame, struct rect rect, const float *values, size_t count,
                double maximum, enum role role)
{
    if (rect.rows <= 0 || rect.columns <= 0 || count == 0)
        return;
    size_t columns = (size_t)rect.columns;
    for (size_t i = 0; i < columns; i++) {
        int column = rect.column + (int)i;
        if (frame->glyphs == GLYPHS_UNICODE)
            area_braille(frame, rect, column, slot_value(values, count, i * 2, columns * 2),
                         slot_value(values, count, i * 2 + 1, columns * 2), maximum, role);
        else
            area_ascii(frame, rect, column, slot_value(values, count, i, columns), maximum, role);
    }
}

static double nice_step(double value, double power)
{
    return value <= power ? power : value <= 2 * power ? 2 * power : 5 * power;
}

double chart_nice_maximum(double value, bool bytes)
{
    if (!isfinite(value) || value <= 0)
        return 1;
    double unit = 1;
    while (bytes && value > unit * 500)
        unit *= 1024;
    double power = 1;
    while (value > unit * power * 5)
        power *= 10;
    while (!bytes && value <= power / 2 && power > 1e-3)
        power /= 10;
    return nice_step(value, unit * power);
}
