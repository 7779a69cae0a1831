// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/view_fixture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "ui/golden.h"
#include "ui/ui_state.h"

void view_fixture_select(struct view_fixture *fixture, const char *name)
{
    const struct board *board = ui_board(fixture->screen.ui);
    for (size_t h = 0; h < board->host_count; h++)
        for (size_t v = 0; v < board->hosts[h].snapshot->vm_count; v++)
            if (strcmp(board->hosts[h].snapshot->vms[v].name, name) == 0) {
                ui_select(fixture->screen.ui, board->hosts[h].snapshot->vms[v].uuid);
                return;
            }
    ck_abort_msg("there is no VM %s", name);
}

void view_fixture_open(struct view_fixture *fixture, const struct view_ops *ops, int rows,
                       int columns, enum glyph_set glyphs, struct board *board, const char *vm)
{
    const struct ui_fixture_settings settings = {24, 80, glyphs, false, false};
    ui_fixture_open(&fixture->screen, &settings, board);
    if (vm != NULL)
        view_fixture_select(fixture, vm);
    fixture->view = ops->create(fixture->screen.ui);
    str_init(&fixture->text);
    frame_init(&fixture->frame, glyphs);
    frame_resize(&fixture->frame, rows, columns);
    view_fixture_draw(fixture);
}

void view_fixture_close(struct view_fixture *fixture)
{
    fixture->view->ops->destroy(fixture->view);
    frame_finish(&fixture->frame);
    str_finish(&fixture->text);
    ui_fixture_close(&fixture->screen);
}

unsigned view_fixture_keys(struct view_fixture *fixture, const char *names)
{
    AUTO_FREE char *copy = memory_strdup(names);
    char *rest = NULL;
    unsigned used = 0;
    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        struct key key = {0};
        ck_assert_msg(key_parse(name, &key), "%s is no key", name);
        if (fixture->view->ops->key != NULL && fixture->view->ops->key(fixture->view, &key))
            used++;
        view_fixture_draw(fixture);
    }
    return used;
}

const char *view_fixture_draw(struct view_fixture *fixture)
{
    frame_clear(&fixture->frame);
    fixture->view->ops->draw(fixture->view, &fixture->frame, frame_rect(&fixture->frame), true);
    str_clear(&fixture->text);
    frame_to_text(&fixture->frame, &fixture->text);
    return fixture->text.text;
}

bool view_fixture_shows(struct view_fixture *fixture, const char *text)
{
    return strstr(view_fixture_draw(fixture), text) != NULL;
}

const char *view_fixture_row(struct view_fixture *fixture, unsigned row)
{
    static char line[4096];
    const char *from = fixture->text.text;
    for (; row > 0; row--) {
        from += strcspn(from, "\n");
        ck_assert_msg(*from == '\n', "the screen has fewer rows");
        from++;
    }
    str_format(line, sizeof(line), "%.*s", (int)strcspn(from, "\n"), from);
    return line;
}

void view_fixture_golden(struct view_fixture *fixture, const char *name)
{
    view_fixture_draw(fixture);
    golden_check_frame(name, &fixture->frame);
}

void view_shot_check(const struct view_shot *shot, const struct view_ops *ops)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, ops, shot->rows, shot->columns, shot->glyphs, shot->board(),
                      shot->vm);
    view_fixture_keys(&fixture, shot->keys != NULL ? shot->keys : "");
    view_fixture_golden(&fixture, shot->name);
    view_fixture_close(&fixture);
}
