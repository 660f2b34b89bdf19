/* verify_table.c - what verify found about a log, as tables. */
#include <inttypes.h>
#include <stdio.h>

#include "base/escape.h"
#include "base/filetime.h"
#include "out/notices_impl.h"
#include "out/verify_impl.h"

enum { INDENT = 2 };

void verify_count(struct grid *g, uint64_t n)
{
    if (n)
        grid_number(g, n);
    else
        grid_text(g, SLICE("-"));
}

static int table_new(const struct grid_column *column, size_t n,
                     const struct verify_text_options *o, struct grid **ret, struct ev_err *err)
{
    int rc = grid_new(column, n, o->width ? o->width : VERIFY_WIDE, ret, err);

    if (rc == EV_OK)
        grid_style(*ret, INDENT, o->color);
    return rc;
}

static int put_spans(const struct verification *v, const struct verify_text_options *o,
                     struct buf *out, struct ev_err *err)
{
    static const struct grid_column column[] = {
        { "CLASS", 0, 0 },
        { "RECORDS", 0, GRID_RIGHT },
        { "BYTES", 0, GRID_RIGHT },
        { "SHARE", 0, GRID_RIGHT },
    };
    struct grid *g = NULL;
    char text[32];
    int rc;

    rc = table_new(column, sizeof column / sizeof *column, o, &g, err);
    if (rc < 0)
        return rc;
    for (int i = 0; i < SPAN_CLASSES; i++) {
        if (v->bytes[i] == 0)
            continue;
        grid_line(g);
        grid_text(g, slice_str(span_name((enum span_class)i)));
        verify_count(g, v->records[i]);
        verify_count(g, v->bytes[i]);
        snprintf(text, sizeof text, "%.1f %%", 100.0 * (double)v->bytes[i] / (double)v->size);
        grid_text(g, slice_str(text));
    }
    grid_line(g);
    grid_text(g, slice_str("the file"));
    grid_text(g, slice_str(""));
    verify_count(g, v->size);
    rc = grid_print(g, out, err);
    grid_free(g);
    return rc;
}

static int put_chunks(const struct verification *v, const struct verify_text_options *o,
                      struct buf *out, struct ev_err *err)
{
    static const struct grid_column column[] = {
        { "CHUNK AT", 0, GRID_RIGHT }, { "HEADER", 0, 0 },           { "CONTENT", 0, 0 },
        { "USED TO", 0, GRID_RIGHT },  { "RECORDS", 0, GRID_RIGHT }, { "NUMBERS", 0, GRID_RIGHT },
    };
    struct grid *g = NULL;
    char text[64];
    int rc;

    rc = table_new(column, sizeof column / sizeof *column, o, &g, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < v->chunk.n; i++) {
        const struct verify_chunk *c = &v->chunk.v[i];

        grid_line(g);
        snprintf(text, sizeof text, "%" PRIu64, c->offset);
        grid_text(g, slice_str(text));
        grid_text(g, slice_str(verify_sum_name(c->header_sum)));
        if (c->header_sum == SUM_BAD)
            grid_paint(g, "red");
        grid_text(g, slice_str(verify_sum_name(c->records_sum)));
        if (c->records_sum == SUM_BAD)
            grid_paint(g, "red");
        verify_count(g, c->free_at);
        verify_count(g, c->records);
        snprintf(text, sizeof text, "%" PRIu64 " to %" PRIu64, c->first, c->last);
        grid_text(g, slice_str(c->records ? text : "-"));
    }
    rc = grid_print(g, out, err);
    grid_free(g);
    return rc;
}

static void put_span(const char *name, uint64_t least, uint64_t most, struct buf *out)
{
    if (most)
        buf_printf(out, "  %s %" PRIu64 " to %" PRIu64 "\n", name, least, most);
}

static void put_facts(const struct verification *v, struct buf *out)
{
    char from[FILETIME_TEXT], to[FILETIME_TEXT];

    if (v->header)
        buf_printf(out,
                   "  version %u.%u, flags 0x%x%s%s, header checksum %s, %u chunks counted, next "
                   "record %" PRIu64 "\n",
                   v->major, v->minor, v->flags, v->flags & 1 ? " (not closed)" : "",
                   v->flags & 2 ? " (full)" : "", verify_sum_name(v->header_sum), v->counted,
                   v->next_number);
    else
        buf_str(out, "  no file header\n");
    buf_str(out, "  ");
    notices_count(out, v->chunk.n, "chunk, ", "chunks, ");
    notices_count(out, v->records[SPAN_RECORD], "record\n", "records\n");
    put_span("record numbers", v->least_number, v->most_number, out);
    put_span("EventRecordIDs", v->least_id, v->most_id, out);
    if (v->most_time) {
        filetime_iso(v->least_time, from);
        filetime_iso(v->most_time, to);
        buf_printf(out, "  events of %s to %s\n", from, to);
    }
}

static int put_notes(const struct verification *v, const struct verify_text_options *o,
                     struct buf *out, struct ev_err *err)
{
    static const struct grid_column column[] = {
        { "WEIGHT", 0, 0 },
        { "KIND", 0, 0 },
        { "OFFSET", 0, GRID_RIGHT },
        { "WHAT", 0, GRID_WRAP },
    };
    static const char *const paint[] = { [WEIGHT_SIGN] = "yellow", [WEIGHT_DAMAGE] = "red" };
    struct grid *g = NULL;
    char text[32];
    int rc;

    rc = table_new(column, sizeof column / sizeof *column, o, &g, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < v->note.n; i++) {
        const struct verify_note *n = &v->note.v[i];
        enum verify_weight w = verify_kind_weight(n->kind);

        if (w == WEIGHT_NOTE && !o->all)
            continue;
        grid_line(g);
        grid_text(g, slice_str(verify_weight_name(w)));
        if (w != WEIGHT_NOTE)
            grid_paint(g, paint[w]);
        grid_text(g, slice_str(verify_kind_name(n->kind)));
        snprintf(text, sizeof text, "%" PRIu64, n->offset);
        grid_text(g, slice_str(text));
        grid_text(g, slice_str(n->text));
    }
    rc = grid_print(g, out, err);
    grid_free(g);
    return rc;
}

/* Kinds whose notes are not shown, or not all. */
static void put_counts(const struct verification *v, const struct verify_text_options *o,
                       struct buf *out)
{
    char text[COUNT_TEXT];
    const char *before = "  not shown: ";

    for (int k = 0; k < VERIFY_KINDS; k++) {
        uint64_t shown = 0;

        for (size_t i = 0; i < v->note.n; i++)
            shown += (int)v->note.v[i].kind == k;
        if (verify_kind_weight((enum verify_kind)k) == WEIGHT_NOTE && !o->all)
            shown = 0;
        if (v->count[k] <= shown)
            continue;
        buf_printf(out, "%s%s %s", before, count_text(v->count[k] - shown, text),
                   verify_kind_name((enum verify_kind)k));
        before = ", ";
    }
    if (*before == ',')
        buf_printf(out, "%s\n", o->all ? "" : "; --verbose shows all notes");
}

int verify_text(const struct verification *v, struct slice path,
                const struct verify_text_options *o, struct buf *out, struct ev_err *err)
{
    int rc;

    escape_controls(path, out);
    buf_byte(out, '\n');
    put_facts(v, out);
    rc = put_spans(v, o, out, err);
    if (rc == EV_OK && o->all)
        rc = put_chunks(v, o, out, err);
    if (rc == EV_OK)
        rc = put_notes(v, o, out, err);
    if (rc == EV_OK)
        put_counts(v, o, out);
    return rc;
}

int verify_notes_text(const struct verification *v, struct slice path,
                      const struct verify_text_options *o, struct buf *out, struct ev_err *err)
{
    if (verification_weight(v, WEIGHT_DAMAGE) + verification_weight(v, WEIGHT_SIGN) == 0)
        return EV_OK;
    escape_controls(path, out);
    buf_byte(out, '\n');
    return put_notes(v, o, out, err);
}
