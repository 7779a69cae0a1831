// SPDX-License-Identifier: GPL-2.0-or-later
// Stands between the guest and libvterm and lets through only what is known to be harmless: whole
// UTF-8 characters and a fixed list of control sequences, rewritten in canonical form with few,
// small numbers. libvterm 0.1 trusts its input: too many parameters, a C1 code point, REP, or a
// cursor restored after a resize make it write outside its memory or loop. None of them passes
// here.
#ifndef VMTUI_BACKEND_CONSOLE_FILTER_H
#define VMTUI_BACKEND_CONSOLE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILTER_ARGUMENT_MAX 32
#define FILTER_OUTPUT_SIZE  2560 // what filter_pass needs room for
#define FILTER_WORK_MAX     64   // sequences in one pass: each may move the whole screen

enum filter_state {
    FILTER_GROUND,
    FILTER_ESCAPE,
    FILTER_CHARSET, // after ESC ( and the like: one character more
    FILTER_CSI,
    FILTER_STRING, // OSC, DCS, APC, PM, SOS: swallowed
    FILTER_STRING_ESCAPE,
};

struct filter_argument {
    unsigned value;
    bool given;
    bool continues; // a colon follows
};

struct filter {
    enum filter_state state;
    char partial[4]; // of a UTF-8 sequence
    size_t partial_length, partial_wanted;
    char leader, intermediate; // of the sequence being read; 0: none
    bool broken;               // its end is awaited, nothing of it is used
    struct filter_argument arguments[FILTER_ARGUMENT_MAX];
    size_t argument_count;
    size_t string_length;
    unsigned palette_left; // digits of the Linux console's ESC ] P, which has no terminator
    bool graphics[2], saved_graphics[2]; // G0 and G1 are line drawing
    unsigned shift, saved_shift;         // which of them is in use
    uint32_t last_character;             // 0 when the last thing passed was no character
    unsigned combining;                  // how many it has
    unsigned repeat_left;                // copies of last_character that are still to be passed
    // Modes that the emulator asks for and libvterm does not tell.
    bool bracketed_paste, origin, region;

    char *out; // during filter_pass
    size_t out_length;
    unsigned work;
};

void filter_init(struct filter *filter);
// Takes input from *bytes, *length (and advances them) until it is used up or one bounded portion
// is full. Returns the portion's length in out[FILTER_OUTPUT_SIZE]; it always ends between
// sequences.
size_t filter_pass(struct filter *filter, const char **bytes, size_t *length, char *out);
// True when there is something to pass without further input.
bool filter_pending(const struct filter *filter);
// The code point as it may be shown: itself, U+FFFD, or 0 for what has no look of its own.
uint32_t filter_safe_character(uint32_t code_point);

#endif
