/* coverage_table.c - coverage for people: tables on a terminal, the short answer first. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/limits.h"
#include "out/coverage_out.h"
#include "out/grid.h"
#include "out/notices.h"

enum { HOSTS = 20, TOP = 20, MARKS = 12, INDENT = 14 };

struct view {
    const struct coverage *c;
    const struct coverage_view *o;
    struct buf text, cell;
    struct ev_err *err;
    int rc; /* first fault */
};

static void put_count(struct buf *out, uint64_t n)
{
    char text[COUNT_TEXT];
    buf_str(out, count_text(n, text));
}

static void head(struct view *v, const char *title)
{
    buf_printf(&v->text, "\n%s\n", title);
}

static void more(struct view *v, uint64_t n, const char *what)
{
    if (n == 0)
        return;
    buf_str(&v->text, "and ");
    put_count(&v->text, n);
    buf_printf(&v->text, " more%s%s\n", *what ? " " : "", what);
}

static struct grid *grid_of(struct view *v, const struct grid_column *column, size_t n)
{
    struct grid *g = NULL;
    if (v->rc == EV_OK)
        v->rc = grid_new(column, n, v->o->width, &g, v->err);
    return g;
}

#define GRID(v, column) grid_of(v, column, sizeof(column) / sizeof *(column))

static void print(struct view *v, struct grid *g)
{
    if (v->rc == EV_OK)
        v->rc = grid_print(g, &v->text, v->err);
    grid_free(g);
}

/* --- the whole --- */

static void label(struct view *v, const char *name)
{
    buf_printf(&v->text, "%-*s", INDENT, name);
}

static void window(struct view *v)
{
    const struct evidence *e = v->c->evidence;
    if (!e->from && !e->to)
        return;
    label(v, "Asked for");
    buf_str(&v->text, e->from ? "from " : "");
    if (e->from)
        put_second(&v->text, e->from);
    buf_str(&v->text, e->from && e->to ? " to " : e->to ? "up to " : "");
    if (e->to)
        put_second(&v->text, e->to);
    buf_str(&v->text, "; ");
    put_count(&v->text, e->outside);
    buf_str(&v->text, " events lie outside\n");
}

static void overview(struct view *v)
{
    const struct evidence *e = v->c->evidence;
    uint64_t read = 0;
    for (size_t i = 0; i < e->nlog; i++)
        read += e->log[i].fate == FILE_READ;
    label(v, "Evidence");
    put_count(&v->text, read);
    buf_str(&v->text, " of ");
    put_count(&v->text, e->nlog);
    buf_str(&v->text, e->nlog == 1 ? " file read, " : " files read, ");
    put_count(&v->text, e->events);
    buf_str(&v->text, e->events == 1 ? " event of " : " events of ");
    put_count(&v->text, e->nhost);
    buf_str(&v->text, e->nhost == 1 ? " computer\n" : " computers\n");
    if (e->first) {
        label(v, "Time");
        put_second(&v->text, e->first);
        buf_str(&v->text, " to ");
        put_second(&v->text, e->last);
        buf_byte(&v->text, '\n');
    }
    window(v);
    label(v, "Rules");
    put_count(&v->text, v->c->n[COVER_FIRE]);
    buf_str(&v->text, " could have fired, ");
    put_count(&v->text, v->c->n[COVER_PART]);
    buf_str(&v->text, " in part, ");
    put_count(&v->text, v->c->n[COVER_NOT]);
    buf_str(&v->text, " could not");
    buf_str(&v->text, e->nhost > 1 ? " (each on the computer where it is best)\n" : "\n");
    if (e->lost > 0) {
        label(v, "Incomplete");
        put_count(&v->text, e->lost);
        buf_str(&v->text, " events or gaps beyond the limits are not told apart\n");
    }
}

static void hosts(struct view *v)
{
    static const struct grid_column column[] = {
        { "COMPUTER", 0.25, GRID_CUT },
        { "EVENTS", 0, GRID_RIGHT },
        { "FIRST", 0, 0 },
        { "LAST", 0, 0 },
        { "COULD", 0, GRID_RIGHT },
        { "IN PART", 0, GRID_RIGHT },
        { "COULD NOT", 0, GRID_RIGHT },
    };
    const struct coverage *c = v->c;
    struct grid *g = GRID(v, column);
    for (size_t i = 0; g && i < c->nhost; i++) {
        grid_line(g);
        grid_text(g, c->evidence->host[i].computer);
        grid_number(g, c->evidence->host[i].events);
        grid_time(g, c->evidence->host[i].first);
        grid_time(g, c->evidence->host[i].last);
        for (int s = COVER_FIRE; s >= 0; s--)
            grid_number(g, coverage_count(c, i, (enum cover_state)s));
    }
    if (c->nhost > 0)
        head(v, "Computers");
    print(v, g);
    more(v, c->evidence->nhost - c->nhost, "that were not judged");
}

/* --- one computer --- */

static void channels(struct view *v, const struct evidence_host *h)
{
    static const struct grid_column column[] = {
        { "CHANNEL", 0.35, GRID_CUT }, { "EVENTS", 0, GRID_RIGHT }, { "KINDS", 0, GRID_RIGHT },
        { "OLDEST RECORD", 0, 0 },     { "NEWEST RECORD", 0, 0 },   { "RECORD IDS", 0, 0 },
        { "MISSING", 0, GRID_RIGHT },  { "GAPS", 0, GRID_RIGHT },
    };
    struct grid *g = GRID(v, column);
    for (size_t i = 0; g && i < h->nchannel; i++) {
        const struct evidence_channel *c = &h->channel[i];
        grid_line(g);
        grid_text(g, c->name);
        grid_number(g, c->events);
        grid_number(g, c->nid);
        grid_time(g, c->oldest);
        grid_time(g, c->newest);
        buf_clear(&v->cell);
        buf_printf(&v->cell, "%" PRIu64 "-%" PRIu64, c->oldest_record, c->newest_record);
        grid_text(g, buf_view(&v->cell));
        grid_number(g, c->missing);
        grid_number(g, c->gaps);
    }
    print(v, g);
}

static void processes(struct view *v, const struct evidence_host *h)
{
    const struct summary_host *p = &h->process;
    if (p->s4688 > 0) {
        label(v, "Command lines");
        coverage_command_lines(p, &v->text);
        buf_byte(&v->text, '\n');
    }
    if (h->script_blocks > 0) {
        label(v, "Script blocks");
        put_count(&v->text, h->script_blocks);
        buf_str(&v->text, " (4104), ");
        buf_str(&v->text, h->script_verbose > 0 ? "all are logged\n"
                                                : "only those that PowerShell found suspicious\n");
    }
}

static void sysmon(struct view *v, const struct evidence_host *h)
{
    for (size_t i = 0; i < h->nchannel; i++) {
        const struct evidence_channel *c = &h->channel[i];
        if (!slice_eq_nocase(c->name, SLICE("Microsoft-Windows-Sysmon/Operational")))
            continue;
        label(v, "Sysmon");
        for (size_t k = 0; k < c->nid; k++) {
            buf_printf(&v->text, "%s%" PRIu32 ": ", k ? ", " : "", c->id[k].event_id);
            put_count(&v->text, c->id[k].n);
        }
        buf_str(&v->text, h->process.sysmon_1 && h->process.sysmon_1_old == h->process.sysmon_1
                              ? "; before version 10: no OriginalFileName\n"
                              : "\n");
    }
}

static void marks(struct view *v, const struct evidence_host *h)
{
    uint64_t all = 0;
    for (int k = 0; k < MARK_KINDS; k++)
        all += h->marks[k];
    const size_t most = v->o->verbose ? h->nmark : MARKS;
    for (size_t i = 0; i < h->nmark && i < most; i++) {
        const struct evidence_mark *m = &h->mark[i];
        label(v, i == 0 ? "Logging" : "");
        put_second(&v->text, m->time);
        buf_printf(&v->text, " %s", mark_name(m->kind));
        if (m->kind == MARK_CLEARED) {
            buf_str(&v->text, ": ");
            escape_controls(m->channel, &v->text);
        }
        if (m->detail.n > 0) {
            buf_str(&v->text, m->kind == MARK_SYSMON ? ": " : " by ");
            escape_controls(m->detail, &v->text);
        }
        buf_byte(&v->text, '\n');
    }
    if (all > most) {
        label(v, "");
        more(v, all - (h->nmark < most ? h->nmark : most), "(--verbose, or -f json)");
    }
}

static void host(struct view *v, const struct evidence_host *h)
{
    buf_str(&v->text, "\n== ");
    escape_controls(h->computer.n ? h->computer : SLICE("(no computer)"), &v->text);
    buf_byte(&v->text, '\n');
    channels(v, h);
    processes(v, h);
    sysmon(v, h);
    marks(v, h);
}

/* --- files --- */

static void size_of(struct buf *out, uint64_t n)
{
    const bool large = n >= LIMIT_MIB(1);
    const uint64_t tenths = n * 10 >> (large ? 20 : 10);
    buf_printf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, large ? "MiB" : "KiB");
}

/* Not those without any record of the computers asked for. */
static bool is_shown(const struct evidence_log *l)
{
    return l->fate == FILE_READ && (l->oldest != 0 || l->records == 0);
}

static void files(struct view *v)
{
    static const struct grid_column column[] = {
        { "FILE", 0.4, GRID_CUT }, { "SIZE", 0, GRID_RIGHT }, { "RECORDS", 0, GRID_RIGHT },
        { "OLDEST RECORD", 0, 0 }, { "NEWEST RECORD", 0, 0 }, { "RETENTION", 0.3, GRID_CUT },
    };
    const struct evidence *e = v->c->evidence;
    struct grid *g = GRID(v, column);
    size_t shown = 0;
    for (size_t i = 0; g && i < e->nlog && (v->o->verbose || shown < TOP); i++) {
        const struct evidence_log *l = &e->log[i];
        if (!is_shown(l))
            continue;
        shown++;
        grid_line(g);
        grid_text(g, l->path);
        buf_clear(&v->cell);
        size_of(&v->cell, l->size);
        grid_text(g, buf_view(&v->cell));
        grid_number(g, l->records);
        grid_time(g, l->oldest);
        grid_time(g, l->newest);
        grid_text(g, l->wrapped ? SLICE("wrapped: its size is its maximum, older records are gone")
                     : l->full  ? SLICE("full: nothing was added since")
                     : l->dirty ? SLICE("not closed properly")
                                : SLICE(""));
    }
    if (shown > 0)
        head(v, "Files");
    print(v, g);
    size_t read = 0;
    for (size_t i = 0; i < e->nlog; i++)
        read += is_shown(&e->log[i]);
    more(v, read - shown, "(--verbose shows them)");
}

/* --- rules --- */

static void causes(struct view *v)
{
    static const struct grid_column column[] = { { "RULES", 0, GRID_RIGHT },
                                                 { "STATE", 0, 0 },
                                                 { "WHY", 0.7, GRID_CUT } };
    const struct coverage *c = v->c;
    struct grid *g = GRID(v, column);
    const size_t most = v->o->verbose ? SIZE_MAX : TOP;
    size_t i;
    for (i = 0; g && i < c->causes.n && i < most; i++) {
        grid_line(g);
        grid_number(g, c->causes.v[i].rules);
        grid_text(g, slice_str(cover_state_name(c->causes.v[i].state)));
        grid_text(g, c->causes.v[i].text);
    }
    if (c->causes.n == 0) {
        grid_free(g);
        return;
    }
    head(v, "Why rules could not, or not wholly, have fired");
    print(v, g);
    more(v, c->causes.n - i, "");
}

static void groups(struct view *v, const char *title, const struct cover_group *group, size_t n)
{
    static const struct grid_column column[] = {
        { "ID", 0, 0 },
        { "NAME", 0.5, GRID_CUT },
        { "COULD", 0, GRID_RIGHT },
        { "IN PART", 0, GRID_RIGHT },
        { "COULD NOT", 0, GRID_RIGHT },
    };
    struct grid *g = GRID(v, column);
    for (size_t i = 0; g && i < n; i++) {
        grid_line(g);
        grid_text(g, slice_str(group[i].entry->id));
        grid_text(g, slice_str(group[i].entry->name));
        for (int s = COVER_FIRE; s >= 0; s--)
            grid_number(g, group[i].n[s]);
    }
    if (n > 0)
        head(v, title);
    print(v, g);
}

/* A line for the techniques; their table only with --verbose. */
static void techniques(struct view *v)
{
    const struct coverage *c = v->c;
    size_t n[COVER_FIRE + 1] = { 0 };
    if (v->o->verbose) {
        groups(v, "Techniques", c->techniques.v, c->techniques.n);
        return;
    }
    for (size_t i = 0; i < c->techniques.n; i++) {
        const uint64_t *g = c->techniques.v[i].n;
        n[g[COVER_FIRE] ? COVER_FIRE : g[COVER_PART] ? COVER_PART : COVER_NOT]++;
    }
    if (c->techniques.n == 0)
        return;
    buf_printf(&v->text,
               "Techniques: %zu with a rule that could have fired, %zu in part, %zu without "
               "(--verbose names them)\n",
               n[COVER_FIRE], n[COVER_PART], n[COVER_NOT]);
}

static void settings(struct view *v)
{
    static const struct grid_column column[] = { { "RULES", 0, GRID_RIGHT },
                                                 { "SETTING", 0.3, GRID_CUT },
                                                 { "HOW", 0.6, GRID_CUT } };
    const struct coverage *c = v->c;
    struct grid *g = GRID(v, column);
    const size_t most = v->o->verbose ? SIZE_MAX : TOP / 2;
    size_t i;
    for (i = 0; g && i < c->settings.n && i < most; i++) {
        grid_line(g);
        grid_number(g, c->settings.v[i].rules);
        grid_text(g, c->settings.v[i].name);
        grid_text(g, c->settings.v[i].how);
    }
    if (c->settings.n > 0)
        head(v, "What would let more rules fire, one by one");
    print(v, g);
    more(v, c->settings.n - i, "");
}

static void blanks(struct view *v)
{
    static const struct grid_column column[] = { { "EVENTS", 0, GRID_RIGHT },
                                                 { "EVENTID", 0, GRID_RIGHT },
                                                 { "CHANNEL", 0.35, GRID_CUT },
                                                 { "PROVIDER", 0.35, GRID_CUT } };
    const struct coverage *c = v->c;
    struct grid *g = GRID(v, column);
    const size_t most = v->o->verbose ? SIZE_MAX : TOP;
    size_t i;
    for (i = 0; g && i < c->blanks.n && i < most; i++) {
        grid_line(g);
        grid_number(g, c->blanks.v[i].n);
        buf_clear(&v->cell);
        buf_printf(&v->cell, "%" PRIu32, c->blanks.v[i].event_id);
        grid_text(g, buf_view(&v->cell));
        grid_text(g, c->blanks.v[i].channel);
        grid_text(g, c->blanks.v[i].provider);
    }
    if (c->blanks.n > 0) {
        buf_str(&v->text, "\nEvents that no rule looks at: ");
        put_count(&v->text, c->blank_events);
        buf_str(&v->text, " of ");
        put_count(&v->text, c->evidence->events);
        buf_byte(&v->text, '\n');
    }
    print(v, g);
    more(v, c->blanks.n - i + c->more_blanks, "");
}

/* --verbose: each rule, on the computer where it is best. */
static void rules(struct view *v)
{
    static const struct grid_column column[] = { { "STATE", 0, 0 },
                                                 { "RULE", 0.45, GRID_CUT },
                                                 { "WHY", 0.45, GRID_CUT } };
    const struct coverage *c = v->c;
    struct grid *g = GRID(v, column);
    for (size_t i = 0; g && i < c->rules->n && c->nhost > 0; i++) {
        if (!coverage_shows(c, c->rules->rule[i]))
            continue;
        const struct cover one = coverage_judge(c, c->best_host[i], c->rules->rule[i]);
        grid_line(g);
        grid_text(g, slice_str(cover_state_name(one.state)));
        grid_text(g, c->rules->rule[i]->title);
        buf_clear(&v->cell);
        cover_text(&one, &v->cell);
        grid_text(g, v->cell.n ? buf_view(&v->cell) : SLICE(""));
    }
    head(v, "Rules");
    print(v, g);
}

int coverage_table(const struct coverage *c, const struct coverage_view *o, struct output *out,
                   struct ev_err *err)
{
    struct view v = { .c = c, .o = o, .err = err };
    buf_init(&v.text, LIMIT_OUT_ROW);
    buf_init(&v.cell, LIMIT_OUT_ROW);
    overview(&v);
    hosts(&v);
    for (size_t i = 0; i < c->nhost && (o->verbose || i < HOSTS) && v.rc == EV_OK; i++) {
        host(&v, &c->evidence->host[i]);
        v.rc = v.rc == EV_OK ? coverage_flush(out, &v.text, err) : v.rc;
    }
    if (!o->verbose && c->nhost > HOSTS)
        more(&v, c->nhost - HOSTS, "(--computer NAME shows one, --verbose all)");
    files(&v);
    causes(&v);
    groups(&v, "Tactics", c->tactics.v, c->tactics.n);
    techniques(&v);
    settings(&v);
    blanks(&v);
    if (o->verbose)
        rules(&v);
    if (v.rc == EV_OK)
        v.rc = coverage_flush(out, &v.text, err);
    buf_release(&v.text);
    buf_release(&v.cell);
    return v.rc;
}
