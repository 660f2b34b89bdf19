/* page.c - a page in Markdown, HTML or plain text.
 *
 * May include: base/. */
#include "knowledge/page.h"

#include "base/escape.h"
#include "base/limits.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2126;background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}"
    "h3{font-size:1rem}table{border-collapse:collapse;width:100%}"
    "th,td{border-top:1px solid #d5dae0;padding:.35rem .6rem;text-align:left;vertical-align:top}"
    "th{width:11rem;font-weight:600}td div{padding-left:1.1rem;text-indent:-1.1rem}"
    "pre{background:#f3f5f7;padding:.7rem;overflow:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere}td{overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#dfe3e8;background:#15181c}"
    "pre{background:#20252b}th,td{border-color:#3a424c}a{color:#8ab4f8}}";

bool page_format_parse(const char *name, enum page_format *ret)
{
    static const char *const names[] = { "md", "html", "text" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum page_format)i;
            return true;
        }
    }
    return false;
}

const char *page_suffix(enum page_format f)
{
    static const char *const suffix[] = { ".md", ".html", ".txt" };
    return suffix[f];
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* White space runs become one blank; the rest as escape_controls makes it. */
static void collapse(struct slice s, struct buf *out)
{
    size_t at = 0;
    while (at < s.n) {
        size_t from = at;
        while (at < s.n && !is_space(s.p[at]))
            at++;
        escape_controls(slice_sub(s, from, at - from), out);
        from = at;
        while (at < s.n && is_space(s.p[at]))
            at++;
        if (at > from && at < s.n)
            buf_byte(out, ' ');
    }
}

/* Every sign that Markdown could take for markup gets a backslash; at the beginning also what makes
 * lists. */
static void markdown(struct slice s, struct buf *out)
{
    bool number = true;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool begins = i == 0 && (c == '-' || c == '+' || c == '=');
        bool numbered = number && i > 0 && (c == '.' || c == ')');
        if (begins || numbered || (c != '\0' && strchr("\\`*_[]<>#|&~!{}$", c) != NULL))
            buf_byte(out, '\\');
        buf_byte(out, c);
        number = number && c >= '0' && c <= '9';
    }
}

/* Running text, escaped for the page. */
static void put(struct page *p, struct slice s)
{
    struct buf flat;
    buf_init(&flat, LIMIT_OUT_ROW);
    collapse(slice_trim(s), &flat);
    if (p->format == PAGE_MARKDOWN)
        markdown(buf_view(&flat), p->out);
    else if (p->format == PAGE_HTML)
        escape_html(buf_view(&flat), p->out);
    else
        buf_slice(p->out, buf_view(&flat));
    p->out->full = p->out->full || flat.full;
    buf_release(&flat);
}

void page_begin(struct page *p, struct buf *out, enum page_format f, struct slice title,
                const char *home)
{
    *p = (struct page){ .format = f, .out = out };
    if (f == PAGE_HTML) {
        buf_str(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
        put(p, title);
        buf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
        if (home != NULL)
            buf_printf(out, "<p><a href=\"%s\">All rules</a></p>\n", home);
        buf_str(out, "<h1>");
        put(p, title);
        buf_str(out, "</h1>\n");
        return;
    }
    if (f == PAGE_MARKDOWN && home != NULL)
        buf_printf(out, "[All rules](%s)\n\n", home);
    buf_str(out, f == PAGE_MARKDOWN ? "# " : "");
    put(p, title);
    buf_str(out, "\n\n");
}

void page_end(struct page *p)
{
    if (p->format == PAGE_HTML)
        buf_str(p->out, "</body>\n</html>\n");
}

void page_heading(struct page *p, unsigned level, struct slice text, const char *anchor)
{
    if (p->format == PAGE_HTML) {
        buf_printf(p->out, "<h%u", level);
        if (anchor != NULL)
            buf_printf(p->out, " id=\"%s\"", anchor);
        buf_byte(p->out, '>');
        put(p, text);
        buf_printf(p->out, "</h%u>\n", level);
        return;
    }
    if (p->format == PAGE_MARKDOWN)
        buf_str(p->out, level == 2 ? "## " : "### ");
    put(p, text);
    buf_str(p->out, "\n\n");
}

void page_paragraph(struct page *p, struct slice text)
{
    buf_str(p->out, p->format == PAGE_HTML ? "<p>" : "");
    put(p, text);
    buf_str(p->out, p->format == PAGE_HTML ? "</p>\n" : "\n\n");
}

/* A fence that is longer than any run of backticks in the text. */
static size_t fence(struct slice s)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest + 1;
}

static void backticks(struct page *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_byte(p->out, '`');
    buf_byte(p->out, '\n');
}

void page_code(struct page *p, struct slice text)
{
    size_t ticks = fence(text);
    while (text.n > 0 && text.p[text.n - 1] == '\n')
        text.n--;
    if (p->format == PAGE_HTML)
        buf_str(p->out, "<pre><code>");
    else if (p->format == PAGE_MARKDOWN)
        backticks(p, ticks);
    for (struct slice rest = text; rest.p != NULL;) {
        size_t end = slice_find_byte(rest, '\n');
        struct slice line = slice_sub(rest, 0, end == SIZE_MAX ? rest.n : end);
        buf_str(p->out, p->format == PAGE_TEXT && line.n > 0 ? "    " : "");
        if (p->format == PAGE_HTML)
            escape_html(line, p->out);
        else
            escape_controls(line, p->out);
        rest = end == SIZE_MAX ? SLICE_ABSENT : slice_sub(rest, end + 1, rest.n);
        if (rest.p != NULL)
            buf_byte(p->out, '\n');
    }
    buf_str(p->out, p->format == PAGE_HTML ? "</code></pre>\n" : "\n");
    if (p->format == PAGE_MARKDOWN)
        backticks(p, ticks);
    if (p->format != PAGE_HTML)
        buf_byte(p->out, '\n');
}

void page_table(struct page *p)
{
    p->table = TABLE_EMPTY;
}

void page_table_end(struct page *p)
{
    if (p->table == TABLE_OPEN)
        buf_str(p->out, p->format == PAGE_HTML ? "</tbody>\n</table>\n" : "\n");
    p->table = TABLE_NONE;
}

void page_row(struct page *p, const char *label)
{
    p->items = 0;
    p->label = label;
}

/* What stands before an item: the head of the row before the first. */
static void item_begin(struct page *p)
{
    static const char *const before[] = { "| **", "<tr><th scope=\"row\">", "" };
    static const char *const after[] = { "** | ", "</th><td><div>", ":" };
    static const char *const between[] = { "<br>", "</div><div>", "\n                    " };
    static const char *const table[] = { "| | |\n|:--|:--|\n", "<table>\n<tbody>\n", "" };
    if (p->table == TABLE_EMPTY)
        buf_str(p->out, table[p->format]);
    p->table = TABLE_OPEN;
    if (p->items++ == 0) {
        struct buf *out = p->out;
        size_t from = out->n;
        buf_str(out, before[p->format]);
        buf_str(out, p->label);
        buf_str(out, after[p->format]);
        for (size_t n = out->n - from; p->format == PAGE_TEXT && n < 20; n++)
            buf_byte(out, ' ');
    } else {
        buf_str(p->out, between[p->format]);
    }
}

void page_item(struct page *p, struct slice text)
{
    if (slice_trim(text).n == 0)
        return;
    item_begin(p);
    put(p, text);
}

bool page_safe_address(struct slice address)
{
    if (!slice_eq_nocase(slice_sub(address, 0, 7), SLICE("http://")) &&
        !slice_eq_nocase(slice_sub(address, 0, 8), SLICE("https://")))
        return false;
    for (size_t i = 0; i < address.n; i++)
        if (address.p[i] <= ' ' || address.p[i] == 0x7f)
            return false;
    return true;
}

/* Signs that no address may hold as they are, or that Markdown could take for its own, are
 * percent-encoded. */
static void put_address(struct page *p, struct slice address)
{
    const char *never = p->format == PAGE_MARKDOWN ? "<>\"`|\\^{}[]()*_" : "<>\"`|\\^{}[]";
    for (size_t i = 0; i < address.n; i++) {
        uint8_t c = address.p[i];
        if (c >= 0x80 || strchr(never, c) != NULL)
            buf_printf(p->out, "%%%02X", c);
        else if (p->format == PAGE_HTML)
            escape_html(slice_sub(address, i, 1), p->out);
        else
            buf_byte(p->out, c);
    }
}

void page_link(struct page *p, struct slice text, struct slice address)
{
    if (!page_safe_address(address)) {
        page_item(p, text);
        return;
    }
    item_begin(p);
    if (p->format == PAGE_HTML) {
        buf_str(p->out, "<a rel=\"noreferrer\" href=\"");
        put_address(p, address);
        buf_str(p->out, "\">");
        put(p, text);
        buf_str(p->out, "</a>");
    } else if (p->format == PAGE_MARKDOWN) {
        buf_byte(p->out, '[');
        put(p, text);
        buf_str(p->out, "](");
        put_address(p, address);
        buf_byte(p->out, ')');
    } else {
        put(p, text);
        if (!slice_eq(text, address)) {
            buf_str(p->out, "  ");
            put(p, address);
        }
    }
}

void page_file(struct page *p, struct slice text, const char *name)
{
    item_begin(p);
    if (p->format == PAGE_HTML)
        buf_printf(p->out, "<a href=\"%s\">", name);
    else if (p->format == PAGE_MARKDOWN)
        buf_byte(p->out, '[');
    put(p, text);
    if (p->format == PAGE_HTML)
        buf_str(p->out, "</a>");
    else if (p->format == PAGE_MARKDOWN)
        buf_printf(p->out, "](%s)", name);
    else
        buf_printf(p->out, "  %s", name);
}

void page_row_end(struct page *p)
{
    static const char *const end[] = { " |\n", "</div></td></tr>\n", "\n" };
    if (p->items > 0)
        buf_str(p->out, end[p->format]);
}
