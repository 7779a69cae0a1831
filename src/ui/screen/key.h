// SPDX-License-Identifier: GPL-2.0-or-later
// One press of a key or the mouse, and the names that people write for it: "s", "F5", "Ctrl-P",
// "Space", "Shift-Tab", "PgUp". Pure.
#ifndef VMTUI_UI_SCREEN_KEY_H
#define VMTUI_UI_SCREEN_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_code {
    KEY_CODE_CHARACTER, // character
    KEY_CODE_ENTER,
    KEY_CODE_ESCAPE,
    KEY_CODE_TAB,
    KEY_CODE_BACK_TAB,
    KEY_CODE_BACKSPACE,
    KEY_CODE_UP,
    KEY_CODE_DOWN,
    KEY_CODE_LEFT,
    KEY_CODE_RIGHT,
    KEY_CODE_HOME,
    KEY_CODE_END,
    KEY_CODE_PAGE_UP,
    KEY_CODE_PAGE_DOWN,
    KEY_CODE_INSERT,
    KEY_CODE_DELETE,
    KEY_CODE_F1,
    KEY_CODE_F12 = KEY_CODE_F1 + 11,
    KEY_CODE_MOUSE_CLICK,
    KEY_CODE_MOUSE_DOUBLE,
    KEY_CODE_MOUSE_WHEEL_UP,
    KEY_CODE_MOUSE_WHEEL_DOWN,
    KEY_CODE_PASTE,  // paste, paste_length
    KEY_CODE_RESIZE, // the terminal has a new size
    KEY_CODE_COUNT
};

enum key_modifier { KEY_CTRL = 1u << 0, KEY_ALT = 1u << 1, KEY_SHIFT = 1u << 2 };

struct key {
    enum key_code code;
    unsigned modifiers; // Ctrl-letters come as CHARACTER with KEY_CTRL and the lower-case letter
    uint32_t character;
    int row, column;     // of the mouse; KEY_CODE_RESIZE: the new size
    const char *paste;   // UTF-8, lines end with '\n', no other controls but tabs; for this call
    size_t paste_length; // bytes
};

// Reads a key's name; false when there is no such key. Case counts for single characters only.
bool key_parse(const char *name, struct key *key);
// Writes the canonical name ("Ctrl-P"); out has at least 32 bytes.
void key_format(const struct key *key, char *out, size_t size);
bool key_equal(const struct key *a, const struct key *b); // ignores mouse position and paste

#endif
