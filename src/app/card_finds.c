/* card_finds.c - what the logs of --evidence hold for each rule.
 *
 * Two readings: one surveys what is there (as coverage does), so that silence can be judged by
 * computer; one matches. Rows are counted in the order of a timeline, copies of a record once. */
#include "app/card_finds.h"

#include <stdlib.h>

#include "app/interrupt.h"
#include "app/run.h"
#include "app/survey.h"
#include "app/talk.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "knowledge/coverage.h"
#include "scan/scan.h"

enum { SORT_MEMORY = 64 << 20, NAMES_SHOWN = 20, ROWS_SHOWN = 10, REASON_MOST = 400 };

struct name_count {
    struct slice name;
    uint64_t n;
};

struct rule_finds {
    uint64_t rows, unfiltered, first, last;
    VEC(struct name_count) host, user, reason, untested;
    bool host_more, user_more, reason_more, untested_more;
    struct slice listed[ROWS_SHOWN]; /* the first rows as text */
};

struct card_finds {
    struct arena arena, shown; /* shown: texts of one card */
    struct rule_finds *rule;   /* by rule->index */
    uint64_t *rows;            /* of each */
    size_t nrule;
    struct evidence evidence;
    struct coverage coverage;
    bool judged;
    struct summary summary;
    struct buf text; /* of one row */
    struct card_evidence card;
};

#define FINDS_NAMES 1000 /* computers or users told apart for a rule; input makes names */

static bool count_name(struct card_finds *f, struct name_count **v, size_t *n, size_t *room,
                       struct slice name)
{
    for (size_t i = 0; i < *n; i++) {
        if (slice_eq_nocase((*v)[i].name, name)) {
            (*v)[i].n++;
            return true;
        }
    }
    struct slice own = arena_dup(&f->arena, name);
    if (own.p == NULL || !vec_grow((void **)v, *n, room, sizeof **v, FINDS_NAMES))
        return false;
    (*v)[(*n)++] = (struct name_count){ own, 1 };
    return true;
}

/* "2026-03-02T06:32:47.0000000Z WS-1 Security record 17, logs/Security.evtx at 4608" */
static void list_row(struct card_finds *f, struct rule_finds *x, const struct detection *d)
{
    char iso[FILETIME_TEXT];
    buf_clear(&f->text);
    buf_put(&f->text, iso, filetime_iso(d->timestamp, iso));
    buf_byte(&f->text, ' ');
    buf_slice(&f->text, d->computer);
    buf_byte(&f->text, ' ');
    buf_slice(&f->text, channel_label(d->channel));
    if (d->has_record_id)
        buf_printf(&f->text, " record %llu", (unsigned long long)d->record_id);
    if (d->nevent > 0) {
        buf_printf(&f->text, ", %llu events", (unsigned long long)(d->nevent + d->nevent_more));
    } else {
        buf_str(&f->text, ", ");
        buf_slice(&f->text, d->source_file);
        buf_printf(&f->text, " at %llu", (unsigned long long)d->place.offset);
    }
    x->listed[x->rows] = arena_dup(&f->arena, buf_view(&f->text));
}

/* What matched, and what could not be tested. */
static void count_reasons(struct card_finds *f, struct rule_finds *x, const struct detection *d)
{
    buf_clear(&f->text);
    detection_matched_text(d, &f->text);
    struct slice reason = buf_view(&f->text);
    if (reason.n > REASON_MOST) {
        reason.n = REASON_MOST;
        while (reason.n > 0 && (reason.p[reason.n] & 0xc0) == 0x80)
            reason.n--;
    }
    if (reason.n > 0 && !count_name(f, &x->reason.v, &x->reason.n, &x->reason.room, reason))
        x->reason_more = true;
    for (size_t i = 0; i < d->nuntested; i++) {
        buf_clear(&f->text);
        buf_slice(&f->text, d->untested[i].selection);
        buf_str(&f->text, ": ");
        buf_slice(&f->text, d->untested[i].field);
        if (!count_name(f, &x->untested.v, &x->untested.n, &x->untested.room, buf_view(&f->text)))
            x->untested_more = true;
    }
}

static int count_row(void *ctx, const struct detection *d)
{
    struct card_finds *f = ctx;
    struct rule_finds *x = &f->rule[d->rule->index];
    if (x->rows < ROWS_SHOWN)
        list_row(f, x, d);
    count_reasons(f, x, d);
    if (x->rows++ == 0)
        x->first = d->timestamp;
    x->last = d->timestamp;
    x->unfiltered += d->verdict != VERDICT_FULL;
    if (d->computer.n > 0 && !count_name(f, &x->host.v, &x->host.n, &x->host.room, d->computer))
        x->host_more = true;
    if (d->process.user.n > 0 &&
        !count_name(f, &x->user.v, &x->user.n, &x->user.room, d->process.user))
        x->user_more = true;
    return EV_OK;
}

static int survey(struct card_finds *f, const struct options *o, const struct loaded *l,
                  struct ev_err *err)
{
    struct inputs in;
    inputs_init(&in);
    int rc = run_inputs_of(o, &o->evidence, &in, err);
    if (rc == EV_OK)
        rc = survey_inputs(o, l->names, &in, &f->evidence, err);
    inputs_release(&in);
    size_t logs = 0;
    for (size_t i = 0; i < f->evidence.nlog && rc == EV_OK; i++) {
        const struct evidence_log *log = &f->evidence.log[i];
        logs += log->fate == FILE_READ;
        if (log->fate == FILE_UNREADABLE)
            talk("%.*s: %.*s", SLICE_ARG(log->path), SLICE_ARG(log->reason));
    }
    if (rc == EV_OK && f->evidence.interrupted)
        return ev_err_set(err, EV_EINTR, "interrupted");
    if (rc == EV_OK && logs == 0)
        return ev_err_set(err, EV_ENOTFOUND, "no event log was found below --evidence");
    if (rc == EV_OK) {
        coverage_init(&f->coverage, l->rules, &f->evidence, l->attack, NULL, NULL);
        f->judged = true;
    }
    return rc;
}

static int match(struct card_finds *f, const struct options *o, struct loaded *l,
                 struct ev_err *err)
{
    const struct match_options mo = { .kind = MATCHER_INDEXED };
    const struct order_options oo = { .memory = SORT_MEMORY / 2, .tmpdir = o->tmpdir };
    struct scan_progress progress = { 0 };
    struct matcher *m = NULL;
    struct filter filter;
    struct inputs in;
    int rc = matcher_build(l->rules, &mo, &m, err);
    if (rc < 0)
        return rc;
    run_filter(o, &filter);
    inputs_init(&in);
    struct order *order = order_new(l->rules, &oo);
    struct correlator *correlator = correlator_new(l->rules, &oo);
    const struct scan_options so = { .matcher = m,
                                     .rules = l->rules,
                                     .filter = &filter,
                                     .decoder = run_decoder(o, NULL),
                                     .correlator = correlator,
                                     .reader = { .names = l->names, .recover = o->recover },
                                     .tmpdir = o->tmpdir,
                                     .threads = run_threads(o),
                                     .memory = SORT_MEMORY / 8,
                                     .stop = interrupt_seen };
    rc = run_inputs_add(o, &o->evidence, &in, err); /* said of when it was surveyed */
    if (rc == EV_OK)
        rc = scan_run(&so, &in, order, &progress, &f->summary, err);
    if (rc == EV_OK)
        rc = order_finish(order, count_row, f, &f->summary.duplicates, err);
    order_free(order);
    correlator_free(correlator);
    matcher_free(m);
    inputs_release(&in);
    return rc;
}

int card_finds_new(const struct options *o, struct loaded *l, struct card_finds **ret,
                   struct ev_err *err)
{
    struct card_finds *f = xcalloc(1, sizeof *f);
    arena_init(&f->arena, LIMIT_SUMMARY_ARENA);
    arena_init(&f->shown, LIMIT_SUMMARY_ARENA);
    arena_init(&f->summary.arena, LIMIT_SUMMARY_ARENA);
    evidence_init(&f->evidence);
    buf_init(&f->text, LIMIT_OUT_ROW);
    f->nrule = l->rules->n;
    f->rule = xcalloc(f->nrule > 0 ? f->nrule : 1, sizeof *f->rule);
    interrupt_catch();
    int rc = run_check_times(o, err);
    if (rc == EV_OK && run_decoder(o, err) == NULL)
        rc = EV_EUSAGE;
    if (rc == EV_OK)
        rc = survey(f, o, l, err);
    if (rc == EV_OK)
        rc = match(f, o, l, err);
    interrupt_forget();
    if (rc < 0) {
        card_finds_free(f);
        return rc;
    }
    f->rows = xcalloc(f->nrule > 0 ? f->nrule : 1, sizeof *f->rows);
    for (size_t i = 0; i < f->nrule; i++)
        f->rows[i] = f->rule[i].rows;
    *ret = f;
    return EV_OK;
}

void card_finds_free(struct card_finds *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->nrule; i++) {
        free(f->rule[i].host.v);
        free(f->rule[i].user.v);
        free(f->rule[i].reason.v);
        free(f->rule[i].untested.v);
    }
    if (f->judged)
        coverage_release(&f->coverage);
    evidence_release(&f->evidence);
    buf_release(&f->text);
    arena_release(&f->summary.arena);
    arena_release(&f->shown);
    arena_release(&f->arena);
    free(f->rows);
    free(f->rule);
    free(f);
}

const uint64_t *card_finds_rows(const struct card_finds *f)
{
    return f != NULL ? f->rows : NULL;
}

/* The most frequent first, then by name. */
static int count_order(const void *pa, const void *pb)
{
    const struct name_count *a = pa, *b = pb;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return slice_cmp(a->name, b->name);
}

static struct slices texts(struct card_finds *f, struct name_count *v, size_t n, bool more)
{
    struct slices ret = { arena_zalloc(&f->shown, NAMES_SHOWN + 1, sizeof *ret.v), 0 };
    if (n > 0)
        qsort(v, n, sizeof *v, count_order);
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++) {
        struct slice count = arena_printf(&f->shown, " (%llu)", (unsigned long long)v[i].n);
        ret.v[ret.n++] = ARENA_JOIN(&f->shown, v[i].name, count);
    }
    if (n > NAMES_SHOWN || more)
        ret.v[ret.n++] = arena_printf(&f->shown, "and %zu%s more",
                                      n > NAMES_SHOWN ? n - NAMES_SHOWN : 0, more ? " or" : "");
    return ret;
}

/* Computers on which the rule could not, or not wholly, have fired, and why. */
static struct slices silence(struct card_finds *f, const struct rule *r)
{
    const size_t n = f->coverage.nhost;
    struct slices ret = { arena_zalloc(&f->shown, NAMES_SHOWN + 1, sizeof *ret.v), 0 };
    size_t all = 0;
    struct buf why;
    buf_init(&why, LIMIT_LITERAL);
    for (size_t i = 0; i < n; i++) {
        struct cover cover = coverage_judge(&f->coverage, i, r);
        if (cover.state == COVER_FIRE || all++ >= NAMES_SHOWN)
            continue;
        buf_clear(&why);
        buf_printf(&why, ": %s: ", cover_state_name(cover.state));
        cover_text(&cover, &why);
        ret.v[ret.n++] = ARENA_JOIN(&f->shown, f->evidence.host[i].computer, buf_view(&why));
    }
    if (all > NAMES_SHOWN)
        ret.v[ret.n++] = arena_printf(&f->shown, "and %zu more", all - NAMES_SHOWN);
    buf_release(&why);
    return ret;
}

/* Events of one kind on all computers. */
struct seen_count {
    uint64_t n, first, last;
    bool untold; /* of some channel, EventIDs were not told apart */
};

static void seen_add(struct seen_count *t, uint64_t n, uint64_t first, uint64_t last)
{
    if (n == 0)
        return;
    t->first = t->n == 0 || (first != 0 && first < t->first) ? first : t->first;
    t->last = last > t->last ? last : t->last;
    t->n += n;
}

static void seen_channel(struct seen_count *t, const struct evidence_channel *ch,
                         const struct needed_entry *e)
{
    if (!slice_eq_nocase(ch->name, slice_str(e->channel)))
        return;
    if (e->any) {
        seen_add(t, ch->events, ch->first, ch->last);
        return;
    }
    t->untold |= ch->untold;
    for (size_t i = 0; i < ch->nid; i++)
        if (ch->id[i].event_id == e->event_id &&
            (e->provider[0] == '\0' || ch->id[i].provider.n == 0 ||
             slice_eq_nocase(ch->id[i].provider, slice_str(e->provider))))
            seen_add(t, ch->id[i].n, ch->id[i].first, ch->id[i].last);
}

static void tell_seen(const struct seen_count *t, const struct card_finds *f,
                      const struct needed_entry *e, struct buf *out)
{
    char from[FILETIME_TEXT], to[FILETIME_TEXT];
    uint64_t with = 0;
    buf_clear(out);
    buf_slice(out, channel_label(slice_str(e->channel)));
    if (!e->any)
        buf_printf(out, " %u", e->event_id);
    if (t->n == 0) {
        buf_str(out, t->untold ? ": not counted" : ": none");
        return;
    }
    filetime_iso(t->first, from);
    filetime_iso(t->last, to);
    buf_printf(out, ": %llu from %s to %s", (unsigned long long)t->n, from, to);
    if (e->event_id != 4688 || strcmp(e->channel, "Security") != 0)
        return;
    for (size_t i = 0; i < f->evidence.nhost; i++)
        with += f->evidence.host[i].process.s4688_with_command_line;
    buf_printf(out, ", %llu of them with a command line", (unsigned long long)with);
}

/* The events that the rule needs, as far as they are here. */
static struct slices seen(struct card_finds *f, const struct rule *r)
{
    const struct needed_entry *need[NEEDED_ROOM];
    size_t n = needed_of_rule(r, need, NEEDED_ROOM);
    n = n < NEEDED_ROOM ? n : NEEDED_ROOM;
    struct slices ret = { arena_zalloc(&f->shown, n + 1, sizeof *ret.v), 0 };
    for (size_t i = 0; i < n; i++) {
        struct seen_count t = { 0 };
        for (size_t h = 0; h < f->evidence.nhost; h++)
            for (size_t k = 0; k < f->evidence.host[h].nchannel; k++)
                seen_channel(&t, &f->evidence.host[h].channel[k], need[i]);
        tell_seen(&t, f, need[i], &f->text);
        ret.v[ret.n++] = arena_dup(&f->shown, buf_view(&f->text));
    }
    return ret;
}

static struct slices listed(struct card_finds *f, const struct rule_finds *x)
{
    struct slices ret = { arena_zalloc(&f->shown, ROWS_SHOWN + 1, sizeof *ret.v), 0 };
    for (size_t i = 0; i < ROWS_SHOWN && i < x->rows; i++)
        if (x->listed[i].p != NULL)
            ret.v[ret.n++] = x->listed[i];
    if (x->rows > ROWS_SHOWN)
        ret.v[ret.n++] =
            arena_printf(&f->shown, "and %llu more", (unsigned long long)(x->rows - ROWS_SHOWN));
    return ret;
}

const struct card_evidence *card_finds_of(struct card_finds *f, const struct rule *r)
{
    if (f == NULL)
        return NULL;
    struct rule_finds *x = &f->rule[r->index];
    arena_reset(&f->shown);
    f->card = (struct card_evidence){
        .rows = x->rows,
        .unfiltered = x->unfiltered,
        .undecided = f->summary.rule_count ? f->summary.rule_count[r->index].undecided : 0,
        .first = x->first,
        .last = x->last,
        .hosts = texts(f, x->host.v, x->host.n, x->host_more),
        .users = texts(f, x->user.v, x->user.n, x->user_more),
        .reasons = texts(f, x->reason.v, x->reason.n, x->reason_more),
        .untested = texts(f, x->untested.v, x->untested.n, x->untested_more),
        .listed = listed(f, x),
        .seen = seen(f, r),
        .silent = silence(f, r),
        .computers = f->evidence.nhost,
    };
    return &f->card;
}
