/* placeholder.c - see placeholder.h. */
#include "rule/placeholder.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "rule/ralloc.h"
#include "rule/rulewalk.h"
#include "rule/yaml.h"

struct placeholders {
    struct arena arena;
    struct map name; /* -> the node of its value or list */
};

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

static int fault(const struct ynode *at, const char *file, struct ev_err *err, const char *text)
{
    ev_err_set(err, EV_ESYNTAX, "%s", text);
    ev_err_file(err, file);
    ev_err_line(err, at->line, at->column);
    return EV_ESYNTAX;
}

static bool is_value(const struct ynode *v)
{
    return v->kind == YNODE_SCALAR && v->type != YTYPE_NULL;
}

static int add(struct placeholders *p, const struct ynode *key, const char *file,
               struct ev_err *err)
{
    const struct ynode *v = key->next;
    if (v->kind == YNODE_MAP)
        return fault(v, file, err, "a map as the value of a placeholder: write a list");
    if (v->kind == YNODE_SCALAR && !is_value(v))
        return fault(v, file, err, "a placeholder without a value: give one, or remove the name");
    for (const struct ynode *i = v->kind == YNODE_LIST ? v->first : NULL; i != NULL; i = i->next)
        if (!is_value(i))
            return fault(i, file, err, "a value of a placeholder must be text or a number");
    map_put(&p->name, key->text, (uint64_t)(uintptr_t)v, NULL);
    return EV_OK;
}

static int add_all(struct placeholders *p, const struct ynode *root, const char *file,
                   struct ev_err *err)
{
    if (root->kind == YNODE_SCALAR && root->type == YTYPE_NULL)
        return EV_OK;
    if (root->kind != YNODE_MAP)
        return fault(root, file, err, "placeholders are a map from names to lists of values");
    int rc = EV_OK;
    for (const struct ynode *k = root->first; k != NULL && rc == EV_OK; k = ynode_after(k))
        rc = add(p, k, file, err);
    return rc;
}

/* The first thing that the YAML reader had to say. */
static int reader_fault(const struct report *rep, const char *file, struct ev_err *err)
{
    const struct rule_message *m = rep->message.n > 0 ? &rep->message.v[0] : NULL;
    if (m == NULL)
        ev_err_set(err, EV_ESYNTAX, "no placeholders could be read");
    else
        ev_err_set(err, EV_ESYNTAX, "%.*s", SLICE_ARG(m->text));
    ev_err_file(err, file);
    if (m != NULL && m->line > 0)
        ev_err_line(err, m->line, m->column);
    return EV_ESYNTAX;
}

int placeholders_parse(struct slice text, const char *file, struct placeholders **ret,
                       struct ev_err *err)
{
    struct placeholders *p = xcalloc(1, sizeof *p);
    struct report rep;
    arena_init(&p->arena, LIMIT_YAML_ARENA);
    map_init(&p->name, map_seed());
    report_init(&rep, &p->arena);
    report_file(&rep, slice_str(file));
    struct yaml_file *y = yaml_open(text, &p->arena, &p->arena, &rep);
    const struct ynode *root = NULL;
    int rc = EV_OK, more = y != NULL ? 1 : EV_ESYNTAX;
    while (rc == EV_OK && more > 0) {
        more = yaml_next(y, &root);
        if (more > 0 && !rep.refused)
            rc = add_all(p, root, file, err);
    }
    if (rc == EV_OK && (more < 0 || rep.refused))
        rc = reader_fault(&rep, file, err);
    yaml_close(y);
    report_release(&rep);
    if (rc < 0)
        placeholders_free(p);
    else
        *ret = p;
    return rc;
}

int placeholders_load(const char *path, struct placeholders **ret, struct ev_err *err)
{
    struct buf text;
    buf_init(&text, LIMIT_RULE_FILE + LIMIT_KIB(64));
    int rc = rulewalk_read(path, &text, err);
    if (rc == EV_OK)
        rc = placeholders_parse(buf_view(&text), path, ret, err);
    buf_release(&text);
    return rc;
}

void placeholders_free(struct placeholders *p)
{
    if (p == NULL)
        return;
    map_release(&p->name);
    arena_release(&p->arena);
    free(p);
}

/* --- expand --- */

/* A value as literal text and placeholders in turns. */
struct part {
    struct slice text;          /* literal, `\%` not yet a percent sign */
    const struct ynode **value; /* of a placeholder; NULL: literal */
    size_t n;                   /* values */
};

struct parts {
    struct part v[LIMIT_PLACEHOLDERS * 2 + 1];
    size_t n, holders, product;
};

/* Names are words, as those of SigmaHQ: "50% of" begins none. */
static bool is_name_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.' || c >= 0x80;
}

/* The end of the name that begins after the percent sign at `at`, or SIZE_MAX: no placeholder. */
static size_t name_end(struct slice s, size_t at)
{
    size_t i = at + 1;
    while (i < s.n && is_name_byte(s.p[i]))
        i++;
    return i < s.n && s.p[i] == '%' && i > at + 1 ? i : SIZE_MAX;
}

static int add_holder(struct parts *parts, const struct placeholders *p, struct slice name,
                      struct arena *a, struct ev_err *err)
{
    const uint64_t *at = p != NULL ? map_get(&p->name, name) : NULL;
    const struct ynode *v = at != NULL ? (const struct ynode *)(uintptr_t)*at : NULL;
    size_t n = v == NULL ? 0 : v->kind == YNODE_LIST ? v->n : 1;
    if (n == 0)
        return ev_err_set(err, EV_EUNSUPPORTED,
                          "the placeholder %%%.*s%% has no value: the rule was left out; give it "
                          "one with --placeholders",
                          shown(name), (const char *)name.p);
    if (parts->holders == LIMIT_PLACEHOLDERS)
        return ev_err_set(err, EV_ESYNTAX, "more than %d placeholders in one value: split it",
                          LIMIT_PLACEHOLDERS);
    if (__builtin_mul_overflow(parts->product, n, &parts->product) ||
        parts->product > LIMIT_EXPANSION)
        return ev_err_set(err, EV_ESYNTAX,
                          "the placeholders give more than %d values: shorten their lists",
                          LIMIT_EXPANSION);
    const struct ynode **value = ralloc(a, n, sizeof(const struct ynode *));
    if (value == NULL)
        return ev_err_set(err, EV_ENOMEM, RALLOC_FULL);
    v = v->kind == YNODE_LIST ? v->first : v;
    for (size_t i = 0; i < n; i++, v = v->next)
        value[i] = v;
    parts->holders++;
    parts->v[parts->n++] = (struct part){ SLICE_ABSENT, value, n };
    return EV_OK;
}

static int split(struct slice s, const struct placeholders *p, struct arena *a, struct parts *parts,
                 struct ev_err *err)
{
    size_t from = 0, i = 0;
    parts->product = 1;
    while (i < s.n) {
        size_t end = s.p[i] == '%' ? name_end(s, i) : SIZE_MAX;
        if (end == SIZE_MAX) {
            i += s.p[i] == '\\' && i + 1 < s.n ? 2 : 1;
            continue;
        }
        if (i > from)
            parts->v[parts->n++] = (struct part){ .text = slice_sub(s, from, i - from), .n = 1 };
        int rc = add_holder(parts, p, slice_sub(s, i + 1, end - i - 1), a, err);
        if (rc < 0)
            return rc;
        from = i = end + 1;
    }
    if (from < s.n || parts->n == 0)
        parts->v[parts->n++] = (struct part){ .text = slice_sub(s, from, s.n), .n = 1 };
    return EV_OK;
}

/* `\%` becomes a percent sign; other escapes are for the pattern parser. */
static void put_literal(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n) {
            if (s.p[i + 1] != '%')
                buf_byte(b, '\\');
            i++;
        }
        buf_byte(b, s.p[i]);
    }
}

/* A backslash at the end of a value is itself: what follows must not make it an escape. */
static void put_value(struct buf *b, struct slice s)
{
    size_t n = 0;
    while (n < s.n && s.p[s.n - 1 - n] == '\\')
        n++;
    buf_slice(b, s);
    if (n % 2 != 0)
        buf_byte(b, '\\');
}

/* Combination `which` of the values. */
static int combine(const struct parts *parts, size_t which, struct arena *a, struct ynode *to)
{
    struct buf b;
    size_t turn = parts->product;
    buf_init(&b, LIMIT_LITERAL);
    for (size_t i = 0; i < parts->n; i++) {
        const struct part *part = &parts->v[i];
        turn /= part->n;
        if (part->value != NULL)
            put_value(&b, part->value[which / turn % part->n]->text);
        else
            put_literal(&b, part->text);
    }
    to->type = YTYPE_TEXT;
    to->one_line = false;
    to->text = arena_dup(a, b.n > 0 ? buf_view(&b) : SLICE(""));
    int rc = b.full ? EV_ELIMIT : to->text.p == NULL ? EV_ENOMEM : EV_OK;
    buf_release(&b);
    return rc;
}

/* The value is one placeholder and nothing else: numbers stay numbers. */
static int take(const struct ynode *value, struct arena *a, struct ynode *to)
{
    to->type = value->type;
    to->boolean = value->boolean;
    to->u = value->u;
    to->text = arena_dup(a, value->text);
    to->one_line = false;
    return to->text.p != NULL ? EV_OK : EV_ENOMEM;
}

int placeholders_expand(const struct placeholders *p, const struct ynode *value, struct arena *a,
                        struct ynode **ret, size_t *ret_n, struct ev_err *err)
{
    struct parts parts = { .n = 0 };
    int rc = split(value->text, p, a, &parts, err);
    if (rc < 0)
        return rc;
    struct ynode *node = ralloc(a, parts.product, sizeof *node);
    if (node == NULL)
        return ev_err_set(err, EV_ENOMEM, RALLOC_FULL);
    const struct ynode **whole = parts.n == 1 ? parts.v[0].value : NULL;
    for (size_t i = 0; i < parts.product && rc == EV_OK; i++) {
        node[i] = *value;
        if (whole != NULL)
            rc = take(whole[i], a, &node[i]);
        else if (value->type == YTYPE_TEXT)
            rc = combine(&parts, i, a, &node[i]);
    }
    if (rc < 0)
        return ev_err_set(err, rc,
                          rc == EV_ELIMIT ? "a value is too long: shorten it" : RALLOC_FULL);
    *ret = node;
    *ret_n = parts.product;
    return EV_OK;
}
