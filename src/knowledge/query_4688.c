/* query_4688.c - a test in Sysmon's names, on Security 4688 as the log has it.
 *
 * The reverse of event/twin_4688.c: there the event is told in Sysmon's names, here the question is
 * asked in Security's. What the event cannot answer is false, as absent fields are; what cannot be
 * asked leaves this source out of the query.
 * May include base/, event/carried.h, match/glob.h, rule/, this folder. */
#include "base/fold.h"
#include "base/parse.h"
#include "event/carried.h"
#include "knowledge/query_impl.h"
#include "match/glob.h"
#include "rule/ralloc.h"

static bool matches(const struct pattern *p, struct slice text, struct arena *a)
{
    size_t offset, length;

    return glob_match(p, p->cased ? text : fold_slice(text, a), &offset, &length);
}

/* --- DOMAIN\NAME ------------------------------------------------------------------------------- */

#define MOST_SPLITS 64

struct split {
    struct builder *b;
    struct slice domain, name;
    const struct pattern *p;
    const struct test *t;
    struct clause *any;
    size_t n;
};

/* Tokens before i (and first, of token i) | (rest, of token i) and those behind it. */
static void add_split(struct split *s, size_t i, struct slice first, struct slice rest, bool star)
{
    const struct pattern *p = s->p;
    struct token *token = ralloc(s->b->env->arena, p->n + 4, sizeof *token);
    struct pattern left = { token, i, p->cased }, right = { NULL, 0, p->cased };

    if (!token || ++s->n > MOST_SPLITS) {
        s->any = query_fail(s->b, EV_EUNSUPPORTED,
                            "a value that may be parted in more than %d ways into domain and name",
                            MOST_SPLITS);
        return;
    }
    memcpy(token, p->token, i * sizeof *token);
    if (first.n)
        token[left.n++] = (struct token){ TOKEN_LITERAL, first };
    if (star)
        token[left.n++] = (struct token){ TOKEN_ANY, SLICE_ABSENT };
    right.token = token + left.n;
    if (star)
        right.token[right.n++] = (struct token){ TOKEN_ANY, SLICE_ABSENT };
    if (rest.n)
        right.token[right.n++] = (struct token){ TOKEN_LITERAL, rest };
    memcpy(right.token + right.n, p->token + i + 1, (p->n - i - 1) * sizeof *token);
    right.n += p->n - i - 1;
    s->any =
        clause_pair(s->b->env, CLAUSE_OR, s->any,
                    clause_pair(s->b->env, CLAUSE_AND, query_pattern(s->b, s->domain, &left, s->t),
                                query_pattern(s->b, s->name, &right, s->t)));
}

struct clause *query_account(struct builder *b, struct slice domain, struct slice name,
                             const struct pattern *p, const struct test *t)
{
    struct split s = { b, domain, name, p, t, clause_constant(b->env, false), 0 };

    for (size_t i = 0; s.any && i < p->n; i++) {
        struct slice lit = p->token[i].literal;

        if (p->token[i].kind == TOKEN_ANY || p->token[i].kind == TOKEN_ONE)
            add_split(&s, i, SLICE_ABSENT, SLICE_ABSENT, p->token[i].kind == TOKEN_ANY);
        for (size_t k = 0; s.any && p->token[i].kind == TOKEN_LITERAL && k < lit.n; k++)
            if (lit.p[k] == '\\')
                add_split(&s, i, slice_sub(lit, 0, k), slice_sub(lit, k + 1, lit.n), false);
    }
    return s.any;
}

/* --- the account that the process runs as ------------------------------------------------------ */

struct names_4688 {
    struct slice sid, name, domain;
};

static const struct names_4688 subject = { SLICE_INIT("SubjectUserSid"),
                                           SLICE_INIT("SubjectUserName"),
                                           SLICE_INIT("SubjectDomainName") };
static const struct names_4688 target = { SLICE_INIT("TargetUserSid"), SLICE_INIT("TargetUserName"),
                                          SLICE_INIT("TargetDomainName") };

/* Has the field something to say? */
static struct clause *given(struct builder *b, struct slice field)
{
    struct query_env *e = b->env;
    struct clause *none = clause_pair(e, CLAUSE_OR, query_literal(b, field, SLICE("")),
                                      query_literal(b, field, SLICE("-")));

    return clause_pair(e, CLAUSE_AND, query_exists(b, field), clause_not(e, none));
}

/* The name that a well-known SID stands for. */
static struct clause *well_known(struct builder *b, struct slice sid, const struct pattern *p,
                                 struct clause **ret_known)
{
    static const struct {
        struct slice sid, name;
    } known[] = {
        { SLICE_INIT("s-1-5-18"), SLICE_INIT("NT AUTHORITY\\SYSTEM") },
        { SLICE_INIT("s-1-5-19"), SLICE_INIT("NT AUTHORITY\\LOCAL SERVICE") },
        { SLICE_INIT("s-1-5-20"), SLICE_INIT("NT AUTHORITY\\NETWORK SERVICE") },
    };
    struct clause *hit = clause_constant(b->env, false);

    *ret_known = clause_constant(b->env, false);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct clause *is = query_literal(b, sid, known[i].sid);

        *ret_known = clause_pair(b->env, CLAUSE_OR, *ret_known, is);
        if (matches(p, known[i].name, b->env->arena))
            hit = clause_pair(b->env, CLAUSE_OR, hit, is);
    }
    return hit;
}

static struct clause *account_is(struct builder *b, const struct names_4688 *who,
                                 const struct test *t)
{
    struct query_env *e = b->env;
    const struct pattern *p = &t->u.text.pattern;
    struct clause *known, *by_sid = well_known(b, who->sid, p, &known);
    struct clause *joined = clause_pair(e, CLAUSE_AND, given(b, who->domain),
                                        query_account(b, who->domain, who->name, p, t));
    struct clause *bare = clause_pair(e, CLAUSE_AND, clause_not(e, given(b, who->domain)),
                                      query_pattern(b, who->name, p, t));
    struct clause *by_name =
        clause_pair(e, CLAUSE_AND, given(b, who->name), clause_pair(e, CLAUSE_OR, joined, bare));

    by_name = clause_pair(e, CLAUSE_AND, clause_not(e, known), by_name);
    return clause_pair(e, CLAUSE_OR, by_sid, by_name);
}

/* Target* where TargetLogonId is a number and not 0, else Subject* (DESIGN.md section 8). */
static struct clause *choose(struct builder *b, struct clause *of_target, struct clause *of_subject)
{
    const struct slice id = SLICE("TargetLogonId");
    struct query_env *e = b->env;
    struct clause *zero = clause_pair(e, CLAUSE_OR, query_literal(b, id, SLICE("0")),
                                      query_literal(b, id, SLICE("0x0")));
    struct clause *has = clause_pair(e, CLAUSE_AND, given(b, id), clause_not(e, zero));

    return clause_pair(e, CLAUSE_OR, clause_pair(e, CLAUSE_AND, has, of_target),
                       clause_pair(e, CLAUSE_AND, clause_not(e, has), of_subject));
}

static struct clause *user_is(struct builder *b, const struct test *t)
{
    return choose(b, account_is(b, &target, t), account_is(b, &subject, t));
}

static struct clause *logon_is(struct builder *b, const struct test *t)
{
    const struct pattern *p = &t->u.text.pattern;
    struct clause *of_target = query_pattern(b, SLICE("TargetLogonId"), p, t);
    struct clause *of_subject = query_pattern(b, SLICE("SubjectLogonId"), p, t);

    if (t->u.text.is_number && t->u.text.number >= 0) {
        uint64_t n = (uint64_t)t->u.text.number;
        of_target =
            clause_pair(b->env, CLAUSE_OR, of_target, query_hex(b, SLICE("TargetLogonId"), n));
        of_subject =
            clause_pair(b->env, CLAUSE_OR, of_subject, query_hex(b, SLICE("SubjectLogonId"), n));
    }
    return choose(b, of_target, of_subject);
}

/* --- other fields ------------------------------------------------------------------------------ */

/* The word of Sysmon or the SID of Security: rules list both. */
static struct clause *integrity_is(struct builder *b, const struct test *t)
{
    static const struct {
        struct slice sid, word;
    } level[] = {
        { SLICE_INIT("s-1-16-0"), SLICE_INIT("Untrusted") },
        { SLICE_INIT("s-1-16-4096"), SLICE_INIT("Low") },
        { SLICE_INIT("s-1-16-8192"), SLICE_INIT("Medium") },
        { SLICE_INIT("s-1-16-8448"), SLICE_INIT("Medium Plus") },
        { SLICE_INIT("s-1-16-12288"), SLICE_INIT("High") },
        { SLICE_INIT("s-1-16-16384"), SLICE_INIT("System") },
        { SLICE_INIT("s-1-16-20480"), SLICE_INIT("Protected") },
    };
    const struct slice label = SLICE("MandatoryLabel");
    const struct pattern *p = &t->u.text.pattern;
    struct clause *any = query_pattern(b, label, p, t);

    for (size_t i = 0; any && i < sizeof level / sizeof *level; i++)
        if (matches(p, level[i].word, b->env->arena))
            any = clause_pair(b->env, CLAUSE_OR, any, query_literal(b, label, level[i].sid));
    return any;
}

/* Decimal in Sysmon, in base 16 here. */
static struct clause *id_is(struct builder *b, struct slice field, const struct test *t)
{
    const struct pattern *p = &t->u.text.pattern;
    uint64_t number;

    if (!pattern_is_plain(p))
        return query_fail(b, EV_EUNSUPPORTED, "a wildcard on a process id");
    struct clause *c = query_pattern(b, field, p, t);
    if (!c || p->n == 0 || parse_u64(p->token[0].literal, &number) < 0)
        return c;
    return clause_pair(b->env, CLAUSE_OR, c, query_hex(b, field, number));
}

static struct clause *made_of_several(struct builder *b, const struct test *t)
{
    if (t->kind != TEST_PATTERN)
        return query_fail(b, EV_EUNSUPPORTED, "a field that 4688 tells by several others");
    if (slice_eq(t->field, SLICE("User")))
        return user_is(b, t);
    if (slice_eq(t->field, SLICE("LogonId")))
        return logon_is(b, t);
    return integrity_is(b, t);
}

static struct clause *absent(struct builder *b, const struct test *t)
{
    return clause_constant(b->env,
                           t->kind == TEST_NULL || (t->kind == TEST_EXISTS && !t->u.exists));
}

/* Does no 4688 have the field, though another source of process creation does? */
static bool is_absent(struct slice field)
{
    return category_carries(SLICE("process_creation"), field) && !shape_carries(SHAPE_4688, field);
}

struct clause *query_4688(struct builder *b, const struct test *t, struct slice *field,
                          bool *ret_handled)
{
    static const struct {
        struct slice sysmon, security;
    } other_name[] = {
        { SLICE_INIT("Image"), SLICE_INIT("NewProcessName") },
        { SLICE_INIT("ParentImage"), SLICE_INIT("ParentProcessName") },
        { SLICE_INIT("ProcessId"), SLICE_INIT("NewProcessId") },
        { SLICE_INIT("ParentProcessId"), SLICE_INIT("ProcessId") },
    };
    bool is_id = slice_eq(*field, SLICE("ProcessId")) || slice_eq(*field, SLICE("ParentProcessId"));

    *ret_handled = true;
    if (t->kind == TEST_FIELDREF)
        return query_fail(b, EV_EUNSUPPORTED, "fieldref is not told of 4688");
    if (b->env->map && fieldmap_in_section(b->env->map, b->section, *field)) {
        *ret_handled = false;
        return NULL;
    }
    if (slice_eq(*field, SLICE("User")) || slice_eq(*field, SLICE("LogonId")) ||
        slice_eq(*field, SLICE("IntegrityLevel")))
        return made_of_several(b, t);
    for (size_t i = 0; i < sizeof other_name / sizeof *other_name; i++)
        if (slice_eq(*field, other_name[i].sysmon)) {
            *field = other_name[i].security;
            if (is_id && t->kind == TEST_PATTERN)
                return id_is(b, *field, t);
            *ret_handled = false;
            return NULL;
        }
    if (is_absent(*field))
        return absent(b, t);
    *ret_handled = false;
    return NULL;
}
