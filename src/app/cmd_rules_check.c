/* cmd_rules_check.c - `evtriage rules check`: what the loader and the lint say, in the order of the
 * files. Errors refuse a rule and make exit code 4; warnings do so under --strict. */
#include <stdio.h>

#include "app/cmd_rules.h"
#include "app/print.h"
#include "app/talk.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "knowledge/car.h"
#include "out/json.h"
#include "rule/lint.h"

/* A message of the loader or a note of the lint. */
struct finding_row {
    uint64_t file; /* its place in the order of load */
    size_t seq;    /* among equals: as they came */
    bool error;
    struct slice path;
    uint32_t line, column;
    const char *check;
    struct slice text;
};

/* --- names of ATT&CK and CAR, which src/rule does not know --- */

static bool namespace_is(struct slice tag, const char *name)
{
    struct slice n = slice_str(name);
    return tag.n > n.n && slice_eq_nocase(slice_sub(tag, 0, n.n), n) && tag.p[n.n] == '.';
}

static void check_attack(struct lint *l, const struct attack *a, const struct rule *r,
                         struct slice tag)
{
    const struct attack_entry *e = attack_find(a, tag);
    if (!e) {
        lint_at_key(l, r, "attack-unknown", "tags", "tag \"%.*s\" is not in %s",
                    SLICE_ARG(slice_sub(tag, 0, 80)), attack_version(a));
        return;
    }
    const struct attack_entry *now = attack_current(a, e);
    if (now != e)
        lint_at_key(l, r, "attack-retired", "tags", "tag \"%.*s\" is retired: now %s (%s)",
                    SLICE_ARG(slice_sub(tag, 0, 80)), now->id, now->name);
    else if (!e->current)
        lint_at_key(l, r, "attack-retired", "tags", "tag \"%.*s\" is retired without a successor",
                    SLICE_ARG(slice_sub(tag, 0, 80)));
}

static void check_knowledge(struct lint *l, const struct attack *a, const struct rule *r)
{
    for (size_t i = 0; i < r->tags.n; i++) {
        struct slice tag = r->tags.v[i];
        if (namespace_is(tag, "attack"))
            check_attack(l, a, r, tag);
        else if (namespace_is(tag, "car") && !car_find(tag))
            lint_at_key(l, r, "car-unknown", "tags", "tag \"%.*s\" is no analytic of %s",
                        SLICE_ARG(slice_sub(tag, 0, 80)), car_version());
    }
}

/* --- one list of all of it --- */

struct findings {
    struct finding_row *row;
    size_t n, errors;
};

static int row_order(const void *a, const void *b)
{
    const struct finding_row *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static void file_orders(const struct ruleset *rs, struct map *order)
{
    map_init(order, map_seed());
    for (size_t i = 0; i < rs->nfile; i++)
        (void)map_put(order, rs->file[i].path, i, NULL);
}

static void row_add(struct findings *f, const struct map *order, struct finding_row row)
{
    const uint64_t *at = map_get(order, row.path);
    row.file = at ? *at : UINT64_MAX; /* a folder that could not be opened */
    row.seq = f->n;
    f->errors += row.error;
    f->row[f->n++] = row;
}

static void findings_make(const struct loaded *l, const struct lint *lint, struct findings *f)
{
    const struct ruleset *rs = l->rules;
    struct map order;
    file_orders(rs, &order);
    f->row = xcalloc(rs->nmessage + lint->note.n + 1, sizeof *f->row);
    for (size_t i = 0; i < rs->nmessage; i++) {
        const struct rule_message *m = &rs->message[i];
        row_add(f, &order,
                (struct finding_row){ .error = m->kind == MESSAGE_ERROR,
                                      .path = m->file,
                                      .line = m->line,
                                      .column = m->column,
                                      .check = "load",
                                      .text = m->text });
    }
    for (size_t i = 0; i < lint->note.n; i++) {
        const struct lint_note *n = &lint->note.v[i];
        row_add(f, &order,
                (struct finding_row){ .path = n->rule->file,
                                      .line = n->line,
                                      .column = n->column,
                                      .check = n->check,
                                      .text = n->text });
    }
    map_release(&order);
    qsort(f->row, f->n, sizeof *f->row, row_order);
}

/* --- output --- */

static void print_text(const struct options *o, const struct loaded *l, const struct findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct finding_row *r = &f->row[i];
        print_slice(stdout, r->path);
        printf(":%u:%u: %s: ", r->line, r->column, r->error ? "error" : "warning");
        print_slice(stdout, r->text);
        if (strcmp(r->check, "load") != 0)
            printf(" [%s]", r->check);
        putchar('\n');
    }
    if (!o->quiet)
        printf("%zu rules usable, %zu refused, %zu warnings, in %zu files\n", l->rules->n,
               loaded_refused(l), f->n - f->errors, l->rules->nfile);
}

static void json_row(struct json *j, const struct finding_row *r)
{
    json_object(j);
    json_key(j, "file");
    json_slice(j, r->path);
    json_key(j, "line");
    json_u64(j, r->line);
    json_key(j, "column");
    json_u64(j, r->column);
    json_key(j, "kind");
    json_str(j, r->error ? "error" : "warning");
    json_key(j, "check");
    json_str(j, r->check);
    json_key(j, "text");
    json_slice(j, r->text);
    json_end(j);
}

/* One object; each finding is written before the next is made. */
static void print_json(const struct loaded *l, const struct findings *f)
{
    struct buf b;
    buf_init(&b, LIMIT_MIB(1));
    printf("{\"usable\":%zu,\"refused\":%zu,\"warnings\":%zu,\"files\":%zu,\"findings\":[",
           l->rules->n, loaded_refused(l), f->n - f->errors, l->rules->nfile);
    for (size_t i = 0; i < f->n; i++) {
        struct json j;
        buf_clear(&b);
        json_init(&j, &b, false);
        json_row(&j, &f->row[i]);
        printf("%s\n", i ? "," : "");
        fwrite(b.p, 1, b.n, stdout);
    }
    printf("]}\n");
    buf_release(&b);
}

static void say_dropped(const struct loaded *l, const struct lint *lint)
{
    const size_t n = l->rules->messages_dropped + lint->dropped;
    if (n)
        talk("%zu more messages about rules are not shown", n);
}

int rules_check(const struct options *o, struct loaded *l)
{
    const bool json = o->format && strcmp(o->format, "json") == 0;
    struct findings f = { 0 };
    struct lint lint;

    if (o->format && !json && strcmp(o->format, "text") != 0) {
        talk("--format: \"%s\" is no format of rules check; formats are text, json", o->format);
        return EXIT_USAGE;
    }
    lint_init(&lint);
    lint.thorough = o->verbose;
    lint_rules(&lint, l->rules);
    for (size_t i = 0; i < l->rules->n; i++)
        if (!l->rules->rule[i]->part_of)
            check_knowledge(&lint, l->attack, l->rules->rule[i]);
    for (size_t i = 0; i < l->rules->nbroken; i++)
        check_knowledge(&lint, l->attack, l->rules->broken[i]);
    findings_make(l, &lint, &f);
    if (json)
        print_json(l, &f);
    else
        print_text(o, l, &f);
    say_dropped(l, &lint);
    const bool faults = f.errors || loaded_refused(l) || (o->strict && f.n);
    free(f.row);
    lint_release(&lint);
    return faults ? EXIT_FAULTS : EXIT_DONE;
}
