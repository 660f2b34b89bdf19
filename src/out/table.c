/* table.c - rows as a table on a terminal, newest last.
 *
 * Widths are known only when all rows are, so the last LIMIT_TABLE_ROWS wait in a ring; a terminal
 * scrolls the others away anyway, and the first line says how many. libsmartcols cuts to width. */
#include <libsmartcols/libsmartcols.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf16.h"
#include "out/columns.h"
#include "out/formats.h"
#include "out/notices.h"

enum { CELLS = 5, CELL_BYTES = 1024, WIDTH = 120 };

struct line {
    char *cell[CELLS];
    enum rule_level level;
};

struct table {
    struct sink sink;
    struct line *ring; /* LIMIT_TABLE_ROWS of them */
    uint64_t rows;     /* that came */
    struct buf cell, safe;
};

static void table_free(struct sink *s)
{
    struct table *t = (struct table *)s;
    for (size_t i = 0; i < LIMIT_TABLE_ROWS; i++) {
        for (size_t c = 0; c < CELLS; c++)
            free(t->ring[i].cell[c]);
    }
    free(t->ring);
    buf_release(&t->cell);
    buf_release(&t->safe);
    free(t);
}

/* A terminated copy without control characters, cut to what a line can show. */
static char *keep(struct table *t, struct slice s)
{
    s = slice_sub(s, 0, CELL_BYTES); /* a character cut in two becomes U+FFFD, beyond any width */
    buf_clear(&t->safe);
    escape_controls(s, &t->safe);
    buf_byte(&t->safe, '\0');
    return xstrdup((const char *)t->safe.p);
}

static char *column(struct table *t, const struct detection *d, enum column_id id)
{
    buf_clear(&t->cell);
    column_table[id].put(d, &t->sink.options.view, &t->cell);
    return keep(t, buf_view(&t->cell));
}

/* "2020-02-18 10:11:12Z" */
static char *time_cell(struct table *t, const struct detection *d)
{
    char text[FILETIME_TEXT], shown[FILETIME_TEXT];
    if (zone_text(t->sink.options.view.zone, d->timestamp, text) < 28)
        return xstrdup("no time");
    snprintf(shown, sizeof shown, "%.10s %.8s%s", text, text + 11, text + 27);
    return xstrdup(shown);
}

/* The name alone: "WS01" of "WS01.corp.example". */
static struct slice short_computer(struct slice s)
{
    size_t n = slice_find_byte(s, '.');
    bool address = n != SIZE_MAX && n > 0 && s.p[n - 1] >= '0' && s.p[n - 1] <= '9' && n <= 3;
    return n == SIZE_MAX || n == 0 || address ? s : slice_sub(s, 0, n);
}

static struct slice activity(const struct detection *d)
{
    if (d->process.command_line.n > 0)
        return d->process.command_line;
    return d->message.n > 0 ? d->message : d->process.image;
}

static int table_row(struct sink *s, const struct detection *d, struct ev_err *err)
{
    struct table *t = (struct table *)s;
    struct line *l = &t->ring[t->rows++ % LIMIT_TABLE_ROWS];
    (void)err;
    for (size_t c = 0; c < CELLS; c++)
        free(l->cell[c]);
    l->level = d->rule->level;
    l->cell[0] = time_cell(t, d);
    l->cell[1] = xstrdup(level_name(d->rule->level));
    l->cell[2] = keep(t, short_computer(d->computer));
    l->cell[3] = column(t, d, COLUMN_RULE_TITLE);
    l->cell[4] = keep(t, activity(d));
    return EV_OK;
}

static bool add_columns(struct libscols_table *tb)
{
    static const struct {
        const char *name;
        double width; /* at least 1: columns; below: part of the line */
        int flags;
    } c[CELLS] = {
        { "TIME", 20, 0 },
        { "LEVEL", 8, 0 },
        { "COMPUTER", 0.15, SCOLS_FL_TRUNC },
        { "RULE", 0.3, SCOLS_FL_TRUNC },
        { "ACTIVITY", 0.4, SCOLS_FL_TRUNC },
    };
    for (size_t i = 0; i < CELLS; i++) {
        if (scols_table_new_column(tb, c[i].name, c[i].width, c[i].flags) == NULL)
            return false;
    }
    return true;
}

static bool add_line(struct libscols_table *tb, const struct line *l, bool color)
{
    static const char *const paint[] = { [LEVEL_INFORMATIONAL] = NULL,
                                         [LEVEL_LOW] = "green",
                                         [LEVEL_MEDIUM] = "yellow",
                                         [LEVEL_HIGH] = "lightred",
                                         [LEVEL_CRITICAL] = "red" };
    struct libscols_line *ln = scols_table_new_line(tb, NULL);
    if (ln == NULL)
        return false;
    for (size_t c = 0; c < CELLS; c++) {
        if (scols_line_set_data(ln, c, l->cell[c]) != 0)
            return false;
    }
    if (color && paint[l->level] != NULL)
        return scols_cell_set_color(scols_line_get_cell(ln, 1), paint[l->level]) == 0;
    return true;
}

/* The table as text, malloc'd; NULL when memory ends. */
static char *render(const struct table *t)
{
    char *text = NULL;
    unsigned width = t->sink.options.width ? t->sink.options.width : WIDTH;
    struct libscols_table *tb = scols_new_table();
    bool ok = tb != NULL && add_columns(tb);
    if (ok) {
        scols_table_set_termforce(tb, SCOLS_TERMFORCE_ALWAYS);
        scols_table_set_termwidth(tb, width);
        scols_table_enable_colors(tb, t->sink.options.color);
    }
    uint64_t from = t->rows > LIMIT_TABLE_ROWS ? t->rows - LIMIT_TABLE_ROWS : 0;
    for (uint64_t i = from; ok && i < t->rows; i++)
        ok = add_line(tb, &t->ring[i % LIMIT_TABLE_ROWS], t->sink.options.color);
    if (ok && scols_print_table_to_string(tb, &text) != 0)
        text = NULL;
    scols_unref_table(tb);
    return text;
}

static int table_end(struct sink *s, const struct summary *sum, struct ev_err *err)
{
    struct table *t = (struct table *)s;
    (void)sum;
    if (t->rows == 0)
        return EV_OK;
    char *text = render(t);
    if (text == NULL)
        return ev_err_set(err, EV_ENOMEM, "no memory for the table; -o FILE needs none");
    if (t->rows > LIMIT_TABLE_ROWS) {
        char n[COUNT_TEXT];
        buf_clear(&t->cell);
        buf_printf(&t->cell, "%s earlier rows are not shown here; -o FILE writes them all\n",
                   count_text(t->rows - LIMIT_TABLE_ROWS, n));
    } else {
        buf_clear(&t->cell);
    }
    buf_str(&t->cell, text);
    free(text);
    return sink_flush(s, &t->cell, err);
}

static const struct sink_ops table_ops = { table_row, table_end, table_free, NULL };

static int table_open(struct output *out, const struct sink_options *o, struct sink **ret,
                      struct ev_err *err)
{
    (void)err;
    struct table *t = xcalloc(1, sizeof *t);
    t->sink = (struct sink){ &table_ops, out, *o };
    t->ring = xcalloc(LIMIT_TABLE_ROWS, sizeof *t->ring);
    buf_init(&t->cell, LIMIT_OUT_ROW);
    buf_init(&t->safe, LIMIT_OUT_ROW);
    *ret = &t->sink;
    return EV_OK;
}

const struct sink_format sink_table = { "table", NULL, table_open };
