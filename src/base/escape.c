/* escape.c - text made safe for its target.
 *
 * Runs of what may pass as it is (plain.h) are copied at once, and the rest goes through the target's
 * own step, one code point at a time.
 * May include: base/. */
#include "base/escape.h"

#include "base/plain.h"
#include "base/utf16.h"

#define REPLACEMENT_TEXT "\xef\xbf\xbd"

static void put_replacement(struct buf *out)
{
    buf_put(out, REPLACEMENT_TEXT, 3);
}

/* U+2400 + c for C0, U+2421 for DEL, U+FFFD for C1. */
static void put_control(uint32_t c, struct buf *out)
{
    uint8_t text[4];

    if (c < 0x20)
        buf_put(out, text, utf8_encode(0x2400 + c, text));
    else if (c == 0x7f)
        buf_put(out, text, utf8_encode(0x2421, text));
    else
        put_replacement(out);
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Copies what may pass at the front of *s, then takes off one code point and its bytes. False at
 * the end of *s. Made anew for each target: the tests of plain_run depend on it. */
__attribute__((always_inline)) static inline bool next(struct slice *s, enum plain_target target,
                                                       struct buf *out, uint32_t *ret_c,
                                                       struct slice *ret_text)
{
    size_t n = plain_run(s->p, s->n, target);

    buf_put(out, s->p, n);
    *s = slice_sub(*s, n, s->n);
    if (s->n == 0)
        return false;
    *ret_c = utf8_decode(*s, &n);
    *ret_text = n == 1 && s->p[0] >= 0x80 ? SLICE(REPLACEMENT_TEXT) : slice_sub(*s, 0, n);
    *s = slice_sub(*s, n, s->n);
    return true;
}

void escape_controls(struct slice s, struct buf *out)
{
    struct slice text;
    uint32_t c;

    while (next(&s, PLAIN_CONTROLS, out, &c, &text)) {
        if (is_control(c))
            put_control(c, out);
        else
            buf_slice(out, text);
    }
}

static bool needs_guard(struct slice s)
{
    return s.n && (s.p[0] == '=' || s.p[0] == '+' || s.p[0] == '-' || s.p[0] == '@' ||
                   s.p[0] == '\t' || s.p[0] == '\r');
}

/* One that is not plain. Returns the bytes it took. */
static size_t csv_step(struct slice s, struct buf *out)
{
    const uint8_t first = s.p[0];
    size_t n = 1;
    uint32_t c;

    if (first == '"') {
        buf_put(out, "\"\"", 2);
    } else if (first < 0x80) {
        put_control(first, out);
    } else {
        c = utf8_decode(s, &n);
        if (n == 1)
            put_replacement(out);
        else if (is_control(c))
            put_control(c, out);
        else
            buf_put(out, s.p, n);
    }
    return n;
}

/* What stands in a cell. */
struct csv_look {
    bool odd;       /* a byte that may not pass as it is */
    bool separator; /* a comma or a quote */
};

#ifdef __SSE2__
struct csv_sum {
    __m128i odd, separator;
};

static inline void csv_sum_add(struct csv_sum *sum, __m128i x)
{
    const __m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));

    sum->odd = _mm_or_si128(sum->odd, _mm_or_si128(plain_odd_bytes(x, PLAIN_CONTROLS), quote));
    sum->separator =
        _mm_or_si128(sum->separator, _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(',')), quote));
}

static struct csv_look csv_look(struct slice s)
{
    const __m128i none = _mm_setzero_si128();
    struct csv_sum sum = { none, none };

    if (s.n < 16) {
        csv_sum_add(&sum, plain_load_short(s.p, s.n));
    } else {
        for (size_t i = 0; i + 16 < s.n; i += 16)
            csv_sum_add(&sum, _mm_loadu_si128((const __m128i *)(const void *)(s.p + i)));
        csv_sum_add(&sum, _mm_loadu_si128((const __m128i *)(const void *)(s.p + s.n - 16)));
    }
    return (struct csv_look){ _mm_movemask_epi8(sum.odd) != 0,
                              _mm_movemask_epi8(sum.separator) != 0 };
}
#else
static struct csv_look csv_look(struct slice s)
{
    struct csv_look ret = { false, false };

    for (size_t i = 0; i < s.n; i++) {
        ret.odd |= !plain_byte(s.p[i], PLAIN_CSV);
        ret.separator |= s.p[i] == ',' || s.p[i] == '"';
    }
    return ret;
}
#endif

void escape_csv(struct slice s, bool guard, struct buf *out)
{
    if (!s.n)
        return;
    const struct csv_look look = csv_look(s);
    /* Blanks at an end are data; unquoted, some readers trim them. */
    const bool quoted = look.separator || s.p[0] == ' ' || s.p[s.n - 1] == ' ';

    if (quoted)
        buf_byte(out, '"');
    if (guard && needs_guard(s))
        buf_byte(out, '\'');
    for (size_t at = 0; at < s.n;) {
        const size_t n = look.odd ? plain_run(s.p + at, s.n - at, PLAIN_CSV) : s.n;

        buf_short(out, s.p + at, n);
        at += n;
        if (at < s.n)
            at += csv_step(slice_sub(s, at, s.n), out);
    }
    if (quoted)
        buf_byte(out, '"');
}

static void json_step(uint32_t c, struct slice text, struct buf *out)
{
    static const char letter[] = "btn-fr"; /* of 8, 9, 10, 12, 13 */

    if (c == '"' || c == '\\') {
        buf_byte(out, '\\');
        buf_byte(out, (uint8_t)c);
    } else if (c >= 8 && c <= 13 && c != 11) {
        buf_byte(out, '\\');
        buf_byte(out, (uint8_t)letter[c - 8]);
    } else if (is_control(c) || c == 0x2028 || c == 0x2029) {
        buf_printf(out, "\\u%04x", c);
    } else {
        buf_slice(out, text);
    }
}

void escape_json(struct slice s, struct buf *out)
{
    struct slice text;
    uint32_t c;

    while (next(&s, PLAIN_JSON, out, &c, &text)) {
        /* `</` would end a script element that holds the JSON, `<!` may keep it from ending. */
        if (c == '<' && s.n && (s.p[0] == '/' || s.p[0] == '!'))
            buf_str(out, "\\u003c");
        else
            json_step(c, text, out);
    }
}

void escape_json_string(struct slice s, struct buf *out)
{
    buf_byte(out, '"');
    escape_json(s, out);
    buf_byte(out, '"');
}

/* The entity of a markup character, or NULL. */
static const char *entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

/* Unicode 23.7: the last two of each plane and U+FDD0 to U+FDEF; HTML calls them errors. */
static bool is_noncharacter(uint32_t c)
{
    return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

void escape_html(struct slice s, struct buf *out)
{
    struct slice text;
    uint32_t c;

    while (next(&s, PLAIN_HTML, out, &c, &text)) {
        if (entity(c))
            buf_str(out, entity(c));
        else if (c == '\'')
            buf_str(out, "&#39;");
        else if (is_control(c) || is_noncharacter(c))
            put_control(c, out);
        else
            buf_slice(out, text);
    }
}

/* XML 1.0, 2.2: #x9 #xA #xD, #x20-#xD7FF, #xE000-#xFFFD, #x10000-#x10FFFF. */
static bool is_xml_char(uint32_t c)
{
    return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == 9 || c == 10 || c == 13;
}

size_t escape_xml(struct slice s, bool attribute, struct buf *out)
{
    struct slice text;
    size_t replaced = 0;
    uint32_t c;

    while (attribute ? next(&s, PLAIN_XML_ATTRIBUTE, out, &c, &text)
                     : next(&s, PLAIN_XML_TEXT, out, &c, &text)) {
        if (attribute && c == '\'') {
            buf_str(out, "&apos;");
        } else if (entity(c) && (attribute || c != '"')) {
            buf_str(out, entity(c));
        } else if (!is_xml_char(c)) {
            put_replacement(out);
            replaced++;
        } else {
            buf_slice(out, text);
        }
    }
    return replaced;
}
