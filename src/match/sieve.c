/* sieve.c - all atoms of one field against one value.
 *
 * May include base/, event/value.h, rule/, atom.h, glob.h, gram.h, tiny.h. */
#include "match/sieve.h"

#include "base/fold.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/parse.h"
#include "match/dash.h"
#include "match/glob.h"
#include "match/gram.h"
#include "match/tiny.h"

#include <stdlib.h>

/* Where an atom is filed. */
enum shelf {
    SHELF_WHOLE, /* the whole value */
    SHELF_PIECE, /* a literal in it */
    SHELF_LOOSE  /* no literal to look for: tried on every value */
};

struct filed {
    uint32_t atom;
    bool verify; /* the literal is not the whole question */
    const struct pattern *pattern;
    enum shelf shelf;
    struct literal literal;
};

struct by_number {
    int64_t number;
    uint32_t atom;
};

struct sieve {
    struct filed *filed; /* by literal: whole values, then pieces, then loose ones */
    size_t n;
    struct literal *literal; /* nliteral of them: whole values first */
    size_t nliteral;
    uint32_t *start;           /* by literal, one more at the end: index into filed */
    struct map whole;          /* folded value -> literal */
    struct gram *gram, *gram8; /* ASCII; beyond it */
    struct tiny *tiny, *tiny8;
    bool dashes;              /* a windash pattern is there: literals and values with one dash */
    struct by_number *number; /* sorted, nnumber of them */
    size_t nnumber;
    uint32_t words;  /* bit by value type below 32: no atom can be true of such a value */
    uint32_t beyond; /* the atom of values beyond ASCII, or UINT32_MAX */
};

static bool is_beyond(struct slice s)
{
    uint64_t v, all = 0;
    size_t i = 0;

    for (; s.n - i >= sizeof v; i += sizeof v) {
        memcpy(&v, s.p + i, sizeof v);
        all |= v;
    }
    for (; i < s.n; i++)
        all |= s.p[i];
    return (all & UINT64_C(0x8080808080808080)) != 0;
}

/* A run of literals and dashes, from token *at on, as one literal with one kind of dash. *at moves
 * behind it. *ret_sure: nothing but this can have been meant. */
static struct slice join(const struct pattern *p, size_t *at, struct arena *a, bool *ret_sure)
{
    size_t room = 0, n = 0, end = *at;
    uint8_t *b;

    for (; end < p->n && (p->token[end].kind == TOKEN_LITERAL || p->token[end].kind == TOKEN_DASH);
         end++)
        room += p->token[end].kind == TOKEN_DASH ? 1 : p->token[end].literal.n;
    b = arena_try(a, room + 1);
    for (; *at < end; ++*at) {
        const struct token *t = &p->token[*at];

        if (!b)
            continue;
        if (t->kind == TOKEN_DASH) {
            b[n++] = '-';
        } else {
            *ret_sure = *ret_sure && !dash_stands_in(t->literal);
            n += dash_unify(t->literal, b + n);
        }
    }
    return slice_of(b, n);
}

static struct pattern fold_pattern(const struct pattern *p, struct arena *a)
{
    struct pattern v = { arena_zalloc(a, p->n + 1, sizeof *v.token), p->n, false };

    for (size_t i = 0; i < p->n; i++) {
        v.token[i] = p->token[i];
        if (p->token[i].kind == TOKEN_LITERAL)
            v.token[i].literal = fold_slice(p->token[i].literal, a);
    }
    return v;
}

/* The pattern as the index sees it: folded, and with one kind of dash where the sieve has windash
 * patterns. *ret_sure: it then needs no second look for that. */
static struct pattern view_pattern(const struct pattern *p, bool dashes, struct arena *a,
                                   bool *ret_sure)
{
    struct pattern folded = p->cased ? fold_pattern(p, a) : *p, v = folded;
    size_t i = 0;

    *ret_sure = !p->cased;
    if (!dashes)
        return v;
    v.token = arena_zalloc(a, p->n + 1, sizeof *v.token);
    v.n = 0;
    while (i < folded.n) {
        struct token t = folded.token[i];

        if (t.kind == TOKEN_LITERAL || t.kind == TOKEN_DASH)
            t = (struct token){ TOKEN_LITERAL, join(&folded, &i, a, ret_sure) };
        else
            i++;
        v.token[v.n++] = t;
    }
    return v;
}

/* Only a literal between stars or ends needs no second look. */
static bool piece_is_all(const struct pattern *p)
{
    size_t stars = 0;

    for (size_t k = 0; k < p->n; k++)
        stars += p->token[k].kind == TOKEN_ANY;
    return stars + 1 == p->n;
}

static void file_piece(struct filed *f, const struct pattern *p, const struct rarity *r)
{
    double least = 2;

    f->shelf = SHELF_LOOSE;
    for (size_t i = 0; i < p->n; i++) {
        struct literal l = { .bytes = p->token[i].literal };
        double share;

        if (p->token[i].kind != TOKEN_LITERAL || !l.bytes.p)
            continue;
        if (i == 0)
            l.anchor = ANCHOR_START;
        else if (i + 1 == p->n)
            l.anchor = ANCHOR_END;
        share = rarity_share(r, l.bytes, l.anchor != ANCHOR_NONE);
        if (share >= least)
            continue;
        least = share;
        f->literal = l;
        f->shelf = SHELF_PIECE;
    }
}

static struct filed file(const struct atoms *atoms, uint32_t atom, bool dashes,
                         const struct rarity *r)
{
    struct filed f = { .atom = atom, .pattern = atoms->v[atom].pattern, .shelf = SHELF_LOOSE };
    bool sure;
    struct pattern p = view_pattern(f.pattern, dashes, atoms->arena, &sure);

    if (!pattern_is_plain(&p)) {
        file_piece(&f, &p, r);
        f.verify = !sure || f.shelf == SHELF_LOOSE || !piece_is_all(&p);
        return f;
    }
    f.literal.bytes = p.n > 0 ? p.token[0].literal : SLICE("");
    f.shelf = f.literal.bytes.p ? SHELF_WHOLE : SHELF_LOOSE;
    f.verify = !sure || f.shelf == SHELF_LOOSE;
    return f;
}

static int by_literal(const void *a, const void *b)
{
    const struct filed *x = a, *y = b;
    int order;

    if (x->shelf != y->shelf)
        return x->shelf < y->shelf ? -1 : 1;
    if (x->literal.anchor != y->literal.anchor)
        return x->literal.anchor < y->literal.anchor ? -1 : 1;
    order = slice_cmp(x->literal.bytes, y->literal.bytes);
    return order ? order : (x->atom > y->atom) - (x->atom < y->atom);
}

static bool same_literal(const struct filed *a, const struct filed *b)
{
    return a->shelf == b->shelf && a->literal.anchor == b->literal.anchor &&
           slice_eq(a->literal.bytes, b->literal.bytes);
}

/* Gives equal literals one number; the loose ones come last and have none. */
static void number_literals(struct sieve *s)
{
    s->literal = xcalloc(s->n + 1, sizeof *s->literal);
    s->start = xcalloc(s->n + 2, sizeof *s->start);
    for (size_t i = 0; i < s->n; i++) {
        const struct filed *f = &s->filed[i];

        if (f->shelf == SHELF_LOOSE)
            break;
        if (i == 0 || !same_literal(f, &s->filed[i - 1])) {
            s->start[s->nliteral] = (uint32_t)i;
            s->literal[s->nliteral++] = f->literal;
        }
        s->start[s->nliteral] = (uint32_t)i + 1;
    }
}

static void index_pieces(struct sieve *s, const struct rarity *r)
{
    uint32_t *list[4];
    size_t n[4] = { 0 };

    for (size_t k = 0; k < 4; k++)
        list[k] = xcalloc(s->nliteral + 1, sizeof **list);
    for (size_t i = 0; i < s->nliteral; i++) {
        const struct literal *l = &s->literal[i];
        size_t k = (l->bytes.n > TINY_SIZE ? 0U : 2U) + (is_beyond(l->bytes) ? 1U : 0U);

        if (s->filed[s->start[i]].shelf == SHELF_WHOLE)
            map_put(&s->whole, l->bytes, i, NULL);
        else
            list[k][n[k]++] = (uint32_t)i;
    }
    s->gram = n[0] ? gram_new(s->literal, list[0], n[0], r) : NULL;
    s->gram8 = n[1] ? gram_new(s->literal, list[1], n[1], r) : NULL;
    s->tiny = n[2] ? tiny_new(s->literal, list[2], n[2]) : NULL;
    s->tiny8 = n[3] ? tiny_new(s->literal, list[3], n[3]) : NULL;
    for (size_t k = 0; k < 4; k++)
        free(list[k]);
}

static int number_order(const void *a, const void *b)
{
    const struct by_number *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

static void index_numbers(struct sieve *s, const struct atoms *a, const uint32_t *which, size_t n)
{
    s->number = xcalloc(n + 1, sizeof *s->number);
    for (size_t i = 0; i < n; i++)
        if (a->v[which[i]].number)
            s->number[s->nnumber++] =
                (struct by_number){ a->v[which[i]].number->u.text.number, which[i] };
    if (s->nnumber > 0)
        qsort(s->number, s->nnumber, sizeof *s->number, number_order);
}

static bool pattern_has_dash(const struct pattern *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->token[i].kind == TOKEN_DASH)
            return true;
    return false;
}

/* The characters of a folded text of the type; NULL where it may be anything. */
static const char *type_characters(uint8_t type)
{
    switch (type) {
    case VALUE_I8:
    case VALUE_U8:
    case VALUE_I16:
    case VALUE_U16:
    case VALUE_I32:
    case VALUE_U32:
    case VALUE_I64:
    case VALUE_U64:
    case VALUE_SIZET:
    case VALUE_HEX32:
    case VALUE_HEX64:
    case VALUE_GUID:
    case VALUE_FILETIME:
    case VALUE_SYSTEMTIME:
    case VALUE_SID:
    case VALUE_BINARY:
        return "0123456789abcdefxstz-+.:{}";
    default:
        return NULL;
    }
}

static bool pattern_fits(const struct pattern *p, const char *characters)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct token *t = &p->token[i];

        for (size_t k = 0; t->kind == TOKEN_LITERAL && k < t->literal.n; k++) {
            uint8_t c = fold_ascii(t->literal.p[k]);

            if (c == 0 || !strchr(characters, c))
                return false;
        }
    }
    return true;
}

/* Which types have only values of which no atom is true. */
static void find_words(struct sieve *s)
{
    for (uint8_t type = 0; type < 32; type++) {
        const char *characters = type_characters(type);
        bool none = characters && s->nnumber == 0;

        for (size_t i = 0; i < s->n && none; i++)
            none = !pattern_fits(s->filed[i].pattern, characters);
        if (none)
            s->words |= UINT32_C(1) << type;
    }
}

uint32_t sieve_ignores(const struct sieve *s)
{
    return s->words;
}

struct sieve *sieve_new(const struct atoms *a, const uint32_t *which, size_t n,
                        const struct rarity *r)
{
    struct sieve *s = xcalloc(1, sizeof *s);

    s->filed = xcalloc(n + 1, sizeof *s->filed);
    s->beyond = UINT32_MAX;
    map_init(&s->whole, map_seed());
    for (size_t i = 0; i < n; i++)
        s->dashes |= a->v[which[i]].pattern && pattern_has_dash(a->v[which[i]].pattern);
    for (size_t i = 0; i < n; i++) {
        if (!a->v[which[i]].pattern)
            s->beyond = which[i];
        else
            s->filed[s->n++] = file(a, which[i], s->dashes, r);
    }
    if (s->n > 0)
        qsort(s->filed, s->n, sizeof *s->filed, by_literal);
    number_literals(s);
    index_pieces(s, r);
    index_numbers(s, a, which, n);
    find_words(s);
    return s;
}

void sieve_free(struct sieve *s)
{
    if (!s)
        return;
    free(s->filed);
    free(s->literal);
    free(s->start);
    free(s->number);
    map_release(&s->whole);
    gram_free(s->gram);
    gram_free(s->gram8);
    tiny_free(s->tiny);
    tiny_free(s->tiny8);
    free(s);
}

void sieve_state_init(struct sieve_state *st, size_t most)
{
    *st = (struct sieve_state){ .most = most };
    st->found.tried = xcalloc(most + 1, sizeof *st->found.tried);
    st->found.v = xcalloc(most + 1, sizeof *st->found.v);
    /* A number may be found as text and as number. */
    st->atom = xcalloc(2 * most + 2, sizeof *st->atom);
}

void sieve_state_release(struct sieve_state *st)
{
    free(st->found.tried);
    free(st->found.v);
    free(st->atom);
    free(st->text);
    *st = (struct sieve_state){ 0 };
}

/* text: folded, and with one kind of dash where the sieve has dashes. */
static void scan_literals(const struct sieve *s, struct found *found, struct slice text,
                          bool beyond)
{
    const uint64_t *whole = map_get(&s->whole, text);

    if (whole)
        found_add(found, (uint32_t)*whole);
    if (s->gram)
        gram_scan(s->gram, text, found);
    if (s->tiny)
        tiny_scan(s->tiny, text, found);
    if (beyond && s->gram8)
        gram_scan(s->gram8, text, found);
    if (beyond && s->tiny8)
        tiny_scan(s->tiny8, text, found);
}

static struct slice state_unify(struct sieve_state *st, struct slice folded)
{
    if (folded.n > st->text_room) {
        st->text_room = folded.n * 2;
        st->text = xrealloc(st->text, st->text_room, 1);
    }
    return slice_of(st->text, dash_unify(folded, st->text));
}

static void settle(struct sieve_state *st, const struct filed *f, struct slice text,
                   struct slice folded)
{
    size_t offset, length;

    if (!f->verify || glob_match(f->pattern, f->pattern->cased ? text : folded, &offset, &length))
        st->atom[st->n++] = f->atom;
}

/* Integers in base 16 equal those of rules, which are decimal (number_equals). */
static void scan_numbers(const struct sieve *s, struct sieve_state *st, struct slice folded)
{
    size_t low = 0, high = s->nnumber;
    int64_t have;

    if (folded.n < 3 || folded.p[0] != '0' || folded.p[1] != 'x' ||
        parse_int_any(folded, &have) != EV_OK)
        return;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (s->number[middle].number < have)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->nnumber && s->number[low].number == have; low++)
        st->atom[st->n++] = s->number[low].atom;
}

void sieve_scan(const struct sieve *s, struct sieve_state *st, struct slice text,
                struct slice folded)
{
    struct found *found = &st->found;
    bool beyond = is_beyond(folded);

    found->n = 0;
    st->n = 0;
    found->round++;
    if (found->round == 0) { /* the count begins anew: nothing may look like of this round */
        memset(found->tried, 0xff, st->most * sizeof *found->tried);
        found->round = 1;
    }
    scan_literals(s, found, s->dashes ? state_unify(st, folded) : folded, beyond);
    for (size_t i = 0; i < found->n; i++)
        for (size_t k = s->start[found->v[i]]; k < s->start[found->v[i] + 1]; k++)
            settle(st, &s->filed[k], text, folded);
    for (size_t k = s->start[s->nliteral]; k < s->n; k++)
        settle(st, &s->filed[k], text, folded);
    if (s->nnumber > 0)
        scan_numbers(s, st, folded);
    if (beyond && s->beyond != UINT32_MAX)
        st->atom[st->n++] = s->beyond;
}

size_t sieve_atoms(const struct sieve *s)
{
    return s->n + s->nnumber + (s->beyond != UINT32_MAX);
}

size_t sieve_longest_chain(const struct sieve *s)
{
    size_t a = s->gram ? gram_longest(s->gram) : 0, b = s->gram8 ? gram_longest(s->gram8) : 0;

    return a > b ? a : b;
}
