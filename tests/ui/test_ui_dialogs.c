// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked before something is done, and what is done then, word for word.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "ui/ui_fixture.h"

static struct ui_fixture fixture;

static void open_settings(struct board *board, bool read_only, bool dry_run)
{
    const struct ui_fixture_settings settings = {30, 100, GLYPHS_ASCII, read_only, dry_run};
    ui_fixture_open(&fixture, &settings, board);
}

static void open_small(void)
{
    open_settings(fixture_board_small(), false, false);
}

static void close_fixture(void)
{
    ui_fixture_close(&fixture);
}

// "pause web1; resume db2": what was submitted, and nothing else.
static const char *submitted(void)
{
    static char out[1024];
    out[0] = '\0';
    for (size_t i = 0; i < fixture.operation_count; i++) {
        size_t used = strlen(out);
        snprintf(out + used, sizeof(out) - used, "%s%s %s", i > 0 ? "; " : "",
                 operation_kind_name(fixture.operations[i]->kind), fixture.operations[i]->vm_name);
    }
    return out;
}

START_TEST(test_enter_at_once_cancels)
{
    static const char *const dangerous[] = {
        "X", "d", "r", ": =reset Enter", "j j D", "j j : =delete Enter"};
    open_small();
    for (size_t i = 0; i < ARRAY_COUNT(dangerous); i++) {
        ui_fixture_keys(&fixture, "g");
        ui_fixture_keys(&fixture, dangerous[i]);
        ck_assert_msg(ui_fixture_shows(&fixture, "Cancel"), "%s", dangerous[i]);
        ui_fixture_keys(&fixture, "Enter Enter Enter");
        ck_assert_str_eq(submitted(), "");
        ck_assert_msg(!ui_fixture_shows(&fixture, "[ Delete ]"), "%s", dangerous[i]);
        ui_fixture_keys(&fixture, "Esc Esc");
    }
    close_fixture();
}
END_TEST

START_TEST(test_force_off_after_a_yes)
{
    open_small();
    ui_fixture_keys(&fixture, "X");
    ck_assert(ui_fixture_shows(&fixture, "Force off db1"));
    ck_assert(ui_fixture_shows(&fixture, "From a shell: vmtui force-off db1"));
    ck_assert(ui_fixture_shows(&fixture, "[>Cancel<]"));
    ui_fixture_keys(&fixture, "Tab Enter");
    ck_assert_str_eq(submitted(), "force off db1");
    ck_assert_str_eq(fixture.operations[0]->uuid, "00000000-0000-4000-8000-000000000002");
    ck_assert_str_eq(fixture.operations[0]->host, "lab1");
    ck_assert_str_eq(fixture.operations[0]->command_line, "vmtui force-off db1");
    ck_assert(!ui_fixture_shows(&fixture, "Cancel"));
    close_fixture();
}
END_TEST

START_TEST(test_harmless_commands_go_at_once)
{
    open_small();
    ui_fixture_keys(&fixture, "G p");
    ck_assert_str_eq(submitted(), "pause web1");
    ck_assert_str_eq(fixture.operations[0]->command_line, "vmtui pause web1");
    ui_fixture_keys(&fixture, "g j p"); // db2 is paused
    ck_assert_str_eq(submitted(), "pause web1; resume db2");
    ui_fixture_keys(&fixture, "j u");
    ck_assert_str_eq(submitted(), "pause web1; resume db2; start old");
    close_fixture();
}
END_TEST

START_TEST(test_what_cannot_be_done_says_why)
{
    open_small();
    ui_fixture_keys(&fixture, "u");
    ck_assert(ui_fixture_shows(&fixture, "db1 is running already"));
    ui_fixture_keys(&fixture, "j j X");
    ck_assert(ui_fixture_shows(&fixture, "old is shut off already"));
    ck_assert_str_eq(submitted(), "");
    close_fixture();
}
END_TEST

START_TEST(test_bulk_leaves_out_what_does_not_fit)
{
    open_small();
    ui_fixture_keys(&fixture, "* X");
    ck_assert(ui_fixture_shows(&fixture, "3 VMs: db1, db2, web1"));
    ck_assert(ui_fixture_shows(&fixture, "old is shut off already"));
    ck_assert(ui_fixture_shows(&fixture, "vmtui force-off db1 db2 web1"));
    ui_fixture_keys(&fixture, "Right Enter");
    ck_assert_str_eq(submitted(), "force off db1; force off db2; force off web1");
    close_fixture();
}
END_TEST

START_TEST(test_bulk_pause_asks_and_knows_who_is_paused)
{
    open_small();
    ui_fixture_keys(&fixture, "* p");
    ck_assert(ui_fixture_shows(&fixture, "vmtui pause db1 web1"));
    ck_assert(ui_fixture_shows(&fixture, "vmtui resume db2"));
    ck_assert_str_eq(submitted(), "");
    ui_fixture_keys(&fixture, "Tab Enter");
    ck_assert_str_eq(submitted(), "pause db1; resume db2; pause web1");
    close_fixture();
}
END_TEST

START_TEST(test_named_targets_come_before_marks)
{
    open_small();
    ui_fixture_keys(&fixture, "* : =pause Space =web* Enter");
    ck_assert_str_eq(submitted(), "pause web1");
    ui_fixture_keys(&fixture, ": =pause Space =nosuch Enter");
    ck_assert(ui_fixture_shows(&fixture, "no VM is called \"nosuch\""));
    close_fixture();
}
END_TEST

START_TEST(test_one_at_a_time)
{
    open_small();
    ui_fixture_keys(&fixture, "* D");
    ck_assert(ui_fixture_shows(&fixture, "delete works on one VM at a time, and 4 are marked"));
    close_fixture();
}
END_TEST

START_TEST(test_delete_needs_the_name)
{
    open_small();
    ui_fixture_keys(&fixture, "j j D Tab =olD Enter");
    ck_assert(ui_fixture_shows(&fixture, "that is not \"old\": nothing was done"));
    ck_assert_str_eq(submitted(), "");
    ui_fixture_keys(&fixture, "Tab Tab Enter"); // the button does not help either
    ck_assert_str_eq(submitted(), "");
    ui_fixture_keys(&fixture, "Ctrl-U =old Enter");
    ck_assert_str_eq(submitted(), "delete old");
    ck_assert_uint_eq(fixture.operations[0]->flags, 0); // the disks are kept
    close_fixture();
}
END_TEST

START_TEST(test_delete_with_disks)
{
    open_small();
    ui_fixture_keys(&fixture, "j j D Right");
    ck_assert(ui_fixture_shows(&fixture, "vda /vms/4.qcow2: DELETED."));
    ui_fixture_keys(&fixture, "Tab =old Enter");
    ck_assert_str_eq(submitted(), "delete old");
    ck_assert_uint_eq(fixture.operations[0]->flags, OPERATION_FLAG_DELETE_DISKS);
    close_fixture();
}
END_TEST

START_TEST(test_name_that_nobody_can_type)
{
    struct board *board = fixture_board_odd();
    fixture_vm(board, 1)->state = VM_STATE_SHUT_OFF;
    open_settings(board, false, false);
    ui_fixture_keys(&fixture, "G D Tab =00000000 Enter");
    ck_assert_uint_eq(fixture.operation_count, 1);
    ck_assert_int_eq(fixture.operations[0]->kind, OPERATION_DELETE);
    close_fixture();
}
END_TEST

START_TEST(test_fields_swallow_hotkeys)
{
    open_small();
    ui_fixture_keys(&fixture, "G s Ctrl-U");
    ui_fixture_type(&fixture, "qXDp:/?*");
    ck_assert(ui_fixture_shows(&fixture, "qXDp:/?*"));
    ck_assert(!ui_wants_quit(fixture.ui));
    ck_assert_str_eq(submitted(), "");
    ui_fixture_keys(&fixture, "Enter");
    ck_assert_str_eq(submitted(), "snapshot web1");
    ck_assert_str_eq(fixture.operations[0]->name, "qXDp:/?*");
    close_fixture();
}
END_TEST

START_TEST(test_snapshot_form)
{
    open_small();
    ui_fixture_keys(&fixture, "G s");
    ck_assert(ui_fixture_shows(&fixture, "2026-11-22-140152"));
    ui_fixture_keys(&fixture, "Tab =first Space =try Tab Space Enter");
    ck_assert_str_eq(submitted(), "snapshot web1");
    ck_assert_str_eq(fixture.operations[0]->name, "2026-11-22-140152");
    ck_assert_str_eq(fixture.operations[0]->description, "first try");
    ck_assert_uint_eq(fixture.operations[0]->flags, OPERATION_FLAG_DISK_ONLY);
    ck_assert_str_eq(
        fixture.operations[0]->command_line,
        "vmtui snapshot web1 --name 2026-11-22-140152 --description 'first try' --disk-only");
    close_fixture();
}
END_TEST

START_TEST(test_snapshot_typed_in_full_needs_no_form)
{
    open_small();
    ui_fixture_keys(&fixture, "G : =snapshot Space =--name Space =x Enter");
    ck_assert_str_eq(submitted(), "snapshot web1");
    ck_assert_str_eq(fixture.operations[0]->name, "x");
    close_fixture();
}
END_TEST

START_TEST(test_resize_form_says_what_happens)
{
    open_small();
    ui_fixture_keys(&fixture, "G z");
    ck_assert(ui_fixture_shows(&fixture, "Nothing is changed yet."));
    ui_fixture_keys(&fixture, "Tab Tab Ctrl-U =2G");
    ck_assert(ui_fixture_shows(&fixture, "Now and at the next boot: 2 GiB of memory."));
    ck_assert(ui_fixture_shows(&fixture, "vmtui resize web1 --memory 2G"));
    ui_fixture_keys(&fixture, "Tab Tab Tab =30G");
    ck_assert(ui_fixture_shows(&fixture, "Now: vda grows to 30 GiB."));
    ui_fixture_keys(&fixture, "Tab Tab Tab Enter");
    ck_assert_str_eq(submitted(), "grow disk web1; set memory web1");
    ck_assert_str_eq(fixture.operations[0]->disk, "vda");
    ck_assert_uint_eq(fixture.operations[0]->size_bytes, UINT64_C(32212254720));
    ck_assert_uint_eq(fixture.operations[1]->memory_kib, 2097152);
    close_fixture();
}
END_TEST

START_TEST(test_resize_form_refuses_nonsense)
{
    open_small();
    ui_fixture_keys(&fixture, "G z Ctrl-U =many Up Enter");
    ck_assert_str_eq(submitted(), "");
    ck_assert(ui_fixture_shows(&fixture, "not \"many\""));
    ui_fixture_keys(&fixture, "Down Ctrl-U =4 Up Enter");
    ck_assert(ui_fixture_shows(&fixture, "Nothing is changed yet."));
    ck_assert_str_eq(submitted(), "");
    close_fixture();
}
END_TEST

START_TEST(test_rename_asks_for_the_name)
{
    open_small();
    ui_fixture_keys(&fixture, "j j : =rename Enter Ctrl-U =newer Enter");
    ck_assert_str_eq(submitted(), "rename old");
    ck_assert_str_eq(fixture.operations[0]->name, "newer");
    close_fixture();
}
END_TEST

START_TEST(test_vm_that_vanishes_below_the_dialog)
{
    open_small();
    ui_fixture_keys(&fixture, "G X");
    ui_set_board(fixture.ui, fixture_board_empty());
    ui_fixture_keys(&fixture, "Tab Enter");
    ck_assert_str_eq(submitted(), "");
    ck_assert(ui_fixture_shows(&fixture, "the VM is gone"));
    close_fixture();
}
END_TEST

START_TEST(test_dry_run_does_nothing)
{
    open_settings(fixture_board_small(), false, true);
    ui_fixture_keys(&fixture, "X Tab Enter");
    ck_assert(ui_fixture_shows(&fixture, "This is a dry run: nothing was done."));
    ck_assert(ui_fixture_shows(&fixture, "vmtui force-off db1"));
    ui_fixture_keys(&fixture, "Enter G p");
    ck_assert(ui_fixture_shows(&fixture, "web1 stands still."));
    ui_fixture_keys(&fixture, "Enter");
    ck_assert(!ui_fixture_shows(&fixture, "dry run: nothing"));
    ck_assert_str_eq(submitted(), "");
    close_fixture();
}
END_TEST

START_TEST(test_read_only_hides_and_refuses)
{
    open_settings(fixture_board_small(), true, false);
    ck_assert(!ui_fixture_shows(&fixture, "Snapshot"));
    ui_fixture_keys(&fixture, ": =force-off Enter");
    ck_assert(ui_fixture_shows(&fixture, "vmtui was started with --readonly"));
    ui_fixture_keys(&fixture, "Ctrl-P =force");
    ck_assert(ui_fixture_shows(&fixture, "no command is called so"));
    ui_fixture_keys(&fixture, "Esc ?");
    ck_assert(!ui_fixture_shows(&fixture, "force-off"));
    ck_assert_str_eq(submitted(), "");
    close_fixture();
}
END_TEST

START_TEST(test_refused_submission_is_said)
{
    open_small();
    fixture.refuse = true;
    ui_fixture_keys(&fixture, "G p");
    ck_assert(ui_fixture_shows(&fixture, "lab1 takes no commands now"));
    close_fixture();
}
END_TEST

START_TEST(test_ended_job_is_said)
{
    struct board *board = fixture_board_small();
    open_small();
    board->jobs[0].state = JOB_FAILED;
    board->jobs[0].ended_wall_ms = FIXTURE_WALL_MS;
    error_set(&board->jobs[0].error, ERROR_NO_SPACE, 28, "no space is left on /vms");
    ui_set_board(fixture.ui, board);
    ck_assert(ui_fixture_shows(&fixture, "14:01:52 save db1 failed: no space is left on /vms"));
    ck_assert_uint_eq(ui_take_bells(fixture.ui), 1);
    close_fixture();
}
END_TEST

START_TEST(test_cancel_key_cancels_the_job_in_sight)
{
    open_small();
    ui_fixture_keys(&fixture, "x");
    ck_assert_uint_eq(fixture.cancelled, 3);
    close_fixture();
}
END_TEST

START_TEST(test_quit_names_running_jobs)
{
    open_small();
    ui_fixture_keys(&fixture, "q");
    ck_assert(ui_fixture_shows(&fixture, "A job is under way:"));
    ck_assert(ui_fixture_shows(&fixture, "save db1"));
    ui_fixture_keys(&fixture, "Enter");
    ck_assert(!ui_wants_quit(fixture.ui));
    ui_fixture_keys(&fixture, "q Tab Enter");
    ck_assert(ui_wants_quit(fixture.ui));
    close_fixture();
}
END_TEST

START_TEST(test_quit_without_jobs)
{
    open_settings(fixture_board_empty(), false, false);
    ui_fixture_keys(&fixture, "q");
    ck_assert(ui_wants_quit(fixture.ui));
    close_fixture();
}
END_TEST

START_TEST(test_welcome_when_nobody_was_ever_there)
{
    open_settings(fixture_board_nobody(), false, false);
    ck_assert(ui_fixture_shows(&fixture, "Welcome"));
    ui_set_board(fixture.ui, fixture_board_small());
    ck_assert(!ui_fixture_shows(&fixture, "Welcome"));
    ui_set_board(fixture.ui, fixture_board_nobody()); // it was there: no welcome any more
    ck_assert(!ui_fixture_shows(&fixture, "Welcome"));
    close_fixture();
}
END_TEST

START_TEST(test_click_on_a_dialog_button)
{
    open_small();
    ui_fixture_keys(&fixture, "X");
    AUTO_FREE char *text = memory_strdup(ui_fixture_draw(&fixture));
    int row = 0;
    char *rest = NULL, *at = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line && !at;
         line = strtok_r(NULL, "\n", &rest), row++) {
        at = strstr(line, "[ Force off ]");
        if (at)
            ui_fixture_click(&fixture, row, (int)(at - line) + 2, false);
    }
    ck_assert_str_eq(submitted(), "force off db1");
    close_fixture();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui dialogs");
    TCase *asking = tcase_create("asking");
    tcase_add_test(asking, test_enter_at_once_cancels);
    tcase_add_test(asking, test_force_off_after_a_yes);
    tcase_add_test(asking, test_harmless_commands_go_at_once);
    tcase_add_test(asking, test_what_cannot_be_done_says_why);
    tcase_add_test(asking, test_bulk_leaves_out_what_does_not_fit);
    tcase_add_test(asking, test_bulk_pause_asks_and_knows_who_is_paused);
    tcase_add_test(asking, test_named_targets_come_before_marks);
    tcase_add_test(asking, test_one_at_a_time);
    tcase_add_test(asking, test_delete_needs_the_name);
    tcase_add_test(asking, test_delete_with_disks);
    tcase_add_test(asking, test_name_that_nobody_can_type);
    tcase_add_test(asking, test_fields_swallow_hotkeys);
    tcase_add_test(asking, test_snapshot_form);
    tcase_add_test(asking, test_snapshot_typed_in_full_needs_no_form);
    tcase_add_test(asking, test_resize_form_says_what_happens);
    tcase_add_test(asking, test_resize_form_refuses_nonsense);
    tcase_add_test(asking, test_rename_asks_for_the_name);
    tcase_add_test(asking, test_vm_that_vanishes_below_the_dialog);
    tcase_add_test(asking, test_click_on_a_dialog_button);
    suite_add_tcase(suite, asking);
    TCase *manners = tcase_create("manners");
    tcase_add_test(manners, test_dry_run_does_nothing);
    tcase_add_test(manners, test_read_only_hides_and_refuses);
    tcase_add_test(manners, test_refused_submission_is_said);
    tcase_add_test(manners, test_ended_job_is_said);
    tcase_add_test(manners, test_cancel_key_cancels_the_job_in_sight);
    tcase_add_test(manners, test_quit_names_running_jobs);
    tcase_add_test(manners, test_quit_without_jobs);
    tcase_add_test(manners, test_welcome_when_nobody_was_ever_there);
    suite_add_tcase(suite, manners);
    return check_main(suite);
}
