/* lint_values.c - values and fields that hardly mean what their author thought (notes/sigma.md 1.5).
 *
 * May include base/, event/, rule/. */
#include "base/fold.h"
#include "base/limits.h"
#include "base/map.h"
#include "event/carried.h"
#include "rule/lint.h"

#define SHOWN(s) (int)((s).n < 80 ? (s).n : 80), (const char *)((s).p ? (s).p : (const uint8_t *)"")
#define FIELDS_MOST 1000 /* tests that are looked back at for a field's name */
#define COVER_MOST 300   /* values of one list that are compared with each other */

static bool has_modifier(const struct test *t, const char *name)
{
    struct slice rest = t->modifiers, want = slice_str(name);
    while (rest.n > 0) {
        size_t bar = slice_find_byte(rest, '|');
        if (slice_eq(slice_sub(rest, 0, bar < rest.n ? bar : rest.n), want))
            return true;
        rest = bar < rest.n ? slice_sub(rest, bar + 1, rest.n) : SLICE_ABSENT;
    }
    return false;
}

static bool is_letter(uint8_t c)
{
    uint8_t low = (uint8_t)(c | 0x20);
    return low >= 'a' && low <= 'z';
}

/* `C:\*`: the backslash escapes the star, so that a file of the name `*` is meant. */
static void check_drive(struct lint *l, const struct rule *r, const struct test *t)
{
    struct slice s = t->written;
    bool path = s.n > 2 && is_letter(s.p[0]) && s.p[1] == ':' && s.p[2] == '\\';
    if (!path || has_modifier(t, "contains"))
        return;
    for (size_t i = 2; i + 1 < s.n; i++) {
        if (s.p[i] != '\\')
            continue;
        if (s.p[i + 1] == '*' || s.p[i + 1] == '?')
            lint_add(
                l, r, "escaped-wildcard", t->line, t->column,
                "\"%.*s\": `\\%c` is a literal %c: write `\\\\%c` for a backslash and any text",
                SHOWN(s), s.p[i + 1], s.p[i + 1], s.p[i + 1]);
        i += s.p[i + 1] == '*' || s.p[i + 1] == '?' || s.p[i + 1] == '\\';
    }
}

static bool starts_nocase(struct slice s, const char *prefix)
{
    struct slice p = slice_str(prefix);
    return s.n >= p.n && slice_eq_nocase(slice_sub(s, 0, p.n), p);
}

/* `\\server\share` is one backslash: two need three or four. Names of devices, pipes and registry
 * keys begin with one. */
static void check_unc(struct lint *l, const struct rule *r, const struct test *t)
{
    static const char *const single[] = { "\\\\Device\\",           "\\\\REGISTRY\\",
                                          "\\\\SystemRoot\\",       "\\\\Windows\\",
                                          "\\\\BaseNamedObjects\\", "\\\\??\\" };
    struct slice s = t->written;
    bool anchored = !has_modifier(t, "contains") && !has_modifier(t, "endswith");
    if (!t->field.p || !anchored || s.n < 5 || s.p[0] != '\\' || s.p[1] != '\\' || s.p[2] == '\\' ||
        s.p[2] == '*' || s.p[2] == '?')
        return;
    struct slice rest = slice_sub(s, 2, s.n);
    size_t next = slice_find_byte(rest, '\\');
    if (next == SIZE_MAX || next + 1 == rest.n)
        return;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (starts_nocase(s, single[i]))
            return;
    lint_add(l, r, "unc-backslash", t->line, t->column,
             "\"%.*s\" begins with one backslash: write `\\\\\\\\` for the two of a network path",
             SHOWN(s));
}

static bool ends_nocase(struct slice s, const char *suffix)
{
    struct slice x = slice_str(suffix);
    return s.n >= x.n && slice_eq_nocase(slice_sub(s, s.n - x.n, x.n), x);
}

/* Paths have a folder in front, names of versions have none. */
static void check_path(struct lint *l, const struct rule *r, const struct test *t)
{
    const struct pattern *p = &t->u.text.pattern;
    if (!t->field.p || p->n == 0 || p->token[0].kind != TOKEN_LITERAL)
        return;
    struct slice s = p->token[0].literal;
    bool whole = p->n == 1;
    if (slice_eq(t->field, SLICE("OriginalFileName")) && s.p[0] == '\\')
        lint_add(l, r, "path-never", t->line, t->column,
                 "\"%.*s\" never occurs: OriginalFileName is a name without a folder",
                 SHOWN(t->written));
    else if (whole && slice_ends(t->field, SLICE("Image")) && ends_nocase(s, ".exe") &&
             slice_find_byte(s, '\\') == SIZE_MAX && slice_find_byte(s, '/') == SIZE_MAX)
        lint_add(l, r, "path-never", t->line, t->column,
                 "\"%.*s\" never occurs: %.*s has a folder in front: write |endswith: '\\%.*s'",
                 SHOWN(t->written), SHOWN(t->field), SHOWN(t->written));
}

static void check_pattern(struct lint *l, const struct rule *r, const struct test *t)
{
    const struct pattern *p = &t->u.text.pattern;
    bool shaped = has_modifier(t, "contains") || has_modifier(t, "startswith") ||
                  has_modifier(t, "endswith") || has_modifier(t, "windash");
    bool front = p->n > 1 && p->token[0].kind == TOKEN_ANY;
    bool back = p->n > 1 && p->token[p->n - 1].kind == TOKEN_ANY;
    size_t literals = 0;
    for (size_t i = 0; i < p->n; i++) {
        literals += p->token[i].kind == TOKEN_LITERAL;
    }
    if (p->n == 1 && p->token[0].kind == TOKEN_ANY)
        lint_add(l, r, "value-everything", t->line, t->column,
                 "\"%.*s\" matches every value: write %.*s|exists: true if presence is meant",
                 SHOWN(t->written), SHOWN(t->field));
    else if (t->field.p && !shaped && literals == 1 && (front || back) &&
             p->n == (size_t)1 + front + back)
        lint_add(l, r, "wildcard-ends", t->line, t->column,
                 "\"%.*s\": write |%s without the asterisk", SHOWN(t->written),
                 front && back ? "contains"
                 : front       ? "endswith"
                               : "startswith");
    if (slice_find(t->written, SLICE("**")) != SIZE_MAX && p->n > 1 &&
        slice_find(t->written, SLICE("\\*")) == SIZE_MAX)
        lint_add(l, r, "wildcard-double", t->line, t->column,
                 "\"%.*s\": one asterisk says the same", SHOWN(t->written));
}

static void check_control(struct lint *l, const struct rule *r, const struct test *t)
{
    for (size_t i = 0; i < t->written.n; i++) {
        uint8_t c = t->written.p[i];
        if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r')
            continue;
        lint_add(l, r, "value-control", t->line, t->column,
                 "the value holds the control character 0x%02x: was a backslash meant in double "
                 "quotes?",
                 c);
        return;
    }
}

static bool is_meta(uint8_t c)
{
    return memchr("\\^$.|?*+()[]{}", c, 14) != NULL;
}

static void check_regex(struct lint *l, const struct rule *r, const struct test *t)
{
    struct slice s = t->u.regex.pattern;
    size_t meta = 0;
    for (size_t i = 0; i < s.n; i++)
        meta += is_meta(s.p[i]);
    if (meta == 0)
        lint_add(
            l, r, "regex-plain", t->line, t->column,
            "\"%.*s\" is no expression: |contains says the same (with |cased where case counts)",
            SHOWN(s));
    else if (slice_starts(s, SLICE(".*")) || slice_starts(s, SLICE("^.*")) ||
             (slice_ends(s, SLICE(".*")) && !slice_ends(s, SLICE("\\.*"))) ||
             slice_ends(s, SLICE(".*$")))
        lint_add(l, r, "regex-ends", t->line, t->column,
                 "\"%.*s\": `.*` at an end does nothing but cost time", SHOWN(s));
}

/* --- fields --- */

/* Does the room know which fields events of the category have? */
static bool category_is_listed(struct slice category)
{
    return category_carries(category, SLICE("UtcTime")) ||
           category_carries(category, SLICE("ScriptBlockText")) ||
           category_carries(category, SLICE("Payload"));
}

/* Has each source of the category one EventID, so that a test of it says nothing new? */
static bool has_one_id(const struct rule *r)
{
    struct logsource source;
    if (logsource_resolve(r, &source, NULL) < 0)
        return false;
    for (size_t i = 0; i < source.n; i++)
        if (source.target[i].nid != 1)
            return false;
    return true;
}

static void check_field(struct lint *l, const struct rule *r, const struct test *t)
{
    struct slice name = t->field;
    if (!name.p)
        return;
    if (!r->category.p && slice_eq(name, SLICE("EventID")) && slice_eq(r->service, SLICE("sysmon")))
        lint_add(l, r, "logsource-generic", t->line, t->column,
                 "service sysmon with an EventID: the category of that event says it better");
    else if (r->category.p && slice_eq(name, SLICE("EventID")) && has_one_id(r))
        lint_add(l, r, "eventid-category", t->line, t->column,
                 "the category %.*s decides about EventIDs, and has more than one source: leave "
                 "EventID out",
                 SHOWN(r->category));
    else if (r->category.p && category_is_listed(r->category) && !field_is_system(name) &&
             !category_carries(r->category, name))
        lint_add(l, r, "field-unknown", t->line, t->column,
                 "no event of category %.*s has a field \"%.*s\": correct the name, or leave "
                 "it to those who enrich their events",
                 SHOWN(r->category), SHOWN(name));
}

static void check_test(struct lint *l, const struct rule *r, const struct test *t)
{
    check_control(l, r, t);
    if (t->kind == TEST_REGEX)
        check_regex(l, r, t);
    if (t->kind != TEST_PATTERN || has_modifier(t, "base64") || has_modifier(t, "base64offset"))
        return;
    check_drive(l, r, t);
    check_unc(l, r, t);
    check_path(l, r, t);
    check_pattern(l, r, t);
}

/* --- lists of values --- */

/* The literal of `*literal*` alone; absent for all other shapes. */
static struct slice contained(const struct node *n)
{
    const struct pattern *p = &n->test->u.text.pattern;
    if (n->test->kind != TEST_PATTERN || p->cased || p->n != 3 || p->token[0].kind != TOKEN_ANY ||
        p->token[1].kind != TOKEN_LITERAL || p->token[2].kind != TOKEN_ANY)
        return SLICE_ABSENT;
    return p->token[1].literal;
}

/* `contains: [ab, abc]`: whatever has abc has ab. */
static void check_covered(struct lint *l, const struct rule *r, const struct node *list)
{
    for (uint32_t i = 0; i < list->n && list->n <= COVER_MOST; i++) {
        struct slice one = contained(list->child[i]);
        for (uint32_t k = 0; one.p && k < list->n; k++) {
            struct slice other = contained(list->child[k]);
            const struct test *t = list->child[i]->test;
            if (k == i || !other.p || other.n >= one.n || slice_find(one, other) == SIZE_MAX)
                continue;
            lint_add(l, r, "value-covered", t->line, t->column,
                     "\"%.*s\" is covered by \"%.*s\" of the same list", SHOWN(t->written),
                     SHOWN(list->child[k]->test->written));
            break;
        }
    }
}

/* The value without case where case does not count. */
static struct slice value_key(const struct test *t, struct arena *a)
{
    bool folds = t->kind == TEST_PATTERN && !t->u.text.pattern.cased;
    struct slice s = folds ? fold_slice(t->written, a) : t->written;
    return s.p ? s : t->written;
}

static void check_twice(struct lint *l, const struct rule *r, const struct node *list)
{
    struct map seen;
    bool is_new = true;
    map_init(&seen, map_seed());
    for (uint32_t i = 0; i < list->n; i++) {
        const struct test *t = list->child[i]->test;
        (void)map_put(&seen, value_key(t, &l->arena), i, &is_new);
        if (!is_new)
            lint_add(l, r, "value-duplicate", t->line, t->column,
                     "\"%.*s\" stands twice in the list", SHOWN(t->written));
    }
    map_release(&seen);
}

/* Are the children the values of one item? */
static bool is_value_list(const struct node *n)
{
    if (n->kind != NODE_AND && n->kind != NODE_OR)
        return false;
    for (uint32_t i = 0; i < n->n; i++) {
        const struct node *c = n->child[i];
        if (c->kind != NODE_TEST || c->test->field.p != n->child[0]->test->field.p ||
            c->test->modifiers.p != n->child[0]->test->modifiers.p)
            return false;
        /* base64offset makes several tests of one value. */
        if (i > 0 && c->test->written.p == n->child[i - 1]->test->written.p)
            return false;
    }
    return n->n > 1;
}

static bool has_dash(const struct test *t)
{
    for (size_t i = 0; t->kind == TEST_PATTERN && i < t->u.text.pattern.n; i++)
        if (t->u.text.pattern.token[i].kind == TOKEN_DASH)
            return true;
    return false;
}

/* windash does nothing for any value of the item. */
static void check_windash(struct lint *l, const struct rule *r, const struct node *n)
{
    const struct test *t = n->kind == NODE_TEST ? n->test : n->child[0]->test;
    bool any = n->kind == NODE_TEST && has_dash(t);
    if (!has_modifier(t, "windash"))
        return;
    for (uint32_t i = 0; i < n->n; i++)
        any = any || has_dash(n->child[i]->test);
    if (!any)
        lint_add(l, r, "windash-idle", t->line, t->column,
                 "no value of %.*s has a dash before a word: windash does nothing",
                 SHOWN(t->field));
}

static void check_node(struct lint *l, const struct rule *r, const struct node *n)
{
    bool list = is_value_list(n);
    if (list || n->kind == NODE_TEST)
        check_windash(l, r, n);
    if (list) {
        check_twice(l, r, n);
        if (n->kind == NODE_OR && l->thorough)
            check_covered(l, r, n);
        return;
    }
    if (n->kind == NODE_TEST && has_modifier(n->test, "all") && n->test->field.p)
        lint_add(l, r, "all-single", n->test->line, n->test->column,
                 "|all with one value: remove it or add values");
    for (uint32_t i = 0; i < n->n; i++)
        check_node(l, r, n->child[i]);
}

/* A field is told about once a rule. */
static bool is_first_of_field(const struct rule *r, size_t i)
{
    struct slice name = r->test[i]->field;
    if (i > 0 && r->test[i - 1]->field.p == name.p)
        return false;
    for (size_t k = 0; k < i && k < FIELDS_MOST; k++)
        if (slice_eq(r->test[k]->field, name))
            return false;
    return true;
}

void lint_values(struct lint *l, const struct rule *r)
{
    const struct test *last = NULL;
    for (size_t i = 0; i < rule_own_tests(r); i++) {
        const struct test *t = r->test[i];
        if (is_first_of_field(r, i))
            check_field(l, r, t);
        /* What placeholders stand for was not written by the rule's author. */
        bool expanded = slice_find(t->modifiers, SLICE("expand")) != SIZE_MAX;
        if (!expanded && (!last || last->written.p != t->written.p))
            check_test(l, r, t);
        last = t;
    }
    for (size_t i = 0; i < rule_own_selections(r); i++)
        check_node(l, r, r->selection[i].node);
}
