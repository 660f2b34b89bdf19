/* The command line parser over options.def. getopt_long does the splitting; values are parsed here,
 * so that every message names the option and what it takes. */
#include "app/options.h"

#include <getopt.h>
#include <stdlib.h>

#include "base/filetime.h"
#include "base/mem.h"
#include "base/parse.h"

enum { FIRST_LONG = 256 };

static const struct option_row rows[] = {
#define GROUP(commands_, title) { .group = title, .commands = commands_ },
#define OPT(member, letter_, name_, kind_, argument_, commands_, help_)                            \
    { .name = name_,                                                                               \
      .letter = letter_,                                                                           \
      .kind = kind_,                                                                               \
      .argument = argument_,                                                                       \
      .commands = commands_,                                                                       \
      .help = help_ },
#define ALIAS(member, letter_, name_) { .name = name_, .letter = letter_, .alias = true },
#include "app/options.def"
#undef OPT
#undef ALIAS
#undef GROUP
};
enum { NROWS = sizeof rows / sizeof rows[0] };

const struct option_row *options_rows(size_t *ret_n)
{
    *ret_n = NROWS;
    return rows;
}

/* Where the value of row i goes. */
struct place {
    void *value;
    bool *given;
};

static struct place place_of(struct options *o, size_t i)
{
    const struct place place[] = {
#define GROUP(commands, title) { NULL, NULL },
#define OPT(member, letter, name, kind, argument, commands, help) { &o->member, &o->has_##member },
#define ALIAS(member, letter, name) { &o->member, &o->has_##member },
#include "app/options.def"
#undef OPT
#undef ALIAS
#undef GROUP
    };
    return place[i];
}

/* The row that says what row i takes: itself, or the one an alias stands after. */
static const struct option_row *meaning_of(size_t i)
{
    while (rows[i].alias)
        i--;
    return &rows[i];
}

static void list_add(struct option_list *l, const char *s)
{
    l->v = xrealloc(l->v, l->n + 1, sizeof *l->v);
    l->v[l->n++] = s;
}

static int ids_add(struct option_ids *ids, const char *text, struct ev_err *err)
{
    struct slice left = slice_str(text);
    for (;;) {
        size_t comma = slice_find_byte(left, ',');
        struct slice one = slice_trim(slice_sub(left, 0, comma));
        uint32_t id;
        if (parse_u32(one, &id) < 0 || id > 0xffff)
            return ev_err_set(err, EV_EUSAGE, "--event-id: \"%.*s\" is no EventID (0 to 65535)",
                              SLICE_ARG(one));
        ids->v = xrealloc(ids->v, ids->n + 1, sizeof *ids->v);
        ids->v[ids->n++] = id;
        if (comma == SIZE_MAX)
            return EV_OK;
        left = slice_sub(left, comma + 1, SIZE_MAX);
    }
}

/* "-30d", "-12h", "-90m": ticks before now. */
static int parse_ago(struct slice s, uint64_t now, uint64_t *ret)
{
    uint32_t n;
    uint64_t unit;
    if (s.n < 3 || s.p[0] != '-' || parse_u32(slice_sub(s, 1, s.n - 2), &n) < 0)
        return EV_ESYNTAX;
    switch (s.p[s.n - 1]) {
    case 'd':
        unit = 86400 * FILETIME_SECOND;
        break;
    case 'h':
        unit = 3600 * FILETIME_SECOND;
        break;
    case 'm':
        unit = 60 * FILETIME_SECOND;
        break;
    default:
        return EV_ESYNTAX;
    }
    *ret = n > now / unit ? 0 : now - n * unit;
    return EV_OK;
}

static int time_set(const struct option_row *r, const char *text, uint64_t now, uint64_t *ret,
                    struct ev_err *err)
{
    struct slice s = slice_str(text);
    if (parse_ago(s, now, ret) == EV_OK)
        return EV_OK;
    if (filetime_parse(s, ret) < 0)
        return ev_err_set(err, EV_EUSAGE,
                          "--%s: \"%s\" is no time; write 2026-03-02, 2026-03-02T08:00:00Z or -30d",
                          r->name, text);
    /* A date as an end means the whole day. */
    if (strcmp(r->name, "to") == 0 && s.n == 10)
        *ret += 86400 * FILETIME_SECOND - 1;
    return EV_OK;
}

static int value_set(const struct option_row *r, struct place at, const char *text, uint64_t now,
                     struct ev_err *err)
{
    *at.given = true;
    switch (r->kind) {
    case FLAG:
        *(bool *)at.value = true;
        return EV_OK;
    case STRING:
        *(const char **)at.value = text;
        return EV_OK;
    case LIST:
        list_add(at.value, text);
        return EV_OK;
    case LEVEL:
        if (level_parse(slice_str(text), at.value) < 0)
            return ev_err_set(err, EV_EUSAGE,
                              "--%s: \"%s\" is no level; levels are informational, low, medium, "
                              "high, critical",
                              r->name, text);
        return EV_OK;
    case TIME:
        return time_set(r, text, now, at.value, err);
    case SIZE:
        if (parse_size(slice_str(text), at.value) < 0)
            return ev_err_set(err, EV_EUSAGE, "--%s: \"%s\" is no size; write 64M or 2G", r->name,
                              text);
        return EV_OK;
    case COUNT:
        if (parse_u32(slice_str(text), at.value) < 0 || *(uint32_t *)at.value == 0)
            return ev_err_set(err, EV_EUSAGE, "--%s: \"%s\" is no number above 0", r->name, text);
        return EV_OK;
    case IDS:
        return ids_add(at.value, text, err);
    }
    return EV_EUSAGE;
}

/* The getopt tables for one command; letters has room for all of them. */
static void tables_make(unsigned command, struct option *table, char *letters)
{
    size_t n = 0, l = 0;
    letters[l++] = ':'; /* tells a missing argument from an unknown option */
    for (size_t i = 0; i < NROWS; i++) {
        const struct option_row *r = &rows[i];
        if (r->group)
            continue;
        const struct option_row *m = meaning_of(i);
        if (!(m->commands & command))
            continue;
        int arg = m->kind == FLAG ? no_argument : required_argument;
        table[n++] = (struct option){ r->name, arg, NULL, FIRST_LONG + (int)i };
        if (r->letter) {
            letters[l++] = (char)r->letter;
            if (arg)
                letters[l++] = ':';
        }
    }
    table[n] = (struct option){ 0 };
    letters[l] = '\0';
}

static size_t row_of(int c)
{
    if (c >= FIRST_LONG)
        return (size_t)(c - FIRST_LONG);
    for (size_t i = 0; i < NROWS; i++)
        if (!rows[i].group && rows[i].letter == c)
            return i;
    return SIZE_MAX;
}

static int complain(int c, char *const *argv, struct ev_err *err)
{
    /* optind has passed the word already. */
    const char *word = argv[optind - 1];
    if (c == ':')
        return ev_err_set(err, EV_EUSAGE, "option %s takes an argument", word);
    if (optopt > 0 && optopt < FIRST_LONG)
        return ev_err_set(err, EV_EUSAGE, "unknown option -%c", optopt);
    return ev_err_set(err, EV_EUSAGE, "option %s is unknown, ambiguous or takes no argument", word);
}

int options_parse(int argc, char *const *argv, unsigned command, uint64_t now, struct options *ret,
                  struct ev_err *err)
{
    struct option table[NROWS + 1];
    char letters[2 * NROWS + 2];
    int c, rc = EV_OK;

    *ret = (struct options){ 0 };
    tables_make(command, table, letters);
    optind = 0; /* getopt keeps state between calls; 0 starts it anew */
    opterr = 0;
    while (rc == EV_OK && (c = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        if (c == '?' || c == ':')
            return complain(c, argv, err);
        size_t i = row_of(c);
        rc = value_set(meaning_of(i), place_of(ret, i), optarg, now, err);
    }
    for (int i = optind; rc == EV_OK && i < argc; i++)
        list_add(&ret->argument, argv[i]);
    return rc;
}

void options_release(struct options *o)
{
    free(o->argument.v);
    for (size_t i = 0; i < NROWS; i++) {
        if (rows[i].group || rows[i].alias)
            continue;
        struct place at = place_of(o, i);
        if (rows[i].kind == LIST)
            free(((struct option_list *)at.value)->v);
        else if (rows[i].kind == IDS)
            free(((struct option_ids *)at.value)->v);
    }
}
