/* regex.c - PCRE2 with limits.
 *
 * JIT code ignores the depth and heap limits and has its own stack; where that is too small, the
 * interpreter tries once more, and its limits decide.
 * May include base/, rule/rule.h, PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "match/regex.h"

#include "base/fold.h"
#include "base/limits.h"
#include "base/mem.h"

/* One mark, again and again on one line: \+.*\+.*\+. An engine that backtracks may need ages for
 * what counting tells. */
struct chain {
    uint8_t mark;
    size_t times; /* 0: the expression is none */
};

struct regex {
    pcre2_code *code;
    struct chain chain;
};

struct regex_state {
    pcre2_match_context *context;
    pcre2_match_data *data; /* one pair: only the whole match is asked for */
    pcre2_jit_stack *stack;
};

static pcre2_code *compile(const struct test *t, int *ret_code, PCRE2_SIZE *ret_offset)
{
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    struct slice s = t->u.regex.pattern;
    pcre2_compile_context *c = pcre2_compile_context_create(NULL);
    pcre2_code *code;

    if (t->u.regex.icase)
        options |= PCRE2_CASELESS;
    if (t->u.regex.multiline)
        options |= PCRE2_MULTILINE;
    if (t->u.regex.dotall)
        options |= PCRE2_DOTALL;
    /* The library's default depends on how it was built. */
    if (c)
        pcre2_set_newline(c, PCRE2_NEWLINE_LF);
    code = pcre2_compile(s.p ? s.p : (const uint8_t *)"", s.n, options, ret_code, ret_offset, c);
    pcre2_compile_context_free(c);
    return code;
}

/* Reads one mark, plain or escaped, at *at. 0 when there is none. */
static uint8_t chain_mark(struct slice s, size_t *at)
{
    bool escaped = *at < s.n && s.p[*at] == '\\';
    uint8_t c = *at + escaped < s.n ? s.p[*at + escaped] : 0;

    if (c <= ' ' || c >= 0x7f || fold_ascii(c) != c || (c >= 'a' && c <= 'z') ||
        (c >= '0' && c <= '9') || (!escaped && strchr("\\^$.|?*+()[]{}", c)))
        return 0;
    *at += 1U + escaped;
    return c;
}

static struct chain chain_read(const struct test *t)
{
    struct slice s = t->u.regex.pattern;
    size_t at = 0;
    struct chain chain = { chain_mark(s, &at), 1 };

    while (chain.mark && at + 2 < s.n && s.p[at] == '.' && s.p[at + 1] == '*') {
        at += 2;
        if (chain_mark(s, &at) != chain.mark)
            return (struct chain){ 0, 0 };
        chain.times++;
    }
    if (!chain.mark || chain.times < 2 || at != s.n || t->u.regex.dotall)
        return (struct chain){ 0, 0 };
    return chain;
}

/* As the engine would: from the first mark of the first line that has enough, to its last. */
static enum regex_answer chain_search(struct chain chain, struct slice text, size_t *ret_offset,
                                      size_t *ret_length)
{
    size_t at = 0;

    while (at < text.n) {
        struct slice line = slice_sub(text, at, text.n);
        size_t end = slice_find_byte(line, '\n'), times = 0, first = 0, last = 0;

        line.n = end == SIZE_MAX ? line.n : end;
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] != chain.mark)
                continue;
            first = times++ ? first : i;
            last = i;
        }
        if (times >= chain.times) {
            *ret_offset = at + first;
            *ret_length = last - first + 1;
            return REGEX_YES;
        }
        at += line.n + 1;
    }
    return REGEX_NO;
}

/* The code, or NULL with EV_ESYNTAX in err. */
static pcre2_code *compile_or_say(const struct test *t, struct ev_err *err)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    PCRE2_UCHAR text[200];
    pcre2_code *compiled = compile(t, &code, &offset);

    if (compiled)
        return compiled;
    if (pcre2_get_error_message(code, text, sizeof text) < 0)
        text[0] = 0;
    ev_err_set(err, EV_ESYNTAX, "regular expression, at character %zu: %s", (size_t)offset + 1,
               (const char *)text);
    return NULL;
}

int regex_check(const struct test *t, struct ev_err *err)
{
    pcre2_code *code = compile_or_say(t, err);

    if (!code)
        return EV_ESYNTAX;
    pcre2_code_free(code);
    return EV_OK;
}

int regex_new(const struct test *t, struct regex **ret, struct ev_err *err)
{
    pcre2_code *code = compile_or_say(t, err);
    struct regex *r;

    if (!code)
        return EV_ESYNTAX;
    r = xcalloc(1, sizeof *r);
    *r = (struct regex){ code, chain_read(t) };
    /* Without JIT (other machines, forbidden by the kernel) the interpreter does the same. */
    pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
    *ret = r;
    return EV_OK;
}

void regex_free(struct regex *r)
{
    if (!r)
        return;
    pcre2_code_free(r->code);
    free(r);
}

struct regex_state *regex_state_new(void)
{
    struct regex_state *s = xcalloc(1, sizeof *s);

    s->context = pcre2_match_context_create(NULL);
    s->data = pcre2_match_data_create(1, NULL);
    s->stack = pcre2_jit_stack_create(LIMIT_KIB(32), LIMIT_REGEX_STACK, NULL);
    if (s->context) {
        pcre2_set_match_limit(s->context, LIMIT_REGEX_MATCH);
        pcre2_set_depth_limit(s->context, LIMIT_REGEX_DEPTH);
        pcre2_set_heap_limit(s->context, LIMIT_REGEX_HEAP_KIB);
        if (s->stack)
            pcre2_jit_stack_assign(s->context, NULL, s->stack);
    }
    return s;
}

void regex_state_free(struct regex_state *s)
{
    if (!s)
        return;
    pcre2_jit_stack_free(s->stack);
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    free(s);
}

enum regex_answer regex_search(const struct regex *r, struct regex_state *s, struct slice text,
                               size_t *ret_offset, size_t *ret_length)
{
    const uint8_t *p = text.p ? text.p : (const uint8_t *)"";
    PCRE2_SIZE *pair;
    int rc;

    if (r->chain.times > 0)
        return chain_search(r->chain, text, ret_offset, ret_length);
    /* Without match data or limits nothing may run. */
    if (!s->context || !s->data)
        return REGEX_LIMIT;
    rc = pcre2_match(r->code, p, text.n, 0, 0, s->data, s->context);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(r->code, p, text.n, 0, PCRE2_NO_JIT, s->data, s->context);
    if (rc == PCRE2_ERROR_NOMATCH)
        return REGEX_NO;
    if (rc < 0)
        return REGEX_LIMIT;
    pair = pcre2_get_ovector_pointer(s->data);
    /* \K may put the start behind the end. */
    *ret_offset = pair[0];
    *ret_length = pair[1] > pair[0] ? pair[1] - pair[0] : 0;
    return REGEX_YES;
}
