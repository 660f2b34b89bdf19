/* legacy_value.c - YAML documents as typed trees, and how `action` merges them.
 * May include: base/, rule/yaml.h. */
#include "knowledge/legacy_value.h"

#include "base/limits.h"
#include "rule/yaml.h"

static struct lvalue *new_value(struct arena *a, enum lvalue_kind kind, uint32_t n)
{
    struct lvalue *v = arena_zalloc(a, 1, sizeof *v);
    v->kind = kind;
    v->child = arena_zalloc(a, n, sizeof *v->child);
    if (kind == LVALUE_MAP)
        v->key = arena_zalloc(a, n, sizeof *v->key);
    return v;
}

static size_t digits(struct slice s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

/* 12:30:45, a number of base 60 in YAML 1.1: one with a sign or not, without a zero in front. */
static bool is_base_60(struct slice s, int64_t *ret)
{
    const bool minus = s.n > 0 && s.p[0] == '-';
    size_t at = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), groups = 0;
    int64_t sum = 0;
    if (at == s.n || s.p[at] < '1' || s.p[at] > '9')
        return false;
    for (;; groups++) {
        int64_t part = 0;
        const size_t n = digits(s, at);
        if (n == 0 || n > 9 || (groups > 0 && (n > 2 || (n == 2 && s.p[at] > '5'))) || groups > 8)
            return false;
        for (size_t i = 0; i < n; i++)
            part = part * 10 + (s.p[at + i] - '0');
        sum = sum * 60 + part;
        at += n;
        if (at == s.n)
            break;
        if (s.p[at++] != ':')
            return false;
    }
    *ret = minus ? -sum : sum;
    return groups > 0;
}

/* 2020-01-02, alone or with a time behind it: no text to the tools of 2020. */
static bool is_date(struct slice s)
{
    size_t at = digits(s, 0), n;
    if (at != 4 || s.n < 8 || s.p[4] != '-')
        return false;
    n = digits(s, 5);
    at = 5 + n;
    if (n == 0 || n > 2 || at == s.n || s.p[at] != '-')
        return false;
    const size_t day = digits(s, at + 1);
    if (day == 0 || day > 2)
        return false;
    if (at + 1 + day == s.n) /* without a time, only in full */
        return n == 2 && day == 2;
    const uint8_t next = s.p[at + 1 + day];
    const struct slice time = slice_trim(slice_sub(s, at + 2 + day, s.n));
    n = digits(time, 0);
    return (next == 'T' || next == 't' || next == ' ') && n > 0 && n < 3 && time.n >= n + 6 &&
           time.p[n] == ':';
}

/* What a plain scalar is beside what the loader of rules knows. */
static void plain_scalar(struct lvalue *v, struct arena *a)
{
    int64_t number;
    if (is_base_60(v->text, &number)) {
        v->kind = LVALUE_INT;
        v->text = arena_printf(a, "%lld", (long long)number);
    } else if (is_date(v->text)) {
        v->kind = LVALUE_FLOAT; /* neither text nor integer */
    }
}

static struct lvalue *scalar(const struct ynode *y, struct arena *a)
{
    static const enum lvalue_kind kind[] = { [YTYPE_TEXT] = LVALUE_TEXT,
                                             [YTYPE_NULL] = LVALUE_NULL,
                                             [YTYPE_BOOL] = LVALUE_BOOL,
                                             [YTYPE_INT] = LVALUE_INT,
                                             [YTYPE_FLOAT] = LVALUE_FLOAT };
    struct lvalue *v = new_value(a, kind[y->type], 0);
    v->text = y->text;
    if (v->kind == LVALUE_INT)
        v->text = arena_printf(a, "%lld", (long long)y->u.integer);
    else if (v->kind == LVALUE_TEXT && y->plain)
        plain_scalar(v, a);
    return v;
}

/* Equal keys: the last value, at the place of the first. */
static void map_put(struct lvalue *m, struct slice key, const struct lvalue *value)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (slice_eq(m->key[i], key)) {
            m->child[i] = value;
            return;
        }
    m->key[m->n] = key;
    m->child[m->n++] = value;
}

/* The loader bounds depth (LIMIT_RULE_DEPTH) and weight, aliases counted each time. */
static struct lvalue *convert(const struct ynode *y, struct arena *a)
{
    struct lvalue *v;
    if (y->kind == YNODE_SCALAR)
        return scalar(y, a);
    v = new_value(a, y->kind == YNODE_MAP ? LVALUE_MAP : LVALUE_LIST, y->n);
    if (v->kind == LVALUE_LIST)
        for (const struct ynode *i = y->first; i; i = i->next)
            v->child[v->n++] = convert(i, a);
    else
        for (const struct ynode *k = y->first; k; k = ynode_after(k))
            map_put(v, k->text, convert(k->next, a));
    return v;
}

/* Depth as in convert. */
static bool has_value_sign(const struct ynode *y)
{
    if (y->kind == YNODE_SCALAR)
        return y->plain && slice_eq(y->text, SLICE("="));
    for (const struct ynode *i = y->first; i; i = i->next)
        if (has_value_sign(i))
            return true;
    return false;
}

int lvalue_read(struct slice text, struct arena *a, struct lvalue_file *ret, struct ev_err *err)
{
    struct report rep;
    VEC(struct lvalue *) doc = { 0 };
    const struct ynode *root;
    int rc = 0;

    report_init(&rep, a);
    report_file(&rep, SLICE("rule"));
    struct yaml_file *y = yaml_open(text, a, a, &rep);
    while (y && (rc = yaml_next(y, &root)) > 0) {
        if (has_value_sign(
                root)) { /* `=` alone has a type that the reader of that time did not know */
            rc = EV_ESYNTAX;
            break;
        }
        if (root->weight > LIMIT_LEGACY_NODES) {
            rc = EV_ELIMIT;
            break;
        }
        if (!vec_push(&doc, LIMIT_LEGACY_NODES, convert(root, a)))
            break;
    }
    if (doc.n) {
        *ret = (struct lvalue_file){ arena_zalloc(a, doc.n, sizeof *doc.v), doc.n,
                                     rc < 0 ? "the YAML ends with an error" : NULL };
        memcpy(ret->document, doc.v, doc.n * sizeof *doc.v);
        rc = EV_OK;
    } else {
        rc = ev_err_set(err, rc == EV_ELIMIT ? rc : EV_ESYNTAX, "%s",
                        rep.message.n ? arena_str(a, rep.message.v[0].text) : "no YAML document");
        if (err && rep.message.n)
            (void)ev_err_line(err, rep.message.v[0].line, rep.message.v[0].column);
    }
    if (y)
        yaml_close(y);
    report_release(&rep);
    vec_release(&doc);
    return rc;
}

/* dest with src merged in: maps of both sides merge, else src's value wins. Depth is bounded as in
 * convert. */
static struct lvalue *merged(const struct lvalue *dest, const struct lvalue *src, struct arena *a)
{
    struct lvalue *m = new_value(a, LVALUE_MAP, dest->n + src->n);
    for (uint32_t i = 0; i < dest->n; i++)
        map_put(m, dest->key[i], dest->child[i]);
    for (uint32_t i = 0; i < src->n; i++) {
        const struct lvalue *old = lvalue_get(m, arena_str(a, src->key[i]));
        const struct lvalue *v = src->child[i];
        if (old && old->kind == LVALUE_MAP && v->kind == LVALUE_MAP)
            v = merged(old, v, a);
        map_put(m, src->key[i], v);
    }
    return m;
}

static struct lvalue *without_action(const struct lvalue *v, struct arena *a)
{
    struct lvalue *m = new_value(a, LVALUE_MAP, v->n);
    for (uint32_t i = 0; i < v->n; i++)
        if (!slice_eq(v->key[i], SLICE("action")))
            map_put(m, v->key[i], v->child[i]);
    return m;
}

int lvalue_rules(const struct lvalue_file *f, struct arena *a, struct lvalue_file *ret)
{
    struct lvalue *global = new_value(a, LVALUE_MAP, 0), *last = NULL;
    struct lvalue_file r = { arena_zalloc(a, f->n, sizeof *r.document), 0, f->fault };

    if (f->fault)
        return EV_ESYNTAX;
    for (size_t i = 0; i < f->n; i++) {
        const struct slice action = lvalue_text(f->document[i], "action");
        if (f->document[i]->kind != LVALUE_MAP)
            return EV_ESYNTAX;
        struct lvalue *doc = without_action(f->document[i], a);
        if (slice_eq(action, SLICE("global"))) {
            global = merged(global, doc, a);
            continue;
        }
        if (slice_eq(action, SLICE("reset"))) {
            global = new_value(a, LVALUE_MAP, 0);
            continue;
        }
        if (slice_eq(action, SLICE("repeat")) && !last)
            return EV_ESYNTAX;
        last = slice_eq(action, SLICE("repeat")) ? merged(last, doc, a) : merged(doc, global, a);
        r.document[r.n++] = last;
    }
    *ret = r;
    return EV_OK;
}

const struct lvalue *lvalue_get(const struct lvalue *v, const char *key)
{
    if (!v || v->kind != LVALUE_MAP)
        return NULL;
    for (uint32_t i = 0; i < v->n; i++)
        if (slice_eq(v->key[i], slice_str(key)))
            return v->child[i];
    return NULL;
}

struct slice lvalue_text(const struct lvalue *v, const char *key)
{
    const struct lvalue *f = lvalue_get(v, key);
    return f && f->kind == LVALUE_TEXT ? f->text : SLICE_ABSENT;
}

bool lvalue_eq(const struct lvalue *a, const struct lvalue *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->kind == LVALUE_REGEX || a->n != b->n)
        return false;
    if (a->kind == LVALUE_NULL)
        return true;
    if (a->kind != LVALUE_LIST && a->kind != LVALUE_MAP)
        return slice_eq(a->text, b->text);
    for (uint32_t i = 0; i < a->n; i++)
        if ((a->kind == LVALUE_MAP && !slice_eq(a->key[i], b->key[i])) ||
            !lvalue_eq(a->child[i], b->child[i]))
            return false;
    return true;
}

bool lvalue_is_plain(const struct lvalue *v)
{
    return v->kind == LVALUE_TEXT || v->kind == LVALUE_INT;
}
