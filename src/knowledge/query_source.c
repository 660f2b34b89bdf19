/* query_source.c - the log source of a rule as a condition: channels, providers, EventIDs.
 * May include base/, rule/, this folder. */
#include "base/fold.h"
#include "knowledge/query_impl.h"
#include "rule/logsource.h"

/* Names that all versions of Windows write in the same case, so that a target which tells cases
 * apart need not look for both. */
static bool is_settled(const char *name)
{
    static const char *const settled[] = {
        "Application",
        "Security",
        "System",
        "Windows PowerShell",
        "Microsoft-Windows-PowerShell/Operational",
        "Microsoft-Windows-Security-Auditing",
        "Microsoft-Windows-Sysmon",
        "Microsoft-Windows-Sysmon/Operational",
        "Microsoft-Windows-Windows Defender/Operational",
    };

    for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
        if (strcmp(name, settled[i]) == 0)
            return true;
    return false;
}

static struct clause *name_is(struct builder *b, struct slice field, const char *name)
{
    struct slice text = slice_str(name);
    struct clause *c = query_literal(b, field, fold_slice(text, b->env->arena));

    if (c && c->kind == CLAUSE_TERM && is_settled(name) && !c->term->at.before.n &&
        !c->term->at.after.n)
        c->term->exact = text;
    return c;
}

static struct clause *ids_are(struct builder *b, const struct logsource_target *t)
{
    struct clause *any = clause_constant(b->env, false);

    for (uint8_t i = 0; any && i < t->nid; i++)
        any = clause_pair(
            b->env, CLAUSE_OR, any,
            query_literal(b, SLICE("EventID"), arena_printf(b->env->arena, "%u", t->id[i])));
    return t->nid ? any : clause_constant(b->env, true);
}

/* No other provider writes these EventIDs to Sysmon's channel or to Security, so that a target
 * which does not keep the provider's name can do without. */
static struct clause *provider_is(struct builder *b, const struct logsource_target *t)
{
    static const char sysmon[] = "Microsoft-Windows-Sysmon/Operational";
    struct spot at;
    bool alone = t->channel && t->nid &&
                 (strcmp(t->channel, sysmon) == 0 || strcmp(t->channel, "Security") == 0);

    if (alone && b->env->map &&
        (!fieldmap_find(b->env->map, b->section, SLICE("Provider_Name"), b->env->arena, &at) ||
         at.never))
        return clause_constant(b->env, true);
    return name_is(b, SLICE("Provider_Name"), t->provider);
}

static struct clause *field_is(struct builder *b, const struct logsource_target *t)
{
    struct clause *any = clause_constant(b->env, false);

    for (size_t i = 0; any && i < 2; i++)
        if (t->value[i])
            any = clause_pair(b->env, CLAUSE_OR, any,
                              query_literal(b, slice_str(t->field),
                                            fold_slice(slice_str(t->value[i]), b->env->arena)));
    return any;
}

static struct clause *of_target(struct builder *b, const struct logsource_target *t,
                                bool with_channel)
{
    struct query_env *env = b->env;
    struct clause *c = clause_constant(env, true);

    if (t->channel && with_channel)
        c = clause_pair(env, CLAUSE_AND, c, name_is(b, SLICE("Channel"), t->channel));
    if (c && t->provider)
        c = clause_pair(env, CLAUSE_AND, c, provider_is(b, t));
    if (c && t->nid)
        c = clause_pair(env, CLAUSE_AND, c, ids_are(b, t));
    if (c && t->field)
        c = clause_pair(env, CLAUSE_AND, c, field_is(b, t));
    return c;
}

static bool same_but_channel(const struct logsource_target *a, const struct logsource_target *b)
{
    return a->channel && b->channel && a->provider == b->provider && a->nid == b->nid &&
           memcmp(a->id, b->id, a->nid * sizeof *a->id) == 0 && a->field == b->field &&
           a->twin == b->twin;
}

struct clause *query_target(struct builder *b, const struct logsource_target *t)
{
    return of_target(b, t, true);
}

struct clause *query_plain_sources(struct builder *b, const struct logsource *ls)
{
    struct clause *any = clause_constant(b->env, false);
    bool alike = ls->n > 1;

    for (size_t i = 1; i < ls->n; i++)
        alike = alike && same_but_channel(&ls->target[0], &ls->target[i]);
    for (size_t i = 0; any && i < ls->n; i++) {
        const struct logsource_target *t = &ls->target[i];
        if (t->twin != TWIN_NONE)
            continue;
        struct clause *one =
            alike ? name_is(b, SLICE("Channel"), t->channel) : of_target(b, t, true);
        any = clause_pair(b->env, CLAUSE_OR, any, one);
    }
    if (any && alike)
        any = clause_pair(b->env, CLAUSE_AND, any, of_target(b, &ls->target[0], false));
    return any;
}
