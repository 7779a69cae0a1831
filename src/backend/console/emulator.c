// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/console/emulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/console/emulator_internal.h"
#include "core/clock.h"
#include "core/memory.h"

// Below the minimum a wide character would not fit into a line, which libvterm does not expect.
#define ROWS_MIN    2u
#define ROWS_MAX    500u
#define COLUMNS_MIN 20u
#define COLUMNS_MAX 1000u

static void write_vterm(struct emulator *emulator, const char *sequences)
{
    vterm_input_write(emulator->vterm, sequences, strlen(sequences));
}

static void on_vterm_output(const char *bytes, size_t length, void *context)
{
    struct emulator *emulator = context;
    emulator->output(emulator->output_context, bytes, length);
}

static int on_property(VTermProp property, VTermValue *value, void *context)
{
    struct emulator *emulator = context;
    if (property == VTERM_PROP_CURSORVISIBLE)
        emulator->cursor_visible = value->boolean != 0;
    else if (property == VTERM_PROP_ALTSCREEN)
        emulator->alternate = value->boolean != 0;
    return 1;
}

static int on_bell(void *context)
{
    struct emulator *emulator = context;
    uint64_t now = clock_monotonic_ns();
    if (emulator->bells >= 2 && now - emulator->last_bells_ns[0] < NS_PER_SECOND)
        return 1;
    emulator->last_bells_ns[0] = emulator->last_bells_ns[1];
    emulator->last_bells_ns[1] = now;
    emulator->bells++;
    return 1;
}

static int on_push_line(int columns, const VTermScreenCell *cells, void *context)
{
    struct emulator *emulator = context;
    cells_from_vterm(cells, emulator->row, (size_t)columns);
    scrollback_push(emulator->scrollback, emulator->row, (size_t)columns);
    emulator->lines_scrolled++;
    return 1;
}

static int on_pop_line(int columns, VTermScreenCell *cells, void *context)
{
    struct emulator *emulator = context;
    if (!scrollback_pop(emulator->scrollback, emulator->row, (size_t)columns))
        return 0;
    VTermColor foreground, background;
    vterm_state_get_default_colors(emulator->state, &foreground, &background);
    cells_to_vterm(emulator->row, cells, (size_t)columns, &foreground, &background);
    emulator->lines_scrolled--;
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
    .settermprop = on_property,
    .bell = on_bell,
    .sb_pushline = on_push_line,
    .sb_popline = on_pop_line,
};

static void set_row_buffers(struct emulator *emulator, unsigned columns)
{
    emulator->row = memory_resize(emulator->row, columns, sizeof(*emulator->row));
    emulator->vterm_row = memory_resize(emulator->vterm_row, columns, sizeof(*emulator->vterm_row));
    memset(emulator->vterm_row, 0, columns * sizeof(*emulator->vterm_row));
}

struct emulator *emulator_create(size_t scrollback_lines,
                                 void (*output)(void *context, const char *bytes, size_t length),
                                 void *context)
{
    struct emulator *emulator = memory_alloc(sizeof(*emulator));
    filter_init(&emulator->filter);
    emulator->scrollback = scrollback_create(scrollback_lines);
    emulator->rows = emulator->wanted_rows = EMULATOR_ROWS;
    emulator->columns = emulator->wanted_columns = EMULATOR_COLUMNS;
    set_row_buffers(emulator, emulator->columns);
    emulator->vterm = vterm_new(EMULATOR_ROWS, EMULATOR_COLUMNS);
    vterm_set_utf8(emulator->vterm, 1);
    emulator->output = output;
    emulator->output_context = context;
    vterm_output_set_callback(emulator->vterm, on_vterm_output, emulator);
    emulator->state = vterm_obtain_state(emulator->vterm);
    emulator->screen = vterm_obtain_screen(emulator->vterm);
    vterm_screen_set_callbacks(emulator->screen, &screen_callbacks, emulator);
    vterm_screen_enable_altscreen(emulator->screen, 1);
    vterm_screen_set_damage_merge(emulator->screen, VTERM_DAMAGE_SCREEN);
    vterm_screen_reset(emulator->screen, 1);
    write_vterm(emulator, "\0337"); // restoring a cursor that was never saved would hide it
    return emulator;
}

void emulator_destroy(struct emulator *emulator)
{
    if (emulator == NULL)
        return;
    vterm_free(emulator->vterm);
    scrollback_destroy(emulator->scrollback);
    free(emulator->row);
    free(emulator->vterm_row);
    free(emulator);
}

// libvterm keeps a scroll region's top when the screen shrinks above it, and then moves memory that
// it does not have: back to the whole screen before.
static void leave_region(struct emulator *emulator)
{
    if (!emulator->filter.region && !emulator->filter.origin)
        return;
    VTermPos cursor;
    vterm_state_get_cursorpos(emulator->state, &cursor);
    char sequences[64];
    snprintf(sequences, sizeof(sequences), "\033[?6l\033[r\033[%d;%dH", cursor.row + 1,
             cursor.col + 1);
    write_vterm(emulator, sequences);
    emulator->filter.region = emulator->filter.origin = false;
}

static void apply_size(struct emulator *emulator)
{
    unsigned rows = emulator->wanted_rows, columns = emulator->wanted_columns;
    if (emulator->alternate) { // shrinking would cut off lines of the hidden, normal screen
        rows = rows > emulator->rows ? rows : emulator->rows;
        columns = columns > emulator->columns ? columns : emulator->columns;
    }
    if (rows == emulator->rows && columns == emulator->columns)
        return;
    leave_region(emulator);
    if (columns > emulator->columns)
        set_row_buffers(emulator, columns);
    emulator->rows = rows;
    emulator->columns = columns;
    vterm_set_size(emulator->vterm, (int)rows, (int)columns);
    write_vterm(emulator, "\033[0n"); // the cursor may be above the screen now; this brings it back
}

static unsigned bounded(unsigned value, unsigned minimum, unsigned maximum)
{
    return value < minimum ? minimum : value > maximum ? maximum : value;
}

void emulator_resize(struct emulator *emulator, unsigned rows, unsigned columns)
{
    emulator->wanted_rows = bounded(rows, ROWS_MIN, ROWS_MAX);
    emulator->wanted_columns = bounded(columns, COLUMNS_MIN, COLUMNS_MAX);
    apply_size(emulator);
}

bool emulator_feed(struct emulator *emulator, const char **bytes, size_t *length)
{
    char portion[FILTER_OUTPUT_SIZE];
    size_t filtered = filter_pass(&emulator->filter, bytes, length, portion);
    if (filtered > 0)
        vterm_input_write(emulator->vterm, portion, filtered);
    apply_size(emulator);
    return *length > 0 || filter_pending(&emulator->filter);
}

void emulator_soft_reset(struct emulator *emulator)
{
    leave_region(emulator);
    filter_init(&emulator->filter);
    write_vterm(emulator,
                "\033[?1047l\033[?5l\033[0m\033[4l\033[20l\033[?1l\033[?7h\033[?25h\033>\0337");
    apply_size(emulator);
}

unsigned emulator_bells(const struct emulator *emulator)
{
    return emulator->bells;
}

size_t emulator_scrollback_bytes(const struct emulator *emulator)
{
    return scrollback_bytes(emulator->scrollback);
}
