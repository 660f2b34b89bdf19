/* query_text.c - tests that a target can only ask of text: networks, accounts in two fields.
 *
 * A network becomes the patterns of its addresses' text; a field that is asked so holds addresses
 * and nothing else, so that `10.*` is as good as a look at the four numbers.
 * May include base/, rule/, this folder. */
#include <stdio.h>

#include "knowledge/query_impl.h"

struct clause *query_joined(struct builder *b, const struct spot *at, const struct pattern *p,
                            const struct test *t)
{
    /* The two parts are fields of the target, whatever the mapping calls others. */
    struct query_env bare = *b->env;
    struct builder inner = *b;

    bare.map = NULL;
    inner.env = &bare;
    struct clause *c = query_account(&inner, at->domain, at->name, p, t);
    b->terms = inner.terms;
    return c;
}

/* The address text that begins or is `text`, and its form mapped into IPv6. */
static struct clause *address_like(struct builder *b, struct slice field, struct slice text,
                                   bool whole, bool mapped)
{
    struct token token[] = { { TOKEN_LITERAL, text }, { TOKEN_ANY, SLICE_ABSENT } };
    struct pattern p = { NULL, whole ? 1 : 2, false };
    struct slice prefix = SLICE("::ffff:");
    struct arena *a = b->env->arena;

    p.token = arena_try(a, sizeof token);
    if (!text.p || !p.token)
        return query_fail(b, EV_ELIMIT, "the query needs more memory than is allowed");
    memcpy(p.token, token, sizeof token);
    struct clause *c = query_pattern(b, field, &p, NULL);
    if (!mapped)
        return c;
    struct slice both = ARENA_JOIN(a, prefix, text);
    return clause_pair(b->env, CLAUSE_OR, c, address_like(b, field, both, whole, false));
}

static struct clause *cidr_v4(struct builder *b, struct slice field, const uint8_t *net,
                              unsigned bits)
{
    struct clause *any = clause_constant(b->env, false);
    unsigned whole = bits / 8, open = bits % 8;
    unsigned times = open ? 1U << (8 - open) : 1, octets = whole + (open != 0);
    char text[32];

    if (bits == 0)
        return query_fail(b, EV_EUNSUPPORTED, "a network of all addresses on a field of text");
    for (unsigned k = 0; any && k < times; k++) {
        size_t n = 0;
        for (unsigned i = 0; i < octets; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%u%s", net[i] + (i == whole ? k : 0),
                                  i < 3 ? "." : "");
        any = clause_pair(
            b->env, CLAUSE_OR, any,
            address_like(b, field, arena_dup(b->env->arena, slice_of(text, n)), octets == 4, true));
    }
    return any;
}

/* The first 16 bits decide, written with four digits. */
static struct clause *cidr_v6_front(struct builder *b, struct slice field, const uint8_t *net,
                                    unsigned bits)
{
    struct clause *any = clause_constant(b->env, false);
    unsigned first = (unsigned)net[0] << 8 | net[1], digits = (bits + 3) / 4;
    unsigned step = 1U << (16 - 4 * digits), times = 1U << (4 * digits - bits);
    char text[16];

    for (unsigned k = 0; any && k < times; k++) {
        int n = snprintf(text, sizeof text, "%04x", first + k * step);
        struct slice s = slice_of(text, digits == 4 ? (size_t)n : digits);
        if (digits == 4)
            text[s.n++] = ':';
        any = clause_pair(b->env, CLAUSE_OR, any,
                          address_like(b, field, arena_dup(b->env->arena, s), false, false));
    }
    return any;
}

/* Loopback and the unspecified address, in the two forms that Windows and Sysmon write. */
static struct clause *v6_low(struct builder *b, struct slice field, uint8_t last)
{
    static const char zeros[] = "0000:0000:0000:0000:0000:0000:0000:000";
    struct query_env *e = b->env;
    struct clause *c = clause_pair(
        e, CLAUSE_OR, query_literal(b, field, arena_printf(e->arena, "::%s", last ? "1" : "")),
        query_literal(b, field, arena_printf(e->arena, "0:0:0:0:0:0:0:%u", last)));

    return clause_pair(e, CLAUSE_OR, c,
                       query_literal(b, field, arena_printf(e->arena, "%s%u", zeros, last)));
}

struct clause *query_cidr(struct builder *b, struct slice field, const struct test *t)
{
    const uint8_t *net = t->u.cidr.net;
    static const uint8_t zero[15];

    if (!t->u.cidr.v6)
        return cidr_v4(b, field, net, t->u.cidr.bits);
    if (t->u.cidr.bits == 128 && memcmp(net, zero, 15) == 0 && net[15] <= 1)
        return v6_low(b, field, net[15]);
    if (t->u.cidr.bits > 0 && t->u.cidr.bits <= 16 && net[0] >> 4 != 0)
        return cidr_v6_front(b, field, net, t->u.cidr.bits);
    return query_fail(b, EV_EUNSUPPORTED, "an IPv6 network of this length on a field of text");
}

bool pattern_is_number(const struct pattern *p, size_t most)
{
    if (p->n != 1 || p->token[0].kind != TOKEN_LITERAL)
        return false;
    struct slice s = p->token[0].literal;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n <= most && (s.n == 1 || s.p[0] != '0');
}
