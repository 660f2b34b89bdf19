/* glob.c - a Sigma string pattern against a text.
 *
 * May include base/ and rule/pattern.h. */
#include "match/glob.h"

#include "base/utf16.h"

/* Tokens between two stars. */
struct part {
    const struct token *token;
    size_t n;
};

/* Length of the dash at the front of s, 0 when there is none: - / U+2013 U+2014 U+2015. */
static size_t dash_length(struct slice s)
{
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '/'))
        return 1;
    if (s.n >= 3 && s.p[0] == 0xe2 && s.p[1] == 0x80 && s.p[2] >= 0x93 && s.p[2] <= 0x95)
        return 3;
    return 0;
}

/* Where the part ends that begins at `at`; SIZE_MAX when it does not match there. */
static size_t part_at(struct part p, struct slice text, size_t at)
{
    for (size_t i = 0; i < p.n; i++) {
        struct slice rest = slice_sub(text, at, text.n);
        size_t n = 0;

        if (p.token[i].kind == TOKEN_LITERAL) {
            if (!slice_starts(rest, p.token[i].literal))
                return SIZE_MAX;
            n = p.token[i].literal.n;
        } else if (p.token[i].kind == TOKEN_DASH) {
            n = dash_length(rest);
        } else if (rest.n > 0) {
            utf8_decode(rest, &n);
        }
        if (n == 0)
            return SIZE_MAX;
        at += n;
    }
    return at;
}

/* Length of the last code point of s (one byte where it is invalid), 0 when s is empty. */
static size_t last_length(struct slice s)
{
    size_t n, back = 1;

    if (s.n == 0)
        return 0;
    while (back < 4 && back < s.n && (s.p[s.n - back] & 0xc0) == 0x80)
        back++;
    utf8_decode(slice_sub(s, s.n - back, back), &n);
    return n == back ? n : 1;
}

static size_t last_dash_length(struct slice s)
{
    size_t n = last_length(s);

    return n > 0 && dash_length(slice_sub(s, s.n - n, n)) == n ? n : 0;
}

/* Where the part begins that ends at the end of text; SIZE_MAX when it does not match there. */
static size_t part_before_end(struct part p, struct slice text)
{
    struct slice rest = text;

    for (size_t i = p.n; i-- > 0;) {
        size_t n = 0;

        if (p.token[i].kind == TOKEN_LITERAL) {
            if (!slice_ends(rest, p.token[i].literal))
                return SIZE_MAX;
            n = p.token[i].literal.n;
        } else if (p.token[i].kind == TOKEN_DASH) {
            n = last_dash_length(rest);
        } else {
            n = last_length(rest);
        }
        if (n == 0)
            return SIZE_MAX;
        rest.n -= n;
    }
    return rest.n;
}

/* The first place at or after `at` where the part matches; its end in *ret_end. */
static size_t part_find(struct part p, struct slice text, size_t at, size_t *ret_end)
{
    while (at <= text.n) {
        struct slice rest = slice_sub(text, at, text.n);
        size_t end, step;

        if (p.token[0].kind == TOKEN_LITERAL) {
            size_t found = slice_find(rest, p.token[0].literal);

            if (found == SIZE_MAX)
                return SIZE_MAX;
            at += found;
        }
        end = part_at(p, text, at);
        if (end != SIZE_MAX) {
            *ret_end = end;
            return at;
        }
        if (at == text.n)
            return SIZE_MAX;
        utf8_decode(slice_sub(text, at, text.n), &step);
        at += step;
    }
    return SIZE_MAX;
}

/* The tokens from *at up to the next star. */
static struct part part_next(const struct pattern *p, size_t *at)
{
    struct part part = { p->n > 0 ? p->token + *at : NULL, 0 };

    while (*at < p->n && p->token[*at].kind != TOKEN_ANY) {
        part.n++;
        ++*at;
    }
    return part;
}

/* What was found so far: from the first to the end of the last part. */
struct span {
    size_t from, to;
    bool any;
};

static void span_add(struct span *s, size_t from, size_t to)
{
    if (!s->any)
        s->from = from;
    s->any = true;
    s->to = to;
}

/* The parts behind the first star, beginning at or after `at`. */
static bool match_floating(const struct pattern *p, size_t i, struct slice text, size_t at,
                           struct span *span)
{
    while (i < p->n) {
        struct part part;
        size_t from, end = at;

        i++; /* the star */
        part = part_next(p, &i);
        if (part.n == 0)
            continue;
        if (i < p->n) {
            from = part_find(part, text, at, &end);
        } else {
            from = part_before_end(part, text);
            end = text.n;
        }
        if (from == SIZE_MAX || from < at)
            return false;
        span_add(span, from, end);
        at = end;
    }
    return true;
}

bool glob_match(const struct pattern *p, struct slice text, size_t *ret_offset, size_t *ret_length)
{
    struct span span = { 0 };
    struct part head;
    size_t i = 0, at;

    head = part_next(p, &i);
    at = part_at(head, text, 0);
    if (at == SIZE_MAX || (i == p->n && at != text.n))
        return false;
    if (head.n > 0)
        span_add(&span, 0, at);
    if (!match_floating(p, i, text, at, &span))
        return false;
    *ret_offset = span.from;
    *ret_length = span.to - span.from;
    return true;
}
