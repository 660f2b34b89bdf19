/* card_index.c - pages that lead to the cards of a folder: all rules, and by tactic, technique, log
 * source and level.
 *
 * May include: base/, rule/. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "knowledge/card_impl.h"

/* One rule in one group of a page. */
struct place {
    struct slice key, heading; /* key: what groups are sorted by */
    const struct rule *rule;
};

struct index {
    struct cards *cards;
    struct arena arena;
    VEC(struct place) place;
};

static void add(struct index *x, const struct rule *r, struct slice key, struct slice heading)
{
    struct place p = { key, heading, r };
    if (!vec_push(&x->place, SIZE_MAX, p))
        return;
}

static void by_tag(struct index *x, const struct rule *r, enum attack_kind kind)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t n = attack_tags(x->cards->attack, r, kind, tag, ATTACK_TAGS);
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
        const struct attack_entry *e = tag[i].now;
        bool again = e == NULL;
        for (size_t k = 0; k < i && !again; k++)
            again = tag[k].now == e;
        if (again)
            continue;
        struct slice key = kind == ATTACK_TACTIC
                               ? arena_printf(&x->arena, "%03u %s", e->order, e->id)
                               : slice_str(e->id);
        add(x, r, key, arena_printf(&x->arena, "%s: %s", e->id, e->name));
    }
    if (n == 0)
        add(x, r, SLICE("~"), kind == ATTACK_TACTIC ? SLICE("No tactic") : SLICE("No technique"));
}

static void by_tactic(struct index *x, const struct rule *r)
{
    by_tag(x, r, ATTACK_TACTIC);
}

static void by_technique(struct index *x, const struct rule *r)
{
    by_tag(x, r, ATTACK_TECHNIQUE);
}

static void by_source(struct index *x, const struct rule *r)
{
    const struct slice *part = r->category.n > 0 ? &r->category : &r->service;
    struct slice heading =
        part->n > 0 ? ARENA_JOIN(&x->arena,
                                 r->category.n > 0 ? SLICE("category ") : SLICE("service "), *part)
                    : SLICE("Whole product");
    add(x, r, heading, heading);
}

static void by_level(struct index *x, const struct rule *r)
{
    struct slice level = slice_str(level_name(r->level));
    add(x, r, arena_printf(&x->arena, "%d", LEVEL_CRITICAL - (int)r->level), level);
}

static void all_rules(struct index *x, const struct rule *r)
{
    if (x->cards->rows != NULL && x->cards->rows[r->index] > 0)
        add(x, r, SLICE("0"), SLICE("With detections in this evidence"));
    add(x, r, SLICE("1"), SLICE("All rules"));
}

static const struct {
    const char *name, *title;
    void (*sort)(struct index *x, const struct rule *r);
} pages[] = {
    { "index", "Rules", all_rules },
    { "by-tactic", "Rules by tactic", by_tactic },
    { "by-technique", "Rules by technique", by_technique },
    { "by-log-source", "Rules by log source", by_source },
    { "by-level", "Rules by level", by_level },
};
#define PAGES (sizeof pages / sizeof *pages)

const char *cards_index_name(size_t n)
{
    return n < PAGES ? pages[n].name : NULL;
}

/* Groups by key; in a group the most severe first, then by title. */
static int place_order(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;
    int cmp = slice_cmp(a->key, b->key);
    if (cmp == 0)
        cmp = (int)b->rule->level - (int)a->rule->level;
    if (cmp == 0)
        cmp = slice_cmp(a->rule->title, b->rule->title);
    return cmp != 0 ? cmp : (a->rule->index > b->rule->index) - (a->rule->index < b->rule->index);
}

/* "Security Log Cleared: 3 detections" */
static void put_name(struct cards *c, struct page *p, const struct rule *r, const char *file)
{
    const uint64_t n = c->rows != NULL ? c->rows[r->index] : 0;
    buf_clear(&c->text);
    buf_slice(&c->text, r->title.n > 0 ? r->title : slice_str(file));
    if (n > 0)
        buf_printf(&c->text, ": %llu detection%s", (unsigned long long)n, n == 1 ? "" : "s");
    page_file(p, buf_view(&c->text), file);
}

static void group(struct index *x, struct page *p, size_t from, size_t to)
{
    struct cards *c = x->cards;
    const struct place *v = x->place.v;
    buf_clear(&c->text);
    buf_slice(&c->text, v[from].heading);
    buf_printf(&c->text, " (%zu)", to - from);
    page_heading(p, 2, buf_view(&c->text), NULL);
    page_table(p);
    for (size_t i = from; i < to; i++) {
        char file[256];
        if (i == from || v[i].rule->level != v[i - 1].rule->level)
            page_row(p, level_name(v[i].rule->level));
        snprintf(file, sizeof file, "%s%s", card_name(c, v[i].rule), page_suffix(p->format));
        put_name(c, p, v[i].rule, file);
        if (i + 1 == to || v[i].rule->level != v[i + 1].rule->level)
            page_row_end(p);
    }
    page_table_end(p);
}

static void other_pages(struct page *p, size_t n)
{
    page_table(p);
    page_row(p, "Also");
    for (size_t i = 0; i < PAGES; i++) {
        char file[64];
        snprintf(file, sizeof file, "%s%s", pages[i].name, page_suffix(p->format));
        if (i != n)
            page_file(p, slice_str(pages[i].title), file);
    }
    page_row_end(p);
    page_table_end(p);
}

void cards_index(struct cards *c, size_t n, enum page_format f,
                 bool (*listed)(void *ctx, const struct rule *r), void *ctx, struct buf *out)
{
    struct index x = { .cards = c };
    struct page p;
    arena_init(&x.arena, LIMIT_RULE_ARENA);
    for (size_t i = 0; i < c->rules->n; i++)
        if (listed(ctx, c->rules->rule[i]))
            pages[n].sort(&x, c->rules->rule[i]);
    if (x.place.n > 0)
        qsort(x.place.v, x.place.n, sizeof *x.place.v, place_order);
    page_begin(&p, out, f, slice_str(pages[n].title), NULL);
    other_pages(&p, n);
    for (size_t from = 0, to; from < x.place.n; from = to) {
        for (to = from + 1; to < x.place.n && slice_eq(x.place.v[to].key, x.place.v[from].key);)
            to++;
        group(&x, &p, from, to);
    }
    page_paragraph(&p, card_text(c, "%s. %s", attack_version(c->attack), attack_attribution()));
    page_end(&p);
    free(x.place.v);
    arena_release(&x.arena);
}
