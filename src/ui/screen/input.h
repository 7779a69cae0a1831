// SPDX-License-Identifier: GPL-2.0-or-later
// From the bytes that a terminal sends to keys, mouse and pastes. It never waits: a sequence that
// may still go on becomes a key when input_wait_ns has passed. Knows no terminal and no clock.
#ifndef VMTUI_UI_SCREEN_INPUT_H
#define VMTUI_UI_SCREEN_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/str.h"
#include "ui/screen/key.h"

#define INPUT_BYTES_MAX     4096
#define INPUT_PASTE_MAX     (1024 * 1024) // bytes; what is longer is cut
#define INPUT_SEQUENCE_MAX  16
#define INPUT_SEQUENCES_MAX 64

// A sequence of this terminal's own, from terminfo.
struct input_sequence {
    char bytes[INPUT_SEQUENCE_MAX];
    struct key key;
};

struct input {
    char bytes[INPUT_BYTES_MAX];
    size_t length;
    uint64_t fed_ns; // when the last bytes came
    bool pasting;
    struct str paste;
    bool paste_was_given; // to be cleared by the next call
    uint64_t click_ns;    // of the last single click, 0: none
    int click_row, click_column;
    struct input_sequence sequences[INPUT_SEQUENCES_MAX];
    size_t sequence_count;
};

void input_init(struct input *input);
void input_finish(struct input *input);
// bytes begins with Escape; others, and what is too long, are ignored.
void input_add_sequence(struct input *input, const char *bytes, enum key_code code,
                        unsigned modifiers);
size_t input_space(const struct input *input); // how many bytes input_feed can take now
void input_feed(struct input *input, const char *bytes, size_t length, uint64_t now_ns);
// The next complete key. A paste's text is valid until the next call.
bool input_next(struct input *input, uint64_t now_ns, struct key *key);
// How long until an unfinished sequence becomes a key by itself; UINT64_MAX: there is none.
uint64_t input_wait_ns(const struct input *input, uint64_t now_ns);

#endif
