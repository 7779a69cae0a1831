// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/header.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/screen/chart.h"
#include "ui/views/vm_list.h"

#define SEPARATION     2
#define BAR_MOST       12
#define BAR_LEAST      6
#define NARROW_COLUMNS 100

// One piece of the line; what is worth least goes first when there is no room.
struct piece {
    char text[160];
    const char *label; // before a bar; NULL: no bar
    double fraction;
    enum role role;
    unsigned flags;
    int worth; // larger stays longer; 0: not there
};

enum { PIECES_MAX = 12 };

struct pieces {
    struct piece items[PIECES_MAX];
    size_t count;
};

static struct piece *add(struct pieces *pieces, int worth, enum role role)
{
    struct piece *piece = &pieces->items[pieces->count++];
    *piece = (struct piece){.role = role, .worth = worth};
    return piece;
}

// "qemu+ssh://root@far/system?keyfile=..." is long; who, where and which daemon is what counts.
static void shorten_uri(const char *uri, char *out, size_t size)
{
    str_format(out, size, "%s", uri);
    char *query = strchr(out, '?');
    if (query)
        *query = '\0';
}

static void add_places(struct pieces *pieces, const struct header_look *look)
{
    struct piece *piece = add(pieces, 57, ROLE_TITLE);
    piece->flags = STYLE_BOLD;
    str_format(piece->text, sizeof(piece->text), "vmtui");
    if (look->read_only)
        str_format(add(pieces, 80, ROLE_WARN)->text, 32, "read-only");
    if (look->dry_run)
        str_format(add(pieces, 80, ROLE_WARN)->text, 32, "dry run");
    if (!look->host)
        return;
    piece = add(pieces, 70, ROLE_ACCENT);
    str_format(piece->text, 48, "%s", look->host->name);
    if (look->board->host_count > 1)
        str_format(add(pieces, 40, ROLE_DIM)->text, 32, "1 of %zu hosts", look->board->host_count);
    if (look->host->snapshot && look->host->snapshot->uri) {
        piece = add(pieces, 20, ROLE_DIM);
        shorten_uri(look->host->snapshot->uri, piece->text, 48);
    }
}

static void add_cpu(struct pieces *pieces, const struct board_host *host)
{
    struct piece *piece = add(pieces, 75, ROLE_CPU);
    char percent[QUANTITY_SIZE];
    quantity_percent(percent, host->rates.cpu_percent, 0);
    piece->label = "CPU";
    piece->fraction = host->rates.cpu_percent / 100;
    if (host->snapshot->cpus > 0)
        str_format(piece->text, 32, "%s%% of %u", percent, host->snapshot->cpus);
    else
        str_format(piece->text, 32, "%s%%", percent);
    if (host->rates.cpu_percent < 0) {
        piece->label = NULL;
        str_format(piece->text, 32, "CPU -");
    }
}

static void add_memory(struct pieces *pieces, const struct host_snapshot *snapshot)
{
    if (!(snapshot->valid & HOST_HAS_MEMORY) || snapshot->memory_total_kib == 0)
        return;
    uint64_t free_kib = snapshot->valid & HOST_HAS_MEMORY_AVAILABLE ? snapshot->memory_available_kib
                                                                    : snapshot->memory_free_kib;
    uint64_t total_kib = snapshot->memory_total_kib;
    uint64_t used_kib = free_kib < total_kib ? total_kib - free_kib : 0;
    char used[QUANTITY_SIZE], total[QUANTITY_SIZE];
    quantity_memory(used, (double)used_kib);
    quantity_memory(total, (double)total_kib);
    if (used[strlen(used) - 1] == total[strlen(total) - 1])
        used[strlen(used) - 1] = '\0';
    struct piece *piece = add(pieces, 74, ROLE_MEMORY);
    piece->label = "MEM";
    piece->fraction = (double)used_kib / (double)total_kib;
    str_format(piece->text, 32, "%s/%s", used, total);
}

static void add_counts(struct pieces *pieces, const struct header_look *look)
{
    size_t up = 0, all = 0;
    for (size_t h = 0; h < look->board->host_count; h++) {
        const struct host_snapshot *snapshot = look->board->hosts[h].snapshot;
        for (size_t v = 0; snapshot && v < snapshot->vm_count; v++)
            up += vm_state_is_active(snapshot->vms[v].state);
        all += snapshot ? snapshot->vm_count : 0;
    }
    str_format(add(pieces, 65, ROLE_TEXT)->text, 32, "%zu/%zu up", up, all);
}

// What else the host says of itself, when there is room for it.
static void add_extras(struct pieces *pieces, const struct header_look *look, bool narrow)
{
    const struct host_snapshot *snapshot = look->host->snapshot;
    if (snapshot->valid & HOST_HAS_PRESSURE) {
        double psi = snapshot->psi_cpu_some_10;
        struct piece *piece = add(pieces, 30, psi >= 10 ? ROLE_WARN : ROLE_TEXT);
        str_format(piece->text, 32, "psi %.1f", psi);
    }
    if (look->host->tick_s > look->configured_tick_s + 0.05)
        str_format(add(pieces, 50, ROLE_WARN)->text, 32, "tick %.1f s", look->host->tick_s);
    if (snapshot->acceleration && str_starts_with(snapshot->acceleration, "software emulation"))
        str_format(add(pieces, 62, ROLE_WARN)->text, 32, narrow ? "no KVM" : "software emulation");
}

static void add_connection(struct pieces *pieces, const struct header_look *look)
{
    const struct board_host *host = look->host;
    char text[64] = "";
    if (host->connection == CONNECTION_OFFLINE)
        str_format(text, sizeof(text), "OFFLINE");
    else if (host->connection == CONNECTION_STALLED)
        str_format(text, sizeof(text), "STALLED");
    else if (host->connection == CONNECTION_CONNECTING)
        str_format(text, sizeof(text), "connecting...");
    if (text[0]) {
        bool waiting = host->connection == CONNECTION_CONNECTING;
        struct piece *piece = add(pieces, 90, waiting ? ROLE_DIM : ROLE_ALARM);
        piece->flags = waiting ? 0 : STYLE_BOLD;
        str_format(piece->text, sizeof(piece->text), "%s", text);
    }
    double stale_s = board_host_stale_s(host, look->now_ns);
    if (stale_s >= 0) {
        char age[QUANTITY_SIZE];
        quantity_duration(age, stale_s);
        str_format(add(pieces, 85, ROLE_WARN)->text, 48, "figures %s old", age);
    }
}

static int piece_columns(const struct piece *piece, int bar)
{
    int columns = (int)utf8_width(piece->text);
    if (piece->label)
        columns += (int)strlen(piece->label) + 1 + (bar > 0 ? bar + 3 : 0);
    return columns;
}

static int all_columns(const struct pieces *pieces, int bar)
{
    int columns = 1;
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->items[i].worth > 0)
            columns += piece_columns(&pieces->items[i], bar) + SEPARATION;
    return columns - SEPARATION;
}

// Makes the pieces fit: shorter bars, then without the least worthy ones, then without bars.
static int fit(struct pieces *pieces, int columns)
{
    for (int bar = BAR_MOST; bar >= BAR_LEAST; bar--)
        if (all_columns(pieces, bar) <= columns)
            return bar;
    int bar = BAR_LEAST;
    while (all_columns(pieces, bar) > columns) {
        struct piece *least = NULL;
        for (size_t i = 0; i < pieces->count; i++)
            if (pieces->items[i].worth > 0 && (!least || pieces->items[i].worth < least->worth))
                least = &pieces->items[i];
        if (bar > 0 && least && least->worth >= 60) {
            bar = 0;
            continue;
        }
        if (!least || least->worth >= 90)
            break;
        least->worth = 0;
    }
    for (int longer = bar > 0 ? BAR_MOST : 0; longer > bar; longer--)
        if (all_columns(pieces, longer) <= columns)
            return longer;
    return bar;
}

static int draw_piece(struct frame *frame, const struct rect *rect, int column,
                      const struct piece *piece, int bar)
{
    struct style style = STYLE_WITH(piece->label ? ROLE_TEXT : piece->role, piece->flags);
    if (piece->label) {
        column +=
            frame_printf(frame, rect, rect->row, column, STYLE(ROLE_HEADER), "%s ", piece->label);
        if (bar > 0) {
            frame_text(frame, rect, rect->row, column, STYLE(ROLE_DIM), "[");
            chart_bar(frame, rect, rect->row, column + 1, bar, piece->fraction, piece->role);
            frame_text(frame, rect, rect->row, column + 1 + bar, STYLE(ROLE_DIM), "]");
            column += bar + 3;
        }
    }
    return column + frame_text(frame, rect, rect->row, column, style, piece->text);
}

void header_draw(struct frame *frame, struct rect rect, const struct header_look *look)
{
    struct pieces pieces = {.count = 0};
    add_places(&pieces, look);
    if (look->host)
        add_connection(&pieces, look);
    if (look->host && look->host->snapshot) {
        add_cpu(&pieces, look->host);
        add_memory(&pieces, look->host->snapshot);
        add_extras(&pieces, look, rect.columns < NARROW_COLUMNS);
        add_counts(&pieces, look);
    }
    int bar = fit(&pieces, rect.columns - 1);
    int column = rect.column + 1;
    for (size_t i = 0; i < pieces.count; i++)
        if (pieces.items[i].worth > 0)
            column = draw_piece(frame, &rect, column, &pieces.items[i], bar) + SEPARATION;
}

static void next_try(const struct header_look *look, char *out, size_t size)
{
    uint64_t next_ms = look->host->next_try_wall_ms;
    if (next_ms > look->wall_ms)
        str_format(out, size, "next try in %.0f s",
                   (double)((next_ms - look->wall_ms + 999) / MS_PER_SECOND));
    else
        str_format(out, size, "trying again");
}

enum role header_notice(const struct header_look *look, bool wide, char *out, size_t size)
{
    const struct board_host *host = look->host;
    char when[48];
    out[0] = '\0';
    if (!host)
        return ROLE_TEXT;
    if (host->connection == CONNECTION_OFFLINE) {
        next_try(look, when, sizeof(when));
        str_format(out, size, "%s, %s: %s", host->name, when,
                   host->error.text[0] ? host->error.text : "the connection is closed");
        return ROLE_ALARM;
    }
    if (host->connection == CONNECTION_STALLED) {
        str_format(out, size, "%s does not answer; what you see is old, and commands wait",
                   host->name);
        return ROLE_ALARM;
    }
    if (!wide || !host->snapshot)
        return ROLE_TEXT;
    struct str text;
    str_init(&text);
    if (host->snapshot->acceleration &&
        str_starts_with(host->snapshot->acceleration, "software emulation"))
        str_add(&text, host->snapshot->acceleration);
    for (size_t i = 0; i < host->snapshot->notice_count; i++)
        str_printf(&text, "%s%s", text.length > 0 ? " | " : "", host->snapshot->notices[i]);
    str_format(out, size, "%s", text.text);
    str_finish(&text);
    return ROLE_WARN;
}
