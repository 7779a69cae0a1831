// SPDX-License-Identifier: GPL-2.0-or-later
// Boards made by hand, always the same: what the screen's tests and goldens show. Time stands still
// at FIXTURE_NOW_NS and FIXTURE_WALL_MS.
#ifndef VMTUI_TESTS_UI_BOARD_FIXTURE_H
#define VMTUI_TESTS_UI_BOARD_FIXTURE_H

#include "monitor/board.h"

#define FIXTURE_NOW_NS  (UINT64_C(5000) * 1000000000u)
#define FIXTURE_WALL_MS UINT64_C(1795356112000) // 2026-11-22 14:01:52 UTC

// "00000000-0000-4000-8000-000000000001" for 1.
void fixture_uuid(unsigned number, char uuid[VM_UUID_SIZE]);

// Four VMs as in a small house: web1 (1) busy and healthy, db1 (2) hurting, db2 (3) paused, old (4)
// off; charts of web1, alerts, one job at work, two done.
struct board *fixture_board_small(void);
struct board *fixture_board_empty(void);      // a host without a VM
struct board *fixture_board_connecting(void); // no host has answered yet
struct board *fixture_board_offline(void);    // as small, but its host went away
struct board *fixture_board_nobody(void);     // never anybody there
// Names that are wide, combining, 255 bytes long, or look like a pattern; one VM hung, one crashed,
// one saved, one shutting down.
struct board *fixture_board_odd(void);
// count VMs, "vm1", "vm2", ..., with figures that differ.
struct board *fixture_board_many(unsigned count);
struct board *fixture_board_two_hosts(void);

// For tests that change something in a board before they show it.
struct vm_sample *fixture_vm(struct board *board, unsigned number);
struct board_vm *fixture_board_vm(struct board *board, unsigned number);
struct job_info *fixture_add_job(struct board *board, uint64_t id, enum operation_kind kind,
                                 enum job_state state, const char *title);

#endif
