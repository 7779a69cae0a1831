// SPDX-License-Identifier: GPL-2.0-or-later
// The Snapshots tab: the tree, what is said of the chosen one, and that keys act on that one alone.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "ui/views/tabs/snapshot_tree.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

static struct board *tree(void)
{
    struct board *board = view_board_full();
    struct vm_detail *detail = view_board_add_detail(board, 1);
    view_board_add_snapshot(detail, "installed", NULL);
    struct vm_snapshot_info *snapshot = view_board_add_snapshot(detail, "configured", "installed");
    snapshot->state = VM_STATE_SHUT_OFF;
    snapshot->memory_included = false;
    view_board_add_snapshot(detail, "before-upgrade", "configured");
    snapshot = view_board_add_snapshot(detail, "after-upgrade", "before-upgrade");
    snapshot->current = true;
    snapshot->description = memory_strdup("Debian 12 with the new kernel, all services checked");
    snapshot = view_board_add_snapshot(detail, "try-other-kernel", "configured");
    snapshot->external = true;
    snapshot->memory_included = false;
    view_board_add_snapshot(detail, "仮想マシンの古い状態とその説明", NULL);
    view_board_add_snapshot(
        detail, "a-name-that-somebody-made-far-too-long-for-any-terminal-there-is", "installed");
    return board;
}

static struct board *chain(unsigned count)
{
    struct board *board = view_board_full();
    struct vm_detail *detail = view_board_add_detail(board, 1);
    for (unsigned i = 0; i < count; i++) {
        char name[32], parent[32];
        str_format(name, sizeof(name), "nightly-%02u", i + 1);
        str_format(parent, sizeof(parent), "nightly-%02u", i);
        view_board_add_snapshot(detail, name, i == 0 ? NULL : parent);
    }
    detail->snapshots[count - 1].current = true;
    return board;
}

static struct board *deep(void)
{
    return chain(40);
}

static struct board *no_detail(void)
{
    return view_board_full();
}

static struct board *no_snapshots(void)
{
    struct board *board = view_board_full();
    view_board_add_detail(board, 1);
    return board;
}

static struct board *not_known(void)
{
    struct board *board = view_board_full();
    view_board_add_detail(board, 1)->snapshots_unknown_why = memory_strdup(
        "this function is not supported by the connection driver: virDomainListAllSnapshots");
    return board;
}

static const struct view_shot shots[] = {
    {"snapshots-58x18", tree, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"snapshots-78x20", tree, 20, 78, GLYPHS_UNICODE, "web1", "Down"},
    {"snapshots-110x44", tree, 44, 110, GLYPHS_UNICODE, "web1", "Home"},
    {"snapshots-78x20-ascii", tree, 20, 78, GLYPHS_ASCII, "web1", "End"},
    {"snapshots-30x4", tree, 4, 30, GLYPHS_UNICODE, "web1", ""},
    {"snapshots-deep-58x18", deep, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"snapshots-deep-78x20", deep, 20, 78, GLYPHS_UNICODE, "web1", "Home PgDn"},
    {"snapshots-waiting-58x18", no_detail, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"snapshots-none-58x18", no_snapshots, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"snapshots-unknown-58x18", not_known, 18, 58, GLYPHS_UNICODE, "web1", ""},
};

START_TEST(test_tab_is_as_it_was_found_good)
{
    view_shot_check(&shots[_i], &snapshots_view_ops);
}
END_TEST

START_TEST(test_children_follow_their_parents)
{
    struct board *board = tree();
    struct snapshot_row rows[7];
    static const struct snapshot_row expected[7] = {{0, 0}, {1, 1}, {2, 2}, {3, 3},
                                                    {4, 2}, {6, 1}, {5, 0}};
    snapshot_tree_rows(fixture_vm(board, 1)->detail, rows);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_uint_eq(rows[i].snapshot, expected[i].snapshot);
        ck_assert_uint_eq(rows[i].depth, expected[i].depth);
    }
    board_unref(board);
}
END_TEST

START_TEST(test_circles_and_lost_parents_are_shown_once)
{
    struct vm_detail *detail = vm_detail_create();
    struct snapshot_row rows[8] = {[7] = {99, 99}}; // the last one is not theirs
    bool seen[7] = {false};
    view_board_add_snapshot(detail, "a", "c");
    view_board_add_snapshot(detail, "b", "a");
    view_board_add_snapshot(detail, "c", "b");
    view_board_add_snapshot(detail, "self", "self");
    view_board_add_snapshot(detail, "lost", "nobody");
    view_board_add_snapshot(detail, "child", "lost");
    view_board_add_snapshot(detail, "root", NULL);
    snapshot_tree_rows(detail, rows);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_uint_lt(rows[i].snapshot, 7);
        ck_assert(!seen[rows[i].snapshot]);
        seen[rows[i].snapshot] = true;
    }
    // Its own parent, "lost" and below it "child", "root"; then the circle, begun anywhere.
    static const struct snapshot_row expected[4] = {{3, 0}, {4, 0}, {5, 1}, {6, 0}};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(rows[i].snapshot, expected[i].snapshot);
        ck_assert_uint_eq(rows[i].depth, expected[i].depth);
    }
    ck_assert_uint_eq(rows[4].depth, 0);
    ck_assert_uint_eq(rows[6].depth, 2);
    ck_assert_uint_eq(rows[7].snapshot, 99);
    vm_detail_unref(detail);
}
END_TEST

START_TEST(test_first_chosen_is_the_current_one)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_ASCII, chain(40), "web1");
    ck_assert(view_fixture_shows(&fixture, "nightly-40"));
    ck_assert(view_fixture_shows(&fixture, "after nightly-39"));
    view_fixture_keys(&fixture, "Home");
    ck_assert(view_fixture_shows(&fixture, "nightly-01"));
    ck_assert(!view_fixture_shows(&fixture, "nightly-40"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_keys_ask_about_the_chosen_one)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_UNICODE, tree(), "web1");
    view_fixture_keys(&fixture, "Up"); // from after-upgrade to before-upgrade
    ck_assert_uint_eq(view_fixture_keys(&fixture, "D"), 1);
    ck_assert(ui_fixture_shows(&fixture.screen, "snapshot-delete"));
    ck_assert(ui_fixture_shows(&fixture.screen, "before-upgrade"));
    ck_assert(!ui_fixture_shows(&fixture.screen, "after-upgrade"));
    ui_fixture_keys(&fixture.screen, "Esc");
    ck_assert_uint_eq(view_fixture_keys(&fixture, "Enter"), 1);
    ck_assert(ui_fixture_shows(&fixture.screen, "snapshot-revert"));
    ck_assert(ui_fixture_shows(&fixture.screen, "before-upgrade"));
    ck_assert_uint_eq(fixture.screen.operation_count, 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_marked_vms_are_not_meant)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_UNICODE, tree(), "db1");
    ui_fixture_keys(&fixture.screen, "Space");
    view_fixture_select(&fixture, "web1");
    view_fixture_draw(&fixture);
    view_fixture_keys(&fixture, "D");
    ui_fixture_keys(&fixture.screen, "Right Enter");
    ck_assert_uint_eq(fixture.screen.operation_count, 1);
    ck_assert_int_eq(fixture.screen.operations[0]->kind, OPERATION_SNAPSHOT_DELETE);
    ck_assert_str_eq(fixture.screen.operations[0]->vm_name, "web1");
    ck_assert_str_eq(fixture.screen.operations[0]->name, "after-upgrade");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_chosen_one_is_followed_by_name)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_UNICODE, tree(), "web1");
    view_fixture_keys(&fixture, "Down"); // try-other-kernel
    struct board *board = view_board_full();
    struct vm_detail *detail = view_board_add_detail(board, 1);
    view_board_add_snapshot(detail, "new", NULL);
    view_board_add_snapshot(detail, "try-other-kernel", NULL);
    view_board_add_snapshot(detail, "other", NULL);
    ui_set_board(fixture.screen.ui, board);
    // Not drawn in between.
    struct key key = {.code = KEY_CODE_DELETE};
    ck_assert(fixture.view->ops->key(fixture.view, &key));
    ck_assert(ui_fixture_shows(&fixture.screen, "try-other-kernel"));
    ck_assert(!ui_fixture_shows(&fixture.screen, "=other"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_key_on_one_that_went_away_says_so)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_UNICODE, tree(), "web1");
    struct board *board = view_board_full();
    view_board_add_snapshot(view_board_add_detail(board, 1), "other", NULL);
    ui_set_board(fixture.screen.ui, board);
    struct key key = {.code = KEY_CODE_DELETE};
    ck_assert(fixture.view->ops->key(fixture.view, &key));
    ck_assert(ui_fixture_shows(&fixture.screen, "there is no such snapshot any more"));
    ck_assert(!ui_fixture_shows(&fixture.screen, "snapshot-delete"));
    view_fixture_close(&fixture);
}
END_TEST

// There the keymap's D would delete the VM.
START_TEST(test_delete_without_a_snapshot_stays_here)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_UNICODE, no_snapshots(),
                      "web1");
    ck_assert_uint_eq(view_fixture_keys(&fixture, "D Del Enter"), 3);
    ck_assert(ui_fixture_shows(&fixture.screen, "there is no snapshot to choose here"));
    ck_assert_uint_eq(view_fixture_keys(&fixture, "s p z"), 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_odd_names_reach_the_operation)
{
    static const char *const names[] = {"--children", "two words", "-", "it's \"quoted\""};
    struct board *board = view_board_full();
    struct view_fixture fixture;
    view_board_add_snapshot(view_board_add_detail(board, 1), names[_i], NULL);
    view_fixture_open(&fixture, &snapshots_view_ops, 18, 58, GLYPHS_UNICODE, board, "web1");
    view_fixture_keys(&fixture, "D");
    ui_fixture_keys(&fixture.screen, "Right Enter");
    ck_assert_uint_eq(fixture.screen.operation_count, 1);
    ck_assert_str_eq(fixture.screen.operations[0]->name, names[_i]);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &snapshots_view_ops, 1, 1, GLYPHS_UNICODE, chain(40), "web1");
    for (int rows = 0; rows < 50; rows++)
        for (int columns = 0; columns < 120; columns += rows < 6 ? 1 : 11) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
        }
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_through_the_screen)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, tree());
    ui_fixture_keys(&fixture, "G 4");
    ck_assert(ui_fixture_shows(&fixture, "4 Snapshots"));
    ck_assert(ui_fixture_shows(&fixture, "Debian 12 with the new kernel"));
    ui_fixture_keys(&fixture, "k D");
    ck_assert(ui_fixture_shows(&fixture, "snapshot-delete"));
    ck_assert(ui_fixture_shows(&fixture, "before-upgrade"));
    ui_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshots view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_tab_is_as_it_was_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_children_follow_their_parents);
    tcase_add_test(behaviour, test_circles_and_lost_parents_are_shown_once);
    tcase_add_test(behaviour, test_first_chosen_is_the_current_one);
    tcase_add_test(behaviour, test_keys_ask_about_the_chosen_one);
    tcase_add_test(behaviour, test_marked_vms_are_not_meant);
    tcase_add_test(behaviour, test_chosen_one_is_followed_by_name);
    tcase_add_test(behaviour, test_key_on_one_that_went_away_says_so);
    tcase_add_test(behaviour, test_delete_without_a_snapshot_stays_here);
    tcase_add_loop_test(behaviour, test_odd_names_reach_the_operation, 0, 4);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    tcase_add_test(behaviour, test_through_the_screen);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
