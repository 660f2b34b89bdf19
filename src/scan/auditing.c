#include "scan/auditing.h"

#include "base/limits.h"
#include "event/twin.h"

#define HOUR UINT64_C(36000000000) /* FILETIME ticks */

void auditing_init(struct auditing *a)
{
    *a = (struct auditing){ 0 };
    arena_init(&a->arena, LIMIT_TALLY_ARENA);
    map_init(&a->at, map_seed());
}

void auditing_release(struct auditing *a)
{
    vec_release(&a->hours);
    map_release(&a->at);
    arena_release(&a->arena);
}

static struct auditing_hour *hour_of(struct auditing *a, struct slice computer, uint64_t hour)
{
    uint8_t key[sizeof hour + 512];
    struct slice copy;
    const uint64_t *at;

    if (computer.n > sizeof key - sizeof hour) /* a name of DNS has 255 characters */
        computer.n = sizeof key - sizeof hour;
    memcpy(key, &hour, sizeof hour);
    if (computer.n)
        memcpy(key + sizeof hour, computer.p, computer.n);
    at = map_get(&a->at, slice_of(key, sizeof hour + computer.n));
    if (at)
        return &a->hours.v[*at];
    copy = arena_dup(&a->arena, slice_of(key, sizeof hour + computer.n));
    if (!copy.p ||
        !vec_push(&a->hours, LIMIT_TALLY_HOURS,
                  (struct auditing_hour){ .computer = slice_sub(copy, sizeof hour, copy.n),
                                          .hour = hour })) {
        a->lost++;
        return NULL;
    }
    map_put(&a->at, copy, a->hours.n - 1, NULL);
    return &a->hours.v[a->hours.n - 1];
}

static void span_add(uint64_t *first, uint64_t *last, uint64_t from, uint64_t to)
{
    if (from && (!*first || from < *first))
        *first = from;
    if (to > *last)
        *last = to;
}

/* Programs that start before the policy is read, or have no command line at all: they say nothing
 * about the policy. */
static bool is_of_boot(struct slice image)
{
    static const struct slice boot[] = {
        SLICE_INIT("\\smss.exe"),    SLICE_INIT("\\autochk.exe"),  SLICE_INIT("\\csrss.exe"),
        SLICE_INIT("\\wininit.exe"), SLICE_INIT("\\winlogon.exe"), SLICE_INIT("\\services.exe"),
        SLICE_INIT("\\lsass.exe"),   SLICE_INIT("\\lsaiso.exe"),   SLICE_INIT("\\lsm.exe"),
        SLICE_INIT("\\setupcl.exe"),
    };

    if (slice_find_byte(image, '\\') == SIZE_MAX) /* Registry, MemCompression, ... */
        return true;
    for (size_t i = 0; i < sizeof boot / sizeof *boot; i++)
        if (image.n >= boot[i].n &&
            slice_eq_nocase(slice_sub(image, image.n - boot[i].n, boot[i].n), boot[i]))
            return true;
    return false;
}

void auditing_event(struct auditing *a, struct event *ev)
{
    const uint64_t time = ev->time_created;
    struct auditing_hour *h;
    struct slice line;

    if (!time)
        return;
    if (!event_is_4688(ev)) {
        h = hour_of(a, ev->computer, time / HOUR);
        if (h)
            h->sysmon++;
        return;
    }
    line = event_get(ev, FIELD_COMMANDLINE);
    const bool with = line.n > 0 && !slice_eq(line, SLICE("-"));
    if (!with && is_of_boot(event_get(ev, FIELD_NEWPROCESSNAME)))
        return;
    h = hour_of(a, ev->computer, time / HOUR);
    if (!h)
        return;
    h->with += with;
    h->without += !with;
    if (with)
        span_add(&h->first_with, &h->last_with, time, time);
    else
        span_add(&h->first_without, &h->last_without, time, time);
}

void auditing_merge(struct auditing *to, const struct auditing *from)
{
    for (size_t i = 0; i < from->hours.n; i++) {
        const struct auditing_hour *f = &from->hours.v[i];
        struct auditing_hour *h = hour_of(to, f->computer, f->hour);

        if (!h)
            continue;
        h->with += f->with;
        h->without += f->without;
        h->sysmon += f->sysmon;
        span_add(&h->first_with, &h->last_with, f->first_with, f->last_with);
        span_add(&h->first_without, &h->last_without, f->first_without, f->last_without);
    }
    to->lost += from->lost;
}

static int hour_order(const void *pa, const void *pb)
{
    const struct auditing_hour *a = pa, *b = pb;
    int c = slice_cmp(a->computer, b->computer);

    return c ? c : (a->hour > b->hour) - (a->hour < b->hour);
}

/* The spans of one computer under construction. */
struct spans {
    struct summary_span *v;
    size_t n, room;
    uint64_t more;
    struct summary_span open; /* count 0: none */
};

static void spans_close(struct spans *s)
{
    if (s->open.count >= AUDITING_LEAST) {
        if (s->n < s->room)
            s->v[s->n++] = s->open;
        else
            s->more++;
    }
    s->open = (struct summary_span){ 0 };
}

static void spans_add(struct spans *s, const struct auditing_hour *h)
{
    s->open.count += h->without;
    s->open.sysmon += h->sysmon;
    span_add(&s->open.first, &s->open.last, h->first_without, h->last_without);
}

static void spans_hour(struct spans *s, const struct auditing_hour *h)
{
    if (!h->with) {
        if (h->without)
            spans_add(s, h);
        return;
    }
    if (!h->without) {
        spans_close(s);
    } else if (h->last_without < h->first_with) { /* switched on in this hour */
        spans_add(s, h);
        spans_close(s);
    } else if (h->first_without > h->last_with) { /* switched off */
        spans_close(s);
        spans_add(s, h);
    } else {
        spans_close(s);
    }
}

static void host_spans(const struct auditing_hour *h, size_t n, struct summary_host *host,
                       struct arena *a)
{
    struct spans s = { .room = n < LIMIT_SPANS ? n : LIMIT_SPANS };

    s.v = arena_zalloc(a, s.room + 1, sizeof *s.v);
    for (size_t i = 0; i < n; i++) {
        spans_hour(&s, &h[i]);
        span_add(&host->with_first, &host->with_last, h[i].first_with, h[i].last_with);
    }
    spans_close(&s);
    host->span = s.v;
    host->nspan = s.n;
    host->more_spans = s.more;
}

void auditing_summarise(const struct auditing *a, struct summary *sum)
{
    const size_t n = a->hours.n;
    struct auditing_hour *v = arena_zalloc(&sum->arena, n + 1, sizeof *v);
    size_t from = 0;

    if (n) {
        memcpy(v, a->hours.v, n * sizeof *v);
        qsort(v, n, sizeof *v, hour_order);
    }
    /* Hosts and hours are both in the order of names. */
    for (size_t i = 0; i < sum->nhost; i++) {
        struct slice name = slice_sub(sum->host[i].computer, 0, 512);
        size_t to;

        while (from < n && slice_cmp(v[from].computer, name) < 0)
            from++;
        for (to = from; to < n && slice_eq(v[to].computer, name);)
            to++;
        host_spans(v + from, to - from, &sum->host[i], &sum->arena);
        from = to;
    }
    sum->crowded += a->lost;
}
