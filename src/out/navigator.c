/* navigator.c - see navigator.h. */
#include "out/navigator.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/parse.h"
#include "out/json.h"

/* What became of a technique, best first. */
enum fate { FATE_HIT, FATE_COULD, FATE_PART, FATE_COULD_NOT, FATE_NO_HIT, FATE_RULE };

static const struct {
    const char *label, *color;
} fates[] = {
    [FATE_HIT] = { "hit", "#d62d20" },
    [FATE_COULD] = { "no hit, could have been seen", "#57a773" },
    [FATE_PART] = { "no hit, could have been seen in part", "#f2c14e" },
    [FATE_COULD_NOT] = { "could not be seen", "#8a94a6" },
    [FATE_NO_HIT] = { "no hit, not known whether it could have been seen", "#b7c9e2" },
    [FATE_RULE] = { "has rules", "" },
};

enum { RULES_NAMED = 50 }; /* of one technique */

/* A rule, or a stranger, of a technique. */
struct part {
    const struct attack_entry *technique;
    const struct rule *rule;
    const struct navigator_stranger *stranger; /* when rule is NULL */
    size_t order;
};

struct parts {
    VEC(struct part) v;
};

static int part_order(const void *pa, const void *pb)
{
    const struct part *a = pa, *b = pb;
    int c = strcmp(a->technique->id, b->technique->id);
    return c ? c : (a->order > b->order) - (a->order < b->order);
}

static void add_rule(struct parts *p, const struct navigator *n, const struct rule *r)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t found = attack_tags(n->attack, r, ATTACK_TECHNIQUE, tag, ATTACK_TAGS);
    found = found < ATTACK_TAGS ? found : ATTACK_TAGS;
    for (size_t i = 0; i < found; i++) {
        const struct attack_entry *e = tag[i].now;
        bool again = e == NULL;
        for (size_t k = p->v.n; k > 0 && !again && p->v.v[k - 1].rule == r; k--)
            again = p->v.v[k - 1].technique == e;
        if (!again)
            vec_push(&p->v, SIZE_MAX, (struct part){ .technique = e, .rule = r, .order = p->v.n });
    }
}

static void gather(const struct navigator *n, struct parts *p)
{
    for (size_t i = 0; i < n->rules->n; i++)
        if (!n->shows || n->shows(n->shows_ctx, n->rules->rule[i]))
            add_rule(p, n, n->rules->rule[i]);
    for (size_t i = 0; i < n->strangers.n; i++)
        vec_push(&p->v, SIZE_MAX,
                 (struct part){ .technique = n->strangers.v[i].technique,
                                .stranger = &n->strangers.v[i],
                                .order = p->v.n });
    if (p->v.n)
        qsort(p->v.v, p->v.n, sizeof *p->v.v, part_order);
}

static uint64_t part_hits(const struct navigator *n, const struct part *p)
{
    if (!p->rule)
        return p->stranger->hits;
    return n->hits ? n->hits[p->rule->index] : 0;
}

/* --- the layer --- */

static void text_member(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void metadata(struct json *j, const char *name, struct slice value)
{
    json_object(j);
    text_member(j, "name", slice_str(name));
    text_member(j, "value", value);
    json_end(j);
}

static void metadata_number(struct json *j, const char *name, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    metadata(j, name, slice_str(text));
}

static enum fate fate_of(const struct navigator *n, const struct part *p, size_t count)
{
    enum fate best = FATE_RULE;
    for (size_t i = 0; i < count; i++) {
        enum fate one = n->hits ? FATE_NO_HIT : FATE_RULE;
        if (part_hits(n, &p[i]) > 0)
            one = FATE_HIT;
        else if (n->coverage && p[i].rule)
            one = (enum fate)(FATE_COULD_NOT - n->coverage->best[p[i].rule->index]);
        best = one < best ? one : best;
    }
    return best;
}

/* "Burst of Failed Logons (medium): 3 hits" or the reason why not. */
static void rule_text(const struct navigator *n, const struct part *p, struct buf *out)
{
    const uint64_t hits = part_hits(n, p);
    buf_clear(out);
    buf_slice(out, p->rule ? p->rule->title : p->stranger->title);
    buf_str(out, " (");
    buf_slice(out, p->rule ? slice_str(level_name(p->rule->level)) : p->stranger->level);
    buf_byte(out, ')');
    if (hits > 0)
        buf_printf(out, ": %" PRIu64 " %s", hits, hits == 1 ? "hit" : "hits");
    if (hits > 0 || !p->rule || !n->coverage || n->coverage->nhost == 0)
        return;
    const struct cover one =
        coverage_judge(n->coverage, n->coverage->best_host[p->rule->index], p->rule);
    buf_printf(out, ": %s", cover_state_name(one.state));
    if (one.reason != COVER_OK)
        buf_str(out, ", ");
    cover_text(&one, out);
}

static void put_metadata(struct json *j, const struct navigator *n, const struct part *p,
                         size_t count, uint64_t hits, struct buf *text)
{
    uint64_t state[COVER_FIRE + 1] = { 0 };
    json_key(j, "metadata");
    json_array(j);
    metadata_number(j, "rules", count);
    if (n->hits)
        metadata_number(j, "hits", hits);
    for (size_t i = 0; i < count && n->coverage; i++)
        if (p[i].rule)
            state[n->coverage->best[p[i].rule->index]]++;
    if (n->coverage) {
        metadata_number(j, "could fire", state[COVER_FIRE]);
        metadata_number(j, "in part", state[COVER_PART]);
        metadata_number(j, "could not", state[COVER_NOT]);
    }
    for (size_t i = 0; i < count && i < RULES_NAMED; i++) {
        rule_text(n, &p[i], text);
        metadata(j, "rule", buf_view(text));
    }
    if (count > RULES_NAMED)
        metadata_number(j, "more rules", count - RULES_NAMED);
    json_end(j);
}

static void technique(struct json *j, const struct navigator *n, const struct part *p, size_t count,
                      struct buf *text)
{
    const enum fate fate = fate_of(n, p, count);
    uint64_t hits = 0;
    for (size_t i = 0; i < count; i++)
        hits += part_hits(n, &p[i]);
    json_object(j);
    text_member(j, "techniqueID", slice_str(p->technique->id));
    json_key(j, "score");
    json_u64(j, n->hits ? hits : count);
    if (fate != FATE_RULE) {
        text_member(j, "color", slice_str(fates[fate].color));
        text_member(j, "comment", slice_str(fates[fate].label));
    }
    put_metadata(j, n, p, count, hits, text);
    json_end(j);
}

static void versions(struct json *j, const struct navigator *n)
{
    struct slice v = slice_str(attack_version(n->attack));
    const size_t at = slice_find_byte(v, 'v');
    uint32_t major = 0;
    v = at == SIZE_MAX ? SLICE_ABSENT : slice_sub(v, at + 1, v.n);
    v = slice_sub(v, 0, slice_find_byte(v, '.'));
    json_key(j, "versions");
    json_object(j);
    if (parse_u32(v, &major) == EV_OK) /* the Navigator knows whole versions */
        text_member(j, "attack", v);
    text_member(j, "navigator", SLICE("5.2.0"));
    text_member(j, "layer", SLICE("4.5"));
    json_end(j);
}

static void layout(struct json *j)
{
    json_key(j, "layout");
    json_object(j);
    text_member(j, "layout", SLICE("side"));
    text_member(j, "aggregateFunction", SLICE("sum"));
    json_key(j, "showID");
    json_bool(j, true);
    json_key(j, "showName");
    json_bool(j, true);
    json_key(j, "showAggregateScores");
    json_bool(j, false);
    json_key(j, "countUnscored");
    json_bool(j, false);
    text_member(j, "expandedSubtechniques", SLICE("annotated"));
    json_end(j);
}

static void gradient(struct json *j, uint64_t most)
{
    json_key(j, "gradient");
    json_object(j);
    json_key(j, "colors");
    json_array(j);
    json_str(j, "#dbe9f6");
    json_str(j, "#08519c");
    json_end(j);
    json_key(j, "minValue");
    json_u64(j, 0);
    json_key(j, "maxValue");
    json_u64(j, most > 0 ? most : 1);
    json_end(j);
}

static void legend(struct json *j, const struct navigator *n)
{
    json_key(j, "legendItems");
    json_array(j);
    for (size_t i = 0; i < FATE_RULE; i++) {
        if ((i == FATE_HIT && !n->hits) || (i == FATE_NO_HIT && (!n->hits || n->coverage)) ||
            (i > FATE_HIT && i < FATE_NO_HIT && !n->coverage))
            continue;
        json_object(j);
        text_member(j, "label", slice_str(fates[i].label));
        text_member(j, "color", slice_str(fates[i].color));
        json_end(j);
    }
    json_object(j);
    text_member(j, "label", SLICE("no rule"));
    text_member(j, "color", SLICE("#ffffff"));
    json_end(j);
    json_end(j);
}

static void head(struct json *j, const struct navigator *n, size_t rules)
{
    text_member(j, "name", n->name);
    versions(j, n);
    text_member(j, "domain", SLICE("enterprise-attack"));
    text_member(j, "description",
                n->coverage || n->hits
                    ? SLICE("Written by evtriage: what its rules found, and could have found, by "
                            "technique; those that no rule names are not coloured")
                    : SLICE("Written by evtriage: how many rules name a technique"));
    json_key(j, "sorting");
    json_u64(j, 0);
    layout(j);
    json_key(j, "hideDisabled");
    json_bool(j, false);
    json_key(j, "metadata");
    json_array(j);
    metadata(j, "written by", SLICE(PACKAGE_NAME " " PACKAGE_VERSION));
    metadata_number(j, "rules", rules);
    if (n->hits)
        metadata_number(j, "rows of the timeline", n->rows);
    if (n->coverage) {
        metadata_number(j, "rules that could have fired", n->coverage->n[COVER_FIRE]);
        metadata_number(j, "rules that could in part", n->coverage->n[COVER_PART]);
        metadata_number(j, "rules that could not", n->coverage->n[COVER_NOT]);
    }
    json_end(j);
}

static size_t shown(const struct navigator *n)
{
    size_t count = 0;
    for (size_t i = 0; i < n->rules->n; i++)
        count += !n->shows || n->shows(n->shows_ctx, n->rules->rule[i]);
    return count;
}

int navigator_write(const struct navigator *n, struct output *out, struct ev_err *err)
{
    struct parts parts = { 0 };
    struct buf b, text;
    struct json j;
    uint64_t most = 0;
    buf_init(&b, LIMIT_OUT_ROW);
    buf_init(&text, LIMIT_OUT_ROW);
    gather(n, &parts);
    json_init(&j, &b, true);
    json_object(&j);
    head(&j, n, shown(n));
    json_key(&j, "techniques");
    json_array(&j);
    for (size_t i = 0, run; i < parts.v.n; i += run) {
        uint64_t hits = 0;
        for (run = 0;
             i + run < parts.v.n && parts.v.v[i].technique == parts.v.v[i + run].technique;)
            hits += part_hits(n, &parts.v.v[i + run++]);
        technique(&j, n, &parts.v.v[i], run, &text);
        most = (n->hits ? hits : run) > most ? (n->hits ? hits : run) : most;
    }
    json_end(&j);
    gradient(&j, most);
    legend(&j, n);
    json_end(&j);
    buf_byte(&b, '\n');
    int rc = b.full ? ev_err_set(err, EV_ELIMIT, "%s: the layer is larger than %zu bytes",
                                 output_path(out), b.cap)
                    : output_write(out, buf_view(&b), err);
    vec_release(&parts.v);
    buf_release(&b);
    buf_release(&text);
    return rc;
}
