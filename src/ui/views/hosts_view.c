// SPDX-License-Identifier: GPL-2.0-or-later
// The hosts over the whole screen: how each is reached, what it is, and how loaded it is.
#include <math.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"

enum { LABEL_COLUMNS = 12, BAR_COLUMNS = 20, CHART_ROWS = 5 };

struct hosts_view {
    struct view view;
    int scrolled, rows, seen;
};

struct pen {
    struct frame *frame;
    struct rect rect; // what is seen
    int row;          // next one; may lie outside of rect
};

static void line(struct pen *pen, const char *label, enum role role, const char *text)
{
    frame_field(pen->frame, &pen->rect, pen->row, pen->rect.column + 2, LABEL_COLUMNS, ALIGN_LEFT,
                STYLE(ROLE_DIM), label);
    frame_field(pen->frame, &pen->rect, pen->row, pen->rect.column + 2 + LABEL_COLUMNS,
                pen->rect.columns - 2 - LABEL_COLUMNS, ALIGN_LEFT, STYLE(role), text);
    pen->row++;
}

static void bar_line(struct pen *pen, const char *label, double fraction, enum role role,
                     const char *text)
{
    frame_field(pen->frame, &pen->rect, pen->row, pen->rect.column + 2, LABEL_COLUMNS, ALIGN_LEFT,
                STYLE(ROLE_DIM), label);
    int column = pen->rect.column + 2 + LABEL_COLUMNS;
    chart_bar(pen->frame, &pen->rect, pen->row, column, BAR_COLUMNS, fraction, role);
    frame_field(pen->frame, &pen->rect, pen->row, column + BAR_COLUMNS + 2,
                pen->rect.columns - LABEL_COLUMNS - BAR_COLUMNS - 4, ALIGN_LEFT, STYLE(ROLE_TEXT),
                text);
    pen->row++;
}

static void draw_connection(struct pen *pen, const struct board_host *host)
{
    enum role role = host->connection == CONNECTION_ONLINE    ? ROLE_OK
                     : host->connection == CONNECTION_OFFLINE ? ROLE_ALARM
                                                              : ROLE_WARN;
    frame_text(pen->frame, &pen->rect, pen->row, pen->rect.column,
               STYLE_WITH(ROLE_TITLE, STYLE_BOLD), host->name);
    pen->row++;
    line(pen, "connection", role, connection_state_name(host->connection));
    if (host->connection != CONNECTION_ONLINE && host->error.text[0] != '\0')
        line(pen, "", ROLE_WARN, host->error.text);
}

static void draw_cpu(struct pen *pen, const struct board_host *host)
{
    const struct host_rates *rates = &host->rates;
    char all[QUANTITY_SIZE], user[QUANTITY_SIZE], system[QUANTITY_SIZE], wait[QUANTITY_SIZE];
    char steal[QUANTITY_SIZE], vms[QUANTITY_SIZE], text[256];
    quantity_percent(all, rates->cpu_percent, 0);
    quantity_percent(user, rates->cpu_user_percent, 0);
    quantity_percent(system, rates->cpu_system_percent, 0);
    quantity_percent(wait, rates->cpu_iowait_percent, 0);
    quantity_percent(steal, rates->cpu_steal_percent, 0);
    quantity_percent(vms, rates->vm_cpu_percent, 0);
    str_format(text, sizeof(text),
               "%s %% of %u CPUs: user %s, system %s, iowait %s, steal %s; VMs %s (100 a vCPU)",
               all, host->snapshot->cpus, user, system, wait, steal, vms);
    bar_line(pen, "CPU", rates->cpu_percent < 0 ? -1 : rates->cpu_percent / 100, ROLE_CPU, text);
}

static void draw_memory(struct pen *pen, const struct host_snapshot *snapshot)
{
    char total[QUANTITY_SIZE], available[QUANTITY_SIZE], cache[QUANTITY_SIZE], text[160];
    bool has_available = (snapshot->valid & HOST_HAS_MEMORY_AVAILABLE) != 0;
    bool has_total = (snapshot->valid & HOST_HAS_MEMORY) != 0 && snapshot->memory_total_kib > 0;
    double left_kib =
        has_available ? (double)snapshot->memory_available_kib : (double)snapshot->memory_free_kib;
    quantity_memory(total, has_total ? (double)snapshot->memory_total_kib : -1);
    quantity_memory(available, has_total ? left_kib : -1);
    quantity_memory(cache, has_available ? (double)snapshot->memory_cache_kib : -1);
    str_format(text, sizeof(text), "%s of %s %s, cache %s", available, total,
               has_available ? "available" : "free", cache);
    bar_line(pen, "memory", has_total ? 1 - left_kib / (double)snapshot->memory_total_kib : -1,
             ROLE_MEMORY, text);
}

static void draw_load(struct pen *pen, const struct host_snapshot *snapshot)
{
    char text[160];
    if ((snapshot->valid & HOST_HAS_LOAD) != 0) {
        str_format(text, sizeof(text), "%.2f %.2f %.2f", snapshot->load_1, snapshot->load_5,
                   snapshot->load_15);
        line(pen, "load", ROLE_TEXT, text);
    }
    if ((snapshot->valid & HOST_HAS_PRESSURE) == 0)
        return;
    str_format(text, sizeof(text),
               "cpu %.1f %%, memory %.1f %% (full %.1f), io %.1f %% (full %.1f) over 10 s",
               snapshot->psi_cpu_some_10, snapshot->psi_memory_some_10,
               snapshot->psi_memory_full_10, snapshot->psi_io_some_10, snapshot->psi_io_full_10);
    line(pen, "pressure", ROLE_TEXT, text);
}

static void draw_sampling(struct pen *pen, const struct board_host *host)
{
    char cost[QUANTITY_SIZE], text[160];
    quantity_latency(cost, (double)host->snapshot->sample_cost_ns / NS_PER_MS);
    str_format(text, sizeof(text), "every %.1f s, a call takes %s", host->tick_s, cost);
    line(pen, "sampling", ROLE_TEXT, text);
}

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static void draw_host(struct pen *pen, const struct board_host *host)
{
    const struct host_snapshot *snapshot = host->snapshot;
    draw_connection(pen, host);
    if (snapshot == NULL) {
        pen->row++;
        return;
    }
    char text[256];
    line(pen, "address", ROLE_TEXT, snapshot->uri);
    str_format(text, sizeof(text), "%s, %s, %s", or_dash(snapshot->hypervisor),
               or_dash(snapshot->library_version), or_dash(snapshot->arch));
    line(pen, "runs", ROLE_TEXT, text);
    line(pen, "processor", ROLE_TEXT, or_dash(snapshot->cpu_model));
    line(pen, "VMs run on", ROLE_TEXT, or_dash(snapshot->acceleration));
    draw_cpu(pen, host);
    draw_memory(pen, snapshot);
    draw_load(pen, snapshot);
    draw_sampling(pen, host);
    for (size_t i = 0; i < snapshot->notice_count; i++)
        line(pen, i == 0 ? "note" : "", ROLE_WARN, snapshot->notices[i]);
    pen->row++;
}

// Charts of the host of the VM in focus, side by side, where they fit.
static void draw_charts(struct pen *pen, const struct board *board, const char *window)
{
    const struct charts *charts = board->host_charts;
    int half = (pen->rect.columns - 6) / 2;
    if (charts == NULL || half < 20 || pen->row + CHART_ROWS + 1 > pen->rect.row + pen->rect.rows)
        return;
    struct rect left = {pen->row + 1, pen->rect.column + 2, CHART_ROWS, half};
    struct rect right = {pen->row + 1, pen->rect.column + 4 + half, CHART_ROWS, half};
    frame_printf(pen->frame, &pen->rect, pen->row, left.column, STYLE(ROLE_CPU), "CPU, %s", window);
    frame_printf(pen->frame, &pen->rect, pen->row, right.column, STYLE(ROLE_MEMORY), "memory, %s",
                 window);
    const struct chart *cpu = &charts->metrics[CHART_CPU];
    const struct chart *memory = &charts->metrics[CHART_MEMORY];
    double total_kib = 1;
    for (size_t i = 0; i < board->host_count; i++)
        if (board->hosts[i].snapshot != NULL && board->hosts[i].snapshot->memory_total_kib > 0)
            total_kib = fmax(total_kib, (double)board->hosts[i].snapshot->memory_total_kib);
    chart_area(pen->frame, left, cpu->peak, cpu->count, 100, ROLE_CPU);
    chart_area(pen->frame, right, memory->peak, memory->count, total_kib, ROLE_MEMORY);
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    struct hosts_view *hosts = (struct hosts_view *)view;
    const struct board *board = ui_board(view->ui);
    if (board == NULL || rect.rows <= 0)
        return;
    struct pen pen = {frame, rect, rect.row - hosts->scrolled};
    for (size_t i = 0; i < board->host_count; i++)
        draw_host(&pen, &board->hosts[i]);
    hosts->rows = pen.row + hosts->scrolled - rect.row;
    hosts->seen = rect.rows;
    char window[32];
    str_format(window, sizeof(window), "last %u min", ui_chart_window_s(view->ui) / 60);
    if (board->host_count == 1)
        draw_charts(&pen, board, window);
}

static bool scroll(struct hosts_view *hosts, int by)
{
    int last = hosts->rows > hosts->seen ? hosts->rows - hosts->seen : 0;
    int wanted = hosts->scrolled + by;
    hosts->scrolled = wanted < 0 ? 0 : wanted > last ? last : wanted;
    ui_invalidate(hosts->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct hosts_view *hosts = (struct hosts_view *)view;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j'))
        return scroll(hosts, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k'))
        return scroll(hosts, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return scroll(hosts, hosts->seen);
    if (key->code == KEY_CODE_PAGE_UP)
        return scroll(hosts, -hosts->seen);
    return false;
}

static struct view *create(struct ui *ui)
{
    struct hosts_view *hosts = memory_alloc(sizeof(*hosts));
    hosts->view = (struct view){.ops = &hosts_view_ops, .ui = ui};
    return &hosts->view;
}

static void destroy(struct view *view)
{
    free(view);
}

static const char *hint(const struct view *view)
{
    (void)view;
    return "Esc back";
}

const struct view_ops hosts_view_ops = {
    .name = "hosts",
    .title = "Hosts",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .hint = hint,
};
