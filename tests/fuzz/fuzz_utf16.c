/* fuzz_utf16.c - any bytes as UTF-16 and as UTF-8, through everything that converts, mends, folds or
 * escapes text; a second, simple converter must come to the same. */
#include <stdlib.h>

#include "base/escape.h"
#include "base/fold.h"
#include "base/limits.h"
#include "base/mem.h"
#include "evtx/render_name.h"
#include "evtx/render_string.h"
#include "evtx/xml_clean.h"
#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t unit(const uint8_t *p, size_t i)
{
    return (uint32_t)p[2 * i] | (uint32_t)p[2 * i + 1] << 8;
}

/* By the book, one character at a time. */
static size_t slowly(const uint8_t *p, size_t units, uint8_t *to)
{
    size_t n = 0;

    for (size_t i = 0; i < units; i++) {
        uint32_t c = unit(p, i);

        if (c >= 0xd800 && c < 0xdc00 && i + 1 < units && unit(p, i + 1) >= 0xdc00 &&
            unit(p, i + 1) < 0xe000)
            c = 0x10000 + ((c - 0xd800) << 10) + (unit(p, ++i) - 0xdc00);
        else if (c >= 0xd800 && c < 0xe000)
            c = 0xfffd;
        n += utf8_encode(c, to + n);
    }
    return n;
}

/* p has 64 readable bytes behind its n. */
static void from_utf16(const uint8_t *p, size_t n)
{
    size_t units = n / 2, got, want;
    uint8_t *a = xcalloc(utf16_utf8_room(units) + 1, 1);
    uint8_t *b = xcalloc(utf16_utf8_room(units) + 4, 1);
    struct buf back;

    got = utf16_to_utf8(p, units, a);
    want = slowly(p, units, b);
    if (got != want || memcmp(a, b, got) != 0 || !utf8_valid(slice_of(a, got)))
        abort();
    want = utf16_ascii(p, units, b);
    if (want > units || memcmp(a, b, want) != 0)
        abort();
    /* Back again: nothing changes but lone halves, which became U+FFFD. */
    buf_init(&back, LIMIT_MIB(16));
    utf8_to_utf16(slice_of(a, got), &back, false);
    if (back.n != 2 * units)
        abort();
    for (size_t i = 0; i < units; i++) {
        uint32_t is = unit(p, i), was = unit(back.p, i);

        if (is != was && !(was == 0xfffd && is >= 0xd800 && is < 0xe000))
            abort();
    }
    buf_release(&back);
    free(a);
    free(b);
}

/* The value's text in all places where it is written. */
static void render(const uint8_t *p, size_t n, uint8_t type)
{
    struct value v = { p, (uint32_t)n, type };
    struct render_state state = { .arena = NULL };
    struct arena a;
    uint8_t *to = xcalloc(render_room(&v) + 2, 1);

    arena_init(&a, LIMIT_EVENT_ARENA);
    state.arena = &a;
    for (enum render_place place = RENDER_TEXT; place <= RENDER_JSON; place++) {
        for (int way = 0; way < 4; way++) {
            uint8_t *end;

            state.lines = way & 1;
            end = render_value(&state, to + 1, &v, place, way & 2);
            if (!end)
                continue;
            if ((size_t)(end - to - 1) > render_room(&v))
                abort();
            *to = '"';
            *end = '"';
            if (place == RENDER_JSON) {
                struct fuzz_json j = { to, end + 1, 0 };

                if (!fuzz_json_string(&j) || j.p != end + 1 || !utf8_valid(slice_of(to, 1)))
                    abort();
            } else if (!utf8_valid(slice_of(to + 1, (size_t)(end - to - 1))) ||
                       memchr(to + 1, '<', (size_t)(end - to - 1)) ||
                       (state.lines && memchr(to + 1, '\n', (size_t)(end - to - 1)))) {
                abort();
            }
        }
    }
    arena_release(&a);
    free(to);
}

static void name(const uint8_t *p, size_t n)
{
    struct buf b, doc;

    if (n < 2)
        return;
    buf_init(&b, LIMIT_MIB(1));
    buf_init(&doc, LIMIT_MIB(1));
    render_name((struct binxml_name){ p, (uint32_t)(n / 2) }, &b);
    buf_byte(&doc, '<');
    buf_slice(&doc, buf_view(&b));
    buf_str(&doc, "/>");
    if (!b.full && !doc.full && b.n < 40000 && !fuzz_is_xml(buf_view(&doc)))
        abort();
    buf_release(&b);
    buf_release(&doc);
}

static void from_utf8(struct slice s)
{
    struct arena a;
    struct buf b;
    struct slice folded, again;
    size_t bad;

    arena_init(&a, LIMIT_MIB(16));
    buf_init(&b, LIMIT_MIB(16));
    bad = utf8_repair(s, &b);
    if ((bad == 0) != utf8_valid(s) || !utf8_valid(buf_view(&b)) ||
        (bad == 0 && !slice_eq(s, buf_view(&b))))
        abort();
    folded = fold_slice(s, &a);
    again = fold_slice(folded, &a);
    if (!slice_eq(folded, again))
        abort();
    for (size_t i = 0; i <= folded.n; i += 1 + folded.n / 16)
        if (fold_offset(s, i) > s.n)
            abort();
    buf_clear(&b);
    escape_json_string(s, &b);
    struct fuzz_json j = { b.p, b.p + b.n, 0 };
    if (!fuzz_json_string(&j) || j.p != b.p + b.n || !utf8_valid(buf_view(&b)))
        abort();
    buf_clear(&b);
    escape_csv(s, true, &b);
    buf_str(&b, "\r\n");
    if (!fuzz_is_csv_row(buf_view(&b), 1))
        abort();
    buf_clear(&b);
    buf_str(&b, "<a b='");
    escape_xml(s, true, &b);
    buf_str(&b, "'>");
    escape_html(s, &b);
    escape_xml(s, false, &b);
    buf_str(&b, "</a>");
    if (!fuzz_is_xml(buf_view(&b)))
        abort();
    buf_clear(&b);
    xml_clean(s, &b);
    if (b.n && (!utf8_valid(buf_view(&b)) || xml_restore(b.p, b.n) > b.n))
        abort();
    buf_release(&b);
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t type[] = { VALUE_UTF16, VALUE_ANSI, VALUE_UTF8, VALUE_BINARY, VALUE_SID };
    size_t n = size < 8192 ? size : 8192;
    uint8_t *p = xcalloc(n + 64, 1);

    memcpy(p, data, n);
    from_utf16(p, n);
    /* A byte further on: the same at another alignment. */
    if (n > 1)
        from_utf16(p + 1, n - 1);
    for (size_t i = 0; i < sizeof type; i++)
        render(p, n, type[i]);
    name(p, n);
    from_utf8(slice_of(data, n));
    free(p);
    return 0;
}
