// SPDX-License-Identifier: GPL-2.0-or-later
// The Disks tab: what each disk is, what it takes, and what it does.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

static struct board *twelve(void)
{
    struct board *board = view_board_full();
    view_board_set_disks(board, 1, 12);
    return board;
}

static struct board *none(void)
{
    struct board *board = view_board_full();
    view_board_set_disks(board, 1, 0);
    return board;
}

static struct board *unknown(void)
{
    struct board *board = view_board_full();
    view_board_forget(board, 1);
    fixture_vm(board, 1)->valid = VM_HAS_VCPU_COUNT;
    return board;
}

static struct board *odd(void)
{
    struct board *board = view_board_full();
    struct vm_definition *definition = fixture_vm(board, 1)->definition;
    free(definition->disks[0].source);
    definition->disks[0].source = memory_strdup(
        "/srv/storage/pools/of-the-department/2026/very/deep/down/below/web1-root-disk.qcow2");
    free(definition->disks[1].source);
    definition->disks[1].source = memory_strdup(
        "/srv/ディスク/イメージ/仮想マシン一号機のデータディスクその二/仮想マシンのデータ.qcow2");
    free(definition->disks[1].format);
    definition->disks[1].format = NULL;
    definition->disks[1].shareable = true;
    return board;
}

static struct board *hung(void)
{
    struct board *board = view_board_full();
    fixture_vm(board, 1)->hung = true;
    fixture_vm(board, 1)->sampled_ns = FIXTURE_NOW_NS - 95 * NS_PER_SECOND;
    return board;
}

static const struct view_shot shots[] = {
    {"disks-58x18", view_board_full, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"disks-78x20", view_board_full, 20, 78, GLYPHS_UNICODE, "web1", "Down"},
    {"disks-110x44", view_board_full, 44, 110, GLYPHS_UNICODE, "web1", ""},
    {"disks-78x20-ascii", view_board_full, 20, 78, GLYPHS_ASCII, "web1", ""},
    {"disks-twelve-58x18", twelve, 18, 58, GLYPHS_UNICODE, "web1", "PgDn Down"},
    {"disks-twelve-110x44", twelve, 44, 110, GLYPHS_UNICODE, "web1", "End"},
    {"disks-none-58x18", none, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"disks-unknown-58x18", unknown, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"disks-odd-58x18", odd, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"disks-odd-110x44", odd, 44, 110, GLYPHS_UNICODE, "web1", ""},
    {"disks-hung-58x18", hung, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"disks-off-58x18", view_board_full, 18, 58, GLYPHS_UNICODE, "old", ""},
};

START_TEST(test_tab_is_as_it_was_found_good)
{
    view_shot_check(&shots[_i], &disks_view_ops);
}
END_TEST

START_TEST(test_keys_reach_every_disk)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &disks_view_ops, 18, 58, GLYPHS_ASCII, twelve(), "web1");
    ck_assert(view_fixture_shows(&fixture, "vda   disk"));
    ck_assert(!view_fixture_shows(&fixture, "vdl   disk"));
    ck_assert(view_fixture_shows(&fixture, "1 to 4 of 13 disks"));
    // Twelve disks and the CD-ROM, which the fixture defined before the last ten.
    ck_assert_uint_eq(view_fixture_keys(&fixture, "j j j j j j j j j j j j"), 12);
    ck_assert(view_fixture_shows(&fixture, "vdl   disk"));
    ck_assert(!view_fixture_shows(&fixture, "vda   disk"));
    ck_assert_uint_eq(view_fixture_keys(&fixture, "Home"), 1);
    ck_assert(view_fixture_shows(&fixture, "vda   disk"));
    ck_assert_uint_eq(view_fixture_keys(&fixture, "z c D 1 Enter"), 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_another_vm_begins_at_its_first_disk)
{
    struct board *board = twelve();
    view_board_set_disks(board, 2, 12);
    struct view_fixture fixture;
    view_fixture_open(&fixture, &disks_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    view_fixture_keys(&fixture, "End");
    view_fixture_select(&fixture, "db1");
    ck_assert(view_fixture_shows(&fixture, "vda   disk"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_disk_that_only_the_sample_knows)
{
    struct board *board = view_board_full();
    struct vm_sample *vm = fixture_vm(board, 1);
    free(vm->definition->disks[1].target);
    vm->definition->disks[1].target = memory_strdup("vdq");
    struct view_fixture fixture;
    view_fixture_open(&fixture, &disks_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert(view_fixture_shows(&fixture, "vdq   disk, virtio, qcow2"));
    ck_assert(view_fixture_shows(&fixture, "vdb   not in the definition"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_without_a_definition_the_sample_speaks)
{
    struct board *board = view_board_full();
    struct vm_sample *vm = fixture_vm(board, 1);
    vm_definition_unref(vm->definition);
    vm->definition = NULL;
    struct view_fixture fixture;
    view_fixture_open(&fixture, &disks_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert(view_fixture_shows(&fixture, "vdb"));
    ck_assert(view_fixture_shows(&fixture, "takes 20.0 GiB of 100 GiB"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &disks_view_ops, 1, 1, GLYPHS_UNICODE, twelve(), "web1");
    for (int rows = 0; rows < 60; rows++)
        for (int columns = 0; columns < 130; columns += rows < 6 ? 1 : 13) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
        }
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_no_vm)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &disks_view_ops, 10, 40, GLYPHS_ASCII, fixture_board_empty(), NULL);
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "no VM is selected");
    ck_assert_uint_eq(view_fixture_keys(&fixture, "j k PgDn"), 0);
    view_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disks view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_tab_is_as_it_was_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_keys_reach_every_disk);
    tcase_add_test(behaviour, test_another_vm_begins_at_its_first_disk);
    tcase_add_test(behaviour, test_disk_that_only_the_sample_knows);
    tcase_add_test(behaviour, test_without_a_definition_the_sample_speaks);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    tcase_add_test(behaviour, test_no_vm);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
