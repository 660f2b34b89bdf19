/* attack_open.c - a table of ATT&CK from a file: our text form, and what both forms share.
 *
 * May include: base/. */
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "knowledge/attack_impl.h"

static bool digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

bool attack_kind_of(struct slice id, enum attack_kind *ret)
{
    static const struct {
        struct slice prefix;
        enum attack_kind kind;
    } kinds[] = {
        { SLICE_INIT("TA"), ATTACK_TACTIC },   { SLICE_INIT("DS"), ATTACK_DATA_SOURCE },
        { SLICE_INIT("T"), ATTACK_TECHNIQUE }, { SLICE_INIT("G"), ATTACK_GROUP },
        { SLICE_INIT("S"), ATTACK_SOFTWARE },  { SLICE_INIT("M"), ATTACK_MITIGATION },
        { SLICE_INIT("C"), ATTACK_CAMPAIGN },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!slice_starts(id, kinds[i].prefix))
            continue;
        struct slice number = slice_sub(id, kinds[i].prefix.n, id.n);
        size_t dot = kinds[i].kind == ATTACK_TECHNIQUE ? slice_find_byte(number, '.') : SIZE_MAX;
        if (dot == SIZE_MAX ? !digits(number)
                            : !digits(slice_sub(number, 0, dot)) ||
                                  !digits(slice_sub(number, dot + 1, number.n)))
            continue;
        *ret = kinds[i].kind;
        return true;
    }
    return false;
}

static const char *copy(struct arena *a, const char *s)
{
    return (const char *)arena_dup(a, slice_str(s)).p;
}

bool attack_add(struct attack *a, const struct attack_entry *e)
{
    struct attack_entry own = *e;
    own.id = copy(&a->arena, e->id);
    own.name = copy(&a->arena, e->name);
    own.short_name = copy(&a->arena, e->short_name);
    own.tactics = copy(&a->arena, e->tactics);
    own.successor = copy(&a->arena, e->successor);
    return own.id && own.name && own.short_name && own.tactics && own.successor &&
           vec_push(&a->entry, LIMIT_ATTACK_ENTRIES, own);
}

/* By id; of two with one id the current one first, then by name, so that the order is total. */
static int entry_order(const void *x, const void *y)
{
    const struct attack_entry *a = x, *b = y;
    int cmp = strcmp(a->id, b->id);
    if (cmp != 0)
        return cmp;
    if (a->current != b->current)
        return a->current ? -1 : 1;
    return strcmp(a->name, b->name);
}

int attack_done(struct attack *a, struct ev_err *err)
{
    bool technique = false;
    if (a->entry.n > 0)
        qsort(a->entry.v, a->entry.n, sizeof *a->entry.v, entry_order);
    for (size_t i = 0; i < a->entry.n; i++) {
        const struct attack_entry *e = &a->entry.v[i];
        technique = technique || e->kind == ATTACK_TECHNIQUE;
        if (i > 0 && e->current && strcmp(e->id, e[-1].id) == 0)
            return ev_err_set(err, EV_EFORMAT, "%s stands twice", e->id);
    }
    if (!technique)
        return ev_err_set(err, EV_EFORMAT, "no ATT&CK technique in it");
    return EV_OK;
}

/* --- text --- */

struct text_reader {
    struct attack *a;
    const char *matrix; /* ids in their order, each with a blank behind it */
};

static struct slice take(struct slice *rest, uint8_t end)
{
    size_t at = slice_find_byte(*rest, end);
    struct slice part = slice_sub(*rest, 0, at == SIZE_MAX ? rest->n : at);
    *rest = at == SIZE_MAX ? SLICE_ABSENT : slice_sub(*rest, at + 1, rest->n);
    return part;
}

static uint16_t place_in(const char *matrix, const char *id)
{
    uint16_t n = 0;
    struct slice rest = slice_str(matrix);
    while (rest.n > 0) {
        n++;
        if (slice_eq(take(&rest, ' '), slice_str(id)))
            return n;
    }
    return 0;
}

static void read_head(struct text_reader *t, struct slice line)
{
    struct slice key = take(&line, ' ');
    if (slice_eq(key, SLICE("%version")))
        t->a->version = arena_str(&t->a->arena, line);
    else if (slice_eq(key, SLICE("%rest")))
        t->a->rest = arena_str(&t->a->arena, line);
    else if (slice_eq(key, SLICE("%matrix")))
        t->matrix = arena_str(&t->a->arena, line);
}

static int read_row(struct text_reader *t, struct slice line, struct ev_err *err)
{
    static const struct slice retired = SLICE_INIT("retired");
    struct arena *a = &t->a->arena;
    struct slice id = take(&line, '|'), state = take(&line, '|'), tactics = take(&line, '|');
    struct attack_entry e = { .current = state.n == 0 };
    if (line.p == NULL || !attack_kind_of(id, &e.kind))
        return ev_err_set(err, EV_EFORMAT, "no row id|state|tactics|name");
    if (!e.current && !slice_eq(slice_sub(state, 0, retired.n), retired))
        return ev_err_set(err, EV_EFORMAT, "the state is neither empty nor retired");
    e.id = arena_str(a, id);
    e.name = arena_str(a, line);
    e.short_name = e.kind == ATTACK_TACTIC ? arena_str(a, tactics) : "";
    e.tactics = e.kind == ATTACK_TACTIC ? "" : arena_str(a, tactics);
    e.successor = e.current ? "" : arena_str(a, slice_trim(slice_sub(state, retired.n, state.n)));
    e.order = e.kind == ATTACK_TACTIC ? place_in(t->matrix, e.id) : 0;
    if (!attack_add(t->a, &e))
        return ev_err_set(err, EV_ELIMIT, "more than %d entries", LIMIT_ATTACK_ENTRIES);
    return EV_OK;
}

int attack_read_text(struct attack *a, struct slice text, struct ev_err *err)
{
    struct text_reader t = { a, "" };
    for (uint32_t number = 1; text.n > 0; number++) {
        struct slice line = take(&text, '\n');
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        int rc = EV_OK;
        if (line.p[0] == '%')
            read_head(&t, line);
        else
            rc = read_row(&t, line, err);
        if (rc < 0) {
            (void)ev_err_line(err, number, 1);
            return rc;
        }
    }
    return EV_OK;
}

/* --- file --- */

int attack_open(const char *path, struct attack **ret, struct ev_err *err)
{
    struct slice f;
    int rc = file_read(path, LIMIT_JSON_FILE, &f, err);
    if (rc < 0)
        return rc;
    struct attack *a = xcalloc(1, sizeof *a);
    arena_init(&a->arena, LIMIT_ATTACK_ARENA);
    a->version = "ATT&CK of unknown version";
    a->rest = "";
    struct slice text = slice_trim(f);
    /* Every text is copied once or twice: what cannot fit is refused before arena_str aborts. */
    if (text.n > 0 && text.p[0] == '{')
        rc = attack_read_stix(a, text, path, err);
    else if (f.n > LIMIT_ATTACK_ARENA / 4)
        rc = ev_err_set(err, EV_ELIMIT, "too long for a table of ATT&CK");
    else
        rc = attack_read_text(a, f, err);
    if (rc == EV_OK)
        rc = attack_done(a, err);
    free((void *)(uintptr_t)f.p);
    if (rc < 0) {
        (void)ev_err_file(err, path);
        attack_free(a);
        return rc;
    }
    *ret = a;
    return EV_OK;
}

void attack_free(struct attack *a)
{
    if (a == NULL)
        return;
    free(a->entry.v);
    arena_release(&a->arena);
    free(a);
}
