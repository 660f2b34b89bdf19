/* duplicates.c - rows of the same record in several places become one.
 *
 * One encoded row is held back until a row of another record comes. Places are texts in the arena
 * of that row. Rows fold only when all of them but the place is equal, byte for byte: an attacker who
 * makes two events with one content hash gains a row, and hides none.
 * May include: base/, detect/. */
#include "detect/duplicates.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/mem.h"
#include "detect/codec.h"

/* One decoded row: arrays of at most LIMIT_EVENT_FIELDS fields, and 16 places with paths. */
#define ROW_ARENA LIMIT_MIB(8)

struct duplicates {
    const struct ruleset *rs;
    bool keep;
    order_row_fn *row;
    void *ctx;
    struct arena arena;
    struct buf held;    /* encoded; n == 0: none */
    struct buf common;  /* of the same row */
    struct row_key key; /* of held */
    struct slice place[LIMIT_ALSO_IN];
    size_t nplace;
    uint64_t more, folded, changed;
    struct slice last_file; /* of the place named last, in arena or held */
    uint64_t last_offset;
};

struct duplicates *duplicates_new(const struct ruleset *rs, bool keep, order_row_fn *row, void *ctx)
{
    struct duplicates *d = xcalloc(1, sizeof *d);

    d->rs = rs;
    d->keep = keep;
    d->row = row;
    d->ctx = ctx;
    arena_init(&d->arena, ROW_ARENA);
    buf_init(&d->held, LIMIT_DETECTION);
    buf_init(&d->common, LIMIT_DETECTION);
    return d;
}

void duplicates_free(struct duplicates *d)
{
    if (!d)
        return;
    arena_release(&d->arena);
    buf_release(&d->held);
    buf_release(&d->common);
    free(d);
}

static int damaged(struct ev_err *err)
{
    return ev_err_set(err, EV_EFORMAT, "a sorted row is damaged");
}

static int hand_out(struct duplicates *d, struct ev_err *err)
{
    struct detection row;

    if (!d->held.n)
        return EV_OK;
    if (detection_decode(buf_view(&d->held), d->rs, &d->arena, &row) < 0)
        return damaged(err);
    row.common = buf_view(&d->common);
    if (d->nplace) {
        row.also_in = (struct slices){ d->place, d->nplace };
        row.also_in_more = d->more;
    }
    return d->row(d->ctx, &row);
}

static void add_place(struct duplicates *d, const struct row_key *key)
{
    struct slice text = SLICE_ABSENT;

    d->folded++;
    /* The same file given twice is one place. */
    if (key->offset == d->last_offset && slice_eq(key->source_file, d->last_file))
        return;
    if (d->nplace < LIMIT_ALSO_IN)
        text = arena_printf(&d->arena, "%.*s@%" PRIu64, SLICE_ARG(key->source_file), key->offset);
    if (!text.p) {
        d->more++;
        return;
    }
    d->place[d->nplace++] = text;
    d->last_file = slice_sub(text, 0, key->source_file.n);
    d->last_offset = key->offset;
}

int duplicates_put(struct duplicates *d, const struct spool_row *row, struct ev_err *err)
{
    const bool same = slice_eq(buf_view(&d->common), row->common);
    struct row_key key;
    int rc;

    if (row_key_read(row->own, d->rs, &key) < 0)
        return damaged(err);
    if (d->held.n && !d->keep && same && row_key_same_record(&d->key, &key) &&
        slice_eq(d->key.content, key.content)) {
        add_place(d, &key);
        return EV_OK;
    }
    if (d->held.n && row_key_other_version(&d->key, &key))
        d->changed++;
    rc = hand_out(d, err);
    if (rc < 0)
        return rc;
    arena_reset(&d->arena);
    buf_clear(&d->held);
    buf_slice(&d->held, row->own);
    if (!same) {
        buf_clear(&d->common);
        buf_slice(&d->common, row->common);
    }
    if (d->held.full || d->common.full || row_key_read(buf_view(&d->held), d->rs, &d->key) < 0)
        return damaged(err);
    d->nplace = 0;
    d->more = 0;
    d->last_file = d->key.source_file;
    d->last_offset = d->key.offset;
    return EV_OK;
}

uint64_t duplicates_changed(const struct duplicates *d)
{
    return d->changed;
}

int duplicates_end(struct duplicates *d, uint64_t *ret_folded, struct ev_err *err)
{
    int rc = hand_out(d, err);

    buf_clear(&d->held);
    if (ret_folded)
        *ret_folded = d->folded;
    return rc < 0 ? rc : EV_OK;
}
