/* pattern.c - see pattern.h. */
#include "rule/pattern.h"

#include "base/fold.h"
#include "base/limits.h"
#include "base/utf16.h"
#include "rule/ralloc.h"

static bool is_special(uint8_t c)
{
    return c == '*' || c == '?' || c == '\\';
}

static int too_large(struct ev_err *err)
{
    return ev_err_set(err, EV_ENOMEM, RALLOC_FULL);
}

int pattern_literal(struct slice text, struct arena *a, struct pattern *ret)
{
    struct pattern p = { NULL, 0, false };
    if (text.n > 0) {
        p.token = ralloc(a, 1, sizeof *p.token);
        if (p.token == NULL)
            return EV_ENOMEM;
        p.token[0] = (struct token){ TOKEN_LITERAL, text };
        p.n = 1;
    }
    *ret = p;
    return EV_OK;
}

/* Writes the tokens of text; literals are gathered in out, which has text.n bytes. */
static size_t tokenize(struct slice text, struct token *token, uint8_t *out)
{
    size_t n = 0, start = 0, len = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '\\' && i + 1 < text.n && is_special(text.p[i + 1])) {
            out[len++] = text.p[++i];
            continue;
        }
        if (c != '*' && c != '?') {
            out[len++] = c;
            continue;
        }
        if (len > start)
            token[n++] = (struct token){ TOKEN_LITERAL, { out + start, len - start } };
        start = len;
        enum token_kind kind = c == '*' ? TOKEN_ANY : TOKEN_ONE;
        if (kind == TOKEN_ONE || n == 0 || token[n - 1].kind != TOKEN_ANY)
            token[n++] = (struct token){ kind, SLICE_ABSENT };
    }
    if (len > start)
        token[n++] = (struct token){ TOKEN_LITERAL, { out + start, len - start } };
    return n;
}

int pattern_parse(struct slice text, struct arena *a, struct pattern *ret, struct ev_err *err)
{
    if (text.n > LIMIT_LITERAL)
        return ev_err_set(err, EV_ELIMIT, "a value of %zu bytes: at most %zu are read", text.n,
                          (size_t)LIMIT_LITERAL);
    size_t wild = 0, special = 0;
    for (size_t i = 0; i < text.n; i++) {
        wild += text.p[i] == '*' || text.p[i] == '?';
        /* A lone backslash is itself: most paths need no second copy of their text. */
        special += is_special(text.p[i]) &&
                   (text.p[i] != '\\' || (i + 1 < text.n && is_special(text.p[i + 1])));
    }
    if (special == 0)
        return pattern_literal(text, a, ret) < 0 ? too_large(err) : EV_OK;
    struct token *token = ralloc(a, 2 * wild + 1, sizeof *token);
    uint8_t *out = arena_try(a, text.n);
    if (token == NULL || out == NULL)
        return too_large(err);
    *ret = (struct pattern){ token, tokenize(text, token, out), false };
    return EV_OK;
}

int pattern_pad(struct pattern *p, bool front, bool back, struct arena *a)
{
    front = front && (p->n == 0 || p->token[0].kind != TOKEN_ANY);
    back = back && (p->n == 0 ? !front : p->token[p->n - 1].kind != TOKEN_ANY);
    if (!front && !back)
        return EV_OK;
    struct token *token = ralloc(a, p->n + 2, sizeof *token);
    if (token == NULL)
        return EV_ENOMEM;
    size_t n = 0;
    if (front)
        token[n++].kind = TOKEN_ANY;
    if (p->n > 0)
        memcpy(token + n, p->token, p->n * sizeof *token);
    n += p->n;
    if (back)
        token[n++].kind = TOKEN_ANY;
    p->token = token;
    p->n = n;
    return EV_OK;
}

/* Letters beyond ASCII, by block: punctuation, arrows, symbols, private use and emoji are none. */
static bool is_word(uint32_t c)
{
    if (c < 0x80) {
        uint8_t f = fold_ascii((uint8_t)c);
        return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || f == '_';
    }
    if (c < 0xc0)
        return c == 0xaa || c == 0xb2 || c == 0xb3 || c == 0xb5 || (c >= 0xb9 && c <= 0xba) ||
               (c >= 0xbc && c <= 0xbe);
    if (c == 0xd7 || c == 0xf7 || c == 0xfffd)
        return false;
    bool symbol = (c >= 0x2000 && c < 0x2c00) || (c >= 0x2e00 && c < 0x2e80) ||
                  (c >= 0x3000 && c < 0x3021) || (c >= 0xd800 && c < 0xf900) ||
                  (c >= 0xfe00 && c < 0xfe70) || (c >= 0xff00 && c < 0xff10) ||
                  (c >= 0x1f000 && c < 0x1fb00) || c >= 0xe0000;
    return !symbol;
}

/* Is byte i of the literal a dash that windash varies: no word character before, one after? */
static bool is_dash(struct slice s, size_t i, bool after_word)
{
    if ((s.p[i] != '-' && s.p[i] != '/') || after_word || i + 1 == s.n)
        return false;
    size_t len;
    return is_word(utf8_decode(slice_sub(s, i + 1, s.n), &len));
}

/* Splits one literal at its dashes into token (NULL: only counts). Returns the tokens. */
static size_t split_dashes(struct slice s, struct token *token)
{
    size_t n = 0, start = 0, len;
    bool after_word = false;
    for (size_t i = 0; i < s.n; i += len) {
        len = 1;
        if (!is_dash(s, i, after_word)) {
            after_word = is_word(utf8_decode(slice_sub(s, i, s.n), &len));
            continue;
        }
        if (i > start) {
            if (token != NULL)
                token[n] = (struct token){ TOKEN_LITERAL, slice_sub(s, start, i - start) };
            n++;
        }
        if (token != NULL)
            token[n] = (struct token){ TOKEN_DASH, SLICE_ABSENT };
        n++;
        after_word = false;
        start = i + 1;
    }
    if (start < s.n) {
        if (token != NULL)
            token[n] = (struct token){ TOKEN_LITERAL, slice_sub(s, start, s.n) };
        n++;
    }
    return n;
}

static size_t windash_tokens(const struct pattern *p, struct token *token)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->token[i].kind == TOKEN_LITERAL) {
            n += split_dashes(p->token[i].literal, token != NULL ? token + n : NULL);
            continue;
        }
        if (token != NULL)
            token[n] = p->token[i];
        n++;
    }
    return n;
}

int pattern_windash(struct pattern *p, struct arena *a)
{
    size_t n = windash_tokens(p, NULL);
    if (n == p->n) /* no dash: one literal became one literal */
        return EV_OK;
    struct token *token = ralloc(a, n, sizeof *token);
    if (token == NULL)
        return EV_ENOMEM;
    p->n = windash_tokens(p, token);
    p->token = token;
    return EV_OK;
}

int pattern_finish(struct pattern *p, struct arena *a)
{
    if (p->cased)
        return EV_OK;
    for (size_t i = 0; i < p->n; i++) {
        if (p->token[i].kind != TOKEN_LITERAL)
            continue;
        struct slice folded = fold_slice(p->token[i].literal, a);
        if (folded.p == NULL)
            return EV_ENOMEM;
        p->token[i].literal = folded;
    }
    return EV_OK;
}

bool pattern_is_plain(const struct pattern *p)
{
    return p->n == 0 || (p->n == 1 && p->token[0].kind == TOKEN_LITERAL);
}
