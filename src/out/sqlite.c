/* sqlite.c - the timeline as a database: a table `detection` with the columns of the CSV.
 *
 * Cells are the text of columns.c without guard and control pictures; numbers are numbers, and an empty
 * cell is NULL. */
#include "base/limits.h"
#include "base/mem.h"
#include "out/columns.h"
#include "out/database.h"
#include "out/formats.h"

struct sqlite {
    struct sink sink;
    struct database *d;
    struct buf row;
};

static void sqlite_free(struct sink *s)
{
    struct sqlite *q = (struct sqlite *)s;
    database_free(q->d);
    buf_release(&q->row);
    free(q);
}

static int sqlite_row(struct sink *s, const struct detection *d, struct ev_err *err)
{
    struct sqlite *q = (struct sqlite *)s;
    size_t end[COLUMN_COUNT];

    buf_clear(&q->row);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        column_table[i].put(d, &s->options.view, &q->row);
        end[i] = q->row.n;
    }
    if (q->row.full)
        return ev_err_set(err, EV_ELIMIT, "a row has more than %zu bytes", (size_t)LIMIT_OUT_ROW);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        size_t from = i ? end[i - 1] : 0;
        struct slice cell = slice_sub(buf_view(&q->row), from, end[i] - from);
        database_text(q->d, 0, (int)i + 1, cell.n ? cell : SLICE_ABSENT);
    }
    return database_step(q->d, 0, err);
}

static int sqlite_end(struct sink *s, const struct summary *sum, struct ev_err *err)
{
    struct sqlite *q = (struct sqlite *)s;
    (void)sum;
    return database_finish(q->d, "", err);
}

static const struct sink_ops sqlite_ops = { sqlite_row, sqlite_end, sqlite_free, NULL };

static bool is_number(size_t column)
{
    return column == COLUMN_EVENT_ID || column == COLUMN_RECORD_ID || column == COLUMN_PROCESS_ID ||
           column == COLUMN_PARENT_PROCESS_ID || column == COLUMN_SOURCE_OFFSET;
}

static int sqlite_open(struct output *out, const struct sink_options *o, struct sink **ret,
                       struct ev_err *err)
{
    struct sqlite *q = xcalloc(1, sizeof *q);
    struct buf schema, insert;

    buf_init(&schema, LIMIT_KIB(8));
    buf_init(&insert, LIMIT_KIB(8));
    buf_str(&schema, "CREATE TABLE detection (id INTEGER PRIMARY KEY");
    buf_str(&insert, "INSERT INTO detection VALUES (NULL");
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        buf_printf(&schema, ", \"%s\" %s", column_table[i].name, is_number(i) ? "INTEGER" : "TEXT");
        buf_printf(&insert, ", ?%zu", i + 1);
    }
    buf_put(&schema, ")", 2);
    buf_put(&insert, ")", 2);
    const char *const statement[] = { (const char *)insert.p, NULL };
    int rc = database_open(out, (const char *)schema.p, statement, &q->d, err);
    buf_release(&schema);
    buf_release(&insert);
    if (rc < 0) {
        free(q);
        return rc;
    }
    q->sink = (struct sink){ &sqlite_ops, out, *o };
    buf_init(&q->row, LIMIT_OUT_ROW);
    *ret = &q->sink;
    return EV_OK;
}

const struct sink_format sink_sqlite = { "sqlite", ".sqlite", sqlite_open };
