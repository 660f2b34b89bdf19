/* profile.c - where the time of a run went.
 *
 * May include: base/, event/, rule/, detect/, json.h, notices.h. */
#include "out/profile.h"

#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/mem.h"
#include "out/json.h"
#include "out/notices.h"

enum { TOP_FIELDS = 12, TOP_CHAINS = 5, TOP_RULES = 20, WIDTH = 120, CELLS = 8 };

static const char *const stage_name[PROFILE_STAGES] = {
    "rules", "matcher", "inputs", "read", "match", "rows", "blocks", "correlations", "sort", "write"
};
static const char *const stage_text[PROFILE_STAGES] = { "reading and checking rules",
                                                        "compiling rules",
                                                        "looking for files",
                                                        "reading and decoding",
                                                        "matching",
                                                        "making rows",
                                                        "script blocks in parts",
                                                        "correlating",
                                                        "sorting, folding copies",
                                                        "writing outputs" };

static struct slice field_name(const struct profile *p, size_t i)
{
    return i == p->match.nfield ? SLICE("(keywords)") : names_text(p->rules->names, (uint32_t)i);
}

/* --- which ones --- */

struct ranked {
    uint64_t key;
    size_t i;
};

static int by_key(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? 1 : -1;
    return (x->i > y->i) - (x->i < y->i);
}

typedef uint64_t rank_fn(const struct profile *p, size_t i);

static uint64_t field_time(const struct profile *p, size_t i)
{
    return p->match.field[i].ns;
}

static uint64_t field_values(const struct profile *p, size_t i)
{
    return p->match.field[i].values;
}

static uint64_t field_chain(const struct profile *p, size_t i)
{
    size_t atoms, chain;

    return matcher_field_index(p->matcher, i, &atoms, &chain) ? chain : 0;
}

static uint64_t rule_time(const struct profile *p, size_t i)
{
    return p->match.rule[i].ns;
}

static uint64_t rule_woken(const struct profile *p, size_t i)
{
    return p->match.rule[i].woken + p->count[i].candidates + p->count[i].hits;
}

/* Those of n with the greatest keys, without zeros; the caller frees. */
static struct ranked *ranked(const struct profile *p, size_t n, rank_fn *key, size_t *ret_n)
{
    struct ranked *v = xcalloc(n + 1, sizeof *v);
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        v[used] = (struct ranked){ key(p, i), i };
        used += v[used].key > 0;
    }
    if (used)
        qsort(v, used, sizeof *v, by_key);
    *ret_n = used;
    return v;
}

/* --- tables --- */

struct table {
    struct libscols_table *tb;
    struct libscols_line *line;
    size_t cell;
    bool bad; /* memory ended */
};

static void column(struct table *t, const char *name, double width, int flags)
{
    t->bad = t->bad || !t->tb || !scols_table_new_column(t->tb, name, width, flags);
}

static void line(struct table *t)
{
    t->line = t->bad ? NULL : scols_table_new_line(t->tb, NULL);
    t->bad = t->bad || !t->line;
    t->cell = 0;
}

static void cell(struct table *t, const char *text)
{
    t->bad = t->bad || scols_line_set_data(t->line, t->cell++, text) != 0;
}

static void cell_count(struct table *t, uint64_t n)
{
    char text[COUNT_TEXT];

    cell(t, count_text(n, text));
}

static void cell_time(struct table *t, uint64_t ns)
{
    char text[32];

    snprintf(text, sizeof text, "%.3f", (double)ns / 1e6);
    cell(t, text);
}

static void cell_share(struct table *t, uint64_t part, uint64_t all)
{
    char text[32];

    snprintf(text, sizeof text, "%.1f", all ? 100.0 * (double)part / (double)all : 0);
    cell(t, text);
}

static void cell_slice(struct table *t, struct slice s)
{
    struct buf b;

    buf_init(&b, 4096);
    escape_controls(slice_sub(s, 0, 500), &b);
    buf_byte(&b, '\0');
    cell(t, (const char *)b.p);
    buf_release(&b);
}

static void table_begin(struct table *t, unsigned width)
{
    *t = (struct table){ .tb = scols_new_table() };
    if (!t->tb)
        return;
    scols_table_set_termforce(t->tb, SCOLS_TERMFORCE_ALWAYS);
    scols_table_set_termwidth(t->tb, width ? width : WIDTH);
}

/* Appends the table under its title. False when memory ended. */
static bool table_end(struct table *t, const char *title, struct buf *out)
{
    char *text = NULL;
    bool good = !t->bad && scols_print_table_to_string(t->tb, &text) == 0;

    if (good) {
        buf_printf(out, "\n%s\n", title);
        buf_str(out, text);
        buf_byte(out, '\n');
    }
    free(text);
    scols_unref_table(t->tb);
    return good;
}

static bool stages(const struct profile *p, unsigned width, struct buf *out)
{
    struct table t;
    uint64_t all = 0;

    table_begin(&t, width);
    column(&t, "STAGE", 0.5, SCOLS_FL_TRUNC);
    column(&t, "MS", 12, SCOLS_FL_RIGHT);
    column(&t, "%", 6, SCOLS_FL_RIGHT);
    for (int i = 0; i < PROFILE_STAGES; i++)
        all += p->ns[i];
    for (int i = 0; i < PROFILE_STAGES; i++) {
        line(&t);
        cell(&t, stage_text[i]);
        cell_time(&t, p->ns[i]);
        cell_share(&t, p->ns[i], all);
    }
    return table_end(&t, "Time by stage, that of all threads added up:", out);
}

static void field_columns(struct table *t)
{
    column(t, "FIELD", 0.3, SCOLS_FL_TRUNC);
    column(t, "MS", 10, SCOLS_FL_RIGHT);
    column(t, "VALUES", 12, SCOLS_FL_RIGHT);
    column(t, "SCANNED", 12, SCOLS_FL_RIGHT);
    column(t, "BYTES", 14, SCOLS_FL_RIGHT);
    column(t, "FACTS", 12, SCOLS_FL_RIGHT);
    column(t, "ATOMS", 8, SCOLS_FL_RIGHT);
    column(t, "CHAIN", 6, SCOLS_FL_RIGHT);
}

static void field_line(struct table *t, const struct profile *p, size_t i)
{
    const struct field_cost *f = &p->match.field[i];
    size_t atoms = 0, chain = 0;

    (void)matcher_field_index(p->matcher, i, &atoms, &chain);
    line(t);
    cell_slice(t, field_name(p, i));
    cell_time(t, f->ns);
    cell_count(t, f->values);
    cell_count(t, f->values - f->remembered);
    cell_count(t, f->bytes);
    cell_count(t, f->facts);
    cell_count(t, atoms);
    cell_count(t, chain);
}

static bool fields(const struct profile *p, unsigned width, rank_fn *key, size_t most,
                   const char *title, struct buf *out)
{
    struct table t;
    size_t n;
    struct ranked *v = ranked(p, p->match.nfield + 1, key, &n);

    table_begin(&t, width);
    field_columns(&t);
    for (size_t i = 0; i < n && i < most; i++)
        field_line(&t, p, v[i].i);
    free(v);
    return table_end(&t, title, out);
}

static bool rules(const struct profile *p, unsigned width, struct buf *out)
{
    struct table t;
    size_t n;
    struct ranked *v = ranked(p, p->match.nrule, rule_time, &n);

    table_begin(&t, width);
    column(&t, "RULE", 0.45, SCOLS_FL_TRUNC);
    column(&t, "MS", 10, SCOLS_FL_RIGHT);
    column(&t, "ATOMS HIT", 12, SCOLS_FL_RIGHT);
    column(&t, "CANDIDATE", 12, SCOLS_FL_RIGHT);
    column(&t, "HITS", 10, SCOLS_FL_RIGHT);
    column(&t, "UNDECIDED", 10, SCOLS_FL_RIGHT);
    for (size_t i = 0; i < n && i < TOP_RULES; i++) {
        const struct rule_counts *c = &p->count[v[i].i];

        line(&t);
        cell_slice(&t, p->rules->rule[v[i].i]->title);
        cell_time(&t, v[i].key);
        cell_count(&t, p->match.rule[v[i].i].woken);
        cell_count(&t, c->candidates);
        cell_count(&t, c->hits);
        cell_count(&t, c->undecided);
    }
    free(v);
    return table_end(&t, "The dearest rules:", out);
}

static uint64_t all_candidates(const struct profile *p)
{
    uint64_t n = 0;

    for (size_t i = 0; i < p->match.nrule; i++)
        n += p->count[i].candidates;
    return n;
}

static void headline(const struct profile *p, struct buf *out)
{
    const struct match_profile *m = &p->match;
    const double events = p->events ? (double)p->events : 1;
    char n[COUNT_TEXT];

    buf_printf(out, "Profile: %.3f s with %u %s; measuring itself makes matching slower.\n",
               (double)p->ns_all / 1e9, p->threads, p->threads == 1 ? "thread" : "threads");
    buf_printf(out,
               "%s events decoded, %.2f us each in the matcher: %.2f true atoms, %.2f candidates",
               count_text(p->events, n), (double)p->ns[STAGE_MATCH] / 1e3 / events,
               (double)m->facts / events, (double)all_candidates(p) / events);
    if (m->events > 0)
        buf_printf(out, "; %.0f %% with atoms as an earlier one",
                   100.0 * (double)m->alike / (double)m->events);
    buf_byte(out, '\n');
}

int profile_text(const struct profile *p, unsigned width, struct buf *out, struct ev_err *err)
{
    bool good;

    headline(p, out);
    good = stages(p, width, out) &&
           fields(p, width, field_time, TOP_FIELDS,
                  "The dearest fields (SCANNED: values that the memo did not know):", out) &&
           fields(p, width, field_chain, TOP_CHAINS,
                  "The longest chains (CHAIN: literals under one window of four bytes):", out) &&
           rules(p, width, out);
    return good ? EV_OK : ev_err_set(err, EV_ENOMEM, "no memory for the profile");
}

/* --- JSON --- */

static void number(struct json *j, const char *key, uint64_t n)
{
    json_key(j, key);
    json_u64(j, n);
}

static void text(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void json_stages(const struct profile *p, struct json *j)
{
    json_key(j, "stages_ns");
    json_object(j);
    for (int i = 0; i < PROFILE_STAGES; i++)
        number(j, stage_name[i], p->ns[i]);
    json_end(j);
}

static void json_fields(const struct profile *p, struct json *j)
{
    size_t n;
    struct ranked *v = ranked(p, p->match.nfield + 1, field_values, &n);

    json_key(j, "fields");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        const struct field_cost *f = &p->match.field[v[i].i];
        size_t atoms = 0, chain = 0;

        (void)matcher_field_index(p->matcher, v[i].i, &atoms, &chain);
        json_object(j);
        text(j, "field", field_name(p, v[i].i));
        number(j, "ns", f->ns);
        number(j, "values", f->values);
        number(j, "remembered", f->remembered);
        number(j, "bytes_scanned", f->bytes);
        number(j, "facts", f->facts);
        number(j, "atoms", atoms);
        number(j, "longest_chain", chain);
        json_end(j);
    }
    json_end(j);
    free(v);
}

static void json_rules(const struct profile *p, struct json *j)
{
    size_t n;
    struct ranked *v = ranked(p, p->match.nrule, rule_woken, &n);

    for (size_t i = 0; i < n; i++)
        v[i].key = rule_time(p, v[i].i);
    if (n)
        qsort(v, n, sizeof *v, by_key);
    json_key(j, "rules");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        const struct rule *r = p->rules->rule[v[i].i];
        const struct rule_counts *c = &p->count[v[i].i];

        json_object(j);
        text(j, "id", r->id);
        text(j, "title", r->title);
        text(j, "file", r->file);
        number(j, "ns", p->match.rule[v[i].i].ns);
        number(j, "atoms_hit", p->match.rule[v[i].i].woken);
        number(j, "candidates", c->candidates);
        number(j, "hits", c->hits);
        number(j, "undecided", c->undecided);
        number(j, "regex_limit", c->regex_limit);
        json_end(j);
    }
    json_end(j);
    free(v);
}

void profile_json(const struct profile *p, struct buf *out)
{
    struct json j;

    json_init(&j, out, true);
    json_object(&j);
    number(&j, "ns", p->ns_all);
    number(&j, "threads", p->threads);
    json_stages(p, &j);
    number(&j, "events", p->events);
    number(&j, "cohorts", p->match.events);
    number(&j, "alike", p->match.alike);
    number(&j, "facts", p->match.facts);
    number(&j, "candidates", all_candidates(p));
    number(&j, "values_ns", p->match.ns_values);
    number(&j, "rules_ns", p->match.ns_rules);
    json_fields(p, &j);
    json_rules(p, &j);
    json_end(&j);
    buf_byte(out, '\n');
}
