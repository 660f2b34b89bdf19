/* correlation_row.c - a group of events as one row.
 *
 * Groups may be large, so events are decoded one at a time; what stays of them borrows from the
 * group's own bytes.
 * May include: base/, event/, rule/, match/, detect/. */
#include "detect/correlation_row.h"

#include <inttypes.h>

#include "base/digest.h"
#include "base/limits.h"

#define EVENT_ARENA LIMIT_MIB(8) /* one decoded event: arrays of its fields and events */
#define LISTED_TEXT 2000         /* of the fields of one listed event */

struct maker {
    const struct rule *rule;
    const struct group *g;
    struct arena *a; /* of the row */
    struct detection d;
    struct slice *extra; /* by name of the feed: the value that all events have so far */
    struct sha256 *hash;
    size_t events; /* listed or not */
};

/* Columns that hold what is equal in all events. */
#define NTEXT 12
static void texts_of(struct detection *d, struct slice *text[NTEXT])
{
    struct process *p = &d->process;
    struct slice *const all[NTEXT] = {
        &d->computer, &d->channel,   &d->source_file,  &d->provider,
        &p->user,     &p->image,     &p->command_line, &p->logon_id,
        &p->id,       &p->parent_id, &p->parent_image, &p->parent_command_line
    };

    memcpy(text, all, sizeof all);
}

/* The value of a field in an event; absent when it has none. */
static struct slice value_of(const struct detection *e, struct slice name)
{
    for (size_t i = 0; i < e->nfield; i++)
        if (slice_eq(e->field[i].name, name))
            return e->field[i].text;
    return SLICE_ABSENT;
}

static void first_event(struct maker *m, const struct detection *e)
{
    struct detection *d = &m->d;
    const struct feed *feed = m->rule->feed;

    *d = *e;
    d->rule = m->rule;
    d->header_time = d->cut = false;
    d->message = SLICE_ABSENT;
    d->field = NULL;
    d->matched = NULL;
    d->untested = NULL;
    d->event = NULL;
    d->also_in = (struct slices){ NULL, 0 };
    d->nfield = d->nmatched = d->nuntested = d->nevent = 0;
    d->also_in_more = d->nevent_more = 0;
    for (size_t i = 0; feed && i < feed->n; i++)
        m->extra[i] = value_of(e, feed->name[i]);
}

static void next_event(struct maker *m, struct detection *e)
{
    struct detection *d = &m->d;
    const struct feed *feed = m->rule->feed;
    struct slice *mine[NTEXT], *other[NTEXT];

    texts_of(d, mine);
    texts_of(e, other);
    for (size_t i = 0; i < NTEXT; i++)
        if (!slice_eq(*mine[i], *other[i]))
            *mine[i] = SLICE_ABSENT;
    d->has_event_id &= e->has_event_id && d->event_id == e->event_id;
    d->has_record_id &= e->has_record_id && d->record_id == e->record_id;
    d->no_place |= e->no_place || !d->source_file.p || d->place.offset != e->place.offset;
    d->mixed_origin |= e->mixed_origin || d->place.origin != e->place.origin;
    if (e->verdict > d->verdict)
        d->verdict = e->verdict;
    for (size_t i = 0; feed && i < feed->n; i++)
        if (!slice_eq(m->extra[i], value_of(e, feed->name[i])))
            m->extra[i] = SLICE_ABSENT;
}

static void add_untested(struct maker *m, const struct detection *e)
{
    struct detection *d = &m->d;

    for (size_t i = 0; i < e->nuntested; i++) {
        size_t same = 0;

        while (same < d->nuntested &&
               !(slice_eq(d->untested[same].selection, e->untested[i].selection) &&
                 slice_eq(d->untested[same].field, e->untested[i].field)))
            same++;
        if (same == d->nuntested && d->nuntested < LIMIT_UNTESTED)
            d->untested[d->nuntested++] = e->untested[i];
    }
}

static struct slice details_of(struct maker *m, const struct detection *e)
{
    struct buf b;
    struct slice s;

    buf_init(&b, LISTED_TEXT);
    for (size_t i = 0; i < e->nfield; i++) {
        if (!e->field[i].text.p)
            continue;
        if (b.n)
            buf_str(&b, ", ");
        buf_slice(&b, e->field[i].name);
        buf_byte(&b, '=');
        buf_slice(&b, slice_sub(e->field[i].text, 0, LISTED_TEXT / 4));
    }
    s = b.n ? arena_dup(m->a, buf_view(&b)) : SLICE_ABSENT;
    buf_release(&b);
    return s;
}

static void list(struct maker *m, const struct detection_event *e)
{
    m->events++;
    if (m->d.nevent < LIMIT_CORRELATION_LISTED)
        m->d.event[m->d.nevent++] = *e;
    else
        m->d.nevent_more++;
}

/* An event; of a correlation's row, also the events behind it. */
static void list_event(struct maker *m, const struct detection *e)
{
    const struct detection_event one = {
        .rule = e->rule,
        .timestamp = e->timestamp,
        .verdict = e->verdict,
        .computer = e->computer,
        .channel = e->channel,
        .source_file = e->source_file,
        .event_id = e->event_id,
        .has_event_id = e->has_event_id,
        .has_record_id = e->has_record_id,
        .has_place = !e->no_place,
        .record_id = e->record_id,
        .offset = e->place.offset,
        .details = m->d.nevent < LIMIT_CORRELATION_LISTED ? details_of(m, e) : SLICE_ABSENT,
    };

    list(m, &one);
    for (size_t i = 0; i < e->nevent; i++)
        list(m, &e->event[i]);
    m->d.nevent_more += e->nevent_more;
    m->events += e->nevent_more;
}

static void add_hash(struct maker *m, const struct detection *e)
{
    uint8_t tail[16];

    for (unsigned i = 0; i < 8; i++) {
        tail[i] = (uint8_t)(e->rule->index >> (8 * (i % 4)));
        tail[8 + i] = (uint8_t)(e->timestamp >> (8 * i));
    }
    sha256_add(m->hash, slice_of(e->hash, sizeof e->hash));
    sha256_add(m->hash, slice_of(tail, sizeof tail));
}

static int read_events(struct maker *m, const struct ruleset *rs)
{
    struct arena one;
    int rc = EV_OK;

    arena_init(&one, EVENT_ARENA);
    for (const struct group_event *ge = m->g->first; ge && rc == EV_OK; ge = ge->next) {
        struct detection e;

        arena_reset(&one);
        rc = detection_decode(ge->bytes, rs, &one, &e);
        if (rc < 0)
            break;
        if (ge == m->g->first) {
            first_event(m, &e);
            m->d.event = arena_try(m->a, LIMIT_CORRELATION_LISTED * sizeof *m->d.event);
            m->d.untested = arena_try(m->a, LIMIT_UNTESTED * sizeof *m->d.untested);
            if (!m->d.event || !m->d.untested)
                rc = EV_ENOMEM;
        } else {
            next_event(m, &e);
        }
        if (rc == EV_OK) {
            add_untested(m, &e);
            list_event(m, &e);
            add_hash(m, &e);
        }
        m->d.timestamp = e.timestamp;
        m->d.header_time = e.header_time;
        m->d.cut |= e.cut;
    }
    arena_release(&one);
    return rc;
}

/* The last event's value for a key of its ref. */
static struct slice last_value(const struct maker *m, const struct detection *last, size_t key)
{
    const struct correlation *c = m->rule->correlation;

    return value_of(last, c->key_field[key * c->nref + m->g->last->ref]);
}

static int make_fields(struct maker *m, const struct ruleset *rs)
{
    const struct correlation *c = m->rule->correlation;
    const struct feed *feed = m->rule->feed;
    const size_t more = feed ? feed->n : 0;
    struct detection last;
    struct detection *d = &m->d;

    d->field = arena_try(m->a, (c->ngroup + more) * sizeof *d->field);
    if (!d->field || detection_decode(m->g->last->bytes, rs, m->a, &last) < 0)
        return EV_ENOMEM;
    for (size_t i = 0; i < c->ngroup; i++)
        d->field[d->nfield++] = (struct detection_field){ .name = c->key[i],
                                                          .text = last_value(m, &last, i),
                                                          .part = EVENT_DATA };
    for (size_t i = 0; i < more; i++) {
        size_t k = 0;

        while (k < c->ngroup && !slice_eq(c->key[k], feed->name[i]))
            k++;
        if (k == c->ngroup && m->extra[i].p)
            d->field[d->nfield++] = (struct detection_field){ .name = feed->name[i],
                                                              .text = m->extra[i],
                                                              .part = EVENT_DATA };
    }
    return EV_OK;
}

/* What the condition was, in the words of `matched`. */
static int make_matched(struct maker *m)
{
    const struct correlation *c = m->rule->correlation;
    const struct slice type = slice_str(correlation_type_name(c->type));
    struct detection *d = &m->d;
    struct slice field;

    d->matched = arena_try(m->a, (c->nbound + 1) * sizeof *d->matched);
    if (!d->matched)
        return EV_ENOMEM;
    field = c->nkey > c->ngroup                  ? c->key[c->ngroup]
            : c->type == CORRELATION_EVENT_COUNT ? SLICE("events")
                                                 : SLICE("rules");
    if (c->expression)
        d->matched[d->nmatched++] = (struct detection_matched){
            .selection = type, .field = field, .modifiers = SLICE(""), .pattern = c->expression_text
        };
    for (size_t i = 0; i < c->nbound; i++)
        d->matched[d->nmatched++] =
            (struct detection_matched){ .selection = type,
                                        .field = field,
                                        .modifiers = slice_str(bound_op_name(c->bound[i].op)),
                                        .pattern = c->bound[i].written };
    return EV_OK;
}

static void make_message(struct maker *m)
{
    const uint64_t ticks = m->g->last->time - m->g->first->time;

    m->d.message =
        arena_printf(m->a, "%zu event%s within %" PRIu64 ".%03u s", m->g->n,
                     m->g->n == 1 ? "" : "s", ticks / 10000000, (unsigned)(ticks / 10000 % 1000));
}

int correlation_row_make(const struct rule *rule, const struct group *g, const struct ruleset *rs,
                         struct arena *a, struct detection *ret)
{
    struct maker m = { .rule = rule, .g = g, .a = a };
    uint8_t hash[32];
    int rc;

    m.extra = arena_try(a, (rule->feed ? rule->feed->n + 1 : 1) * sizeof *m.extra);
    if (!m.extra)
        return EV_ENOMEM;
    m.hash = sha256_new();
    rc = read_events(&m, rs);
    sha256_add(m.hash, g->key);
    sha256_done(m.hash, hash);
    sha256_free(m.hash);
    if (rc == EV_OK)
        rc = make_fields(&m, rs);
    if (rc == EV_OK)
        rc = make_matched(&m);
    if (rc < 0)
        return rc;
    make_message(&m);
    memcpy(m.d.hash, hash, sizeof m.d.hash);
    *ret = m.d;
    return EV_OK;
}
