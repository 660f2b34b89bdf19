/* sink.c - the table of output formats. */
#include "out/sink.h"

#include "base/limits.h"
#include "out/formats.h"

static const struct sink_format *const formats[] = {
    &sink_csv, &sink_jsonl, &sink_html, &sink_table, &sink_sqlite,
};

enum { FORMATS = sizeof formats / sizeof *formats };

const struct sink_format *sink_format_at(size_t i)
{
    return i < FORMATS ? formats[i] : NULL;
}

const struct sink_format *sink_format_by_name(struct slice name)
{
    for (size_t i = 0; i < FORMATS; i++) {
        if (slice_eq_nocase(name, slice_str(formats[i]->name)))
            return formats[i];
    }
    return NULL;
}

const struct sink_format *sink_format_by_path(struct slice path)
{
    for (size_t i = 0; i < FORMATS; i++) {
        struct slice suffix = slice_str(formats[i]->suffix);
        if (suffix.n > 0 && path.n > suffix.n &&
            slice_eq_nocase(slice_sub(path, path.n - suffix.n, suffix.n), suffix))
            return formats[i];
    }
    return NULL;
}

int sink_flush(struct sink *s, struct buf *b, struct ev_err *err)
{
    int rc = b->full ? sink_row_too_large(s, err) : output_write(s->out, buf_view(b), err);
    buf_clear(b);
    return rc;
}

int sink_row_too_large(const struct sink *s, struct ev_err *err)
{
    return ev_err_set(err, EV_ELIMIT, "%s: a row is larger than %zu bytes", output_path(s->out),
                      LIMIT_OUT_ROW);
}

int sink_row_as_text(struct sink *s, void *line, const struct detection *d, struct buf text[2],
                     struct ev_err *err)
{
    const struct sink_lines *lines = s->ops->lines;
    buf_clear(&text[0]);
    buf_clear(&text[1]);
    lines->row(line, d, &text[0]);
    lines->event(line, d, &text[1]);
    if (text[0].full || text[1].full)
        return sink_row_too_large(s, err);
    return lines->write(s, d, buf_view(&text[0]), buf_view(&text[1]), err);
}
