/* rule.c - see rule.h. */
#include "rule/rule.h"

#include "base/err.h"

static const char *const levels[] = { "informational", "low", "medium", "high", "critical" };
static const char *const statuses[] = { "",           "stable",     "test", "experimental",
                                        "deprecated", "unsupported" };

const char *level_name(enum rule_level l)
{
    return levels[l];
}

const char *status_name(enum rule_status s)
{
    return statuses[s];
}

const struct rule_key *rule_key_find(const struct rule *r, const char *name)
{
    for (size_t i = 0; i < r->nkey; i++)
        if (slice_eq(r->key[i].name, slice_str(name)))
            return &r->key[i];
    return NULL;
}

size_t rule_own_tests(const struct rule *r)
{
    return r->nfilter > 0 ? r->own_tests : r->ntest;
}

size_t rule_own_selections(const struct rule *r)
{
    return r->nfilter > 0 ? r->own_selections : r->nselection;
}

bool rule_shows_rows(const struct rule *r)
{
    return r->feed == NULL || !r->feed->referred || r->feed->shown;
}

bool rule_shows_events(const struct rule *r)
{
    return r->correlation == NULL && r->part_of == NULL && rule_shows_rows(r);
}

int level_parse(struct slice s, enum rule_level *ret)
{
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!slice_eq_nocase(s, slice_str(levels[i])))
            continue;
        *ret = (enum rule_level)i;
        return EV_OK;
    }
    return EV_ESYNTAX;
}

int status_parse(struct slice s, enum rule_status *ret)
{
    for (unsigned i = 1; i < sizeof statuses / sizeof *statuses; i++) {
        if (!slice_eq_nocase(s, slice_str(statuses[i])))
            continue;
        *ret = (enum rule_status)i;
        return EV_OK;
    }
    return EV_ESYNTAX;
}
