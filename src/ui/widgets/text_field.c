// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/text_field.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

void text_field_init(struct text_field *field, const char *text)
{
    str_init(&field->text);
    text_field_set(field, text);
}

void text_field_finish(struct text_field *field)
{
    str_finish(&field->text);
    field->cursor = 0;
}

void text_field_set(struct text_field *field, const char *text)
{
    str_clear(&field->text);
    field->cursor = 0;
    text_field_replace(field, 0, text ? text : "");
}

// Cuts bytes [from, to) and puts `length` bytes of text there.
static void splice(struct text_field *field, size_t from, size_t to, const char *text,
                   size_t length)
{
    size_t room = TEXT_FIELD_BYTES_MAX - (field->text.length - (to - from));
    if (length > room)
        length = utf8_trim_partial(text, room);
    struct str result;
    str_init(&result);
    str_add_bytes(&result, field->text.text, from);
    str_add_bytes(&result, text, length);
    field->cursor = result.length;
    str_add_bytes(&result, field->text.text + to, field->text.length - to);
    str_finish(&field->text);
    field->text = result;
}

void text_field_replace(struct text_field *field, size_t from, const char *text)
{
    char clean[TEXT_FIELD_BYTES_MAX + 1];
    utf8_scrub(text, strlen(text), clean, sizeof(clean), false);
    if (from > field->cursor)
        from = field->cursor;
    splice(field, from, field->cursor, clean, strlen(clean));
}

// A cluster is a code point with a width and the combining ones after it.
static size_t next_cluster(const struct text_field *field, size_t at)
{
    const char *text = field->text.text;
    size_t length = field->text.length;
    uint32_t code_point;
    if (at < length)
        at += utf8_decode(text + at, length - at, &code_point);
    while (at < length) {
        size_t used = utf8_decode(text + at, length - at, &code_point);
        if (utf8_code_point_width(code_point) != 0)
            break;
        at += used;
    }
    return at;
}

static size_t previous_cluster(const struct text_field *field, size_t at)
{
    size_t before = 0;
    for (size_t next = 0; next < at; next = next_cluster(field, next))
        before = next;
    return before;
}

static size_t word_start(const struct text_field *field, size_t at)
{
    const char *text = field->text.text;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    while (at > 0 && text[at - 1] != ' ')
        at--;
    return at;
}

static bool control_key(struct text_field *field, uint32_t letter)
{
    size_t end = field->text.length;
    switch (letter) {
    case 'a':
        field->cursor = 0;
        return true;
    case 'e':
        field->cursor = end;
        return true;
    case 'b':
        field->cursor = previous_cluster(field, field->cursor);
        return true;
    case 'f':
        field->cursor = next_cluster(field, field->cursor);
        return true;
    case 'h':
        splice(field, previous_cluster(field, field->cursor), field->cursor, "", 0);
        return true;
    case 'd':
        splice(field, field->cursor, next_cluster(field, field->cursor), "", 0);
        return true;
    case 'u':
        splice(field, 0, field->cursor, "", 0);
        return true;
    case 'k':
        splice(field, field->cursor, end, "", 0);
        return true;
    case 'w':
        splice(field, word_start(field, field->cursor), field->cursor, "", 0);
        return true;
    default:
        return false;
    }
}

static void paste(struct text_field *field, const struct key *key)
{
    size_t length = key->paste_length;
    if (length > TEXT_FIELD_BYTES_MAX)
        length = utf8_trim_partial(key->paste, TEXT_FIELD_BYTES_MAX);
    while (length > 0 && (key->paste[length - 1] == '\n' || key->paste[length - 1] == '\r'))
        length--;
    AUTO_FREE char *text = memory_strndup(key->paste, length);
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' '; // what was several lines stays one command, which the person still sees
    text_field_replace(field, field->cursor, text);
}

bool text_field_key(struct text_field *field, const struct key *key)
{
    char bytes[5] = "";
    switch (key->code) {
    case KEY_CODE_CHARACTER:
        if (key->modifiers & KEY_CTRL)
            return control_key(field, key->character);
        if (key->modifiers & KEY_ALT)
            return false;
        bytes[utf8_encode(key->character, bytes)] = '\0';
        text_field_replace(field, field->cursor, bytes);
        return true;
    case KEY_CODE_PASTE:
        paste(field, key);
        return true;
    case KEY_CODE_BACKSPACE:
        return control_key(field, 'h');
    case KEY_CODE_DELETE:
        return control_key(field, 'd');
    case KEY_CODE_LEFT:
        return control_key(field, 'b');
    case KEY_CODE_RIGHT:
        return control_key(field, 'f');
    case KEY_CODE_HOME:
        return control_key(field, 'a');
    case KEY_CODE_END:
        return control_key(field, 'e');
    default:
        return false;
    }
}

static int columns_between(const struct text_field *field, size_t from, size_t to)
{
    AUTO_FREE char *part = memory_strndup(field->text.text + from, to - from);
    return (int)utf8_width(part);
}

void text_field_draw(const struct text_field *field, struct frame *frame, const struct rect *clip,
                     int row, int column, int columns, bool focused)
{
    struct style style = STYLE_WITH(ROLE_INPUT, focused ? STYLE_BOLD : 0);
    struct rect box = {row, column, 1, columns};
    if (columns <= 0)
        return;
    if (clip) { // the field never leaves the place that its owner has
        int end = clip->column + clip->columns;
        if (row < clip->row || row >= clip->row + clip->rows || column >= end)
            return;
        if (box.column + box.columns > end)
            box.columns = end - box.column;
    }
    size_t first = 0;
    while (columns_between(field, first, field->cursor) >= box.columns && first < field->cursor)
        first = next_cluster(field, first);
    frame_fill(frame, box, style);
    frame_text(frame, &box, row, column, style, field->text.text + first);
    if (focused) {
        frame->cursor_visible = true;
        frame->cursor_row = row;
        frame->cursor_column = column + columns_between(field, first, field->cursor);
    }
}
