/* rx_parse.c - the text of an expression becomes a tree (rx.h).
 *
 * What it does not know for certain it refuses: look-around, back references, atomic groups,
 * possessive repeats, properties, verbs, named classes, lines (m).
 * May include base/, rule/, this folder. */
#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/rx_impl.h"
#include "rule/ralloc.h"

struct reader {
    struct slice s;
    size_t at;
    struct arena *a;
    struct ev_err *err;
    int rc;
    bool icase, dotall, multiline;
    unsigned depth;
};

static struct rx *refuse(struct reader *p, const char *what)
{
    if (p->rc == EV_OK)
        p->rc = ev_err_set(p->err, EV_EUNSUPPORTED,
                           "a regular expression that cannot be written anew: %s", what);
    return NULL;
}

/* NULL stands for no memory, unless something was refused. */
static struct rx *checked(struct reader *p, struct rx *r)
{
    if (!r && p->rc == EV_OK)
        p->rc = ev_err_set(p->err, EV_ELIMIT, RALLOC_FULL);
    return r;
}

static int peek(const struct reader *p)
{
    return p->at < p->s.n ? p->s.p[p->at] : -1;
}

static bool take(struct reader *p, char c)
{
    if (peek(p) != c)
        return false;
    p->at++;
    return true;
}

static uint32_t next_point(struct reader *p)
{
    size_t len;
    uint32_t c = utf8_decode(slice_sub(p->s, p->at, p->s.n), &len);

    p->at += len;
    return c;
}

/* --- sets -------------------------------------------------------------------------------------- */

static const struct rx_range digits[] = { { '0', '9' } };
static const struct rx_range words[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
static const struct rx_range spaces[] = { { 9, 13 }, { ' ', ' ' } };

static bool add_ranges(struct reader *p, struct rx *set, const struct rx_range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!rx_add_range(p->a, set, r[i].from, r[i].to))
            return false;
    return true;
}

/* \d and its like, or their opposites. False: c is no such letter, or no memory. */
static bool add_class(struct reader *p, struct rx *set, int c)
{
    const struct rx_range *r = c == 'd' || c == 'D'   ? digits
                               : c == 'w' || c == 'W' ? words
                                                      : spaces;
    size_t n = r == digits ? 1 : r == words ? 4 : 2;
    struct rx known = { .kind = RX_SET, .n = (uint32_t)n };
    struct rx_range other[8];

    if (c >= 'a')
        return add_ranges(p, set, r, n);
    struct rx_range copy[4];
    memcpy(copy, r, n * sizeof *r);
    known.u.range = copy;
    n = rx_complement(&known, other, sizeof other / sizeof *other);
    return add_ranges(p, set, other, n);
}

static bool is_class(int c)
{
    return c == 'd' || c == 'D' || c == 'w' || c == 'W' || c == 's' || c == 'S';
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH and \x{H...}. */
static bool read_hex(struct reader *p, uint32_t *ret)
{
    bool braces = take(p, '{');
    uint32_t c = 0;
    unsigned n = 0;

    while (hex_digit(peek(p)) >= 0 && n < (braces ? 6 : 2)) {
        c = c * 16 + (uint32_t)hex_digit(peek(p));
        p->at++;
        n++;
    }
    if ((braces && (!take(p, '}') || n == 0)) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return false;
    *ret = c;
    return true;
}

/* An escape that is one code point; p->at is behind the backslash. False after refusing. */
static bool read_escape(struct reader *p, uint32_t *ret)
{
    int c = peek(p);

    if (c < 0) {
        refuse(p, "it ends with a backslash");
        return false;
    }
    if (c >= 0x80 || !((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))) {
        *ret = next_point(p);
        return true;
    }
    static const char letter[] = "tnrfae", value[] = "\t\n\r\f\a\033";
    const char *found = strchr(letter, c);
    p->at++;
    if (found) {
        *ret = (uint8_t)value[found - letter];
        return true;
    }
    if (c == 'x' && read_hex(p, ret))
        return true;
    refuse(p, "an escape other than of a character or \\d \\w \\s \\b");
    return false;
}

static bool add_cased(struct reader *p, struct rx *set, uint32_t from, uint32_t to)
{
    if (!rx_add_range(p->a, set, from, to))
        return false;
    if (!p->icase)
        return true;
    for (uint32_t c = from; c <= to && c < 0x80; c++) {
        uint32_t low = c | 0x20;
        if (low >= 'a' && low <= 'z' && !rx_add_range(p->a, set, c ^ 0x20, c ^ 0x20))
            return false;
    }
    if (to >= 0x80 && !(from == 0x80 && to == 0x10ffff)) {
        refuse(p, "letters beyond ASCII without case");
        return false;
    }
    return true;
}

static struct rx *negate(struct reader *p, struct rx *set)
{
    struct rx *other = rx_new(p->a, RX_SET);
    struct rx_range *missing = ralloc(p->a, (size_t)set->n + 1, sizeof *missing);

    rx_set_finish(set);
    if (!other || !missing)
        return NULL;
    size_t n = rx_complement(set, missing, (size_t)set->n + 1);
    other->u.range = missing;
    other->n = other->room = (uint32_t)n;
    return other;
}

/* One item of [...]: false at a fault. */
static bool read_item(struct reader *p, struct rx *set)
{
    uint32_t from, to;

    if (peek(p) == '[' && p->at + 1 < p->s.n && strchr(":.=", p->s.p[p->at + 1])) {
        refuse(p, "a named class");
        return false;
    }
    if (take(p, '\\')) {
        int c = peek(p);
        if (is_class(c)) {
            p->at++;
            return add_class(p, set, c);
        }
        if (c == 'b') {
            p->at++;
            from = 8;
        } else if (!read_escape(p, &from)) {
            return false;
        }
    } else {
        from = next_point(p);
    }
    to = from;
    if (peek(p) == '-' && p->at + 1 < p->s.n && p->s.p[p->at + 1] != ']') {
        p->at++;
        if (take(p, '\\')) {
            if (is_class(peek(p)))
                return add_cased(p, set, from, from) && add_cased(p, set, '-', '-') &&
                       add_class(p, set, p->s.p[p->at++]);
            if (!read_escape(p, &to))
                return false;
        } else {
            to = next_point(p);
        }
    }
    return add_cased(p, set, from, to);
}

/* Behind the [. */
static struct rx *read_set(struct reader *p)
{
    struct rx *set = rx_new(p->a, RX_SET);
    bool negated = take(p, '^');
    bool first = true;

    while (set && (first || peek(p) != ']')) {
        if (peek(p) < 0)
            return refuse(p, "a set without an end");
        first = false;
        if (!read_item(p, set))
            return NULL;
    }
    p->at++;
    if (!set)
        return NULL;
    rx_set_finish(set);
    return negated ? negate(p, set) : set;
}

/* --- atoms ------------------------------------------------------------------------------------- */

static struct rx *read_alternatives(struct reader *p);

static struct rx *point(struct reader *p, uint32_t c)
{
    struct rx *set = rx_new(p->a, RX_SET);

    if (!set || !add_cased(p, set, c, c))
        return NULL;
    rx_set_finish(set);
    return set;
}

static struct rx *dot(struct reader *p)
{
    struct rx *set = rx_new(p->a, RX_SET);

    if (p->dotall)
        return rx_full(p->a);
    if (!rx_add_range(p->a, set, 0, '\n' - 1) || !rx_add_range(p->a, set, '\n' + 1, 0x10ffff))
        return NULL;
    return set;
}

static struct rx *read_backslash(struct reader *p)
{
    int c = peek(p);
    uint32_t one;

    if (is_class(c)) {
        struct rx *set = rx_new(p->a, RX_SET);
        p->at++;
        if (!set || !add_class(p, set, c))
            return NULL;
        rx_set_finish(set);
        return set;
    }
    switch (c) {
    case 'b':
    case 'B':
        p->at++;
        return rx_new(p->a, c == 'b' ? RX_EDGE : RX_NO_EDGE);
    case 'A':
        p->at++;
        return rx_new(p->a, RX_START);
    case 'Z':
    case 'z':
        p->at++;
        return rx_new(p->a, c == 'Z' ? RX_END : RX_TEXT_END);
    default:
        return read_escape(p, &one) ? point(p, one) : NULL;
    }
}

/* Letters of (?i) and the like; false: something else stands there. */
static bool read_flags(struct reader *p)
{
    bool on = true;

    for (;; p->at++) {
        int c = peek(p);
        if (c == '-')
            on = false;
        else if (c == 'i')
            p->icase = on;
        else if (c == 's')
            p->dotall = on;
        else if (c == 'm')
            p->multiline = on;
        else
            return c == ')' || c == ':';
    }
}

/* Behind the parenthesis. *ret_flags: it was (?i), which holds to the end of the group around it. */
static struct rx *read_group(struct reader *p, bool *ret_flags)
{
    const bool icase = p->icase, dotall = p->dotall, multiline = p->multiline;
    struct rx *r;

    *ret_flags = false;
    if (peek(p) == '*')
        return refuse(p, "a verb");
    if (take(p, '?') && (!read_flags(p)))
        return refuse(p, "look-around, a named or an atomic group");
    if (p->at > 0 && p->s.p[p->at - 1] != '(' && take(p, ')')) {
        *ret_flags = true;
        return rx_new(p->a, RX_EMPTY);
    }
    if (p->s.p[p->at - 1] != '(')
        p->at++; /* the colon */
    if (++p->depth > LIMIT_RULE_DEPTH)
        return refuse(p, "too many groups inside each other");
    r = read_alternatives(p);
    p->depth--;
    if (r && !take(p, ')'))
        return refuse(p, "a group without an end");
    p->icase = icase;
    p->dotall = dotall;
    p->multiline = multiline;
    return r;
}

static struct rx *read_atom(struct reader *p, bool *ret_flags)
{
    *ret_flags = false;
    if (take(p, '('))
        return read_group(p, ret_flags);
    if (take(p, '['))
        return read_set(p);
    if (take(p, '\\'))
        return read_backslash(p);
    if (take(p, '.'))
        return dot(p);
    if (peek(p) == '^' || peek(p) == '$') {
        if (p->multiline)
            return refuse(p, "^ or $ at each line");
        return rx_new(p->a, p->s.p[p->at++] == '^' ? RX_START : RX_END);
    }
    if (peek(p) == '*' || peek(p) == '+' || peek(p) == '?')
        return refuse(p, "a repeat of nothing");
    return point(p, next_point(p));
}

/* --- repeats ----------------------------------------------------------------------------------- */

static bool read_count(struct reader *p, uint32_t *ret)
{
    uint32_t n = 0;
    size_t from = p->at;

    for (; peek(p) >= '0' && peek(p) <= '9'; p->at++)
        if (n <= LIMIT_REGEX_REPEAT)
            n = n * 10 + (uint32_t)(peek(p) - '0');
    *ret = n;
    return p->at > from;
}

/* {n}, {n,}, {n,m}; all else after a brace is the brace itself. */
static bool read_braces(struct reader *p, uint32_t *min, uint32_t *max)
{
    size_t from = p->at;

    p->at++;
    if (read_count(p, min)) {
        *max = *min;
        if (take(p, ',') && !read_count(p, max))
            *max = RX_MANY;
        if (take(p, '}'))
            return true;
    }
    p->at = from;
    return false;
}

static struct rx *read_repeat(struct reader *p, struct rx *r)
{
    for (unsigned times = 0; r; times++) {
        uint32_t min = 0, max = RX_MANY;
        int c = peek(p);

        if (c == '*' || c == '+' || c == '?') {
            p->at++;
            min = c == '+';
            max = c == '?' ? 1 : RX_MANY;
        } else if (c != '{' || !read_braces(p, &min, &max)) {
            return r;
        }
        if (min > LIMIT_REGEX_REPEAT || (max != RX_MANY && (max > LIMIT_REGEX_REPEAT || max < min)))
            return refuse(p, "a repeat of more than 1000");
        if (take(p, '+'))
            return refuse(p, "a possessive repeat");
        (void)take(p, '?'); /* lazy: the same texts match */
        if (r->kind != RX_SET && r->kind != RX_CAT && r->kind != RX_ALT && r->kind != RX_REPEAT)
            return refuse(p, "a repeat of what has no length");
        if (times > 4)
            return refuse(p, "repeats of repeats");
        if (r->kind == RX_REPEAT) {
            struct rx *group = rx_new(p->a, RX_CAT);
            r = rx_add(p->a, group, r) ? group : NULL;
        }
        r = rx_repeat(p->a, r, min, max);
    }
    return r;
}

static struct rx *read_sequence(struct reader *p)
{
    struct rx *cat = rx_new(p->a, RX_CAT);

    while (cat && peek(p) >= 0 && peek(p) != '|' && peek(p) != ')') {
        bool flags;
        struct rx *atom = read_atom(p, &flags);
        if (atom && !flags)
            atom = read_repeat(p, atom);
        if (!atom || (!flags && !rx_add(p->a, cat, atom)))
            return NULL;
    }
    return cat;
}

static struct rx *read_alternatives(struct reader *p)
{
    struct rx *first = read_sequence(p), *alt;

    if (!first || peek(p) != '|')
        return first;
    alt = rx_new(p->a, RX_ALT);
    if (!rx_add(p->a, alt, first))
        return NULL;
    while (take(p, '|'))
        if (!rx_add(p->a, alt, read_sequence(p)))
            return NULL;
    return alt;
}

int rx_parse(const struct test *t, struct arena *a, struct rx **ret, struct ev_err *err)
{
    struct reader p = { .s = t->u.regex.pattern,
                        .a = a,
                        .err = err,
                        .icase = t->u.regex.icase,
                        .dotall = t->u.regex.dotall,
                        .multiline = t->u.regex.multiline };
    struct rx *r = read_alternatives(&p);

    if (r && p.at < p.s.n)
        r = refuse(&p, "a ) without its (");
    if (!checked(&p, r))
        return p.rc;
    *ret = r;
    return EV_OK;
}
