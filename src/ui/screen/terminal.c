// SPDX-License-Identifier: GPL-2.0-or-later
// ncurses is used for what it knows best, the difference between two screens in few bytes. The
// tty's modes, its size, input and signals are ours: ncurses never sees the tty, only a file in
// memory.
#include "ui/screen/terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "core/clock.h"
#include "core/memory.h"
#include "ui/screen/input.h"
#include "ui/screen/terminal_look.h"
#include "ui/screen/terminal_output.h"
#include "ui/screen/terminal_restore.h"

enum { ROWS_MAX = 500, COLUMNS_MAX = 1000, CLOSE_WAIT_MS = 1000, OWN_DEFAULT_PAIR = 1 };

#define BELL_INTERVAL_NS (NS_PER_SECOND / 2)

struct terminal {
    SCREEN *screen;
    struct terminal_output output;
    struct termios modes_before, modes_raw;
    struct theme theme;
    enum glyph_set glyphs;
    int colours;          // 0, 8, 16, 256
    bool default_colours; // the terminal can go back to its own
    bool utf8;
    bool mouse;
    bool suspended, ended;
    int rows, columns;
    struct frame shown;
    bool shown_is_unknown;
    struct input input;
    uint64_t bell_ns;
};

static const char *const modes_on = "\033[?2004h";
static const char *const mouse_on = "\033[?1000h\033[?1006h";
static const char *const modes_off = "\033[?1006l\033[?1000l\033[?2004l";

// A string of terminfo that needs no parameters; NULL when the terminal has none.
static const char *capability(const char *name)
{
    const char *value = tigetstr(name);
    return value == (const char *)-1 ? NULL : value;
}

// Leaves out padding, "$<5/>", which only tputs understands.
static void add_unpadded(struct str *out, const char *text)
{
    while (text != NULL && *text != '\0') {
        const char *end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;
        if (end == NULL)
            str_add_char(out, *text++);
        else
            text = end + 1;
    }
}

static void prepare_restore(const struct terminal *terminal)
{
    static const char *const names[] = {"rmkx", "sgr0", "cnorm", "rmcup"};
    struct str bytes;
    str_init(&bytes);
    str_add(&bytes, modes_off);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        add_unpadded(&bytes, capability(names[i]));
    terminal_restore_prepare(STDOUT_FILENO, &terminal->modes_before, &bytes);
    str_finish(&bytes);
}

static void add_terminfo_keys(struct input *input)
{
    static const struct {
        const char *capability;
        enum key_code code;
        unsigned modifiers;
    } keys[] = {
        {"kcuu1", KEY_CODE_UP, 0},
        {"kcud1", KEY_CODE_DOWN, 0},
        {"kcub1", KEY_CODE_LEFT, 0},
        {"kcuf1", KEY_CODE_RIGHT, 0},
        {"khome", KEY_CODE_HOME, 0},
        {"kend", KEY_CODE_END, 0},
        {"kpp", KEY_CODE_PAGE_UP, 0},
        {"knp", KEY_CODE_PAGE_DOWN, 0},
        {"kich1", KEY_CODE_INSERT, 0},
        {"kdch1", KEY_CODE_DELETE, 0},
        {"kcbt", KEY_CODE_BACK_TAB, 0},
        {"kri", KEY_CODE_UP, KEY_SHIFT},
        {"kind", KEY_CODE_DOWN, KEY_SHIFT},
        {"kLFT", KEY_CODE_LEFT, KEY_SHIFT},
        {"kRIT", KEY_CODE_RIGHT, KEY_SHIFT},
        {"kHOM", KEY_CODE_HOME, KEY_SHIFT},
        {"kEND", KEY_CODE_END, KEY_SHIFT},
        {"kPRV", KEY_CODE_PAGE_UP, KEY_SHIFT},
        {"kNXT", KEY_CODE_PAGE_DOWN, KEY_SHIFT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
        input_add_sequence(input, capability(keys[i].capability), keys[i].code, keys[i].modifiers);
    for (unsigned i = 0; i < 12; i++) {
        char name[8];
        snprintf(name, sizeof(name), "kf%u", i + 1);
        input_add_sequence(input, capability(name), KEY_CODE_F1 + i, 0);
    }
}

static void ignore_signal(int signal_number)
{
    (void)signal_number;
}

// ncurses takes over the signals that it finds with their default action. They are the loop's, so
// it is shown something else while it looks; SIG_IGN would lose one that is waiting.
static SCREEN *new_screen(FILE *output)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct sigaction before[ARRAY_COUNT(signals)];
    struct sigaction none = {.sa_handler = ignore_signal};
    sigemptyset(&none.sa_mask);
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++)
        sigaction(signals[i], &none, &before[i]);
    SCREEN *screen = newterm(NULL, output, stdin);
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++)
        sigaction(signals[i], &before[i], NULL);
    return screen;
}

static void choose_glyphs(struct terminal *terminal, enum tristate unicode)
{
    terminal->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!terminal->utf8 && unicode == TRISTATE_YES)
        terminal->utf8 = setlocale(LC_CTYPE, "C.UTF-8") != NULL;
    // The Linux console decodes UTF-8, but its fonts have no braille and hardly any blocks.
    bool console = strncmp(getenv("TERM"), "linux", 5) == 0;
    bool wanted = unicode == TRISTATE_YES || (unicode == TRISTATE_AUTO && !console);
    terminal->glyphs = terminal->utf8 && wanted ? GLYPHS_UNICODE : GLYPHS_ASCII;
}

static void choose_colours(struct terminal *terminal, enum tristate colour)
{
    const char *no_color = getenv("NO_COLOR");
    bool refused = colour == TRISTATE_NO ||
                   (colour == TRISTATE_AUTO && no_color != NULL && no_color[0] != '\0');
    if (refused || !has_colors() || start_color() == ERR)
        return;
    // Above 256 the numbers of a terminal mean red, green and blue, and only 8 are of a palette.
    terminal->colours = COLORS > 256 ? 8 : COLORS == 256 ? 256 : COLORS >= 16 ? 16 : 8;
    terminal->default_colours = use_default_colors() == OK;
    // A pair of our own is left with a short sequence; for pair 0 ncurses resets everything.
    if (terminal->default_colours && terminal->colours == 256)
        init_extended_pair(OWN_DEFAULT_PAIR, -1, -1);
}

static void make_raw(struct terminal *terminal)
{
    terminal->modes_raw = terminal->modes_before;
    cfmakeraw(&terminal->modes_raw);
    terminal->modes_raw.c_cc[VMIN] = 1;
    terminal->modes_raw.c_cc[VTIME] = 0;
}

static void enter(struct terminal *terminal)
{
    terminal_restore_arm();
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal->modes_raw);
    terminal_output_add(&terminal->output, modes_on);
    if (terminal->mouse)
        terminal_output_add(&terminal->output, mouse_on);
    clearok(curscr, TRUE);
    terminal->shown_is_unknown = true;
}

static void leave(struct terminal *terminal)
{
    terminal_output_send(&terminal->output);
    endwin();
    terminal_output_add(&terminal->output, modes_off);
    terminal_output_finish(&terminal->output, CLOSE_WAIT_MS);
    terminal_restore_disarm();
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal->modes_before);
}

static bool check_tty(struct terminal *terminal, struct error *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "the screen needs a terminal, and %s is not one; "
                         "\"vmtui list\" and the other commands work without",
                         isatty(STDIN_FILENO) ? "standard output" : "standard input");
    const char *term = getenv("TERM");
    if (term == NULL || term[0] == '\0')
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "TERM is not set, so the terminal is not known");
    if (tcgetattr(STDIN_FILENO, &terminal->modes_before) < 0)
        return error_set(err, ERROR_UNSUPPORTED, 0, "the terminal does not tell its modes");
    return true;
}

static bool start_ncurses(struct terminal *terminal, const struct terminal_settings *settings,
                          struct error *err)
{
    terminal->screen = new_screen(terminal->output.capture);
    if (terminal->screen == NULL)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "the terminal type \"%.60s\" is not known here; TERM=xterm-256color fits "
                         "most terminals",
                         getenv("TERM"));
    if (capability("cup") == NULL) {
        endwin();
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "a terminal of type \"%.60s\" cannot place the cursor", getenv("TERM"));
    }
    typeahead(-1);
    keypad(stdscr, TRUE);
    choose_colours(terminal, settings->colour);
    terminal->mouse = settings->mouse && capability("kmous") != NULL;
    add_terminfo_keys(&terminal->input);
    return true;
}

static void release(struct terminal *terminal)
{
    if (terminal->screen != NULL)
        delscreen(terminal->screen);
    terminal_output_close(&terminal->output);
    input_finish(&terminal->input);
    frame_finish(&terminal->shown);
    free(terminal);
}

struct terminal *terminal_open(const struct terminal_settings *settings, struct error *err)
{
    struct terminal *terminal = memory_alloc(sizeof(*terminal));
    terminal->theme = *settings->theme;
    input_init(&terminal->input);
    frame_init(&terminal->shown, GLYPHS_ASCII);
    bool opened = check_tty(terminal, err);
    if (opened) {
        choose_glyphs(terminal, settings->unicode);
        opened = terminal_output_open(&terminal->output, STDOUT_FILENO, err) &&
                 start_ncurses(terminal, settings, err);
    }
    if (!opened) {
        release(terminal);
        return NULL;
    }
    make_raw(terminal);
    prepare_restore(terminal);
    enter(terminal);
    terminal_output_send(&terminal->output);
    int rows, columns;
    terminal_size(terminal, &rows, &columns);
    return terminal;
}

void terminal_close(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    if (!terminal->suspended)
        leave(terminal);
    release(terminal);
}

void terminal_suspend(struct terminal *terminal)
{
    if (!terminal->suspended)
        leave(terminal);
    terminal->suspended = true;
}

// Also after a stop that gave no warning (SIGSTOP): whoever ran meanwhile may have changed the
// modes.
void terminal_resume(struct terminal *terminal)
{
    terminal->suspended = false;
    enter(terminal);
    doupdate();
    terminal_output_send(&terminal->output);
}

int terminal_fd(const struct terminal *terminal)
{
    (void)terminal;
    return STDIN_FILENO;
}

// Never blocks: the descriptor is shared with the shell and so is not non-blocking.
static bool read_waiting(struct terminal *terminal)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    size_t space = input_space(&terminal->input);
    if (terminal->ended || space == 0 || poll(&fd, 1, 0) <= 0)
        return false;
    char bytes[INPUT_BYTES_MAX];
    ssize_t got = fd.revents & POLLIN ? read(STDIN_FILENO, bytes, space) : 0;
    if (got > 0)
        input_feed(&terminal->input, bytes, (size_t)got, clock_monotonic_ns());
    else if (got == 0 || errno != EINTR)
        terminal->ended = true;
    return got > 0;
}

bool terminal_read(struct terminal *terminal, struct key *key)
{
    do {
        if (input_next(&terminal->input, clock_monotonic_ns(), key))
            return true;
    } while (read_waiting(terminal));
    return false;
}

uint64_t terminal_wait_ms(const struct terminal *terminal)
{
    uint64_t wait_ns = input_wait_ns(&terminal->input, clock_monotonic_ns());
    return wait_ns == UINT64_MAX ? UINT64_MAX : (wait_ns + NS_PER_MS - 1) / NS_PER_MS;
}

bool terminal_ended(const struct terminal *terminal)
{
    return terminal->ended || terminal->output.failed;
}

static int clamp(int value, int smallest, int largest)
{
    return value < smallest ? smallest : value > largest ? largest : value;
}

void terminal_size(struct terminal *terminal, int *rows, int *columns)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) {
        int lines_known = tigetnum("lines"), columns_known = tigetnum("cols");
        size.ws_row = (unsigned short)(lines_known > 0 ? lines_known : 24);
        size.ws_col = (unsigned short)(columns_known > 0 ? columns_known : 80);
    }
    *rows = clamp(size.ws_row, 1, ROWS_MAX);
    *columns = clamp(size.ws_col, 1, COLUMNS_MAX);
    if (*rows == terminal->rows && *columns == terminal->columns)
        return;
    terminal->rows = *rows;
    terminal->columns = *columns;
    resize_term(*rows, *columns);
    terminal_redraw(terminal);
}

enum glyph_set terminal_glyphs(const struct terminal *terminal)
{
    return terminal->glyphs;
}

static attr_t attributes_of(unsigned flags)
{
    return (flags & STYLE_BOLD ? A_BOLD : 0) | (flags & STYLE_UNDERLINE ? A_UNDERLINE : 0) |
           (flags & STYLE_REVERSE ? A_REVERSE : 0) | (flags & STYLE_ITALIC ? A_ITALIC : 0) |
           (flags & STYLE_DIM ? A_DIM : 0);
}

static int pair_of(const struct terminal *terminal, struct role_look look)
{
    int foreground = look.foreground, background = look.background;
    if (terminal->colours == 0)
        return 0;
    if (foreground < 0 && background < 0 && terminal->default_colours)
        return terminal->colours == 256 ? OWN_DEFAULT_PAIR : 0;
    if (!terminal->default_colours) {
        foreground = foreground < 0 ? COLOR_WHITE : foreground;
        background = background < 0 ? COLOR_BLACK : background;
    }
    int pair = alloc_pair(foreground, background);
    return pair < 0 ? 0 : pair;
}

// What this locale cannot encode, or the C library cannot measure, would come out as something of
// another width.
static bool can_show(const struct terminal *terminal, uint32_t character, int width)
{
    return character < 0x7F || (terminal->utf8 && wcwidth((wchar_t)character) == width);
}

// A blank shows nothing but its background, so it takes the rest from the cell before it: one
// change of colours less for the terminal to be told.
static void take_over_for_blank(struct role_look *look, const struct role_look *before)
{
    unsigned seen = STYLE_UNDERLINE | STYLE_REVERSE;
    if (look->background == before->background &&
        ((look->attributes | before->attributes) & seen) == 0)
        *look = *before;
}

static void put_character(int row, int column, const wchar_t *text, attr_t attributes, int pair)
{
    cchar_t out;
    if (setcchar(&out, text, attributes, 0, &pair) == OK)
        mvadd_wch(row, column, &out); // fails in the last corner, having written it
}

// *look: of the cell before, then of this one.
static void draw_cell(struct terminal *terminal, int row, int column, const struct cell *cell,
                      struct role_look *look)
{
    bool blank = cell->characters[0] == 0;
    struct role_look before = *look;
    *look = terminal_look(&terminal->theme, terminal->colours, cell->style);
    if (blank && column > 0)
        take_over_for_blank(look, &before);
    wchar_t text[FRAME_CLUSTER_MAX + 2] = {L' '};
    bool shown = blank || can_show(terminal, cell->characters[0], cell->width);
    if (!blank)
        text[0] = shown ? (wchar_t)cell->characters[0] : L'?';
    for (int i = 1; shown && i < FRAME_CLUSTER_MAX && cell->characters[i] != 0; i++) {
        if (!can_show(terminal, cell->characters[i], 0))
            break;
        text[i] = (wchar_t)cell->characters[i];
    }
    attr_t attributes = attributes_of(look->attributes);
    int pair = pair_of(terminal, *look);
    put_character(row, column, text, attributes, pair);
    if (!shown && cell->width == 2)
        put_character(row, column + 1, L" ", attributes, pair);
}

static bool style_equal(const struct style *a, const struct style *b)
{
    return a->role == b->role && a->flags == b->flags &&
           (!(a->flags & STYLE_PALETTE) ||
            (a->foreground == b->foreground && a->background == b->background));
}

static bool cell_equal(const struct cell *a, const struct cell *b)
{
    return a->width == b->width && style_equal(&a->style, &b->style) &&
           memcmp(a->characters, b->characters, sizeof(a->characters)) == 0;
}

static bool row_equal(const struct cell *a, const struct cell *b, int columns)
{
    for (int column = 0; column < columns; column++) {
        if (!cell_equal(&a[column], &b[column]))
            return false;
    }
    return true;
}

// Tells ncurses about the rows in which something changed; it finds out what.
static void draw_changes(struct terminal *terminal, const struct frame *frame)
{
    struct frame *shown = &terminal->shown;
    bool all = terminal->shown_is_unknown || shown->rows != frame->rows ||
               shown->columns != frame->columns;
    if (all) {
        frame_resize(shown, frame->rows, frame->columns);
        werase(stdscr);
    }
    size_t width = (size_t)frame->columns;
    for (int row = 0; row < frame->rows && row < terminal->rows; row++) {
        const struct cell *cells = &frame->cells[(size_t)row * width];
        struct cell *cells_shown = &shown->cells[(size_t)row * width];
        if (!all && row_equal(cells, cells_shown, frame->columns))
            continue;
        struct role_look look = {0};
        for (int column = 0; column < frame->columns && column < terminal->columns; column++) {
            if (cells[column].width != 0)
                draw_cell(terminal, row, column, &cells[column], &look);
        }
        memcpy(cells_shown, cells, width * sizeof(*cells));
    }
    terminal->shown_is_unknown = false;
}

bool terminal_flush(struct terminal *terminal, const struct frame *frame)
{
    if (terminal->suspended || !terminal_output_send(&terminal->output))
        return false;
    draw_changes(terminal, frame);
    bool cursor = frame->cursor_visible &&
                  rect_contains(frame_rect(frame), frame->cursor_row, frame->cursor_column) &&
                  frame->cursor_row < terminal->rows && frame->cursor_column < terminal->columns;
    curs_set(cursor ? 1 : 0);
    leaveok(stdscr, !cursor);
    if (cursor)
        move(frame->cursor_row, frame->cursor_column);
    wnoutrefresh(stdscr);
    doupdate();
    terminal_output_send(&terminal->output);
    return true;
}

bool terminal_send(struct terminal *terminal)
{
    return terminal_output_send(&terminal->output);
}

int terminal_output_fd(const struct terminal *terminal)
{
    return terminal->output.fd;
}

uint64_t terminal_bytes_sent(const struct terminal *terminal)
{
    return terminal->output.bytes;
}

void terminal_redraw(struct terminal *terminal)
{
    terminal->shown_is_unknown = true;
    clearok(curscr, TRUE);
}

void terminal_bell(struct terminal *terminal)
{
    uint64_t now = clock_monotonic_ns();
    if (terminal->suspended ||
        (terminal->bell_ns != 0 && now - terminal->bell_ns < BELL_INTERVAL_NS))
        return;
    terminal->bell_ns = now;
    terminal_output_add(&terminal->output, "\a");
    terminal_output_send(&terminal->output);
}

void terminal_set_theme(struct terminal *terminal, const struct theme *theme)
{
    terminal->theme = *theme;
    terminal->shown_is_unknown = true;
}
