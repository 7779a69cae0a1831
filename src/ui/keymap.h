// SPDX-License-Identifier: GPL-2.0-or-later
// Which key runs which command line. Made of the command table's default keys, then the user's
// bindings over them; a binding to "" takes a key away.
#ifndef VMTUI_UI_KEYMAP_H
#define VMTUI_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/config/config.h"
#include "core/error.h"
#include "core/str.h"
#include "ui/screen/key.h"

struct keymap;

// Fails naming the key or the command that does not exist.
struct keymap *keymap_create(const struct config *config, struct error *err);
void keymap_destroy(struct keymap *keymap);
// The command line bound to key; NULL when none.
const char *keymap_lookup(const struct keymap *keymap, const struct key *key);
// The keys of a command line as people read them, "s, F5"; empty when none.
void keymap_keys_of(const struct keymap *keymap, const char *command_line, struct str *out);

#endif
