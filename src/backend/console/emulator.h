// SPDX-License-Identifier: GPL-2.0-or-later
// The terminal behind a console: filter, libvterm and scrollback as one value. It has no threads
// and no locks; its owner (console.c) calls it under one.
#ifndef VMTUI_BACKEND_CONSOLE_EMULATOR_H
#define VMTUI_BACKEND_CONSOLE_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/console_port.h"

#define EMULATOR_ROWS    24
#define EMULATOR_COLUMNS 80

struct emulator;

// output is what the guest is to receive: keys, and answers to its questions.
struct emulator *emulator_create(size_t scrollback_lines,
                                 void (*output)(void *context, const char *bytes, size_t length),
                                 void *context);
void emulator_destroy(struct emulator *emulator); // takes NULL
// Takes one bounded portion of *bytes, *length and advances them; true while there is more to do.
bool emulator_feed(struct emulator *emulator, const char **bytes, size_t *length);
// Sizes are brought into a sane range. While the guest shows its alternate screen the grid only
// grows; the rest follows when it leaves it.
void emulator_resize(struct emulator *emulator, unsigned rows, unsigned columns);
// Modes back to those of a new terminal; text and cursor stay.
void emulator_soft_reset(struct emulator *emulator);
// Fills the view's grid, cursor and scroll positions; the rest of it is the caller's.
void emulator_copy(struct emulator *emulator, size_t scrolled_lines, struct console_view *view);
// As console_port_ops.search.
bool emulator_search(struct emulator *emulator, const char *text, size_t scrolled_lines,
                     bool upward, size_t *found_scrolled_lines);
void emulator_type_character(struct emulator *emulator, uint32_t character, unsigned modifiers);
void emulator_type_key(struct emulator *emulator, enum console_key key, unsigned modifiers);
// In one piece of output: without control characters, line ends as Enter, bracketed if asked for.
void emulator_paste(struct emulator *emulator, const char *text, size_t length);
unsigned emulator_bells(const struct emulator *emulator); // rung in all; at most two a second
size_t emulator_scrollback_bytes(const struct emulator *emulator);

#endif
