/* correlate_run.h - rules and events of a correlation as text, and the rows that come of them.
 *
 * Events: "TIME RULE[#RECORD] [NAME=VALUE]...", separated by ";". TIME in seconds.
 * Rows: "TIME TITLE EVENTS [GROUP,...]", separated by "; ", by time and title. */
#ifndef TESTS_CORRELATE_RUN_H
#define TESTS_CORRELATE_RUN_H

#include "detect_fake.h"

#include "base/arena.h"
#include "base/mem.h"
#include "detect/correlate.h"
#include "rule/correlation.h"
#include "rule/link.h"
#include "rule/ruleset.h"

#define START UINT64_C(130000000000000000)
#define SECOND 10000000
#define EVENTS_MOST 200

/* Correlations of rule a within ten seconds. */
#define COUNT(condition) "{type: event_count, rules: a, timespan: 10s, condition: {" condition "}}"
#define BY_U(condition)                                                                            \
    "{type: event_count, rules: a, group-by: u, timespan: 10s, condition: {" condition "}}"

struct run {
    struct names *names;
    struct ruleset *rs;
    struct arena arena;
    struct detection event[EVENTS_MOST];
    size_t n;
    char *row[EVENTS_MOST];
    size_t nrow;
    struct detection last; /* the last row; slices are gone */
    struct buf text;
};

static const char base_rules[] = "title: A\nid: id-a\nname: a\nlogsource: {product: windows}\n"
                                 "detection: {s: {EventID: 1}, condition: s}\n---\n"
                                 "title: B\nname: b\nlogsource: {product: windows}\n"
                                 "detection: {s: {EventID: 2}, condition: s}\n---\n"
                                 "title: C\nname: c\nlogsource: {product: windows}\n"
                                 "detection: {s: {EventID: 3}, condition: s}\n---\n";

static inline void load(struct run *r, const char *documents)
{
    struct buf b;
    *r = (struct run){ .names = names_new() };
    arena_init(&r->arena, LIMIT_MIB(16));
    buf_init(&r->text, LIMIT_MIB(1));
    buf_init(&b, LIMIT_MIB(1));
    buf_str(&b, base_rules);
    buf_str(&b, documents);
    assert_int_equal(ruleset_load_text(buf_view(&b), "t.yml", r->names, &r->rs, NULL), EV_OK);
    buf_release(&b);
    ruleset_link(r->rs);
}

static inline void load_one(struct run *r, const char *correlation)
{
    char text[2000];
    snprintf(text, sizeof text, "title: R\nname: r\ncorrelation: %s\n", correlation);
    load(r, text);
    for (size_t i = 0; i < r->rs->nmessage; i++)
        if (r->rs->message[i].kind == MESSAGE_ERROR)
            fail_msg("%.*s", SLICE_ARG(r->rs->message[i].text));
}

static inline void clear_rows(struct run *r)
{
    while (r->nrow > 0)
        free(r->row[--r->nrow]);
}

static inline void done(struct run *r)
{
    clear_rows(r);
    ruleset_free(r->rs);
    names_free(r->names);
    arena_release(&r->arena);
    buf_release(&r->text);
}

static const struct rule *rule_named(const struct run *r, struct slice name)
{
    for (size_t i = 0; i < r->rs->n; i++)
        if (slice_eq(r->rs->rule[i]->name, name))
            return r->rs->rule[i];
    fail_msg("no rule %.*s", SLICE_ARG(name));
    return NULL;
}

/* The next word of *text up to a blank, and what follows. */
static inline struct slice word(struct slice *text)
{
    size_t n = slice_find_byte(*text, ' ');
    struct slice w = slice_sub(*text, 0, n);
    *text = n == SIZE_MAX ? slice_sub(*text, text->n, 0) : slice_sub(*text, n + 1, SIZE_MAX);
    return w;
}

static inline void add_field(struct run *r, struct detection *d, struct slice pair)
{
    size_t eq = slice_find_byte(pair, '=');
    d->field[d->nfield++] = (struct detection_field){ .name = slice_sub(pair, 0, eq),
                                                      .text = slice_sub(pair, eq + 1, SIZE_MAX),
                                                      .part = EVENT_DATA };
    (void)r;
}

static inline void add_event(struct run *r, struct slice text)
{
    struct detection *d = &r->event[r->n++];
    struct slice time = word(&text), rule = word(&text);
    size_t hash = slice_find_byte(rule, '#');
    char number[40];
    snprintf(number, sizeof number, "%.*s", SLICE_ARG(time));
    *d = (struct detection){ .rule = rule_named(r, slice_sub(rule, 0, hash)),
                             .timestamp = START + (uint64_t)(strtod(number, NULL) * SECOND + 0.5),
                             .computer = SLICE("HOST"),
                             .channel = SLICE("Security"),
                             .source_file = SLICE("a.evtx"),
                             .has_record_id = true,
                             .record_id = 1000 + r->n };
    d->place.offset = d->record_id;
    if (hash != SIZE_MAX) {
        d->record_id = (uint64_t)rule.p[hash + 1];
        d->place.offset = r->n; /* a copy lies elsewhere */
    }
    d->hash[0] = (uint8_t)d->record_id;
    d->field = arena_zalloc(&r->arena, 8, sizeof *d->field);
    while (text.n > 0)
        add_field(r, d, word(&text));
}

static inline void add_events(struct run *r, const char *events)
{
    struct slice s = slice_str(events);
    while (s.n > 0) {
        size_t n = slice_find_byte(s, ';');
        assert_true(r->n < EVENTS_MOST);
        add_event(r, slice_sub(s, 0, n));
        s = n == SIZE_MAX ? SLICE("") : slice_sub(s, n + 1, SIZE_MAX);
    }
}

/* "TIME TITLE EVENTS GROUP,..." */
static inline int keep_row(void *ctx, const struct detection *d)
{
    struct run *r = ctx;
    struct buf b;
    buf_init(&b, 4000);
    buf_printf(&b, "%.7g %.*s %zu", (double)(d->timestamp - START) / SECOND,
               SLICE_ARG(d->rule->title), d->nevent + (size_t)d->nevent_more);
    for (size_t i = 0; i < d->rule->correlation->ngroup; i++)
        buf_printf(&b, "%c%.*s", i == 0 ? ' ' : ',', SLICE_ARG(d->field[i].text));
    buf_byte(&b, '\0');
    assert_true(r->nrow < EVENTS_MOST);
    r->row[r->nrow++] = xstrdup((const char *)b.p);
    r->last = *d;
    buf_release(&b);
    return EV_OK;
}

static inline int by_time(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    double tx = strtod(x, NULL), ty = strtod(y, NULL);
    return tx < ty ? -1 : tx > ty ? 1 : strcmp(x, y);
}

/* The rows of the events in the order that `at` gives. */
static const char *rows_of(struct run *r, const size_t *at)
{
    const struct order_options o = { .memory = LIMIT_KIB(128) };
    struct correlator *c = correlator_new(r->rs, &o);
    struct buf flat;
    assert_non_null(c);
    clear_rows(r);
    buf_init(&flat, LIMIT_DETECTION);
    for (size_t i = 0; i < r->n; i++) {
        buf_clear(&flat);
        detection_encode(&r->event[at[i]], &flat);
        assert_int_equal(correlator_add(c, buf_view(&flat), NULL), EV_OK);
    }
    assert_int_equal(correlator_finish(c, keep_row, r, NULL), EV_OK);
    buf_release(&flat);
    correlator_free(c);
    if (r->nrow > 0)
        qsort(r->row, r->nrow, sizeof *r->row, by_time);
    buf_clear(&r->text);
    for (size_t i = 0; i < r->nrow; i++)
        buf_printf(&r->text, "%s%s", i > 0 ? "; " : "", r->row[i]);
    buf_byte(&r->text, '\0');
    return (const char *)r->text.p;
}

static inline void check_orders(struct run *r, const char *name, const char *expected)
{
    size_t at[EVENTS_MOST];
    uint32_t random = 7;
    for (size_t i = 0; i < r->n; i++)
        at[i] = i;
    for (int turn = 0; turn < 6; turn++) {
        const char *rows = rows_of(r, at);
        if (strcmp(rows, expected) != 0)
            fail_msg("%s, order %d: \"%s\" expected, \"%s\" found", name, turn, expected, rows);
        for (size_t i = r->n; i-- > 1;) { /* shuffled for the next turn */
            size_t k = fake_random(&random) % (i + 1), was = at[i];
            at[i] = at[k];
            at[k] = was;
        }
    }
}

#endif
