// SPDX-License-Identifier: GPL-2.0-or-later
// How each role looks: colours and attributes read from themes/NAME.conf. A theme names every role
// exactly once; a missing or unknown one is refused with file and line. Read-only after loading.
#ifndef VMTUI_UI_SCREEN_THEME_H
#define VMTUI_UI_SCREEN_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "ui/screen/frame.h"

struct role_look {
    int16_t foreground, background; // 0..255 of the xterm palette, -1: the terminal's own
    uint8_t attributes;             // enum style_flag: bold, underline, reverse, dim, italic
};

struct theme {
    char name[64];
    struct role_look looks[ROLE_COUNT];
};

void theme_builtin(struct theme *theme); // the default, compiled in
// `name` is a theme's name, looked for in $XDG_CONFIG_HOME/vmtui/themes, VMTUI_THEME_DIR (build
// option or environment) and the themes/ of the source tree it was built in, or a path with a
// slash. On failure *theme is unchanged.
bool theme_load(struct theme *theme, const char *name, struct error *err);
// The same from text in memory; `path` is for errors, theme->name is left alone.
bool theme_parse(struct theme *theme, const char *path, const char *text, size_t length,
                 struct error *err);
const char *role_name(enum role role); // "border_focus", as in theme files

#endif
