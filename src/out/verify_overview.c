/* verify_overview.c - many verified logs, a row each. */
#include "base/mem.h"
#include "out/verify_impl.h"

struct verify_overview {
    struct grid *grid;
};

int verify_overview_new(const struct verify_text_options *o, struct verify_overview **ret,
                        struct ev_err *err)
{
    static const struct grid_column column[] = {
        { "CHUNKS", 0, GRID_RIGHT },     { "RECORDS", 0, GRID_RIGHT },
        { "UNREADABLE", 0, GRID_RIGHT }, { "RECOVERABLE", 0, GRID_RIGHT },
        { "DAMAGE", 0, GRID_RIGHT },     { "SIGNS", 0, GRID_RIGHT },
        { "FIRST EVENT", 0, 0 },         { "LAST EVENT", 0, 0 },
        { "LOG", 0, GRID_WRAP },
    };
    struct grid *g = NULL;
    int rc = grid_new(column, sizeof column / sizeof *column, o->width ? o->width : VERIFY_WIDE, &g,
                      err);

    if (rc < 0)
        return rc;
    grid_style(g, 0, o->color);
    *ret = xcalloc(1, sizeof **ret);
    (*ret)->grid = g;
    return EV_OK;
}

void verify_overview_free(struct verify_overview *t)
{
    if (!t)
        return;
    grid_free(t->grid);
    free(t);
}

static void put_found(struct grid *g, uint64_t n, const char *color)
{
    verify_count(g, n);
    if (n)
        grid_paint(g, color);
}

void verify_overview_add(struct verify_overview *t, const struct verification *v, struct slice path)
{
    struct grid *g = t->grid;

    grid_line(g);
    verify_count(g, v->chunk.n);
    verify_count(g, v->records[SPAN_RECORD]);
    verify_count(g, v->records[SPAN_UNREADABLE] + v->records[SPAN_LOST]);
    verify_count(g, verification_recoverable(v));
    put_found(g, verification_weight(v, WEIGHT_DAMAGE), "red");
    put_found(g, verification_weight(v, WEIGHT_SIGN), "yellow");
    grid_time(g, v->least_time);
    grid_time(g, v->most_time);
    grid_text(g, path);
}

int verify_overview_print(struct verify_overview *t, struct buf *out, struct ev_err *err)
{
    return grid_print(t->grid, out, err);
}
