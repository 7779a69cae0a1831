// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE 1 // wcwidth

#include "backend/console/filter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "backend/console/filter_sequences.h"
#include "core/model/console_port.h"
#include "core/utf8.h"

#define STRING_MAX     (256u * 1024) // a string without end must not swallow the console for ever
#define NUMBER_MAX     9999u
#define PASS_SIZE      2048u // the rest of FILTER_OUTPUT_SIZE is room for one input byte's worth
#define PALETTE_DIGITS 7u

// What the VT100's line drawing set shows for '_' .. '~'.
static const uint16_t line_drawing[] = {
    0x0020, 0x25C6, 0x2592, 0x2409, 0x240C, 0x240D, 0x240A, 0x00B0, 0x00B1, 0x2424, 0x240B,
    0x2518, 0x2510, 0x250C, 0x2514, 0x253C, 0x23BA, 0x23BB, 0x2500, 0x23BC, 0x23BD, 0x251C,
    0x2524, 0x2534, 0x252C, 0x2502, 0x2264, 0x2265, 0x03C0, 0x2260, 0x00A3, 0x00B7,
};

void filter_init(struct filter *filter)
{
    memset(filter, 0, sizeof(*filter));
}

bool filter_pending(const struct filter *filter)
{
    return filter->repeat_left > 0;
}

void filter_emit(struct filter *filter, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = FILTER_OUTPUT_SIZE - filter->out_length;
    int length = vsnprintf(filter->out + filter->out_length, room, format, args);
    va_end(args);
    // Half a sequence must not pass; there is always room, so this is only a belt.
    if (length > 0 && (size_t)length < room)
        filter->out_length += (size_t)length;
    filter->work++;
}

// They reorder, hide or annotate the text around them.
static bool is_disguise(uint32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || (c >= 0xFFF9 && c <= 0xFFFB);
}

// Joiners, variation selectors, tags: terminals disagree about what they do to the width.
static bool is_invisible(uint32_t c)
{
    return c == 0x00AD || c == 0x034F || c == 0x180E || (c >= 0x180B && c <= 0x180D) ||
           (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF);
}

uint32_t filter_safe_character(uint32_t code_point)
{
    if (code_point >= 0x20 && code_point < 0x7F)
        return code_point;
    if (code_point < 0xA0 || code_point > 0x10FFFF || is_disguise(code_point))
        return UTF8_REPLACEMENT;
    if (is_invisible(code_point))
        return 0;
    return wcwidth((wchar_t)code_point) < 0 ? UTF8_REPLACEMENT : code_point;
}

static void emit_character(struct filter *filter, uint32_t character)
{
    filter->out_length += utf8_encode(character, filter->out + filter->out_length);
}

static void pass_character(struct filter *filter, uint32_t character)
{
    if (filter->graphics[filter->shift] && character >= '_' && character <= '~')
        character = line_drawing[character - '_'];
    character = filter_safe_character(character);
    if (character == 0)
        return;
    if (character >= 0xA0 && utf8_code_point_width(character) == 0) {
        // Without a base, or as one of thousands, it would only make libvterm grow.
        if (filter->last_character == 0 || filter->combining >= CONSOLE_CLUSTER_MAX - 1)
            return;
        filter->combining++;
    } else {
        filter->last_character = character;
        filter->combining = 0;
    }
    emit_character(filter, character);
}

// Takes one byte of a UTF-8 sequence. False when the byte does not continue the sequence that had
// begun: that one became U+FFFD, and the byte wants to be looked at again.
static bool take_utf8(struct filter *filter, char byte)
{
    unsigned char value = (unsigned char)byte;
    if (filter->partial_length == 0) {
        filter->partial_wanted = value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : 2;
        if (value < 0xC2 || value > 0xF4) {
            pass_character(filter, UTF8_REPLACEMENT);
            return true;
        }
    } else if ((value & 0xC0) != 0x80) {
        filter->partial_length = 0;
        pass_character(filter, UTF8_REPLACEMENT);
        return false;
    }
    filter->partial[filter->partial_length++] = byte;
    if (filter->partial_length == filter->partial_wanted) {
        uint32_t character;
        utf8_decode(filter->partial, filter->partial_length, &character);
        filter->partial_length = 0;
        pass_character(filter, character);
    }
    return true;
}

static void take_control(struct filter *filter, char byte)
{
    switch (byte) {
    case '\a': // does not part a character from its combining ones
        filter_emit(filter, "\a");
        return;
    case '\b':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
        filter_emit(filter, "%c", byte);
        filter->last_character = 0;
        return;
    case 0x0E: // SO
        filter->shift = 1;
        return;
    case 0x0F: // SI
        filter->shift = 0;
        return;
    default: // NUL, XON, ... mean nothing to a screen
        return;
    }
}

static void begin_string(struct filter *filter)
{
    filter->state = FILTER_STRING;
    filter->string_length = 0;
    filter->palette_left = 0;
}

static void take_escape(struct filter *filter, char byte)
{
    filter->state = FILTER_GROUND;
    switch (byte) {
    case '[':
        filter->state = FILTER_CSI;
        filter->leader = filter->intermediate = 0;
        filter->broken = false;
        memset(filter->arguments, 0, sizeof(filter->arguments));
        filter->argument_count = 1;
        return;
    case 'P': // DCS
    case 'X': // SOS
    case '^': // PM
    case '_': // APC
        begin_string(filter);
        filter->string_length = 1; // so that the first byte is not taken for the kind of an OSC
        return;
    case ']':
        begin_string(filter);
        return;
    default:
        if (byte >= ' ' && byte <= '/') {
            filter->intermediate = byte;
            filter->state = FILTER_CHARSET;
        } else {
            filter_escape(filter, byte);
        }
    }
}

static void take_charset(struct filter *filter, char byte)
{
    if (byte >= ' ' && byte <= '/') { // a longer one: nothing that is known here
        filter->intermediate = ' ';
        return;
    }
    filter->state = FILTER_GROUND;
    if (filter->intermediate == '(')
        filter->graphics[0] = byte == '0';
    else if (filter->intermediate == ')')
        filter->graphics[1] = byte == '0';
    else if (filter->intermediate == '#' && byte == '8')
        filter_emit(filter, "\033#8");
}

static void take_digit(struct filter *filter, unsigned digit)
{
    struct filter_argument *argument = &filter->arguments[filter->argument_count - 1];
    unsigned value = argument->value * 10 + digit;
    argument->value = value > NUMBER_MAX ? NUMBER_MAX : value;
    argument->given = true;
}

static void take_csi(struct filter *filter, char byte)
{
    if (byte >= '0' && byte <= '9') {
        take_digit(filter, (unsigned)(byte - '0'));
    } else if (byte == ';' || byte == ':') {
        filter->arguments[filter->argument_count - 1].continues = byte == ':';
        if (filter->argument_count < FILTER_ARGUMENT_MAX)
            filter->argument_count++;
        else
            filter->broken = true;
    } else if (byte >= '<' && byte <= '?') {
        bool first = filter->argument_count == 1 && !filter->arguments[0].given;
        filter->broken = filter->broken || !first || filter->leader != 0;
        filter->leader = byte;
    } else if (byte >= ' ' && byte <= '/') {
        filter->broken = filter->broken || filter->intermediate != 0;
        filter->intermediate = byte;
    } else {
        filter->state = FILTER_GROUND;
        if (!filter->broken && byte >= '@' && byte <= '~')
            filter_csi(filter, byte);
    }
}

// The Linux console's palette sequences ESC ] P nrrggbb and ESC ] R have no end of their own.
static void take_string(struct filter *filter, char byte)
{
    bool first = filter->string_length++ == 0;
    if (byte == '\a' || filter->string_length > STRING_MAX) {
        filter->state = FILTER_GROUND;
    } else if (first && byte == 'R') {
        filter->state = FILTER_GROUND;
    } else if (first && byte == 'P') {
        filter->palette_left = PALETTE_DIGITS;
    } else if (filter->palette_left > 0 && --filter->palette_left == 0) {
        filter->state = FILTER_GROUND;
    }
}

static bool take_special(struct filter *filter, char byte)
{
    if (byte == 0x18 || byte == 0x1A) { // CAN, SUB
        filter->state = FILTER_GROUND;
        return true;
    }
    if (byte == 0x1B) {
        bool in_string = filter->state == FILTER_STRING;
        filter->state = in_string ? FILTER_STRING_ESCAPE : FILTER_ESCAPE;
        return true;
    }
    if (filter->state == FILTER_STRING || byte == 0x7F)
        return byte == 0x7F;
    if ((unsigned char)byte < 0x20) {
        take_control(filter, byte);
        return true;
    }
    return false;
}

static void take_in_state(struct filter *filter, char byte)
{
    switch (filter->state) {
    case FILTER_GROUND:
        pass_character(filter, (unsigned char)byte);
        return;
    case FILTER_STRING_ESCAPE: // ESC \ ends the string, any other escape does so too and counts
        filter->state = FILTER_GROUND;
        if (byte != '\\')
            take_escape(filter, byte);
        return;
    case FILTER_ESCAPE:
        take_escape(filter, byte);
        return;
    case FILTER_CHARSET:
        take_charset(filter, byte);
        return;
    case FILTER_CSI:
        take_csi(filter, byte);
        return;
    case FILTER_STRING:
        take_string(filter, byte);
        return;
    }
}

static void take_byte(struct filter *filter, char byte)
{
    bool wide = ((unsigned char)byte & 0x80) != 0;
    if (filter->state == FILTER_GROUND && (wide || filter->partial_length > 0)) {
        if (take_utf8(filter, byte))
            return;
        take_byte(filter, byte);
        return;
    }
    if (!take_special(filter, byte))
        take_in_state(filter, byte);
}

// Plain text, by far the most of all input. Returns the bytes taken.
static size_t pass_plain(struct filter *filter, const char *bytes, size_t length)
{
    if (filter->state != FILTER_GROUND || filter->partial_length > 0 ||
        filter->graphics[filter->shift])
        return 0;
    size_t room = PASS_SIZE - filter->out_length;
    size_t count = 0;
    while (count < length && count < room && bytes[count] >= ' ' && bytes[count] <= '~')
        count++;
    if (count == 0)
        return 0;
    memcpy(filter->out + filter->out_length, bytes, count);
    filter->out_length += count;
    filter->last_character = (unsigned char)bytes[count - 1];
    filter->combining = 0;
    return count;
}

size_t filter_pass(struct filter *filter, const char **bytes, size_t *length, char *out)
{
    filter->out = out;
    filter->out_length = 0;
    filter->work = 0;
    while (filter->out_length < PASS_SIZE && filter->work < FILTER_WORK_MAX) {
        if (filter->repeat_left > 0) {
            filter->repeat_left--;
            emit_character(filter, filter->last_character);
            continue;
        }
        if (*length == 0)
            break;
        size_t used = pass_plain(filter, *bytes, *length);
        if (used == 0) {
            take_byte(filter, **bytes);
            used = 1;
        }
        *bytes += used;
        *length -= used;
    }
    filter->out = NULL;
    return filter->out_length;
}
