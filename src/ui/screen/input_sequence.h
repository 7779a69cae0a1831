// SPDX-License-Identifier: GPL-2.0-or-later
// The escape sequences of keys and mouse: those that terminals agree on (ECMA-48 with xterm's
// modifiers, the Linux console's, rxvt's) and those that terminfo told. Pure; used by input.c.
#ifndef VMTUI_UI_SCREEN_INPUT_SEQUENCE_H
#define VMTUI_UI_SCREEN_INPUT_SEQUENCE_H

#include "ui/screen/input.h"

// Both return the bytes used, 0 when nothing fits; *partial: bytes may be the beginning of one.
size_t input_sequence_known(const struct input_sequence *sequences, size_t count, const char *bytes,
                            size_t length, struct key *key, bool *partial);
// *found is false for a whole sequence that is no key. KEY_CODE_PASTE: a paste begins here.
size_t input_sequence_parse(const char *bytes, size_t length, struct key *key, bool *found,
                            bool *partial);

#endif
