// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Metrics": what the VM in focus does now, line by line, and a chart of each of the four
// resources over the window that the person chose. Lines come first; charts share what is left.
#include <stdio.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/tabs/figures_age.h"
#include "ui/views/tabs/metrics/painter.h"
#include "ui/views/view.h"

enum {
    VCPU_LINES_MAX = 4,
    BAR_LINES_MAX = 3,
    CHART_ROWS_MAX = 12,
    SPARK_CHART_ROWS = 4, // charts at least this high leave room for the sparks
    REMARKS_ROWS = 10,    // below: one remark at the most
    LEAST_COLUMNS = 12,
};

// ---- how many rows each part gets ----

static int at_least_one(size_t count)
{
    return count > 1 ? (int)count : 1;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int lines_for(int count, int per_line)
{
    return count <= 1 ? 0 : (count + per_line - 1) / per_line; // one vCPU is in the heading
}

static int plan_vcpus(struct metrics_plan *plan, int count, int columns, int left)
{
    int bars = lines_for(count, metrics_vcpus_per_line(columns, true));
    int strip = lines_for(count, metrics_vcpus_per_line(columns, false));
    plan->vcpu_bars = bars <= BAR_LINES_MAX && bars * 2 <= left;
    plan->vcpu_lines = plan->vcpu_bars ? bars : smaller(smaller(strip, VCPU_LINES_MAX), left / 2);
    return left - plan->vcpu_lines;
}

static int plan_devices(struct metrics_plan *plan, int disks, int nics, int left)
{
    int more_nics = disks + nics - 2 <= left ? nics - 1 : smaller(nics - 1, left / 3);
    int more_disks = smaller(disks - 1, left - more_nics);
    more_nics = smaller(nics - 1, left - more_disks);
    plan->disk_lines = 1 + more_disks;
    plan->nic_lines = 1 + more_nics;
    return left - more_disks - more_nics;
}

// What is spare goes round row by row, so that the first ones get the odd rows.
static void plan_charts(struct metrics_plan *plan, const bool wanted[AREA_COUNT], int spare)
{
    int charts = 0, area = 0;
    for (int i = 0; i < AREA_COUNT; i++)
        charts += wanted[i];
    plan->sparks = charts > 0 && spare >= charts * SPARK_CHART_ROWS + 2;
    if (plan->sparks)
        spare -= wanted[AREA_DISK] ? 2 : 1;
    spare = smaller(spare, charts * CHART_ROWS_MAX);
    for (; spare > 0; area = (area + 1) % AREA_COUNT)
        if (wanted[area]) {
            plan->chart_rows[area]++;
            spare--;
        }
}

static void make_plan(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    struct metrics_plan *plan = &painter->plan;
    int left = painter->rect.rows - AREA_COUNT;
    *plan = (struct metrics_plan){.memory_lines = 1, .disk_lines = 1, .nic_lines = 1};
    if (left <= 0)
        return;
    plan->memory_lines = 2;
    left = plan_vcpus(plan, (int)painter->vm->rates.vcpu_count, painter->rect.columns, left - 1);
    left =
        plan_devices(plan, at_least_one(sample->disk_count), at_least_one(sample->nic_count), left);
    const bool wanted[AREA_COUNT] = {true, true, sample->disk_count > 0, sample->nic_count > 0};
    plan_charts(plan, wanted, left);
}

// ---- what has to be said before any figure ----

static void remark(struct metrics_painter *painter, enum role role, const char *text)
{
    struct rect line = metrics_next_line(painter);
    frame_text(painter->frame, &line, line.row, line.column, STYLE_WITH(role, STYLE_BOLD), "!");
    frame_field(painter->frame, &line, line.row, line.column + 2, line.columns - 2, ALIGN_LEFT,
                STYLE(role), text);
}

static bool state_text(const struct vm_sample *sample, char *out, size_t size)
{
    bool reason =
        (sample->valid & VM_HAS_REASON) != 0 && sample->reason != NULL && sample->reason[0] != '\0';
    char why[64] = "";
    if (reason)
        str_format(why, sizeof(why), " (%s)", sample->reason);
    switch (sample->state) {
    case VM_STATE_PAUSED:
        str_format(out, size, "paused%s: its vCPUs stand still", why);
        return true;
    case VM_STATE_SHUTTING_DOWN:
        str_format(out, size, "shutting down%s", why);
        return true;
    case VM_STATE_SUSPENDED:
        str_format(out, size, "asleep: its guest suspended it");
        return true;
    default:
        return false;
    }
}

static void add_alerts(const struct board_host *host, const struct board_vm *vm,
                       enum severity severity, struct str *out)
{
    size_t index = (size_t)(vm - host->vms);
    for (size_t i = 0; i < host->alert_count; i++)
        if (host->alerts[i].vm_index == index && host->alerts[i].severity == severity)
            str_printf(out, "%s%s", out->length > 0 ? "; " : "", host->alerts[i].text);
}

static void alerts_remark(struct metrics_painter *painter, const struct board_host *host)
{
    struct str text;
    str_init(&text);
    add_alerts(host, painter->vm, SEVERITY_ALARM, &text);
    enum role role = text.length > 0 ? ROLE_ALARM : ROLE_WARN;
    add_alerts(host, painter->vm, SEVERITY_WARN, &text);
    if (text.length > 0)
        remark(painter, role, text.text);
    str_finish(&text);
}

// Returns true when the figures are not of this moment.
static bool remarks(struct metrics_painter *painter, const struct board_host *host, uint64_t now_ns)
{
    const struct vm_sample *sample = painter->vm->sample;
    bool several = painter->rect.rows >= REMARKS_ROWS;
    char text[160];
    bool old = figures_age_text(host, sample, now_ns, text, sizeof(text));
    if (old)
        remark(painter, sample->hung ? ROLE_ALARM : ROLE_WARN, text);
    if (sample->hung || (old && !several))
        return old; // an alert would only say again that it is hung
    bool odd = state_text(sample, text, sizeof(text));
    if (odd)
        remark(painter, ROLE_WARN, text);
    if (!odd || several)
        alerts_remark(painter, host);
    return old;
}

static void draw_inactive(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    bool saved = (sample->valid & VM_HAS_MANAGED_SAVE) != 0 && sample->has_managed_save;
    const char *text = sample->state == VM_STATE_CRASHED    ? "has crashed"
                       : sample->state != VM_STATE_SHUT_OFF ? "is in an unknown state"
                       : saved                              ? "is off, its memory saved on disk"
                                                            : "is shut off";
    struct rect line = metrics_next_line(painter);
    frame_printf(painter->frame, &line, line.row, line.column,
                 STYLE(sample->state == VM_STATE_CRASHED ? ROLE_ALARM : ROLE_DIM), "This VM %s.",
                 text);
    line = metrics_next_line(painter);
    frame_text(painter->frame, &line, line.row, line.column, STYLE(ROLE_DIM),
               "Figures come when it runs.");
}

// ---- the view ----

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    const struct board_host *host;
    struct metrics_painter painter = {
        .frame = frame, .rect = rect, .roomy = rect.columns >= METRICS_ROOMY_COLUMNS};
    if (rect.rows <= 0 || rect.columns <= LEAST_COLUMNS)
        return;
    if (!ui_selected(view->ui, &host, &painter.vm)) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM), "no VM is selected");
        return;
    }
    if (!vm_state_is_active(painter.vm->sample->state)) {
        draw_inactive(&painter);
        return;
    }
    painter.charts = ui_focus_charts(view->ui);
    painter.window_s =
        painter.charts != NULL ? painter.charts->window_s : ui_chart_window_s(view->ui);
    bool old = remarks(&painter, host, ui_now_ns(view->ui));
    struct rect figures = painter.rect;
    make_plan(&painter);
    metrics_cpu(&painter);
    metrics_cpu_chart(&painter);
    metrics_memory(&painter);
    metrics_memory_chart(&painter);
    metrics_disks(&painter);
    metrics_disk_chart(&painter);
    metrics_nics(&painter);
    metrics_net_chart(&painter);
    if (old)
        frame_mark(frame, figures, STYLE_DIM);
}

static struct view *create(struct ui *ui)
{
    struct view *view = memory_alloc(sizeof(*view));
    *view = (struct view){.ops = &metrics_view_ops, .ui = ui};
    return view;
}

static void destroy(struct view *view)
{
    free(view);
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out,
            "CPU: 100 % is one vCPU kept busy; ready is time a vCPU could run but had to wait for "
            "the host's CPU, and a vCPU that waits more than 10 % of the time has a !.\n"
            "MEM: used is what the guest cannot give back without swapping.\n"
            "Everything that moves is per second; a disk's time is the mean of one request.\n"
            "Charts show the highest value of each interval, the newest at the right; disk and "
            "network both directions together. - means not known.\n");
}

const struct view_ops metrics_view_ops = {
    .name = "metrics",
    .title = "Metrics",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .help = help,
};
