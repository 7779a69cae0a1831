// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/memory.h"
#include "core/utf8.h"

// The first name of a code is the one that is written; the others are understood too.
static const struct {
    const char *name;
    enum key_code code;
} named_keys[] = {
    {"Enter", KEY_CODE_ENTER},
    {"Return", KEY_CODE_ENTER},
    {"Esc", KEY_CODE_ESCAPE},
    {"Escape", KEY_CODE_ESCAPE},
    {"Tab", KEY_CODE_TAB},
    {"Backspace", KEY_CODE_BACKSPACE},
    {"Up", KEY_CODE_UP},
    {"Down", KEY_CODE_DOWN},
    {"Left", KEY_CODE_LEFT},
    {"Right", KEY_CODE_RIGHT},
    {"Home", KEY_CODE_HOME},
    {"End", KEY_CODE_END},
    {"PgUp", KEY_CODE_PAGE_UP},
    {"PageUp", KEY_CODE_PAGE_UP},
    {"PgDn", KEY_CODE_PAGE_DOWN},
    {"PageDown", KEY_CODE_PAGE_DOWN},
    {"Ins", KEY_CODE_INSERT},
    {"Insert", KEY_CODE_INSERT},
    {"Del", KEY_CODE_DELETE},
    {"Delete", KEY_CODE_DELETE},
    {"Click", KEY_CODE_MOUSE_CLICK},
    {"DoubleClick", KEY_CODE_MOUSE_DOUBLE},
    {"WheelUp", KEY_CODE_MOUSE_WHEEL_UP},
    {"WheelDown", KEY_CODE_MOUSE_WHEEL_DOWN},
};

static const struct {
    const char *prefix;
    unsigned modifier;
} modifier_names[] = {{"Ctrl-", KEY_CTRL}, {"Alt-", KEY_ALT}, {"Shift-", KEY_SHIFT}};

static const char *take_modifiers(const char *name, unsigned *modifiers)
{
    for (size_t i = 0; i < ARRAY_COUNT(modifier_names); i++) {
        size_t length = strlen(modifier_names[i].prefix);
        if (strncasecmp(name, modifier_names[i].prefix, length) == 0 && name[length] != '\0') {
            *modifiers |= modifier_names[i].modifier;
            name += length;
            i = (size_t)-1; // in any order
        }
    }
    return name;
}

// "F1" to "F12"; 0 when it is none of them.
static unsigned function_key_number(const char *name)
{
    if ((name[0] != 'F' && name[0] != 'f') || name[1] < '1' || name[1] > '9')
        return 0;
    unsigned number = (unsigned)(name[1] - '0');
    if (name[2] >= '0' && name[2] <= '9' && name[3] == '\0')
        number = number * 10 + (unsigned)(name[2] - '0');
    else if (name[2] != '\0')
        return 0;
    return number <= 12 ? number : 0;
}

static bool parse_named(const char *name, enum key_code *code)
{
    for (size_t i = 0; i < ARRAY_COUNT(named_keys); i++) {
        if (strcasecmp(name, named_keys[i].name) == 0) {
            *code = named_keys[i].code;
            return true;
        }
    }
    unsigned number = function_key_number(name);
    if (number > 0)
        *code = KEY_CODE_F1 + number - 1;
    return number > 0;
}

static bool parse_character(const char *name, uint32_t *character)
{
    if (strcasecmp(name, "Space") == 0) {
        *character = ' ';
        return true;
    }
    size_t length = strlen(name);
    size_t used = utf8_decode(name, length, character);
    return length > 0 && used == length && *character >= ' ' && *character != 0x7F &&
           (*character < 0x80 || *character >= 0xA0) && *character != UTF8_REPLACEMENT;
}

// What a terminal sends for Ctrl and a character is one of 32 bytes, and some of those are keys
// with names of their own; what it cannot send is no key.
static bool apply_ctrl(struct key *key)
{
    uint32_t c = key->character;
    if (c >= 'A' && c <= 'Z')
        c += 'a' - 'A';
    if (c == '@')
        c = ' ';
    if (c == 0 || c > 0x7F || strchr("abcdefghijklmnopqrstuvwxyz []\\^_", (int)c) == NULL)
        return false;
    key->character = c;
    enum key_code code = c == 'i'   ? KEY_CODE_TAB
                         : c == 'm' ? KEY_CODE_ENTER
                         : c == 'h' ? KEY_CODE_BACKSPACE
                         : c == '[' ? KEY_CODE_ESCAPE
                                    : KEY_CODE_CHARACTER;
    if (code != KEY_CODE_CHARACTER) {
        key->code = code;
        key->character = 0;
        key->modifiers &= ~(unsigned)KEY_CTRL;
    }
    return true;
}

static bool apply_shift(struct key *key)
{
    uint32_t c = key->character;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter || (key->modifiers & KEY_CTRL))
        return false;
    key->character = c >= 'a' ? c - ('a' - 'A') : c;
    key->modifiers &= ~(unsigned)KEY_SHIFT;
    return true;
}

bool key_parse(const char *name, struct key *key)
{
    struct key parsed = {.code = KEY_CODE_CHARACTER};
    name = take_modifiers(name, &parsed.modifiers);
    if (parse_named(name, &parsed.code)) {
        if (parsed.code == KEY_CODE_TAB && (parsed.modifiers & KEY_SHIFT)) {
            parsed.code = KEY_CODE_BACK_TAB;
            parsed.modifiers &= ~(unsigned)KEY_SHIFT;
        }
    } else if (!parse_character(name, &parsed.character)) {
        return false;
    } else if ((parsed.modifiers & KEY_SHIFT) && !apply_shift(&parsed)) {
        return false;
    } else if ((parsed.modifiers & KEY_CTRL) && !apply_ctrl(&parsed)) {
        return false;
    }
    *key = parsed;
    return true;
}

static void character_name(uint32_t character, unsigned modifiers, char name[8])
{
    // Ctrl-P is how people write it, though the key is sent without Shift.
    if ((modifiers & KEY_CTRL) && character >= 'a' && character <= 'z')
        character -= 'a' - 'A';
    if (character == ' ')
        memcpy(name, "Space", sizeof("Space"));
    else
        name[utf8_encode(character, name)] = '\0';
}

static void code_name(enum key_code code, char name[16])
{
    const char *found = code == KEY_CODE_PASTE ? "Paste" : code == KEY_CODE_RESIZE ? "Resize" : "?";
    if (code >= KEY_CODE_F1 && code <= KEY_CODE_F12) {
        snprintf(name, 16, "F%u", (unsigned)(code - KEY_CODE_F1 + 1) & 0xF);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(named_keys); i++) {
        if (named_keys[i].code == code) {
            found = named_keys[i].name;
            break;
        }
    }
    snprintf(name, 16, "%s", found);
}

void key_format(const struct key *key, char *out, size_t size)
{
    char name[16];
    unsigned modifiers = key->modifiers;
    if (key->code == KEY_CODE_CHARACTER) {
        character_name(key->character, modifiers, name);
    } else if (key->code == KEY_CODE_BACK_TAB) {
        code_name(KEY_CODE_TAB, name);
        modifiers |= KEY_SHIFT;
    } else {
        code_name(key->code, name);
    }
    snprintf(out, size, "%s%s%s%s", modifiers & KEY_CTRL ? "Ctrl-" : "",
             modifiers & KEY_ALT ? "Alt-" : "", modifiers & KEY_SHIFT ? "Shift-" : "", name);
}

bool key_equal(const struct key *a, const struct key *b)
{
    return a->code == b->code && a->modifiers == b->modifiers &&
           (a->code != KEY_CODE_CHARACTER || a->character == b->character);
}
