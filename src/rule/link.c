/* link.c - see link.h. */
#include "rule/link.h"

#include "base/limits.h"
#include "base/mem.h"
#include "rule/correlation.h"
#include "rule/filter.h"
#include "rule/ralloc.h"

enum state { STATE_NEW, STATE_ACTIVE, STATE_GOOD, STATE_BAD };

struct linker {
    struct ruleset *rs;
    struct arena *a;
    uint8_t *state; /* by rule: enum state */
    size_t depth;
    uint32_t *order; /* good correlations, those that others need before them */
    size_t norder;
    size_t refused;
};

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

__attribute__((format(printf, 5, 6))) static void say(struct linker *l, enum message_kind kind,
                                                      const struct rule *r,
                                                      const struct reference *at, const char *fmt,
                                                      ...)
{
    struct ruleset *rs = l->rs;
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct rule_message m = { kind, r->file, at != NULL ? at->line : r->line,
                              at != NULL ? at->column : 1, arena_dup(l->a, slice_str(text)) };
    rs->message = xrealloc(rs->message, rs->nmessage + 1, sizeof *rs->message);
    rs->message[rs->nmessage++] = m;
}

static bool means(const struct reference *ref, const struct rule *r)
{
    return r->part_of == NULL &&
           (slice_eq_nocase(ref->name, r->id) || slice_eq(ref->name, r->name));
}

/* --- filters --- */

static void check_filter_refs(struct linker *l, const struct filter_document *f)
{
    for (size_t i = 0; i < f->nref; i++) {
        const struct rule *found = NULL;
        for (size_t r = 0; r < l->rs->n && found == NULL; r++)
            found = means(&f->ref[i], l->rs->rule[r]) ? l->rs->rule[r] : NULL;
        if (found == NULL)
            say(l, MESSAGE_WARNING, f->rule, &f->ref[i],
                "filter: no loaded rule has the id or name \"%.*s\"", shown(f->ref[i].name),
                (const char *)f->ref[i].name.p);
        else if (!filter_applies(f, found))
            say(l, MESSAGE_WARNING, f->rule, &f->ref[i],
                "filter: \"%.*s\" has another log source, or is a correlation: not filtered",
                shown(f->ref[i].name), (const char *)f->ref[i].name.p);
    }
}

static void apply_filter(struct linker *l, const struct filter_document *f)
{
    bool any = false;
    for (size_t i = 0; i < l->rs->n; i++) {
        struct rule *r = l->rs->rule[i];
        if (!filter_applies(f, r))
            continue;
        any = true;
        if (filter_apply(f, r, l->a) < 0 || !ruleset_add_names(l->rs, r)) {
            say(l, MESSAGE_ERROR, f->rule, NULL, "filter: %s", RALLOC_FULL);
            return;
        }
    }
    check_filter_refs(l, f);
    if (f->any && !any)
        say(l, MESSAGE_WARNING, f->rule, NULL, "filter: no loaded rule has its log source");
}

/* --- references --- */

static int no_memory(struct linker *l, const struct rule *r)
{
    say(l, MESSAGE_ERROR, r, NULL, "correlation: %s", RALLOC_FULL);
    return EV_ENOMEM;
}

/* The rules of a `near`: the rule itself, then its parts, in order. */
static int resolve_self(struct linker *l, struct rule *r)
{
    struct correlation *c = r->correlation;
    size_t next = 0;
    for (size_t i = 0; i < c->nref; i++) {
        c->ref[i].rule = ralloc(l->a, 1, sizeof(struct rule *));
        if (c->ref[i].rule == NULL)
            return no_memory(l, r);
        while (i > 0 && next < l->rs->n && l->rs->rule[next]->part_of != r)
            next++;
        if (i > 0 && next == l->rs->n)
            return EV_ENOTFOUND; /* refused, and reported, with the rule's tests */
        c->ref[i].rule[0] = i == 0 ? r : l->rs->rule[next++];
        c->ref[i].nrule = 1;
    }
    return EV_OK;
}

static int resolve_ref(struct linker *l, struct rule *r, struct correlation_ref *ref)
{
    size_t n = 0;
    for (size_t i = 0; i < l->rs->n; i++)
        n += means(&ref->at, l->rs->rule[i]);
    if (n == 0) {
        say(l, MESSAGE_ERROR, r, &ref->at,
            "correlation: no loaded rule has the id or name \"%.*s\": load it, or correct the name",
            shown(ref->at.name), (const char *)ref->at.name.p);
        return EV_ENOTFOUND;
    }
    ref->rule = ralloc(l->a, n, sizeof(struct rule *));
    if (ref->rule == NULL)
        return no_memory(l, r);
    for (size_t i = 0; i < l->rs->n; i++)
        if (means(&ref->at, l->rs->rule[i]))
            ref->rule[ref->nrule++] = l->rs->rule[i];
    return EV_OK;
}

static bool visit(struct linker *l, struct rule *r);

/* Is what the ref means usable? Also finds how deep it goes. */
static bool visit_ref(struct linker *l, struct rule *r, struct correlation_ref *ref)
{
    for (size_t i = 0; i < ref->nrule; i++) {
        struct rule *to = ref->rule[i];
        if (to->correlation == NULL || (to == r && r->correlation->self))
            continue;
        enum state was = (enum state)l->state[to->index];
        if (was == STATE_ACTIVE)
            say(l, MESSAGE_ERROR, r, &ref->at,
                "correlation: \"%.*s\" leads back to this one: correlations cannot run in a circle",
                shown(ref->at.name), (const char *)ref->at.name.p);
        if (was == STATE_ACTIVE || !visit(l, to)) {
            if (was != STATE_ACTIVE)
                say(l, MESSAGE_ERROR, r, &ref->at,
                    "correlation: \"%.*s\" was refused, so this one cannot be used",
                    shown(ref->at.name), (const char *)ref->at.name.p);
            return false;
        }
        if (to->correlation->depth >= r->correlation->depth)
            r->correlation->depth = to->correlation->depth + 1;
    }
    return true;
}

static bool visit_all(struct linker *l, struct rule *r)
{
    struct correlation *c = r->correlation;
    int rc = c->self ? resolve_self(l, r) : EV_OK;
    bool good = true;
    for (size_t i = 0; i < c->nref && !c->self; i++)
        good &= resolve_ref(l, r, &c->ref[i]) == EV_OK;
    for (size_t i = 0; i < c->nref && good && rc == EV_OK; i++)
        good &= visit_ref(l, r, &c->ref[i]);
    return good && rc == EV_OK;
}

/* Depth first, so that those which a correlation needs come before it in l->order. */
static bool visit(struct linker *l, struct rule *r)
{
    uint8_t *state = &l->state[r->index];
    if (*state != STATE_NEW)
        return *state == STATE_GOOD;
    if (l->depth == LIMIT_CORRELATION_DEPTH) {
        say(l, MESSAGE_ERROR, r, NULL, "correlation: more than %d correlations of correlations",
            LIMIT_CORRELATION_DEPTH);
        *state = STATE_BAD;
        return false;
    }
    *state = STATE_ACTIVE;
    l->depth++;
    bool good = visit_all(l, r);
    l->depth--;
    *state = good ? STATE_GOOD : STATE_BAD;
    if (good)
        l->order[l->norder++] = r->index;
    return good;
}

/* --- feeds --- */

static struct feed *feed_of(struct linker *l, struct rule *r)
{
    if (r->feed == NULL)
        r->feed = ralloc(l->a, 1, sizeof *r->feed);
    return r->feed;
}

/* The rule's events are to carry the field. False without memory. */
static bool feed_add(struct linker *l, struct rule *r, struct slice name)
{
    struct feed *f = feed_of(l, r);
    if (f == NULL)
        return false;
    for (size_t i = 0; i < f->n; i++)
        if (slice_eq(f->name[i], name))
            return true;
    struct slice *names = ralloc(l->a, f->n + 1, sizeof *names);
    uint32_t *ids = ralloc(l->a, f->n + 1, sizeof *ids);
    if (names == NULL || ids == NULL)
        return false;
    for (size_t i = 0; i < f->n; i++) {
        names[i] = f->name[i];
        ids[i] = f->id[i];
    }
    names[f->n] = name;
    ids[f->n] = r->ncondition > 0 ? names_add(l->rs->names, logsource_field(r, name)) : NAME_NONE;
    *f = (struct feed){ names, ids, f->n + 1, f->referred, f->shown };
    return r->ncondition == 0 || ids[f->n - 1] != NAME_NONE;
}

static bool is_group(const struct correlation *c, struct slice name)
{
    for (size_t i = 0; i < c->ngroup; i++)
        if (slice_eq(c->key[i], name))
            return true;
    return false;
}

/* What r asks of the rule behind a ref: its keys, and what others ask of r. */
static bool feed_rule(struct linker *l, const struct rule *r, size_t ref, struct rule *to)
{
    const struct correlation *c = r->correlation;
    struct feed *f = feed_of(l, to);
    if (f == NULL)
        return false;
    f->referred |= to != r;
    f->shown |= to != r && c->generate;
    bool ok = true;
    for (size_t k = 0; k < c->nkey; k++)
        ok &= feed_add(l, to, c->key_field[k * c->nref + ref]);
    for (size_t i = 0; r->feed != NULL && to != r && i < r->feed->n; i++)
        if (!is_group(c, r->feed->name[i]))
            ok &= feed_add(l, to, r->feed->name[i]);
    return ok;
}

/* Those that need others come first: what they ask must be known when the others ask. */
static void feed_all(struct linker *l)
{
    for (size_t i = l->norder; i-- > 0;) {
        struct rule *r = l->rs->rule[l->order[i]];
        for (size_t k = 0; k < r->correlation->nref; k++)
            for (size_t j = 0; j < r->correlation->ref[k].nrule; j++)
                if (!feed_rule(l, r, k, r->correlation->ref[k].rule[j]))
                    say(l, MESSAGE_ERROR, r, NULL, "correlation: %s", RALLOC_FULL);
    }
}

/* --- taking out --- */

static bool is_bad(const struct linker *l, const struct rule *r)
{
    return l->state[r->index] == STATE_BAD ||
           (r->part_of != NULL && l->state[r->part_of->index] == STATE_BAD);
}

static void take_out(struct linker *l, const struct rule *r)
{
    if (r->part_of != NULL)
        return;
    l->refused++;
    ruleset_count_refused(l->rs, r);
}

static void take_out_bad(struct linker *l)
{
    struct ruleset *rs = l->rs;
    size_t kept = 0, all = rs->n;
    for (size_t i = 0; i < all; i++)
        l->state[i] = is_bad(l, rs->rule[i]) ? STATE_BAD : l->state[i];
    for (size_t i = 0; i < all; i++) {
        struct rule *r = rs->rule[i];
        if (l->state[i] == STATE_BAD) {
            take_out(l, r);
            continue;
        }
        r->index = (uint32_t)kept;
        rs->rule[kept++] = r;
    }
    rs->n = kept;
}

size_t ruleset_link(struct ruleset *rs)
{
    struct linker l = { .rs = rs, .a = &rs->arena };
    l.a->cap = LIMIT_RULE_ARENA;
    for (size_t i = 0; i < rs->nfilter; i++)
        apply_filter(&l, &rs->filter[i]);
    l.state = xcalloc(rs->n + 1, sizeof *l.state);
    l.order = xcalloc(rs->n + 1, sizeof *l.order);
    for (size_t i = 0; i < rs->n; i++)
        if (rs->rule[i]->correlation != NULL)
            (void)visit(&l, rs->rule[i]);
    feed_all(&l);
    take_out_bad(&l);
    free(l.state);
    free(l.order);
    return l.refused;
}
