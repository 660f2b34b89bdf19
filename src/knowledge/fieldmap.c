/* fieldmap.c - see fieldmap.h. May include base/ only. */
#include "knowledge/fieldmap.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "knowledge/fieldmap_files.h"

struct row {
    struct slice section, field;
    struct spot spot;
    bool subfield; /* the name's last part is one of a field that is there with every value */
};

struct fieldmap {
    struct arena arena;
    VEC(struct row) row;
};

static const struct {
    const char *name;
    enum spot_type type;
    bool limited, subfield;
} types[] = {
    { "text", SPOT_TEXT, false, false },     { "lowercase", SPOT_LOWERCASE, false, false },
    { "number", SPOT_NUMBER, false, false }, { "ip", SPOT_IP, false, false },
    { "limited", SPOT_TEXT, true, false },   { "subfield", SPOT_TEXT, true, true },
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of *line; absent at the end. */
static struct slice next_word(struct slice *line)
{
    size_t from = 0, to;

    while (from < line->n && is_blank(line->p[from]))
        from++;
    to = from;
    while (to < line->n && !is_blank(line->p[to]))
        to++;
    struct slice word = slice_sub(*line, from, to - from);
    *line = slice_sub(*line, to, line->n);
    return word.n ? word : SLICE_ABSENT;
}

static int read_type(struct slice word, struct row *r, struct ev_err *err)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_eq(word, slice_str(types[i].name))) {
            r->spot.type = types[i].type;
            r->spot.limited = types[i].limited;
            r->subfield = types[i].subfield;
            return EV_OK;
        }
    return ev_err_set(
        err, EV_ESYNTAX,
        "\"%.*s\" is no type; types are text, lowercase, number, ip, limited, subfield",
        (int)(word.n < 60 ? word.n : 60), (const char *)word.p);
}

/* `DOMAIN\NAME` for two fields that together are one value. */
static void read_target(struct slice word, struct spot *s)
{
    size_t at = slice_find_byte(word, '\\');

    s->never = slice_eq(word, SLICE("-"));
    s->name = word;
    if (at == SIZE_MAX || at + 1 == word.n || word.p[at + 1] == '*')
        return;
    s->domain = slice_sub(word, 0, at);
    s->name = slice_sub(word, at + 1, word.n);
}

static int read_form(struct slice word, struct spot *s, struct ev_err *err)
{
    size_t at = slice_find_byte(word, '%');

    if (at == SIZE_MAX)
        return ev_err_set(err, EV_ESYNTAX, "the form of a value holds a %% where the value stands");
    s->before = slice_sub(word, 0, at);
    s->after = slice_sub(word, at + 1, word.n);
    return EV_OK;
}

static int read_row(struct fieldmap *m, struct slice section, struct slice line, struct ev_err *err)
{
    struct row r = { .section = section, .field = next_word(&line) };
    struct slice target = next_word(&line), type = next_word(&line), form = next_word(&line);

    if (!target.p)
        return ev_err_set(err, EV_ESYNTAX,
                          "a row is: Sigma's field, the target's, then maybe a type and a form");
    read_target(target, &r.spot);
    r.spot.pattern = slice_eq(r.field, SLICE("*"));
    int rc = type.p ? read_type(type, &r, err) : EV_OK;
    if (rc == EV_OK && form.p)
        rc = read_form(form, &r.spot, err);
    if (rc == EV_OK && next_word(&line).p)
        rc = ev_err_set(err, EV_ESYNTAX, "more than four words in a row");
    if (rc == EV_OK && !vec_push(&m->row, LIMIT_FIELD_ROWS, r))
        rc = ev_err_set(err, EV_ELIMIT, "more than %zu rows", (size_t)LIMIT_FIELD_ROWS);
    return rc;
}

static int read_line(struct fieldmap *m, struct slice line, struct slice *section,
                     struct ev_err *err)
{
    line = slice_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return EV_OK;
    if (line.p[0] != '[')
        return read_row(m, *section, line, err);
    if (line.p[line.n - 1] != ']')
        return ev_err_set(err, EV_ESYNTAX, "a section is [CHANNEL/EVENTID]");
    *section = slice_sub(line, 1, line.n - 2);
    return EV_OK;
}

int fieldmap_parse(struct slice text, const char *file, struct fieldmap **ret, struct ev_err *err)
{
    struct fieldmap *m = xcalloc(1, sizeof *m);
    struct slice section = SLICE_ABSENT;
    uint32_t number = 0;
    int rc = EV_OK;

    arena_init(&m->arena, LIMIT_FIELD_FILE + LIMIT_KIB(64));
    text = arena_dup(&m->arena, text);
    if (!text.p)
        rc = ev_err_set(err, EV_ELIMIT, "the file is too long for a mapping of fields");
    for (size_t at = 0; rc == EV_OK && at < text.n;) {
        struct slice rest = slice_sub(text, at, text.n);
        size_t end = slice_find_byte(rest, '\n');

        number++;
        rest.n = end == SIZE_MAX ? rest.n : end;
        at += rest.n + 1;
        rc = read_line(m, rest, &section, err);
    }
    if (rc < 0) {
        (void)ev_err_file(err, file);
        (void)ev_err_line(err, number, 1);
        fieldmap_free(m);
        return rc;
    }
    *ret = m;
    return EV_OK;
}

void fieldmap_free(struct fieldmap *m)
{
    if (!m)
        return;
    vec_release(&m->row);
    arena_release(&m->arena);
    free(m);
}

const char *fieldmap_name(size_t i)
{
    return i < field_files_n ? field_files[i].name : NULL;
}

static int parse_built_in(const struct field_file *f, struct fieldmap **ret, struct ev_err *err)
{
    struct buf text;

    buf_init(&text, LIMIT_FIELD_FILE);
    for (size_t i = 0; i < f->n; i++) {
        buf_str(&text, f->line[i]);
        buf_byte(&text, '\n');
    }
    int rc = fieldmap_parse(buf_view(&text), f->name, ret, err);
    buf_release(&text);
    return rc;
}

static int read_file(const char *path, struct buf *text, struct ev_err *err)
{
    FILE *f = fopen(path, "rb");
    uint8_t part[4096];
    size_t n;

    if (!f) {
        char known[256] = "";
        for (size_t i = 0; fieldmap_name(i); i++)
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                     fieldmap_name(i));
        return ev_err_set(err, EV_ENOTFOUND,
                          "--fields: \"%s\" is no file and no built-in mapping; those are %s", path,
                          known);
    }
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_put(text, part, n);
    bool bad = ferror(f) != 0;
    fclose(f);
    if (bad)
        return ev_err_set(err, EV_EIO, "%s: cannot be read", path);
    if (text->full)
        return ev_err_set(err, EV_ELIMIT, "%s: a mapping of fields has at most %zu bytes", path,
                          (size_t)LIMIT_FIELD_FILE);
    return EV_OK;
}

int fieldmap_load(const char *name, struct fieldmap **ret, struct ev_err *err)
{
    for (size_t i = 0; i < field_files_n; i++)
        if (strcmp(name, field_files[i].name) == 0)
            return parse_built_in(&field_files[i], ret, err);
    struct buf text;
    buf_init(&text, LIMIT_FIELD_FILE);
    int rc = read_file(name, &text, err);
    if (rc == EV_OK)
        rc = fieldmap_parse(buf_view(&text), name, ret, err);
    buf_release(&text);
    return rc;
}

/* The row of the section, else of none. */
static const struct row *find(const struct fieldmap *m, struct slice section, struct slice field)
{
    const struct row *general = NULL;

    for (size_t i = 0; i < m->row.n; i++) {
        const struct row *r = &m->row.v[i];

        if (!slice_eq(r->field, field))
            continue;
        if (r->section.p && section.p && slice_eq_nocase(r->section, section))
            return r;
        if (!r->section.p && !general)
            general = r;
    }
    return general;
}

/* The `%` of a row for other names becomes the name. */
static struct slice fill_in(struct slice form, struct slice name, struct arena *a)
{
    size_t at = slice_find_byte(form, '%');

    if (at == SIZE_MAX)
        return form;
    return ARENA_JOIN(a, slice_sub(form, 0, at), name, slice_sub(form, at + 1, form.n));
}

static void find_whole(const struct row *r, struct spot *s)
{
    for (size_t i = s->name.n; r->subfield && i > 1; i--)
        if (s->name.p[i - 1] == '.') {
            s->whole = slice_sub(s->name, 0, i - 1);
            return;
        }
}

bool fieldmap_find(const struct fieldmap *m, struct slice section, struct slice field,
                   struct arena *a, struct spot *ret)
{
    const struct row *r = find(m, section, field);
    const bool own = r != NULL;

    if (!own)
        r = find(m, section, SLICE("%"));
    if (!r)
        return false;
    *ret = r->spot;
    if (!own)
        ret->name = fill_in(r->spot.name, field, a);
    find_whole(r, ret);
    return ret->name.p != NULL;
}

bool fieldmap_keywords(const struct fieldmap *m, struct slice section, struct spot *ret)
{
    const struct row *r = find(m, section, SLICE("*"));

    if (r)
        *ret = r->spot;
    return r && !r->spot.never;
}

bool fieldmap_in_section(const struct fieldmap *m, struct slice section, struct slice field)
{
    const struct row *r = find(m, section, field);

    return r && r->section.p;
}
