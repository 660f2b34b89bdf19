/* yplain.c - see yplain.h.
 *
 * Line by line: a line is blank, a comment, an item of a list or a key with its value. Blocks that
 * are open lie on a stack by their indentation. Each doubt ends in `false`. */
#include "rule/yplain.h"

#include "base/utf16.h"

#include <string.h>

/* Blocks in each other; rules have five. */
#define DEPTH 16
/* Longer keys are refused: libyaml has a limit for them. */
#define KEY_MOST 128
/* Events that a line makes at most: two blocks with their ends, a key, a value. */
#define EVENTS_A_LINE 6
/* Files with more lines are refused: they would need more memory than their text. */
#define LINES_MOST 8192

struct block {
    size_t indent;
    bool list;
};

struct yplain {
    const uint8_t *p;
    size_t n, at; /* bytes; where the next one to read is */
    size_t start; /* of the line */
    uint32_t line;
    struct arena *arena;
    struct yplain_event *event; /* nevent of them */
    size_t nevent;
    struct block block[DEPTH];
    size_t depth;
    bool pending; /* a key of the innermost map has no value yet */
};

/* Characters that libyaml takes for what they are, in any place. */
static bool is_harmless(uint32_t c, size_t bytes)
{
    return bytes > 1 && c >= 0xa0 && c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe &&
           c != 0xffff;
}

/* Are eight bytes printable ASCII? */
static bool all_printable(const uint8_t *p)
{
    const uint64_t one = UINT64_C(0x0101010101010101), high = one << 7;
    uint64_t v;

    memcpy(&v, p, sizeof v);
    /* The high bit of a byte: beyond ASCII or 0x7f; below 0x20 (a borrow only adds doubt). */
    return ((v | (v + one) | (v - 0x20 * one)) & high) == 0;
}

static bool text_is_harmless(struct slice s)
{
    for (size_t i = 0; i < s.n;) {
        size_t bytes;
        uint32_t c;

        if (s.n - i >= 8 && all_printable(s.p + i)) {
            i += 8;
            continue;
        }
        if ((s.p[i] >= 0x20 && s.p[i] < 0x7f) || s.p[i] == '\n') {
            i++;
            continue;
        }
        c = utf8_decode(slice_sub(s, i, s.n), &bytes);
        if (!is_harmless(c, bytes))
            return false;
        i += bytes;
    }
    return true;
}

static bool at_end(const struct yplain *y)
{
    return y->at == y->n || y->p[y->at] == '\n';
}

static uint8_t look(const struct yplain *y, size_t ahead)
{
    return y->at + ahead < y->n ? y->p[y->at + ahead] : '\n';
}

static size_t skip_blanks(struct yplain *y)
{
    size_t from = y->at;

    while (look(y, 0) == ' ')
        y->at++;
    return y->at - from;
}

static void next_line(struct yplain *y)
{
    const uint8_t *end = y->at < y->n ? memchr(y->p + y->at, '\n', y->n - y->at) : NULL;

    y->at = end ? (size_t)(end - y->p) + 1 : y->n;
    y->start = y->at;
    y->line++;
}

static struct yplain_event *add(struct yplain *y, enum yplain_type type)
{
    struct yplain_event *e = &y->event[y->nevent++];

    *e = (struct yplain_event){ .type = (uint8_t)type,
                                .line = y->line,
                                .column = (uint32_t)(y->at - y->start) };
    return e;
}

static bool block_open(struct yplain *y, bool list)
{
    if (y->depth == DEPTH)
        return false;
    y->block[y->depth++] = (struct block){ y->at - y->start, list };
    add(y, list ? YPLAIN_LIST : YPLAIN_MAP);
    y->pending = false;
    return true;
}

static void block_close(struct yplain *y)
{
    add(y, y->block[--y->depth].list ? YPLAIN_LIST_END : YPLAIN_MAP_END);
}

/* Nothing but blanks and perhaps a comment may follow on the line. */
static bool line_ends(struct yplain *y)
{
    size_t blanks = skip_blanks(y);

    return at_end(y) || (blanks > 0 && look(y, 0) == '#');
}

/* --- scalars --- */

/* A text in quotes; in single ones, two stand for one. */
static bool quoted(struct yplain *y, uint8_t quote)
{
    struct yplain_event *e = add(y, YPLAIN_SCALAR);
    size_t from = ++y->at, doubled = 0;
    uint8_t *b;

    e->style = quote == '\'' ? YPLAIN_SINGLE : YPLAIN_DOUBLE;
    for (; look(y, 0) != quote || (quote == '\'' && look(y, 1) == quote); y->at++) {
        if (at_end(y) || (quote == '"' && look(y, 0) == '\\'))
            return false;
        if (look(y, 0) == quote) {
            doubled++;
            y->at++;
        }
    }
    e->text = slice_of(y->p + from, y->at - from);
    y->at++;
    if (doubled == 0)
        return line_ends(y);
    b = arena_try(y->arena, e->text.n);
    if (!b)
        return false;
    for (size_t i = 0, k = 0; i < e->text.n; i++) {
        b[k++] = e->text.p[i];
        i += e->text.p[i] == quote;
    }
    e->text = slice_of(b, e->text.n - doubled);
    return line_ends(y);
}

static bool begins_plain(uint8_t c, uint8_t next)
{
    if (c == '-')
        return next != ' ' && next != '\n';
    return c > ' ' && !strchr("?:,[]{}#&*!|>'\"%@`", c);
}

static bool plain(struct yplain *y)
{
    struct yplain_event *e;
    size_t from = y->at, end = y->at;

    if (!begins_plain(look(y, 0), look(y, 1)))
        return false;
    e = add(y, YPLAIN_SCALAR);
    for (; !at_end(y); y->at++) {
        uint8_t c = look(y, 0);

        if (c == ':' && (look(y, 1) == ' ' || look(y, 1) == '\n'))
            return false;
        if (c == '#' && y->p[y->at - 1] == ' ')
            break;
        if (c != ' ')
            end = y->at + 1;
    }
    e->text = slice_of(y->p + from, end - from);
    return true;
}

/* How many blanks the line at `at` begins with; SIZE_MAX when it has nothing else. */
static size_t line_indent(const struct yplain *y, size_t at)
{
    size_t i = at;

    while (i < y->n && y->p[i] == ' ')
        i++;
    return i == y->n || y->p[i] == '\n' ? SIZE_MAX : i - at;
}

/* The lines of a literal block, from the one behind its | on. */
static bool literal_lines(struct yplain *y, struct yplain_event *e, bool strip)
{
    const size_t indent = line_indent(y, y->at);
    size_t n = 0, kept = 0;
    uint8_t *b;

    if (indent == SIZE_MAX || indent <= y->block[y->depth - 1].indent)
        return false;
    b = arena_try(y->arena, y->n - y->at + 1);
    if (!b)
        return false;
    while (y->at < y->n) {
        size_t have = line_indent(y, y->at), from;

        if (have != SIZE_MAX && have < indent)
            break;
        for (size_t i = 0; i < indent && look(y, 0) == ' '; i++)
            y->at++;
        kept = at_end(y) ? kept : SIZE_MAX;
        from = y->at;
        while (!at_end(y))
            y->at++;
        memcpy(b + n, y->p + from, y->at - from);
        n += y->at - from;
        if (kept == SIZE_MAX) /* a line that says something, were it blanks */
            kept = n + (!strip && y->at < y->n);
        b[n++] = '\n';
        next_line(y);
    }
    e->text = slice_of(b, kept);
    return true;
}

static bool literal(struct yplain *y)
{
    struct yplain_event *e = add(y, YPLAIN_SCALAR);
    bool strip;

    e->style = YPLAIN_LITERAL;
    y->at++;
    strip = look(y, 0) == '-';
    y->at += strip;
    skip_blanks(y);
    if (!at_end(y))
        return false;
    next_line(y);
    return literal_lines(y, e, strip);
}

/* --- lines --- */

static bool is_key_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '|' || c == '.' || c == '-';
}

/* Bytes of the key that begins here and has its colon; 0 when there is none. */
static size_t key_length(const struct yplain *y)
{
    size_t n = 0;

    if (look(y, 0) == '|' || look(y, 0) == '.' || look(y, 0) == '-')
        return 0;
    while (n < KEY_MOST && is_key_byte(look(y, n)))
        n++;
    if (n == KEY_MOST || look(y, n) != ':' || (look(y, n + 1) != ' ' && look(y, n + 1) != '\n'))
        return 0;
    return n;
}

static bool scalar(struct yplain *y)
{
    uint8_t c = look(y, 0);

    return c == '\'' || c == '"' ? quoted(y, c) : plain(y);
}

static bool pair(struct yplain *y)
{
    size_t n = key_length(y);

    if (n == 0)
        return false;
    add(y, YPLAIN_SCALAR)->text = slice_of(y->p + y->at, n);
    y->at += n + 1;
    if (line_ends(y)) {
        y->pending = true;
        return true;
    }
    return look(y, 0) == '|' ? literal(y) : scalar(y);
}

/* An item of a list; of a map that begins in it the first pair. */
static bool item(struct yplain *y)
{
    y->at++;
    skip_blanks(y);
    if (at_end(y))
        return false;
    if (key_length(y) > 0)
        return block_open(y, false) && pair(y);
    return scalar(y);
}

/* Closes and opens blocks until the innermost one is that of a line with this indentation. */
static bool find_block(struct yplain *y, size_t indent, bool is_item)
{
    const struct block *b = &y->block[y->depth - 1];

    if (y->pending) {
        if (indent > b->indent || (indent == b->indent && is_item))
            return block_open(y, is_item);
        return false; /* no value */
    }
    while (y->depth > 1 && (indent < b->indent || (indent == b->indent && b->list && !is_item))) {
        block_close(y);
        b = &y->block[y->depth - 1];
    }
    return indent == b->indent && b->list == is_item;
}

static bool read_line(struct yplain *y)
{
    const size_t indent = skip_blanks(y);
    const bool is_item = look(y, 0) == '-' && look(y, 1) == ' ';
    const uint32_t line = y->line;

    if (at_end(y) || look(y, 0) == '#') {
        next_line(y);
        return true;
    }
    if (y->depth == 0 ? indent > 0 || is_item || !block_open(y, false)
                      : !find_block(y, indent, is_item))
        return false;
    if (is_item ? !item(y) : !pair(y))
        return false;
    if (y->line == line) /* a literal block has moved on */
        next_line(y);
    return true;
}

bool yplain_read(struct slice text, struct arena *a, const struct yplain_event **ret, size_t *ret_n)
{
    struct yplain y = { .p = text.p, .n = text.n, .arena = a };
    size_t lines = 1;

    if (text.n > YPLAIN_MOST || !text_is_harmless(text))
        return false;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    if (lines > LINES_MOST)
        return false;
    y.event = arena_try(a, lines * EVENTS_A_LINE * sizeof *y.event);
    if (!y.event)
        return false;
    while (y.at < y.n)
        if (!read_line(&y))
            return false;
    if (y.depth == 0 || y.pending)
        return false;
    while (y.depth > 0)
        block_close(&y);
    *ret = y.event;
    *ret_n = y.nevent;
    return true;
}
