// SPDX-License-Identifier: GPL-2.0-or-later
// The hosts over the whole screen: how each is reached, what it is, and how loaded it is.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"
#include "ui/ui_state.h"
#include "ui/views/host_charts.h"
#include "ui/views/view.h"
#include "ui/views/vm_list.h"
#include "ui/widgets/wrapped_text.h"

enum {
    INDENT = 2,
    LABEL_COLUMNS = 12,
    BAR_COLUMNS = 20,
    CHART_ROWS_LEAST = 7,
    CHART_ROWS_MOST = 14,
    SCALE_COLUMNS = 6
};

struct hosts_view {
    struct view view;
    int scrolled, rows, seen;
};

struct pen {
    const struct ui *ui;
    struct frame *frame;
    struct rect rect; // what is seen
    int row;          // next one; may lie outside of rect
};

static void label(struct pen *pen, const char *text)
{
    frame_field(pen->frame, &pen->rect, pen->row, pen->rect.column + INDENT, LABEL_COLUMNS,
                ALIGN_LEFT, STYLE(ROLE_DIM), text);
}

// A label and text over as many rows as it needs.
static void line(struct pen *pen, const char *name, enum role role, const char *text)
{
    int columns = pen->rect.columns - INDENT - LABEL_COLUMNS;
    int rows = wrapped_text_rows(text, columns > 1 ? columns : 1);
    label(pen, name);
    int skip = pen->row < pen->rect.row ? pen->rect.row - pen->row : 0;
    int end = pen->rect.row + pen->rect.rows;
    struct rect rect = {pen->row + skip, pen->rect.column + INDENT + LABEL_COLUMNS, rows - skip,
                        columns};
    if (rect.rows > end - rect.row)
        rect.rows = end - rect.row;
    if (rect.rows > 0)
        wrapped_text_draw_from(pen->frame, rect, STYLE(role), text, skip);
    pen->row += rows > 0 ? rows : 1;
}

static void bar_line(struct pen *pen, const char *name, double fraction, enum role role,
                     const char *text)
{
    int column = pen->rect.column + INDENT + LABEL_COLUMNS;
    int bar = pen->rect.columns >= 70 ? BAR_COLUMNS : BAR_COLUMNS / 2;
    label(pen, name);
    chart_bar(pen->frame, &pen->rect, pen->row, column, bar, fraction, role);
    frame_field(pen->frame, &pen->rect, pen->row, column + bar + 2,
                pen->rect.column + pen->rect.columns - column - bar - 2, ALIGN_LEFT,
                STYLE(ROLE_TEXT), text);
    pen->row++;
}

// "61 %" or "-"
static void percent(char out[QUANTITY_SIZE], double value)
{
    quantity_percent(out, value, 1);
    if (value >= 0)
        str_format(out + strlen(out), QUANTITY_SIZE - strlen(out), " %%");
}

// ---- how it is reached ----

static void connection_text(const struct pen *pen, const struct board_host *host, char *out,
                            size_t size)
{
    uint64_t now_ms = ui_wall_ms(pen->ui);
    const char *name = connection_state_name(host->connection);
    if (host->connection == CONNECTION_OFFLINE && host->next_try_wall_ms > now_ms)
        str_format(out, size, "%s, next try in %llu s", name,
                   (unsigned long long)((host->next_try_wall_ms - now_ms + 999) / MS_PER_SECOND));
    else if (host->connection == CONNECTION_STALLED)
        str_format(out, size, "%s: what is shown is old, and commands wait", name);
    else
        str_format(out, size, "%s", name);
}

static void draw_connection(struct pen *pen, const struct board_host *host)
{
    char text[160], age[QUANTITY_SIZE];
    enum role role = host->connection == CONNECTION_ONLINE       ? ROLE_OK
                     : host->connection == CONNECTION_CONNECTING ? ROLE_WARN
                                                                 : ROLE_ALARM;
    frame_field(pen->frame, &pen->rect, pen->row, pen->rect.column, pen->rect.columns, ALIGN_LEFT,
                STYLE_WITH(ROLE_TITLE, STYLE_BOLD), host->name);
    pen->row++;
    connection_text(pen, host, text, sizeof(text));
    line(pen, "connection", role, text);
    if (host->connection != CONNECTION_ONLINE && host->error.text[0] != '\0')
        line(pen, "", ROLE_WARN, host->error.text);
    double stale_s = board_host_stale_s(host, ui_now_ns(pen->ui));
    if (stale_s < 0)
        return;
    quantity_duration(age, stale_s);
    str_format(text, sizeof(text), "! the figures below are %s old", age);
    line(pen, "", ROLE_WARN, text);
}

// ---- what it is, and how loaded ----

static void add_part(struct str *out, const char *text)
{
    if (text != NULL)
        str_printf(out, "%s%s", out->length > 0 ? ", " : "", text);
}

static void draw_identity(struct pen *pen, const struct host_snapshot *snapshot)
{
    struct str text;
    str_init(&text);
    add_part(&text, snapshot->hypervisor);
    add_part(&text, snapshot->library_version);
    add_part(&text, snapshot->arch);
    line(pen, "address", ROLE_TEXT, str_or_dash(snapshot->uri));
    line(pen, "hypervisor", ROLE_TEXT, text.length > 0 ? text.text : "-");
    line(pen, "processor", ROLE_TEXT, str_or_dash(snapshot->cpu_model));
    line(pen, "VMs run on", ROLE_TEXT, str_or_dash(snapshot->acceleration));
    str_finish(&text);
}

static void draw_vms(struct pen *pen, const struct board_host *host)
{
    const struct host_snapshot *snapshot = host->snapshot;
    size_t up = 0;
    unsigned long long vcpus = 0, balloon_kib = 0;
    for (size_t i = 0; i < snapshot->vm_count; i++) {
        const struct vm_sample *vm = &snapshot->vms[i];
        if (!vm_state_is_active(vm->state))
            continue;
        up++;
        vcpus += (vm->valid & VM_HAS_VCPU_COUNT) != 0 ? vm->vcpus_current : 0;
        balloon_kib += (vm->valid & VM_HAS_BALLOON) != 0 ? vm->balloon_kib : 0;
    }
    char memory[QUANTITY_SIZE], text[160];
    quantity_memory(memory, (double)balloon_kib);
    str_format(text, sizeof(text), "%zu of %zu up, with %llu vCPUs and %s of memory", up,
               snapshot->vm_count, vcpus, memory);
    line(pen, "VMs", ROLE_TEXT, text);
}

static void draw_cpu(struct pen *pen, const struct board_host *host)
{
    const struct host_rates *rates = &host->rates;
    char all[QUANTITY_SIZE], user[QUANTITY_SIZE], system[QUANTITY_SIZE], wait[QUANTITY_SIZE];
    char steal[QUANTITY_SIZE], vms[QUANTITY_SIZE], text[256];
    percent(all, rates->cpu_percent);
    quantity_percent(user, rates->cpu_user_percent, 1);
    quantity_percent(system, rates->cpu_system_percent, 1);
    quantity_percent(wait, rates->cpu_iowait_percent, 1);
    percent(steal, rates->cpu_steal_percent);
    percent(vms, rates->vm_cpu_percent);
    if (host->snapshot->cpus > 0)
        str_format(text, sizeof(text), "%s of %u CPUs", all, host->snapshot->cpus);
    else
        str_format(text, sizeof(text), "%s", all);
    bar_line(pen, "CPU", rates->cpu_percent < 0 ? -1 : rates->cpu_percent / 100, ROLE_CPU, text);
    str_format(text, sizeof(text), "user %s, system %s, iowait %s, steal %s", user, system, wait,
               steal);
    line(pen, "", ROLE_TEXT, text);
    str_format(text, sizeof(text), "the VMs together %s (100 is one vCPU)", vms);
    line(pen, "", ROLE_TEXT, text);
}

static void draw_memory(struct pen *pen, const struct host_snapshot *snapshot)
{
    char total[QUANTITY_SIZE], used[QUANTITY_SIZE], available[QUANTITY_SIZE];
    char free_text[QUANTITY_SIZE], cache[QUANTITY_SIZE], text[160];
    bool has_total = (snapshot->valid & HOST_HAS_MEMORY) != 0 && snapshot->memory_total_kib > 0;
    bool has_available = (snapshot->valid & HOST_HAS_MEMORY_AVAILABLE) != 0;
    double total_kib = (double)snapshot->memory_total_kib;
    double left_kib =
        has_available ? (double)snapshot->memory_available_kib : (double)snapshot->memory_free_kib;
    double used_kib = !has_total ? -1 : left_kib < total_kib ? total_kib - left_kib : 0;
    quantity_memory(total, has_total ? total_kib : -1);
    quantity_memory(used, used_kib);
    quantity_memory(available, has_available ? left_kib : -1);
    quantity_memory(free_text, has_total ? (double)snapshot->memory_free_kib : -1);
    quantity_memory(cache, has_available ? (double)snapshot->memory_cache_kib : -1);
    str_format(text, sizeof(text), "used %s of %s", used, total);
    bar_line(pen, "memory", has_total ? used_kib / total_kib : -1, ROLE_MEMORY, text);
    str_format(text, sizeof(text), "available %s  free %s  cache %s", available, free_text, cache);
    line(pen, "", ROLE_TEXT, text);
}

static void draw_load(struct pen *pen, const struct host_snapshot *snapshot)
{
    char text[160];
    if ((snapshot->valid & HOST_HAS_LOAD) != 0) {
        str_format(text, sizeof(text), "%.2f  %.2f  %.2f  (1, 5 and 15 min)", snapshot->load_1,
                   snapshot->load_5, snapshot->load_15);
        line(pen, "load", ROLE_TEXT, text);
    }
    if ((snapshot->valid & HOST_HAS_PRESSURE) == 0)
        return;
    str_format(text, sizeof(text),
               "cpu %.1f %%  memory %.1f %% (full %.1f)  io %.1f %% (full %.1f)",
               snapshot->psi_cpu_some_10, snapshot->psi_memory_some_10,
               snapshot->psi_memory_full_10, snapshot->psi_io_some_10, snapshot->psi_io_full_10);
    line(pen, "pressure", ROLE_TEXT, text);
}

static void draw_sampling(struct pen *pen, const struct board_host *host)
{
    char cost[QUANTITY_SIZE], text[160];
    uint64_t cost_ns = host->snapshot->sample_cost_ns;
    quantity_latency(cost, cost_ns > 0 ? (double)cost_ns / (double)NS_PER_MS : -1);
    str_format(text, sizeof(text), "every %.3g s, a call takes %s", host->tick_s, cost);
    line(pen, "sampling", ROLE_TEXT, text);
}

static void draw_troubles(struct pen *pen, const struct board_host *host)
{
    for (size_t i = 0; i < host->alert_count; i++)
        if (host->alerts[i].vm_index == SIZE_MAX)
            line(pen, "hurting",
                 host->alerts[i].severity == SEVERITY_ALARM ? ROLE_ALARM : ROLE_WARN,
                 host->alerts[i].text);
    for (size_t i = 0; i < host->snapshot->notice_count; i++)
        line(pen, "note", ROLE_WARN, host->snapshot->notices[i]);
}

static void draw_host(struct pen *pen, const struct board_host *host)
{
    draw_connection(pen, host);
    int first = pen->row;
    if (host->snapshot != NULL) {
        draw_identity(pen, host->snapshot);
        draw_vms(pen, host);
        draw_cpu(pen, host);
        draw_memory(pen, host->snapshot);
        draw_load(pen, host->snapshot);
        draw_sampling(pen, host);
        draw_troubles(pen, host);
    }
    struct rect figures = {first, pen->rect.column, pen->row - first, pen->rect.columns};
    if (board_host_stale_s(host, ui_now_ns(pen->ui)) >= 0)
        frame_mark(pen->frame, rect_intersect(figures, pen->rect), STYLE_DIM);
    pen->row++;
}

// ---- the view ----

static int draw_all(struct pen *pen, const struct board *board)
{
    int first = pen->row;
    for (size_t i = 0; i < board->host_count; i++)
        draw_host(pen, &board->hosts[i]);
    return pen->row - first - 1; // without the blank line after the last host
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    struct hosts_view *hosts = (struct hosts_view *)view;
    const struct board *board = ui_board(view->ui);
    if (rect.rows <= 0 || rect.columns <= INDENT + LABEL_COLUMNS)
        return;
    if (board == NULL || board->host_count == 0) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM), "no hosts yet");
        return;
    }
    struct pen measure = {view->ui, frame, {rect.row, rect.column, 0, rect.columns}, rect.row};
    hosts->rows = draw_all(&measure, board);
    bool positioned = hosts->rows > rect.rows && rect.rows > 2;
    hosts->seen = rect.rows - positioned;
    int last = hosts->rows > hosts->seen ? hosts->rows - hosts->seen : 0;
    if (hosts->scrolled > last)
        hosts->scrolled = last;
    struct pen pen = {view->ui, frame, rect, rect.row - hosts->scrolled};
    pen.rect.rows = hosts->seen;
    draw_all(&pen, board);
    struct rect room = {pen.row, rect.column + INDENT, rect.row + hosts->seen - pen.row,
                        rect.columns - INDENT};
    // A board has the charts of the host of the VM in focus, else of the first one.
    const struct board_host *host = &board->hosts[0];
    ui_selected(view->ui, &host, NULL);
    if (board->host_charts != NULL)
        host_charts_draw(frame, room, host, board->host_charts);
    if (positioned)
        frame_printf(frame, &rect, rect.row + rect.rows - 1, rect.column, STYLE(ROLE_DIM),
                     "%d to %d of %d lines", hosts->scrolled + 1, hosts->scrolled + hosts->seen,
                     hosts->rows);
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
    int page = hosts->seen > 1 ? hosts->seen - 1 : 1;
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j') ||
        key->code == KEY_CODE_MOUSE_WHEEL_DOWN)
        return scroll(hosts, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k') ||
        key->code == KEY_CODE_MOUSE_WHEEL_UP)
        return scroll(hosts, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return scroll(hosts, page);
    if (key->code == KEY_CODE_PAGE_UP)
        return scroll(hosts, -page);
    if (key->code == KEY_CODE_HOME || (plain && key->character == 'g'))
        return scroll(hosts, -hosts->rows);
    if (key->code == KEY_CODE_END || (plain && key->character == 'G'))
        return scroll(hosts, hosts->rows);
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

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out, "How each host is reached, what it is and how loaded it is. Pressure is the share "
                 "of the last 10 s in which some (full: all) tasks waited.\n:reconnect tries a "
                 "host that is offline at once.\n");
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
    .help = help,
    .hint = hint,
};
