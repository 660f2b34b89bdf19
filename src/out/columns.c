/* columns.c - what stands in each column of a row.
 *
 * Every function writes plain text into a buf; escaping is the business of the format. */
#include "out/columns.h"

#include <inttypes.h>

#include "base/copy.h"
#include "base/parse.h"

/* Writes "; " before all but the first of a list that began at `start`. */
static void separate(struct buf *out, size_t start)
{
    if (out->n > start)
        buf_str(out, "; ");
}

static void put_timestamp(const struct detection *d, const struct view *view, struct buf *out)
{
    char text[FILETIME_TEXT];
    buf_put(out, text, zone_text(view->zone, d->timestamp, text));
}

static void put_level(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    buf_str(out, level_name(d->rule->level));
}

static void put_event_id(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    if (d->has_event_id)
        buf_u64(out, d->event_id);
}

static void put_record_id(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    if (d->has_record_id)
        buf_u64(out, d->record_id);
}

/* Cells that are a slice of the detection or its rule. */
#define PUT_SLICE(name, from)                                                                      \
    static void put_##name(const struct detection *d, const struct view *view, struct buf *out)    \
    {                                                                                              \
        (void)view;                                                                                \
        buf_slice(out, d->from);                                                                   \
    }
PUT_SLICE(rule_title, rule->title)
PUT_SLICE(rule_id, rule->id)
PUT_SLICE(computer, computer)
PUT_SLICE(channel, channel)
PUT_SLICE(user, process.user)
PUT_SLICE(process_id, process.id)
PUT_SLICE(image, process.image)
PUT_SLICE(command_line, process.command_line)
PUT_SLICE(parent_process_id, process.parent_id)
PUT_SLICE(parent_image, process.parent_image)
PUT_SLICE(parent_command_line, process.parent_command_line)
PUT_SLICE(logon_id, process.logon_id)
PUT_SLICE(source_file, source_file)
PUT_SLICE(rule_file, rule->file)

static void put_attack(const struct attack *a, const struct rule *r, enum attack_kind kind,
                       struct buf *out)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t start = out->n, n = attack_tags(a, r, kind, tag, ATTACK_TAGS);
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
        separate(out, start);
        attack_tag_text(&tag[i], out);
    }
    if (n > ATTACK_TAGS)
        buf_printf(out, "; and %zu more", n - ATTACK_TAGS);
}

static void put_tactics(const struct detection *d, const struct view *view, struct buf *out)
{
    put_attack(view->attack, d->rule, ATTACK_TACTIC, out);
}

static void put_techniques(const struct detection *d, const struct view *view, struct buf *out)
{
    put_attack(view->attack, d->rule, ATTACK_TECHNIQUE, out);
}

static void put_car(const struct detection *d, const struct view *view, struct buf *out)
{
    struct car_link link[CAR_LINKS];
    size_t start = out->n;
    size_t n = car_links(view->attack, d->rule, view->car_related, link, CAR_LINKS);
    for (size_t i = 0; i < n && i < CAR_LINKS; i++) {
        separate(out, start);
        car_link_text(&link[i], out);
    }
    if (n > CAR_LINKS)
        buf_printf(out, "; and %zu more", n - CAR_LINKS);
}

static void put_verdict(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    buf_str(out, verdict_name(d->verdict));
}

static void put_untested(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    size_t start = out->n;
    for (size_t i = 0; i < d->nuntested; i++) { /* at most LIMIT_UNTESTED */
        size_t same = 0;
        while (same < i && !slice_eq(d->untested[same].field, d->untested[i].field))
            same++;
        if (same < i)
            continue;
        separate(out, start);
        buf_slice(out, d->untested[i].field);
    }
}

static void put_matched(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    detection_matched_text(d, out);
}

static bool same_number(struct slice a, struct slice b)
{
    int64_t x, y;
    return parse_int_any(a, &x) == EV_OK && parse_int_any(b, &y) == EV_OK && x == y;
}

/* By length and first letter: rules out most names. */
static bool may_have_column(struct slice name)
{
    static const uint32_t lengths = 1u << 4 | 1u << 5 | 1u << 7 | 1u << 9 | 1u << 11 | 1u << 12 |
                                    1u << 14 | 1u << 15 | 1u << 17;
    const uint8_t c = name.n < 32 && (lengths >> name.n & 1) ? name.p[0] : 0;

    return c == 'I' || c == 'C' || c == 'P' || c == 'U' || c == 'N' || c == 'L';
}

/* Does a column of its own show this field of the event already? */
static bool has_column(const struct detection *d, const struct detection_field *f)
{
    static const struct {
        struct slice name;
        size_t cell; /* of struct process */
    } shown[] = {
        { SLICE_INIT("Image"), offsetof(struct process, image) },
        { SLICE_INIT("NewProcessName"), offsetof(struct process, image) },
        { SLICE_INIT("CommandLine"), offsetof(struct process, command_line) },
        { SLICE_INIT("ProcessId"), offsetof(struct process, id) },
        { SLICE_INIT("NewProcessId"), offsetof(struct process, id) },
        { SLICE_INIT("ParentImage"), offsetof(struct process, parent_image) },
        { SLICE_INIT("ParentProcessName"), offsetof(struct process, parent_image) },
        { SLICE_INIT("ParentCommandLine"), offsetof(struct process, parent_command_line) },
        { SLICE_INIT("ParentProcessId"), offsetof(struct process, parent_id) },
        /* of 4688: the creator */
        { SLICE_INIT("ProcessId"), offsetof(struct process, parent_id) },
        { SLICE_INIT("User"), offsetof(struct process, user) },
        { SLICE_INIT("LogonId"), offsetof(struct process, logon_id) },
    };
    if (!may_have_column(f->name))
        return false;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct slice cell;
        if (!slice_eq(f->name, shown[i].name))
            continue;
        memcpy(&cell, (const char *)&d->process + shown[i].cell, sizeof cell);
        if (cell.n > 0 && (slice_eq_nocase(f->text, cell) || same_number(f->text, cell)))
            return true;
    }
    return false;
}

static uint8_t *put_words(uint8_t *to, struct slice s)
{
    return copy_short(to, s.p, s.n);
}

static void put_part(struct buf *out, size_t start, struct slice name, struct slice text,
                     struct slice meaning)
{
    /* " | ", "=", " (" and ")" */
    uint8_t *to = buf_room(out, name.n + text.n + meaning.n + 7);

    if (!to)
        return;
    if (out->n > start)
        to = put_words(to, SLICE(" | "));
    if (name.n > 0) {
        to = put_words(to, name);
        *to++ = '=';
    }
    to = put_words(to, text);
    if (meaning.n > 0) {
        to = put_words(to, SLICE(" ("));
        to = put_words(to, meaning);
        *to++ = ')';
    }
    out->n = (size_t)(to - out->p);
}

/* What a correlation is made of: time, rule, record, and the fields that it reads. */
static void put_event(const struct detection_event *e, const struct view *view, struct buf *out)
{
    char text[FILETIME_TEXT];
    buf_put(out, text, zone_text(view->zone, e->timestamp, text));
    buf_byte(out, ' ');
    buf_slice(out, e->rule->title);
    if (e->channel.n > 0 || e->has_event_id) {
        buf_printf(out, " (%.*s %.*s", SLICE_ARG(e->computer), SLICE_ARG(e->channel));
        if (e->has_event_id)
            buf_printf(out, " %" PRIu32, e->event_id);
        if (e->has_record_id)
            buf_printf(out, " #%" PRIu64, e->record_id);
        buf_byte(out, ')');
    }
    if (e->details.n > 0) {
        buf_byte(out, ' ');
        buf_slice(out, e->details);
    }
}

static void put_events(const struct detection *d, const struct view *view, struct buf *out,
                       size_t start)
{
    for (size_t i = 0; i < d->nevent; i++) {
        put_part(out, start, SLICE("Event"), SLICE(""), SLICE_ABSENT);
        put_event(&d->event[i], view, out);
    }
    if (d->nevent_more > 0)
        buf_printf(out, " | and %" PRIu64 " more events", d->nevent_more);
}

static void put_details(const struct detection *d, const struct view *view, struct buf *out)
{
    size_t start = out->n;
    buf_slice(out, d->message);
    if (d->timestamp == 0)
        put_part(out, start, SLICE_ABSENT, SLICE("no readable time"), SLICE_ABSENT);
    else if (d->header_time)
        put_part(out, start, SLICE_ABSENT,
                 SLICE("no readable TimeCreated: the time is the record header's"), SLICE_ABSENT);
    for (size_t i = 0; i < d->nfield; i++) {
        const struct detection_field *f = &d->field[i];
        if (f->part != EVENT_SYSTEM && f->part != EVENT_RENDERING && !has_column(d, f))
            put_part(out, start, f->name, f->text, f->meaning);
    }
    /* EventIDs mean nothing without a provider; most channels name theirs. */
    if (d->provider.n > 0 && !slice_starts(d->channel, d->provider))
        put_part(out, start, SLICE("Provider_Name"), d->provider, SLICE_ABSENT);
    put_events(d, view, out, start);
    if (d->cut)
        put_part(out, start, SLICE_ABSENT, SLICE("the record has more fields than could be kept"),
                 SLICE_ABSENT);
}

static void put_source_offset(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    if (!d->no_place)
        buf_u64(out, d->place.offset);
}

static void put_also_in(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    size_t start = out->n;
    for (size_t i = 0; i < d->also_in.n; i++) {
        separate(out, start);
        buf_slice(out, d->also_in.v[i]);
    }
    if (d->also_in_more > 0)
        buf_printf(out, "; and %" PRIu64 " more", d->also_in_more);
}

static void put_origin(const struct detection *d, const struct view *view, struct buf *out)
{
    (void)view;
    if (!d->mixed_origin)
        buf_str(out, origin_name(d->place.origin));
}

/* Of a cell that is a slice of the detection, and of one that is made. */
#define PUT_OF(name, from) put_##name, .slice = offsetof(struct detection, from) + 1
#define PUT(name) put_##name, .slice = 0

const struct column column_table[COLUMN_COUNT] = {
    [COLUMN_TIMESTAMP] = { "timestamp", "Time", COLUMN_OF_ROW, put_timestamp, .plain = true },
    [COLUMN_LEVEL] = { "level", "Level", COLUMN_OF_RULE, PUT(level) },
    [COLUMN_RULE_TITLE] = { "rule_title", "Rule", COLUMN_OF_RULE, PUT(rule_title) },
    [COLUMN_RULE_ID] = { "rule_id", "Rule id", COLUMN_OF_RULE, PUT(rule_id) },
    [COLUMN_COMPUTER] = { "computer", "Computer", COLUMN_OF_ROW, PUT_OF(computer, computer) },
    [COLUMN_CHANNEL] = { "channel", "Channel", COLUMN_OF_ROW, PUT_OF(channel, channel) },
    [COLUMN_EVENT_ID] = { "event_id", "EventID", COLUMN_OF_ROW, put_event_id, .plain = true },
    [COLUMN_RECORD_ID] = { "record_id", "Record", COLUMN_OF_ROW, put_record_id, .plain = true },
    [COLUMN_USER] = { "user", "User", COLUMN_OF_ROW, PUT_OF(user, process.user) },
    [COLUMN_PROCESS_ID] = { "process_id", "Process id", COLUMN_OF_ROW,
                            PUT_OF(process_id, process.id) },
    [COLUMN_IMAGE] = { "image", "Image", COLUMN_OF_ROW, PUT_OF(image, process.image) },
    [COLUMN_COMMAND_LINE] = { "command_line", "Command line", COLUMN_OF_ROW,
                              PUT_OF(command_line, process.command_line) },
    [COLUMN_PARENT_PROCESS_ID] = { "parent_process_id", "Parent id", COLUMN_OF_ROW,
                                   PUT_OF(parent_process_id, process.parent_id) },
    [COLUMN_PARENT_IMAGE] = { "parent_image", "Parent image", COLUMN_OF_ROW,
                              PUT_OF(parent_image, process.parent_image) },
    [COLUMN_PARENT_COMMAND_LINE] = { "parent_command_line", "Parent command line", COLUMN_OF_ROW,
                                     PUT_OF(parent_command_line, process.parent_command_line) },
    [COLUMN_LOGON_ID] = { "logon_id", "Logon id", COLUMN_OF_ROW,
                          PUT_OF(logon_id, process.logon_id) },
    [COLUMN_TACTICS] = { "tactics", "Tactics", COLUMN_OF_RULE, PUT(tactics) },
    [COLUMN_TECHNIQUES] = { "techniques", "Techniques", COLUMN_OF_RULE, PUT(techniques) },
    [COLUMN_CAR] = { "car", "CAR", COLUMN_OF_RULE, PUT(car) },
    [COLUMN_VERDICT] = { "verdict", "Verdict", COLUMN_OF_ROW, put_verdict, .plain = true },
    [COLUMN_UNTESTED] = { "untested", "Untested", COLUMN_OF_ROW, PUT(untested) },
    [COLUMN_MATCHED] = { "matched", "Matched", COLUMN_OF_BOTH, PUT(matched) },
    [COLUMN_DETAILS] = { "details", "Details", COLUMN_OF_BOTH, PUT(details) },
    [COLUMN_SOURCE_FILE] = { "source_file", "Source file", COLUMN_OF_ROW,
                             PUT_OF(source_file, source_file) },
    [COLUMN_SOURCE_OFFSET] = { "source_offset", "Offset", COLUMN_OF_ROW, put_source_offset,
                               .plain = true },
    [COLUMN_ALSO_IN] = { "also_in", "Also in", COLUMN_OF_ROW, PUT(also_in) },
    [COLUMN_ORIGIN] = { "origin", "Origin", COLUMN_OF_ROW, put_origin, .plain = true },
    [COLUMN_RULE_FILE] = { "rule_file", "Rule file", COLUMN_OF_RULE, PUT(rule_file) },
};
