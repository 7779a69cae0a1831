// SPDX-License-Identifier: GPL-2.0-or-later
// The palette: 16 colours that the terminal chooses, a cube of 6 x 6 x 6 from 16 on, and 24 greys
// from 232 on.
#include "ui/screen/theme_colour.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

enum { CUBE_FIRST = 16, GREY_FIRST = 232, PALETTE_SIZE = 256 };

struct rgb {
    int red, green, blue;
};

static const char *const basic_names[] = {"black", "red",     "green", "yellow",
                                          "blue",  "magenta", "cyan",  "white"};

static struct rgb palette_rgb(int colour)
{
    static const int cube[] = {0, 95, 135, 175, 215, 255};
    // What terminals commonly show; the user's may differ.
    static const struct rgb basic[] = {
        {0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
        {0, 0, 238},     {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
        {127, 127, 127}, {255, 0, 0},   {0, 255, 0},   {255, 255, 0},
        {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
    };
    if (colour < CUBE_FIRST)
        return basic[colour];
    if (colour >= GREY_FIRST) {
        int level = 8 + 10 * (colour - GREY_FIRST);
        return (struct rgb){level, level, level};
    }
    int index = colour - CUBE_FIRST;
    return (struct rgb){cube[index / 36], cube[index / 6 % 6], cube[index % 6]};
}

static int nearest(struct rgb wanted, int first, int end)
{
    int best = first, best_distance = INT_MAX;
    for (int i = first; i < end; i++) {
        struct rgb c = palette_rgb(i);
        int red = c.red - wanted.red, green = c.green - wanted.green, blue = c.blue - wanted.blue;
        int distance = red * red + green * green + blue * blue;
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

static bool parse_hex(const char *word, int16_t *colour)
{
    if (strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    unsigned long value = strtoul(word + 1, NULL, 16);
    struct rgb rgb = {(int)(value >> 16), (int)(value >> 8 & 0xFF), (int)(value & 0xFF)};
    // Not among the first 16: nobody knows what they look like on the user's terminal.
    *colour = (int16_t)nearest(rgb, CUBE_FIRST, PALETTE_SIZE);
    return true;
}

static bool parse_number(const char *word, int16_t *colour)
{
    size_t length = strlen(word);
    if (length == 0 || length > 3 || strspn(word, "0123456789") != length)
        return false;
    int value = atoi(word);
    if (value >= PALETTE_SIZE)
        return false;
    *colour = (int16_t)value;
    return true;
}

bool theme_colour_parse(const char *word, int16_t *colour)
{
    if (strcmp(word, "default") == 0) {
        *colour = -1;
        return true;
    }
    if (word[0] == '#')
        return parse_hex(word, colour);
    bool bright = strncmp(word, "bright-", 7) == 0;
    const char *name = bright ? word + 7 : word;
    for (size_t i = 0; i < ARRAY_COUNT(basic_names); i++) {
        if (strcmp(name, basic_names[i]) == 0) {
            *colour = (int16_t)(bright ? i + 8 : i);
            return true;
        }
    }
    return parse_number(word, colour);
}

int theme_colour_reduce(int colour, int count)
{
    if (colour < count)
        return colour;
    return nearest(palette_rgb(colour), 0, count);
}
