/* xml_clean.c - the replaced characters and the few states of XML that matter for them.
 *
 * A forbidden code c is written as U+10FFFD U+0100+c; U+10FFFD itself likewise, so that nothing is
 * ambiguous. May include: base/. */
#include "evtx/xml_clean.h"

#include "base/parse.h"
#include "base/utf16.h"

enum state { IN_TEXT, IN_TAG, IN_DOUBLE, IN_SINGLE, IN_CDATA, IN_COMMENT, IN_PI };

enum { CODE_FFFE = 0x40, CODE_FFFF, CODE_MARK }; /* below: the control character itself */

static const uint8_t mark[4] = { 0xf4, 0x8f, 0xbf, 0xbd }; /* U+10FFFD */

static void put_code(struct buf *out, uint8_t code)
{
    uint8_t second[2] = { (uint8_t)(0xc4 + (code >> 6)), (uint8_t)(0x80 | (code & 0x3f)) };

    buf_put(out, mark, sizeof mark);
    buf_put(out, second, sizeof second);
}

static void put_char(struct buf *out, uint32_t c)
{
    uint8_t utf8[4];

    if (c < 0x20 && c != '\t' && c != '\n')
        put_code(out, (uint8_t)c);
    else if (c == 0xfffe)
        put_code(out, CODE_FFFE);
    else if (c == 0xffff)
        put_code(out, CODE_FFFF);
    else if (c == 0x10fffd)
        put_code(out, CODE_MARK);
    else
        buf_put(out, utf8, utf8_encode(c, utf8));
}

/* A numeric reference at s ("&#10;", "&#x1f;"): its length, 0 when it is none. */
static size_t reference(struct slice s, uint32_t *ret_c)
{
    struct slice digits;
    uint64_t c;
    size_t end;
    bool hex;

    if (!slice_starts(s, SLICE("&#")))
        return 0;
    end = slice_find_byte(slice_sub(s, 0, 16), ';');
    if (end == SIZE_MAX)
        return 0;
    hex = s.n > 2 && s.p[2] == 'x';
    digits = slice_sub(s, hex ? 3 : 2, end - (hex ? 3 : 2));
    if ((hex ? parse_hex64(digits, &c) : parse_u64(digits, &c)) < 0)
        return 0;
    *ret_c = c > 0x10ffff ? 0xfffd : (uint32_t)c;
    return end + 1;
}

static bool named_reference(struct slice s)
{
    static const struct slice names[] = { SLICE_INIT("&amp;"), SLICE_INIT("&lt;"),
                                          SLICE_INIT("&gt;"), SLICE_INIT("&quot;"),
                                          SLICE_INIT("&apos;") };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts(s, names[i]))
            return true;
    return false;
}

static void put_markup_char(struct buf *out, uint32_t c)
{
    switch (c) {
    case '&':
        buf_str(out, "&amp;");
        break;
    case '<':
        buf_str(out, "&lt;");
        break;
    case '>':
        buf_str(out, "&gt;");
        break;
    case '"':
        buf_str(out, "&quot;");
        break;
    case '\'':
        buf_str(out, "&apos;");
        break;
    case '\n':
    case '\t':
        put_code(out, (uint8_t)c);
        break;
    default:
        put_char(out, c);
    }
}

/* s begins with '&', in text or an attribute value. Returns the bytes used. */
static size_t clean_ampersand(struct slice s, struct buf *out)
{
    uint32_t c = 0, low = 0;
    size_t n = reference(s, &c), more;

    if (n == 0) {
        if (named_reference(s))
            buf_byte(out, '&');
        else
            buf_str(out, "&amp;");
        return 1;
    }
    if (c >= 0xd800 && c < 0xdc00) {
        more = reference(slice_sub(s, n, s.n), &low);
        if (more > 0 && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            n += more;
        }
    }
    put_markup_char(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return n;
}

/* What begins with this '<', and how many bytes of it are copied as they are. */
static enum state clean_open(struct slice s, size_t *ret_n)
{
    *ret_n = 1;
    if (slice_starts(s, SLICE("<![CDATA["))) {
        *ret_n = 9;
        return IN_CDATA;
    }
    if (slice_starts(s, SLICE("<!--"))) {
        *ret_n = 4;
        return IN_COMMENT;
    }
    return slice_starts(s, SLICE("<?")) ? IN_PI : IN_TAG;
}

static bool is_value(enum state st)
{
    return st == IN_DOUBLE || st == IN_SINGLE;
}

/* The state after c in state st; s begins with c. */
static enum state clean_next(enum state st, struct slice s)
{
    uint8_t c = s.p[0];

    switch (st) {
    case IN_TAG:
        if (c == '"')
            return IN_DOUBLE;
        if (c == '\'')
            return IN_SINGLE;
        return c == '>' ? IN_TEXT : IN_TAG;
    case IN_DOUBLE:
        return c == '"' ? IN_TAG : st;
    case IN_SINGLE:
        return c == '\'' ? IN_TAG : st;
    default:
        return st;
    }
}

/* The end of a section that holds no markup: its last bytes, or "" where st is another state. */
static struct slice closing(enum state st)
{
    switch (st) {
    case IN_CDATA:
        return SLICE("]]>");
    case IN_COMMENT:
        return SLICE("-->");
    case IN_PI:
        return SLICE("?>");
    default:
        return SLICE("");
    }
}

/* One ASCII character or a sequence of them that belongs together. Returns the bytes used. */
static size_t clean_ascii(struct slice s, enum state *st, struct buf *out)
{
    uint8_t c = s.p[0];
    struct slice end = closing(*st);
    size_t n = 1;

    if (end.n > 0 && slice_starts(s, end)) {
        buf_slice(out, end);
        *st = IN_TEXT;
        return end.n;
    }
    if (end.n == 0 && c == '&' && *st != IN_TAG)
        return clean_ampersand(s, out);
    if (*st == IN_TEXT && c == '<') {
        *st = clean_open(s, &n);
        buf_slice(out, slice_sub(s, 0, n));
        return n;
    }
    if (*st == IN_TEXT && c == '>') {
        buf_str(out, "&gt;"); /* "]]>" may not stand in text */
        return 1;
    }
    if (is_value(*st) && (c == '<' || c == '\n' || c == '\t'))
        put_markup_char(out, c);
    else if (*st == IN_TAG && c == '\r')
        buf_byte(out, ' ');
    else
        put_char(out, c);
    *st = clean_next(*st, s);
    return 1;
}

static bool plain(uint8_t c)
{
    return c >= 0x20 && c < 0x80 && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'' &&
           c != ']' && c != '-' && c != '?';
}

static struct slice skip_declaration(struct slice s)
{
    struct slice t = slice_trim(s);
    size_t end;

    if (!slice_starts(t, SLICE("<?xml")))
        return s;
    end = slice_find(t, SLICE("?>"));
    return end == SIZE_MAX ? s : slice_sub(t, end + 2, t.n);
}

void xml_clean(struct slice text, struct buf *out)
{
    struct slice s = slice_trim(skip_declaration(text));
    enum state st = IN_TEXT;
    size_t i = 0;

    while (i < s.n && !out->full) {
        size_t from = i, n = 0;

        while (i < s.n && plain(s.p[i]))
            i++;
        buf_put(out, s.p + from, i - from);
        if (i == s.n)
            break;
        if (s.p[i] < 0x80)
            n = clean_ascii(slice_sub(s, i, s.n), &st, out);
        else
            put_char(out, utf8_decode(slice_sub(s, i, s.n), &n));
        i += n;
    }
}

bool xml_blank(struct slice s)
{
    static const uint8_t cr[6] = { 0xf4, 0x8f, 0xbf, 0xbd, 0xc4, 0x80 + '\r' };
    size_t i = 0;

    while (i < s.n) {
        if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n')
            i++;
        else if (s.n - i >= sizeof cr && memcmp(s.p + i, cr, sizeof cr) == 0)
            i += sizeof cr;
        else
            return false;
    }
    return true;
}

/* The code after a mark at p, or -1. */
static int restore_code(const uint8_t *p, size_t n)
{
    if (n < 6 || memcmp(p, mark, sizeof mark) != 0 || (p[4] != 0xc4 && p[4] != 0xc5))
        return -1;
    return ((p[4] - 0xc4) << 6) | (p[5] & 0x3f);
}

static size_t restore_char(int code, uint8_t *to)
{
    if (code == CODE_FFFE)
        return utf8_encode(0xfffe, to);
    if (code == CODE_FFFF)
        return utf8_encode(0xffff, to);
    if (code == CODE_MARK)
        return utf8_encode(0x10fffd, to);
    *to = (uint8_t)code;
    return 1;
}

size_t xml_restore(uint8_t *p, size_t n)
{
    size_t from = 0, to = 0;

    while (from < n) {
        uint8_t *m = memchr(p + from, mark[0], n - from);
        size_t run = m ? (size_t)(m - (p + from)) : n - from;
        int code;

        if (from != to)
            memmove(p + to, p + from, run);
        from += run;
        to += run;
        if (from == n)
            break;
        code = restore_code(p + from, n - from);
        if (code < 0) {
            p[to++] = p[from++];
            continue;
        }
        to += restore_char(code, p + to);
        from += 6;
    }
    return to;
}
