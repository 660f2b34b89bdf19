#include "scan/tally.h"

#include "base/limits.h"
#include "rule/logsource.h"

void tally_init(struct tally *t)
{
    *t = (struct tally){ 0 };
    arena_init(&t->arena, LIMIT_TALLY_ARENA);
    map_init(&t->channel, map_seed());
    map_init(&t->host, map_seed());
    auditing_init(&t->auditing);
}

void tally_release(struct tally *t)
{
    vec_release(&t->channels);
    vec_release(&t->hosts);
    map_release(&t->channel);
    map_release(&t->host);
    auditing_release(&t->auditing);
    arena_release(&t->arena);
}

static struct summary_channel *channel_of(struct tally *t, struct slice name)
{
    if (!name.p)
        name = SLICE("");
    const uint64_t *at = map_get(&t->channel, name);
    if (at)
        return &t->channels.v[*at];
    struct slice copy = arena_dup(&t->arena, name);
    if (!copy.p ||
        !vec_push(&t->channels, LIMIT_TALLY_NAMES, (struct summary_channel){ .channel = copy })) {
        t->crowded++;
        return NULL;
    }
    map_put(&t->channel, copy, t->channels.n - 1, NULL);
    if (logsource_asks_ids(name)) {
        uint8_t *seen = arena_try(&t->arena, SUMMARY_IDS / 8);
        if (seen)
            memset(seen, 0, SUMMARY_IDS / 8);
        t->channels.v[t->channels.n - 1].seen = seen;
        t->crowded += !seen;
    }
    return &t->channels.v[t->channels.n - 1];
}

static struct summary_host *host_of(struct tally *t, struct slice name)
{
    if (!name.p)
        name = SLICE("");
    const uint64_t *at = map_get(&t->host, name);
    if (at)
        return &t->hosts.v[*at];
    struct slice copy = arena_dup(&t->arena, name);
    if (!copy.p ||
        !vec_push(&t->hosts, LIMIT_TALLY_NAMES, (struct summary_host){ .computer = copy })) {
        t->crowded++;
        return NULL;
    }
    map_put(&t->host, copy, t->hosts.n - 1, NULL);
    return &t->hosts.v[t->hosts.n - 1];
}

static void span_add(uint64_t *first, uint64_t *last, uint64_t time)
{
    if (!time)
        return;
    if (!*first || time < *first)
        *first = time;
    if (time > *last)
        *last = time;
}

void tally_record(struct tally *t, struct slice channel, uint32_t event_id, uint64_t written)
{
    struct summary_channel *c = channel_of(t, channel);
    if (c)
        c->events++;
    if (c && c->seen && event_id < SUMMARY_IDS)
        c->seen[event_id / 8] |= (uint8_t)(1u << event_id % 8);
    span_add(&t->first, &t->last, written);
}

void tally_event(struct tally *t, struct event *ev)
{
    const bool sysmon =
        ev->event_id == 1 && slice_eq_nocase(ev->provider, SLICE("Microsoft-Windows-Sysmon"));
    const bool security = ev->event_id == 4688 && slice_eq_nocase(ev->channel, SLICE("Security"));
    if (!sysmon && !security)
        return;
    auditing_event(&t->auditing, ev);
    struct summary_host *h = host_of(t, ev->computer);
    if (!h)
        return;
    span_add(&h->first, &h->last, ev->time_created);
    h->sysmon_1 += sysmon;
    h->s4688 += security;
    h->sysmon_1_old += sysmon && event_find(ev, FIELD_ORIGINALFILENAME, 0) == SIZE_MAX;
    if (!security)
        return;
    h->s4688_no_parent += event_find(ev, FIELD_PARENTPROCESSNAME, 0) == SIZE_MAX;
    struct slice line = event_get(ev, FIELD_COMMANDLINE);
    h->s4688_with_command_line += line.n > 0 && !slice_eq(line, SLICE("-"));
}

void tally_merge(struct tally *to, const struct tally *from)
{
    for (size_t i = 0; i < from->channels.n; i++) {
        struct summary_channel *c = channel_of(to, from->channels.v[i].channel);
        const uint8_t *seen = from->channels.v[i].seen;
        if (!c)
            continue;
        c->events += from->channels.v[i].events;
        for (size_t k = 0; k < SUMMARY_IDS / 8 && c->seen && seen; k++)
            c->seen[k] |= seen[k];
    }
    for (size_t i = 0; i < from->hosts.n; i++) {
        const struct summary_host *f = &from->hosts.v[i];
        struct summary_host *h = host_of(to, f->computer);
        if (!h)
            continue;
        h->sysmon_1 += f->sysmon_1;
        h->sysmon_1_old += f->sysmon_1_old;
        h->s4688 += f->s4688;
        h->s4688_no_parent += f->s4688_no_parent;
        h->s4688_with_command_line += f->s4688_with_command_line;
        span_add(&h->first, &h->last, f->first);
        span_add(&h->first, &h->last, f->last);
    }
    span_add(&to->first, &to->last, from->first);
    span_add(&to->first, &to->last, from->last);
    to->crowded += from->crowded;
    auditing_merge(&to->auditing, &from->auditing);
}

static int channel_order(const void *a, const void *b)
{
    const struct summary_channel *x = a, *y = b;
    if (x->events != y->events)
        return x->events < y->events ? 1 : -1;
    return slice_cmp(x->channel, y->channel);
}

static int host_order(const void *a, const void *b)
{
    const struct summary_host *x = a, *y = b;
    return slice_cmp(x->computer, y->computer);
}

void tally_summarise(const struct tally *t, struct summary *sum)
{
    sum->nchannel = t->channels.n;
    sum->channel = arena_zalloc(&sum->arena, t->channels.n, sizeof *sum->channel);
    for (size_t i = 0; i < t->channels.n; i++) {
        sum->channel[i] = t->channels.v[i];
        sum->channel[i].channel = arena_dup(&sum->arena, t->channels.v[i].channel);
        if (t->channels.v[i].seen)
            sum->channel[i].seen =
                (uint8_t *)(uintptr_t)arena_dup(&sum->arena,
                                                slice_of(t->channels.v[i].seen, SUMMARY_IDS / 8))
                    .p;
    }
    if (sum->nchannel)
        qsort(sum->channel, sum->nchannel, sizeof *sum->channel, channel_order);
    sum->nhost = t->hosts.n;
    sum->host = arena_zalloc(&sum->arena, t->hosts.n, sizeof *sum->host);
    for (size_t i = 0; i < t->hosts.n; i++) {
        sum->host[i] = t->hosts.v[i];
        sum->host[i].computer = arena_dup(&sum->arena, t->hosts.v[i].computer);
    }
    if (sum->nhost)
        qsort(sum->host, sum->nhost, sizeof *sum->host, host_order);
    sum->crowded += t->crowded;
    auditing_summarise(&t->auditing, sum);
    sum->first = t->first;
    sum->last = t->last;
}
