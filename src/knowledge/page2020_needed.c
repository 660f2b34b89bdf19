/* page2020_needed.c - Data Needed by log source, EventIDs and fields, as the generator of 2020 chose.
 *
 * A rule that asks for EventIDs gets what has one of them; another one gets what has all of its
 * fields. A list that holds a text is taken for keywords and gives nothing.
 * May include: base/. */
#include "knowledge/page2020_needed.h"

#include <stdlib.h>

#include "base/parse.h"

struct source {
    struct slice platform, channel; /* absent: not given */
    bool process_creation;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(struct needed_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->name[i], name) == 0)
            return;
    if (set->n < PAGE2020_NEEDED_MAX)
        set->name[set->n++] = name;
}

static struct slice translated(const struct lvalue *v)
{
    const struct atc_row *r = v ? atc2020_find(ATC_SOURCE, v->text) : NULL;
    return r ? slice_str(r->v[0]) : v ? v->text : SLICE_ABSENT;
}

static struct source source_of(const struct lvalue *doc)
{
    const struct lvalue *s = lvalue_get(doc, "logsource");
    const struct lvalue *category = lvalue_get(s, "category");
    return (struct source){ translated(lvalue_get(s, "product")),
                            translated(lvalue_get(s, "service")),
                            category && slice_eq(category->text, SLICE("process_creation")) };
}

static bool fits_platform(const struct atc_row *r, const struct source *s)
{
    return s->platform.p && slice_eq(s->platform, slice_str(r->v[0]));
}

static bool fits(const struct atc_row *r, const struct source *s)
{
    return fits_platform(r, s) && (!s->channel.p || slice_eq(s->channel, slice_str(r->v[1])));
}

static bool is_selection(struct slice name)
{
    return !slice_eq(name, SLICE("condition")) && !slice_eq(name, SLICE("timeframe"));
}

/* The map itself, or the maps in a list: item i, NULL behind the last. */
static const struct lvalue *map_at(const struct lvalue *v, uint32_t i)
{
    if (v->kind == LVALUE_MAP)
        return i == 0 ? v : NULL;
    return v->kind == LVALUE_LIST && i < v->n ? v->child[i] : NULL;
}

static bool holds_text(const struct lvalue *v)
{
    for (uint32_t i = 0; v->kind == LVALUE_LIST && i < v->n; i++)
        if (v->child[i]->kind == LVALUE_TEXT)
            return true;
    return false;
}

static struct slice field_of(struct slice key)
{
    return slice_sub(key, 0, slice_find_byte(key, '|'));
}

/* --- by EventID --- */

static bool has_event_id(const struct lvalue *v)
{
    const struct lvalue *m;
    for (uint32_t i = 0; (m = map_at(v, i)); i++)
        if (lvalue_get(m, "EventID") ||
            (m->kind == LVALUE_TEXT && slice_eq(m->text, SLICE("EventID"))))
            return true;
    return false;
}

static bool has_command_line(const struct lvalue *v)
{
    const struct lvalue *m;
    for (uint32_t i = 0; (m = map_at(v, i)); i++)
        for (uint32_t k = 0; m->kind == LVALUE_MAP && k < m->n; k++)
            if (atc2020_lists(
                    "CommandLine,ProcessCommandLine,ProcesssCommandLine,ParentCommandLine",
                    field_of(m->key[k])))
                return true;
    return false;
}

/* The third part of DN_0001_4688_windows_... as a number. */
static bool has_number(const struct atc_row *r, struct slice number)
{
    struct slice rest = slice_str(r->name);
    uint64_t want, have;
    for (int i = 0; i < 2; i++) {
        const size_t at = slice_find_byte(rest, '_');
        if (at == SIZE_MAX)
            return false;
        rest = slice_sub(rest, at + 1, rest.n);
    }
    rest = slice_sub(rest, 0, slice_find_byte(rest, '_'));
    return parse_u64(rest, &have) == EV_OK && parse_u64(number, &want) == EV_OK && have == want;
}

static void add_id(struct needed_set *set, const struct source *s, const struct lvalue *id,
                   bool command_line)
{
    if (id->kind != LVALUE_INT)
        return;
    for (size_t i = 0; i < atc2020_table_n; i++) {
        const struct atc_row *r = &atc2020_table[i];
        if (r->kind != ATC_NEEDED || !fits(r, s) || !has_number(r, id->text))
            continue;
        if (!command_line || strcmp(r->name, "DN_0001_4688_windows_process_creation") != 0)
            add(set, r->name);
    }
}

static void add_by_ids(struct needed_set *set, const struct source *s, const struct lvalue *v)
{
    const bool command_line = has_command_line(v);
    const struct lvalue *m;
    if (holds_text(v))
        return;
    for (uint32_t i = 0; (m = map_at(v, i)); i++) {
        const struct lvalue *id = lvalue_get(m, "EventID");
        if (id && id->kind == LVALUE_LIST)
            for (uint32_t k = 0; k < id->n; k++)
                add_id(set, s, id->child[k], command_line);
        else if (id)
            add_id(set, s, id, command_line);
    }
}

/* --- by fields --- */

/* Do the lists of values in a map hold nothing but text and numbers? Otherwise the whole selection
 * was passed over. */
static bool plain_lists(const struct lvalue *m)
{
    for (uint32_t k = 0; k < m->n; k++) {
        const struct lvalue *v = m->child[k];
        if (v->kind == LVALUE_LIST && v->n && !lvalue_is_plain(v->child[0]) &&
            v->child[0]->kind != LVALUE_BOOL)
            return false;
    }
    return true;
}

static bool map_fields_are_in(const char *list, const struct lvalue *m)
{
    if (!plain_lists(m))
        return true;
    for (uint32_t k = 0; k < m->n; k++) {
        const bool empty = m->child[k]->kind == LVALUE_LIST && !m->child[k]->n;
        if (!empty && !atc2020_lists(list, field_of(m->key[k])))
            return false;
    }
    return true;
}

/* A list of maps asks for the fields of all; with a number in it, or with text and maps, for a field
 * that nothing has. A list of text asks for none. */
static bool list_fields_are_in(const char *list, const struct lvalue *v)
{
    bool text = false, other = false;
    for (uint32_t i = 0; i < v->n; i++) {
        const struct lvalue *m = v->child[i];
        text |= m->kind == LVALUE_TEXT;
        other |= m->kind != LVALUE_TEXT;
        if (m->kind != LVALUE_TEXT && m->kind != LVALUE_MAP)
            return false;
        for (uint32_t k = 0; m->kind == LVALUE_MAP && k < m->n; k++)
            if (!atc2020_lists(list, field_of(m->key[k])))
                return false;
    }
    return !(text && other);
}

static bool fields_are_in(const char *list, const struct lvalue *v)
{
    if (v->kind == LVALUE_MAP)
        return map_fields_are_in(list, v);
    return v->kind != LVALUE_LIST || list_fields_are_in(list, v);
}

static void add_by_fields(struct needed_set *set, const struct source *s,
                          const struct lvalue *detection)
{
    for (size_t i = 0; i < atc2020_table_n; i++) {
        const struct atc_row *r = &atc2020_table[i];
        if (r->kind != ATC_NEEDED)
            continue;
        bool takes = s->process_creation
                         ? fits_platform(r, s) && strstr(r->name, "process_creation")
                         : fits(r, s);
        for (uint32_t k = 0; takes && k < detection->n; k++)
            takes = !is_selection(detection->key[k]) || fields_are_in(r->v[2], detection->child[k]);
        if (takes)
            add(set, r->name);
    }
}

static void add_document(struct needed_set *set, const struct lvalue *doc)
{
    const struct source s = source_of(doc);
    static const struct lvalue nothing = { .kind = LVALUE_MAP };
    const struct lvalue *d = lvalue_get(doc, "detection");
    bool ids = false;
    if (!d || d->kind != LVALUE_MAP)
        d = &nothing;
    for (uint32_t i = 0; i < d->n; i++)
        ids |= is_selection(d->key[i]) && has_event_id(d->child[i]);
    if (!ids)
        add_by_fields(set, &s, d);
    for (uint32_t i = 0; ids && i < d->n; i++)
        if (is_selection(d->key[i]))
            add_by_ids(set, &s, d->child[i]);
}

static void add_enrichments(struct needed_set *set, const struct lvalue *list)
{
    for (uint32_t i = 0; list && list->kind == LVALUE_LIST && i < list->n; i++) {
        const struct atc_row *r = atc2020_find(ATC_ENRICHMENT, list->child[i]->text);
        for (size_t k = 0; r && k < atc2020_table_n; k++)
            if (atc2020_table[k].kind == ATC_NEEDED &&
                atc2020_lists(r->v[0], slice_str(atc2020_table[k].name)))
                add(set, atc2020_table[k].name);
    }
}

void page2020_needed(const struct lvalue_file *documents, struct needed_set *ret)
{
    const struct lvalue *first = documents->document[0];
    const struct lvalue *action = lvalue_get(first, "action");
    const bool global = action && slice_eq(action->text, SLICE("global"));

    ret->n = 0;
    add_enrichments(ret, lvalue_get(first, "enrichment"));
    if (!action || (global && lvalue_get(first, "logsource")))
        add_document(ret, first);
    for (size_t i = 1; global && i < documents->n; i++)
        add_document(ret, documents->document[i]);
    qsort(ret->name, ret->n, sizeof *ret->name, by_name);
}
