// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/wrapped_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

// Bytes of the next line at most `columns` wide; *skip is what separates it from the one after.
static size_t line_length(const char *text, int columns, size_t *skip)
{
    size_t line = strcspn(text, "\n");
    size_t fits = utf8_prefix(text, (size_t)columns);
    *skip = text[line] == '\n' ? 1 : 0;
    if (fits >= line)
        return line;
    *skip = 0;
    if (text[fits] == ' ') {
        *skip = 1;
        return fits;
    }
    for (size_t at = fits; at > 0; at--)
        if (text[at - 1] == ' ') {
            *skip = 1;
            return at - 1;
        }
    if (fits > 0)
        return fits;
    return strlen(text) < 4 ? strlen(text) : 4; // not even one character fits: go on anyway
}

int wrapped_text_draw_from(struct frame *frame, struct rect rect, struct style style,
                           const char *text, int first)
{
    int row = -first;
    while (*text && rect.columns > 0) {
        size_t skip;
        size_t length = line_length(text, rect.columns, &skip);
        if (frame && row >= 0 && row < rect.rows) {
            AUTO_FREE char *line = memory_strndup(text, length);
            frame_text(frame, &rect, rect.row + row, rect.column, style, line);
        }
        row++;
        text += length + skip;
    }
    return row < rect.rows ? row : rect.rows;
}

int wrapped_text_draw(struct frame *frame, struct rect rect, struct style style, const char *text)
{
    return wrapped_text_draw_from(frame, rect, style, text, 0);
}

int wrapped_text_rows(const char *text, int columns)
{
    return wrapped_text_draw_from(NULL, (struct rect){0, 0, 1 << 30, columns}, STYLE(ROLE_TEXT),
                                  text, 0);
}
