/* guard.c - a text that must stand in whatever a regular expression matches.
 *
 * One pass over the expression. Literal characters at the top level, outside of groups and classes,
 * make runs; the longest run of each alternative is its guard. Groups are passed over: what stands
 * in them may be optional. Syntax (pcre2pattern(3)) that could change the meaning of what follows
 * ends the attempt.
 * May include base/, rule/rule.h. */
#include "match/guard.h"

#include "base/fold.h"

/* Lighter guards stand in every other value. */
#define LEAST_WEIGHT 2

struct reading {
    struct slice s;
    size_t at;
    struct guard *guard;
    uint8_t *run; /* the run being read, in the arena */
    size_t nrun;
    struct slice best; /* of the present alternative */
    bool bad;          /* give up */
};

static bool more(const struct reading *r)
{
    return !r->bad && r->at < r->s.n;
}

static uint8_t peek(const struct reading *r, size_t ahead)
{
    return r->at + ahead < r->s.n ? r->s.p[r->at + ahead] : 0;
}

static bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* How telling a character is: blanks say nothing, and marks that no path and no name has, much. */
static unsigned weight(uint8_t c)
{
    if (is_alnum(c) || (c != 0 && strchr("\\/.:-_\"", c)))
        return 1;
    return c == ' ' ? 0 : 3;
}

static unsigned run_weight(struct slice s)
{
    unsigned sum = 0;

    for (size_t i = 0; i < s.n && sum < 1000; i++)
        sum += weight(s.p[i]);
    return sum;
}

static void run_end(struct reading *r)
{
    struct slice run = slice_of(r->run, r->nrun);

    if (run_weight(run) > run_weight(r->best))
        r->best = run;
    /* The next run goes behind this one: best points into the same memory. */
    r->run += r->nrun;
    r->nrun = 0;
}

static void run_add(struct reading *r, uint8_t c)
{
    r->run[r->nrun++] = fold_ascii(c);
}

/* An alternative ends. */
static void branch_end(struct reading *r)
{
    run_end(r);
    if (run_weight(r->best) < LEAST_WEIGHT || r->guard->n == GUARD_MOST)
        r->bad = true;
    else
        r->guard->literal[r->guard->n++] = r->best;
    r->best = SLICE_ABSENT;
}

/* [Rr]: one letter in both cases, which is what it is to a folded text. */
static bool read_letter(struct reading *r)
{
    uint8_t a = peek(r, 1), b = peek(r, 2);

    if (peek(r, 3) != ']' || a == b || fold_ascii(a) != fold_ascii(b) || !is_alnum(a))
        return false;
    run_add(r, a);
    r->at += 4;
    return true;
}

/* At `[`: to the end of the class. */
static void skip_class(struct reading *r)
{
    r->at++;
    if (peek(r, 0) == '^')
        r->at++;
    if (peek(r, 0) == ']')
        r->at++;
    while (more(r) && peek(r, 0) != ']') {
        uint8_t c = peek(r, 0), next = peek(r, 1);

        /* [:alpha:] and its like; \Q quotes. */
        if (c == '[' && (next == ':' || next == '.' || next == '='))
            r->bad = true;
        if (c == '\\' && (next == 'Q' || next == 'E'))
            r->bad = true;
        r->at += c == '\\' ? 2 : 1;
    }
    r->bad |= r->at >= r->s.n;
    r->at++;
}

/* Setting of options for the rest of the pattern: (?i) or (?i-m). True when it was one. */
static bool skip_options(struct reading *r)
{
    size_t at = 2;
    bool off = false, icase = false;

    for (;; at++) {
        uint8_t c = peek(r, at);

        if (c == 'i')
            icase |= !off;
        else if (c == '-')
            off = true;
        else if (c != 'm' && c != 's' && c != 'U' && c != 'J')
            break;
    }
    if (peek(r, at) != ')' || at == 2)
        return false;
    r->guard->icase |= icase;
    r->at += at + 1;
    return true;
}

/* At `(`: comments, verbs and what follows (?x) may hold parentheses that are none. */
static bool group_is_odd(const struct reading *r)
{
    if (peek(r, 1) == '*' || (peek(r, 1) == '?' && peek(r, 2) == '#'))
        return true;
    if (peek(r, 1) != '?')
        return false;
    for (size_t at = 2; is_alnum(peek(r, at)) || peek(r, at) == '-' || peek(r, at) == '^'; at++)
        if (peek(r, at) == 'x')
            return true;
    return false;
}

/* At `(`: over the whole group. */
static void skip_group(struct reading *r)
{
    size_t depth = 0;

    do {
        uint8_t c = peek(r, 0), next = peek(r, 1);

        if (c == '(') {
            r->bad |= group_is_odd(r);
            depth++;
            r->at++;
        } else if (c == ')') {
            depth--;
            r->at++;
        } else if (c == '[') {
            skip_class(r);
        } else {
            if (c == '\\' && (next == 'Q' || next == 'E'))
                r->bad = true;
            r->at += c == '\\' ? 2 : 1;
        }
    } while (more(r) && depth > 0);
    r->bad |= depth > 0;
}

/* Does a quantifier {n}, {n,} or {n,m} begin here? Then *ret_least is n and *ret_n its length. */
static bool is_braces(const struct reading *r, size_t *ret_n, bool *ret_least)
{
    size_t at = 1;
    bool least = false, digits = false;

    for (; peek(r, at) >= '0' && peek(r, at) <= '9'; at++) {
        least |= peek(r, at) != '0';
        digits = true;
    }
    if (peek(r, at) == ',')
        for (at++; peek(r, at) >= '0' && peek(r, at) <= '9';)
            at++;
    if (peek(r, at) != '}' || !digits)
        return false;
    *ret_n = at + 1;
    *ret_least = least;
    return true;
}

/* A quantifier behind a character: the run ends, and what may be missing is not part of it. */
static void read_quantifier(struct reading *r)
{
    uint8_t c = peek(r, 0);
    size_t n = 1;
    bool least = c == '+';

    /* A brace that is no quantifier is a literal, but newer versions of PCRE2 know more forms. */
    if (c == '{' && !is_braces(r, &n, &least))
        r->bad = true;
    if (!least && r->nrun > 0)
        r->nrun--;
    run_end(r);
    r->at += n;
    if (peek(r, 0) == '?' || peek(r, 0) == '+')
        r->at++;
}

static void read_escape(struct reading *r)
{
    uint8_t c = peek(r, 1);

    if (r->at + 1 >= r->s.n) {
        r->bad = true;
    } else if (!is_alnum(c) && c < 0x80) {
        run_add(r, c);
    } else if (c == 'n' || c == 'r' || c == 't') {
        run_add(r, c == 'n' ? '\n' : c == 'r' ? '\r' : '\t');
    } else if (c < 0x80 && c != 0 && strchr("dDsSwWbBAzZGfae", c)) {
        run_end(r);
    } else {
        r->bad = true; /* \x41, \1, \Q, \K, \p{L} ...: what follows is not what it looks like */
    }
    r->at += 2;
}

static void read_one(struct reading *r)
{
    uint8_t c = peek(r, 0);

    switch (c) {
    case '\\':
        read_escape(r);
        break;
    case '[':
        if (read_letter(r))
            break;
        run_end(r);
        skip_class(r);
        break;
    case '(':
        run_end(r);
        if (peek(r, 1) != '?' || !skip_options(r))
            skip_group(r);
        break;
    case '|':
        branch_end(r);
        r->at++;
        break;
    case '?':
    case '*':
    case '+':
    case '{':
        read_quantifier(r);
        break;
    case '.':
    case '^':
    case '$':
        run_end(r);
        r->at++;
        break;
    case ')':
        r->bad = true;
        break;
    default:
        if (c >= 0x80 || c == 0)
            run_end(r);
        else
            run_add(r, c);
        r->at++;
        break;
    }
}

void guard_init(struct guard *g, const struct test *t, struct arena *a)
{
    struct reading r = { .s = t->u.regex.pattern, .guard = g };

    *g = (struct guard){ .icase = t->u.regex.icase };
    r.run = arena_try(a, r.s.n + 1);
    if (!r.run)
        return;
    while (more(&r))
        read_one(&r);
    if (!r.bad)
        branch_end(&r);
    if (r.bad)
        g->n = 0;
}

static bool has_beyond(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 0x80)
            return true;
    return false;
}

bool guard_excludes(const struct guard *g, struct slice folded)
{
    for (size_t i = 0; i < g->n; i++)
        if (slice_find(folded, g->literal[i]) != SIZE_MAX)
            return false;
    return g->n > 0 && !(g->icase && has_beyond(folded));
}
