/* export_jq.c - a program for jq -c -f, over `evtriage dump -f jsonl`.
 *
 * A field's values are those of its name in `data` and `system`; any of them may match. Plain texts
 * are compared in lower case, which jq does for ASCII only; others by an expression with both cases.
 * May include base/, rule/, this folder. */
#include "base/escape.h"
#include "base/limits.h"
#include "base/utf16.h"
#include "knowledge/dump_names.h"
#include "rule/logsource.h"

/* V: the values of a field; N: a text as a number, as evtriage reads one; T: part of a time. */
static const char prelude[] =
    "def V($n): (.event.data[$n], .event.system[$n]) | if type == \"array\" then .[] else . end | "
    "strings;\n"
    "def hex: reduce (ascii_downcase | explode | .[2:][]) as $c (0; . * 16 + (if $c > 57 then $c - "
    "87 else $c - 48 end));\n"
    "def N: if test(\"\\\\A0[xX][0-9a-fA-F]+\\\\z\") then hex elif "
    "test(\"\\\\A[-+]?([0-9]+\\\\.?[0-9]*|\\\\.[0-9]+)([eE][-+]?[0-9]+)?\\\\z\") then "
    "(ltrimstr(\"+\") "
    "| tonumber) else empty end;\n"
    "def T(f): (try (.[0:19] | sub(\" \"; \"T\") + \"Z\" | fromdateiso8601 | strftime(f) | "
    "tonumber) "
    "catch empty);\n";

static void put_point(uint32_t c, struct buf *out)
{
    uint8_t b[4], f = c < 0x80 ? fold_ascii((uint8_t)c) : 0;

    if (c > ' ' && c < 0x7f && !((f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || c == '_'))
        buf_byte(out, '\\');
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        buf_printf(out, "\\x{%x}", c);
    else
        buf_put(out, b, utf8_encode(c, b));
}

#define WORD "[0-9A-Za-z_]"
static const struct rx_style style = {
    .open = "(?:",
    .start = "\\A",
    .end = "(?=\\n?\\z)",
    .text_end = "\\z",
    .edge = "(?:(?<!" WORD ")(?=" WORD ")|(?<=" WORD ")(?!" WORD "))",
    .no_edge = "(?:(?<!" WORD ")(?!" WORD ")|(?<=" WORD ")(?=" WORD "))",
    .any = "(?:.|\\n)",
    .point = put_point,
    .in_set = put_point,
};

static int put_regex(struct writing *w, const struct term *t)
{
    struct rx *r;
    struct buf text;
    int rc = writing_rx(w, t, true, &r);

    if (rc < 0)
        return rc;
    buf_init(&text, LIMIT_EXPORT);
    buf_str(&text, t->kind == TERM_PATTERN ? "\\A" : "");
    rx_print(r, &style, &text);
    buf_str(&text, t->kind == TERM_PATTERN ? "\\z" : "");
    buf_str(w->out, "test(");
    escape_json_string(buf_view(&text), w->out);
    buf_byte(w->out, ')');
    buf_release(&text);
    return EV_OK;
}

/* "", "contains", "startswith", "endswith" for the patterns that are no more; else NULL. */
static const char *simple_form(const struct pattern *p, struct slice *ret_literal)
{
    const struct token *t = p->token;
    bool front = p->n > 1 && t[0].kind == TOKEN_ANY;
    bool back = p->n > 1 && t[p->n - 1].kind == TOKEN_ANY;

    *ret_literal = SLICE("");
    if (p->n == 0)
        return "";
    if (p->n != 1U + front + back || t[front].kind != TOKEN_LITERAL)
        return NULL;
    *ret_literal = t[front].literal;
    return front && back ? "contains" : front ? "endswith" : back ? "startswith" : "";
}

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 0x80)
            return false;
    return true;
}

static int put_pattern(struct writing *w, const struct term *t)
{
    struct slice literal;
    const char *form = simple_form(&t->pattern, &literal);
    /* jq 1.6 compares in C strings: a NUL would end them. */
    bool nul = slice_find_byte(literal, 0) != SIZE_MAX;

    if (t->exact.p) {
        buf_str(w->out, ". == ");
        escape_json_string(t->exact, w->out);
        return EV_OK;
    }
    if (!form || nul ||
        (!t->pattern.cased && !is_ascii(literal) && writing_has_case(w, &t->pattern)))
        return put_regex(w, t);
    buf_str(w->out,
            t->pattern.cased || !writing_has_case(w, &t->pattern) ? "" : "ascii_downcase | ");
    buf_str(w->out, *form ? form : ". == ");
    buf_str(w->out, *form ? "(" : "");
    escape_json_string(literal, w->out);
    buf_str(w->out, *form ? ")" : "");
    return EV_OK;
}

/* Where a field's values come from. */
static int put_values(struct writing *w, struct slice field)
{
    enum dump_place place = field.p ? dump_place_of(field) : DUMP_DATA;

    if (!field.p) {
        buf_str(w->out, ".event | .. | strings, (numbers | tostring)");
    } else if (place == DUMP_EVENT_ID || place == DUMP_RECORD_ID) {
        buf_printf(w->out, ".event.%s | numbers | tostring", dump_key(place));
    } else if (place != DUMP_DATA) {
        buf_printf(w->out, ".event.%s | strings", dump_key(place));
    } else {
        struct slice other =
            dump_has_blanks(w->rule) ? dump_blank_name(field, w->arena) : SLICE_ABSENT;
        buf_str(w->out, "V(");
        escape_json_string(field, w->out);
        if (other.p) {
            buf_str(w->out, ", ");
            escape_json_string(other, w->out);
        }
        buf_byte(w->out, ')');
    }
    return EV_OK;
}

static int put_timepart(struct writing *w, const struct test *t)
{
    static const char *const form[] = {
        [TIME_MINUTE] = "%M", [TIME_HOUR] = "%H",  [TIME_DAY] = "%d",
        [TIME_WEEK] = "%V",   [TIME_MONTH] = "%m", [TIME_YEAR] = "%Y"
    };

    buf_printf(w->out, "T(\"%s\") == %lld", form[t->u.time.part], (long long)t->u.time.number);
    return EV_OK;
}

static int put_value(struct writing *w, const struct term *t)
{
    switch (t->kind) {
    case TERM_PATTERN:
        return put_pattern(w, t);
    case TERM_REGEX:
        return put_regex(w, t);
    case TERM_COMPARE:
        buf_printf(w->out, "N %s %.17g", compare_sign(t->test->u.compare.op),
                   t->test->u.compare.number);
        return EV_OK;
    case TERM_TIMEPART:
        return put_timepart(w, t->test);
    default:
        buf_str(w->out, "true");
        return EV_OK;
    }
}

static int put_ref(struct writing *w, const struct term *t)
{
    static const char *const form[] = { [REF_EQUALS] = "$a == .",
                                        [REF_CONTAINS] = ". as $b | $a | contains($b)",
                                        [REF_STARTS] = ". as $b | $a | startswith($b)",
                                        [REF_ENDS] = ". as $b | $a | endswith($b)" };
    const char *fold = t->test->u.ref.cased ? "" : " | ascii_downcase";

    buf_str(w->out, "(. as $e | any(");
    put_values(w, t->field);
    buf_printf(w->out, "%s; . as $a | any($e | ", fold);
    put_values(w, logsource_field(w->rule, t->test->u.ref.field));
    buf_printf(w->out, "%s; %s)))", fold, form[t->test->u.ref.mode]);
    return EV_OK;
}

/* jq 1.6 compiles a function to 65,535 units at most; a value of a list takes 26. */
#define VALUES_MOST 2000

static int open_values(struct writing *w, const struct term *t, size_t n)
{
    if (n > VALUES_MOST)
        return writing_refuse(w, "a list of more than %d values: too long for a function of jq",
                              VALUES_MOST);
    buf_str(w->out, "any(");
    put_values(w, t->field);
    buf_str(w->out, "; ");
    return EV_OK;
}

static void close_values(struct writing *w, const struct term *t, size_t n)
{
    (void)t;
    (void)n;
    buf_byte(w->out, ')');
}

/* In a list each value stands in parentheses: `|` binds least. */
static int put_listed(struct writing *w, const struct term *t)
{
    buf_byte(w->out, '(');
    int rc = put_value(w, t);
    buf_byte(w->out, ')');
    return rc;
}

static int put_term(struct writing *w, const struct term *t)
{
    enum dump_place place = t->field.p ? dump_place_of(t->field) : DUMP_DATA;
    const struct pattern *p = &t->pattern;

    if (t->kind == TERM_REF)
        return put_ref(w, t);
    if (place == DUMP_EVENT_ID && t->kind == TERM_PATTERN && p->n == 1 &&
        p->token[0].kind == TOKEN_LITERAL && p->token[0].literal.n < 9 &&
        p->token[0].literal.p[0] != '0') {
        struct slice s = p->token[0].literal;
        bool digits = true;
        for (size_t i = 0; i < s.n; i++)
            digits = digits && s.p[i] >= '0' && s.p[i] <= '9';
        if (digits) {
            buf_printf(w->out, ".event.event_id == %.*s", SLICE_ARG(s));
            return EV_OK;
        }
    }
    (void)open_values(w, t, 1);
    int rc = put_value(w, t);
    close_values(w, t, 1);
    return rc;
}

static bool together(const struct term *a, const struct term *b)
{
    return a->kind == TERM_PATTERN && b->kind == TERM_PATTERN && slice_eq(a->field, b->field) &&
           !(a->field.p && dump_place_of(a->field) == DUMP_EVENT_ID);
}

static int write_query(struct writing *w, struct clause *c)
{
    static const struct infix infix = { .and = " and ",
                                        .or = " or ",
                                        .not = "",
                                        .not_close = " | not)",
                                        .not_open = "(",
                                        .all = "true",
                                        .most = 100,
                                        .term = put_term,
                                        .together = together,
                                        .open = open_values,
                                        .value = put_listed,
                                        .close = close_values };
    buf_str(w->out, prelude);
    buf_str(w->out, "select(");
    int rc = infix_write(w, &infix, c);
    buf_byte(w->out, ')');
    return rc;
}

const struct export_target export_jq = {
    .name = "jq",
    .about = "jq -c -f, over the lines of evtriage dump -f jsonl",
    .write = write_query,
};
