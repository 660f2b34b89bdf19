/* card_coverage.c - what a rule needs: logs, verdict classes, logging policy, triggers.
 *
 * May include: base/, match/, rule/. */
#include <stdio.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "knowledge/card_impl.h"
#include "knowledge/needed.h"
#include "match/matcher.h"
#include "rule/logsource.h"

static void source_row(struct page *p, const struct rule *r)
{
    struct buf text;
    buf_init(&text, LIMIT_LITERAL);
    const struct {
        const char *key;
        struct slice value;
    } part[] = { { "category", r->category },
                 { "product", r->product },
                 { "service", r->service } };
    for (size_t i = 0; i < 3; i++) {
        if (part[i].value.n == 0)
            continue;
        buf_printf(&text, "%s%s ", text.n > 0 ? ", " : "", part[i].key);
        buf_slice(&text, part[i].value);
    }
    page_row(p, "Log source");
    page_item(p, buf_view(&text));
    page_row_end(p);
    page_row(p, "Definition");
    if (r->definition.n > 0)
        page_item(p, r->definition);
    page_row_end(p);
    buf_release(&text);
}

static void needed_text(const struct needed_entry *e, struct buf *out)
{
    buf_str(out, e->channel);
    if (!e->any)
        buf_printf(out, ", EventID %u", e->event_id);
    buf_printf(out, ": %s", e->title);
    if (strcmp(e->since, "sysmon") != 0) /* every Sysmon has it */
        buf_printf(out, "; since %s", release_text(e->since));
}

static void class_rows(struct cards *c, struct page *p, const struct rule *r)
{
    struct arena a;
    if (!slice_eq(r->category, SLICE("process_creation")) || r->ncondition == 0)
        return;
    arena_init(&a, LIMIT_RULE_ARENA);
    page_row(p, "Verdict by source");
    for (int s = 0; s < SHAPE_COUNT; s++) {
        struct slices missing = { 0 };
        enum rule_class k = rule_classify(r, (enum shape)s, &a, &missing);
        buf_clear(&c->text);
        buf_printf(&c->text, "%s: %s", shape_name((enum shape)s), rule_class_name(k));
        for (size_t i = 0; i < missing.n; i++) {
            buf_str(&c->text, i > 0 ? ", " : "; not told: ");
            buf_slice(&c->text, missing.v[i]);
        }
        page_item(p, buf_view(&c->text));
    }
    page_row_end(p);
    arena_release(&a);
}

static void field_row(struct cards *c, struct page *p, const struct rule *r)
{
    buf_clear(&c->text);
    for (size_t i = 0; i < r->ntest; i++) {
        struct slice field = r->test[i]->field;
        bool again = field.n == 0;
        for (size_t k = 0; k < i && !again; k++)
            again = slice_eq(r->test[k]->field, field);
        if (again)
            continue;
        buf_str(&c->text, c->text.n > 0 ? ", " : "");
        buf_slice(&c->text, field);
    }
    page_row(p, "Fields tested");
    if (c->text.n > 0)
        page_item(p, buf_view(&c->text));
    page_row_end(p);
}

static bool reads(const struct rule *r, const char *field)
{
    for (size_t i = 0; i < r->ntest; i++)
        if (slice_eq(r->test[i]->field, slice_str(field)))
            return true;
    return false;
}

struct policies {
    const struct policy_entry *v[NEEDED_ROOM];
    size_t n;
};

static void add_policies(const struct needed_entry *e, const struct rule *r, struct policies *ret)
{
    const struct policy_entry *p[POLICY_ROOM];
    size_t n = policies_of(e, p, POLICY_ROOM);
    for (size_t i = 0; i < n && i < POLICY_ROOM; i++) {
        bool wanted = p[i]->field[0] == '\0' || reads(r, p[i]->field);
        for (size_t k = 0; k < ret->n && wanted; k++)
            wanted = ret->v[k] != p[i];
        if (wanted && ret->n < NEEDED_ROOM)
            ret->v[ret->n++] = p[i];
    }
}

static void policy_row(struct cards *c, struct page *p, const struct policies *all)
{
    page_row(p, "Logging policy");
    for (size_t i = 0; i < all->n; i++) {
        const struct policy_entry *e = all->v[i];
        buf_clear(&c->text);
        buf_printf(&c->text, "%s", e->title);
        if (e->field[0] != '\0')
            buf_printf(&c->text, ", for %s", e->field);
        buf_printf(&c->text, " (by default %s; volume %s)", policy_default_name(e->by_default),
                   e->volume);
        size_t before = c->text.n;
        buf_str(&c->text, ": ");
        policy_command(e, &c->text);
        if (c->text.n == before + 2)
            c->text.n = before;
        if (e->note[0] != '\0')
            buf_printf(&c->text, ". %s", e->note);
        page_item(p, buf_view(&c->text));
    }
    page_row_end(p);
}

void card_coverage(struct cards *c, struct page *p, const struct rule *r)
{
    const struct needed_entry *need[NEEDED_ROOM];
    struct policies policies = { .n = 0 };
    struct logsource ls;
    page_heading(p, 2, SLICE("Data needed"), NULL);
    page_table(p);
    source_row(p, r);
    size_t n = needed_of_rule(r, need, NEEDED_ROOM);
    page_row(p, "Events");
    for (size_t i = 0; i < n && i < NEEDED_ROOM; i++) {
        buf_clear(&c->text);
        needed_text(need[i], &c->text);
        page_item(p, buf_view(&c->text));
        add_policies(need[i], r, &policies);
    }
    if (n == 0 && logsource_resolve(r, &ls, NULL) == EV_OK && ls.never != NULL)
        page_item(p, card_text(c, "none: %s", ls.never));
    page_row_end(p);
    class_rows(c, p, r);
    field_row(c, p, r);
    policy_row(c, p, &policies);
    page_table_end(p);
}

/* --- triggers --- */

static void test_item(struct cards *c, struct page *p, const struct json_node *t)
{
    struct slice name = json_text(json_member(t, "name"));
    struct slice technique = json_text(json_member(t, "technique"));
    struct slice guid = json_text(json_member(t, "atomic_guid"));
    buf_clear(&c->text);
    buf_slice(&c->text, json_text(json_member(t, "type")));
    buf_str(&c->text, " ");
    buf_slice(&c->text, technique);
    buf_str(&c->text, ": ");
    buf_slice(&c->text, name);
    if (guid.n > 0) {
        buf_str(&c->text, ", test ");
        buf_slice(&c->text, guid);
    }
    page_item(p, buf_view(&c->text));
}

/* Tests that the rule names itself; false when there are none. */
static bool simulation(struct cards *c, struct page *p, const struct rule *r)
{
    const struct rule_key *key = rule_key_find(r, "simulation");
    struct json_document *d = NULL;
    if (key == NULL || key->text.n == 0 ||
        json_document_parse(key->text, "simulation", &d, NULL) < 0)
        return false;
    size_t n = json_length(json_root(d));
    for (size_t i = 0; i < n; i++)
        test_item(c, p, json_element(json_root(d), i));
    json_document_free(d);
    return n > 0;
}

void card_triggers(struct cards *c, struct page *p, const struct rule *r)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t n = attack_tags(c->attack, r, ATTACK_TECHNIQUE, tag, ATTACK_TAGS);
    if (n == 0 && rule_key_find(r, "simulation") == NULL)
        return;
    page_heading(p, 2, SLICE("Triggers"), NULL);
    page_table(p);
    page_row(p, "Of the rule");
    (void)simulation(c, p, r);
    page_row_end(p);
    page_row(p, "By technique");
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
        char address[160];
        if (tag[i].now == NULL)
            continue;
        snprintf(address, sizeof address,
                 "https://github.com/redcanaryco/atomic-red-team/tree/master/atomics/%s",
                 tag[i].now->id);
        page_link(p, card_text(c, "Atomic Red Team, where it has tests of %s", tag[i].now->id),
                  slice_str(address));
    }
    page_row_end(p);
    page_table_end(p);
}
