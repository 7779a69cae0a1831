// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/ui_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/memory.h"
#include "core/utf8.h"

static void give_up(const char *what)
{
    fprintf(stderr, "ui_fixture: %s\n", what);
    abort();
}

static uint64_t submit(void *context, struct operation *operation)
{
    struct ui_fixture *fixture = context;
    if (fixture->refuse || fixture->operation_count == FIXTURE_OPERATIONS_MAX) {
        operation_destroy(operation);
        return 0;
    }
    fixture->operations[fixture->operation_count++] = operation;
    return 100 + fixture->operation_count;
}

static bool cancel_job(void *context, uint64_t job_id)
{
    ((struct ui_fixture *)context)->cancelled = job_id;
    return true;
}

static void set_interest(void *context, const struct interest *interest)
{
    struct ui_fixture *fixture = context;
    fixture->interest = *interest;
    fixture->interest_count++;
}

static void sample_soon(void *context)
{
    (void)context;
}

static void reconnect(void *context, const char *host)
{
    struct ui_fixture *fixture = context;
    size_t length = strlen(fixture->reconnected);
    str_format(fixture->reconnected + length, sizeof(fixture->reconnected) - length, "%s ", host);
}

static struct console_port *open_console(void *context, const char *host, const char *uuid)
{
    (void)context;
    (void)host;
    (void)uuid;
    return NULL;
}

static void set_tick(void *context, double tick_s)
{
    ((struct ui_fixture *)context)->tick_s = tick_s;
}

static bool set_theme(void *context, const char *name, struct error *err)
{
    (void)context;
    return strcmp(name, "light") == 0 ||
           error_set(err, ERROR_NOT_FOUND, 0, "there is no theme called \"%s\"", name);
}

static void connect_to(void *context, const char *uri)
{
    struct ui_fixture *fixture = context;
    str_format(fixture->connected, sizeof(fixture->connected), "%s", uri);
}

static uint64_t now_ns(void *context)
{
    return ((struct ui_fixture *)context)->now_ns;
}

static uint64_t wall_ms(void *context)
{
    return ((struct ui_fixture *)context)->wall_ms;
}

void ui_fixture_open(struct ui_fixture *fixture, const struct ui_fixture_settings *settings,
                     struct board *board)
{
    struct error err = {0};
    *fixture = (struct ui_fixture){.now_ns = FIXTURE_NOW_NS, .wall_ms = FIXTURE_WALL_MS};
    setenv("TZ", "UTC", 1);
    tzset();
    config_init_defaults(&fixture->config);
    const struct ui_settings ui_settings = {
        .config = &fixture->config,
        .read_only = settings->read_only,
        .dry_run = settings->dry_run,
        .version = "0.1.0",
        .services = {fixture, submit, cancel_job, set_interest, sample_soon, reconnect,
                     open_console, set_tick, set_theme, connect_to},
        .now_ns = now_ns,
        .wall_ms = wall_ms,
        .now_context = fixture,
    };
    fixture->ui = ui_create(&ui_settings, &err);
    if (!fixture->ui)
        give_up(err.text);
    str_init(&fixture->text);
    frame_init(&fixture->frame, settings->glyphs);
    frame_resize(&fixture->frame, settings->rows, settings->columns);
    if (board)
        ui_set_board(fixture->ui, board);
    ui_draw(fixture->ui, &fixture->frame);
}

void ui_fixture_close(struct ui_fixture *fixture)
{
    ui_destroy(fixture->ui);
    frame_finish(&fixture->frame);
    str_finish(&fixture->text);
    config_finish(&fixture->config);
    for (size_t i = 0; i < fixture->operation_count; i++)
        operation_destroy(fixture->operations[i]);
}

static void press(struct ui_fixture *fixture, const struct key *key)
{
    ui_handle_key(fixture->ui, key);
    ui_draw(fixture->ui, &fixture->frame);
}

void ui_fixture_type(struct ui_fixture *fixture, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        struct key key = {.code = KEY_CODE_CHARACTER};
        size_t used = utf8_decode(text, length, &key.character);
        press(fixture, &key);
        text += used;
        length -= used;
    }
}

void ui_fixture_keys(struct ui_fixture *fixture, const char *names)
{
    AUTO_FREE char *copy = memory_strdup(names);
    char *rest = NULL;
    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        struct key key = {0};
        if (name[0] == '=' && name[1]) {
            ui_fixture_type(fixture, name + 1);
            continue;
        }
        if (!key_parse(name, &key))
            give_up(name);
        press(fixture, &key);
    }
}

void ui_fixture_click(struct ui_fixture *fixture, int row, int column, bool twice)
{
    struct key key = {.code = KEY_CODE_MOUSE_CLICK, .row = row, .column = column};
    press(fixture, &key);
    key.code = KEY_CODE_MOUSE_DOUBLE;
    if (twice)
        press(fixture, &key);
}

void ui_fixture_resize(struct ui_fixture *fixture, int rows, int columns)
{
    frame_resize(&fixture->frame, rows, columns);
    struct key key = {.code = KEY_CODE_RESIZE};
    press(fixture, &key);
}

const char *ui_fixture_draw(struct ui_fixture *fixture)
{
    ui_draw(fixture->ui, &fixture->frame);
    str_clear(&fixture->text);
    frame_to_text(&fixture->frame, &fixture->text);
    return fixture->text.text;
}

bool ui_fixture_shows(struct ui_fixture *fixture, const char *text)
{
    return strstr(ui_fixture_draw(fixture), text) != NULL;
}
