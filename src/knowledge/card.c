/* card.c - the page of a rule: identity, ATT&CK, CAR, condition, exports.
 *
 * May include: base/, rule/. */
#include "knowledge/card.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/filetime.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "knowledge/car.h"
#include "knowledge/card_impl.h"
#include "rule/lint.h"
#include "rule/show.h"

struct slice card_text(struct cards *c, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_clear(&c->text);
    buf_str(&c->text, text);
    return buf_view(&c->text);
}

static void row(struct page *p, const char *label, struct slice text)
{
    page_row(p, label);
    if (text.n > 0)
        page_item(p, text);
    page_row_end(p);
}

static void rows(struct page *p, const char *label, const struct slices *v)
{
    page_row(p, label);
    for (size_t i = 0; i < v->n; i++)
        page_item(p, v->v[i]);
    page_row_end(p);
}

static const struct rule *rule_of_id(const struct cards *c, struct slice id)
{
    for (size_t i = 0; i < c->rules->n; i++)
        if (id.n > 0 && slice_eq(c->rules->rule[i]->id, id))
            return c->rules->rule[i];
    return NULL;
}

static void related(struct cards *c, struct page *p, const struct rule *r, bool folder)
{
    page_row(p, "Related");
    for (size_t i = 0; i < r->nrelated; i++) {
        const struct rule *other = rule_of_id(c, r->related[i].id);
        buf_clear(&c->text);
        buf_slice(&c->text, r->related[i].type);
        buf_str(&c->text, ": ");
        buf_slice(&c->text, other != NULL ? other->title : r->related[i].id);
        if (other != NULL && folder && other->part_of == NULL) {
            char name[256];
            snprintf(name, sizeof name, "%s%s", card_name(c, other), page_suffix(p->format));
            page_file(p, buf_view(&c->text), name);
        } else {
            page_item(p, buf_view(&c->text));
        }
    }
    page_row_end(p);
}

static void identity(struct cards *c, struct page *p, const struct rule *r, bool folder)
{
    if (r->description.n > 0)
        page_paragraph(p, r->description);
    if (r->status == STATUS_DEPRECATED || r->status == STATUS_UNSUPPORTED)
        page_paragraph(p, card_text(c, "This rule is %s: it runs only with --status %s.",
                                    status_name(r->status), status_name(r->status)));
    page_table(p);
    row(p, "Id", r->id);
    row(p, "Name", r->name);
    row(p, "Level", card_text(c, "%s%s", level_name(r->level), r->has_level ? "" : " (not given)"));
    row(p, "Status", slice_str(status_name(r->status)));
    row(p, "Author", r->author);
    row(p, "Date", r->date);
    row(p, "Modified", r->modified);
    row(p, "Licence", r->license);
    buf_clear(&c->text);
    buf_slice(&c->text, r->file);
    buf_printf(&c->text, ":%u", r->line);
    row(p, "File", buf_view(&c->text));
    related(c, p, r, folder);
    page_table_end(p);
}

/* "https://attack.mitre.org/techniques/T1003/001/" */
static struct slice attack_address(const struct attack_entry *e, char out[128])
{
    static const char *const part[] = {
        [ATTACK_TACTIC] = "tactics",         [ATTACK_TECHNIQUE] = "techniques",
        [ATTACK_GROUP] = "groups",           [ATTACK_SOFTWARE] = "software",
        [ATTACK_MITIGATION] = "mitigations", [ATTACK_DATA_SOURCE] = "datasources",
        [ATTACK_CAMPAIGN] = "campaigns",
    };
    size_t dot = strcspn(e->id, ".");
    bool sub = e->id[dot] == '.';
    snprintf(out, 128, "https://attack.mitre.org/%s/%.*s%s%s/", part[e->kind], (int)dot, e->id,
             sub ? "/" : "", sub ? e->id + dot + 1 : "");
    return slice_str(out);
}

static void attack_row(struct cards *c, struct page *p, const struct rule *r, const char *label,
                       enum attack_kind kind)
{
    struct attack_tag tag[ATTACK_TAGS];
    char address[128];
    size_t n = attack_tags(c->attack, r, kind, tag, ATTACK_TAGS);
    page_row(p, label);
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
        buf_clear(&c->text);
        attack_tag_text(&tag[i], &c->text);
        buf_str(&c->text, " [");
        buf_slice(&c->text, tag[i].tag);
        buf_byte(&c->text, ']');
        if (tag[i].now != NULL)
            page_link(p, buf_view(&c->text), attack_address(tag[i].now, address));
        else
            page_item(p, buf_view(&c->text));
    }
    page_row_end(p);
}

static void car_row(struct cards *c, struct page *p, const struct rule *r, bool want_related)
{
    struct car_link link[CAR_LINKS];
    size_t n = car_links(c->attack, r, want_related, link, CAR_LINKS);
    page_row(p, want_related ? "CAR, related" : "CAR");
    for (size_t i = 0; i < n && i < CAR_LINKS; i++) {
        char address[128] = "";
        if ((link[i].technique != NULL) != want_related)
            continue;
        buf_clear(&c->text);
        car_link_text(&link[i], &c->text);
        if (link[i].car != NULL) {
            if (want_related) {
                buf_str(&c->text, ", coverage ");
                buf_slice(&c->text, link[i].coverage);
            }
            if (link[i].car->implementations[0] != '\0')
                buf_printf(&c->text, "; %s", link[i].car->implementations);
            snprintf(address, sizeof address, "https://car.mitre.org/analytics/%s/",
                     link[i].car->id);
        } else {
            buf_str(&c->text, " (unknown)");
        }
        page_link(p, buf_view(&c->text), slice_str(address));
    }
    page_row_end(p);
}

static bool has_prefix(struct slice tag, struct slice prefix)
{
    return slice_eq_nocase(slice_sub(tag, 0, prefix.n), prefix);
}

/* Tags of other namespaces: one row each for those that Sigma's specification names. */
static void other_tags(struct cards *c, struct page *p, const struct rule *r)
{
    static const struct {
        const char *label, *prefix;
    } space[] = { { "CVE", "cve." },
                  { "D3FEND", "d3fend." },
                  { "Detection", "detection." },
                  { "STP", "stp." },
                  { "TLP", "tlp." },
                  { "CAR tag", "car." }, /* has its row already */
                  { "Other tags", "" } };
    enum { SPACES = sizeof space / sizeof *space, CAR_SPACE = SPACES - 2 };
    for (size_t k = 0; k < SPACES; k++) {
        page_row(p, space[k].label);
        for (size_t i = 0; i < r->tags.n && k != CAR_SPACE; i++) {
            struct slice tag = r->tags.v[i];
            size_t of = 0;
            while (!has_prefix(tag, slice_str(space[of].prefix)))
                of++;
            if (of == k && attack_find(c->attack, tag) == NULL && !attack_is_technique(tag))
                page_item(p, tag);
        }
        page_row_end(p);
    }
}

static void meaning(struct cards *c, struct page *p, const struct rule *r)
{
    if (r->tags.n == 0)
        return;
    page_heading(p, 2, SLICE("ATT&CK and CAR"), NULL);
    page_table(p);
    attack_row(c, p, r, "Tactics", ATTACK_TACTIC);
    attack_row(c, p, r, "Techniques", ATTACK_TECHNIQUE);
    attack_row(c, p, r, "Groups", ATTACK_GROUP);
    attack_row(c, p, r, "Software", ATTACK_SOFTWARE);
    attack_row(c, p, r, "Campaigns", ATTACK_CAMPAIGN);
    attack_row(c, p, r, "Mitigations", ATTACK_MITIGATION);
    attack_row(c, p, r, "Data sources", ATTACK_DATA_SOURCE);
    car_row(c, p, r, false);
    car_row(c, p, r, true);
    other_tags(c, p, r);
    page_table_end(p);
}

/* "12 in 3 selections, 9 patterns, 2 regular expressions" */
static void counts(struct cards *c, struct page *p, const struct rule *r)
{
    size_t patterns = 0, regexes = 0;
    const size_t n = rule_own_tests(r);
    for (size_t i = 0; i < n; i++) {
        patterns += r->test[i]->kind == TEST_PATTERN;
        regexes += r->test[i]->kind == TEST_REGEX;
    }
    if (n > 0)
        row(p, "Tests",
            card_text(c, "%zu, selections: %zu; texts: %zu, regular expressions: %zu, others: %zu",
                      n, rule_own_selections(r), patterns, regexes, n - patterns - regexes));
}

/* What the loader and the lint say of the rule. */
static void doubts(struct cards *c, struct page *p, const struct rule *r)
{
    struct lint l;
    lint_init(&l);
    lint_values(&l, r);
    lint_logic(&l, r);
    page_row(p, "Doubtful");
    for (size_t i = 0; i < l.note.n; i++) {
        const struct lint_note *n = &l.note.v[i];
        buf_clear(&c->text);
        buf_printf(&c->text, "line %u: ", n->line);
        buf_slice(&c->text, n->text);
        page_item(p, buf_view(&c->text));
    }
    page_row_end(p);
    lint_release(&l);
}

static void condition(struct cards *c, struct page *p, const struct rule *r)
{
    page_heading(p, 2, SLICE("Condition"), NULL);
    buf_clear(&c->text);
    if (r->correlation != NULL)
        show_correlation_tree(r, &c->text);
    else
        show_tree(r, NULL, &c->text);
    page_code(p, buf_view(&c->text));
    page_table(p);
    counts(c, p, r);
    page_row(p, "Filtered by");
    for (size_t i = 0; i < r->nfilter; i++)
        page_item(p, r->filter[i].title);
    page_row_end(p);
    doubts(c, p, r);
    page_table_end(p);
}

static void reading(struct page *p, const struct rule *r)
{
    if (r->falsepositives.n + r->references.n == 0)
        return;
    page_heading(p, 2, SLICE("To read"), NULL);
    page_table(p);
    rows(p, "False positives", &r->falsepositives);
    page_row(p, "References");
    for (size_t i = 0; i < r->references.n; i++)
        page_link(p, r->references.v[i], r->references.v[i]);
    page_row_end(p);
    page_table_end(p);
}

static void exports(struct cards *c, struct page *p, const struct rule *r)
{
    page_heading(p, 2, SLICE("Exports"), NULL);
    for (size_t i = 0; i < CARD_TARGETS && c->exporter[i] != NULL; i++) {
        struct ev_err err = { 0 };
        bool narrow = false;
        page_heading(p, 3, slice_str(export_target_name(export_target_at(i))), NULL);
        buf_clear(&c->text);
        if (exporter_rule(c->exporter[i], r, &c->text, &narrow, &err) < 0) {
            page_paragraph(p, card_text(c, "Not possible: %s.", err.text));
            continue;
        }
        page_code(p, buf_view(&c->text));
        if (narrow)
            page_paragraph(p, SLICE("Looks at Sysmon's events only: Windows' own events tell the "
                                    "same in other values."));
    }
}

static void time_row(struct page *p, const char *label, uint64_t t)
{
    char iso[FILETIME_TEXT];
    row(p, label, slice_of(iso, filetime_iso(t, iso)));
}

static void evidence(struct cards *c, struct page *p, const struct rule *r,
                     const struct card_evidence *e)
{
    page_heading(p, 2, SLICE("In this evidence"), NULL);
    page_table(p);
    row(p, "Detections",
        e->rows > 0 ? card_text(c, "%llu", (unsigned long long)e->rows) : SLICE("none"));
    row(p, "Examined", card_text(c, "%zu computer%s", e->computers, e->computers == 1 ? "" : "s"));
    if (e->unfiltered > 0)
        row(p, "Not full",
            card_text(c, "%llu of them hang on fields that their records lack",
                      (unsigned long long)e->unfiltered));
    if (e->undecided > 0)
        row(p, "Undecided",
            card_text(c, "%llu events: a field that they lack could make it true",
                      (unsigned long long)e->undecided));
    if (e->rows > 0) {
        time_row(p, "First", e->first);
        time_row(p, "Last", e->last);
    }
    rows(p, "Computers", &e->hosts);
    rows(p, "Users", &e->users);
    rows(p, "What matched", &e->reasons);
    rows(p, "Not tested", &e->untested);
    rows(p, "First rows", &e->listed);
    rows(p, "Events here", &e->seen);
    rows(p, "Could not tell", &e->silent);
    page_table_end(p);
    if (e->rows == 0 && e->silent.n == 0 && rule_shows_rows(r))
        page_paragraph(p, SLICE("The logs could have shown it on every computer."));
}

void card_write(struct cards *c, const struct rule *r, enum page_format f, bool folder,
                const struct card_evidence *e, struct buf *out)
{
    struct page p;
    char home[32];
    snprintf(home, sizeof home, "index%s", page_suffix(f));
    page_begin(&p, out, f, r->title, folder ? home : NULL);
    identity(c, &p, r, folder);
    if (e != NULL)
        evidence(c, &p, r, e);
    meaning(c, &p, r);
    card_coverage(c, &p, r);
    condition(c, &p, r);
    reading(&p, r);
    card_triggers(c, &p, r);
    exports(c, &p, r);
    page_end(&p);
    out->full = out->full || c->text.full;
}

/* --- what all cards share --- */

static bool name_byte(uint8_t ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
}

/* Lower-case letters, digits and single hyphens of s, at most 60. */
static size_t plain_name(struct slice s, char out[64])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < 60; i++) {
        uint8_t ch = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] | 0x20) : s.p[i];
        if (name_byte(ch))
            out[n++] = (char)ch;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    return n;
}

static void name_all(struct cards *c)
{
    struct map taken;
    map_init(&taken, map_seed());
    for (size_t i = 0; cards_index_name(i) != NULL; i++)
        (void)map_put(&taken, slice_str(cards_index_name(i)), 0, NULL);
    for (size_t i = 0; i < c->rules->n; i++) {
        const struct rule *r = c->rules->rule[i];
        char base[64];
        bool fresh = false;
        size_t n = plain_name(r->id.n > 0 ? r->id : r->title, base);
        for (unsigned k = 1; !fresh; k++) {
            struct slice name = k == 1 && n > 0
                                    ? arena_printf(&c->arena, "%.*s", (int)n, base)
                                    : arena_printf(&c->arena, "%.*s-%u", n > 0 ? (int)n : 4,
                                                   n > 0 ? base : "rule", k);
            (void)map_put(&taken, name, 0, &fresh);
            c->name[i] = (const char *)name.p;
        }
    }
    map_release(&taken);
}

int cards_new(const struct ruleset *rules, const struct card_options *o, struct cards **ret,
              struct ev_err *err)
{
    struct cards *c = xcalloc(1, sizeof *c);
    int rc = EV_OK;
    arena_init(&c->arena, LIMIT_RULE_ARENA);
    buf_init(&c->text, LIMIT_OUT_ROW);
    c->rules = rules;
    c->attack = o->attack;
    c->name = xcalloc(rules->n > 0 ? rules->n : 1, sizeof *c->name);
    name_all(c);
    for (size_t i = 0; i < CARD_TARGETS && export_target_at(i) != NULL && rc == EV_OK; i++) {
        const struct export_target *t = export_target_at(i);
        const struct export_options eo = { export_target_is_mapped(t) ? o->fields : NULL, o->index,
                                           o->interval };
        rc = exporter_new(t, &eo, &c->exporter[i], err);
    }
    if (rc < 0) {
        cards_free(c);
        return rc;
    }
    *ret = c;
    return EV_OK;
}

void cards_show_rows(struct cards *c, const uint64_t *rows)
{
    c->rows = rows;
}

void cards_free(struct cards *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < CARD_TARGETS; i++)
        if (c->exporter[i] != NULL)
            exporter_free(c->exporter[i]);
    buf_release(&c->text);
    arena_release(&c->arena);
    free(c->name);
    free(c);
}

const char *card_name(const struct cards *c, const struct rule *r)
{
    return c->name[r->index];
}
