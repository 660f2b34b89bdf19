/* survey.c - what one event adds to the evidence. */
#include "scan/survey.h"

#include "base/limits.h"

enum { HEADER = 128 }; /* bytes of a log's file header that say something */

static void names_init_(struct survey_names *n)
{
    map_init(&n->at, map_seed());
}

static void names_release_(struct survey_names *n)
{
    map_release(&n->at);
    vec_release(&n->name);
}

void survey_init(struct survey *s, uint64_t from, uint64_t to)
{
    *s = (struct survey){ .from = from, .to = to, .runs_at = LIMIT_SURVEY_RUNS / 4 };
    arena_init(&s->arena, LIMIT_SURVEY_ARENA);
    names_init_(&s->host);
    names_init_(&s->channel);
    names_init_(&s->provider);
    map_init(&s->kind_at, map_seed());
    map_init(&s->stream_at, map_seed());
    map_init(&s->file_at, 0);
    tally_init(&s->tally);
}

void survey_release(struct survey *s)
{
    names_release_(&s->host);
    names_release_(&s->channel);
    names_release_(&s->provider);
    map_release(&s->kind_at);
    map_release(&s->stream_at);
    map_release(&s->file_at);
    vec_release(&s->kinds);
    vec_release(&s->streams);
    vec_release(&s->runs);
    vec_release(&s->marks);
    vec_release(&s->hosts);
    vec_release(&s->files);
    tally_release(&s->tally);
    arena_release(&s->arena);
}

/* The number of a name; UINT32_MAX when there are too many. */
static uint32_t number_of(struct survey *s, struct survey_names *names, struct slice name)
{
    if (!name.p)
        name = SLICE("");
    const uint64_t *at = map_get(&names->at, name);
    if (at)
        return (uint32_t)*at;
    struct slice copy = arena_dup(&s->arena, name);
    if (!copy.p || !vec_push(&names->name, LIMIT_TALLY_NAMES, copy))
        return UINT32_MAX;
    map_put(&names->at, copy, names->name.n - 1, NULL);
    return (uint32_t)(names->name.n - 1);
}

/* The entry of a key in one of the maps; SIZE_MAX when it is new, and then n is its number. */
static size_t entry_of(struct survey *s, struct map *m, const void *key, size_t size, size_t n)
{
    const struct slice k = slice_of(key, size);
    const uint64_t *at = map_get(m, k);
    if (at)
        return (size_t)*at;
    struct slice copy = arena_dup(&s->arena, k);
    if (copy.p)
        map_put(m, copy, n, NULL);
    return SIZE_MAX;
}

static void span_add(uint64_t *first, uint64_t *last, uint64_t from, uint64_t to)
{
    if (from && (!*first || from < *first))
        *first = from;
    if (to > *last)
        *last = to;
}

static void add_kind(struct survey *s, const struct survey_kind *k)
{
    if (k->key.host == UINT32_MAX || k->key.channel == UINT32_MAX ||
        k->key.provider == UINT32_MAX) {
        s->lost += k->n;
        return;
    }
    if (s->kinds.n >= LIMIT_SURVEY_KINDS &&
        !map_get(&s->kind_at, slice_of(&k->key, sizeof k->key))) {
        s->lost += k->n;
        return;
    }
    size_t at = entry_of(s, &s->kind_at, &k->key, sizeof k->key, s->kinds.n);
    if (at == SIZE_MAX) {
        vec_push(&s->kinds, SIZE_MAX, *k);
        return;
    }
    s->kinds.v[at].n += k->n;
    span_add(&s->kinds.v[at].first, &s->kinds.v[at].last, k->first, k->last);
}

static struct survey_stream *stream_of(struct survey *s, uint32_t host, uint32_t channel)
{
    const uint32_t key[2] = { host, channel };
    if (host == UINT32_MAX || channel == UINT32_MAX)
        return NULL;
    if (s->streams.n >= LIMIT_SURVEY_KINDS && !map_get(&s->stream_at, slice_of(key, sizeof key)))
        return NULL;
    size_t at = entry_of(s, &s->stream_at, key, sizeof key, s->streams.n);
    if (at == SIZE_MAX) {
        at = s->streams.n;
        vec_push(&s->streams, SIZE_MAX,
                 (struct survey_stream){ .host = host, .channel = channel, .run = SIZE_MAX });
    }
    return &s->streams.v[at];
}

static int run_order(const void *pa, const void *pb)
{
    const struct survey_run *a = pa, *b = pb;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

void survey_join_runs(struct survey *s)
{
    size_t n = 0;
    if (s->runs.n)
        qsort(s->runs.v, s->runs.n, sizeof *s->runs.v, run_order);
    for (size_t i = 0; i < s->runs.n; i++) {
        const struct survey_run *r = &s->runs.v[i];
        struct survey_run *last = n ? &s->runs.v[n - 1] : NULL;
        if (!last || last->stream != r->stream || r->from > last->to + 1) {
            s->runs.v[n++] = *r;
        } else if (r->to > last->to || (r->to == last->to && r->last > last->last)) {
            last->to = r->to;
            last->last = r->last;
        }
    }
    s->runs.n = n;
    for (size_t i = 0; i < s->streams.n; i++)
        s->streams.v[i].run = SIZE_MAX;
}

static void add_run(struct survey *s, const struct survey_run *r)
{
    if (s->runs.n >= s->runs_at) {
        survey_join_runs(s);
        /* Joining again must pay, else a log full of holes would cost the square. */
        s->runs_at = s->runs.n > LIMIT_SURVEY_RUNS / 2 ? SIZE_MAX : LIMIT_SURVEY_RUNS;
    }
    if (vec_push(&s->runs, LIMIT_SURVEY_RUNS, *r))
        s->streams.v[r->stream].run = s->runs.n - 1;
    else
        s->lost++;
}

/* A record of the stream has this number. */
static void add_number(struct survey *s, size_t stream, uint64_t number, uint64_t time)
{
    const size_t at = s->streams.v[stream].run;
    struct survey_run *r = at == SIZE_MAX ? NULL : &s->runs.v[at];
    if (r && number >= r->from && number <= r->to)
        return;
    if (r && number == r->to + 1) {
        r->to = number;
        r->last = time;
        return;
    }
    const struct survey_run new = { (uint32_t)stream, number, number, time, time };
    add_run(s, &new);
}

static bool from_provider(const struct event *ev, const char *name)
{
    return slice_eq_nocase(ev->provider, slice_str(name));
}

static bool is_mark(const struct event *ev, enum mark_kind *ret)
{
    static const struct {
        const char *channel, *provider;
        uint32_t id;
        enum mark_kind kind;
    } mark[] = {
        { "Security", "Microsoft-Windows-Eventlog", 1102, MARK_CLEARED },
        { "System", "Microsoft-Windows-Eventlog", 104, MARK_CLEARED },
        { "Security", "Microsoft-Windows-Eventlog", 1100, MARK_STOPPED },
        { "System", "EventLog", 6006, MARK_STOPPED },
        { "System", "EventLog", 6005, MARK_STARTED },
        { "System", "EventLog", 6008, MARK_CRASHED },
        { "Security", "Microsoft-Windows-Eventlog", 1104, MARK_FULL },
        { "Security", "Microsoft-Windows-Eventlog", 1101, MARK_DROPPED },
        { "Security", "Microsoft-Windows-Security-Auditing", 4719, MARK_POLICY },
        { "Security", "Microsoft-Windows-Security-Auditing", 4616, MARK_CLOCK },
        { "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 4, MARK_SYSMON },
        { "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 16, MARK_SYSMON },
    };
    for (size_t i = 0; i < sizeof mark / sizeof *mark; i++) {
        if (ev->event_id == mark[i].id && from_provider(ev, mark[i].provider) &&
            slice_eq_nocase(ev->channel, slice_str(mark[i].channel))) {
            *ret = mark[i].kind;
            return true;
        }
    }
    return false;
}

/* The log that a 104 says was cleared: System has a field of that name, too. */
static struct slice cleared_channel(struct event *ev)
{
    size_t at = event_find_name(ev, SLICE("Channel"), 0);
    while (at != SIZE_MAX && ev->field[at].part == EVENT_SYSTEM)
        at = event_find_name(ev, SLICE("Channel"), at + 1);
    return at == SIZE_MAX ? ev->channel : event_text(ev, at);
}

/* "DOMAIN\name" of who did it, or Sysmon's own words. */
static struct slice mark_detail(struct event *ev, enum mark_kind kind)
{
    if (kind == MARK_SYSMON)
        return event_get_name(ev, ev->event_id == 4 ? SLICE("State") : SLICE("Configuration"));
    struct slice name = event_get_name(ev, SLICE("SubjectUserName"));
    struct slice domain = event_get_name(ev, SLICE("SubjectDomainName"));
    if (!name.n)
        return SLICE_ABSENT;
    return domain.n ? ARENA_JOIN(ev->arena, domain, SLICE("\\"), name) : name;
}

static void add_mark(struct survey *s, uint32_t host, struct event *ev)
{
    enum mark_kind kind;
    if (!is_mark(ev, &kind))
        return;
    const struct slice channel =
        kind == MARK_CLEARED && ev->event_id == 104 ? cleared_channel(ev) : ev->channel;
    struct survey_mark m = { host,
                             { kind, ev->time_created, arena_dup(&s->arena, channel),
                               arena_dup(&s->arena, slice_sub(mark_detail(ev, kind), 0, 256)) } };
    if (!vec_push(&s->marks, LIMIT_SURVEY_MARKS, m))
        s->lost++;
}

static void add_script(struct survey *s, uint32_t host, struct event *ev)
{
    if (ev->event_id != 4104 || event_find(ev, FIELD_SCRIPTBLOCKTEXT, 0) == SIZE_MAX)
        return;
    while (s->hosts.n <= host)
        vec_push(&s->hosts, SIZE_MAX, (struct survey_host){ 0 });
    s->hosts.v[host].script_blocks++;
    s->hosts.v[host].script_verbose += ev->level == 5;
}

static struct survey_file *file_of(struct survey *s, size_t input)
{
    size_t at = entry_of(s, &s->file_at, &input, sizeof input, s->files.n);
    if (at == SIZE_MAX) {
        at = s->files.n;
        vec_push(&s->files, LIMIT_INPUT_FILES, (struct survey_file){ .input = input });
    }
    return &s->files.v[at];
}

static uint64_t little(const uint8_t *p, unsigned bytes)
{
    uint64_t n = 0;
    while (bytes > 0)
        n = n << 8 | p[--bytes];
    return n;
}

void survey_open(struct survey *s, size_t input, const struct source *src)
{
    uint8_t head[HEADER];
    size_t n = 0;
    struct survey_file *f = file_of(s, input);
    if (!source_can_read_at(src) || source_read_at(src, 0, head, sizeof head, &n, NULL) < 0 ||
        n < sizeof head || memcmp(head, "ElfFile\0", 8) != 0)
        return;
    f->header = true;
    f->first_chunk = little(head + 8, 8);
    f->flags = (uint32_t)little(head + 120, 4);
}

/* One record of a file, or the ends that another worker saw. */
static void file_ends(struct survey_file *f, const struct survey_file *more)
{
    if (!f->any || more->low < f->low) {
        f->low = more->low;
        f->low_time = more->low_time;
        f->low_chunk = more->low_chunk;
    }
    if (!f->any || more->high > f->high) {
        f->high = more->high;
        f->high_time = more->high_time;
        f->high_chunk = more->high_chunk;
        f->host = more->host;
        f->channel = more->channel;
    }
    f->any = true;
}

static bool in_window(const struct survey *s, uint64_t time)
{
    return time >= s->from && (!s->to || time <= s->to);
}

void survey_event(struct survey *s, size_t input, struct event *ev)
{
    const uint64_t time = ev->time_created ? ev->time_created : ev->place.written;
    const uint32_t host = number_of(s, &s->host, ev->computer);
    const uint32_t channel = number_of(s, &s->channel, ev->channel);
    const uint32_t provider = number_of(s, &s->provider, ev->provider);
    if (host == UINT32_MAX || channel == UINT32_MAX || provider == UINT32_MAX) {
        s->lost++;
        return;
    }
    struct survey_stream *st = stream_of(s, host, channel);
    if (!st) {
        s->lost++;
        return;
    }
    st->all++;
    span_add(&st->oldest, &st->newest, time, time);
    if (ev->has_record_id && ev->place.origin == ORIGIN_ACTIVE)
        add_number(s, (size_t)(st - s->streams.v), ev->record_id, time);
    const struct record_place *p = &ev->place;
    const struct survey_file one = { .host = host,
                                     .channel = channel,
                                     .low = p->record_number,
                                     .low_time = time,
                                     .low_chunk = p->chunk,
                                     .high = p->record_number,
                                     .high_time = time,
                                     .high_chunk = p->chunk };
    file_ends(file_of(s, input), &one);
    if (!in_window(s, time)) {
        s->outside++;
        return;
    }
    const struct survey_kind k = { { host, channel, provider, ev->event_id }, 1, time, time };
    add_kind(s, &k);
    tally_event(&s->tally, ev);
    add_script(s, host, ev);
    add_mark(s, host, ev);
}

static void merge_files(struct survey *to, const struct survey *from)
{
    for (size_t i = 0; i < from->files.n; i++) {
        struct survey_file one = from->files.v[i];
        struct survey_file *f = file_of(to, one.input);
        if (one.header) {
            f->header = true;
            f->flags = one.flags;
            f->first_chunk = one.first_chunk;
        }
        if (!one.any)
            continue;
        one.host = number_of(to, &to->host, from->host.name.v[one.host]);
        one.channel = number_of(to, &to->channel, from->channel.name.v[one.channel]);
        file_ends(f, &one);
    }
}

/* The other survey's numbers of names in this one's. */
static uint32_t *translate(struct survey *to, struct survey_names *names,
                           const struct survey_names *from, struct arena *a)
{
    uint32_t *t = arena_zalloc(a, from->name.n + 1, sizeof *t);
    for (size_t i = 0; i < from->name.n; i++)
        t[i] = number_of(to, names, from->name.v[i]);
    return t;
}

static void merge_streams(struct survey *to, const struct survey *from, const uint32_t *host,
                          const uint32_t *channel)
{
    for (size_t i = 0; i < from->streams.n; i++) {
        const struct survey_stream *f = &from->streams.v[i];
        struct survey_stream *st = stream_of(to, host[f->host], channel[f->channel]);
        if (!st)
            continue;
        st->all += f->all;
        span_add(&st->oldest, &st->newest, f->oldest, f->newest);
    }
    for (size_t i = 0; i < from->runs.n; i++) {
        const struct survey_stream *f = &from->streams.v[from->runs.v[i].stream];
        struct survey_run r = from->runs.v[i];
        struct survey_stream *st = stream_of(to, host[f->host], channel[f->channel]);
        if (!st)
            continue;
        r.stream = (uint32_t)(st - to->streams.v);
        add_run(to, &r);
    }
}

static void merge_hosts(struct survey *to, const struct survey *from, const uint32_t *host)
{
    for (size_t i = 0; i < from->hosts.n; i++) {
        if (host[i] == UINT32_MAX)
            continue;
        while (to->hosts.n <= host[i])
            vec_push(&to->hosts, SIZE_MAX, (struct survey_host){ 0 });
        struct survey_host *h = &to->hosts.v[host[i]];
        h->script_blocks += from->hosts.v[i].script_blocks;
        h->script_verbose += from->hosts.v[i].script_verbose;
    }
    for (size_t i = 0; i < from->marks.n; i++) {
        struct survey_mark m = from->marks.v[i];
        m.host = host[m.host];
        m.mark.channel = arena_dup(&to->arena, m.mark.channel);
        m.mark.detail = arena_dup(&to->arena, m.mark.detail);
        if (m.host == UINT32_MAX || !vec_push(&to->marks, LIMIT_SURVEY_MARKS, m))
            to->lost++;
    }
}

void survey_merge(struct survey *to, const struct survey *from)
{
    struct arena a;
    arena_init(&a, LIMIT_SURVEY_ARENA);
    const uint32_t *host = translate(to, &to->host, &from->host, &a);
    const uint32_t *channel = translate(to, &to->channel, &from->channel, &a);
    const uint32_t *provider = translate(to, &to->provider, &from->provider, &a);
    merge_streams(to, from, host, channel);
    for (size_t i = 0; i < from->kinds.n; i++) {
        struct survey_kind k = from->kinds.v[i];
        k.key = (struct survey_key){ host[k.key.host], channel[k.key.channel],
                                     provider[k.key.provider], k.key.event_id };
        add_kind(to, &k);
    }
    merge_hosts(to, from, host);
    merge_files(to, from);
    tally_merge(&to->tally, &from->tally);
    to->outside += from->outside;
    to->lost += from->lost;
    arena_release(&a);
}
