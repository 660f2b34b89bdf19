/* notices.c - sentences about a run. */
#include "out/notices_impl.h"

#include <inttypes.h>

#include "base/escape.h"
#include "base/filetime.h"
#include "base/limits.h"

enum { HOSTS = 8 }; /* computers named in sentences of their own */

const char *count_text(uint64_t n, char out[COUNT_TEXT])
{
    char digits[COUNT_TEXT];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t to = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
    return out;
}

uint64_t summary_rows(const struct summary *sum)
{
    uint64_t n = 0;
    for (size_t i = 0; i <= LEVEL_CRITICAL; i++)
        n += sum->rows[i];
    return n;
}

uint64_t summary_refused(const struct summary *sum)
{
    uint64_t n = 0;
    for (size_t i = 0; sum->rules != NULL && i < REFUSAL_KINDS; i++)
        n += sum->rules->refused[i];
    return n;
}

void notices_say(struct notices *l, enum notice_kind kind, struct buf *text)
{
    struct notice n = { kind, arena_dup(l->arena, buf_view(text)) };
    if (n.text.p != NULL)
        vec_push(&l->v, SIZE_MAX, n);
    buf_clear(text);
}

void notices_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
    char text[COUNT_TEXT];
    buf_printf(b, "%s %s", count_text(n, text), n == 1 ? one : many);
}

/* "N many: A; B; C; and N-3 more" */
static void files_of_fate(struct notices *l, enum file_fate fate, enum notice_kind kind,
                          const char *one, const char *many, struct buf *b)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->sum->nfile; i++)
        n += l->sum->file[i].fate == fate;
    if (n == 0)
        return;
    notices_count(b, n, one, many);
    uint64_t named = 0;
    for (size_t i = 0; i < l->sum->nfile && named < NOTICES_NAMED; i++) {
        const struct summary_file *f = &l->sum->file[i];
        if (f->fate != fate)
            continue;
        buf_str(b, named++ ? "; " : ": ");
        escape_controls(f->path, b);
        if (f->reason.n > 0) {
            buf_str(b, " (");
            escape_controls(f->reason, b);
            buf_byte(b, ')');
        }
    }
    if (n > named)
        buf_printf(b, "; and %" PRIu64 " more", n - named);
    notices_say(l, kind, b);
}

/* Logs whose structure is not as Windows writes it. */
static void altered(struct notices *l, struct buf *b)
{
    static const enum finding_kind kind[] = { FINDING_FILE_HEADER,    FINDING_CHUNK_HEADER,
                                              FINDING_CHUNK_CHECKSUM, FINDING_TRUNCATED,
                                              FINDING_RECORD_SIZE,    FINDING_HIDDEN };
    uint64_t n = 0;

    for (size_t i = 0; i < l->sum->nfile; i++) {
        bool any = false;

        for (size_t k = 0; k < sizeof kind / sizeof *kind; k++)
            any = any || l->sum->file[i].counts.finding[kind[k]] > 0;
        n += any;
    }
    if (n == 0)
        return;
    notices_count(b, n, "log is", "logs are");
    buf_str(b, " damaged or altered; evtriage verify says where and how");
    notices_say(l, NOTICE_WARNING, b);
}

static void evidence(struct notices *l, struct buf *b)
{
    const struct accounting *t = &l->sum->total;
    files_of_fate(l, FILE_UNREADABLE, NOTICE_WARNING, "file could not be read",
                  "files could not be read", b);
    if (t->unreadable > 0) {
        notices_count(b, t->unreadable, "record", "records");
        buf_str(b, " could not be decoded, the content is lost to this run; --verbose says where");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (t->recovered_skipped > 0) {
        notices_count(b, t->recovered_skipped, "deleted or carved record was",
                      "deleted or carved records were");
        buf_str(b, l->sum->recover ? " found that no rule needs"
                                   : " found and left alone; --recover reads them");
        notices_say(l, NOTICE_INFO, b);
    }
    if (t->unbound > 0) {
        notices_count(b, t->unbound, "record has", "records have");
        buf_str(
            b,
            " lost the template: only rules that test nothing but System could match; dump shows "
            "what is left");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (t->recovered_unbound > 0) {
        notices_count(b, t->recovered_unbound, "recovered record that holds nothing trustworthy is",
                      "recovered records that hold nothing trustworthy are");
        buf_str(b, " left out");
        notices_say(l, NOTICE_WARNING, b);
    }
    altered(l, b);
    files_of_fate(l, FILE_EMPTY, NOTICE_INFO, "log holds no record", "logs hold no record", b);
    files_of_fate(l, FILE_NOT_A_LOG, NOTICE_INFO, "file is no event log and was passed over",
                  "files are no event logs and were passed over", b);
}

static void hidden(struct notices *l, struct buf *b)
{
    const struct {
        uint64_t n;
        const char *option;
    } by[] = {
        { l->sum->hidden_level, "--level" },
        { l->sum->hidden_time, "--from and --to" },
        { l->sum->hidden_rule, "--rule and --exclude-rule" },
        { l->sum->hidden_verdict, "--require" },
    };
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        char text[COUNT_TEXT];
        if (by[i].n == 0)
            continue;
        buf_printf(b, "%s%s by %s", b->n > 0 ? ", " : "Hidden rows: ", count_text(by[i].n, text),
                   by[i].option);
    }
    if (b->n > 0)
        notices_say(l, NOTICE_WARNING, b);
    if (l->sum->filtered > 0) {
        notices_count(b, l->sum->filtered, "event", "events");
        buf_str(b, " of other computers left out by --computer");
        notices_say(l, NOTICE_INFO, b);
    }
    if (l->sum->oversize > 0) {
        notices_count(b, l->sum->oversize, "row was", "rows were");
        buf_printf(b, " larger than %zu MiB and could not be kept", LIMIT_DETECTION >> 20);
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->script_incomplete > 0) {
        notices_count(b, l->sum->script_incomplete, "PowerShell script block lacks",
                      "PowerShell script blocks lack");
        buf_str(b, " parts (4104): what stood in them was not seen");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->script_lost > 0) {
        notices_count(b, l->sum->script_lost, "part", "parts");
        buf_printf(b,
                   " of PowerShell script blocks beyond %zu MiB of text or %d copies not matched",
                   LIMIT_SCRIPT_BLOCK >> 20, LIMIT_SCRIPT_COPIES);
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->changed > 0) {
        notices_count(b, l->sum->changed, "record is", "records are");
        buf_str(b,
                " there in two versions, of the same log, EventRecordID and time, but with other "
                "content: altered in one place; evtriage verify names them");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->duplicates > 0) {
        notices_count(b, l->sum->duplicates, "row repeats", "rows repeat");
        buf_str(b, " a record that is there already and stands in also_in");
        notices_say(l, NOTICE_INFO, b);
    }
}

/* "(A: 12; B: 3; and 2 more)": the rules for which something was counted. */
static void put_rules(struct notices *l, size_t count_at, struct buf *b)
{
    const struct summary *sum = l->sum;
    uint64_t named = 0, more = 0;
    char text[COUNT_TEXT];
    for (size_t i = 0; sum->rules != NULL && sum->rule_count != NULL && i < sum->rules->n; i++) {
        uint64_t n;
        memcpy(&n, (const char *)&sum->rule_count[i] + count_at, sizeof n);
        if (n == 0 || named == NOTICES_NAMED) {
            more += n > 0;
            continue;
        }
        buf_str(b, named++ ? "; " : " (");
        escape_controls(sum->rules->rule[i]->title, b);
        buf_printf(b, ": %s", count_text(n, text));
    }
    if (more > 0)
        buf_printf(b, "; and %" PRIu64 " more rules", more);
    if (named > 0)
        buf_byte(b, ')');
}

/* --unsorted: what a sorted run would have done. */
static void unsorted(struct notices *l, struct buf *b)
{
    uint64_t n = 0;
    for (size_t i = 0; l->sum->rules != NULL && i < l->sum->rules->n; i++)
        n += l->sum->rules->rule[i]->correlation != NULL;
    buf_str(b,
            "--unsorted: rows stand in the order of the input, and copies of a record are rows of "
            "their own");
    if (n > 0) {
        buf_str(b, "; ");
        notices_count(b, n, "correlation was", "correlations were");
        buf_str(b, " not applied");
    }
    notices_say(l, n > 0 ? NOTICE_WARNING : NOTICE_INFO, b);
}

/* What filter documents and correlations kept from being rows. */
static void folded(struct notices *l, struct buf *b)
{
    if (l->sum->suppressed > 0) {
        notices_count(b, l->sum->suppressed, "row was", "rows were");
        buf_str(b, " suppressed by filter documents");
        put_rules(l, offsetof(struct rule_counts, suppressed), b);
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->fed > 0) {
        notices_count(b, l->sum->fed, "event", "events");
        buf_str(b, " of rules that only feed correlations (generate: false) made no row of their "
                   "own");
        notices_say(l, NOTICE_INFO, b);
    }
    if (l->sum->untimed > 0) {
        notices_count(b, l->sum->untimed, "event", "events");
        buf_str(b, " without a readable time could not be correlated");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->capped > 0) {
        notices_count(b, l->sum->capped, "decision", "decisions");
        buf_str(b, " of correlations could not be made: the memory for windows was full");
        put_rules(l, offsetof(struct rule_counts, capped), b);
        notices_say(l, NOTICE_WARNING, b);
    }
}

/* The rule with the most undecided events; NULL when nobody counted. */
static const struct rule *most_undecided(const struct summary *sum)
{
    const struct rule *most = NULL;
    uint64_t n = 0;
    for (size_t i = 0; sum->rules != NULL && sum->rule_count != NULL && i < sum->rules->n; i++) {
        if (sum->rule_count[i].undecided > n) {
            n = sum->rule_count[i].undecided;
            most = sum->rules->rule[i];
        }
    }
    return most;
}

static void undecided(struct notices *l, struct buf *b)
{
    if (l->sum->undecided > 0) {
        char text[COUNT_TEXT];
        const struct rule *most = most_undecided(l->sum);
        buf_printf(b, "Undecided %s %s: the rule tests a field that the record does not carry",
                   count_text(l->sum->undecided, text), l->sum->undecided == 1 ? "time" : "times");
        if (most != NULL) {
            buf_str(b, " (most often: ");
            escape_controls(most->title, b);
            buf_byte(b, ')');
        }
        buf_str(b, "; --possible writes these as rows");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (l->sum->regex_limit > 0) {
        notices_count(b, l->sum->regex_limit, "regular expression", "regular expressions");
        buf_str(b, " ran into the limit on an event: not decided there");
        put_rules(l, offsetof(struct rule_counts, regex_limit), b);
        notices_say(l, NOTICE_WARNING, b);
    }
}

/* "so 5 of 7 process rules could not fire there" */
static void put_blind(struct notices *l, struct buf *b)
{
    char text[COUNT_TEXT];
    if (l->sum->process_rules == 0) {
        buf_str(b, ", so rules on command lines cannot fire there");
        return;
    }
    buf_printf(b, ", so %s of ", count_text(l->sum->blind_rules, text));
    notices_count(b, l->sum->process_rules, "process rule", "process rules");
    buf_str(b, " could not fire there");
}

static void put_time(struct buf *b, uint64_t time)
{
    char text[FILETIME_TEXT];
    buf_put(b, text, filetime_iso(time, text));
}

/* The computer never wrote one. */
static void host_blind(struct notices *l, const struct summary_host *h, struct buf *b)
{
    escape_controls(h->computer, b);
    buf_str(b, ": ");
    notices_count(b, h->s4688, "process creation", "process creations");
    buf_str(b, " (4688)");
    /* The host's own times are those of Sysmon, too. */
    const uint64_t first = h->nspan > 0 ? h->span[0].first : h->first;
    const uint64_t last = h->nspan > 0 ? h->span[h->nspan - 1].last : h->last;
    if (first != 0 && (h->nspan > 0 || h->sysmon_1 == 0)) {
        buf_str(b, " from ");
        put_time(b, first);
        buf_str(b, " to ");
        put_time(b, last);
    }
    buf_str(b, ", none with a command line: their auditing is off");
    if (h->sysmon_1 > 0)
        buf_str(b, "; Sysmon has them");
    else
        put_blind(l, b);
    notices_say(l, h->sysmon_1 > 0 ? NOTICE_INFO : NOTICE_WARNING, b);
}

/* The computer wrote command lines, but not always. */
static void host_span(struct notices *l, const struct summary_host *h, const struct summary_span *s,
                      struct buf *b)
{
    escape_controls(h->computer, b);
    buf_str(b, ": none of ");
    notices_count(b, s->count, "process creation", "process creations");
    buf_str(b, " (4688) from ");
    put_time(b, s->first);
    buf_str(b, " to ");
    put_time(b, s->last);
    buf_str(b, " has a command line: their auditing was off then");
    if (s->sysmon > 0)
        buf_str(b, "; Sysmon has them");
    else
        put_blind(l, b);
    notices_say(l, s->sysmon > 0 ? NOTICE_INFO : NOTICE_WARNING, b);
}

/* Command lines are what most process rules look at: say where and when there are none. */
static void hosts(struct notices *l, struct buf *b)
{
    uint64_t hosts_more = 0, spans_more = 0;
    size_t said = 0;
    for (size_t i = 0; i < l->sum->nhost; i++) {
        const struct summary_host *h = &l->sum->host[i];
        const bool never = h->s4688 > 0 && h->s4688_with_command_line == 0;
        if (never && said++ < HOSTS)
            host_blind(l, h, b);
        else
            hosts_more += never;
        for (size_t k = 0; !never && k < h->nspan; k++) {
            if (said++ < HOSTS)
                host_span(l, h, &h->span[k], b);
            else
                spans_more++;
        }
        spans_more += never ? 0 : h->more_spans;
    }
    if (hosts_more > 0) {
        notices_count(b, hosts_more, "more computer has", "more computers have");
        buf_str(b, " no command lines in their process creations (4688)");
        notices_say(l, NOTICE_WARNING, b);
    }
    if (spans_more > 0) {
        notices_count(b, spans_more, "more time", "more times");
        buf_str(b, " without command lines on computers that write them otherwise");
        notices_say(l, NOTICE_WARNING, b);
    }
}

size_t notices_of(const struct summary *sum, struct arena *a, struct notice **ret)
{
    struct notices l = { .sum = sum, .arena = a };
    struct buf b;
    buf_init(&b, LIMIT_OUT_ROW);
    if (sum->interrupted) {
        buf_str(&b, "Interrupted: the rest of the evidence was not read");
        notices_say(&l, NOTICE_WARNING, &b);
    }
    evidence(&l, &b);
    if (sum->unsorted)
        unsorted(&l, &b);
    hidden(&l, &b);
    notices_rules(&l, &b);
    hosts(&l, &b);
    if (sum->crowded > 0) {
        notices_count(&b, sum->crowded, "event has", "events have");
        buf_str(&b, " more names or times than can be told apart: counts by channel, computer and "
                    "hour are incomplete");
        notices_say(&l, NOTICE_WARNING, &b);
    }
    undecided(&l, &b);
    folded(&l, &b);
    buf_release(&b);
    struct notice *v = arena_zalloc(a, l.v.n ? l.v.n : 1, sizeof *v);
    size_t n = l.v.n;
    if (n > 0)
        memcpy(v, l.v.v, n * sizeof *v);
    vec_release(&l.v);
    *ret = v;
    return n;
}
