// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/pane_borders.h"

#include <stdlib.h>

#include "core/memory.h"

enum arm { ARM_UP = 1, ARM_DOWN = 2, ARM_LEFT = 4, ARM_RIGHT = 8, ARM_FOCUS = 16 };

#define ARM_MASK 15

void pane_borders_init(struct pane_borders *borders, int rows, int columns)
{
    borders->rows = rows;
    borders->columns = columns;
    borders->arms = memory_array((size_t)rows * (size_t)columns, 1);
}

void pane_borders_finish(struct pane_borders *borders)
{
    free(borders->arms);
    borders->arms = NULL;
}

static void join(struct pane_borders *borders, int row, int column, unsigned arms)
{
    if (row < 0 || column < 0 || row >= borders->rows || column >= borders->columns)
        return;
    borders->arms[(size_t)row * (size_t)borders->columns + (size_t)column] |= (uint8_t)arms;
}

static void add_across(struct pane_borders *borders, int row, int column, int columns,
                       unsigned focus)
{
    for (int i = 0; i < columns; i++)
        join(borders, row, column + i,
             (i > 0 ? ARM_LEFT : 0u) | (i < columns - 1 ? ARM_RIGHT : 0u) | focus);
}

static void add_down(struct pane_borders *borders, int row, int column, int rows, unsigned focus)
{
    for (int i = 0; i < rows; i++)
        join(borders, row + i, column,
             (i > 0 ? ARM_UP : 0u) | (i < rows - 1 ? ARM_DOWN : 0u) | focus);
}

void pane_borders_add(struct pane_borders *borders, struct rect rect, bool without_foot,
                      bool focused)
{
    if (rect.rows < 1 || rect.columns < 1)
        return;
    unsigned focus = focused ? ARM_FOCUS : 0;
    add_across(borders, rect.row, rect.column, rect.columns, focus);
    if (!without_foot)
        add_across(borders, rect.row + rect.rows - 1, rect.column, rect.columns, focus);
    add_down(borders, rect.row, rect.column, rect.rows, focus);
    add_down(borders, rect.row, rect.column + rect.columns - 1, rect.rows, focus);
}

void pane_borders_add_line(struct pane_borders *borders, int row, int column, int columns)
{
    add_across(borders, row, column, columns, 0);
}

static uint32_t arms_character(unsigned arms, enum glyph_set glyphs)
{
    static const uint32_t unicode[ARM_MASK + 1] = {
        [0] = ' ',
        [ARM_UP] = 0x2502,
        [ARM_DOWN] = 0x2502,
        [ARM_UP | ARM_DOWN] = 0x2502,
        [ARM_LEFT] = 0x2500,
        [ARM_RIGHT] = 0x2500,
        [ARM_LEFT | ARM_RIGHT] = 0x2500,
        [ARM_DOWN | ARM_RIGHT] = 0x250c,
        [ARM_DOWN | ARM_LEFT] = 0x2510,
        [ARM_UP | ARM_RIGHT] = 0x2514,
        [ARM_UP | ARM_LEFT] = 0x2518,
        [ARM_UP | ARM_DOWN | ARM_RIGHT] = 0x251c,
        [ARM_UP | ARM_DOWN | ARM_LEFT] = 0x2524,
        [ARM_LEFT | ARM_RIGHT | ARM_DOWN] = 0x252c,
        [ARM_LEFT | ARM_RIGHT | ARM_UP] = 0x2534,
        [ARM_MASK] = 0x253c,
    };
    if (glyphs == GLYPHS_UNICODE)
        return unicode[arms];
    bool across = (arms & (ARM_LEFT | ARM_RIGHT)) != 0, down = (arms & (ARM_UP | ARM_DOWN)) != 0;
    return across && down ? '+' : across ? '-' : '|';
}

void pane_borders_draw(const struct pane_borders *borders, struct frame *frame)
{
    for (int row = 0; row < borders->rows; row++)
        for (int column = 0; column < borders->columns; column++) {
            unsigned arms = borders->arms[(size_t)row * (size_t)borders->columns + (size_t)column];
            if (arms == 0)
                continue;
            enum role role = arms & ARM_FOCUS ? ROLE_BORDER_FOCUS : ROLE_BORDER;
            frame_character(frame, NULL, row, column, STYLE(role),
                            arms_character(arms & ARM_MASK, frame->glyphs));
        }
}
