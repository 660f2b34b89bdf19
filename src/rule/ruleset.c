/* ruleset.c - see ruleset.h.
 *
 * The YAML tree of a file lives in an arena that the next file reuses, so that it stays in the
 * cache; texts and tests go straight into the ruleset's arena. */
#include "rule/ruleset.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "rule/aggregation.h"
#include "rule/filter.h"
#include "rule/merge.h"
#include "rule/report.h"
#include "rule/rulewalk.h"
#include "rule/sigma.h"
#include "rule/yaml.h"

#include <inttypes.h>
#include <pthread.h>

struct loader {
    struct ruleset *rs;
    const struct placeholders *ph;
    bool filters_only; /* of the present path */
    bool no_digests;
    struct report rep;
    struct arena nodes; /* YAML trees of the present file */
    struct buf text;    /* of the present file */
    struct map ids;     /* rule id -> index */
    VEC(struct rule *) rule;
    VEC(struct rule *) broken;
    VEC(struct rule_file) file;
    VEC(struct filter_document) filter;
    struct ev_err trouble; /* the first one */
    bool any_trouble;
};

static void loader_init(struct loader *l, struct names *names)
{
    *l = (struct loader){ .rs = xcalloc(1, sizeof *l->rs) };
    arena_init(&l->rs->arena, LIMIT_RULE_ARENA);
    l->rs->names = names;
    arena_init(&l->nodes, LIMIT_YAML_ARENA);
    report_init(&l->rep, &l->rs->arena);
    buf_init(&l->text, LIMIT_RULE_FILE + LIMIT_KIB(64));
    map_init(&l->ids, map_seed());
}

/* Hands the arrays over to the ruleset. */
static struct ruleset *loader_release(struct loader *l)
{
    struct ruleset *rs = l->rs;
    rs->rule = l->rule.v;
    rs->n = l->rule.n;
    rs->broken = l->broken.v;
    rs->nbroken = l->broken.n;
    rs->file = l->file.v;
    rs->nfile = l->file.n;
    rs->filter = l->filter.v;
    rs->nfilter = l->filter.n;
    rs->message = l->rep.message.v;
    rs->nmessage = l->rep.message.n;
    rs->messages_dropped = l->rep.dropped;
    arena_release(&l->nodes);
    buf_release(&l->text);
    map_release(&l->ids);
    return rs;
}

/* Field names become ids only for rules that are used: readers fetch what has an id. */
bool ruleset_add_names(struct ruleset *rs, const struct rule *r)
{
    struct slice last = SLICE_ABSENT;
    uint32_t last_id = NAME_NONE;
    for (size_t i = 0; i < r->ntest; i++) {
        struct test *t = r->test[i];
        if (t->field.p != NULL && t->field.p != last.p) { /* values of one item share the name */
            last = t->field;
            last_id = names_add(rs->names, logsource_field(r, t->field));
        }
        if (t->field.p != NULL)
            t->field_id = last_id;
        if (t->kind == TEST_FIELDREF)
            t->u.ref.field_id = names_add(rs->names, logsource_field(r, t->u.ref.field));
        if ((t->field.p != NULL && t->field_id == NAME_NONE) ||
            (t->kind == TEST_FIELDREF && t->u.ref.field_id == NAME_NONE))
            return false;
    }
    return true;
}

static void check_id(struct loader *l, const struct rule *r)
{
    bool is_new = true;
    if (r->id.n == 0)
        return;
    uint64_t *at = map_put(&l->ids, r->id, l->rule.n, &is_new);
    if (is_new)
        return;
    const struct rule *before = l->rule.v[*at];
    if (before->file.p == l->rep.file.p && slice_eq(before->title, r->title))
        return; /* documents made of one `action: global` */
    report_warning(
        &l->rep, r->line, 1,
        "id %.*s is also that of \"%.*s\" (%.*s:%" PRIu32 "): both run; give one a new id",
        (int)(r->id.n < 40 ? r->id.n : 40), (const char *)r->id.p,
        (int)(before->title.n < 100 ? before->title.n : 100), (const char *)before->title.p,
        (int)(before->file.n < 200 ? before->file.n : 200), (const char *)before->file.p,
        before->line);
}

/* The rules behind an old `near`. */
static int accept_parts(struct loader *l, const struct ynode *doc, const struct rule *r)
{
    size_t n;
    struct rule *part = aggregation_parts(r, &l->rs->arena, &n);
    for (size_t i = 0; part != NULL && i < n; i++) {
        part[i].index = (uint32_t)l->rule.n;
        if (!vec_push(&l->rule, UINT32_MAX - 1, &part[i]))
            part = NULL;
    }
    return part != NULL ? EV_OK
                        : report_error(&l->rep, REFUSAL_SYNTAX, doc->line, doc->column,
                                       "the rule needs more memory than is allowed: split it");
}

static int accept(struct loader *l, const struct ynode *doc, struct rule *r, uint32_t document)
{
    struct ev_err err = { .rc = 0 };
    struct logsource source;
    if (r->ncondition > 0 && logsource_resolve(r, &source, &err) < 0) {
        const struct ynode *at = ynode_get(doc, "logsource");
        return report_error(&l->rep, REFUSAL_LOGSOURCE, at != NULL ? at->line : doc->line,
                            at != NULL ? at->column : doc->column, "%s", err.text);
    }
    if (!ruleset_add_names(l->rs, r))
        return report_error(&l->rep, REFUSAL_SYNTAX, doc->line, doc->column,
                            "more field names than can be held: load fewer rules");
    r->file = l->rep.file;
    r->document = document;
    r->index = (uint32_t)l->rule.n;
    check_id(l, r);
    if (!vec_push(&l->rule, UINT32_MAX - 1, r))
        return EV_ELIMIT;
    l->file.v[l->file.n - 1].rules++;
    return accept_parts(l, doc, r);
}

static int accept_filter(struct loader *l, const struct ynode *doc, struct rule *r,
                         uint32_t document)
{
    struct filter_document f = { .rule = r };
    int rc = filter_read_refs(ynode_get(doc, "filter"), &f, &l->rs->arena, &l->rep);
    if (rc < 0)
        return rc;
    r->file = l->rep.file;
    r->document = document;
    if (!filter_negates(r))
        report_warning(&l->rep, doc->line, doc->column,
                       "the filter's condition has no \"not\": it keeps what it describes and "
                       "drops all else; write \"not ...\" to exclude");
    if (!vec_push(&l->filter, UINT32_MAX - 1, f))
        return EV_ELIMIT;
    l->file.v[l->file.n - 1].rules++;
    return EV_OK;
}

static void load_document(struct loader *l, const struct ynode *doc, uint32_t document)
{
    struct rule *r = NULL;
    enum sigma_kind kind = sigma_kind_of(doc);
    if (kind == SIGMA_OTHER || (l->filters_only && kind != SIGMA_FILTER)) {
        l->rs->not_rules += doc->kind != YNODE_SCALAR || doc->type != YTYPE_NULL;
        return;
    }
    int rc = sigma_build(doc, l->ph, &l->rs->arena, &l->rep, &r);
    if (rc == EV_OK && kind == SIGMA_FILTER)
        rc = accept_filter(l, doc, r, document);
    else if (rc == EV_OK)
        rc = accept(l, doc, r, document);
    if (rc == EV_OK || r == NULL)
        return;
    r->file = l->rep.file;
    r->document = document;
    (void)vec_push(&l->broken, UINT32_MAX - 1, r);
}

static void count_refusal(struct loader *l)
{
    if (!l->rep.refused)
        return;
    l->rs->refused[l->rep.why]++;
    l->file.v[l->file.n - 1].refused++;
}

static void load_yaml(struct loader *l, struct slice text)
{
    struct merge m = { NULL, NULL };
    struct yaml_file *y = yaml_open(text, &l->nodes, &l->rs->arena, &l->rep);
    int rc = y != NULL ? 1 : 0;
    for (uint32_t document = 0; rc > 0; document++) {
        const struct ynode *doc = NULL;
        report_document(&l->rep);
        rc = yaml_next(y, &doc);
        if (rc > 0) {
            int take = merge_document(&m, doc, &l->nodes, y, &l->rep, &doc);
            if (take > 0)
                load_document(l, doc, document);
        }
        count_refusal(l);
    }
    yaml_close(y);
    arena_reset(&l->nodes);
}

static void digest(struct slice text, uint8_t ret[32])
{
    struct sha256 *d = sha256_new();
    sha256_add(d, text);
    sha256_done(d, ret);
    sha256_free(d);
}

static int load_bytes(struct loader *l, struct slice text, const char *path)
{
    struct arena *a = &l->rs->arena;
    size_t left = a->used < LIMIT_RULE_ARENA ? LIMIT_RULE_ARENA - a->used : 0;
    a->cap = a->used + (left < LIMIT_RULE_FILE_ARENA ? left : LIMIT_RULE_FILE_ARENA);
    struct rule_file f = { .path = arena_dup(&l->rs->arena, slice_str(path)) };
    if (!l->no_digests)
        digest(text, f.sha256);
    if (f.path.p == NULL || !vec_push(&l->file, UINT32_MAX - 1, f))
        return EV_ENOMEM;
    report_file(&l->rep, f.path);
    load_yaml(l, text);
    return EV_OK;
}

static void note_trouble(void *ctx, const struct ev_err *err)
{
    struct loader *l = ctx;
    if (!l->any_trouble)
        l->trouble = *err;
    l->any_trouble = true;
    report_file(&l->rep, arena_dup(&l->rs->arena, slice_str(err->file)));
    report_error(&l->rep, REFUSAL_SYNTAX, 0, 0, "%s", err->text);
}

static int visit_file(void *ctx, const char *path)
{
    struct loader *l = ctx;
    struct ev_err err = { .rc = 0 };
    if (rulewalk_read(path, &l->text, &err) < 0) {
        note_trouble(l, &err);
        return EV_OK;
    }
    return load_bytes(l, buf_view(&l->text), path);
}

/* A path that was named and cannot be opened is told at once: a run without those rules would look
 * clean. What cannot be opened below a folder is a message. */
static int load_paths(struct loader *l, const char *const *path, size_t npath, struct ev_err *err)
{
    struct rulewalk_visitor v = { visit_file, note_trouble, l };
    int rc = EV_OK;
    for (size_t i = 0; i < npath && rc == EV_OK; i++)
        rc = rulewalk(path[i], &v, err);
    return rc;
}

/* --- by two threads --- */

#define BESIDE_LEAST 64 /* files; for fewer a thread is not worth it */

struct rule_paths {
    struct arena arena;
    VEC(const char *) v;
    bool trouble;
};

static int note_path(void *ctx, const char *path)
{
    struct rule_paths *p = ctx;
    return vec_push(&p->v, LIMIT_RULE_FILES, arena_str(&p->arena, slice_str(path))) ? EV_OK
                                                                                    : EV_ELIMIT;
}

static void note_no_path(void *ctx, const struct ev_err *err)
{
    struct rule_paths *p = ctx;
    (void)err;
    p->trouble = true;
}

/* A loader with the files that are its own. */
struct part {
    struct loader loader;
    const char *const *path;
    size_t n;
    int rc;
};

static void *load_part(void *ctx)
{
    struct part *p = ctx;
    for (size_t i = 0; i < p->n && p->rc == EV_OK; i++)
        p->rc = visit_file(&p->loader, p->path[i]);
    return NULL;
}

/* Would one thread have said just the same of these files? Not where limits are near or ids clash. */
static bool joins(const struct loader *l, const struct part *p)
{
    const struct loader *b = &p->loader;
    if (p->rc < 0 || b->any_trouble || b->rep.dropped || b->rs->arena.used > LIMIT_RULE_ARENA / 4 ||
        l->rs->arena.used > LIMIT_RULE_ARENA / 4)
        return false;
    for (size_t i = 0; i < b->rule.n; i++)
        if (b->rule.v[i]->id.n && map_get(&l->ids, b->rule.v[i]->id))
            return false;
    return true;
}

/* Appends what b read. False: the names did not find room, and all is to be read again. */
static bool join(struct loader *l, struct loader *b)
{
    for (size_t i = 0; i < b->rule.n; i++)
        if (!b->rule.v[i]->part_of && !ruleset_add_names(l->rs, b->rule.v[i]))
            return false;
    for (size_t i = 0; i < b->rule.n; i++) {
        b->rule.v[i]->index = (uint32_t)l->rule.n;
        (void)vec_push(&l->rule, SIZE_MAX, b->rule.v[i]);
    }
    for (size_t i = 0; i < b->broken.n; i++)
        (void)vec_push(&l->broken, SIZE_MAX, b->broken.v[i]);
    for (size_t i = 0; i < b->file.n; i++)
        (void)vec_push(&l->file, SIZE_MAX, b->file.v[i]);
    for (size_t i = 0; i < b->filter.n; i++)
        (void)vec_push(&l->filter, SIZE_MAX, b->filter.v[i]);
    for (size_t i = 0; i < b->rep.message.n; i++)
        (void)vec_push(&l->rep.message, SIZE_MAX, b->rep.message.v[i]);
    for (size_t i = 0; i < REFUSAL_KINDS; i++)
        l->rs->refused[i] += b->rs->refused[i];
    l->rs->not_rules += b->rs->not_rules;
    l->rs->beside = b->rs->arena;
    b->rs->arena = (struct arena){ 0 };
    return true;
}

/* The second half of the files is another thread's, with names and an arena of its own. What it read is
 * taken over as if it had been read behind the first half; where that is not certain, it is read again. */
static int load_listed(struct loader *l, const struct rule_paths *paths)
{
    const size_t half = paths->v.n / 2;
    struct part mine = { .path = paths->v.v, .n = half };
    struct part other = { .path = paths->v.v + half, .n = paths->v.n - half };
    struct names *names = names_new();
    pthread_t thread;
    loader_init(&other.loader, names);
    other.loader.ph = l->ph;
    other.loader.no_digests = l->no_digests;
    const bool beside = pthread_create(&thread, NULL, load_part, &other) == 0;
    for (size_t i = 0; i < mine.n && mine.rc == EV_OK; i++)
        mine.rc = visit_file(l, mine.path[i]);
    if (beside)
        pthread_join(thread, NULL);
    const bool joined = mine.rc == EV_OK && beside && joins(l, &other) && join(l, &other.loader);
    ruleset_free(loader_release(&other.loader));
    names_free(names);
    for (size_t i = 0; !joined && i < other.n && mine.rc == EV_OK; i++)
        mine.rc = visit_file(l, other.path[i]);
    return mine.rc;
}

static int load_rules(struct loader *l, const struct ruleset_sources *from, struct ev_err *err)
{
    struct rule_paths paths = { .trouble = from->threads < 2 };
    const struct rulewalk_visitor v = { note_path, note_no_path, &paths };
    arena_init(&paths.arena, LIMIT_RULE_ARENA);
    for (size_t i = 0; i < from->nrule && !paths.trouble; i++)
        if (rulewalk(from->rule[i], &v, NULL) < 0)
            paths.trouble = true;
    int rc = paths.trouble || paths.v.n < BESIDE_LEAST ? load_paths(l, from->rule, from->nrule, err)
                                                       : load_listed(l, &paths);
    vec_release(&paths.v);
    arena_release(&paths.arena);
    return rc;
}

int ruleset_load_from(const struct ruleset_sources *from, struct names *names, struct ruleset **ret,
                      struct ev_err *err)
{
    struct loader l;
    loader_init(&l, names);
    l.ph = from->placeholders;
    l.no_digests = from->no_digests;
    int rc = load_rules(&l, from, err);
    l.filters_only = true;
    if (rc == EV_OK)
        rc = load_paths(&l, from->filter, from->nfilter, err);
    bool nothing = rc == EV_OK && l.file.n == 0 && l.any_trouble;
    struct ruleset *rs = loader_release(&l);
    if (rc == EV_ENOMEM)
        ev_err_set(err, rc, "the rules need more memory than is allowed: load fewer");
    if (nothing && err != NULL)
        *err = l.trouble;
    if (rc < 0 || nothing) {
        ruleset_free(rs);
        return rc < 0 ? rc : l.trouble.rc;
    }
    *ret = rs;
    return EV_OK;
}

int ruleset_load(const char *const *path, size_t npath, struct names *names, struct ruleset **ret,
                 struct ev_err *err)
{
    const struct ruleset_sources from = { .rule = path, .nrule = npath };
    return ruleset_load_from(&from, names, ret, err);
}

int ruleset_load_text(struct slice text, const char *file, struct names *names,
                      struct ruleset **ret, struct ev_err *err)
{
    return ruleset_load_text_with(text, file, NULL, names, ret, err);
}

int ruleset_load_text_with(struct slice text, const char *file, const struct placeholders *ph,
                           struct names *names, struct ruleset **ret, struct ev_err *err)
{
    struct loader l;
    if (text.n > LIMIT_RULE_FILE)
        return ev_err_set(err, EV_ELIMIT, "larger than %zu MiB: no rule file is; split it",
                          (size_t)LIMIT_RULE_FILE >> 20);
    loader_init(&l, names);
    l.ph = ph;
    int rc = load_bytes(&l, text, file);
    struct ruleset *rs = loader_release(&l);
    if (rc < 0) {
        ruleset_free(rs);
        return ev_err_set(err, rc, "the rules need more memory than is allowed: load fewer");
    }
    *ret = rs;
    return EV_OK;
}

void ruleset_count_refused(struct ruleset *rs, const struct rule *r)
{
    rs->refused[REFUSAL_SYNTAX]++;
    for (size_t i = 0; i < rs->nfile; i++) {
        if (!slice_eq(rs->file[i].path, r->file) || rs->file[i].rules == 0)
            continue;
        rs->file[i].rules--;
        rs->file[i].refused++;
        return;
    }
}

void ruleset_free(struct ruleset *rs)
{
    if (rs == NULL)
        return;
    free(rs->rule);
    free(rs->filter);
    free(rs->broken);
    free(rs->message);
    free(rs->file);
    arena_release(&rs->arena);
    arena_release(&rs->beside);
    free(rs);
}
