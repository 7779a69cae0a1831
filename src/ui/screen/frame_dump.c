// SPDX-License-Identifier: GPL-2.0-or-later
// A frame as text: what tests compare and goldens hold.
#include "core/utf8.h"
#include "ui/screen/frame.h"

static const struct cell *row_cells(const struct frame *frame, int row)
{
    return &frame->cells[(size_t)row * (size_t)frame->columns];
}

static void add_cell(struct str *out, const struct cell *cell)
{
    if (cell->width == 0)
        return;
    if (cell->characters[0] == 0) {
        str_add_char(out, ' ');
        return;
    }
    for (int i = 0; i < FRAME_CLUSTER_MAX && cell->characters[i] != 0; i++) {
        char bytes[4];
        str_add_bytes(out, bytes, utf8_encode(cell->characters[i], bytes));
    }
}

void frame_to_text(const struct frame *frame, struct str *out)
{
    for (int row = 0; row < frame->rows; row++) {
        if (row > 0)
            str_add_char(out, '\n');
        const struct cell *cells = row_cells(frame, row);
        int used = frame->columns;
        while (used > 0 && cells[used - 1].width == 1 && cells[used - 1].characters[0] == 0)
            used--;
        for (int column = 0; column < used; column++)
            add_cell(out, &cells[column]);
    }
}

static char role_letter(const struct style *style)
{
    bool selected = (style->flags & STYLE_SELECTED) != 0;
    if (style->flags & STYLE_PALETTE)
        return selected ? 'Z' : 'z';
    return (char)((selected ? 'A' : 'a') + style->role % ROLE_COUNT);
}

void frame_to_roles(const struct frame *frame, struct str *out)
{
    _Static_assert(ROLE_COUNT < 26, "a letter for each role, and z for the palette");
    for (int row = 0; row < frame->rows; row++) {
        if (row > 0)
            str_add_char(out, '\n');
        for (int column = 0; column < frame->columns; column++)
            str_add_char(out, role_letter(&row_cells(frame, row)[column].style));
    }
}
