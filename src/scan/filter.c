#include "scan/filter.h"

static bool any_nocase(const char *const *list, size_t n, struct slice s)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq_nocase(slice_str(list[i]), s))
            return true;
    return false;
}

bool filter_key(const struct filter *f, struct slice channel, uint32_t event_id)
{
    if (f->nchannel && !any_nocase(f->channel, f->nchannel, channel))
        return false;
    if (!f->nevent_id)
        return true;
    for (size_t i = 0; i < f->nevent_id; i++)
        if (f->event_id[i] == event_id)
            return true;
    return false;
}

bool filter_computer(const struct filter *f, struct slice computer)
{
    return !f->ncomputer || any_nocase(f->computer, f->ncomputer, computer);
}

bool filter_time(const struct filter *f, uint64_t time)
{
    return time >= f->from && (!f->to || time <= f->to);
}

bool filter_names_rule(const char *const *names, size_t n, const struct rule *r)
{
    if (any_nocase(names, n, r->id) || any_nocase(names, n, r->title))
        return true;
    for (size_t i = 0; i < r->tags.n; i++) {
        struct slice tag = r->tags.v[i];
        size_t dot = slice_find_byte(tag, '.');
        if (any_nocase(names, n, tag))
            return true;
        if (dot != SIZE_MAX && any_nocase(names, n, slice_sub(tag, dot + 1, SIZE_MAX)))
            return true;
    }
    return false;
}

enum row_fate filter_row(const struct filter *f, const struct hit *hit, uint64_t time)
{
    if (hit->rule->level < f->level)
        return ROW_HIDDEN_LEVEL;
    if (f->nrule && !filter_names_rule(f->rule, f->nrule, hit->rule))
        return ROW_HIDDEN_RULE;
    if (f->nexclude_rule && filter_names_rule(f->exclude_rule, f->nexclude_rule, hit->rule))
        return ROW_HIDDEN_RULE;
    if (f->require_full && hit->verdict != VERDICT_FULL)
        return ROW_HIDDEN_VERDICT;
    if (!filter_time(f, time))
        return ROW_HIDDEN_TIME;
    return ROW_SHOWN;
}
