/* cmd_rules_show.c - `evtriage rules show`: one rule as it was understood. */
#include <stdio.h>

#include "app/cmd_rules.h"
#include "app/print.h"
#include "app/talk.h"
#include "base/limits.h"
#include "rule/correlation.h"
#include "knowledge/attack.h"
#include "out/json.h"
#include "rule/show.h"

static void line(const char *label, struct slice text)
{
    if (!text.n)
        return;
    printf("%-14s ", label);
    print_slice(stdout, text);
    putchar('\n');
}

static void lines(const char *label, const struct slices *s)
{
    for (size_t i = 0; i < s->n; i++)
        line(i ? "" : label, s->v[i]);
}

/* A tag with what it means today. */
static void tag_line(const char *label, const struct attack *a, struct slice tag)
{
    const struct attack_entry *e = slice_starts(tag, SLICE("attack.")) ? attack_find(a, tag) : NULL;
    const struct attack_entry *now = e ? attack_current(a, e) : NULL;
    printf("%-14s ", label);
    print_slice(stdout, tag);
    if (e && now != e)
        printf("  %s, now %s: %s", e->name, now->id, now->name);
    else if (e)
        printf("  %s%s", e->name, e->current ? "" : " (retired)");
    putchar('\n');
}

/* "Security, EventID 4688" */
static void target_text(const struct logsource_target *t, struct buf *b)
{
    buf_str(b, t->channel ? t->channel : "every channel");
    if (t->provider)
        buf_printf(b, ", provider %s", t->provider);
    for (uint8_t i = 0; i < t->nid; i++)
        buf_printf(b, "%s%u", i ? ", " : t->nid > 1 ? ", EventIDs " : ", EventID ", t->id[i]);
    if (t->field)
        buf_printf(b, ", %s %s", t->field, t->value[0]);
    if (t->field && t->value[1])
        buf_printf(b, " or %s", t->value[1]);
}

static void show_source(const struct rule *r)
{
    struct logsource source = { 0 };
    struct buf b;
    buf_init(&b, LIMIT_KIB(16));
    line("category", r->category);
    line("product", r->product);
    line("service", r->service);
    line("definition", r->definition);
    (void)logsource_resolve(r, &source, NULL);
    for (size_t i = 0; i < source.n; i++) {
        buf_clear(&b);
        target_text(&source.target[i], &b);
        line(i ? "" : "events", buf_view(&b));
    }
    buf_release(&b);
}

static bool has_classes(const struct rule *r)
{
    return slice_eq(r->category, SLICE("process_creation"));
}

static void show_classes(const struct rule *r)
{
    struct arena a;
    if (!has_classes(r))
        return;
    arena_init(&a, LIMIT_RULE_ARENA);
    for (int s = 0; s < SHAPE_COUNT; s++) {
        struct slices missing = { 0 };
        enum rule_class c = rule_classify(r, (enum shape)s, &a, &missing);
        printf("%-14s %s: %s", s ? "" : "class", shape_name((enum shape)s), rule_class_name(c));
        for (size_t i = 0; i < missing.n; i++)
            printf("%s%.*s", i ? ", " : ", without ", SLICE_ARG(missing.v[i]));
        putchar('\n');
    }
    arena_release(&a);
}

/* "IpAddress, Computer" */
static void put_names(const struct slice *name, size_t n, struct buf *b)
{
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i ? ", " : "");
        buf_slice(b, name[i]);
    }
}

/* "TargetUserName gte 5", or the condition in words. */
static void put_condition(const struct correlation *c, struct buf *b)
{
    put_names(c->key + c->ngroup, c->nkey - c->ngroup, b);
    if (c->expression)
        buf_slice(b, c->expression_text);
    for (size_t i = 0; i < c->nbound; i++) {
        buf_printf(b, "%s%s ", b->n ? " " : "", bound_op_name(c->bound[i].op));
        buf_slice(b, c->bound[i].written);
    }
}

static void show_correlation(const struct rule *r)
{
    const struct correlation *c = r->correlation;
    struct buf b;
    if (!c)
        return;
    buf_init(&b, LIMIT_OUT_ROW);
    line("correlation", slice_str(correlation_type_name(c->type)));
    for (size_t i = 0; i < c->nref; i++)
        line(i ? "" : "of", c->ref[i].at.name);
    put_names(c->key, c->ngroup, &b);
    line("group by", buf_view(&b));
    line("timespan", c->timespan_text);
    buf_clear(&b);
    put_condition(c, &b);
    line("condition", buf_view(&b));
    line("judged", c->closes ? SLICE("when the window is over") : SLICE("at each event"));
    buf_release(&b);
}

static void show_filters(const struct rule *r)
{
    for (size_t i = 0; i < r->nfilter; i++)
        line(i ? "" : "filtered by", r->filter[i].title);
}

static void show_unknown_keys(const struct rule *r)
{
    struct buf b;
    buf_init(&b, 2 * LIMIT_LITERAL);
    for (size_t i = 0; i < r->nkey; i++) {
        if (r->key[i].known)
            continue;
        buf_clear(&b);
        buf_slice(&b, r->key[i].name);
        buf_str(&b, ": ");
        buf_slice(&b, r->key[i].text);
        line("other key", buf_view(&b));
    }
    buf_release(&b);
}

static void show_text(const struct attack *a, const struct rule *r, struct buf *b)
{
    line("title", r->title);
    line("id", r->id);
    line("name", r->name);
    printf("%-14s ", "file");
    print_slice(stdout, r->file);
    printf(":%u\n", r->line);
    line("status", slice_str(status_name(r->status)));
    printf("%-14s %s%s\n", "level", level_name(r->level), r->has_level ? "" : " (not given)");
    line("author", r->author);
    line("date", r->date);
    line("modified", r->modified);
    line("license", r->license);
    line("description", r->description);
    lines("references", &r->references);
    for (size_t i = 0; i < r->tags.n; i++)
        tag_line(i ? "" : "tags", a, r->tags.v[i]);
    for (size_t i = 0; i < r->nrelated; i++) {
        line(i ? "" : "related", r->related[i].id);
        line("", r->related[i].type);
    }
    lines("falsepositives", &r->falsepositives);
    lines("fields", &r->fields);
    show_source(r);
    show_correlation(r);
    show_filters(r);
    show_classes(r);
    show_unknown_keys(r);
    printf("%-14s %zu in %zu selections, %zu of our own in `tests`\n\n", "tests", rule_own_tests(r),
           rule_own_selections(r), r->nrule_test);
    if (r->correlation)
        show_correlation_tree(r, b);
    else
        show_tree(r, NULL, b);
    fwrite(b->p, 1, b->n, stdout);
}

/* --- JSON --- */

static void json_text(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void json_list(struct json *j, const char *key, const struct slices *s)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < s->n; i++)
        json_slice(j, s->v[i]);
    json_end(j);
}

static void json_source(struct json *j, const struct rule *r)
{
    struct logsource source = { 0 };
    json_key(j, "logsource");
    json_object(j);
    json_text(j, "category", r->category);
    json_text(j, "product", r->product);
    json_text(j, "service", r->service);
    json_text(j, "definition", r->definition);
    json_end(j);
    (void)logsource_resolve(r, &source, NULL);
    json_key(j, "events");
    json_array(j);
    for (size_t i = 0; i < source.n; i++) {
        const struct logsource_target *t = &source.target[i];
        json_object(j);
        json_text(j, "channel", slice_str(t->channel));
        json_text(j, "provider", slice_str(t->provider));
        json_key(j, "event_ids");
        json_array(j);
        for (uint8_t k = 0; k < t->nid; k++)
            json_u64(j, t->id[k]);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void json_classes(struct json *j, const struct rule *r)
{
    struct arena a;
    if (!has_classes(r))
        return;
    arena_init(&a, LIMIT_RULE_ARENA);
    json_key(j, "class");
    json_object(j);
    for (int s = 0; s < SHAPE_COUNT; s++) {
        struct slices missing = { 0 };
        enum rule_class c = rule_classify(r, (enum shape)s, &a, &missing);
        json_key(j, shape_name((enum shape)s));
        json_object(j);
        json_key(j, "class");
        json_str(j, rule_class_name(c));
        json_list(j, "missing", &missing);
        json_end(j);
    }
    json_end(j);
    arena_release(&a);
}

static void json_correlation(struct json *j, const struct rule *r)
{
    const struct correlation *c = r->correlation;
    const struct slices group = { c ? c->key : NULL, c ? c->ngroup : 0 };
    struct buf b;
    json_key(j, "correlation");
    if (!c) {
        json_null(j);
        return;
    }
    buf_init(&b, LIMIT_OUT_ROW);
    json_object(j);
    json_text(j, "type", slice_str(correlation_type_name(c->type)));
    json_key(j, "rules");
    json_array(j);
    for (size_t i = 0; i < c->nref; i++)
        json_slice(j, c->ref[i].at.name);
    json_end(j);
    json_list(j, "group_by", &group);
    json_text(j, "timespan", c->timespan_text);
    put_condition(c, &b);
    json_text(j, "condition", buf_view(&b));
    json_end(j);
    buf_release(&b);
}

static void json_other_keys(struct json *j, const struct rule *r)
{
    json_key(j, "other_keys");
    json_object(j);
    for (size_t i = 0; i < r->nkey; i++)
        if (!r->key[i].known) {
            json_key_slice(j, r->key[i].name);
            json_slice(j, r->key[i].text);
        }
    json_end(j);
}

static void show_as_json(const struct rule *r, struct buf *tree)
{
    struct buf b;
    struct json j;
    buf_init(&b, LIMIT_OUT_ROW);
    json_init(&j, &b, false);
    json_object(&j);
    json_text(&j, "title", r->title);
    json_text(&j, "id", r->id);
    json_text(&j, "name", r->name);
    json_text(&j, "file", r->file);
    json_key(&j, "line");
    json_u64(&j, r->line);
    json_text(&j, "status", slice_str(status_name(r->status)));
    json_text(&j, "level", slice_str(level_name(r->level)));
    json_text(&j, "author", r->author);
    json_text(&j, "date", r->date);
    json_text(&j, "modified", r->modified);
    json_text(&j, "description", r->description);
    json_list(&j, "references", &r->references);
    json_list(&j, "tags", &r->tags);
    json_list(&j, "falsepositives", &r->falsepositives);
    json_list(&j, "fields", &r->fields);
    json_source(&j, r);
    json_classes(&j, r);
    json_correlation(&j, r);
    json_other_keys(&j, r);
    show_json(r, tree);
    json_key(&j, "conditions");
    json_raw(&j, buf_view(tree));
    json_end(&j);
    buf_byte(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    buf_release(&b);
}

int rules_show(const struct options *o, struct loaded *l)
{
    const bool json = o->format && strcmp(o->format, "json") == 0;
    struct buf tree;
    size_t n = 0;
    bool full = false;

    if (o->format && !json && strcmp(o->format, "text") != 0) {
        talk("--format: \"%s\" is no format of rules show; formats are text, json", o->format);
        return EXIT_USAGE;
    }
    buf_init(&tree, LIMIT_OUT_ROW);
    for (size_t i = 0; i < l->rules->n; i++) {
        if (!rules_listed(o, l->rules->rule[i]))
            continue;
        if (n++ && !json)
            printf("\n---\n\n");
        buf_clear(&tree);
        if (json)
            show_as_json(l->rules->rule[i], &tree);
        else
            show_text(l->attack, l->rules->rule[i], &tree);
        full |= tree.full;
    }
    buf_release(&tree);
    if (full)
        talk("a rule's tree is longer than %zu MiB and was cut", (size_t)LIMIT_OUT_ROW >> 20);
    if (n)
        return EXIT_DONE;
    loaded_print_messages(l, MESSAGE_ERROR);
    talk("no loaded rule has that id, title or tag; `evtriage rules list` names them");
    return EXIT_USAGE;
}
