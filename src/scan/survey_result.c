/* survey_result.c - a merged survey as evidence: sorted by name, so that threads leave no trace. */
#include "base/limits.h"
#include "scan/survey.h"

/* --- channels --- */

static struct slice host_name(const struct survey *s, uint32_t host)
{
    return s->host.name.v[host];
}

/* A stream with the names that it is sorted by. */
struct stream_ref {
    struct slice host, channel;
    const struct survey_stream *stream;
    uint32_t index;
};

static int stream_order(const void *pa, const void *pb)
{
    const struct stream_ref *a = pa, *b = pb;
    int c = slice_cmp(a->host, b->host);
    return c ? c : slice_cmp(a->channel, b->channel);
}

/* Larger gaps first, then by number. */
static int gap_size_order(const void *pa, const void *pb)
{
    const struct evidence_gap *a = pa, *b = pb;
    const uint64_t na = a->to - a->from, nb = b->to - b->from;
    if (na != nb)
        return na > nb ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

static int gap_order(const void *pa, const void *pb)
{
    const struct evidence_gap *a = pa, *b = pb;
    return (a->from > b->from) - (a->from < b->from);
}

/* The sorted runs of one stream: their ends and what is missing between them. */
static void channel_gaps(const struct survey_run *run, size_t n, struct evidence_channel *c,
                         struct arena *a)
{
    struct evidence_gap *gap = arena_zalloc(a, n, sizeof *gap);
    c->oldest_record = run[0].from;
    c->newest_record = run[n - 1].to;
    for (size_t i = 1; i < n; i++) {
        gap[c->gaps++] = (struct evidence_gap){ run[i - 1].to + 1, run[i].from - 1, run[i - 1].last,
                                                run[i].first };
        c->missing += run[i].from - run[i - 1].to - 1;
    }
    c->gap = gap;
    c->ngap = c->gaps;
    if (c->ngap > LIMIT_EVIDENCE_GAPS) {
        qsort(gap, c->ngap, sizeof *gap, gap_size_order);
        c->ngap = LIMIT_EVIDENCE_GAPS;
        qsort(gap, c->ngap, sizeof *gap, gap_order);
    }
}

/* First run of a stream among all, sorted; *ret_n of them. */
static const struct survey_run *runs_of(const struct survey *s, uint32_t stream, size_t *ret_n)
{
    size_t low = 0, high = s->runs.n, end;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (s->runs.v[mid].stream < stream)
            low = mid + 1;
        else
            high = mid;
    }
    for (end = low; end < s->runs.n && s->runs.v[end].stream == stream;)
        end++;
    *ret_n = end - low;
    return *ret_n ? &s->runs.v[low] : NULL;
}

static void add_host(struct survey *s, const struct stream_ref *ref, size_t n,
                     struct evidence_host *h, struct arena *a)
{
    h->computer = arena_dup(a, ref[0].host);
    h->nchannel = n;
    h->channel = arena_zalloc(a, n, sizeof *h->channel);
    for (size_t i = 0; i < n; i++) {
        struct evidence_channel *c = &h->channel[i];
        size_t runs;
        const struct survey_run *run = runs_of(s, ref[i].index, &runs);
        c->name = arena_dup(a, ref[i].channel);
        c->all = ref[i].stream->all;
        c->oldest = ref[i].stream->oldest;
        c->newest = ref[i].stream->newest;
        if (runs)
            channel_gaps(run, runs, c, a);
    }
}

static void hosts(struct survey *s, struct evidence *ret)
{
    struct arena *a = &ret->arena;
    struct stream_ref *ref = arena_zalloc(a, s->streams.n + 1, sizeof *ref);
    for (size_t i = 0; i < s->streams.n; i++)
        ref[i] = (struct stream_ref){ host_name(s, s->streams.v[i].host),
                                      s->channel.name.v[s->streams.v[i].channel], &s->streams.v[i],
                                      (uint32_t)i };
    qsort(ref, s->streams.n, sizeof *ref, stream_order);
    survey_join_runs(s);
    ret->host = arena_zalloc(a, s->host.name.n + 1, sizeof *ret->host);
    for (size_t i = 0, n; i < s->streams.n; i += n) {
        for (n = 1; i + n < s->streams.n && slice_eq(ref[i].host, ref[i + n].host);)
            n++;
        add_host(s, ref + i, n, &ret->host[ret->nhost++], a);
    }
}

/* --- kinds of events --- */

struct kind_ref {
    size_t host, channel; /* indexes into the evidence */
    struct evidence_id id;
};

static int kind_order(const void *pa, const void *pb)
{
    const struct kind_ref *a = pa, *b = pb;
    if (a->host != b->host)
        return a->host < b->host ? -1 : 1;
    if (a->channel != b->channel)
        return a->channel < b->channel ? -1 : 1;
    if (a->id.event_id != b->id.event_id)
        return a->id.event_id < b->id.event_id ? -1 : 1;
    return slice_cmp(a->id.provider, b->id.provider);
}

static struct evidence_host *find_host(const struct evidence *e, struct slice name)
{
    size_t low = 0, high = e->nhost;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (slice_cmp(e->host[mid].computer, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < e->nhost && slice_eq(e->host[low].computer, name) ? &e->host[low] : NULL;
}

static size_t find_channel(const struct evidence_host *h, struct slice name)
{
    size_t low = 0, high = h->nchannel;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (slice_cmp(h->channel[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < h->nchannel && slice_eq(h->channel[low].name, name) ? low : SIZE_MAX;
}

static void span_add(uint64_t *first, uint64_t *last, uint64_t from, uint64_t to)
{
    if (from && (!*first || from < *first))
        *first = from;
    if (to > *last)
        *last = to;
}

static void add_kinds(const struct kind_ref *ref, size_t n, struct evidence *ret)
{
    struct evidence_host *h = &ret->host[ref[0].host];
    struct evidence_channel *c = &h->channel[ref[0].channel];
    c->id = arena_zalloc(&ret->arena, n, sizeof *c->id);
    c->nid = n;
    for (size_t i = 0; i < n; i++) {
        c->id[i] = ref[i].id;
        c->events += ref[i].id.n;
        span_add(&c->first, &c->last, ref[i].id.first, ref[i].id.last);
    }
    h->events += c->events;
    span_add(&h->first, &h->last, c->first, c->last);
    ret->events += c->events;
    span_add(&ret->first, &ret->last, c->first, c->last);
}

static void kinds(const struct survey *s, struct evidence *ret)
{
    struct kind_ref *ref = arena_zalloc(&ret->arena, s->kinds.n + 1, sizeof *ref);
    struct slice *provider = arena_zalloc(&ret->arena, s->provider.name.n + 1, sizeof *provider);
    size_t n = 0;
    for (size_t i = 0; i < s->provider.name.n; i++)
        provider[i] = arena_dup(&ret->arena, s->provider.name.v[i]);
    for (size_t i = 0; i < s->kinds.n; i++) {
        const struct survey_kind *k = &s->kinds.v[i];
        struct evidence_host *h = find_host(ret, host_name(s, k->key.host));
        size_t at = h ? find_channel(h, s->channel.name.v[k->key.channel]) : SIZE_MAX;
        if (at != SIZE_MAX)
            ref[n++] = (struct kind_ref){ (size_t)(h - ret->host),
                                          at,
                                          { provider[k->key.provider], k->key.event_id, k->n,
                                            k->first, k->last } };
    }
    qsort(ref, n, sizeof *ref, kind_order);
    for (size_t i = 0, run; i < n; i += run) {
        for (run = 1; i + run < n && ref[i].host == ref[i + run].host &&
                      ref[i].channel == ref[i + run].channel;)
            run++;
        add_kinds(ref + i, run, ret);
    }
}

/* --- the rest of a computer --- */

static int mark_order(const void *pa, const void *pb)
{
    const struct evidence_mark *a = pa, *b = pb;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int c = slice_cmp(a->channel, b->channel);
    return c ? c : slice_cmp(a->detail, b->detail);
}

static void marks(const struct survey *s, struct evidence *ret)
{
    for (size_t i = 0; i < s->marks.n; i++) {
        struct evidence_host *h = find_host(ret, host_name(s, s->marks.v[i].host));
        if (h)
            h->marks[s->marks.v[i].mark.kind]++;
    }
    for (size_t i = 0; i < ret->nhost; i++) {
        size_t n = 0;
        for (int k = 0; k < MARK_KINDS; k++)
            n += ret->host[i].marks[k];
        ret->host[i].mark = arena_zalloc(&ret->arena, n, sizeof *ret->host[i].mark);
    }
    for (size_t i = 0; i < s->marks.n; i++) {
        const struct evidence_mark *m = &s->marks.v[i].mark;
        struct evidence_host *h = find_host(ret, host_name(s, s->marks.v[i].host));
        if (h)
            h->mark[h->nmark++] =
                (struct evidence_mark){ m->kind, m->time, arena_dup(&ret->arena, m->channel),
                                        arena_dup(&ret->arena, m->detail) };
    }
    for (size_t i = 0; i < ret->nhost; i++) {
        struct evidence_host *h = &ret->host[i];
        qsort(h->mark, h->nmark, sizeof *h->mark, mark_order);
        /* A copy of a log tells the same once more. */
        size_t kept = 0;
        for (size_t k = 0; k < h->nmark; k++) {
            if (kept && mark_order(&h->mark[kept - 1], &h->mark[k]) == 0)
                h->marks[h->mark[k].kind]--;
            else
                h->mark[kept++] = h->mark[k];
        }
        h->nmark = kept < LIMIT_EVIDENCE_MARKS ? kept : LIMIT_EVIDENCE_MARKS;
    }
}

static void processes(const struct survey *s, struct evidence *ret)
{
    struct summary sum = { 0 };
    arena_init(&sum.arena, LIMIT_SUMMARY_ARENA);
    tally_summarise(&s->tally, &sum);
    for (size_t i = 0; i < sum.nhost; i++) {
        struct evidence_host *h = find_host(ret, sum.host[i].computer);
        if (!h)
            continue;
        h->process = sum.host[i];
        h->process.computer = h->computer;
        h->process.span = arena_zalloc(&ret->arena, h->process.nspan, sizeof *h->process.span);
        if (h->process.nspan)
            memcpy(h->process.span, sum.host[i].span, h->process.nspan * sizeof *h->process.span);
    }
    ret->lost += sum.crowded;
    arena_release(&sum.arena);
    for (size_t i = 0; i < s->hosts.n; i++) {
        struct evidence_host *h = find_host(ret, host_name(s, (uint32_t)i));
        if (!h)
            continue;
        h->script_blocks = s->hosts.v[i].script_blocks;
        h->script_verbose = s->hosts.v[i].script_verbose;
    }
}

void survey_summarise(struct survey *s, struct evidence *ret)
{
    hosts(s, ret);
    kinds(s, ret);
    marks(s, ret);
    processes(s, ret);
    ret->from = s->from;
    ret->to = s->to;
    ret->outside = s->outside;
    ret->lost += s->lost;
}
