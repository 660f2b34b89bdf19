/* coverage_out.c - formats by name, and texts that several of them share. */
#include "out/coverage_out.h"

#include "out/grid.h"
#include "out/notices.h"

static const struct coverage_format formats[] = {
    { "table", coverage_table },
    { "csv", coverage_csv },
    { "json", coverage_json },
};

const struct coverage_format *coverage_format_find(struct slice name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (slice_eq_nocase(name, slice_str(formats[i].name)))
            return &formats[i];
    return NULL;
}

int coverage_flush(struct output *out, struct buf *b, struct ev_err *err)
{
    if (b->full)
        return ev_err_set(err, EV_ELIMIT, "%s: a part of the answer is larger than %zu bytes",
                          output_path(out), b->cap);
    int rc = output_write(out, buf_view(b), err);
    buf_clear(b);
    return rc;
}

static void put_count(struct buf *out, uint64_t n)
{
    char text[COUNT_TEXT];
    buf_str(out, count_text(n, text));
}

void coverage_command_lines(const struct summary_host *h, struct buf *out)
{
    if (h->s4688 == 0)
        return;
    put_count(out, h->s4688_with_command_line);
    buf_str(out, " of ");
    put_count(out, h->s4688);
    buf_str(out, " process creations (4688) have a command line");
    if (h->s4688_with_command_line > 0) {
        buf_str(out, "; on since ");
        put_second(out, h->with_first);
    }
    for (size_t i = 0; i < h->nspan; i++) {
        buf_str(out, "; off from ");
        put_second(out, h->span[i].first);
        buf_str(out, " to ");
        put_second(out, h->span[i].last);
    }
    if (h->more_spans > 0) {
        buf_str(out, "; and ");
        put_count(out, h->more_spans);
        buf_str(out, " more times off");
    }
    if (h->s4688_with_command_line == 0 && h->nspan == 0)
        buf_str(out, "; off, or too few to tell");
}

enum { CAUSES = 3 };

/* The most frequent reasons of that state. */
static void put_causes(const struct coverage *c, enum cover_state state, struct buf *out)
{
    size_t told = 0;
    buf_str(out, state == COVER_NOT ? "why not: " : "why in part: ");
    for (size_t i = 0; i < c->causes.n; i++) {
        if (c->causes.v[i].state != state)
            continue;
        if (told == CAUSES) {
            buf_str(out, "; ...");
            break;
        }
        buf_str(out, told++ ? "; " : "");
        buf_slice(out, c->causes.v[i].text);
        buf_str(out, " (");
        put_count(out, c->causes.v[i].rules);
        buf_byte(out, ')');
    }
    buf_byte(out, '\n');
}

void coverage_essence(const struct coverage *c, struct buf *out)
{
    if (c->n[COVER_NOT] + c->n[COVER_PART] == 0)
        return;
    put_count(out, c->n[COVER_FIRE]);
    buf_str(out, c->n[COVER_FIRE] == 1 ? " rule could have fired, " : " rules could have fired, ");
    put_count(out, c->n[COVER_PART]);
    buf_str(out, " in part, ");
    put_count(out, c->n[COVER_NOT]);
    buf_str(out, " could not\n");
    put_causes(c, c->n[COVER_NOT] > 0 ? COVER_NOT : COVER_PART, out);
    if (c->settings.n == 0)
        return;
    buf_str(out, "most would come from: ");
    buf_slice(out, c->settings.v[0].name);
    buf_str(out, " (");
    put_count(out, c->settings.v[0].rules);
    buf_str(out, c->settings.v[0].rules == 1 ? " rule" : " rules");
    buf_str(out, "); `evtriage coverage` tells all\n");
}
