/* grid.c - see grid.h. */
#include "out/grid.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/filetime.h"
#include "base/mem.h"
#include "out/notices.h"

enum { WIDTH = 240, CELL = 4096 };

struct grid {
    struct libscols_table *table;
    struct libscols_line *line;
    struct buf cell;
    size_t at, lines;
    unsigned indent;
    bool failed;
};

int grid_new(const struct grid_column *column, size_t n, unsigned width, struct grid **ret,
             struct ev_err *err)
{
    struct grid *g = xcalloc(1, sizeof *g);
    buf_init(&g->cell, 4 * CELL);
    g->table = scols_new_table();
    g->failed = g->table == NULL;
    for (size_t i = 0; i < n && !g->failed; i++) {
        const int flags = (column[i].flags & GRID_RIGHT ? SCOLS_FL_RIGHT : 0) |
                          (column[i].flags & GRID_CUT ? SCOLS_FL_TRUNC : 0) |
                          (column[i].flags & GRID_WRAP ? SCOLS_FL_WRAP : 0);
        g->failed =
            scols_table_new_column(g->table, column[i].name, column[i].width, flags) == NULL;
    }
    if (g->failed) {
        grid_free(g);
        return ev_err_set(err, EV_ENOMEM, "no memory for a table");
    }
    scols_table_set_termforce(g->table, SCOLS_TERMFORCE_ALWAYS);
    scols_table_set_termwidth(g->table, width ? width : WIDTH);
    *ret = g;
    return EV_OK;
}

void grid_free(struct grid *g)
{
    if (!g)
        return;
    scols_unref_table(g->table);
    buf_release(&g->cell);
    free(g);
}

void grid_style(struct grid *g, unsigned indent, bool color)
{
    g->indent = indent;
    scols_table_enable_colors(g->table, color);
}

void grid_line(struct grid *g)
{
    g->line = scols_table_new_line(g->table, NULL);
    g->failed |= g->line == NULL;
    g->at = 0;
    g->lines++;
}

static void put_cell(struct grid *g)
{
    buf_byte(&g->cell, '\0');
    if (!g->line || scols_line_set_data(g->line, g->at++, (const char *)g->cell.p) != 0)
        g->failed = true;
}

void grid_text(struct grid *g, struct slice s)
{
    buf_clear(&g->cell);
    escape_controls(slice_sub(s, 0, CELL), &g->cell);
    put_cell(g);
}

void grid_number(struct grid *g, uint64_t n)
{
    char text[COUNT_TEXT];
    buf_clear(&g->cell);
    buf_str(&g->cell, count_text(n, text));
    put_cell(g);
}

void put_second(struct buf *out, uint64_t t)
{
    char text[FILETIME_TEXT];
    if (t == 0) {
        buf_byte(out, '-');
        return;
    }
    filetime_iso(t, text);
    buf_printf(out, "%.10s %.8sZ", text, text + 11);
}

void grid_time(struct grid *g, uint64_t t)
{
    buf_clear(&g->cell);
    put_second(&g->cell, t);
    put_cell(g);
}

void grid_paint(struct grid *g, const char *color)
{
    if (!g->line || scols_cell_set_color(scols_line_get_cell(g->line, g->at - 1), color) != 0)
        g->failed = true;
}

/* Line after line, without the blanks that fill the last column. */
static void put_lines(const struct grid *g, const char *text, struct buf *out)
{
    while (*text) {
        const size_t n = strcspn(text, "\n");
        size_t shown = n;
        while (shown && text[shown - 1] == ' ')
            shown--;
        buf_printf(out, "%*s", (int)g->indent, "");
        buf_slice(out, slice_of(text, shown));
        buf_byte(out, '\n');
        text += n + (text[n] == '\n');
    }
}

int grid_print(struct grid *g, struct buf *out, struct ev_err *err)
{
    char *text = NULL;
    if (g->lines == 0)
        return EV_OK;
    if (g->failed || scols_print_table_to_string(g->table, &text) != 0)
        return ev_err_set(err, EV_ENOMEM, "no memory for a table");
    put_lines(g, text, out);
    free(text);
    return EV_OK;
}
