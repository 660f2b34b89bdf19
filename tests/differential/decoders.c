/* decoders.c - does the native decoder read what libevtx reads?
 *
 * Usage: decoders FILE... (names from standard input when there are none). Each record that libevtx
 * reads must be read by the native decoder, with the same fields in the same order, the same parts
 * and the same texts, apart from the classes of doc/decoders.md, which are counted. Writes TAP, one
 * test for each file that differs and one for the whole. */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/escape.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/parse.h"
#include "base/vec.h"
#include "evtx/reader.h"

/* The classes of doc/decoders.md. */
enum verdict {
    SAME,
    CLASS_NEGATIVE, /* negative integers are sign and magnitude of the bits in libevtx */
    CLASS_SIZET,    /* SizeT is decimal in libevtx */
    CLASS_TIME,     /* other digits of the same time */
    CLASS_HEX,      /* zero-padded hex, also where the log holds such a string */
    CLASS_TEXT,     /* text that is no UTF-16 */
    CLASS_ANSI,     /* bytes beyond ASCII */
    CLASS_FLOAT,
    CLASS_LINE_FEED, /* a value that is one line feed is empty in libevtx */
    CLASS_UNREAD,    /* records that libevtx cannot render */
    CLASS_TORN,      /* records behind a damaged one: libevtx counts them as recovered */
    DIFFERENT,
    CLASSES
};

static const char *const verdict_name[CLASSES] = { "same",
                                                   "negative integer",
                                                   "SizeT",
                                                   "digits of a time",
                                                   "hex padding",
                                                   "not UTF-16",
                                                   "beyond ASCII",
                                                   "float",
                                                   "lone line feed",
                                                   "record lost by libevtx",
                                                   "record behind damage",
                                                   "different" };

struct seen_field {
    struct slice name, text;
    uint8_t part, type;
    struct slice raw;
};

struct seen {
    struct record_place place;
    struct seen_field *field;
    size_t n;
    bool met;
};

struct side {
    struct arena arena;
    VEC(struct seen) event;
    struct accounting counts;
};

static uint64_t total[CLASSES];
static uint64_t records[2];
static unsigned shown;

static struct slice copy(struct side *s, struct slice text)
{
    return text.n ? arena_dup(&s->arena, text) : SLICE("");
}

static int on_event(void *ctx, struct event *ev)
{
    struct side *s = ctx;
    struct seen e = { .place = ev->place, .n = ev->n };

    e.field = arena_zalloc(&s->arena, ev->n ? ev->n : 1, sizeof *e.field);
    for (size_t i = 0; i < ev->n; i++) {
        const struct field *f = &ev->field[i];

        e.field[i].name = copy(s, f->name);
        e.field[i].part = f->part;
        e.field[i].type = f->value.type;
        e.field[i].raw = copy(s, slice_of(f->value.p, f->value.n));
        e.field[i].text = copy(s, event_text(ev, i));
    }
    return vec_push(&s->event, SIZE_MAX / sizeof e, e) ? EV_OK : EV_ELIMIT;
}

static int read_file(const char *path, const char *decoder, const struct names *names,
                     struct side *s, struct ev_err *err)
{
    const struct decoder *d = decoder_find(decoder);
    struct reader_options o = { .names = names };
    const struct reader_visitor v = { .event = on_event, .ctx = s };
    struct reader_worker *w = reader_worker_new();
    struct source *src = NULL;
    struct reader *r = NULL;
    int rc = source_open_file(path, &src, err);

    if (rc == EV_OK)
        rc = d->open(src, &o, &r, err);
    for (uint64_t i = 0; rc == EV_OK && i < d->jobs(r); i++)
        rc = d->run(r, i, w, &v, &s->counts, err);
    if (r)
        d->close(r);
    source_free(src);
    reader_worker_free(w);
    return rc;
}

static bool same_time(struct slice a, struct slice b)
{
    uint64_t x, y;

    return filetime_parse(a, &x) == EV_OK && filetime_parse(b, &y) == EV_OK && x == y;
}

static bool same_number(struct slice hex, struct slice decimal)
{
    uint64_t x, y;

    return hex.n > 2 && parse_hex64(slice_sub(hex, 2, hex.n), &x) == EV_OK &&
           parse_u64(decimal, &y) == EV_OK && x == y;
}

static bool same_hex(struct slice padded, struct slice plain)
{
    uint64_t x, y;

    return slice_starts(padded, SLICE("0x")) && slice_starts(plain, SLICE("0x")) &&
           parse_hex64(slice_sub(padded, 2, padded.n), &x) == EV_OK &&
           parse_hex64(slice_sub(plain, 2, plain.n), &y) == EV_OK && x == y;
}

static bool not_utf16(struct slice s)
{
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        bool high = (s.p[i + 1] & 0xfc) == 0xd8, low = (s.p[i + 1] & 0xfc) == 0xdc;

        if (low || (high && (i + 3 >= s.n || (s.p[i + 3] & 0xfc) != 0xdc)))
            return true;
        i += high ? 2 : 0;
    }
    return false;
}

static bool beyond_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 0x80)
            return true;
    return false;
}

/* a: native, b: libevtx. */
static enum verdict compare(const struct seen_field *a, const struct seen_field *b)
{
    if (!slice_eq(a->name, b->name) || a->part != b->part)
        return DIFFERENT;
    if (slice_eq(a->text, b->text))
        return SAME;
    switch (a->type) {
    case VALUE_I8:
    case VALUE_I16:
    case VALUE_I32:
    case VALUE_I64:
        return a->text.n && a->text.p[0] == '-' && b->text.n && b->text.p[0] == '-' ? CLASS_NEGATIVE
                                                                                    : DIFFERENT;
    case VALUE_SIZET:
        return same_number(a->text, b->text) ? CLASS_SIZET : DIFFERENT;
    case VALUE_FILETIME:
    case VALUE_SYSTEMTIME:
        return same_time(a->text, b->text) ? CLASS_TIME : DIFFERENT;
    case VALUE_HEX32:
    case VALUE_HEX64:
        return same_hex(b->text, a->text) ? CLASS_HEX : DIFFERENT;
    case VALUE_F32:
    case VALUE_F64:
        return CLASS_FLOAT;
    case VALUE_ANSI:
        return beyond_ascii(a->raw) ? CLASS_ANSI : DIFFERENT;
    case VALUE_UTF16:
        if (not_utf16(a->raw))
            return CLASS_TEXT;
        if (slice_eq(a->text, SLICE("\n")) && b->text.n == 0)
            return CLASS_LINE_FEED;
        return same_hex(a->text, b->text) ? CLASS_HEX : DIFFERENT;
    default:
        return same_time(a->text, b->text) ? CLASS_TIME : DIFFERENT;
    }
}

static void show_field(const char *side, const struct seen *e, size_t i)
{
    struct buf text;

    if (i >= e->n) {
        printf("#   %s has only %zu fields\n", side, e->n);
        return;
    }
    buf_init(&text, LIMIT_KIB(64));
    escape_json_string(slice_sub(e->field[i].text, 0, 200), &text);
    printf("#   %s %u %.*s [%02x] = %.*s\n", side, e->field[i].part, SLICE_ARG(e->field[i].name),
           e->field[i].type, SLICE_ARG(buf_view(&text)));
    buf_release(&text);
}

static unsigned compare_events(const char *path, const struct seen *a, const struct seen *b)
{
    size_t n = a->n > b->n ? a->n : b->n;

    for (size_t i = 0; i < n; i++) {
        enum verdict c = i < a->n && i < b->n ? compare(&a->field[i], &b->field[i]) : DIFFERENT;

        total[c]++;
        if (c != DIFFERENT)
            continue;
        if (shown++ < 40) {
            printf("# %s: record at %llu, field %zu\n", path, (unsigned long long)a->place.offset,
                   i);
            show_field("native", a, i);
            show_field("libevtx", b, i);
        }
        return 1;
    }
    return 0;
}

static bool same_place(const struct record_place *a, const struct record_place *b)
{
    return a->offset == b->offset && a->record_number == b->record_number &&
           a->written == b->written && a->chunk == b->chunk;
}

/* Returns how many records differ. */
static unsigned compare_sides(const char *path, struct side *a, struct side *b)
{
    unsigned bad = 0;
    size_t at = 0;

    for (size_t i = 0; i < b->event.n; i++) {
        size_t k = at;

        while (k < a->event.n && a->event.v[k].place.offset != b->event.v[i].place.offset)
            k++;
        if (k == a->event.n) {
            /* libevtx sorts by chunk, too; a record out of order is looked for from the start. */
            for (k = 0; k < at && a->event.v[k].place.offset != b->event.v[i].place.offset; k++)
                ;
            if (k == at)
                k = a->event.n;
        }
        if (k == a->event.n || !same_place(&a->event.v[k].place, &b->event.v[i].place)) {
            if (shown++ < 40)
                printf("# %s: only libevtx reads the record at %llu\n", path,
                       (unsigned long long)b->event.v[i].place.offset);
            bad++;
            continue;
        }
        a->event.v[k].met = true;
        at = k + 1;
        bad += compare_events(path, &a->event.v[k], &b->event.v[i]);
    }
    return bad;
}

static unsigned test_file(const char *path, const struct names *names)
{
    struct side a = { 0 }, b = { 0 };
    struct ev_err err = { 0 };
    uint64_t more;
    unsigned bad = 0;
    int rc;

    arena_init(&a.arena, LIMIT_MIB(2048));
    arena_init(&b.arena, LIMIT_MIB(2048));
    rc = read_file(path, "native", names, &a, &err);
    if (rc < 0) {
        printf("# %s: native: %s\n", path, err.text);
        bad = rc != EV_EFORMAT;
    }
    if (read_file(path, "libevtx", names, &b, &err) < 0)
        printf("# %s: libevtx: %s\n", path, err.text);
    bad += compare_sides(path, &a, &b);
    more = a.event.n - (b.event.n < a.event.n ? b.event.n : a.event.n);
    if (more > 0) {
        uint64_t lost = b.counts.unreadable < more ? b.counts.unreadable : more;

        total[CLASS_UNREAD] += lost;
        total[CLASS_TORN] += more - lost;
        printf("# %s: %llu records more than libevtx (%llu unreadable there)\n", path,
               (unsigned long long)more, (unsigned long long)b.counts.unreadable);
    }
    if (a.counts.unreadable)
        printf("# %s: native cannot read %llu records\n", path,
               (unsigned long long)a.counts.unreadable);
    records[0] += a.event.n;
    records[1] += b.event.n;
    vec_release(&a.event);
    vec_release(&b.event);
    arena_release(&a.arena);
    arena_release(&b.arena);
    return bad;
}

int main(int argc, char **argv)
{
    struct names *names = names_new();
    unsigned files = 0, bad = 0;
    char line[4096];

    for (int i = 1; i < argc; i++, files++)
        bad += test_file(argv[i], names);
    while (argc == 1 && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        bad += test_file(line, names);
        files++;
    }
    printf("# %u files, records: native %llu, libevtx %llu\n", files,
           (unsigned long long)records[0], (unsigned long long)records[1]);
    for (int c = 0; c < CLASSES; c++)
        printf("# %s: %llu\n", verdict_name[c], (unsigned long long)total[c]);
    printf("%s 1 - native and libevtx agree on %u files\n1..1\n", bad || !files ? "not ok" : "ok",
           files);
    names_free(names);
    return bad || !files;
}
