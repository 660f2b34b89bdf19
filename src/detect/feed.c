/* feed.c - what correlations need of an event, as a short detection.
 *
 * May include: base/, event/, rule/, match/, detect/. */
#include "detect/feed.h"

#include "rule/logsource.h"

/* The event as rules of the log source see it. */
static void seen_by(const struct rule *r, struct event *ev, struct event *ret)
{
    struct logsource source = { 0 };
    enum twin_kind kind = TWIN_NONE;

    if (logsource_resolve(r, &source, NULL) == EV_OK)
        for (size_t i = source.n; i-- > 0;)
            if (logsource_target_takes(&source.target[i], ev))
                kind = source.target[i].twin;
    if (twin_make(ev, kind, ret) < 0)
        *ret = *ev;
}

static void make_fields(struct event *ev, const struct hit *hit, struct detection *d)
{
    const struct feed *feed = hit->rule->feed;
    struct event seen;

    d->field = arena_try(ev->arena, feed->n * sizeof *d->field);
    if (!d->field) {
        d->cut = true;
        return;
    }
    d->nfield = feed->n;
    seen_by(hit->rule, ev, &seen);
    for (size_t i = 0; i < feed->n; i++) {
        const size_t at = event_find(&seen, feed->id[i], 0);

        d->field[i] =
            (struct detection_field){ .name = feed->name[i],
                                      .text = at == SIZE_MAX ? SLICE_ABSENT : event_text(&seen, at),
                                      .part = EVENT_DATA };
    }
}

void feed_make(struct event *ev, const struct hit *hit, struct slice source_file,
               struct detection *ret)
{
    struct detection d;

    detection_of_record(ev, source_file, &d);
    d.rule = hit->rule;
    d.verdict = hit->verdict;
    d.untested = hit->untested;
    d.nuntested = hit->nuntested;
    make_fields(ev, hit, &d);
    d.cut = d.cut || ev->cut;
    *ret = d;
}
