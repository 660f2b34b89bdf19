/* pairs.h - random rules against random events, by both matchers.
 *
 * Every choice is a byte of a stream, so that a fuzzer can steer it and a fixed seed repeats it.
 * Rules are written as YAML and go through the loader; values are short and of few letters, so that
 * they match often. For tests only: static functions. */
#ifndef FUZZ_PAIRS_H
#define FUZZ_PAIRS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/build_event.h"
#include "base/buf.h"
#include "match/matcher.h"

/* Where choices come from: bytes, or numbers made of a seed when there are none. */
struct choice {
    const uint8_t *p;
    size_t n;
    uint64_t seed; /* 0: when the bytes end, the choice is always the first */
};

struct pairs {
    struct choice choice;
    struct build build;
    struct buf rules;
    struct ruleset *set;
    struct matcher *matcher[2];
    struct scratch *scratch[2];
    unsigned names; /* events use so many of pairs_fields: with few, the same are missing often */
    uint64_t pairs, hits, by_verdict[3], undecided, limits, loaded, refused;
};

static unsigned pick(struct choice *c, unsigned n)
{
    if (c->n > 0) {
        c->n--;
        return *c->p++ % n;
    }
    if (c->seed == 0)
        return 0;
    c->seed = c->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((c->seed >> 33) % n);
}

#define ONE_OF(c, list) ((list)[pick((c), sizeof(list) / sizeof *(list))])

static bool chance(struct choice *c, unsigned percent)
{
    return pick(c, 100) >= 100 - percent;
}

/* An en dash before "enc". */
#define EN_DASH_ENC "\xe2\x80\x93\x65nc"

static const char *const pairs_words[] = { "cmd.exe",
                                           "\\cmd.exe",
                                           "C:\\a\\CMD.exe",
                                           "power",
                                           "-enc",
                                           "/enc",
                                           " -e ",
                                           EN_DASH_ENC,
                                           "16",
                                           "0x10",
                                           "0X10",
                                           "10.0.0.1",
                                           "10.1.2.3",
                                           "::1",
                                           "-",
                                           "",
                                           "\xc3\xa9",
                                           "\xc3\x89t",
                                           "aaaa",
                                           "abab",
                                           "S-1-5-18",
                                           "0x3e7",
                                           "true",
                                           "4688",
                                           "1",
                                           "?",
                                           "*",
                                           "\\",
                                           "\\\\",
                                           "a\\b",
                                           "k",
                                           "\xe2\x84\xaa",
                                           "Medium",
                                           "a b",
                                           "High",
                                           "aab",
                                           "ab",
                                           "NT AUTHORITY\\SYSTEM" };

static const char *const pairs_letters[] = { "a", "b", "A", "B",        "\\",           "-", "/",
                                             " ", "e", "0", "\xc3\xa9", "\xe2\x80\x94", ".", "x" };

static const char *const pairs_fields[] = {
    "Image",   "CommandLine",    "ParentImage",    "OriginalFileName",
    "User",    "EventID",        "Channel",        "Foo",
    "LogonId", "NewProcessName", "IntegrityLevel", "ParentCommandLine",
    "Details", "Provider_Name",  "ProcessId",      "TargetObject",
    "Image",   "CommandLine"
};

/* Of Windows' own events that are seen as something else. */
static const char *const pairs_windows[] = { "ObjectName",    "ObjectValueName", "OperationType",
                                             "NewValue",      "NewValueType",    "Application",
                                             "SourceAddress", "DestAddress",     "DestPort",
                                             "Protocol",      "Direction",       "PossibleCause" };

/* A value for an event or a pattern, into b; at most room - 1 bytes. */
static void pairs_text(struct choice *c, char *b, size_t room)
{
    size_t n = 0;
    unsigned parts = pick(c, 4);

    b[0] = 0;
    for (unsigned i = 0; i <= parts; i++) {
        const char *part = chance(c, 40) ? ONE_OF(c, pairs_words) : ONE_OF(c, pairs_letters);
        unsigned times = chance(c, 4) ? 1 + pick(c, 60) : 1;

        for (unsigned k = 0; k < times && n + strlen(part) + 1 < room; k++) {
            memcpy(b + n, part, strlen(part) + 1);
            n += strlen(part);
        }
    }
}

static void pairs_out(struct pairs *p, const char *text)
{
    buf_slice(&p->rules, slice_str(text));
}

/* A single-quoted YAML scalar. */
static void pairs_quote(struct pairs *p, const char *text)
{
    buf_byte(&p->rules, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_byte(&p->rules, '\'');
        buf_byte(&p->rules, (uint8_t)*text);
    }
    buf_byte(&p->rules, '\'');
}

static void pairs_pattern(struct pairs *p)
{
    struct choice *c = &p->choice;
    static const char *const wild[] = { "*", "?", "\\*", "\\\\", "**", "??" };
    char a[200], b[200], all[420];

    pairs_text(c, a, sizeof a);
    if (chance(c, 70)) {
        pairs_quote(p, a);
        return;
    }
    pairs_text(c, b, sizeof b);
    snprintf(all, sizeof all, "%s%s%s%s", chance(c, 20) ? "*" : "", a, ONE_OF(c, wild), b);
    pairs_quote(p, all);
}

static void pairs_regex(struct pairs *p)
{
    static const char *const regex[] = { "cmd\\.exe$",
                                         "^\\\\cmd",
                                         "(?i)CMD\\.EXE",
                                         "aaa+b",
                                         "abab|aaab",
                                         "a.*b",
                                         "(a|b)+enc",
                                         "[ab]{2}e",
                                         "ken?",
                                         "power|-enc",
                                         "\\bab\\b",
                                         "a{3}",
                                         "NT AUTHORITY\\\\S",
                                         "(?i)k",
                                         "aab?a",
                                         "(a+)+$",
                                         "x{0}abab",
                                         "\\x61bab",
                                         "(?:cmd)?\\.exe",
                                         "^$",
                                         "S-1-5-\\d+",
                                         "(?i)medium|high",
                                         "[^a]+bab" };

    pairs_quote(p, ONE_OF(&p->choice, regex));
}

static void pairs_list(struct pairs *p, void (*one)(struct pairs *))
{
    struct choice *c = &p->choice;
    unsigned n = chance(c, 50) ? 1 : chance(c, 10) ? 10 + pick(c, 20) : 1 + pick(c, 4);

    if (n == 1 && chance(c, 70)) {
        pairs_out(p, " ");
        one(p);
        pairs_out(p, "\n");
        return;
    }
    pairs_out(p, "\n");
    for (unsigned i = 0; i < n; i++) {
        pairs_out(p, "      - ");
        one(p);
        pairs_out(p, "\n");
    }
}

static void pairs_number(struct pairs *p)
{
    static const char *const number[] = { "1", "16", "4688", "0", "999", "12", "13", "2020" };

    pairs_out(p, ONE_OF(&p->choice, number));
}

static void pairs_network(struct pairs *p)
{
    static const char *const net[] = { "10.0.0.0/8", "10.0.0.0/16", "::1/128", "fe80::/10" };

    pairs_quote(p, ONE_OF(&p->choice, net));
}

static void pairs_bool(struct pairs *p)
{
    pairs_out(p, pick(&p->choice, 2) ? "true" : "false");
}

static void pairs_field_name(struct pairs *p)
{
    pairs_out(p, ONE_OF(&p->choice, pairs_fields));
}

static void pairs_null(struct pairs *p)
{
    pairs_out(p, "null");
}

static void pairs_int_or_text(struct pairs *p)
{
    if (chance(&p->choice, 60))
        pairs_number(p);
    else
        pairs_pattern(p);
}

static const struct {
    const char *modifiers;
    void (*value)(struct pairs *);
    bool single; /* a list is refused */
} pairs_kinds[] = {
    { "", pairs_pattern, false },
    { "|contains", pairs_pattern, false },
    { "|startswith", pairs_pattern, false },
    { "|endswith", pairs_pattern, false },
    { "|contains|all", pairs_pattern, false },
    { "|contains|windash", pairs_pattern, false },
    { "|endswith|windash", pairs_pattern, false },
    { "|contains|all|windash", pairs_pattern, false },
    { "|cased", pairs_pattern, false },
    { "|contains|cased", pairs_pattern, false },
    { "|startswith|cased", pairs_pattern, false },
    { "|neq", pairs_pattern, false },
    { "|re", pairs_regex, false },
    { "|re|i", pairs_regex, false },
    { "|re|m|s", pairs_regex, false },
    { "|cidr", pairs_network, false },
    { "|exists", pairs_bool, true },
    { "|lt", pairs_number, true },
    { "|gte", pairs_number, true },
    { "|fieldref", pairs_field_name, true },
    { "|fieldref|startswith", pairs_field_name, true },
    { "|fieldref|contains", pairs_field_name, true },
    { "|minute", pairs_number, true },
    { "|year", pairs_number, true },
    { "|base64offset|contains", pairs_pattern, false },
    { "", pairs_null, true },
    { "", pairs_int_or_text, false },
    { "|contains", pairs_int_or_text, false },
    { "", pairs_pattern, false },
    { "|contains", pairs_pattern, false },
    { "|endswith", pairs_pattern, false },
};

static void pairs_item(struct pairs *p, const char *indent)
{
    unsigned k = pick(&p->choice, sizeof pairs_kinds / sizeof *pairs_kinds);
    const char *field = ONE_OF(&p->choice, pairs_fields);

    pairs_out(p, indent);
    pairs_out(p, field);
    pairs_out(p, pairs_kinds[k].modifiers);
    pairs_out(p, ":");
    if (!pairs_kinds[k].single) {
        pairs_list(p, pairs_kinds[k].value);
        return;
    }
    pairs_out(p, " ");
    pairs_kinds[k].value(p);
    pairs_out(p, "\n");
}

static void pairs_selection(struct pairs *p, unsigned number)
{
    struct choice *c = &p->choice;
    char name[32];

    snprintf(name, sizeof name, "  s%u%u:", number % 2, number);
    pairs_out(p, name);
    if (chance(c, 12)) { /* keywords */
        pairs_out(p, chance(c, 30) ? "\n    '|all':\n" : "\n");
        for (unsigned i = 0; i <= pick(c, 3); i++) {
            pairs_out(p, "      - ");
            pairs_pattern(p);
            pairs_out(p, "\n");
        }
        return;
    }
    pairs_out(p, "\n");
    if (chance(c, 20)) { /* a list of maps */
        for (unsigned i = 0; i < 2; i++)
            pairs_item(p, "    - ");
        return;
    }
    for (unsigned i = 0; i <= pick(c, 3); i++)
        pairs_item(p, "    ");
}

static void pairs_condition(struct pairs *p, unsigned selections, unsigned depth)
{
    struct choice *c = &p->choice;
    static const char *const quantified[] = { "1 of s0*",    "all of s0*",   "1 of them",
                                              "all of them", "not 1 of s0*", "all of s1*" };
    char name[32];

    switch (depth > 3 ? 0 : pick(c, 7)) {
    case 1:
    case 2:
        pairs_out(p, "(");
        pairs_condition(p, selections, depth + 1);
        pairs_out(p, pick(c, 2) ? " and " : " or ");
        pairs_condition(p, selections, depth + 1);
        pairs_out(p, ")");
        break;
    case 3:
        pairs_condition(p, selections, depth + 1);
        pairs_out(p, " and not ");
        pairs_condition(p, selections, depth + 1);
        break;
    case 4:
        pairs_out(p, "not ");
        pairs_condition(p, selections, depth + 1);
        break;
    case 5:
        pairs_out(p, ONE_OF(c, quantified));
        break;
    default: {
        unsigned k = pick(c, selections);

        snprintf(name, sizeof name, "s%u%u", k % 2, k);
        pairs_out(p, name);
    }
    }
}

static void pairs_rule(struct pairs *p)
{
    struct choice *c = &p->choice;
    static const char *const source[] = { "category: process_creation",
                                          "category: process_creation",
                                          "category: process_creation",
                                          "service: security",
                                          "service: sysmon",
                                          "category: registry_set",
                                          "category: registry_add",
                                          "category: registry_delete",
                                          "service: system",
                                          "category: registry_event" };
    unsigned selections = 1 + pick(c, 4);

    pairs_out(p, "---\ntitle: t\nlogsource:\n  product: windows\n");
    if (chance(c, 92)) {
        pairs_out(p, "  ");
        pairs_out(p, ONE_OF(c, source));
        pairs_out(p, "\n");
    }
    pairs_out(p, "detection:\n");
    for (unsigned i = 0; i < selections; i++)
        pairs_selection(p, i);
    pairs_out(p, "  condition: ");
    if (chance(c, 5)) {
        pairs_out(p, "\n    - ");
        pairs_condition(p, selections, 2);
        pairs_out(p, "\n    - ");
    }
    pairs_condition(p, selections, 0);
    pairs_out(p, "\nlevel: low\n");
}

/* Another form of the value, as the native reader gives them. */
static struct value pairs_value(struct pairs *p, const char *text)
{
    struct choice *c = &p->choice;
    uint8_t *b;
    size_t n = strlen(text);

    switch (pick(c, 12)) {
    case 1:
        b = arena_zalloc(&p->build.arena, 8, 1);
        b[0] = (uint8_t)pick(c, 20);
        return (struct value){ b, 4, pick(c, 2) ? VALUE_HEX32 : VALUE_U32 };
    case 2:
        b = arena_zalloc(&p->build.arena, 8, 1);
        memcpy(b, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01", 8);
        return (struct value){ b, 8, VALUE_FILETIME };
    case 3:
        return (struct value){ NULL, 0, VALUE_NULL };
    case 4:
    case 5:
    case 6:
        b = arena_zalloc(&p->build.arena, 2 * n + 2, 1);
        for (size_t i = 0; i < n; i++)
            b[2 * i] = (uint8_t)text[i]; /* Latin-1, for the sake of it */
        return (struct value){ b, (uint32_t)(2 * n), VALUE_UTF16 };
    default:
        return value_utf8(arena_dup(&p->build.arena, slice_str(text)));
    }
}

static struct event *pairs_event(struct pairs *p)
{
    struct choice *c = &p->choice;
    static const struct {
        const char *channel, *provider;
        uint32_t id;
    } source[] = { { SYSMON_CHANNEL, SYSMON_PROVIDER, 1 },
                   { "Security", SECURITY_PROVIDER, 4688 },
                   { "Security", SECURITY_PROVIDER, 4688 },
                   { SYSMON_CHANNEL, SYSMON_PROVIDER, 12 },
                   { SYSMON_CHANNEL, SYSMON_PROVIDER, 13 },
                   { "Security", SECURITY_PROVIDER, 16 },
                   { "Security", SECURITY_PROVIDER, 4657 },
                   { "Security", SECURITY_PROVIDER, 5156 },
                   { "Microsoft-Windows-WMI-Activity/Operational", "Microsoft-Windows-WMI-Activity",
                     5861 },
                   { "SECURITY", "x", 1 },
                   { "System", "Service Control Manager", 16 },
                   { "microsoft-windows-sysmon/OPERATIONAL", SYSMON_PROVIDER, 1 },
                   { SYSMON_CHANNEL, SYSMON_PROVIDER, 1 } };
    static const char *const type[] = { "CreateKey", "DeleteKey", "SetValue", "deletevalue" };
    unsigned s = pick(c, sizeof source / sizeof *source), fields = 2 + pick(c, 12);
    struct event *ev =
        build_event(&p->build, source[s].channel, source[s].provider, source[s].id, NULL);
    char text[300];

    if (chance(c, 50))
        build_data(&p->build, "EventType", ONE_OF(c, type));
    for (unsigned i = 0; i < fields; i++) {
        const char *name = chance(c, 75)   ? pairs_fields[pick(c, p->names)]
                           : chance(c, 50) ? ONE_OF(c, pairs_windows)
                                           : "ParentProcessName";

        if (strcmp(name, "Channel") == 0 || (strcmp(name, "EventID") == 0 && chance(c, 90)))
            continue;
        pairs_text(c, text, sizeof text);
        build_value(&p->build, name, pairs_value(p, text),
                    chance(c, 5) ? EVENT_RENDERING : EVENT_DATA);
    }
    if (chance(c, 5))
        ev->has_event_id = false;
    return ev;
}

static bool pairs_same(const struct hits *a, const struct hits *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct hit *x = &a->v[i], *y = &b->v[i];

        if (x->rule != y->rule || x->verdict != y->verdict || x->nmatched != y->nmatched ||
            x->nuntested != y->nuntested)
            return false;
        for (size_t k = 0; k < x->nmatched; k++)
            if (x->matched[k].test != y->matched[k].test ||
                !slice_eq(x->matched[k].field, y->matched[k].field) ||
                x->matched[k].offset != y->matched[k].offset ||
                x->matched[k].length != y->matched[k].length)
                return false;
        for (size_t k = 0; k < x->nuntested; k++)
            if (!slice_eq(x->untested[k].field, y->untested[k].field) ||
                !slice_eq(x->untested[k].selection, y->untested[k].selection))
                return false;
    }
    return true;
}

/* Tells the event and the rules of which the matchers say different things. */
static void pairs_tell(struct pairs *p, struct event *ev, const struct hits hits[2])
{
    printf("# rules:\n%.*s\n", SLICE_ARG(buf_view(&p->rules)));
    printf("# channel %.*s id %u\n", SLICE_ARG(ev->channel), ev->event_id);
    for (size_t i = 0; i < ev->n; i++)
        printf("# %.*s=\"%.*s\" part %u\n", SLICE_ARG(ev->field[i].name),
               SLICE_ARG(event_text(ev, i)), ev->field[i].part);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < hits[k].n; i++)
            printf("# %s: rule of line %u %s\n", k ? "naive" : "indexed", hits[k].v[i].rule->line,
                   verdict_name(hits[k].v[i].verdict));
}

static bool pairs_counts(struct pairs *p)
{
    const struct rule_counts *a = scratch_counts(p->scratch[0]), *b = scratch_counts(p->scratch[1]);

    for (size_t i = 0; i < p->set->n; i++) {
        if (a[i].hits != b[i].hits || a[i].undecided != b[i].undecided ||
            a[i].regex_limit != b[i].regex_limit) {
            printf("# counts of rule %zu: %llu %llu hits, %llu %llu undecided\n# %.*s\n", i,
                   (unsigned long long)a[i].hits, (unsigned long long)b[i].hits,
                   (unsigned long long)a[i].undecided, (unsigned long long)b[i].undecided,
                   SLICE_ARG(buf_view(&p->rules)));
            return false;
        }
        p->undecided += b[i].undecided;
        p->limits += b[i].regex_limit;
    }
    return true;
}

static bool pairs_load(struct pairs *p, unsigned rules)
{
    bool possible = pick(&p->choice, 2);

    buf_clear(&p->rules);
    for (unsigned i = 0; i < rules; i++)
        pairs_rule(p);
    if (ruleset_load_text(buf_view(&p->rules), "random.yml", p->build.names, &p->set, NULL) < 0)
        return false;
    matcher_check(p->set);
    p->loaded += p->set->n;
    p->refused += rules - p->set->n;
    for (int k = 0; k < 2; k++) {
        struct match_options o = { .kind = k ? MATCHER_NAIVE : MATCHER_INDEXED,
                                   .possible = possible };

        if (matcher_build(p->set, &o, &p->matcher[k], NULL) < 0)
            return false;
        p->scratch[k] = scratch_new(p->matcher[k]);
    }
    return true;
}

static bool pairs_compare(struct pairs *p, unsigned events)
{
    for (unsigned i = 0; i < events; i++) {
        struct event *ev = pairs_event(p);
        struct hits hits[2];
        unsigned first = pick(&p->choice, 2);

        matcher_run(p->matcher[first], p->scratch[first], ev, &hits[first]);
        matcher_run(p->matcher[!first], p->scratch[!first], ev, &hits[!first]);
        p->pairs += p->set->n;
        p->hits += hits[1].n;
        for (size_t k = 0; k < hits[1].n; k++)
            p->by_verdict[hits[1].v[k].verdict]++;
        if (!pairs_same(&hits[0], &hits[1])) {
            pairs_tell(p, ev, hits);
            return false;
        }
    }
    return pairs_counts(p);
}

/* So many rules, each against so many events. False when the matchers differ. */
static bool pairs_run(struct pairs *p, unsigned rules, unsigned events)
{
    bool same = true;

    build_init(&p->build);
    buf_init(&p->rules, LIMIT_MIB(16));
    p->names = 1 + pick(&p->choice, sizeof pairs_fields / sizeof *pairs_fields);
    if (pairs_load(p, rules))
        same = pairs_compare(p, events);
    for (int k = 0; k < 2; k++) {
        scratch_free(p->scratch[k]);
        matcher_free(p->matcher[k]);
        p->scratch[k] = NULL;
        p->matcher[k] = NULL;
    }
    ruleset_free(p->set);
    p->set = NULL;
    buf_release(&p->rules);
    build_release(&p->build);
    return same;
}

#endif
