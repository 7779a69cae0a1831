// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/jobs_pane.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/screen/chart.h"
#include "ui/views/vm_list_cells.h"

#define BAR_COLUMNS 12
#define TITLE_LEAST 20

size_t jobs_unfinished(const struct board *board)
{
    size_t count = 0;
    for (size_t i = 0; board && i < board->job_count; i++)
        count += !job_state_is_final(board->jobs[i].state);
    return count;
}

static size_t selected_index(const struct jobs_pane *pane, const struct board *board)
{
    for (size_t i = 0; i < board->job_count; i++)
        if (board->jobs[i].id == pane->selected)
            return i;
    return board->job_count > 0 ? 0 : SIZE_MAX;
}

void jobs_pane_move(struct jobs_pane *pane, const struct board *board, long by)
{
    if (!board || board->job_count == 0)
        return;
    size_t index = list_scroll_moved(board->job_count, selected_index(pane, board), by);
    pane->selected = board->jobs[index].id;
}

void jobs_pane_click(struct jobs_pane *pane, const struct board *board, struct rect rect, int row)
{
    size_t index = pane->scroll.top + (size_t)(row - rect.row);
    if (board && row >= rect.row && index < board->job_count)
        pane->selected = board->jobs[index].id;
}

static bool can_cancel(const struct job_info *job)
{
    return !job_state_is_final(job->state) && !job->cancel_asked &&
           (job->cancellable || job->state == JOB_QUEUED);
}

const struct job_info *jobs_pane_target(const struct jobs_pane *pane, const struct board *board,
                                        bool focused)
{
    if (!board || board->job_count == 0)
        return NULL;
    if (focused)
        return &board->jobs[selected_index(pane, board)];
    for (size_t i = 0; i < board->job_count; i++)
        if (can_cancel(&board->jobs[i]))
            return &board->jobs[i];
    return NULL;
}

// "8.1/11.4 GiB": the unit is said once when it is the same.
static void bytes_of(const struct job_progress *progress, struct str *out)
{
    char done[QUANTITY_SIZE], total[QUANTITY_SIZE];
    quantity_bytes(done, (double)progress->done_bytes);
    quantity_bytes(total, (double)progress->total_bytes);
    const char *done_unit = strchr(done, ' '), *total_unit = strchr(total, ' ');
    if (done_unit && total_unit && strcmp(done_unit, total_unit) == 0)
        done[done_unit - done] = '\0';
    str_printf(out, "%s/%s", done, total);
}

static void progress_words(const struct job_info *job, uint64_t wall_ms, struct str *out)
{
    char text[QUANTITY_SIZE];
    if (job->state == JOB_QUEUED) {
        str_add(out, "waiting");
    } else if (job->progress.known && job->progress.total_bytes > 0) {
        quantity_percent(text, job_percent(job), 0);
        str_printf(out, "%3s %%  ", text);
        bytes_of(&job->progress, out);
        if (job->rate_bytes_per_s > 0) {
            quantity_bytes(text, job->rate_bytes_per_s);
            str_printf(out, "  %s/s", text);
        }
        if (job->eta_s >= 0) {
            quantity_duration(text, job->eta_s);
            str_printf(out, "  ETA %s", text);
        }
    } else {
        double ran_s = job->started_wall_ms && wall_ms > job->started_wall_ms
                           ? (double)(wall_ms - job->started_wall_ms) / MS_PER_SECOND
                           : 0;
        quantity_duration(text, ran_s);
        str_printf(out, "running for %s", text);
    }
    if (job->cancel_asked)
        str_add(out, "  cancelling...");
}

static void took(const struct job_info *job, struct str *out)
{
    if (!job->started_wall_ms || job->ended_wall_ms < job->started_wall_ms)
        return;
    double seconds = (double)(job->ended_wall_ms - job->started_wall_ms) / MS_PER_SECOND;
    char text[QUANTITY_SIZE];
    if (seconds < 60) {
        str_printf(out, " in %.1f s", seconds);
        return;
    }
    quantity_duration(text, seconds);
    str_printf(out, " in %s", text);
}

static enum role finished_words(const struct job_info *job, struct str *out)
{
    char when[32];
    clock_format_time(job->ended_wall_ms, when, sizeof(when));
    str_printf(out, "%s %s ", when, job->title);
    switch (job->state) {
    case JOB_DONE:
        str_add(out, "done");
        took(job, out);
        return ROLE_DIM;
    case JOB_CANCELLED:
        str_add(out, "cancelled");
        return ROLE_DIM;
    case JOB_UNKNOWN:
        str_printf(out, "ended, and whether it was done is not known: %s", job->error.text);
        return ROLE_WARN;
    default:
        str_printf(out, "failed: %s", job->error.text);
        return ROLE_ALARM;
    }
}

void job_line(const struct job_info *job, uint64_t wall_ms, char *out, size_t size)
{
    struct str text;
    str_init(&text);
    if (job_state_is_final(job->state)) {
        finished_words(job, &text);
    } else {
        str_printf(&text, "%s  ", job->title);
        progress_words(job, wall_ms, &text);
    }
    str_format(out, size, "%s", text.text);
    str_finish(&text);
}

static void draw_running(struct frame *frame, const struct rect *line, const struct job_info *job,
                         const struct jobs_look *look, bool target)
{
    struct str words;
    str_init(&words);
    progress_words(job, look->wall_ms, &words);
    bool bar = job->state == JOB_RUNNING && job_percent(job) >= 0;
    char cancel[48] = "";
    if (target && can_cancel(job) && look->cancel_key[0])
        str_format(cancel, sizeof(cancel), "  %s cancel", look->cancel_key);
    int fixed = (int)words.length + (int)strlen(cancel) + 4 + (bar ? BAR_COLUMNS + 3 : 0);
    int title = (int)utf8_width(job->title);
    if (fixed + title > line->columns && bar && fixed + TITLE_LEAST > line->columns) {
        bar = false;
        fixed -= BAR_COLUMNS + 3;
    }
    if (title > line->columns - fixed)
        title = line->columns - fixed > 8 ? line->columns - fixed : 8;
    int column = line->column + 2;
    uint32_t sign =
        job->state == JOB_QUEUED ? '.' : spinner_character(look->spinner, frame->glyphs);
    frame_character(frame, line, line->row, line->column, STYLE(ROLE_ACCENT), sign);
    frame_field(frame, line, line->row, column, title, ALIGN_LEFT, STYLE(ROLE_TEXT), job->title);
    column += title + 2;
    if (bar) {
        frame_text(frame, line, line->row, column, STYLE(ROLE_DIM), "[");
        chart_bar(frame, line, line->row, column + 1, BAR_COLUMNS, job_percent(job) / 100,
                  ROLE_ACCENT);
        frame_text(frame, line, line->row, column + 1 + BAR_COLUMNS, STYLE(ROLE_DIM), "]");
        column += BAR_COLUMNS + 3;
    }
    column += frame_text(frame, line, line->row, column, STYLE(ROLE_TEXT), words.text);
    frame_text(frame, line, line->row, column, STYLE(ROLE_KEY), cancel);
    str_finish(&words);
}

static void draw_finished(struct frame *frame, const struct rect *line, const struct job_info *job)
{
    struct str words;
    str_init(&words);
    enum role role = finished_words(job, &words);
    frame_field(frame, line, line->row, line->column, line->columns, ALIGN_LEFT, STYLE(role),
                words.text);
    str_finish(&words);
}

void jobs_pane_draw(struct jobs_pane *pane, struct frame *frame, struct rect rect,
                    const struct jobs_look *look)
{
    const struct board *board = look->board;
    struct rect line = {rect.row, rect.column + 1, 1, rect.columns - 2};
    if (!board || board->job_count == 0) {
        frame_text(frame, &line, line.row, line.column, STYLE(ROLE_DIM), "no jobs yet");
        return;
    }
    size_t chosen = selected_index(pane, board);
    list_scroll_fit(&pane->scroll, board->job_count, (size_t)rect.rows, look->focused ? chosen : 0);
    const struct job_info *target = jobs_pane_target(pane, board, look->focused);
    for (size_t i = pane->scroll.top;
         i < board->job_count && i < pane->scroll.top + pane->scroll.visible; i++) {
        const struct job_info *job = &board->jobs[i];
        if (job_state_is_final(job->state))
            draw_finished(frame, &line, job);
        else
            draw_running(frame, &line, job, look, job == target);
        if (look->focused && i == chosen) {
            frame_text(frame, NULL, line.row, rect.column, STYLE(ROLE_ACCENT), ">");
            frame_mark(frame, (struct rect){line.row, rect.column, 1, rect.columns},
                       STYLE_SELECTED);
        }
        line.row++;
    }
}
