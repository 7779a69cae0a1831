// SPDX-License-Identifier: GPL-2.0-or-later
// What stands in one cell of the VM list: words, figures, signs and the role that colours them.
// Pure.
#ifndef VMTUI_UI_VIEWS_VM_LIST_CELLS_H
#define VMTUI_UI_VIEWS_VM_LIST_CELLS_H

#include "ui/views/vm_list.h"

#define VM_MEMORY_TEXT_COLUMNS 10

struct vm_sign {
    uint32_t character;
    enum role role;
};

// Turns while a job is at work.
uint32_t spinner_character(unsigned turn, enum glyph_set glyphs);
// The character before the name: running, paused, off, hung, crashed, a job at work.
struct vm_sign vm_sign(const struct board_vm *vm, enum glyph_set glyphs, unsigned spinner);
// "running", "paused", "off", "hung 0:34"; returns the role to write it with.
enum role vm_state_word(const struct vm_row *row, uint64_t now_ns, char *out, size_t size);
// The text of a column of figures; cpu_percent is what the CPU column shows.
enum role vm_figure(const struct vm_row *row, enum vm_column column, double cpu_percent, char *out,
                    size_t size);
// "2.9/4.0G"; returns the fraction in use, below 0 when not known.
double vm_memory(const struct vm_row *row, char *out, size_t size);
bool vm_ready_hurts(const struct board_vm *vm);

#endif
