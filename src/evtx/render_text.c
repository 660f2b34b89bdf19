/* render_text.c - event XML that another wrote -> well-formed XML without indentation.
 *
 * xml_clean has made it so that libxml2 took it; what XML cannot hold stands in it as pairs of
 * characters (xml_clean.h), which become references or U+FFFD here. Blanks between tags are kept
 * only where they are all that an element holds.
 * May include: base/, this folder. */
#include "evtx/render_impl.h"

#include "evtx/xml_clean.h"

enum { MARK_BYTES = 6, CODE_FFFE = 0x40, CODE_MARK = 0x42 };

struct copier {
    struct render *r;
    struct buf *out;
    struct slice s;
    bool after_start; /* the last tag was a start tag */
    bool over;        /* the outermost element has ended: what follows is not of the event */
    unsigned depth;
};

/* The code behind a mark at s; -1 when there is no mark. */
static int code_at(struct slice s)
{
    if (s.n < MARK_BYTES || memcmp(s.p, "\xf4\x8f\xbf\xbd", 4) != 0)
        return -1;
    return (s.p[4] - 0xc4) << 6 | (s.p[5] & 0x3f);
}

static void put_code(struct copier *c, int code)
{
    if (code == '\t' || code == '\n' || code == '\r') {
        buf_printf(c->out, "&#%d;", code);
    } else if (code == CODE_MARK) {
        buf_str(c->out, "\xf4\x8f\xbf\xbd");
    } else {
        buf_str(c->out, "\xef\xbf\xbd");
        c->r->state.replaced++;
    }
}

/* Copies n bytes that are no markup. */
static void put_text(struct copier *c, size_t n)
{
    struct slice s = slice_sub(c->s, 0, n);

    for (size_t i = 0; i < s.n;) {
        int code = code_at(slice_sub(s, i, s.n));

        if (code >= 0) {
            put_code(c, code);
            i += MARK_BYTES;
        } else if (s.p[i] == '\n' && c->r->state.lines) {
            buf_str(c->out, "&#10;");
            i++;
        } else {
            buf_byte(c->out, s.p[i++]);
        }
    }
    c->s = slice_sub(c->s, n, c->s.n);
}

/* Bytes of the tag at the front, quotes minded. */
static size_t tag_length(struct slice s)
{
    uint8_t quote = 0;

    for (size_t i = 1; i < s.n; i++) {
        if (quote)
            quote = s.p[i] == quote ? 0 : quote;
        else if (s.p[i] == '"' || s.p[i] == '\'')
            quote = s.p[i];
        else if (s.p[i] == '>')
            return i + 1;
    }
    return s.n;
}

/* A tag: line feeds in it are blanks. */
static void put_tag(struct copier *c)
{
    size_t n = tag_length(c->s);
    struct slice tag = slice_sub(c->s, 0, n);

    c->after_start = n > 2 && tag.p[1] != '/' && tag.p[n - 2] != '/';
    if (c->after_start)
        c->depth++;
    else if (n > 2 && tag.p[1] == '/' && c->depth > 0)
        c->depth--;
    c->over = c->depth == 0;
    for (size_t i = 0; i < n;) {
        int code = code_at(slice_sub(tag, i, n));

        if (code >= 0)
            put_code(c, code);
        else
            buf_byte(c->out, tag.p[i] == '\n' ? ' ' : tag.p[i]);
        i += code >= 0 ? MARK_BYTES : 1;
    }
    c->s = slice_sub(c->s, n, c->s.n);
}

/* Something from `<!` or `<?` on that ends with `end`: left out when it tells nothing, else escaped
 * text. */
static void put_special(struct copier *c, struct slice end, bool keep)
{
    size_t at = slice_find(c->s, end);
    size_t n = at == SIZE_MAX ? c->s.n : at + end.n;
    struct slice inner;

    if (keep && at != SIZE_MAX) {
        inner = slice_sub(c->s, 9, at - 9);
        for (size_t i = 0; i < inner.n; i++) {
            int code = code_at(slice_sub(inner, i, inner.n));
            uint8_t b = inner.p[i];

            if (code >= 0) {
                put_code(c, code);
                i += MARK_BYTES - 1;
            } else if (b == '&' || b == '<' || b == '>') {
                buf_str(c->out, b == '&' ? "&amp;" : b == '<' ? "&lt;" : "&gt;");
            } else if (b == '\n' && c->r->state.lines) {
                buf_str(c->out, "&#10;");
            } else {
                buf_byte(c->out, b);
            }
        }
        c->after_start = false;
    }
    c->s = slice_sub(c->s, n, c->s.n);
}

static void put_markup(struct copier *c)
{
    if (slice_starts(c->s, SLICE("<![CDATA[")))
        put_special(c, SLICE("]]>"), true);
    else if (slice_starts(c->s, SLICE("<!--")))
        put_special(c, SLICE("-->"), false);
    else if (slice_starts(c->s, SLICE("<?")))
        put_special(c, SLICE("?>"), false);
    else
        put_tag(c);
}

int render_text(struct render *r, struct slice xml, struct buf *out)
{
    struct copier c = { .r = r, .out = out };

    buf_clear(&r->text);
    xml_clean(xml, &r->text);
    if (r->text.full)
        return READER_UNREADABLE;
    c.s = buf_view(&r->text);
    while (c.s.n && !c.over) {
        size_t n = slice_find_byte(c.s, '<');
        struct slice text = slice_sub(c.s, 0, n);
        bool leaf;

        n = text.n;
        leaf = c.after_start && n + 1 < c.s.n && c.s.p[n + 1] == '/';
        if (n && !leaf && xml_blank(text))
            c.s = slice_sub(c.s, n, c.s.n);
        else
            put_text(&c, n);
        if (c.s.n)
            put_markup(&c);
    }
    return EV_OK;
}
