/* xml_split.c - a window over decoded text that moves from event to event.
 *
 * An event that is torn ends where the next one begins: at an <Event> that is followed by <System>.
 * Escaped text cannot contain one. May include: base/, input/. */
#include "evtx/xml_split.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf16.h"

#define STEP LIMIT_KIB(64)

enum encoding { ENC_UNKNOWN, ENC_UTF8, ENC_UTF16LE, ENC_UTF16BE };

struct xml_split {
    struct source *src;
    uint64_t read; /* bytes of src */
    enum encoding encoding;
    uint8_t raw[STEP + 4];
    size_t held;       /* bytes at the start of raw that wait for the rest of their character */
    struct buf window; /* decoded text */
    size_t at;         /* in the window: all before was looked at */
    size_t counted;    /* in the window: lines before are in `line` */
    uint64_t line;
    bool eof;
};

struct xml_split *xml_split_new(struct source *src)
{
    struct xml_split *s = xcalloc(1, sizeof *s);

    s->src = src;
    s->line = 1;
    buf_init(&s->window, 2 * LIMIT_EVENT_XML + 8 * STEP);
    return s;
}

void xml_split_free(struct xml_split *s)
{
    if (!s)
        return;
    buf_release(&s->window);
    free(s);
}

uint64_t xml_split_bytes(const struct xml_split *s)
{
    return s->read;
}

/* The encoding by the first bytes, and the length of the byte order mark. */
static size_t detect(struct xml_split *s, size_t n)
{
    const uint8_t *p = s->raw;

    s->encoding = ENC_UTF8;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        return 3;
    if (n < 2)
        return 0;
    if ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == '<' && p[1] == 0))
        s->encoding = ENC_UTF16LE;
    else if ((p[0] == 0xfe && p[1] == 0xff) || (p[0] == 0 && p[1] == '<'))
        s->encoding = ENC_UTF16BE;
    return p[0] >= 0xfe ? 2 : 0;
}

/* Decodes raw[from..n) into the window; what is incomplete stays at the start of raw. */
static void decode(struct xml_split *s, size_t from, size_t n)
{
    uint8_t *p = s->raw + from, *to;
    size_t units = (n - from) / 2;

    s->held = 0;
    if (s->encoding == ENC_UTF8) {
        buf_put(&s->window, p, n - from);
        return;
    }
    for (size_t i = 0; s->encoding == ENC_UTF16BE && i < units; i++) {
        uint8_t high = p[2 * i];

        p[2 * i] = p[2 * i + 1];
        p[2 * i + 1] = high;
    }
    if (!s->eof && units > 0 && (p[2 * units - 1] & 0xfc) == 0xd8)
        units--; /* a pair may be cut in two */
    to = buf_reserve(&s->window, utf16_utf8_room(units));
    if (to)
        s->window.n += utf16_to_utf8(p, units, to);
    s->held = n - from - 2 * units;
    if (s->encoding == ENC_UTF16BE && s->held >= 2) { /* as it was read */
        uint8_t low = p[2 * units];

        p[2 * units] = p[2 * units + 1];
        p[2 * units + 1] = low;
    }
    memmove(s->raw, p + 2 * units, s->held);
}

static int read_step(struct xml_split *s, size_t *ret_n, struct ev_err *err)
{
    size_t n = 0;
    int rc;

    if (source_can_read_at(s->src))
        rc = source_read_at(s->src, s->read, s->raw + s->held, STEP, &n, err);
    else
        rc = source_stream(s->src, s->raw + s->held, STEP, &n, err);
    if (rc < 0)
        return rc;
    s->read += n;
    *ret_n = n;
    return EV_OK;
}

/* Forgets the window before `keep`, counting its lines; *p and s->at move along. */
static void forget(struct xml_split *s, size_t keep)
{
    for (; s->counted < keep; s->counted++)
        s->line += s->window.p[s->counted] == '\n';
    memmove(s->window.p, s->window.p + keep, s->window.n - keep);
    s->window.n -= keep;
    s->counted = 0;
    s->at -= keep;
}

/* At least doubles what is behind `keep` in the window, so that looking at it again from there costs
 * no more than reading it. All before `keep` is forgotten: afterwards it is at 0. */
static int fill(struct xml_split *s, size_t keep, struct ev_err *err)
{
    size_t want;

    if (keep > 0)
        forget(s, keep);
    want = 2 * s->window.n + 1;
    while (!s->eof && s->window.n < want && s->window.n <= LIMIT_EVENT_XML) {
        size_t n = 0, from = 0;
        int rc = read_step(s, &n, err);

        if (rc < 0)
            return rc;
        s->eof = n == 0;
        n += s->held;
        if (s->encoding == ENC_UNKNOWN)
            from = detect(s, n);
        decode(s, from, n);
    }
    return EV_OK;
}

static bool name_ends(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' || c == '>';
}

/* Offset of the next "<Event" with its name's end; otherwise SIZE_MAX and *ret_keep, from where to
 * look again when there is more text. */
static size_t find_start(struct slice w, size_t at, size_t *ret_keep)
{
    static const struct slice mark = SLICE_INIT("<Event");

    for (;;) {
        size_t i = slice_find(slice_sub(w, at, w.n), mark);

        if (i == SIZE_MAX) {
            *ret_keep = w.n < at + mark.n ? at : w.n - mark.n;
            return SIZE_MAX;
        }
        at += i;
        if (at + mark.n >= w.n) {
            *ret_keep = at;
            return SIZE_MAX;
        }
        if (name_ends(w.p[at + mark.n]))
            return at;
        at += mark.n;
    }
}

enum tag { TAG_MORE, TAG_OTHER, TAG_OPEN, TAG_CLOSE, TAG_EMPTY };

/* A section that ends with `end`, or TAG_MORE. */
static enum tag section(struct slice s, size_t from, struct slice end, size_t *ret_n)
{
    size_t i = slice_find(slice_sub(s, from, s.n), end);

    if (i == SIZE_MAX)
        return TAG_MORE;
    *ret_n = from + i + end.n;
    return TAG_OTHER;
}

/* What s, which begins with '<', is with regard to Event elements, and its length. */
static enum tag tag_read(struct slice s, size_t *ret_n)
{
    bool close, event;
    uint8_t quote = 0;
    size_t i = 1;

    if (s.n < 2 || (s.p[1] == '!' && s.n < 9)) /* the longest mark */
        return TAG_MORE;
    if (slice_starts(s, SLICE("<!--")))
        return section(s, 4, SLICE("-->"), ret_n);
    if (slice_starts(s, SLICE("<![CDATA[")))
        return section(s, 9, SLICE("]]>"), ret_n);
    if (slice_starts(s, SLICE("<?")))
        return section(s, 2, SLICE("?>"), ret_n);
    close = s.p[1] == '/';
    i += close;
    event =
        slice_starts(slice_sub(s, i, 5), SLICE("Event")) && i + 5 < s.n && name_ends(s.p[i + 5]);
    for (; i < s.n; i++) {
        uint8_t c = s.p[i];

        if (c == '<') { /* not even in a quoted value: the tag is torn */
            *ret_n = i;
            return TAG_OTHER;
        }
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            break;
    }
    if (i == s.n)
        return TAG_MORE;
    *ret_n = i + 1;
    if (!event)
        return TAG_OTHER;
    if (close)
        return TAG_CLOSE;
    return s.p[i - 1] == '/' ? TAG_EMPTY : TAG_OPEN;
}

/* Does "<System" follow? 1, 0, or -1: more text is needed. */
static int system_follows(struct slice s)
{
    size_t i = 0;

    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r' || s.p[i] == '\n'))
        i++;
    s = slice_sub(s, i, s.n);
    if (s.n < 7)
        return -1;
    return slice_starts(s, SLICE("<System"));
}

/* One step of the search for the end of the event that begins at 0, from s->at on. Returns the tag
 * that ends it (TAG_CLOSE, or TAG_OPEN: the next event begins at s->at), TAG_OTHER to go on, or
 * TAG_MORE. */
static enum tag end_step(struct xml_split *s, unsigned *depth)
{
    struct slice w = buf_view(&s->window), rest;
    size_t i = slice_find_byte(slice_sub(w, s->at, w.n), '<'), n = 0;
    enum tag tag;
    int next;

    if (i == SIZE_MAX) {
        s->at = w.n;
        return TAG_MORE;
    }
    s->at += i;
    rest = slice_sub(w, s->at, w.n);
    tag = tag_read(rest, &n);
    if (tag == TAG_MORE)
        return TAG_MORE;
    if (tag == TAG_OPEN && *depth > 0) {
        next = system_follows(slice_sub(rest, n, rest.n));
        if (next != 0)
            return next > 0 ? TAG_OPEN : TAG_MORE;
    }
    s->at += n;
    if (tag == TAG_OPEN)
        ++*depth;
    if (tag == TAG_CLOSE)
        --*depth;
    return *depth == 0 && tag != TAG_OTHER ? TAG_CLOSE : TAG_OTHER;
}

/* The end of the event that begins at 0 of the window. */
static int find_end(struct xml_split *s, struct xml_piece *ret, struct ev_err *err)
{
    unsigned depth = 0;
    enum tag tag;

    s->at = 0;
    ret->broken = NULL;
    do {
        tag = end_step(s, &depth);
        if (tag == TAG_MORE && s->window.n > LIMIT_EVENT_XML) {
            ret->broken = "it is too large, or a comment or tag in it does not end";
            s->at = s->window.n;
        } else if (tag == TAG_MORE && s->eof) {
            ret->broken = "the file ends inside it";
            s->at = s->window.n;
        } else if (tag == TAG_MORE) {
            int rc = fill(s, 0, err);

            if (rc < 0)
                return rc;
        } else if (tag == TAG_OPEN) {
            ret->broken = "it does not end before the next event begins";
        }
    } while (!ret->broken && tag != TAG_CLOSE);
    ret->text = slice_of(s->window.p, s->at);
    return 1;
}

int xml_split_next(struct xml_split *s, struct xml_piece *ret, struct ev_err *err)
{
    struct xml_piece piece;
    size_t keep = 0, start;
    int rc;

    for (;;) {
        start = find_start(buf_view(&s->window), s->at, &keep);
        if (start != SIZE_MAX)
            break;
        if (s->eof)
            return 0;
        s->at = keep;
        rc = fill(s, keep, err);
        if (rc < 0)
            return rc;
    }
    s->at = start;
    forget(s, start);
    piece.line = s->line;
    rc = find_end(s, &piece, err);
    if (rc > 0)
        *ret = piece;
    return rc;
}
