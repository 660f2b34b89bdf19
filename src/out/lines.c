/* lines.c - see lines.h: a row's text is one piece for each sink, in their order. */
#include "out/lines.h"

#include "base/mem.h"
#include "out/piece.h"

struct state {
    const struct lines *lines;
    void *line[]; /* of each sink */
};

static void *state_open(const struct render *r)
{
    const struct lines *l = (const struct lines *)r;
    struct state *s = xcalloc(1, sizeof *s + l->n * sizeof *s->line);
    s->lines = l;
    for (size_t i = 0; i < l->n; i++)
        s->line[i] = l->sink[i]->ops->lines->open(l->sink[i]);
    return s;
}

static void state_close(void *state)
{
    struct state *s = state;
    for (size_t i = 0; i < s->lines->n; i++)
        s->lines->sink[i]->ops->lines->close(s->line[i]);
    free(s);
}

static void state_event(void *state, const struct detection *d, struct buf *out)
{
    struct state *s = state;
    for (size_t i = 0; i < s->lines->n; i++) {
        const size_t begin = piece_begin(out);
        s->lines->sink[i]->ops->lines->event(s->line[i], d, out);
        piece_end(out, begin);
    }
}

static void state_row(void *state, const struct detection *d, struct buf *out)
{
    struct state *s = state;
    for (size_t i = 0; i < s->lines->n; i++) {
        const size_t begin = piece_begin(out);
        s->lines->sink[i]->ops->lines->row(s->line[i], d, out);
        piece_end(out, begin);
    }
}

bool lines_init(struct lines *l, struct sink **sink, size_t n)
{
    *l = (struct lines){ { state_open, state_close, state_event, state_row }, sink, n };
    for (size_t i = 0; i < n; i++)
        if (sink[i]->ops->lines == NULL)
            return false;
    return true;
}

int lines_write(const struct lines *l, const struct detection *d, struct ev_err *err)
{
    struct slice left = d->text, left_common = d->common, text, common;
    int rc = EV_OK;
    for (size_t i = 0; i < l->n && rc == EV_OK; i++) {
        if (!piece_next(&left, &text) || !piece_next(&left_common, &common))
            return ev_err_set(err, EV_EFORMAT, "a sorted row is damaged");
        rc = l->sink[i]->ops->lines->write(l->sink[i], d, text, common, err);
    }
    return rc;
}
