/* sigma.c - see sigma.h. A new key is one row of the table. */
#include "rule/sigma.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/parse.h"
#include "rule/correlation.h"
#include "rule/detection.h"
#include "rule/filter.h"
#include "rule/ralloc.h"
#include "rule/ruletest.h"

struct context {
    struct rule *rule;
    enum sigma_kind kind;
    const struct placeholders *ph;
    struct arena *a;
    struct report *rep;
    bool generate;
    bool failed; /* something was reported that refuses the rule */
};

struct key {
    const char *name;
    void (*read)(struct context *c, const struct ynode *v, void *into);
    size_t into; /* offset in struct rule */
};

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

static void error(struct context *c, const struct ynode *at, const char *text)
{
    report_error(c->rep, REFUSAL_SYNTAX, at->line, at->column, "%s", text);
    c->failed = true;
}

static void no_memory(struct context *c, const struct ynode *at)
{
    error(c, at, RALLOC_FULL);
}

/* Block scalars end in line feeds that nobody means. */
static struct slice trimmed(struct slice s)
{
    struct slice t = slice_trim(s);
    return t.p != NULL ? t : s;
}

static bool is_text(const struct ynode *v)
{
    return v->kind == YNODE_SCALAR && v->type != YTYPE_NULL;
}

/* A list of texts as "a, b": old rules list their authors. */
static struct slice joined(struct context *c, const struct ynode *list)
{
    struct buf b;
    buf_init(&b, LIMIT_LITERAL);
    for (const struct ynode *i = list->first; i != NULL; i = i->next) {
        if (i->kind != YNODE_SCALAR)
            continue;
        if (b.n > 0)
            buf_str(&b, ", ");
        buf_slice(&b, i->text);
    }
    struct slice s = b.n > 0 ? arena_dup(c->a, buf_view(&b)) : SLICE_ABSENT;
    buf_release(&b);
    return s;
}

static void read_text(struct context *c, const struct ynode *v, void *into)
{
    struct slice *s = into;
    if (is_text(v))
        *s = trimmed(v->text);
    else if (v->kind == YNODE_LIST)
        *s = joined(c, v);
    else if (v->kind == YNODE_MAP)
        report_warning(c->rep, v->line, v->column, "a map where text belongs: ignored");
}

static void read_texts(struct context *c, const struct ynode *v, void *into)
{
    struct slices *s = into;
    size_t room = v->kind == YNODE_LIST ? v->n : 1;
    if (v->kind == YNODE_SCALAR && v->type == YTYPE_NULL)
        return;
    s->n = 0; /* a key that stands twice was told, and is read twice */
    s->v = ralloc(c->a, room, sizeof *s->v);
    if (s->v == NULL) {
        no_memory(c, v);
        return;
    }
    const struct ynode *i = v->kind == YNODE_LIST ? v->first : v;
    for (; i != NULL; i = v->kind == YNODE_LIST ? i->next : NULL) {
        if (is_text(i))
            s->v[s->n++] = trimmed(i->text);
        else if (i->kind != YNODE_SCALAR)
            report_warning(c->rep, i->line, i->column, "%s where text belongs: ignored",
                           ynode_what(i));
    }
}

/* The parts of 2020/2/18 or 2020-02-18; false when it is no date. */
static bool date_parts(struct slice s, uint32_t part[3])
{
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
            n++;
        if (n == 0 || n > 4 || parse_u32(slice_sub(s, 0, n), &part[i]) < 0)
            return false;
        if (i < 2 && (n == s.n || (s.p[n] != '-' && s.p[n] != '/')))
            return false;
        s = slice_sub(s, n + (i < 2), s.n);
    }
    return s.n == 0 && part[0] >= 1000 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 &&
           part[2] <= 31;
}

/* Both spellings become YYYY-MM-DD; what is no date stays as written. */
static void read_date(struct context *c, const struct ynode *v, void *into)
{
    struct slice *s = into;
    uint32_t part[3];
    if (!is_text(v))
        return;
    *s = trimmed(v->text);
    if (!date_parts(*s, part)) {
        report_warning(c->rep, v->line, v->column, "\"%.*s\" is no date: write YYYY-MM-DD",
                       shown(*s), (const char *)s->p);
        return;
    }
    struct slice iso = arena_printf(c->a, "%04u-%02u-%02u", part[0], part[1], part[2]);
    *s = iso.p != NULL ? iso : *s;
}

static void read_status(struct context *c, const struct ynode *v, void *into)
{
    if (!is_text(v) || status_parse(trimmed(v->text), into) < 0)
        report_warning(
            c->rep, v->line, v->column,
            "unknown status: write stable, test, experimental, deprecated or unsupported");
}

static void read_level(struct context *c, const struct ynode *v, void *into)
{
    c->rule->has_level = is_text(v) && level_parse(trimmed(v->text), into) == EV_OK;
    if (!c->rule->has_level)
        report_warning(c->rep, v->line, v->column,
                       "unknown level, taken as medium: write informational, low, medium, high or "
                       "critical");
}

static void read_related(struct context *c, const struct ynode *v, void *into)
{
    struct rule *r = c->rule;
    (void)into;
    if (v->kind != YNODE_LIST)
        return;
    r->nrelated = 0;
    r->related = ralloc(c->a, v->n, sizeof *r->related);
    if (r->related == NULL) {
        no_memory(c, v);
        return;
    }
    for (const struct ynode *i = v->first; i != NULL; i = i->next) {
        const struct ynode *id = ynode_get(i, "id"), *type = ynode_get(i, "type");
        if (id == NULL || type == NULL || !is_text(id) || !is_text(type)) {
            report_warning(c->rep, i->line, i->column,
                           "an entry of \"related\" needs id and type: ignored");
            continue;
        }
        bool v1 = slice_eq(type->text, SLICE("obsoletes"));
        r->related[r->nrelated++] =
            (struct related){ id->text, v1 ? SLICE("obsolete") : type->text };
    }
}

/* False when the part is there but no text, which has been told. */
static bool read_part(struct context *c, const struct ynode *map, const char *key,
                      struct slice *into)
{
    const struct ynode *v = ynode_get(map, key);
    if (v == NULL || (v->kind == YNODE_SCALAR && v->type == YTYPE_NULL))
        return true;
    if (v->kind != YNODE_SCALAR) {
        error(c, v, "category, product and service take one text each");
        return false;
    }
    *into = trimmed(v->text);
    return true;
}

static void read_logsource(struct context *c, const struct ynode *v, void *into)
{
    struct rule *r = c->rule;
    (void)into;
    if (v->kind != YNODE_MAP) {
        error(c, v, "logsource must be a map with category, product or service");
        return;
    }
    const struct ynode *definition = ynode_get(v, "definition");
    if (definition != NULL)
        read_text(c, definition, &r->definition);
    bool ok = read_part(c, v, "category", &r->category);
    ok = read_part(c, v, "product", &r->product) && ok;
    ok = read_part(c, v, "service", &r->service) && ok;
    if (ok && r->category.p == NULL && r->product.p == NULL && r->service.p == NULL)
        error(c, v, "logsource needs a category, product or service");
}

static void read_taxonomy(struct context *c, const struct ynode *v, void *into)
{
    read_text(c, v, into);
    struct slice s = c->rule->taxonomy;
    if (s.p == NULL || slice_eq(s, SLICE("sigma")))
        return;
    report_error(c->rep, REFUSAL_UNSUPPORTED, v->line, v->column,
                 "taxonomy \"%.*s\" has other field names than Sigma's: not supported", shown(s),
                 (const char *)s.p);
    c->failed = true;
}

static void read_detection(struct context *c, const struct ynode *v, void *into)
{
    (void)into;
    if (c->kind == SIGMA_RULE && detection_build(v, c->ph, c->rule, c->a, c->rep) < 0)
        c->failed = true;
}

static void read_correlation(struct context *c, const struct ynode *v, void *into)
{
    (void)into;
    if (correlation_build(v, c->rule, c->a, c->rep) < 0)
        c->failed = true;
}

/* Some write it beside `correlation` instead of in it. */
static void read_generate(struct context *c, const struct ynode *v, void *into)
{
    (void)into;
    c->generate = v->kind == YNODE_SCALAR && v->type == YTYPE_BOOL && v->boolean;
}

static void read_filter(struct context *c, const struct ynode *v, void *into)
{
    (void)into;
    const struct ynode *detection = c->kind == SIGMA_FILTER ? filter_detection(v, c->a) : NULL;
    if (c->kind != SIGMA_FILTER)
        return;
    if (detection == NULL)
        no_memory(c, v);
    else if (detection_build(detection, c->ph, c->rule, c->a, c->rep) < 0)
        c->failed = true;
    else if (c->rule->correlation != NULL)
        error(c, v, "a filter cannot count: remove what follows \"|\"");
}

static void read_tests(struct context *c, const struct ynode *v, void *into)
{
    (void)into;
    if (ruletest_build(v, c->rule, c->a, c->rep) < 0)
        no_memory(c, v);
}

static void read_context(struct context *c, const struct ynode *v, void *into)
{
    (void)into;
    c->rule->context = v->kind == YNODE_SCALAR && v->type == YTYPE_BOOL && v->boolean;
    if (v->kind != YNODE_SCALAR || v->type != YTYPE_BOOL)
        report_warning(c->rep, v->line, v->column,
                       "context takes true or false: the rule is loaded as any other");
}

#define INTO(member) offsetof(struct rule, member)
static const struct key keys[] = {
    { "title", read_text, INTO(title) },
    { "id", read_text, INTO(id) },
    { "name", read_text, INTO(name) },
    { "related", read_related, 0 },
    { "taxonomy", read_taxonomy, INTO(taxonomy) },
    { "status", read_status, INTO(status) },
    { "description", read_text, INTO(description) },
    { "license", read_text, INTO(license) },
    { "author", read_text, INTO(author) },
    { "references", read_texts, INTO(references) },
    { "date", read_date, INTO(date) },
    { "modified", read_date, INTO(modified) },
    { "logsource", read_logsource, 0 },
    { "detection", read_detection, 0 },
    { "correlation", read_correlation, 0 },
    { "generate", read_generate, 0 },
    { "filter", read_filter, 0 },
    { "fields", read_texts, INTO(fields) },
    { "falsepositives", read_texts, INTO(falsepositives) },
    { "level", read_level, INTO(level) },
    { "tags", read_texts, INTO(tags) },
    { "tests", read_tests, 0 },
    { "context", read_context, 0 },
};

static const struct key *find_key(struct slice name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (slice_eq(name, slice_str(keys[i].name)))
            return &keys[i];
    return NULL;
}

/* Lists and maps of keys that nobody reads are kept as text. */
static struct slice kept_text(struct context *c, const struct ynode *v)
{
    if (v->kind == YNODE_SCALAR)
        return v->text;
    struct buf b;
    buf_init(&b, LIMIT_LITERAL);
    ynode_flow(v, &b);
    struct slice s = arena_dup(c->a, buf_view(&b));
    buf_release(&b);
    if (s.p == NULL)
        no_memory(c, v);
    return s;
}

static void keep_key(struct context *c, const struct ynode *k, bool known)
{
    struct rule_key *to = &c->rule->key[c->rule->nkey++];
    *to =
        (struct rule_key){ .name = k->text, .line = k->line, .column = k->column, .known = known };
    if (!known || k->next->kind == YNODE_SCALAR)
        to->text = kept_text(c, k->next);
}

enum sigma_kind sigma_kind_of(const struct ynode *doc)
{
    if (ynode_get(doc, "correlation") != NULL)
        return SIGMA_CORRELATION;
    if (ynode_get(doc, "filter") != NULL)
        return SIGMA_FILTER;
    return ynode_get(doc, "detection") != NULL ? SIGMA_RULE : SIGMA_OTHER;
}

static void check_mandatory(struct context *c, const struct ynode *doc)
{
    if (c->rule->title.p == NULL || c->rule->title.n == 0)
        error(c, doc, "the rule has no title: add \"title: ...\"");
    if (ynode_get(doc, "logsource") == NULL && c->kind != SIGMA_CORRELATION)
        error(c, doc,
              "the rule has no log source: add \"logsource:\" with category, product or "
              "service");
}

int sigma_build(const struct ynode *doc, const struct placeholders *ph, struct arena *a,
                struct report *rep, struct rule **ret)
{
    struct context c = { .kind = sigma_kind_of(doc), .ph = ph, .a = a, .rep = rep };
    c.rule = ralloc(a, 1, sizeof *c.rule);
    if (c.rule == NULL) {
        no_memory(&c, doc);
        return EV_ENOMEM;
    }
    c.rule->key = ralloc(a, doc->n, sizeof *c.rule->key);
    if (c.rule->key == NULL) {
        no_memory(&c, doc);
        return EV_ENOMEM;
    }
    c.rule->level = LEVEL_MEDIUM;
    c.rule->line = doc->line;
    for (const struct ynode *k = doc->first; k != NULL; k = ynode_after(k)) {
        const struct key *key = find_key(k->text);
        keep_key(&c, k, key != NULL);
        if (key != NULL)
            key->read(&c, k->next, (char *)c.rule + key->into);
    }
    check_mandatory(&c, doc);
    if (c.rule->correlation != NULL)
        c.rule->correlation->generate |= c.generate;
    *ret = c.rule;
    if (c.failed || rep->refused)
        return rep->why == REFUSAL_SYNTAX ? EV_ESYNTAX : EV_EUNSUPPORTED;
    return EV_OK;
}
