/* csv.c - the timeline as CSV: RFC 4180, CRLF, one header row.
 *
 * The guard against formulas and the control pictures are escape_csv's. */
#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"
#include "out/columns.h"
#include "out/formats.h"

struct csv {
    struct sink sink;
    struct buf cell, line;
};

static void csv_free(struct sink *s)
{
    struct csv *c = (struct csv *)s;
    buf_release(&c->cell);
    buf_release(&c->line);
    free(c);
}

static int csv_row(struct sink *s, const struct detection *d, struct ev_err *err)
{
    struct csv *c = (struct csv *)s;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        buf_clear(&c->cell);
        column_table[i].put(d, &s->options.view, &c->cell);
        if (i > 0)
            buf_byte(&c->line, ',');
        escape_csv(buf_view(&c->cell), !s->options.csv_raw, &c->line);
        c->line.full = c->line.full || c->cell.full;
    }
    buf_str(&c->line, "\r\n");
    return sink_flush(s, &c->line, err);
}

static int csv_end(struct sink *s, const struct summary *sum, struct ev_err *err)
{
    (void)s;
    (void)sum;
    (void)err;
    return EV_OK; /* nothing follows the rows */
}

static const struct sink_ops csv_ops = { csv_row, csv_end, csv_free };

static int csv_open(struct output *out, const struct sink_options *o, struct sink **ret,
                    struct ev_err *err)
{
    struct csv *c = xcalloc(1, sizeof *c);
    c->sink = (struct sink){ &csv_ops, out, *o };
    buf_init(&c->cell, LIMIT_OUT_ROW);
    buf_init(&c->line, LIMIT_OUT_ROW);
    if (o->bom)
        buf_str(&c->line, "\xef\xbb\xbf");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        buf_printf(&c->line, "%s%s", i > 0 ? "," : "", column_table[i].name);
    buf_str(&c->line, "\r\n");
    int rc = sink_flush(&c->sink, &c->line, err);
    if (rc < 0) {
        csv_free(&c->sink);
        return rc;
    }
    *ret = &c->sink;
    return EV_OK;
}

const struct sink_format sink_csv = { "csv", ".csv", csv_open };
