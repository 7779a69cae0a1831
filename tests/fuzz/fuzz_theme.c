// SPDX-License-Identifier: GPL-2.0-or-later
// A theme file: parsed or refused with a line, and what is parsed holds only colours that exist.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/screen/terminal_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_colour(int colour)
{
    if (colour < -1 || colour > 255)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme theme = {.name = "fuzz"};
    struct error err = {0};
    if (!theme_parse(&theme, "fuzz.conf", (const char *)data, size, &err)) {
        if (strncmp(err.text, "fuzz.conf:", 10) != 0)
            abort();
        return 0;
    }
    for (int i = 0; i < ROLE_COUNT; i++) {
        check_colour(theme.looks[i].foreground);
        check_colour(theme.looks[i].background);
        for (int colours = 8; colours <= 256; colours *= 2) {
            struct role_look look = terminal_look(&theme, colours, STYLE_WITH(i, i * 37));
            check_colour(look.foreground);
            check_colour(look.background);
        }
    }
    return 0;
}
