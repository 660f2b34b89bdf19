/* program.c - running conditions over facts.
 *
 * May include base/, event/, rule/, atom.h, leaf.h, memo.h. */
#include "match/program.h"

#include "base/limits.h"

/* Bits of a truth in one reading: low "is true", high "is not false". */
static unsigned bits(enum tri t)
{
    return t == TRI_TRUE ? 3 : t == TRI_UNKNOWN ? 2 : 0;
}

static enum tri truth(unsigned b)
{
    return b & 1 ? TRI_TRUE : b & 2 ? TRI_UNKNOWN : TRI_FALSE;
}

bool leaf_silent(const struct leaf *l, const bool *silent)
{
    return (l->carried && field_is_silent(l->test->field_id, silent)) ||
           (l->ref_carried && field_is_silent(l->test->u.ref.field_id, silent));
}

/* The one value that a dear test depends on; NULL where there are several, or it is long. */
static const struct value *leaf_value(const struct leaf *l, const struct view *v)
{
    const struct test *t = l->test;
    uint32_t i = t->field.p ? view_first(v, t->field_id) : VIEW_END;

    if ((t->kind != TEST_REGEX && t->kind != TEST_CIDR) || i == VIEW_END ||
        v->next[i] != VIEW_END || v->event.field[i].value.n > LIMIT_MEMO_VALUE)
        return NULL;
    return &v->event.field[i].value;
}

static enum tri leaf_truth(struct answers *a, uint32_t leaf)
{
    const struct leaf *l = a->programs->leaf[leaf];
    const struct value *value = leaf_value(l, a->view);
    struct memo_key key = { .sieve = LEAF_MEMO + leaf };
    const uint32_t *known;
    uint32_t truth;
    size_t n;

    if (!value)
        return leaf_plain(l, a->view, a->regex, NULL);
    key.bytes = slice_of(value->p, value->n);
    key.type = value->type;
    memo_hash(a->memo, &key);
    if (memo_find(a->memo, &key, &known, &n))
        return (enum tri)known[0];
    truth = leaf_plain(l, a->view, a->regex, NULL);
    memo_add(a->memo, &key, &truth, 1);
    return (enum tri)truth;
}

static enum tri ask_leaf(struct answers *a, uint32_t leaf)
{
    a->asks = true;
    if (a->asked[leaf] != a->round) {
        a->answer[leaf] = (uint8_t)leaf_truth(a, leaf);
        a->asked[leaf] = a->round;
    }
    return (enum tri)a->answer[leaf];
}

enum tri program_ask(struct answers *a, uint32_t leaf)
{
    return ask_leaf(a, leaf);
}

static bool item_unknown(struct answers *a, const struct code *c)
{
    if (!a->open || !c->carried)
        return false;
    if (c->op == OP_LEAF)
        return leaf_silent(a->programs->leaf[c->arg], a->silent);
    return field_is_silent(c->field, a->silent);
}

static enum tri item_plain(struct answers *a, const struct code *c)
{
    if (c->op == OP_FACT)
        return a->stamp[c->arg] == a->round ? TRI_TRUE : TRI_FALSE;
    return c->op == OP_LEAF ? ask_leaf(a, c->arg) : TRI_FALSE;
}

static unsigned value(struct answers *a, uint32_t at)
{
    const struct code *code = a->programs->code, *c = &code[at];
    unsigned v;

    switch (c->op) {
    case OP_AND:
        v = 15;
        for (uint32_t i = at + 1; i < c->end && v; i = code[i].end)
            v &= value(a, i);
        return v;
    case OP_OR:
        v = 0;
        for (uint32_t i = at + 1; i < c->end && v != 15; i = code[i].end)
            v |= value(a, i);
        return v;
    case OP_NOT:
        v = value(a, at + 1);
        return ~((v & 5) << 1 | (v >> 1 & 5)) & 15;
    case OP_CALL:
        return value(a, c->arg);
    default:
        v = bits(item_plain(a, c));
        return v | (item_unknown(a, c) ? bits(TRI_UNKNOWN) : v) << 2;
    }
}

struct reading program_run(struct answers *a, size_t rule)
{
    unsigned v = value(a, a->programs->v[rule].start);

    return (struct reading){ truth(v & 3), truth(v >> 2) };
}

void program_tell(const struct answers *a, size_t rule, size_t ntest, uint8_t *known)
{
    const uint32_t *atom = a->programs->v[rule].atom;

    for (size_t i = 0; i < ntest; i++) {
        uint32_t n = atom[i] & ~IS_LEAF;

        known[i] = 0;
        if (atom[i] == FACT_NONE)
            continue;
        if (!(atom[i] & IS_LEAF))
            known[i] = (uint8_t)(1 + (a->stamp[n] == a->round ? TRI_TRUE : TRI_FALSE));
        else if (a->asked[n] == a->round)
            known[i] = (uint8_t)(1 + a->answer[n]);
    }
}

bool program_touched(struct answers *a, size_t rule)
{
    const struct programs *p = a->programs;

    for (uint32_t i = 0; i < p->v[rule].ntouch; i++) {
        const struct code *c = &p->code[p->touch[p->v[rule].touch + i]];

        if (!item_unknown(a, c) && item_plain(a, c) == TRI_TRUE)
            return true;
    }
    return false;
}
