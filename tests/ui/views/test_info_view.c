// SPDX-License-Identifier: GPL-2.0-or-later
// The Info tab: facts line by line, then the XML; long lines go on below themselves, long texts
// scroll.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

static const char short_xml[] =
    "<domain type='kvm'>\n"
    "  <name>web1</name>\n"
    "  <memory unit='KiB'>4194304</memory>\n"
    "  <devices>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2' cache='none' io='native' discard='unmap'/>\n"
    "      <source file='/a/path/without/any/blank/that/is/longer/than/the/pane/is/wide/"
    "web1.qcow2'/>\n"
    "    </disk>\n"
    "  </devices>\n"
    "</domain>\n";

static void add_nics(struct vm_definition *definition, size_t count)
{
    definition->nics = memory_array(count, sizeof(*definition->nics));
    definition->nic_count = count;
    for (size_t i = 0; i < count; i++) {
        definition->nics[i].mac = memory_printf("52:54:00:00:00:%02zx", i + 1);
        definition->nics[i].type = memory_strdup(i == 0 ? "network" : "user");
        definition->nics[i].model = i == 0 ? memory_strdup("virtio") : NULL;
        definition->nics[i].source = i == 0 ? memory_strdup("default") : NULL;
    }
}

static struct board *full(void)
{
    struct board *board = view_board_full();
    struct vm_sample *vm = fixture_vm(board, 1);
    vm->valid |= VM_HAS_BALLOON;
    vm->balloon_kib = 3 * 1024 * 1024;
    vm->autostart = true;
    vm->definition->title = memory_strdup("Shop front");
    vm->definition->description =
        memory_strdup("The first of three web servers; the other two are on lab2. Ask the shop "
                      "team before it is restarted.");
    add_nics(vm->definition, 2);
    view_board_add_detail(board, 1)->xml = memory_strdup(short_xml);
    return board;
}

static struct board *no_xml(void)
{
    return view_board_full();
}

static struct board *no_definition(void)
{
    struct board *board = view_board_full();
    struct vm_sample *vm = fixture_vm(board, 1);
    vm_definition_unref(vm->definition);
    vm->definition = NULL;
    vm->valid = 0;
    vm->hung = true;
    return board;
}

static struct board *saved(void)
{
    struct board *board = view_board_full();
    struct vm_sample *vm = fixture_vm(board, 4);
    vm->has_managed_save = true;
    vm->persistent = false;
    free(vm->definition->type);
    vm->definition->type = memory_strdup("qemu");
    vm->definition->has_balloon = vm->definition->has_serial_console = false;
    view_board_add_detail(board, 4);
    return board;
}

static const struct view_shot shots[] = {
    {"info-58x18", full, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"info-58x18-end", full, 18, 58, GLYPHS_UNICODE, "web1", "End"},
    {"info-78x20", full, 20, 78, GLYPHS_UNICODE, "web1", "PgDn"},
    {"info-110x44", full, 44, 110, GLYPHS_UNICODE, "web1", ""},
    {"info-78x20-ascii", full, 20, 78, GLYPHS_ASCII, "web1", ""},
    {"info-30x6", full, 6, 30, GLYPHS_UNICODE, "web1", "j j"},
    {"info-waiting-58x18", no_xml, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"info-nothing-58x18", no_definition, 18, 58, GLYPHS_UNICODE, "web1", ""},
    {"info-saved-58x18", saved, 18, 58, GLYPHS_UNICODE, "old", ""},
};

START_TEST(test_tab_is_as_it_was_found_good)
{
    view_shot_check(&shots[_i], &info_view_ops);
}
END_TEST

static struct board *long_xml(unsigned lines)
{
    struct board *board = view_board_full();
    struct str xml;
    str_init(&xml);
    for (unsigned i = 1; i <= lines; i++)
        str_printf(&xml, "<line number='%u'/>\n", i);
    view_board_add_detail(board, 1)->xml = str_take(&xml);
    return board;
}

START_TEST(test_long_xml_scrolls_to_its_end_and_back)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 18, 58, GLYPHS_ASCII, long_xml(2000), "web1");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "name       web1");
    view_fixture_keys(&fixture, "G");
    // 17 lines of text and the one that says where they are.
    ck_assert_str_eq(view_fixture_row(&fixture, 16), "<line number='2000'/>");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "<line number='1984'/>");
    view_fixture_keys(&fixture, "Down PgDn");
    ck_assert_str_eq(view_fixture_row(&fixture, 16), "<line number='2000'/>");
    view_fixture_keys(&fixture, "k");
    ck_assert_str_eq(view_fixture_row(&fixture, 16), "<line number='1999'/>");
    view_fixture_keys(&fixture, "PgUp");
    ck_assert_str_eq(view_fixture_row(&fixture, 16), "<line number='1983'/>");
    view_fixture_keys(&fixture, "Home Up");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "name       web1");
    ck_assert_uint_eq(view_fixture_keys(&fixture, "s z D 1"), 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_taller_pane_shows_no_blank_end)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 10, 58, GLYPHS_ASCII, long_xml(50), "web1");
    view_fixture_keys(&fixture, "G");
    frame_resize(&fixture.frame, 30, 58);
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 28), "<line number='50'/>");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_another_vm_begins_at_its_top)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 10, 58, GLYPHS_ASCII, long_xml(50), "web1");
    view_fixture_keys(&fixture, "G");
    view_fixture_select(&fixture, "db1");
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "name       db1");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_what_runs_is_what_is_said)
{
    struct board *board = full();
    fixture_vm(board, 1)->vcpus_current = 2; // the definition says 4
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 40, 78, GLYPHS_ASCII, board, "web1");
    ck_assert(view_fixture_shows(&fixture, "vCPUs      2 now, 8 at most"));
    ck_assert(view_fixture_shows(&fixture, "memory     3.0 GiB now, 4.0 GiB at most"));
    view_fixture_select(&fixture, "old");
    ck_assert(view_fixture_shows(&fixture, "vCPUs      1 at the next start, 2 at most"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_wide_characters_are_not_cut_in_half)
{
    struct board *board = view_board_full();
    view_board_add_detail(board, 1)->xml =
        memory_strdup("<title>仮想マシン一号機のテスト仮想マシン一号機のテスト</title>\n");
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 40, 21, GLYPHS_ASCII, board, "web1");
    view_fixture_keys(&fixture, "End");
    ck_assert(view_fixture_shows(&fixture, "\n<title>仮想マシン一号\n"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 1, 1, GLYPHS_UNICODE, full(), "web1");
    for (int rows = 0; rows < 50; rows++)
        for (int columns = 0; columns < 120; columns += rows < 6 ? 1 : 11) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
        }
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_no_vm)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &info_view_ops, 10, 40, GLYPHS_ASCII, fixture_board_empty(), NULL);
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "no VM is selected");
    view_fixture_keys(&fixture, "j G k");
    view_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("info view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_tab_is_as_it_was_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_long_xml_scrolls_to_its_end_and_back);
    tcase_add_test(behaviour, test_taller_pane_shows_no_blank_end);
    tcase_add_test(behaviour, test_another_vm_begins_at_its_top);
    tcase_add_test(behaviour, test_what_runs_is_what_is_said);
    tcase_add_test(behaviour, test_wide_characters_are_not_cut_in_half);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    tcase_add_test(behaviour, test_no_vm);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
