// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/console/filter_sequences.h"

#include <string.h>

#define REPEAT_MAX 1000u

// libvterm restores a saved cursor unseen, even outside of a screen that has shrunk since; a status
// request that nobody answers makes it look at the position again.
#define CLAMP_CURSOR "\033[0n"

static unsigned argument_or(const struct filter *filter, size_t index, unsigned otherwise)
{
    if (index >= filter->argument_count || !filter->arguments[index].given)
        return otherwise;
    return filter->arguments[index].value;
}

static void save_cursor(struct filter *filter)
{
    filter_emit(filter, "\0337");
    memcpy(filter->saved_graphics, filter->graphics, sizeof(filter->graphics));
    filter->saved_shift = filter->shift;
}

static void restore_cursor(struct filter *filter)
{
    filter_emit(filter, "\0338" CLAMP_CURSOR);
    memcpy(filter->graphics, filter->saved_graphics, sizeof(filter->graphics));
    filter->shift = filter->saved_shift;
}

static void forget_charsets(struct filter *filter)
{
    filter->graphics[0] = filter->graphics[1] = false;
    filter->shift = 0;
}

static void hard_reset(struct filter *filter)
{
    // libvterm's own reset forgets that it shows the alternate screen, and restoring a cursor that
    // was never saved would hide it.
    filter_emit(filter, "\033[?1047l\033[?5l\033c\0337");
    forget_charsets(filter);
    memcpy(filter->saved_graphics, filter->graphics, sizeof(filter->graphics));
    filter->saved_shift = 0;
    filter->bracketed_paste = filter->origin = filter->region = false;
}

static void soft_reset(struct filter *filter)
{
    filter_emit(filter, "\033[0m\033[4l\033[?1l\033[?7h\033[?25h\033>");
    forget_charsets(filter);
}

void filter_escape(struct filter *filter, char final)
{
    filter->last_character = 0;
    switch (final) {
    case '7':
        save_cursor(filter);
        return;
    case '8':
        restore_cursor(filter);
        return;
    case 'c':
        hard_reset(filter);
        return;
    case 'D':
    case 'E':
    case 'H':
    case 'M':
    case '=':
    case '>':
        filter_emit(filter, "\033%c", final);
        return;
    default:
        return;
    }
}

// How many arguments the colour at index takes, itself included; emits it unless it is the
// underline's (58), which no cell can hold.
static size_t pass_colour(struct filter *filter, size_t index)
{
    const struct filter_argument *argument = &filter->arguments[index];
    bool colons = argument[0].continues;
    size_t count = filter->argument_count - index;
    if (colons)
        for (size_t i = 0; i < count; i++)
            if (!argument[i].continues) {
                count = i + 1;
                break;
            }
    if (count < 3)
        return count;
    unsigned which = argument[0].value;
    if (argument[1].value == 5) {
        if (which != 58)
            filter_emit(filter, "\033[%u;5;%um", which, argument[2].value & 0xFF);
        return colons ? count : 3;
    }
    if (argument[1].value != 2)
        return colons ? count : 2;
    size_t first = colons && count >= 6 ? 3 : 2; // 38:2:SPACE:r:g:b has a colour space before
    if (count < first + 3)
        return count;
    if (which != 58)
        filter_emit(filter, "\033[%u;2;%u;%u;%um", which, argument[first].value & 0xFF,
                    argument[first + 1].value & 0xFF, argument[first + 2].value & 0xFF);
    return colons ? count : 5;
}

static void pass_pen(struct filter *filter)
{
    size_t i = 0;
    while (i < filter->argument_count) {
        unsigned value = filter->arguments[i].value;
        if (value == 38 || value == 48 || value == 58) {
            i += pass_colour(filter, i);
            continue;
        }
        bool off = value == 4 && filter->arguments[i].continues && i + 1 < filter->argument_count &&
                   filter->arguments[i + 1].value == 0;
        if (value <= 107)
            filter_emit(filter, "\033[%um", off ? 24 : value);
        while (i < filter->argument_count && filter->arguments[i].continues)
            i++;
        i++;
    }
}

static void pass_dec_mode(struct filter *filter, unsigned mode, bool on)
{
    char final = on ? 'h' : 'l';
    switch (mode) {
    case 6:
        filter->origin = on;
        filter_emit(filter, "\033[?6%c", final);
        return;
    case 1:
    case 5:
    case 7:
    case 25:
        filter_emit(filter, "\033[?%u%c", mode, final);
        return;
    case 47:
    case 1047:
        filter_emit(filter, "\033[?1047%c", final);
        return;
    case 1048:
        if (on)
            save_cursor(filter);
        else
            restore_cursor(filter);
        return;
    case 1049:
        filter_emit(filter, "\033[?1049%c" CLAMP_CURSOR, final);
        return;
    case 2004:
        filter->bracketed_paste = on;
        return;
    default: // mouse, focus, margins and whatever else: nothing here could serve them
        return;
    }
}

static void pass_modes(struct filter *filter, bool on)
{
    for (size_t i = 0; i < filter->argument_count; i++) {
        unsigned mode = filter->arguments[i].value;
        if (filter->leader == '?')
            pass_dec_mode(filter, mode, on);
        else if (mode == 4 || mode == 20)
            filter_emit(filter, "\033[%u%c", mode, on ? 'h' : 'l');
    }
}

static void pass_region(struct filter *filter)
{
    unsigned top = argument_or(filter, 0, 0), bottom = argument_or(filter, 1, 0);
    filter->region = top > 1 || bottom > 0;
    if (bottom > 0)
        filter_emit(filter, "\033[%u;%ur", top > 0 ? top : 1, bottom);
    else
        filter_emit(filter, "\033[%ur", top > 0 ? top : 1);
}

static void repeat(struct filter *filter)
{
    unsigned count = argument_or(filter, 0, 1);
    if (filter->last_character != 0)
        filter->repeat_left = count > REPEAT_MAX ? REPEAT_MAX : count;
}

// Sequences without leader and intermediate.
static void pass_plain_csi(struct filter *filter, char final)
{
    switch (final) {
    case 'm':
        pass_pen(filter);
        return;
    case 'h':
    case 'l':
        pass_modes(filter, final == 'h');
        return;
    case 'r':
        pass_region(filter);
        return;
    case 's':
        save_cursor(filter);
        return;
    case 'u':
        restore_cursor(filter);
        return;
    case 'H':
    case 'f':
        filter_emit(filter, "\033[%u;%uH", argument_or(filter, 0, 1), argument_or(filter, 1, 1));
        return;
    default:
        if (strchr("@ABCDEFGIJKLMPSTXZ`acdegjkn", final) == NULL)
            return;
        if (filter->arguments[0].given)
            filter_emit(filter, "\033[%u%c", filter->arguments[0].value, final);
        else
            filter_emit(filter, "\033[%c", final);
    }
}

void filter_csi(struct filter *filter, char final)
{
    if (filter->leader == 0 && filter->intermediate == 0 && final == 'b') {
        repeat(filter);
        return;
    }
    filter->last_character = final == 'm' ? filter->last_character : 0;
    if (filter->leader == 0 && filter->intermediate == 0)
        pass_plain_csi(filter, final);
    else if (filter->leader == 0 && filter->intermediate == '!' && final == 'p')
        soft_reset(filter);
    else if (filter->intermediate != 0)
        return;
    else if (filter->leader == '?' && (final == 'h' || final == 'l'))
        pass_modes(filter, final == 'h');
    else if (filter->leader == '?' && (final == 'J' || final == 'K'))
        filter_emit(filter, "\033[%u%c", argument_or(filter, 0, 0), final);
    else if (filter->leader == '?' && final == 'n')
        filter_emit(filter, "\033[?%un", argument_or(filter, 0, 0));
    else if (filter->leader == '>' && final == 'c')
        filter_emit(filter, "\033[>c");
}
