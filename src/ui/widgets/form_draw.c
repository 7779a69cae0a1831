// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "ui/widgets/form_internal.h"
#include "ui/widgets/wrapped_text.h"

#define WIDTH_MOST  74
#define WIDTH_LEAST 44
#define MARGIN      2 // columns between border and text
#define BUTTON_GAP  2

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int label_columns(const struct form *form)
{
    int columns = 0;
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].kind != FORM_FIELD_CONFIRMATION) {
            int wide = (int)utf8_width(form->fields[i].label);
            columns = wide > columns ? wide : columns;
        }
    return columns;
}

// What stands above the buttons and may scroll: sentences, then what the answer would do.
static void preview_text(const struct form *form, struct str *out)
{
    if (form->preview.length > 0)
        str_add(out, form->preview.text);
    if (!form->possible && form->problem.text[0])
        str_printf(out, "%s%s", out->length > 0 ? "\n" : "", form->problem.text);
}

struct heights {
    int intro, fields, hint, preview, refused;
};

static struct heights measure(const struct form *form, const char *preview, int columns)
{
    struct heights heights = {.fields = (int)form->field_count};
    heights.intro = wrapped_text_rows(form->intro, columns);
    heights.preview = wrapped_text_rows(preview, columns);
    for (size_t i = 0; i < form->field_count; i++) {
        if (form->fields[i].hint)
            heights.hint = 1;
        if (form->fields[i].kind == FORM_FIELD_CONFIRMATION)
            heights.fields++; // its label has a line of its own
    }
    if (form->refused[0])
        heights.refused = smaller(wrapped_text_rows(form->refused, columns), 3);
    return heights;
}

static int total(const struct heights *heights)
{
    int rows = heights->fields + heights->hint + heights->refused + 1;
    rows += heights->intro > 0 ? heights->intro + 1 : 0;
    rows += heights->fields > 0 ? 1 : 0;
    rows += heights->preview > 0 ? heights->preview + 1 : 0;
    return rows;
}

// Takes rows from the sentences until everything fits; buttons and fields come first.
static void squeeze(struct heights *heights, int rows)
{
    while (total(heights) > rows && (heights->intro > 1 || heights->preview > 1)) {
        if (heights->intro > heights->preview)
            heights->intro--;
        else
            heights->preview--;
    }
    if (total(heights) > rows)
        heights->hint = 0;
    if (total(heights) > rows)
        heights->intro = 0;
    if (total(heights) > rows)
        heights->preview = 0;
}

static struct style on_dialog(enum role role, unsigned flags)
{
    return STYLE_WITH(role, flags | STYLE_DIALOG);
}

static void draw_choice(const struct form_field *field, struct frame *frame,
                        const struct rect *clip, int row, int column, int columns, bool focused)
{
    const char *choice = field->choices[field->chosen];
    struct rect box = {row, column, 1, smaller(columns, clip->column + clip->columns - column)};
    frame_printf(frame, &box, row, column, STYLE_WITH(ROLE_INPUT, focused ? STYLE_BOLD : 0),
                 "< %s >", choice[0] ? choice : "automatic");
}

static void draw_field(struct form_field *field, struct frame *frame, const struct rect *clip,
                       int row, int label, bool focused)
{
    struct style style = on_dialog(focused ? ROLE_ACCENT : ROLE_TEXT, focused ? STYLE_BOLD : 0);
    int column = clip->column + label + 2;
    int columns = clip->columns - label - 2;
    if (focused)
        frame_text(frame, NULL, row, clip->column - 2, style, ">");
    if (field->kind == FORM_FIELD_CONFIRMATION) {
        column = clip->column;
        columns = clip->columns;
    } else {
        frame_text(frame, clip, row, clip->column, style, field->label);
    }
    field->rect = (struct rect){row, clip->column, 1, clip->columns};
    if (field->kind == FORM_FIELD_TOGGLE)
        frame_text(frame, clip, row, column, STYLE_WITH(ROLE_INPUT, focused ? STYLE_BOLD : 0),
                   field->on ? "[x]" : "[ ]");
    else if (field->kind == FORM_FIELD_CHOICE)
        draw_choice(field, frame, clip, row, column, columns, focused);
    else
        text_field_draw(&field->text, frame, clip, row, column, columns, focused);
}

static int draw_fields(struct form *form, struct frame *frame, const struct rect *clip, int row)
{
    int label = label_columns(form);
    for (size_t i = 0; i < form->field_count; i++) {
        struct form_field *field = &form->fields[i];
        if (field->kind == FORM_FIELD_CONFIRMATION)
            frame_text(frame, clip, row++, clip->column, on_dialog(ROLE_TEXT, 0), field->label);
        draw_field(field, frame, clip, row++, label, form->focus == i);
    }
    return row;
}

static int draw_button(struct frame *frame, const struct rect *clip, int row, int column,
                       const char *text, bool focused, enum role role, struct rect *place)
{
    struct style style =
        focused ? STYLE_WITH(role, STYLE_BOLD | STYLE_REVERSE) : on_dialog(role, 0);
    int columns =
        frame_printf(frame, clip, row, column, style, focused ? "[>%s<]" : "[ %s ]", text);
    *place = (struct rect){row, column, 1, columns};
    return column + columns + BUTTON_GAP;
}

static void draw_buttons(struct form *form, struct frame *frame, const struct rect *clip, int row)
{
    int column = clip->column;
    size_t cancel = form->field_count;
    form->action_rect = (struct rect){0};
    column = draw_button(frame, clip, row, column, form->action ? "Cancel" : "Close",
                         form->focus == cancel, ROLE_TEXT, &form->cancel_rect);
    if (!form->action)
        return;
    enum role role = !form->possible ? ROLE_DIM : form->danger ? ROLE_DANGER : ROLE_ACCENT;
    draw_button(frame, clip, row, column, form->action, form->focus == cancel + 1, role,
                &form->action_rect);
}

static void draw_sentences(struct frame *frame, const struct rect *inside, int *row, int rows,
                           enum role role, const char *text, int *scroll)
{
    if (rows <= 0)
        return;
    struct rect box = {*row, inside->column, rows, inside->columns};
    int all = wrapped_text_rows(text, inside->columns);
    int skip = smaller(*scroll, all > rows ? all - rows : 0);
    wrapped_text_draw_from(frame, box, on_dialog(role, 0), text, skip);
    if (all - skip > rows && rows > 1) { // there is more, and it can be reached
        frame_fill(frame, (struct rect){*row + rows - 1, box.column, 1, box.columns},
                   on_dialog(ROLE_DIALOG, 0));
        frame_printf(frame, inside, *row + rows - 1, box.column, on_dialog(ROLE_DIM, 0),
                     "... %d more lines: PgDn", all - skip - rows + 1);
    }
    *row += rows + 1;
}

static const char *hint_of_focus(const struct form *form)
{
    if (form->focus < form->field_count && form->fields[form->focus].hint)
        return form->fields[form->focus].hint;
    return "";
}

static int width_for(const struct form *form, const char *preview, int most)
{
    int columns = WIDTH_LEAST;
    const char *texts[] = {form->intro, preview};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        for (const char *line = texts[i]; *line;) {
            size_t length = strcspn(line, "\n");
            AUTO_FREE char *one = memory_strndup(line, length);
            int wide = (int)utf8_width(one);
            columns = wide > columns ? wide : columns;
            line += length + (line[length] == '\n');
        }
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].hint && columns < WIDTH_MOST - 2 * MARGIN - 2)
            columns = WIDTH_MOST - 2 * MARGIN - 2; // room to type, and for the hint
    return smaller(columns, most);
}

static void draw_inside(struct form *form, struct frame *frame, struct rect inside,
                        struct heights heights, const char *preview)
{
    int row = inside.row;
    draw_sentences(frame, &inside, &row, heights.intro, ROLE_TEXT, form->intro, &form->scroll);
    row = draw_fields(form, frame, &inside, row);
    if (heights.hint > 0)
        frame_field(frame, &inside, row++, inside.column, inside.columns, ALIGN_LEFT,
                    on_dialog(ROLE_DIM, 0), hint_of_focus(form));
    if (form->field_count > 0)
        row++;
    draw_sentences(frame, &inside, &row, heights.preview,
                   form->possible ? (form->danger ? ROLE_WARN : ROLE_ACCENT) : ROLE_WARN, preview,
                   &form->scroll);
    if (heights.refused > 0) {
        struct rect box = {row, inside.column, heights.refused, inside.columns};
        wrapped_text_draw(frame, box, on_dialog(ROLE_ALARM, STYLE_BOLD), form->refused);
    }
    draw_buttons(form, frame, &inside, inside.row + inside.rows - 1);
}

void form_draw(struct view *view, struct frame *frame, struct rect screen, bool focused)
{
    struct form *form = (struct form *)view;
    struct str preview;
    (void)focused;
    str_init(&preview);
    preview_text(form, &preview);
    int margins = 2 * MARGIN + 2;
    int columns = width_for(form, preview.text, smaller(screen.columns, WIDTH_MOST + 2) - margins);
    if (columns > 0 && screen.rows > 2) {
        struct heights heights = measure(form, preview.text, columns);
        squeeze(&heights, screen.rows - 2);
        int rows = smaller(total(&heights) + 2, screen.rows);
        struct rect box = {screen.row + (screen.rows - rows) / 2,
                           screen.column + (screen.columns - columns - margins) / 2, rows,
                           columns + margins};
        frame_fill(frame, box, on_dialog(ROLE_DIALOG, 0));
        struct rect inside =
            frame_box(frame, box, on_dialog(form->danger ? ROLE_DANGER : ROLE_BORDER_FOCUS, 0),
                      form->title, on_dialog(ROLE_TITLE, STYLE_BOLD));
        inside.column += MARGIN;
        inside.columns -= 2 * MARGIN;
        draw_inside(form, frame, inside, heights, preview.text);
    }
    str_finish(&preview);
}
