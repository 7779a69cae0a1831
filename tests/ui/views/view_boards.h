// SPDX-License-Identifier: GPL-2.0-or-later
// Boards for the tests of single views: those of board_fixture.h with more on them. Each returns a
// board of its own that nobody shares, so that a test may change it before it is shown.
#ifndef VMTUI_TESTS_UI_VIEWS_VIEW_BOARDS_H
#define VMTUI_TESTS_UI_VIEWS_VIEW_BOARDS_H

#include "ui/board_fixture.h"

// As small, and web1 (1) has everything that can be known: two disks, a CD-ROM, two interfaces,
// the guest's own memory figures, charts.
struct board *view_board_full(void);
void view_board_set_vcpus(struct board *board, unsigned number, unsigned count);
void view_board_set_disks(struct board *board, unsigned number, unsigned count);
void view_board_set_nics(struct board *board, unsigned number, unsigned count);
// Every figure of a VM turns unknown, its charts too.
void view_board_forget(struct board *board, unsigned number);
// web1 (1) gets a detail without snapshots and XML.
struct vm_detail *view_board_add_detail(struct board *board, unsigned number);
struct vm_snapshot_info *view_board_add_snapshot(struct vm_detail *detail, const char *name,
                                                 const char *parent);
struct log_entry *view_board_add_entry(struct board *board, enum severity severity, const char *vm,
                                       const char *text, const char *command);

#endif
