/* fuzz_page.c - any texts on a page: no markup of theirs takes effect, in none of the three forms.
 *
 * A line of the input is a piece: h heading, p paragraph, c code (to the next empty line), i item, l link
 * with a tab between text and address. HTML must have our tags only, balanced, and links to http and
 * https; Markdown no `<` without a backslash outside of code; text no control but line feeds. All must be
 * UTF-8. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void piece(struct page *p, uint8_t kind, struct slice text)
{
    const size_t tab = slice_find_byte(text, '\t');
    if (kind == 'h')
        page_heading(p, 2, text, NULL);
    else if (kind == 'p')
        page_paragraph(p, text);
    else if (kind == 'c')
        page_code(p, text);
    if (kind != 'i' && kind != 'l')
        return;
    page_table(p);
    page_row(p, "Row");
    page_item(p, text);
    if (kind == 'l')
        page_link(p, slice_sub(text, 0, tab),
                  tab == SIZE_MAX ? text : slice_sub(text, tab + 1, text.n));
    page_row_end(p);
    page_table_end(p);
}

/* Of code the piece goes to the next empty line. */
static size_t piece_length(struct slice rest)
{
    size_t n = slice_find_byte(rest, '\n');
    while (n != SIZE_MAX && rest.p[0] == 'c' && n + 1 < rest.n && rest.p[n + 1] != '\n') {
        size_t more = slice_find_byte(slice_sub(rest, n + 1, rest.n), '\n');
        n = more == SIZE_MAX ? SIZE_MAX : n + 1 + more;
    }
    return n == SIZE_MAX ? rest.n : n;
}

static void make(enum page_format f, struct slice input, struct buf *out)
{
    struct page p;
    page_begin(&p, out, f, SLICE("Title"), NULL);
    while (input.n > 0) {
        const size_t n = piece_length(input);
        if (n > 0)
            piece(&p, input.p[0], slice_sub(input, 1, n));
        input = slice_sub(input, n + 1, input.n);
    }
    page_end(&p);
}

static void require(bool good)
{
    if (!good)
        abort();
}

/* A tag of ours from `<` on; 0: it is none. */
static size_t tag_length(struct slice s)
{
    static const char *const plain[] = {
        "<div>",   "</div>",   "<h2>",    "</h2>",
        "<p>",     "</p>",     "<table>", "</table>",
        "<tbody>", "</tbody>", "<tr>",    "<th scope=\"row\">",
        "</th>",   "<td>",     "</td>",   "</tr>",

        "<pre>",   "<code>",   "</code>", "</pre>",
        "</a>",    "</body>",  "</html>", "<a rel=\"noreferrer\" href=\""
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (slice_starts(s, slice_str(plain[i])))
            return strlen(plain[i]);
    return 0;
}

/* Behind the head, which is ours. */
static void check_html(struct slice s)
{
    const size_t body = slice_find(s, SLICE("</h1>"));
    require(body != SIZE_MAX);
    s = slice_sub(s, body + 5, s.n);
    for (size_t i = 0; i < s.n; i++) {
        const size_t n = s.p[i] == '<' ? tag_length(slice_sub(s, i, s.n)) : 0;
        require(s.p[i] != '<' || n > 0);
        if (n > 2 && s.p[i + n - 1] == '"' && s.p[i + 1] == 'a') { /* a link: to its `"` and `>` */
            const struct slice address = slice_sub(s, i + n, s.n);
            const size_t quote = slice_find_byte(address, '"');
            require(slice_eq_nocase(slice_sub(address, 0, 4), SLICE("http")));
            require(quote != SIZE_MAX && address.p[quote + 1] == '>');
        }
        require(s.p[i] >= ' ' || s.p[i] == '\n' || s.p[i] == '\t');
    }
}

static void check_text(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        require((s.p[i] >= ' ' && s.p[i] != 0x7f) || s.p[i] == '\n');
}

/* Lines outside of fences: `<` only behind a backslash, but for the <br> between items. */
static void check_markdown(struct slice s)
{
    size_t fence = 0;
    while (s.n > 0) {
        size_t end = slice_find_byte(s, '\n'), ticks = 0;
        end = end == SIZE_MAX ? s.n : end;
        while (ticks < end && s.p[ticks] == '`')
            ticks++;
        if (ticks >= 3 && ticks == end && (fence == 0 || ticks == fence))
            fence = fence == 0 ? ticks : 0;
        for (size_t i = 0, slashes = 0; fence == 0 && i < end; i++) {
            if (s.p[i] == '<' && slashes % 2 == 0)
                require(slice_starts(slice_sub(s, i, s.n), SLICE("<br>")));
            slashes = s.p[i] == '\\' ? slashes + 1 : 0;
        }
        s = slice_sub(s, end + 1, s.n);
    }
    require(fence == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const check[])(struct slice s) = { check_markdown, check_html, check_text };
    const struct slice input = slice_of(data, size);
    if (!utf8_valid(input)) /* rules are, by their loader */
        return 0;
    for (int f = PAGE_MARKDOWN; f <= PAGE_TEXT; f++) {
        struct buf out;
        buf_init(&out, LIMIT_OUT_ROW);
        make((enum page_format)f, input, &out);
        if (!out.full) {
            require(utf8_valid(buf_view(&out)));
            check[f](buf_view(&out));
        }
        buf_release(&out);
    }
    return 0;
}
