// SPDX-License-Identifier: GPL-2.0-or-later
// What puts the terminal back when the program dies: kept ready while a terminal is open. Used by
// terminal.c; terminal_restore_now and terminal_install_crash_handlers stand in terminal.h.
#ifndef VMTUI_UI_SCREEN_TERMINAL_RESTORE_H
#define VMTUI_UI_SCREEN_TERMINAL_RESTORE_H

#include <termios.h>

#include "core/str.h"

// Keeps the tty's modes and the bytes that leave the alternate screen.
void terminal_restore_prepare(int fd, const struct termios *modes, const struct str *bytes);
void terminal_restore_arm(void);
void terminal_restore_disarm(void);

#endif
