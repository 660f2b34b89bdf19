/* places.c - see places.h.
 *
 * One table of all records, two 64-bit hashes each: of what a record is called, and of its content.
 * Beyond LIMIT_VERIFY_RECORDS it takes no more, which is a note. May include: base/, event/. */
#include "event/places.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/filetime.h"
#include "base/hash128.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

enum { SPANS_SHOWN = 4 };

struct entry {
    uint64_t name, content; /* name 0: free */
    uint32_t log;           /* index of the first log that has it */
    bool kept;              /* a log that is no shadow copy has it */
};

struct only {
    uint64_t record_id, time;
};

struct places {
    struct entry *entry; /* nentry of them, a power of two; at most half are taken */
    size_t n, nentry;
    struct arena arena;
    VEC(const char *) log;
    struct map first; /* path without shadow copies, to the time of the oldest record there now */
    bool shadow;      /* the log at hand is in a shadow copy */
    struct slice bare;
    VEC(struct only) only;
    bool whole, full;
};

struct places *places_new(void)
{
    struct places *p = xcalloc(1, sizeof *p);

    p->nentry = 1024;
    p->entry = xcalloc(p->nentry, sizeof *p->entry);
    arena_init(&p->arena, LIMIT_INPUT_ARENA);
    map_init(&p->first, map_seed());
    return p;
}

void places_free(struct places *p)
{
    if (!p)
        return;
    free(p->entry);
    map_release(&p->first);
    vec_release(&p->log);
    vec_release(&p->only);
    arena_release(&p->arena);
    free(p);
}

/* Length of `@vss12` at s, when a slash or nothing follows; else 0. */
static size_t shadow_mark(struct slice s)
{
    size_t n = 4;

    if (!slice_starts(s, SLICE("@vss")))
        return 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    return n > 4 && (n == s.n || s.p[n] == '/') ? n : 0;
}

/* path without its shadow copy, which follows `!/` or `!/p2`; absent: there is none. */
static struct slice without_shadow(struct places *p, struct slice path)
{
    for (size_t i = 0; i + 2 < path.n; i++) {
        size_t at = i + 2, n;
        if (path.p[i] != '!' || path.p[i + 1] != '/')
            continue;
        if (path.p[at] == 'p')
            do
                at++;
            while (at < path.n && path.p[at] >= '0' && path.p[at] <= '9');
        n = shadow_mark(slice_sub(path, at, path.n));
        if (n == 0)
            continue;
        /* `x!/@vss1/a` is `x!/a` on the volume itself. */
        if (at == i + 2 && at + n < path.n)
            n++;
        return arena_printf(&p->arena, "%.*s%.*s", SLICE_ARG(slice_sub(path, 0, at)),
                            SLICE_ARG(slice_sub(path, at + n, path.n)));
    }
    return SLICE_ABSENT;
}

void places_begin(struct places *p, struct slice path, bool whole)
{
    p->bare = without_shadow(p, path);
    p->shadow = p->bare.p != NULL;
    if (!p->shadow)
        p->bare = arena_dup(&p->arena, path);
    p->whole = whole;
    p->only.n = 0;
    if (!vec_push(&p->log, UINT32_MAX, arena_str(&p->arena, path)))
        p->full = true;
}

static void put(struct hash128 *h, struct slice s)
{
    const uint64_t n = s.n;

    hash128_add(h, &n, sizeof n);
    hash128_add(h, s.p, s.n);
}

/* What a record is called. */
static uint64_t name_of(const struct event *ev)
{
    struct hash128 h;
    uint8_t out[16];
    uint64_t ret;

    hash128_init(&h);
    put(&h, ev->computer);
    put(&h, ev->channel);
    hash128_add(&h, &ev->record_id, sizeof ev->record_id);
    hash128_add(&h, &ev->time_created, sizeof ev->time_created);
    hash128_done(&h, out);
    memcpy(&ret, out, sizeof ret);
    return ret ? ret : 1;
}

static uint64_t content_of(struct event *ev)
{
    uint8_t out[16];
    uint64_t ret;

    event_content_hash(ev, out);
    memcpy(&ret, out, sizeof ret);
    return ret;
}

/* Where an entry of that name and content is, or would be. *ret_other: one of that name with other
 * content, NULL: none. */
static struct entry *find(const struct places *p, uint64_t name, uint64_t content,
                          struct entry **ret_other)
{
    const size_t mask = p->nentry - 1;
    size_t i = (size_t)(name >> 7) & mask;

    *ret_other = NULL;
    for (; p->entry[i].name; i = (i + 1) & mask) {
        struct entry *e = &p->entry[i];
        if (e->name != name)
            continue;
        if (e->content == content)
            return e;
        *ret_other = e;
    }
    return &p->entry[i];
}

static void grow(struct places *p)
{
    struct entry *old = p->entry, *none;
    const size_t n = p->nentry;

    p->nentry *= 2;
    p->entry = xcalloc(p->nentry, sizeof *p->entry);
    for (size_t i = 0; i < n; i++)
        if (old[i].name)
            *find(p, old[i].name, old[i].content, &none) = old[i];
    free(old);
}

static void tell_full(struct places *p, struct verification *v)
{
    if (!p->full)
        verification_note(v, VERIFY_LIMIT, 0, 0,
                          "more than %d records in all: from here on they are not compared with "
                          "other places",
                          LIMIT_VERIFY_RECORDS);
    p->full = true;
}

void places_record(struct places *p, struct event *ev, struct verification *v)
{
    const uint64_t name = name_of(ev), content = content_of(ev);
    struct entry *other, *e = find(p, name, content, &other);
    char time[FILETIME_TEXT];

    if (!e->name && other && other->log + 1 != p->log.n) {
        filetime_iso(ev->time_created, time);
        verification_note(v, VERIFY_RECORD_CHANGED, ev->place.offset, ev->place.record_number,
                          "the record of EventRecordID %" PRIu64
                          ", %s, has other content in %.150s",
                          ev->record_id, time, p->log.v[other->log]);
    }
    if (p->shadow && p->whole && (!e->name || !e->kept))
        (void)vec_push(&p->only, LIMIT_VERIFY_RECORDS,
                       (struct only){ ev->record_id, ev->time_created });
    if (e->name) {
        e->kept |= !p->shadow;
        return;
    }
    if (p->full || p->n >= LIMIT_VERIFY_RECORDS) {
        tell_full(p, v);
        return;
    }
    *e = (struct entry){ name, content, (uint32_t)p->log.n - 1, !p->shadow };
    if (++p->n * 2 > p->nentry)
        grow(p);
}

static int by_id(const void *a, const void *b)
{
    const struct only *x = a, *y = b;

    if (x->record_id != y->record_id)
        return x->record_id < y->record_id ? -1 : 1;
    return (x->time > y->time) - (x->time < y->time);
}

/* Runs of EventRecordIDs and the time between, into v. */
static void sum_up(const struct places *p, struct verification *v)
{
    struct verify_span *last = NULL;

    v->only = p->only.n;
    for (size_t i = 0; i < p->only.n; i++) {
        const struct only *o = &p->only.v[i];
        if (v->only_first == 0 || o->time < v->only_first)
            v->only_first = o->time;
        if (o->time > v->only_last)
            v->only_last = o->time;
        if (last && o->record_id <= last->last + 1) {
            last->last = o->record_id;
            continue;
        }
        if (!vec_push(&v->only_span, LIMIT_FINDINGS,
                      (struct verify_span){ o->record_id, o->record_id }))
            continue; /* counted, but not shown */
        last = &v->only_span.v[v->only_span.n - 1];
    }
}

/* "1 to 40, 52, and 3 more runs" */
static void runs_text(const struct verification *v, char *out, size_t room)
{
    size_t at = 0;

    *out = '\0';
    for (size_t i = 0; i < v->only_span.n && i < SPANS_SHOWN && at < room; i++) {
        const struct verify_span *s = &v->only_span.v[i];
        at += (size_t)snprintf(out + at, room - at,
                               s->first == s->last ? "%s%" PRIu64 : "%s%" PRIu64 " to %" PRIu64,
                               i ? ", " : "", s->first, s->last);
    }
    if (v->only_span.n > SPANS_SHOWN && at < room)
        (void)snprintf(out + at, room - at, " and %zu more runs", v->only_span.n - SPANS_SHOWN);
}

void places_end(struct places *p, struct verification *v)
{
    const uint64_t *first = map_get(&p->first, p->bare);
    char runs[120], from[FILETIME_TEXT], to[FILETIME_TEXT];

    if (!p->shadow)
        *map_put(&p->first, p->bare, v->least_time, NULL) = v->least_time;
    if (!p->only.n)
        return;
    qsort(p->only.v, p->only.n, sizeof *p->only.v, by_id);
    sum_up(p, v);
    runs_text(v, runs, sizeof runs);
    filetime_iso(v->only_first, from);
    filetime_iso(v->only_last, to);
    verification_note(
        v, VERIFY_ONLY_SHADOW, 0, 0,
        "%zu records are in no log of the volume itself: EventRecordID %s, %s to %s%s", p->only.n,
        runs, from, to,
        !first || !*first       ? "; that log is gone or empty there"
        : v->only_last < *first ? "; older than all that is there: cleared, or overwritten"
                                : "");
}
