/* program_build.c - conditions become code over facts.
 *
 * May include base/, event/, rule/, atom.h, leaf.h. */
#include "match/program.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

/* Alternatives of one field from which on they are one fact. */
#define SET_LEAST 12
/* Fields with fewer that are met before a list is taken as it is: looking costs its length. */
#define SET_TRIES 8
/* Marks the number of a set until programs_done knows how many atoms there are. */
#define IS_SET UINT32_C(0x80000000)

void programs_init(struct programs *p, size_t n, struct arena *arena)
{
    *p = (struct programs){ .arena = arena, .n = n };
    atoms_init(&p->atoms, arena);
    p->v = xcalloc(n + 1, sizeof *p->v);
    p->set = xcalloc(1, sizeof *p->set);
    map_init(p->set, 0);
}

void programs_release(struct programs *p)
{
    atoms_release(&p->atoms);
    if (p->set)
        map_release(p->set);
    free(p->set);
    free(p->v);
    free(p->code);
    free(p->touch);
    free(p->leaf);
    free(p->first);
    free(p->member_of);
    *p = (struct programs){ 0 };
}

/* One rule being compiled. */
struct compiler {
    struct programs *p;
    const struct rule *rule;
    const struct leaf *leaf;
    uint32_t *atom;  /* by test */
    uint32_t *used;  /* by selection: how often it is referred to */
    uint32_t *start; /* by selection: its code + 1 */
};

static uint32_t emit(struct compiler *c, enum op op, uint32_t arg)
{
    struct programs *p = c->p;

    if (p->ncode == p->code_room) {
        p->code_room = p->code_room ? 2 * p->code_room : 4096;
        p->code = xrealloc(p->code, p->code_room, sizeof *p->code);
    }
    p->code[p->ncode] = (struct code){
        .op = (uint8_t)op, .arg = arg, .end = (uint32_t)p->ncode + 1, .field = NAME_NONE
    };
    return (uint32_t)p->ncode++;
}

/* Valid until the next emit. */
static struct code *emit_code(struct compiler *c, enum op op, uint32_t arg)
{
    uint32_t at = emit(c, op, arg);

    return &c->p->code[at];
}

static void emit_end(struct compiler *c, uint32_t at)
{
    c->p->code[at].end = (uint32_t)c->p->ncode;
}

/* As naive.c has it: EventID and its like are true of every event of the log, an absence says
 * nothing. */
static bool test_tells(const struct test *t)
{
    if (t->kind == TEST_NULL || t->kind == TEST_EXISTS)
        return false;
    if (t->kind == TEST_PATTERN && t->u.text.pattern.n == 0)
        return false;
    return !t->field.p || (t->field_id != FIELD_EVENTID && t->field_id != FIELD_CHANNEL &&
                           t->field_id != FIELD_PROVIDER_NAME);
}

/* A keyword has no id; a field without one cannot be in an event. */
static bool test_reachable(const struct test *t)
{
    return !t->field.p || t->field_id != NAME_NONE;
}

static uint32_t test_field(const struct test *t)
{
    return t->field.p ? t->field_id : ATOM_ANY_FIELD;
}

static void emit_fact(struct compiler *c, uint32_t fact, const struct test *t, bool tells)
{
    struct code *code = emit_code(c, OP_FACT, fact);

    code->carried = c->leaf[t->index].carried;
    code->field = t->field_id;
    code->tells = tells;
}

static void emit_leaf(struct compiler *c, const struct test *t)
{
    struct programs *p = c->p;
    const struct leaf *l = &c->leaf[t->index];
    struct code *code;

    if (p->nleaf == p->leaf_room) {
        p->leaf_room = p->leaf_room ? 2 * p->leaf_room : 256;
        p->leaf = xrealloc(p->leaf, p->leaf_room, sizeof *p->leaf);
    }
    p->leaf[p->nleaf] = l;
    c->atom[t->index] = (uint32_t)p->nleaf | IS_LEAF;
    code = emit_code(c, OP_LEAF, (uint32_t)p->nleaf++);
    code->carried = l->carried || l->ref_carried;
    code->tells = test_tells(t);
}

/* A regex is asked only where its guard stands in the value. */
static void emit_regex(struct compiler *c, const struct test *t)
{
    const struct guard *g = c->leaf[t->index].guard;
    struct atoms *atoms = &c->p->atoms;
    uint32_t and, or ;

    if (!g || g->n == 0 || !test_reachable(t)) {
        emit_leaf(c, t);
        return;
    }
    and = emit(c, OP_AND, 0);
    or = emit(c, OP_OR, 0);
    for (size_t i = 0; i < g->n; i++)
        emit_fact(c, atoms_contains(atoms, test_field(t), g->literal[i]), t, false);
    if (g->icase)
        emit_fact(c, atoms_beyond(atoms, test_field(t)), t, false);
    emit_end(c, or);
    emit_leaf(c, t);
    emit_end(c, and);
}

static uint32_t test_atom(struct compiler *c, const struct test *t)
{
    uint32_t *known = &c->atom[t->index];

    if (*known == FACT_NONE)
        *known = atoms_pattern(&c->p->atoms, test_field(t), &c->leaf[t->index].pattern, t);
    return *known;
}

static void emit_test(struct compiler *c, const struct test *t)
{
    struct code *code;

    if (t->kind == TEST_REGEX) {
        emit_regex(c, t);
    } else if (t->kind != TEST_PATTERN) {
        emit_leaf(c, t);
    } else if (test_reachable(t)) {
        emit_fact(c, test_atom(c, t), t, test_tells(t));
    } else {
        code = emit_code(c, OP_NEVER, 0);
        code->carried = c->leaf[t->index].carried;
    }
}

static bool node_fits_set(const struct node *n)
{
    return n->kind == NODE_TEST && n->test->kind == TEST_PATTERN && test_reachable(n->test) &&
           n->test->u.text.pattern.n > 0;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The fact of any of these atoms; equal sets are one. */
static uint32_t set_of(struct programs *p, uint32_t *atom, size_t n)
{
    struct slice key;
    size_t kept = 1;
    uint64_t *number;
    bool fresh;

    qsort(atom, n, sizeof *atom, by_number);
    for (size_t i = 1; i < n; i++)
        if (atom[i] != atom[kept - 1])
            atom[kept++] = atom[i];
    key = slice_of(atom, kept * sizeof *atom);
    number = map_get(p->set, key);
    if (number)
        return (uint32_t)*number | IS_SET;
    key = arena_dup(p->arena, key);
    if (!key.p)
        return FACT_NONE;
    number = map_put(p->set, key, p->set->n, &fresh);
    return (uint32_t)*number | IS_SET;
}

static void emit_node(struct compiler *c, const struct node *n);

/* Takes the alternatives of one field out of the list and makes them one fact, if they are many. */
static bool emit_set(struct compiler *c, struct node **child, size_t n, const struct test *like)
{
    uint32_t *atom = xcalloc(n + 1, sizeof *atom), fact = FACT_NONE;
    size_t many = 0;

    for (size_t i = 0; i < n; i++)
        if (child[i] && node_fits_set(child[i]) && test_field(child[i]->test) == test_field(like))
            atom[many++] = test_atom(c, child[i]->test);
    if (many >= SET_LEAST)
        fact = set_of(c->p, atom, many);
    free(atom);
    if (fact == FACT_NONE)
        return false;
    emit_fact(c, fact, like, test_tells(like));
    for (size_t i = 0; i < n; i++)
        if (child[i] && node_fits_set(child[i]) && child[i]->test != like &&
            test_field(child[i]->test) == test_field(like))
            child[i] = NULL;
    return true;
}

static void emit_or(struct compiler *c, struct node *const *child, size_t n)
{
    uint32_t at = emit(c, OP_OR, 0);
    struct node **left = xcalloc(n + 1, sizeof *left);
    uint32_t few = ATOM_ANY_FIELD - 1; /* a field that was found to have few alternatives */
    int tries = n >= SET_LEAST ? SET_TRIES : 0;

    if (n > 0) /* a correlation has no condition */
        memcpy(left, child, n * sizeof *left);
    for (size_t i = 0; i < n; i++) {
        if (!left[i])
            continue;
        if (tries > 0 && node_fits_set(left[i]) && test_field(left[i]->test) != few) {
            if (emit_set(c, left, n, left[i]->test))
                continue;
            few = test_field(left[i]->test);
            tries--;
        }
        emit_node(c, left[i]);
    }
    free(left);
    emit_end(c, at);
}

static void emit_and(struct compiler *c, const struct node *n)
{
    uint32_t at = emit(c, OP_AND, 0);

    for (uint32_t i = 0; i < n->n; i++)
        emit_node(c, n->child[i]);
    emit_end(c, at);
}

static void emit_node(struct compiler *c, const struct node *n)
{
    uint32_t at;

    switch (n->kind) {
    case NODE_AND:
    case NODE_OR:
        if (n->n == 1)
            emit_node(c, n->child[0]);
        else if (n->kind == NODE_AND)
            emit_and(c, n);
        else
            emit_or(c, n->child, n->n);
        break;
    case NODE_NOT:
        at = emit(c, OP_NOT, 0);
        emit_node(c, n->child[0]);
        emit_end(c, at);
        break;
    case NODE_SELECTION:
        if (c->used[n->selection] == 1)
            emit_node(c, c->rule->selection[n->selection].node);
        else
            emit(c, OP_CALL, n->selection);
        break;
    case NODE_TEST:
        emit_test(c, n->test);
        break;
    }
}

static void count_selections(struct compiler *c, const struct node *n)
{
    if (n->kind == NODE_SELECTION) {
        c->used[n->selection]++;
        return;
    }
    for (uint32_t i = 0; n->kind != NODE_TEST && i < n->n; i++)
        count_selections(c, n->child[i]);
}

/* Selections that are used more than once stand behind the program. */
static void emit_called(struct compiler *c, uint32_t from)
{
    struct programs *p = c->p;

    for (size_t i = 0; i < c->rule->nselection; i++) {
        if (c->used[i] < 2)
            continue;
        c->start[i] = (uint32_t)p->ncode;
        emit_node(c, c->rule->selection[i].node);
    }
    for (size_t i = from; i < p->ncode; i++)
        if (p->code[i].op == OP_CALL)
            p->code[i].arg = c->start[p->code[i].arg];
}

/* The walk that finds the telling items. */
struct survey {
    struct programs *p;
    uint32_t from;
    uint8_t *seen; /* by item from `from` on: 1 under even, 2 under odd nots */
};

static void touch_add(struct programs *p, uint32_t at)
{
    if (p->ntouch == p->touch_room) {
        p->touch_room = p->touch_room ? 2 * p->touch_room : 4096;
        p->touch = xrealloc(p->touch, p->touch_room, sizeof *p->touch);
    }
    p->touch[p->ntouch++] = at;
}

static void survey_item(struct survey *s, uint32_t at, bool even)
{
    const struct code *c = &s->p->code[at];
    uint8_t mark = even ? 1 : 2;

    if (s->seen[at - s->from] & mark)
        return;
    s->seen[at - s->from] |= mark;
    switch (c->op) {
    case OP_AND:
    case OP_OR:
        for (uint32_t i = at + 1; i < c->end; i = s->p->code[i].end)
            survey_item(s, i, even);
        break;
    case OP_NOT:
        survey_item(s, at + 1, !even);
        break;
    case OP_CALL:
        survey_item(s, c->arg, even);
        break;
    default:
        if (even && c->tells)
            touch_add(s->p, at);
        break;
    }
}

static void survey(struct programs *p, struct program *ret)
{
    struct survey s = { p, ret->start, NULL };

    s.seen = xcalloc(p->ncode - ret->start + 1, 1);
    ret->touch = (uint32_t)p->ntouch;
    survey_item(&s, ret->start, true);
    ret->ntouch = (uint32_t)p->ntouch - ret->touch;
    free(s.seen);
}

int programs_add(struct programs *p, const struct rule *r, const struct leaf *leaf,
                 struct ev_err *err)
{
    struct program *ret = &p->v[r->index];
    struct compiler c = { .p = p, .rule = r, .leaf = leaf };

    c.atom = arena_try(p->arena, (r->ntest + 1) * sizeof *c.atom);
    if (!c.atom)
        return ev_err_set(err, EV_ENOMEM, "the rules need more memory than allowed: load fewer");
    memset(c.atom, 0xff, (r->ntest + 1) * sizeof *c.atom);
    c.used = xcalloc(2 * r->nselection + 2, sizeof *c.used);
    c.start = c.used + r->nselection + 1;
    ret->atom = c.atom;
    ret->start = (uint32_t)p->ncode;
    for (size_t i = 0; i < r->ncondition; i++)
        count_selections(&c, r->condition[i]);
    if (r->ncondition == 1)
        emit_node(&c, r->condition[0]);
    else
        emit_or(&c, r->condition, r->ncondition);
    emit_called(&c, ret->start);
    free(c.used);
    survey(p, ret);
    return EV_OK;
}

static uint32_t set_member(const struct map *set, size_t i, size_t k)
{
    uint32_t atom;

    memcpy(&atom, set->entry[i].key.p + k * sizeof atom, sizeof atom);
    return atom;
}

/* The sets of each atom. */
static void link_sets(struct programs *p)
{
    size_t total = 0;
    uint32_t *fill;

    p->first = xcalloc(p->atoms.n + 1, sizeof *p->first);
    for (size_t i = 0; i < p->set->n; i++)
        for (size_t k = 0; k < p->set->entry[i].key.n / sizeof(uint32_t); k++, total++)
            p->first[set_member(p->set, i, k) + 1]++;
    for (size_t i = 0; i < p->atoms.n; i++)
        p->first[i + 1] += p->first[i];
    p->member_of = xcalloc(total + 1, sizeof *p->member_of);
    fill = xcalloc(p->atoms.n + 1, sizeof *fill);
    for (size_t i = 0; i < p->set->n; i++)
        for (size_t k = 0; k < p->set->entry[i].key.n / sizeof(uint32_t); k++) {
            uint32_t atom = set_member(p->set, i, k);

            p->member_of[p->first[atom] + fill[atom]++] = (uint32_t)(p->atoms.n + i);
        }
    free(fill);
}

void programs_done(struct programs *p)
{
    for (size_t i = 0; i < p->ncode; i++)
        if (p->code[i].op == OP_FACT && (p->code[i].arg & IS_SET))
            p->code[i].arg = (uint32_t)p->atoms.n + (p->code[i].arg & ~IS_SET);
    p->nfact = p->atoms.n + p->set->n;
    link_sets(p);
}
