/* summary_text.c - the summary on standard error: short, aligned, and honest about silence. */
#include "out/summary_text.h"

#include <inttypes.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/mem.h"
#include "out/coverage_out.h"
#include "out/notices.h"

enum { LABEL = 12, TOP = 10, TOP_RULES = 5 };

static void label(struct buf *out, const char *name)
{
    buf_printf(out, "%-*s", LABEL, name);
}

static void number(struct buf *out, uint64_t n, const char *after)
{
    char text[COUNT_TEXT];
    buf_printf(out, "%s%s", count_text(n, text), after);
}

/* Bytes as a person reads them. */
static void size(struct buf *out, uint64_t n)
{
    static const char *const unit[] = { "KiB", "MiB", "GiB", "TiB" };
    size_t u = 0;
    uint64_t tenths = n * 10 / 1024;
    while (tenths >= 10240 && u + 1 < sizeof unit / sizeof *unit) {
        tenths /= 1024;
        u++;
    }
    buf_printf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, unit[u]);
}

static void time_text(struct buf *out, const struct zone *zone, uint64_t t)
{
    char text[FILETIME_TEXT];
    if (zone_text(zone, t, text) >= 28)
        buf_printf(out, "%.10s %.8s%s", text, text + 11, text + 27);
}

static void evidence(const struct summary *sum, const struct zone *zone, struct buf *out)
{
    const struct accounting *t = &sum->total;
    uint64_t read = 0, all = sum->nfile;
    for (size_t i = 0; i < sum->nfile; i++) {
        read += sum->file[i].fate == FILE_READ;
        all -= sum->file[i].fate == FILE_OPENED;
    }
    label(out, "Evidence");
    number(out, read, " of ");
    number(out, all, all == 1 ? " file read, " : " files read, ");
    size(out, t->bytes);
    buf_byte(out, '\n');
    label(out, "Records");
    number(out, t->events, " of ");
    number(out, t->records, " read");
    if (t->skipped > 0) {
        buf_str(out, "; ");
        number(out, t->skipped, " not needed by any rule");
    }
    if (t->unreadable > 0) {
        buf_str(out, "; ");
        number(out, t->unreadable, " could not be decoded");
    }
    if (t->recovered > 0) {
        buf_str(out, "; ");
        number(out, t->recovered_events, " of ");
        number(out, t->recovered, " deleted or carved ones read");
    }
    buf_byte(out, '\n');
    if (sum->first != 0) {
        label(out, "Time");
        time_text(out, zone, sum->first);
        buf_str(out, " to ");
        time_text(out, zone, sum->last);
        buf_byte(out, '\n');
    }
}

/* Disk images that were compared with what they hold. */
static void images(const struct summary *sum, struct buf *out)
{
    char sentence[IMAGE_SENTENCE];
    const char *name = "Images";

    for (size_t i = 0; i < sum->nimage; i++) {
        if (sum->image[i].state == IMAGE_NOT_ASKED)
            continue;
        label(out, name);
        name = "";
        escape_controls(sum->image[i].path, out);
        image_sentence(&sum->image[i], sentence);
        buf_printf(out, ": %s\n", sentence);
    }
}

static void channels(const struct summary *sum, struct buf *out)
{
    char text[COUNT_TEXT];
    for (size_t i = 0; i < sum->nchannel && i < TOP; i++) {
        label(out, i == 0 ? "Channels" : "");
        buf_printf(out, "%11s  ", count_text(sum->channel[i].events, text));
        escape_controls(sum->channel[i].channel.n ? sum->channel[i].channel : SLICE("(none)"), out);
        buf_byte(out, '\n');
    }
    if (sum->nchannel > TOP) {
        uint64_t rest = 0;
        for (size_t i = TOP; i < sum->nchannel; i++)
            rest += sum->channel[i].events;
        label(out, "");
        buf_printf(out, "%11s  in %zu more\n", count_text(rest, text), sum->nchannel - TOP);
    }
}

static void findings(const struct summary *sum, struct buf *out)
{
    uint64_t all = 0;
    for (size_t i = 0; i < FINDING_KINDS; i++)
        all += sum->total.finding[i];
    if (all == 0)
        return;
    label(out, "Findings");
    number(out, all, ": ");
    const char *comma = "";
    for (size_t i = 0; i < FINDING_KINDS; i++) {
        if (sum->total.finding[i] == 0)
            continue;
        buf_str(out, comma);
        number(out, sum->total.finding[i], " ");
        buf_str(out, finding_name((enum finding_kind)i));
        comma = ", ";
    }
    buf_str(out, "; --verbose says where\n");
}

static void rules(const struct summary *sum, struct buf *out)
{
    label(out, "Rules");
    number(out, sum->rules ? sum->rules->n : 0, " loaded");
    if (summary_refused(sum) > 0) {
        buf_str(out, ", ");
        number(out, summary_refused(sum), " not used");
    }
    uint64_t fired = 0;
    for (size_t i = 0; sum->rules != NULL && sum->rule_count != NULL && i < sum->rules->n; i++)
        fired += sum->rule_count[i].hits > 0;
    if (sum->rule_count != NULL) {
        buf_str(out, ", ");
        number(out, fired, " matched");
    }
    buf_byte(out, '\n');
}

static void level(struct buf *out, enum rule_level l, bool color)
{
    static const char *const paint[] = { "", "\033[32m", "\033[33m", "\033[91m", "\033[1;31m" };
    buf_printf(out, "%s%s%s", color ? paint[l] : "", level_name(l),
               color && paint[l][0] ? "\033[0m" : "");
}

static void detections(const struct summary *sum, bool color, struct buf *out)
{
    const char *comma = ": ";
    label(out, "Detections");
    number(out, summary_rows(sum), "");
    for (int i = LEVEL_CRITICAL; i >= 0; i--) {
        if (sum->rows[i] == 0)
            continue;
        buf_str(out, comma);
        number(out, sum->rows[i], " ");
        level(out, (enum rule_level)i, color);
        comma = ", ";
    }
    buf_byte(out, '\n');
}

/* Rules with most hits, serious ones first among equals. */
static void top_rules(const struct summary *sum, bool color, struct buf *out)
{
    size_t top[TOP_RULES], n = 0;
    if (sum->rules == NULL || sum->rule_count == NULL)
        return;
    for (size_t i = 0; i < sum->rules->n; i++) {
        uint64_t hits = sum->rule_count[i].hits;
        enum rule_level l = sum->rules->rule[i]->level;
        if (hits == 0 || !rule_shows_rows(sum->rules->rule[i]))
            continue;
        size_t at = n;
        while (at > 0 && (sum->rules->rule[top[at - 1]]->level < l ||
                          (sum->rules->rule[top[at - 1]]->level == l &&
                           sum->rule_count[top[at - 1]].hits < hits)))
            at--;
        if (at == TOP_RULES)
            continue;
        n += n < TOP_RULES;
        memmove(top + at + 1, top + at, (n - at - 1) * sizeof *top);
        top[at] = i;
    }
    for (size_t i = 0; i < n; i++) {
        char text[COUNT_TEXT];
        label(out, i == 0 ? "Top rules" : "");
        buf_printf(out, "%11s  ", count_text(sum->rule_count[top[i]].hits, text));
        level(out, sum->rules->rule[top[i]]->level, color);
        buf_str(out, "  ");
        escape_controls(sum->rules->rule[top[i]]->title, out);
        buf_byte(out, '\n');
    }
}

/* Words folded at width, lines after the first indented. Bytes count as columns: good enough for a
 * right margin. */
static void folded(struct slice s, unsigned indent, unsigned width, struct buf *out)
{
    size_t column = indent;
    while (s.n > 0) {
        size_t n = slice_find_byte(s, ' ');
        struct slice word = slice_sub(s, 0, n);
        s = n == SIZE_MAX ? SLICE_ABSENT : slice_sub(s, n + 1, s.n);
        if (column > indent && column + 1 + word.n > width) {
            buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            buf_byte(out, ' ');
            column++;
        }
        buf_slice(out, word);
        column += word.n;
    }
    buf_byte(out, '\n');
}

static void coverage(const struct summary *sum, unsigned width, struct buf *out)
{
    struct buf lines;
    if (sum->coverage == NULL || sum->nchannel == 0)
        return;
    buf_init(&lines, LIMIT_SUMMARY_TEXT);
    coverage_essence(sum->coverage, &lines);
    struct slice left = buf_view(&lines);
    for (const char *name = "Coverage"; left.n > 0; name = "") {
        const size_t n = slice_find_byte(left, '\n');
        label(out, name);
        folded(slice_sub(left, 0, n), LABEL, width, out);
        left = slice_sub(left, n + 1, left.n);
    }
    buf_release(&lines);
}

static void notices(const struct summary *sum, const struct summary_text_options *o,
                    struct buf *out)
{
    struct arena a;
    struct notice *v;
    arena_init(&a, LIMIT_TALLY_ARENA);
    size_t n = notices_of(sum, &a, &v);
    if (n > 0)
        buf_str(out, "\nBefore relying on this:\n");
    for (size_t i = 0; i < n; i++) {
        bool warning = v[i].kind == NOTICE_WARNING;
        buf_printf(out, "  %s%s%s ", warning && o->color ? "\033[33m" : "", warning ? "!" : "-",
                   warning && o->color ? "\033[0m" : "");
        folded(v[i].text, 4, o->width ? o->width : 100, out);
    }
    arena_release(&a);
}

void summary_text(const struct summary *sum, const struct summary_text_options *o, struct buf *out)
{
    evidence(sum, o->zone, out);
    images(sum, out);
    channels(sum, out);
    findings(sum, out);
    rules(sum, out);
    detections(sum, o->color, out);
    top_rules(sum, o->color, out);
    coverage(sum, o->width ? o->width : 100, out);
    notices(sum, o, out);
}
