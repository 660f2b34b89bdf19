/* modifier.c - see modifier.h. To add a modifier: one function, one row. */
#include "rule/modifier.h"

#include "base/parse.h"
#include "rule/cidr.h"
#include "rule/encode.h"
#include "rule/ralloc.h"

/* What a row allows; `on` is a set of 1 << enum test_kind that the value may be at that point. */
enum {
    MOD_FIRST = 1,   /* before all others */
    MOD_ALONE = 2,   /* no other beside it */
    MOD_FIELD = 4,   /* needs a field */
    MOD_RAW = 8,     /* takes the YAML text itself: no wildcards, no escapes */
    MOD_LIST = 16,   /* about the list, not the value */
    MOD_ENCODES = 32 /* leaves bytes that only base64 can use */
};
#define ON(kind) (1u << (kind))
#define ON_TEXT ON(TEST_PATTERN)
#define ON_ANY (~ON(TEST_EXISTS))

struct call {
    const struct ynode *value;
    struct arena *a;
    struct test *t; /* n alternatives */
    size_t n;
    struct slice bytes; /* after wide and its like; absent otherwise */
    bool front, back;   /* an end is anchored or padded by a modifier */
    struct ev_err *err;
};

struct modifier {
    const char *name;
    int (*apply)(struct call *c, int arg);
    int arg;
    unsigned on, flags;
    enum test_kind gives;
};

static int no_memory(struct call *c)
{
    return ev_err_set(c->err, EV_ENOMEM, RALLOC_FULL);
}

enum { PAD_FRONT = 1, PAD_BACK = 2 };

static enum ref_mode ref_mode_of(enum ref_mode now, int pad)
{
    enum ref_mode add = pad == PAD_FRONT ? REF_ENDS : pad == PAD_BACK ? REF_STARTS : REF_CONTAINS;
    return now == REF_EQUALS || now == add ? add : REF_CONTAINS;
}

/* contains, startswith, endswith. On a regex nothing: it is searched unanchored anyway. */
static int mod_pad(struct call *c, int pad)
{
    c->front = c->back = true;
    for (size_t i = 0; i < c->n; i++) {
        struct test *t = &c->t[i];
        if (t->kind == TEST_FIELDREF)
            t->u.ref.mode = ref_mode_of(t->u.ref.mode, pad);
        if (t->kind != TEST_PATTERN)
            continue;
        t->u.text.is_number = false;
        if (pattern_pad(&t->u.text.pattern, (pad & PAD_FRONT) != 0, (pad & PAD_BACK) != 0, c->a) <
            0)
            return no_memory(c);
    }
    return EV_OK;
}

static int mod_list(struct call *c, int arg)
{
    (void)c;
    (void)arg;
    return EV_OK;
}

static int mod_regex(struct call *c, int arg)
{
    (void)arg;
    if (c->value->text.n == 0)
        return ev_err_set(c->err, EV_ESYNTAX, "an empty regular expression matches everything");
    c->t->kind = TEST_REGEX;
    c->t->u.regex.pattern = c->value->text;
    return EV_OK;
}

static int mod_regex_flag(struct call *c, int flag)
{
    c->t->u.regex.icase |= flag == 'i';
    c->t->u.regex.multiline |= flag == 'm';
    c->t->u.regex.dotall |= flag == 's';
    return EV_OK;
}

static int mod_cased(struct call *c, int arg)
{
    (void)arg;
    for (size_t i = 0; i < c->n; i++) {
        if (c->t[i].kind == TEST_PATTERN)
            c->t[i].u.text.pattern.cased = true;
        else if (c->t[i].kind == TEST_FIELDREF)
            c->t[i].u.ref.cased = true;
    }
    return EV_OK;
}

static int mod_cidr(struct call *c, int arg)
{
    (void)arg;
    c->t->kind = TEST_CIDR;
    return cidr_parse(c->value->text, c->t->u.cidr.net, &c->t->u.cidr.bits, &c->t->u.cidr.v6,
                      c->err);
}

static int mod_exists(struct call *c, int arg)
{
    (void)arg;
    if (c->value->type != YTYPE_BOOL)
        return ev_err_set(c->err, EV_ESYNTAX, "exists takes true or false without quotes");
    c->t->kind = TEST_EXISTS;
    c->t->u.exists = c->value->boolean;
    return EV_OK;
}

static int mod_compare(struct call *c, int op)
{
    double number;
    if (c->value->type == YTYPE_INT)
        number = (double)c->value->u.integer;
    else if (c->value->type == YTYPE_FLOAT)
        number = c->value->u.number;
    else if (parse_double(c->value->text, &number) < 0)
        return ev_err_set(c->err, EV_ESYNTAX, "lt, lte, gt and gte take a number");
    c->t->kind = TEST_COMPARE;
    c->t->u.compare.op = (enum compare_op)op;
    c->t->u.compare.number = number;
    return EV_OK;
}

static int mod_timepart(struct call *c, int part)
{
    static const struct {
        int64_t low, high;
    } range[] = { { 0, 59 }, { 0, 23 }, { 1, 31 }, { 1, 53 }, { 1, 12 }, { 1601, 30828 } };
    int64_t n;
    if (c->value->type == YTYPE_INT)
        n = c->value->u.integer;
    else if (parse_i64(c->value->text, &n) < 0)
        return ev_err_set(c->err, EV_ESYNTAX,
                          "minute, hour, day, week, month and year take an integer");
    if (n < range[part].low || n > range[part].high)
        return ev_err_set(c->err, EV_ESYNTAX, "%lld never occurs: the range is %lld to %lld",
                          (long long)n, (long long)range[part].low, (long long)range[part].high);
    c->t->kind = TEST_TIMEPART;
    c->t->u.time.part = (enum time_part)part;
    c->t->u.time.number = n;
    return EV_OK;
}

static int mod_fieldref(struct call *c, int arg)
{
    (void)arg;
    if (c->value->text.n == 0)
        return ev_err_set(c->err, EV_ESYNTAX, "fieldref takes the name of a field");
    c->t->kind = TEST_FIELDREF;
    c->t->u.ref.field = c->value->text;
    c->t->u.ref.mode = REF_EQUALS;
    return EV_OK;
}

static int mod_windash(struct call *c, int arg)
{
    (void)arg;
    c->t->u.text.is_number = false;
    return pattern_windash(&c->t->u.text.pattern, c->a) < 0 ? no_memory(c) : EV_OK;
}

/* The bytes to encode: those of wide, else the literal. */
static int bytes_of(struct call *c, struct slice *ret)
{
    const struct pattern *p = &c->t->u.text.pattern;
    if (c->bytes.p != NULL) {
        *ret = c->bytes;
        return EV_OK;
    }
    if (!pattern_is_plain(p))
        return ev_err_set(
            c->err, EV_ESYNTAX,
            "a wildcard or windash position cannot be encoded: write \\* or \\? for the "
            "character, or spell the value out");
    if (p->n == 0)
        return ev_err_set(c->err, EV_ESYNTAX, "an empty value cannot be encoded");
    *ret = p->token[0].literal;
    return EV_OK;
}

static int mod_wide(struct call *c, int encoding)
{
    struct slice in;
    int rc = bytes_of(c, &in);
    if (rc < 0)
        return rc;
    c->bytes = encode_utf16(in, (enum encoding)encoding, c->a);
    return c->bytes.p != NULL ? EV_OK : no_memory(c);
}

/* Puts encoded text into alternative i. */
static int put_text(struct call *c, size_t i, struct slice text)
{
    c->t[i].kind = TEST_PATTERN;
    c->t[i].u.text.is_number = false;
    if (text.p == NULL || pattern_literal(text, c->a, &c->t[i].u.text.pattern) < 0)
        return no_memory(c);
    return EV_OK;
}

static int mod_base64(struct call *c, int arg)
{
    (void)arg;
    struct slice in;
    int rc = bytes_of(c, &in);
    if (rc < 0)
        return rc;
    bool cased = c->t->u.text.pattern.cased;
    c->bytes = SLICE_ABSENT;
    rc = put_text(c, 0, encode_base64(in, c->a));
    c->t->u.text.pattern.cased = cased;
    return rc;
}

static int mod_base64offset(struct call *c, int arg)
{
    (void)arg;
    struct slice in;
    int rc = bytes_of(c, &in);
    if (rc < 0)
        return rc;
    bool cased = c->t->u.text.pattern.cased;
    c->bytes = SLICE_ABSENT;
    c->n = 0;
    for (unsigned i = 0; i < MODIFIER_TESTS; i++) {
        struct slice text = encode_base64_offset(in, i, c->a);
        if (text.p != NULL && text.n == 0)
            continue; /* one byte: would be found in every text */
        rc = put_text(c, c->n, text);
        if (rc < 0)
            return rc;
        c->t[c->n++].u.text.pattern.cased = cased;
    }
    return EV_OK;
}

static const struct modifier modifiers[] = {
    { "contains", mod_pad, PAD_FRONT | PAD_BACK, ON_TEXT | ON(TEST_REGEX) | ON(TEST_FIELDREF), 0,
      0 },
    { "startswith", mod_pad, PAD_BACK, ON_TEXT | ON(TEST_REGEX) | ON(TEST_FIELDREF), 0, 0 },
    { "endswith", mod_pad, PAD_FRONT, ON_TEXT | ON(TEST_REGEX) | ON(TEST_FIELDREF), 0, 0 },
    { "all", mod_list, 0, ON_ANY, MOD_LIST, 0 },
    { "neq", mod_list, 0, ON_ANY, MOD_LIST, 0 },
    { "cased", mod_cased, 0, ON_TEXT | ON(TEST_FIELDREF), 0, 0 },
    { "windash", mod_windash, 0, ON_TEXT, 0, 0 },
    { "re", mod_regex, 0, ON_TEXT, MOD_FIRST | MOD_RAW, TEST_REGEX },
    { "i", mod_regex_flag, 'i', ON(TEST_REGEX), 0, 0 },
    { "ignorecase", mod_regex_flag, 'i', ON(TEST_REGEX), 0, 0 },
    { "m", mod_regex_flag, 'm', ON(TEST_REGEX), 0, 0 },
    { "multiline", mod_regex_flag, 'm', ON(TEST_REGEX), 0, 0 },
    { "s", mod_regex_flag, 's', ON(TEST_REGEX), 0, 0 },
    { "dotall", mod_regex_flag, 's', ON(TEST_REGEX), 0, 0 },
    { "cidr", mod_cidr, 0, ON_TEXT, MOD_FIRST | MOD_RAW, TEST_CIDR },
    { "exists", mod_exists, 0, ON_TEXT, MOD_FIRST | MOD_ALONE | MOD_FIELD | MOD_RAW, TEST_EXISTS },
    { "lt", mod_compare, COMPARE_LT, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_COMPARE },
    { "lte", mod_compare, COMPARE_LTE, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_COMPARE },
    { "gt", mod_compare, COMPARE_GT, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_COMPARE },
    { "gte", mod_compare, COMPARE_GTE, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_COMPARE },
    { "base64", mod_base64, 0, ON_TEXT, 0, 0 },
    { "base64offset", mod_base64offset, 0, ON_TEXT, 0, 0 },
    { "wide", mod_wide, ENCODING_UTF16LE, ON_TEXT, MOD_ENCODES, 0 },
    { "utf16le", mod_wide, ENCODING_UTF16LE, ON_TEXT, MOD_ENCODES, 0 },
    { "utf16be", mod_wide, ENCODING_UTF16BE, ON_TEXT, MOD_ENCODES, 0 },
    { "utf16", mod_wide, ENCODING_UTF16, ON_TEXT, MOD_ENCODES, 0 },
    { "fieldref", mod_fieldref, 0, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_FIELDREF },
    { "minute", mod_timepart, TIME_MINUTE, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_TIMEPART },
    { "hour", mod_timepart, TIME_HOUR, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_TIMEPART },
    { "day", mod_timepart, TIME_DAY, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_TIMEPART },
    { "week", mod_timepart, TIME_WEEK, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_TIMEPART },
    { "month", mod_timepart, TIME_MONTH, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_TIMEPART },
    { "year", mod_timepart, TIME_YEAR, ON_TEXT, MOD_FIELD | MOD_RAW, TEST_TIMEPART },
    { "expand", mod_list, 0, ON_ANY, MOD_LIST, 0 },
};

static bool is(const struct modifier *m, const char *name)
{
    return strcmp(m->name, name) == 0;
}

static const struct modifier *find(struct slice name)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (slice_eq(name, slice_str(modifiers[i].name)))
            return &modifiers[i];
    return NULL;
}

static int shown(struct slice s)
{
    return (int)(s.n < 60 ? s.n : 60);
}

static int unknown(struct slice name, struct ev_err *err)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (slice_eq_nocase(name, slice_str(modifiers[i].name)))
            return ev_err_set(err, EV_ESYNTAX, "unknown modifier \"%.*s\": write \"%s\"",
                              shown(name), (const char *)name.p, modifiers[i].name);
    return ev_err_set(err, EV_ESYNTAX,
                      "unknown modifier \"%.*s\": evtriage-rules(5) lists those there are",
                      shown(name), (const char *)name.p);
}

static int misplaced(const struct modifier *m, const char *why, struct ev_err *err)
{
    return ev_err_set(err, EV_ESYNTAX, "misplaced modifier \"%s\": %s", m->name, why);
}

/* May m follow what the chain holds so far? kind is what the value is at this point. */
static int check_place(const struct modifier_chain *c, const struct modifier *m,
                       enum test_kind kind, bool keyword, bool *touched, struct ev_err *err)
{
    if ((m->flags & MOD_FIELD) != 0 && keyword)
        return misplaced(m, "it needs a field name before the first |", err);
    if ((m->flags & MOD_FIRST) != 0 && c->n > 0)
        return misplaced(m, "it must stand right after the field name", err);
    if (c->n > 0 && (c->mod[0]->flags & MOD_ALONE) != 0)
        return misplaced(m, "exists stands alone", err);
    if ((m->on & ON(kind)) == 0)
        return misplaced(m,
                         m->on == ON(TEST_REGEX) ? "it belongs after re"
                                                 : "it cannot follow the modifiers before it",
                         err);
    if ((m->flags & MOD_RAW) != 0 && *touched)
        return misplaced(m, "it must stand before modifiers that change the value", err);
    const struct modifier *last = c->n > 0 ? c->mod[c->n - 1] : NULL;
    if (last != NULL && (last->flags & MOD_ENCODES) != 0 && !is(m, "base64") &&
        !is(m, "base64offset"))
        return misplaced(last, "base64 or base64offset must follow it", err);
    *touched |= (m->flags & MOD_LIST) == 0;
    return EV_OK;
}

/* What can be said only at the end of the chain. */
static int check_end(const struct modifier_chain *c, struct ev_err *err)
{
    if (c->n > 0 && (c->mod[c->n - 1]->flags & MOD_ENCODES) != 0)
        return misplaced(c->mod[c->n - 1], "base64 or base64offset must follow it", err);
    bool contains = false;
    for (size_t i = c->n; i-- > 0;) {
        const struct modifier *m = c->mod[i];
        contains |= is(m, "contains");
        if (is(m, "base64offset") && !contains)
            return misplaced(m, "contains must follow it", err);
        for (size_t j = 0; j < i; j++)
            if (is(m, "base64offset") && c->mod[j]->apply == mod_pad)
                return misplaced(c->mod[j], "it belongs after base64offset", err);
    }
    return EV_OK;
}

int modifier_chain_parse(struct slice text, bool keyword, struct modifier_chain *ret,
                         struct ev_err *err)
{
    struct modifier_chain c = { .n = 0 };
    enum test_kind kind = TEST_PATTERN;
    bool touched = false;
    for (size_t at = 0; text.p != NULL && at <= text.n;) {
        struct slice rest = slice_sub(text, at, text.n);
        size_t bar = slice_find_byte(rest, '|');
        struct slice name = slice_sub(rest, 0, bar < rest.n ? bar : rest.n);
        at += name.n + 1;
        const struct modifier *m = find(name);
        if (m == NULL)
            return unknown(name, err);
        if (c.n == MODIFIER_CHAIN)
            return ev_err_set(err, EV_ESYNTAX, "more than %d modifiers: remove some",
                              MODIFIER_CHAIN);
        int rc = check_place(&c, m, kind, keyword, &touched, err);
        if (rc < 0)
            return rc;
        if (m->gives != TEST_PATTERN)
            kind = m->gives;
        c.all |= is(m, "all");
        c.negated |= is(m, "neq");
        c.expand |= is(m, "expand");
        c.mod[c.n++] = m;
    }
    int rc = check_end(&c, err);
    if (rc < 0)
        return rc;
    *ret = c;
    return EV_OK;
}

/* The first modifier that changes values, or NULL. */
static const struct modifier *first_on_value(const struct modifier_chain *c)
{
    for (size_t i = 0; i < c->n; i++)
        if ((c->mod[i]->flags & MOD_LIST) == 0)
            return c->mod[i];
    return NULL;
}

/* An integer compares as the decimal number it is, however it was written. */
static int start_number(struct call *c, int64_t number)
{
    struct slice text = arena_printf(c->a, "%lld", (long long)number);
    c->t->u.text.is_number = true;
    c->t->u.text.number = number;
    if (text.p == NULL || pattern_literal(text, c->a, &c->t->u.text.pattern) < 0)
        return no_memory(c);
    return EV_OK;
}

/* The value before any modifier. */
static int start(struct call *c, const struct modifier *first)
{
    const struct ynode *v = c->value;
    c->t->kind = TEST_PATTERN;
    if (v->type == YTYPE_NULL) {
        c->t->kind = TEST_NULL;
        if (first != NULL && first->apply != mod_cased)
            return ev_err_set(c->err, EV_ESYNTAX,
                              "null cannot take the modifier \"%s\": quote it if you mean the text",
                              first->name);
        return EV_OK;
    }
    if (first != NULL && (first->flags & MOD_RAW) != 0)
        return EV_OK;
    if (v->type == YTYPE_BOOL) {
        if (first != NULL && first->apply != mod_cased)
            return ev_err_set(c->err, EV_ESYNTAX,
                              "\"%.*s\" without quotes is a boolean: quote it if you mean the text",
                              shown(v->text), (const char *)v->text.p);
        return put_text(c, 0, v->boolean ? SLICE("true") : SLICE("false"));
    }
    /* With a modifier, or as a keyword, a number is the text that the author wrote. */
    if (first == NULL && v->type == YTYPE_INT)
        return start_number(c, v->u.integer);
    if (first == NULL && v->type == YTYPE_FLOAT && v->u.number > -1e15 && v->u.number < 1e15 &&
        (double)(int64_t)v->u.number == v->u.number)
        return start_number(c, (int64_t)v->u.number);
    if (v->type == YTYPE_INT || v->type == YTYPE_FLOAT)
        return put_text(c, 0, v->text);
    return pattern_parse(v->text, c->a, &c->t->u.text.pattern, c->err);
}

static int finish(struct call *c, bool keyword)
{
    for (size_t i = 0; i < c->n; i++) {
        struct test *t = &c->t[i];
        if (t->kind != TEST_PATTERN)
            continue;
        if (keyword) {
            t->u.text.is_number = false;
            if (!c->front && pattern_pad(&t->u.text.pattern, true, true, c->a) < 0)
                return no_memory(c);
        }
        if (pattern_finish(&t->u.text.pattern, c->a) < 0)
            return no_memory(c);
    }
    return EV_OK;
}

int modifier_apply(const struct modifier_chain *chain, const struct ynode *value, bool keyword,
                   struct arena *a, struct test ret[MODIFIER_TESTS], size_t *ret_n,
                   struct ev_err *err)
{
    memset(ret, 0, MODIFIER_TESTS * sizeof *ret);
    struct call c = { .value = value, .a = a, .t = ret, .n = 1, .err = err };
    if (keyword && value->type == YTYPE_NULL)
        return ev_err_set(err, EV_ESYNTAX, "null as a keyword matches nothing: quote it");
    int rc = start(&c, first_on_value(chain));
    for (size_t i = 0; rc == EV_OK && i < chain->n; i++)
        if (c.t->kind != TEST_NULL)
            rc = chain->mod[i]->apply(&c, chain->mod[i]->arg);
    if (rc == EV_OK)
        rc = finish(&c, keyword);
    if (rc == EV_OK)
        *ret_n = c.n;
    return rc;
}
