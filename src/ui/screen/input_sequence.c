// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/input_sequence.h"

#include <string.h>

#include "core/memory.h"

enum { PARAMETERS_MAX = 4, SEQUENCE_BYTES_MAX = 64, PARAMETER_LARGEST = 9999 };

struct sequence {
    char private_mark; // '<', '?' or 0
    unsigned parameters[PARAMETERS_MAX];
    size_t count;
    char final;
};

static bool key_of_letter(char final, enum key_code *code)
{
    static const struct {
        char final;
        enum key_code code;
    } letters[] = {
        {'A', KEY_CODE_UP},       {'B', KEY_CODE_DOWN},   {'C', KEY_CODE_RIGHT},
        {'D', KEY_CODE_LEFT},     {'H', KEY_CODE_HOME},   {'F', KEY_CODE_END},
        {'P', KEY_CODE_F1},       {'Q', KEY_CODE_F1 + 1}, {'R', KEY_CODE_F1 + 2},
        {'S', KEY_CODE_F1 + 3},   {'M', KEY_CODE_ENTER},  {'I', KEY_CODE_TAB},
        {'Z', KEY_CODE_BACK_TAB},
    };
    for (size_t i = 0; i < ARRAY_COUNT(letters); i++) {
        if (letters[i].final == final) {
            *code = letters[i].code;
            return true;
        }
    }
    return false;
}

static bool key_of_number(unsigned number, enum key_code *code)
{
    static const enum key_code editing[] = {
        [1] = KEY_CODE_HOME,    [2] = KEY_CODE_INSERT,    [3] = KEY_CODE_DELETE, [4] = KEY_CODE_END,
        [5] = KEY_CODE_PAGE_UP, [6] = KEY_CODE_PAGE_DOWN, [7] = KEY_CODE_HOME,   [8] = KEY_CODE_END,
    };
    // F1 is 11; a number is left out after F5 and after F10.
    static const unsigned char functions[] = {
        [0] = 1, [1] = 2, [2] = 3, [3] = 4,   [4] = 5,   [6] = 6,
        [7] = 7, [8] = 8, [9] = 9, [10] = 10, [12] = 11, [13] = 12};
    if (number >= 1 && number < ARRAY_COUNT(editing)) {
        *code = editing[number];
        return true;
    }
    if (number < 11 || number - 11 >= ARRAY_COUNT(functions) || functions[number - 11] == 0)
        return false;
    *code = KEY_CODE_F1 + functions[number - 11] - 1u;
    return true;
}

// xterm counts 1 + Shift 1 + Alt 2 + Ctrl 4 + Meta 8.
static unsigned modifiers_of(unsigned parameter)
{
    if (parameter < 2 || parameter > 16)
        return 0;
    unsigned bits = parameter - 1;
    return (bits & 1 ? KEY_SHIFT : 0) | (bits & (2 | 8) ? KEY_ALT : 0) | (bits & 4 ? KEY_CTRL : 0);
}

// button: bits 0-1 and 6 which, 2-4 modifiers, 5 motion.
static bool mouse_key(unsigned button, int row, int column, bool pressed, struct key *key)
{
    if (!pressed || (button & 32) || row < 0 || column < 0)
        return false;
    *key = (struct key){.row = row, .column = column};
    key->modifiers =
        (button & 4 ? KEY_SHIFT : 0) | (button & 8 ? KEY_ALT : 0) | (button & 16 ? KEY_CTRL : 0);
    switch (button & ~(4u | 8u | 16u)) {
    case 0:
        key->code = KEY_CODE_MOUSE_CLICK;
        return true;
    case 64:
        key->code = KEY_CODE_MOUSE_WHEEL_UP;
        return true;
    case 65:
        key->code = KEY_CODE_MOUSE_WHEEL_DOWN;
        return true;
    default:
        return false;
    }
}

static bool key_of_sequence(const struct sequence *s, struct key *key)
{
    *key = (struct key){0};
    if (s->private_mark == '<')
        return s->count == 3 && (s->final == 'M' || s->final == 'm') &&
               mouse_key(s->parameters[0], (int)s->parameters[2] - 1, (int)s->parameters[1] - 1,
                         s->final == 'M', key);
    if (s->private_mark != 0)
        return false;
    key->modifiers = s->count >= 2 ? modifiers_of(s->parameters[1]) : 0;
    if (s->final == '~' && s->count >= 1) {
        if (s->parameters[0] == 200) {
            key->code = KEY_CODE_PASTE;
            return true;
        }
        return key_of_number(s->parameters[0], &key->code);
    }
    // rxvt says Shift with '$', Ctrl with '^', and with small letters for arrows.
    if ((s->final == '$' || s->final == '^') && s->count == 1) {
        key->modifiers = s->final == '$' ? KEY_SHIFT : KEY_CTRL;
        return key_of_number(s->parameters[0], &key->code);
    }
    if (s->final >= 'a' && s->final <= 'd' && s->count == 0) {
        key->modifiers = KEY_SHIFT;
        return key_of_letter((char)(s->final - 'a' + 'A'), &key->code);
    }
    return s->final != 'M' && key_of_letter(s->final, &key->code);
}

static void read_parameters(struct sequence *s, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if (i == 0 && c >= '<' && c <= '?')
            s->private_mark = c;
        else if (c >= '0' && c <= '9') {
            if (s->count == 0)
                s->count = 1;
            unsigned *parameter = &s->parameters[s->count - 1];
            *parameter = *parameter * 10 + (unsigned)(c - '0');
            if (*parameter > PARAMETER_LARGEST)
                *parameter = PARAMETER_LARGEST;
        } else if (c == ';' && s->count < PARAMETERS_MAX) {
            s->count += s->count == 0 ? 2 : 1;
        }
    }
}

// "ESC [ parameters final".
static size_t parse_control(const char *bytes, size_t length, struct key *key, bool *found,
                            bool *partial)
{
    if (length >= 3 && bytes[2] == 'M') { // the old mouse report: three bytes from 32 on
        if (length < 6) {
            *partial = true;
            return 0;
        }
        unsigned char button = (unsigned char)bytes[3];
        *found = (button & 3) != 3 && mouse_key(button - 32u, (unsigned char)bytes[5] - 33,
                                                (unsigned char)bytes[4] - 33, true, key);
        return 6;
    }
    if (length >= 3 && bytes[2] == '[') { // the Linux console's F1 to F5
        *partial = length < 4;
        *found = length >= 4 && bytes[3] >= 'A' && bytes[3] <= 'E';
        if (*found)
            *key = (struct key){.code = KEY_CODE_F1 + (unsigned)(bytes[3] - 'A')};
        return length < 4 ? 0 : 4;
    }
    size_t at = 2;
    while (at < length && at < SEQUENCE_BYTES_MAX && bytes[at] >= ' ' && bytes[at] <= '?' &&
           bytes[at] != '$')
        at++;
    *partial = at == length;
    if (at == length || at == SEQUENCE_BYTES_MAX || (bytes[at] != '$' && bytes[at] < '@') ||
        bytes[at] == 0x7F)
        return 0;
    struct sequence sequence = {.final = bytes[at]};
    read_parameters(&sequence, bytes + 2, at - 2);
    *found = key_of_sequence(&sequence, key);
    return at + 1;
}

// "ESC O letter", with xterm's older "ESC O 5 letter" for modifiers.
static size_t parse_single_shift(const char *bytes, size_t length, struct key *key, bool *found,
                                 bool *partial)
{
    size_t at = 2;
    unsigned modifier = 0;
    if (length > at && bytes[at] >= '2' && bytes[at] <= '8')
        modifier = (unsigned)(bytes[at++] - '0');
    if (at >= length) {
        *partial = true;
        return 0;
    }
    *key = (struct key){.modifiers = modifiers_of(modifier)};
    *found = true;
    if (bytes[at] >= 'a' && bytes[at] <= 'd') { // rxvt: Ctrl and an arrow
        key->modifiers = KEY_CTRL;
        return key_of_letter((char)(bytes[at] - 'a' + 'A'), &key->code) ? at + 1 : 0;
    }
    if (bytes[at] >= 'j' && bytes[at] <= 'y') { // the keypad in its application mode
        key->character = (uint32_t) "*+,-./0123456789"[bytes[at] - 'j'];
        return at + 1;
    }
    return key_of_letter(bytes[at], &key->code) ? at + 1 : 0;
}

size_t input_sequence_known(const struct input_sequence *sequences, size_t count, const char *bytes,
                            size_t length, struct key *key, bool *partial)
{
    for (size_t i = 0; i < count; i++) {
        size_t needed = strlen(sequences[i].bytes);
        if (needed <= length && memcmp(sequences[i].bytes, bytes, needed) == 0) {
            *key = sequences[i].key;
            return needed;
        }
        if (needed > length && memcmp(sequences[i].bytes, bytes, length) == 0)
            *partial = true;
    }
    return 0;
}

size_t input_sequence_parse(const char *bytes, size_t length, struct key *key, bool *found,
                            bool *partial)
{
    *partial = length < 2;
    if (length < 2)
        return 0;
    if (bytes[1] == '[')
        return parse_control(bytes, length, key, found, partial);
    if (bytes[1] == 'O')
        return parse_single_shift(bytes, length, key, found, partial);
    if (bytes[1] != '\033')
        return 0;
    // Some terminals put an Escape before a key's sequence for Alt.
    *partial = length == 2;
    if (length == 2 || (bytes[2] != '[' && bytes[2] != 'O'))
        return 0;
    size_t used = input_sequence_parse(bytes + 1, length - 1, key, found, partial);
    key->modifiers |= KEY_ALT;
    return used == 0 ? 0 : used + 1;
}
