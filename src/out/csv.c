/* csv.c - the timeline as CSV: RFC 4180, CRLF, one header row.
 *
 * Whoever found a row writes three parts of the line that its record decides, once for all rows of the
 * event, and one that the hit decides; what the rule says stands between them, written once a rule, and
 * at the end the place, which the sort decides. The guard against formulas and the control pictures are escape_csv's. */
#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"
#include "out/columns.h"
#include "out/formats.h"
#include "out/piece.h"
#include "out/rule_texts.h"

struct csv {
    struct sink sink;
    struct rule_texts rules;
    struct buf line, cell, text[2];
    void *own; /* a csv_line, for rows that come as they are */
};

/* Of one thread. */
struct csv_line {
    const struct sink *sink;
    struct buf cell;
};

static void put_cell(const struct sink *s, struct buf *cell, const struct detection *d,
                     enum column_id i, struct buf *out)
{
    const struct column *c = &column_table[i];
    struct slice text;
    if (c->plain) {
        c->put(d, &s->options.view, out);
        return;
    }
    if (c->slice) {
        memcpy(&text, (const char *)d + c->slice - 1, sizeof text);
    } else {
        buf_clear(cell);
        c->put(d, &s->options.view, cell);
        text = buf_view(cell);
        out->full = out->full || cell->full;
    }
    escape_csv(text, !s->options.csv_raw, out);
}

/* The cells first..last, each with the comma that stands before it. */
static void put_cells(const struct sink *s, struct buf *cell, const struct detection *d,
                      enum column_id first, enum column_id last, struct buf *out)
{
    for (enum column_id i = first; i <= last; i++) {
        if (i > 0)
            buf_byte(out, ',');
        put_cell(s, cell, d, i, out);
    }
}

static void *line_open(const struct sink *s)
{
    struct csv_line *l = xcalloc(1, sizeof *l);
    l->sink = s;
    buf_init(&l->cell, LIMIT_OUT_ROW);
    return l;
}

static void line_close(void *line)
{
    struct csv_line *l = line;
    buf_release(&l->cell);
    free(l);
}

static void put_part(struct csv_line *l, const struct detection *d, enum column_id first,
                     enum column_id last, struct buf *out)
{
    const size_t begin = piece_begin(out);
    put_cells(l->sink, &l->cell, d, first, last, out);
    piece_end(out, begin);
}

static void line_event(void *line, const struct detection *d, struct buf *out)
{
    struct csv_line *l = line;
    put_part(l, d, COLUMN_TIMESTAMP, COLUMN_TIMESTAMP, out);
    put_part(l, d, COLUMN_COMPUTER, COLUMN_LOGON_ID, out);
    put_part(l, d, COLUMN_DETAILS, COLUMN_DETAILS, out);
}

static void line_row(void *line, const struct detection *d, struct buf *out)
{
    struct csv_line *l = line;
    put_cells(l->sink, &l->cell, d, COLUMN_VERDICT, COLUMN_MATCHED, out);
}

/* The rule's cells: behind the timestamp, behind logon_id, at the end. */
static void rule_part(void *ctx, const struct rule *r, unsigned part, struct buf *out)
{
    static const enum column_id column[RULE_TEXT_PARTS][2] = {
        { COLUMN_LEVEL, COLUMN_RULE_ID },
        { COLUMN_TACTICS, COLUMN_CAR },
        { COLUMN_RULE_FILE, COLUMN_RULE_FILE },
    };
    struct csv *c = ctx;
    const struct detection d = { .rule = r };
    put_cells(&c->sink, &c->cell, &d, column[part][0], column[part][1], out);
    if (part == RULE_TEXT_PARTS - 1)
        buf_str(out, "\r\n");
}

static int csv_write(struct sink *s, const struct detection *d, struct slice why,
                     struct slice common, struct ev_err *err)
{
    struct csv *c = (struct csv *)s;
    struct slice time, who, details;
    if (!piece_next(&common, &time) || !piece_next(&common, &who) || !piece_next(&common, &details))
        return ev_err_set(err, EV_EFORMAT, "a sorted row is damaged");
    const struct rule_text *r = rule_texts_get(&c->rules, d->rule, RULE_TEXT_PARTS, rule_part, c);
    buf_clear(&c->line);
    put_cells(s, &c->cell, d, COLUMN_SOURCE_FILE, COLUMN_ORIGIN, &c->line);
    const struct slice part[] = { time,
                                  rule_text_part(r, 0),
                                  who,
                                  rule_text_part(r, 1),
                                  why,
                                  details,
                                  buf_view(&c->line),
                                  rule_text_part(r, 2) };
    int rc = c->line.full || r->text.full ? sink_row_too_large(s, err) : EV_OK;
    for (size_t i = 0; i < sizeof part / sizeof *part && rc == EV_OK; i++)
        rc = output_write(s->out, part[i], err);
    return rc;
}

static const struct sink_lines csv_lines = { line_open, line_close, line_event, line_row,
                                             csv_write };

static void csv_free(struct sink *s)
{
    struct csv *c = (struct csv *)s;
    rule_texts_release(&c->rules);
    line_close(c->own);
    buf_release(&c->line);
    buf_release(&c->cell);
    buf_release(&c->text[0]);
    buf_release(&c->text[1]);
    free(c);
}

static int csv_row(struct sink *s, const struct detection *d, struct ev_err *err)
{
    struct csv *c = (struct csv *)s;
    return sink_row_as_text(s, c->own, d, c->text, err);
}

static int csv_end(struct sink *s, const struct summary *sum, struct ev_err *err)
{
    (void)s;
    (void)sum;
    (void)err;
    return EV_OK; /* nothing follows the rows */
}

static const struct sink_ops csv_ops = { csv_row, csv_end, csv_free, &csv_lines };

static int csv_open(struct output *out, const struct sink_options *o, struct sink **ret,
                    struct ev_err *err)
{
    struct csv *c = xcalloc(1, sizeof *c);
    c->sink = (struct sink){ &csv_ops, out, *o };
    buf_init(&c->text[0], LIMIT_OUT_ROW);
    buf_init(&c->text[1], LIMIT_OUT_ROW);
    buf_init(&c->cell, LIMIT_OUT_ROW);
    buf_init(&c->line, LIMIT_OUT_ROW);
    c->own = line_open(&c->sink);
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
