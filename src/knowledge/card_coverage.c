/* card_coverage.c - what a rule needs: logs, verdict classes, logging policy, triggers.
 *
 * May include: base/, match/, rule/. */
#include <stdio.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "knowledge/card_impl.h"
#include "knowledge/needs.h"

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

static void item(void *ctx, struct slice text)
{
    page_item(ctx, text);
}

static void needs_row(struct page *p, const char *label, const struct rule *r, enum need what)
{
    page_row(p, label);
    rule_needs(r, what, item, p);
    page_row_end(p);
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

void card_coverage(struct cards *c, struct page *p, const struct rule *r)
{
    page_heading(p, 2, SLICE("Data needed"), NULL);
    page_table(p);
    source_row(p, r);
    needs_row(p, "Events", r, NEED_EVENT);
    needs_row(p, "Verdict by source", r, NEED_CLASS);
    field_row(c, p, r);
    needs_row(p, "Logging policy", r, NEED_POLICY);
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
    const struct rule_key *data = rule_key_find(r, "regression_tests_path");
    size_t n = attack_tags(c->attack, r, ATTACK_TECHNIQUE, tag, ATTACK_TAGS);
    if (n == 0 && rule_key_find(r, "simulation") == NULL && data == NULL)
        return;
    page_heading(p, 2, SLICE("Triggers"), NULL);
    page_table(p);
    page_row(p, "Of the rule");
    (void)simulation(c, p, r);
    page_row_end(p);
    page_row(p, "Regression data");
    if (data != NULL && data->text.n > 0)
        page_item(p, data->text);
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
