// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/input.h"

#include <string.h>

#include "core/clock.h"
#include "core/utf8.h"
#include "ui/screen/input_sequence.h"

// How long an Escape (or "Escape [", which is Alt-[ too) may stand alone before it is the key; how
// long what can only be part of something longer may pause; and how long a paste may, before it is
// taken for ended (its end was lost; no key would ever work again).
#define ESCAPE_WAIT_NS   (25 * NS_PER_MS)
#define SEQUENCE_WAIT_NS (250 * NS_PER_MS)
#define PASTE_WAIT_NS    (5 * NS_PER_SECOND)
#define DOUBLE_CLICK_NS  (400 * NS_PER_MS)

static const char paste_end[] = "\033[201~";

void input_init(struct input *input)
{
    *input = (struct input){0};
    str_init(&input->paste);
}

void input_finish(struct input *input)
{
    str_finish(&input->paste);
}

void input_add_sequence(struct input *input, const char *bytes, enum key_code code,
                        unsigned modifiers)
{
    size_t length = bytes == NULL ? 0 : strlen(bytes);
    if (length < 2 || length >= INPUT_SEQUENCE_MAX || bytes[0] != '\033' ||
        input->sequence_count == INPUT_SEQUENCES_MAX)
        return;
    struct input_sequence *sequence = &input->sequences[input->sequence_count++];
    memcpy(sequence->bytes, bytes, length + 1);
    sequence->key = (struct key){.code = code, .modifiers = modifiers};
}

size_t input_space(const struct input *input)
{
    return INPUT_BYTES_MAX - input->length;
}

void input_feed(struct input *input, const char *bytes, size_t length, uint64_t now_ns)
{
    size_t space = input_space(input);
    length = length < space ? length : space;
    memcpy(input->bytes + input->length, bytes, length);
    input->length += length;
    input->fed_ns = now_ns;
}

static uint64_t unfinished_wait_ns(const struct input *input)
{
    if (input->pasting)
        return PASTE_WAIT_NS;
    return input->bytes[0] == '\033' && input->length <= 2 ? ESCAPE_WAIT_NS : SEQUENCE_WAIT_NS;
}

static void consume(struct input *input, size_t length)
{
    input->length -= length;
    memmove(input->bytes, input->bytes + length, input->length);
}

// Escape sequences and other controls in a paste are never text; line ends are made '\n'.
static void add_pasted(struct str *paste, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && paste->length < INPUT_PASTE_MAX; i++) {
        char c = bytes[i];
        bool after_return = paste->length > 0 && paste->text[paste->length - 1] == '\r';
        if (c == '\n' && after_return)
            paste->text[paste->length - 1] = '\n';
        else if ((unsigned char)c >= ' ' || c == '\n' || c == '\t' || c == '\r')
            str_add_char(paste, c);
    }
}

static bool is_c1_control(uint32_t c)
{
    return c >= 0x7F && c < 0xA0;
}

// A lone '\r' is how terminals send the end of a line. What is no UTF-8 becomes U+FFFD.
static void clean_paste(struct str *paste)
{
    struct str clean;
    str_init(&clean);
    size_t length = utf8_trim_partial(paste->text, paste->length);
    for (size_t at = 0; at < length;) {
        uint32_t c;
        at += utf8_decode(paste->text + at, length - at, &c);
        char bytes[4];
        if (!is_c1_control(c))
            str_add_bytes(&clean, bytes, utf8_encode(c == '\r' ? '\n' : c, bytes));
    }
    str_finish(paste);
    *paste = clean;
}

// Whether the end of the buffer may be the beginning of the paste's end; how many bytes of it.
static size_t possible_end(const char *bytes, size_t length)
{
    size_t most = sizeof(paste_end) - 2;
    for (size_t n = length < most ? length : most; n > 0; n--) {
        if (memcmp(bytes + length - n, paste_end, n) == 0)
            return n;
    }
    return 0;
}

static bool take_paste(struct input *input, uint64_t now_ns, struct key *key)
{
    const char *end = memmem(input->bytes, input->length, paste_end, sizeof(paste_end) - 1);
    bool given_up = end == NULL && now_ns - input->fed_ns >= unfinished_wait_ns(input);
    size_t text = end != NULL ? (size_t)(end - input->bytes)
                  : given_up  ? input->length
                              : input->length - possible_end(input->bytes, input->length);
    add_pasted(&input->paste, input->bytes, text);
    consume(input, end == NULL ? text : text + sizeof(paste_end) - 1);
    if (end == NULL && !given_up)
        return false;
    clean_paste(&input->paste);
    input->pasting = false;
    input->paste_was_given = true;
    *key = (struct key){
        .code = KEY_CODE_PASTE, .paste = input->paste.text, .paste_length = input->paste.length};
    return true;
}

static void find_double_click(struct input *input, uint64_t now_ns, struct key *key)
{
    bool again = input->click_ns != 0 && now_ns - input->click_ns < DOUBLE_CLICK_NS &&
                 key->row == input->click_row && key->column == input->click_column;
    if (again)
        key->code = KEY_CODE_MOUSE_DOUBLE;
    input->click_ns = again ? 0 : now_ns;
    input->click_row = key->row;
    input->click_column = key->column;
}

// Bytes of the control range that are keys of their own, and Ctrl with a character otherwise.
static struct key control_key(unsigned char byte)
{
    static const char others[] = "[\\]^_";
    if (byte == '\t')
        return (struct key){.code = KEY_CODE_TAB};
    if (byte == '\r')
        return (struct key){.code = KEY_CODE_ENTER};
    if (byte == '\b' || byte == 0x7F)
        return (struct key){.code = KEY_CODE_BACKSPACE};
    if (byte == 0x1B)
        return (struct key){.code = KEY_CODE_ESCAPE};
    uint32_t character = byte == 0      ? ' '
                         : byte <= 0x1A ? 'a' + byte - 1u
                                        : (uint32_t)others[byte - 0x1B];
    return (struct key){.modifiers = KEY_CTRL, .character = character};
}

// A character outside of any sequence. Returns the bytes used; 0: the rest is still to come.
static size_t plain_key(const char *bytes, size_t length, bool final, struct key *key, bool *found)
{
    unsigned char first = (unsigned char)bytes[0];
    *found = true;
    if (first < ' ' || first == 0x7F) {
        *key = control_key(first);
        return 1;
    }
    if (!final && utf8_trim_partial(bytes, length < 4 ? length : 4) == 0)
        return 0;
    uint32_t character;
    size_t used = utf8_decode(bytes, length, &character);
    *found = character != UTF8_REPLACEMENT && !is_c1_control(character);
    *key = (struct key){.character = character};
    return used;
}

// What begins with Escape. Returns the bytes used; 0: may go on. *found is false for what is
// understood but is no key (a button's release, a key that we have no name for).
static size_t escape_key(const struct input *input, bool final, struct key *key, bool *found)
{
    const char *bytes = input->bytes;
    size_t length = input->length;
    bool partial = false;
    size_t used =
        input_sequence_known(input->sequences, input->sequence_count, bytes, length, key, &partial);
    *found = true;
    if (used == 0 && !(partial && !final))
        used = input_sequence_parse(bytes, length, key, found, &partial);
    if (used > 0 || (partial && !final))
        return used;
    if (partial && length > 2) { // cut off: its rest must not be taken for typed text
        *found = false;
        return length;
    }
    *key = (struct key){.code = KEY_CODE_ESCAPE};
    *found = true;
    if (length < 2 || bytes[1] == '\033')
        return length < 2 && !final ? 0 : 1;
    used = plain_key(bytes + 1, length - 1, final, key, found);
    key->modifiers |= KEY_ALT;
    return used == 0 ? 0 : used + 1;
}

static bool starts_paste(const struct key *key)
{
    return key->code == KEY_CODE_PASTE;
}

bool input_next(struct input *input, uint64_t now_ns, struct key *key)
{
    if (input->paste_was_given) {
        str_finish(&input->paste);
        input->paste_was_given = false;
    }
    while (input->pasting || input->length > 0) {
        if (input->pasting)
            return take_paste(input, now_ns, key);
        bool found;
        // A full buffer that is no key yet never will be one.
        bool final = now_ns - input->fed_ns >= unfinished_wait_ns(input) || input_space(input) == 0;
        struct key next;
        size_t used = input->bytes[0] == '\033'
                          ? escape_key(input, final, &next, &found)
                          : plain_key(input->bytes, input->length, final, &next, &found);
        if (used == 0)
            return false;
        consume(input, used);
        if (!found)
            continue;
        if (starts_paste(&next)) {
            input->pasting = true;
            continue;
        }
        if (next.code == KEY_CODE_MOUSE_CLICK)
            find_double_click(input, now_ns, &next);
        *key = next;
        return true;
    }
    return false;
}

uint64_t input_wait_ns(const struct input *input, uint64_t now_ns)
{
    if (input->length == 0 && !input->pasting)
        return UINT64_MAX;
    uint64_t wait = unfinished_wait_ns(input);
    uint64_t waited = now_ns - input->fed_ns;
    return waited >= wait ? 0 : wait - waited;
}
