// SPDX-License-Identifier: GPL-2.0-or-later
// What a person types, as the bytes that a terminal sends.
#include "backend/console/emulator_internal.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

static const VTermKey plain_keys[] = {
    [CONSOLE_KEY_ENTER] = VTERM_KEY_ENTER,
    [CONSOLE_KEY_TAB] = VTERM_KEY_TAB,
    [CONSOLE_KEY_BACKSPACE] = VTERM_KEY_BACKSPACE,
    [CONSOLE_KEY_ESCAPE] = VTERM_KEY_ESCAPE,
    [CONSOLE_KEY_UP] = VTERM_KEY_UP,
    [CONSOLE_KEY_DOWN] = VTERM_KEY_DOWN,
    [CONSOLE_KEY_LEFT] = VTERM_KEY_LEFT,
    [CONSOLE_KEY_RIGHT] = VTERM_KEY_RIGHT,
    [CONSOLE_KEY_INSERT] = VTERM_KEY_INS,
    [CONSOLE_KEY_DELETE] = VTERM_KEY_DEL,
    [CONSOLE_KEY_HOME] = VTERM_KEY_HOME,
    [CONSOLE_KEY_END] = VTERM_KEY_END,
    [CONSOLE_KEY_PAGE_UP] = VTERM_KEY_PAGEUP,
    [CONSOLE_KEY_PAGE_DOWN] = VTERM_KEY_PAGEDOWN,
};

_Static_assert(ARRAY_COUNT(plain_keys) == CONSOLE_KEY_F1, "every key before F1 has a line");

// True when Ctrl with this character makes a control code, as on a real terminal.
static bool control_code(uint32_t character, uint32_t *code)
{
    if (character == ' ')
        *code = 0;
    else if (character == '?')
        *code = 0x7F;
    else if (character >= '@' && character < 0x7F)
        *code = character & 0x1F;
    else
        return false;
    return true;
}

// Not through vterm_keyboard_unichar: it sends Ctrl-I, -J, -M and -[ in a form that no getty reads.
void emulator_type_character(struct emulator *emulator, uint32_t character, unsigned modifiers)
{
    char bytes[5];
    size_t length = 0;
    if ((modifiers & CONSOLE_ALT) != 0)
        bytes[length++] = '\033';
    uint32_t code;
    if ((modifiers & CONSOLE_CTRL) != 0 && control_code(character, &code))
        bytes[length++] = (char)code;
    else
        length += utf8_encode(character, bytes + length);
    emulator->output(emulator->output_context, bytes, length);
}

void emulator_type_key(struct emulator *emulator, enum console_key key, unsigned modifiers)
{
    unsigned vterm_modifiers = VTERM_MOD_NONE;
    if ((modifiers & CONSOLE_ALT) != 0)
        vterm_modifiers |= VTERM_MOD_ALT;
    // Enter, Backspace and Escape have no common form with Ctrl or Shift.
    bool literal =
        key == CONSOLE_KEY_ENTER || key == CONSOLE_KEY_BACKSPACE || key == CONSOLE_KEY_ESCAPE;
    if ((modifiers & CONSOLE_SHIFT) != 0 && !literal)
        vterm_modifiers |= VTERM_MOD_SHIFT;
    if ((modifiers & CONSOLE_CTRL) != 0 && !literal && key != CONSOLE_KEY_TAB)
        vterm_modifiers |= VTERM_MOD_CTRL;
    VTermKey vterm_key = VTERM_KEY_NONE;
    if (key >= CONSOLE_KEY_F1 && key <= CONSOLE_KEY_F12)
        vterm_key = (VTermKey)VTERM_KEY_FUNCTION(1 + (int)key - CONSOLE_KEY_F1);
    else if (key < ARRAY_COUNT(plain_keys))
        vterm_key = plain_keys[key];
    vterm_keyboard_key(emulator->vterm, vterm_key, (VTermModifier)vterm_modifiers);
}

// Line ends become what Enter sends; other control characters could run as commands of the guest's
// editor or end a bracketed paste early, and go.
static void clean_paste(const char *text, size_t length, struct str *clean)
{
    while (length > 0) {
        uint32_t character;
        size_t used = utf8_decode(text, length, &character);
        bool broken = character == UTF8_REPLACEMENT && used == 1;
        bool half_of_line_end = character == '\r' && length > 1 && text[1] == '\n';
        bool line_end = character == '\r' || character == '\n';
        bool shown = character == '\t' || (character >= 0x20 && character < 0x7F) ||
                     (character >= 0xA0 && !broken);
        if (line_end && !half_of_line_end)
            str_add_char(clean, '\r');
        else if (shown)
            str_add_bytes(clean, text, used);
        text += used;
        length -= used;
    }
}

void emulator_paste(struct emulator *emulator, const char *text, size_t length)
{
    bool bracketed = emulator->filter.bracketed_paste;
    struct str bytes;
    str_init(&bytes);
    str_add(&bytes, bracketed ? "\033[200~" : "");
    clean_paste(text, length, &bytes);
    str_add(&bytes, bracketed ? "\033[201~" : "");
    emulator->output(emulator->output_context, bytes.text, bytes.length);
    str_finish(&bytes);
}
