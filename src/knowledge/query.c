/* query.c - see query.h. May include base/, event/, rule/, match/glob.h, this folder. */
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "knowledge/query_impl.h"
#include "base/fold.h"
#include "rule/logsource.h"
#include "rule/ralloc.h"

struct clause *query_fail(struct builder *b, int rc, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)ev_err_set(b->err, rc, "%s", text);
    return NULL;
}

static struct clause *no_memory(struct builder *b)
{
    return query_fail(b, EV_ELIMIT, "the query needs more memory than is allowed");
}

/* --- terms ------------------------------------------------------------------------------------- */

struct clause *query_term(struct builder *b, const struct term *t)
{
    struct clause *c = ralloc(b->env->arena, 1, sizeof *c);
    struct term *copy = ralloc(b->env->arena, 1, sizeof *copy);

    if (++b->terms > LIMIT_QUERY_TERMS)
        return query_fail(b, EV_ELIMIT, "more than %d tests once written out", LIMIT_QUERY_TERMS);
    if (!c || !copy)
        return no_memory(b);
    *copy = *t;
    c->kind = CLAUSE_TERM;
    c->term = copy;
    return c;
}

/* Where the target has the field; false after an error. */
static bool spot_of(struct builder *b, struct slice field, struct spot *ret)
{
    const struct fieldmap *m = b->env->map;

    if (!m) {
        *ret = (struct spot){ .name = field };
        return true;
    }
    if (!fieldmap_find(m, b->section, field, b->env->arena, ret)) {
        (void)query_fail(b, EV_EUNSUPPORTED, "the mapping has no row for the field \"%.*s\"",
                         SLICE_ARG(slice_sub(field, 0, 80)));
        return false;
    }
    if (ret->never) {
        (void)query_fail(b, EV_EUNSUPPORTED,
                         "the mapping says that the field \"%.*s\" is not kept as in the log",
                         SLICE_ARG(slice_sub(field, 0, 80)));
        return false;
    }
    return true;
}

static bool keyword_spot(struct builder *b, struct spot *ret)
{
    if (!b->env->map) {
        *ret = (struct spot){ .pattern = true };
        return true;
    }
    if (fieldmap_keywords(b->env->map, b->section, ret))
        return true;
    (void)query_fail(b, EV_EUNSUPPORTED, "a keyword: the mapping names no place to look for it");
    return false;
}

/* Literal, or ANY where a form of the mapping has a star. */
static size_t put_form(struct slice form, struct token *token)
{
    if (!form.n)
        return 0;
    bool star = slice_eq(form, SLICE("*"));
    token[0] = (struct token){ star ? TOKEN_ANY : TOKEN_LITERAL, star ? SLICE_ABSENT : form };
    return 1;
}

/* The value as the target has it, by the mapping's form. False: no memory. */
static bool put_forms(struct builder *b, const struct spot *at, struct pattern *p)
{
    struct slice before = at->before;
    size_t n = 0;

    if (!at->before.n && !at->after.n)
        return true;
    struct token *token = ralloc(b->env->arena, p->n + 3, sizeof *token);
    if (!token)
        return false;
    if (before.n > 1 && before.p[0] == '*') {
        token[n++] = (struct token){ TOKEN_ANY, SLICE_ABSENT };
        before = slice_sub(before, 1, before.n);
    }
    if (!p->cased)
        before = fold_slice(before, b->env->arena);
    n += put_form(before, token + n);
    for (size_t i = 0; i < p->n; i++)
        if (p->token[i].kind != TOKEN_ANY || n == 0 || token[n - 1].kind != TOKEN_ANY)
            token[n++] = p->token[i];
    n += put_form(p->cased ? at->after : fold_slice(at->after, b->env->arena), token + n);
    p->token = token;
    p->n = n;
    return true;
}

static struct clause *pattern_at(struct builder *b, struct term *t)
{
    const struct pattern *p = &t->pattern;

    if (p->n == 1 && p->token[0].kind == TOKEN_ANY) {
        t->kind = TERM_EXISTS;
        return query_term(b, t);
    }
    if (t->at.type == SPOT_NUMBER && !pattern_is_number(p, 15))
        return query_fail(b, EV_EUNSUPPORTED, "text is compared with a field that holds a number");
    if (t->at.type == SPOT_IP && (!pattern_is_plain(p) || p->n == 0))
        return query_fail(b, EV_EUNSUPPORTED, "a wildcard or '' on a field that holds addresses");
    if (t->at.type == SPOT_LOWERCASE && p->cased)
        return query_fail(b, EV_EUNSUPPORTED,
                          "the modifier cased: the target keeps the field in lower case");
    if (!put_forms(b, &t->at, &t->pattern))
        return no_memory(b);
    return query_term(b, t);
}

struct clause *query_pattern(struct builder *b, struct slice field, const struct pattern *p,
                             const struct test *test)
{
    struct term t = { .kind = TERM_PATTERN, .field = field, .pattern = *p, .test = test };

    if (!field.p)
        return keyword_spot(b, &t.at) ? pattern_at(b, &t) : NULL;
    if (!spot_of(b, field, &t.at))
        return NULL;
    if (t.at.domain.p)
        return query_joined(b, &t.at, p, test);
    return pattern_at(b, &t);
}

struct clause *query_literal(struct builder *b, struct slice field, struct slice folded)
{
    struct pattern p;

    if (pattern_literal(folded, b->env->arena, &p) < 0)
        return no_memory(b);
    return query_pattern(b, field, &p, NULL);
}

struct clause *query_exists(struct builder *b, struct slice field)
{
    struct term t = { .kind = TERM_EXISTS, .field = field };

    return spot_of(b, field, &t.at) ? query_term(b, &t) : NULL;
}

struct clause *query_empty(struct builder *b, struct slice field)
{
    struct spot at;

    if (!spot_of(b, field, &at))
        return NULL;
    struct clause *absent = clause_not(b->env, query_exists(b, field));
    if (at.type == SPOT_NUMBER || at.type == SPOT_IP)
        return absent;
    if (at.domain.p) {
        struct term t = { .kind = TERM_PATTERN, .field = field, .at = at };
        t.at.domain = SLICE_ABSENT;
        return clause_pair(b->env, CLAUSE_OR, absent, query_term(b, &t));
    }
    return clause_pair(b->env, CLAUSE_OR, absent, query_literal(b, field, SLICE("")));
}

struct clause *query_hex(struct builder *b, struct slice field, uint64_t number)
{
    static const int width[] = { 1, 8, 16 };
    struct clause *any = clause_constant(b->env, false);
    struct slice last = SLICE_ABSENT;

    for (size_t i = 0; any && i < sizeof width / sizeof *width; i++) {
        struct slice text =
            arena_printf(b->env->arena, "0x%0*llx", width[i], (unsigned long long)number);
        if (!text.p)
            return no_memory(b);
        if (last.p && slice_eq(last, text))
            continue;
        last = text;
        any = clause_pair(b->env, CLAUSE_OR, any, query_literal(b, field, text));
    }
    return any;
}

/* --- tests ------------------------------------------------------------------------------------- */

static struct clause *of_text(struct builder *b, const struct test *t, struct slice field)
{
    struct clause *c = query_pattern(b, field, &t->u.text.pattern, t);
    struct spot at;

    if (!c || !t->u.text.is_number || t->u.text.number < 0 || slice_eq(field, SLICE("EventID")) ||
        !spot_of(b, field, &at) || at.type == SPOT_NUMBER)
        return c;
    return clause_pair(b->env, CLAUSE_OR, c, query_hex(b, field, (uint64_t)t->u.text.number));
}

/* A test that is one term. */
static struct clause *of_term(struct builder *b, const struct test *t, enum term_kind kind,
                              struct slice field)
{
    struct term term = { .kind = kind, .field = field, .test = t };

    if (field.p ? !spot_of(b, field, &term.at) : !keyword_spot(b, &term.at))
        return NULL;
    if (term.at.domain.p)
        return query_fail(b, EV_EUNSUPPORTED,
                          "only text can be compared with a field that the target keeps in two");
    if (kind == TERM_REGEX && (term.at.type == SPOT_NUMBER || term.at.type == SPOT_IP))
        return query_fail(b, EV_EUNSUPPORTED,
                          "a regular expression on a field that holds a number or an address");
    if (kind == TERM_REGEX && term.at.type == SPOT_LOWERCASE && !t->u.regex.icase)
        return query_fail(b, EV_EUNSUPPORTED,
                          "a regular expression with case: the target keeps the field in lower "
                          "case");
    if ((kind == TERM_REGEX || kind == TERM_REF || kind == TERM_TIMEPART) &&
        (term.at.before.n || term.at.after.n))
        return query_fail(b, EV_EUNSUPPORTED,
                          "only text can be compared with a field whose values the target "
                          "writes in another form");
    if (kind == TERM_REF && !spot_of(b, logsource_field(b->r, t->u.ref.field), &term.other))
        return NULL;
    if (kind == TERM_REF && term.other.domain.p)
        return query_fail(b, EV_EUNSUPPORTED, "fieldref on a field that the target keeps in two");
    return query_term(b, &term);
}

static struct clause *of_cidr(struct builder *b, const struct test *t, struct slice field)
{
    struct spot at;

    if (!field.p ? !keyword_spot(b, &at) : !spot_of(b, field, &at))
        return NULL;
    if (at.type == SPOT_IP || b->env->needs.cidr)
        return of_term(b, t, TERM_CIDR, field);
    return query_cidr(b, field, t);
}

static struct clause *of_exists(struct builder *b, const struct test *t, struct slice field)
{
    struct clause *c = query_exists(b, field);

    return t->u.exists ? c : clause_not(b->env, c);
}

static struct clause *of_test(struct builder *b, const struct test *t)
{
    struct slice field = t->field.p ? logsource_field(b->r, t->field) : SLICE_ABSENT;
    bool handled = false;

    if (b->as_4688 && field.p) {
        struct clause *c = query_4688(b, t, &field, &handled);
        if (handled)
            return c;
    }
    switch (t->kind) {
    case TEST_PATTERN:
        return of_text(b, t, field);
    case TEST_REGEX:
        return of_term(b, t, TERM_REGEX, field);
    case TEST_CIDR:
        return of_cidr(b, t, field);
    case TEST_COMPARE:
        return of_term(b, t, TERM_COMPARE, field);
    case TEST_TIMEPART:
        return of_term(b, t, TERM_TIMEPART, field);
    case TEST_EXISTS:
        return of_exists(b, t, field);
    case TEST_NULL:
        return query_empty(b, field);
    case TEST_FIELDREF:
        return of_term(b, t, TERM_REF, field);
    }
    return query_fail(b, EV_EUNSUPPORTED, "a test of an unknown kind");
}

/* --- the tree ---------------------------------------------------------------------------------- */

static struct clause *of_node(struct builder *b, const struct node *n);

static struct clause *of_nodes(struct builder *b, enum clause_kind kind, struct node *const *child,
                               size_t n)
{
    struct clause **c = ralloc(b->env->arena, n + 1, sizeof *c);

    if (!c)
        return no_memory(b);
    for (size_t i = 0; i < n; i++) {
        c[i] = of_node(b, child[i]);
        if (!c[i])
            return NULL;
    }
    struct clause *joined = clause_join(b->env, kind, c, n);
    return joined ? joined : no_memory(b);
}

static struct clause *of_node(struct builder *b, const struct node *n)
{
    switch (n->kind) {
    case NODE_AND:
        return of_nodes(b, CLAUSE_AND, n->child, n->n);
    case NODE_OR:
        return of_nodes(b, CLAUSE_OR, n->child, n->n);
    case NODE_NOT:
        return clause_not(b->env, of_node(b, n->child[0]));
    case NODE_SELECTION:
        return of_node(b, b->r->selection[n->selection].node);
    case NODE_TEST:
        return of_test(b, n->test);
    }
    return NULL;
}

/* The rule's conditions are alternatives; filters narrow all of them. */
static struct clause *of_rule(struct builder *b)
{
    struct clause *c = of_nodes(b, CLAUSE_OR, b->r->condition, b->r->ncondition);

    for (size_t i = 0; c && i < b->r->nfilter; i++)
        c = clause_pair(b->env, CLAUSE_AND, c, of_node(b, b->r->filter[i].condition));
    return c;
}

/* --- the log source ---------------------------------------------------------------------------- */

/* The alternative for Security 4688, or false where it cannot be told. */
static struct clause *of_4688(struct builder *b, const struct logsource_target *t)
{
    struct ev_err reason = { 0 };
    struct builder inner = { .env = b->env,
                             .r = b->r,
                             .section = SLICE("Security/4688"),
                             .as_4688 = true,
                             .terms = b->terms,
                             .err = &reason };
    struct clause *rule = of_rule(&inner);
    struct clause *source = rule ? query_target(&inner, t) : NULL;

    if (source)
        return clause_pair(b->env, CLAUSE_AND, source, rule);
    if (reason.rc == EV_EUNSUPPORTED) {
        b->env->without_twin = true;
        return clause_constant(b->env, false);
    }
    return query_fail(b, reason.rc ? reason.rc : EV_ELIMIT, "%s", reason.text);
}

static struct clause *of_sources(struct builder *b, const struct logsource *ls)
{
    struct clause *source = query_plain_sources(b, ls);
    struct clause *rule = source ? of_rule(b) : NULL;
    struct clause *all = clause_pair(b->env, CLAUSE_AND, source, rule);

    for (size_t i = 0; all && i < ls->n; i++) {
        if (ls->target[i].twin == TWIN_PROCESS_4688)
            all = clause_pair(b->env, CLAUSE_OR, all, of_4688(b, &ls->target[i]));
        else if (ls->target[i].twin != TWIN_NONE)
            b->env->without_twin = true;
    }
    return all;
}

int query_build(struct query_env *env, const struct rule *r, struct clause **ret,
                struct ev_err *err)
{
    struct ev_err own = { 0 };
    struct builder b = { .env = env, .r = r, .err = err ? err : &own };
    struct logsource ls;

    if (r->ncondition == 0)
        return ev_err_set(err, EV_EUNSUPPORTED, "the rule has no condition about single events");
    int rc = logsource_resolve(r, &ls, err);
    if (rc < 0)
        return rc;
    if (ls.n == 0)
        return ev_err_set(err, EV_EUNSUPPORTED, "the log source %s",
                          ls.never ? ls.never : "is in no event log");
    b.err->rc = EV_OK;
    struct clause *c = of_sources(&b, &ls);
    if (!c && b.err->rc == EV_OK)
        (void)no_memory(&b);
    if (!c)
        return b.err->rc;
    if (c->kind == CLAUSE_FALSE)
        return ev_err_set(err, EV_EUNSUPPORTED, "no event of the target can fulfil the rule");
    c = clause_mark(env, c, false);
    if (!c)
        return ev_err_set(err, EV_ELIMIT, RALLOC_FULL);
    *ret = c;
    return EV_OK;
}
