// SPDX-License-Identifier: GPL-2.0-or-later
// A VM's console as the screen sees it: a grid of cells, never a byte of what the guest printed.
// The port's calls return at once (they take a short lock) and are meant for the UI thread; what is
// behind them (stream, emulator) lives on other threads.
#ifndef VMTUI_CORE_MODEL_CONSOLE_PORT_H
#define VMTUI_CORE_MODEL_CONSOLE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define CONSOLE_CLUSTER_MAX 3 // a base character and two combining ones; more are dropped

enum console_attribute {
    CONSOLE_BOLD = 1u << 0,
    CONSOLE_UNDERLINE = 1u << 1,
    CONSOLE_REVERSE = 1u << 2,
    CONSOLE_ITALIC = 1u << 3,
    CONSOLE_BLINK = 1u << 4,
    CONSOLE_DIM = 1u << 5,
};

struct console_cell {
    uint32_t characters[CONSOLE_CLUSTER_MAX]; // printable only; 0 ends; all 0: blank
    uint8_t width;                            // 1, 2, or 0 for the right half of a wide one
    uint8_t attributes;                       // enum console_attribute
    int16_t foreground, background;           // 0..255 of the xterm palette, -1: default
};

enum console_state { CONSOLE_CONNECTING, CONSOLE_OPEN, CONSOLE_CLOSED };

// What console_copy fills; the caller owns `cells` and may reuse the struct (console_view_finish).
struct console_view {
    unsigned rows, columns;
    struct console_cell *cells; // rows * columns
    size_t cells_capacity;
    unsigned cursor_row, cursor_column;
    bool cursor_visible;
    bool bracketed_paste;    // the guest asked for pastes to be bracketed
    size_t scrollback_lines; // lines above the screen that are kept
    size_t scrolled_lines;   // how far above the live screen this view begins
    uint64_t
        lines_scrolled; // that left the screen at the top so far: to hold a scrolled view still
    enum console_state state;
    struct error error;  // when CLOSED with a reason
    uint64_t generation; // grows with every change
    unsigned bells;      // rung since the port was made, already limited
};

enum console_key {
    CONSOLE_KEY_ENTER,
    CONSOLE_KEY_TAB,
    CONSOLE_KEY_BACKSPACE,
    CONSOLE_KEY_ESCAPE,
    CONSOLE_KEY_UP,
    CONSOLE_KEY_DOWN,
    CONSOLE_KEY_LEFT,
    CONSOLE_KEY_RIGHT,
    CONSOLE_KEY_INSERT,
    CONSOLE_KEY_DELETE,
    CONSOLE_KEY_HOME,
    CONSOLE_KEY_END,
    CONSOLE_KEY_PAGE_UP,
    CONSOLE_KEY_PAGE_DOWN,
    CONSOLE_KEY_F1, // F2..F12 follow
    CONSOLE_KEY_F12 = CONSOLE_KEY_F1 + 11,
};

enum console_modifier { CONSOLE_SHIFT = 1u << 0, CONSOLE_ALT = 1u << 1, CONSOLE_CTRL = 1u << 2 };

struct console_port;

struct console_port_ops {
    // Copies what is visible when scrolled up by that many lines (clamped) into *view.
    void (*copy)(struct console_port *port, size_t scrolled_lines, struct console_view *view);
    void (*type_character)(struct console_port *port, uint32_t character, unsigned modifiers);
    void (*type_key)(struct console_port *port, enum console_key key, unsigned modifiers);
    void (*paste)(struct console_port *port, const char *text, size_t length);
    void (*resize)(struct console_port *port, unsigned rows, unsigned columns);
    // Looks for text (ASCII case ignored) in the lines above (or below) the one that is at the top
    // when scrolled by `scrolled_lines`; true and the position that puts it there (0: on the
    // screen).
    bool (*search)(struct console_port *port, const char *text, size_t scrolled_lines, bool upward,
                   size_t *found_scrolled_lines);
    // Opens the stream again after it was closed; force evicts another client.
    void (*reconnect)(struct console_port *port, bool force);
    void (*close)(struct console_port *port); // releases the port
};

struct console_port {
    const struct console_port_ops *ops;
};

void console_view_finish(struct console_view *view); // takes a zeroed one

#endif
