/* car.c - look-up of CAR analytics in the generated table, and how rules relate to them. */
#include "knowledge/car.h"

#include "knowledge/tables.h"

const char *car_version(void)
{
    return car_table_version;
}

const struct car_entry *car_find(struct slice tag)
{
    /* `car.2013-05-009` and `CAR-2013-05-009` differ in one byte after the namespace. */
    if (tag.n < 4 || !slice_eq_nocase(slice_sub(tag, 0, 3), SLICE("car")) ||
        (tag.p[3] != '.' && tag.p[3] != '-'))
        return NULL;
    struct slice number = slice_sub(tag, 4, tag.n);
    size_t from = 0, to = car_table_n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        int cmp = slice_cmp(number, slice_str(car_table[mid].id + 4));
        if (cmp == 0)
            return &car_table[mid];
        if (cmp > 0)
            from = mid + 1;
        else
            to = mid;
    }
    return NULL;
}

struct links {
    struct car_link *v;
    size_t n, room;
};

static void add(struct links *l, struct car_link link)
{
    if (l->n < l->room)
        l->v[l->n] = link;
    l->n++;
}

static void direct(const struct rule *r, struct links *l)
{
    for (size_t i = 0; i < r->tags.n; i++) {
        struct slice tag = r->tags.v[i];
        if (tag.n > 4 && slice_eq_nocase(slice_sub(tag, 0, 4), SLICE("car.")))
            add(l, (struct car_link){ .tag = tag, .car = car_find(tag) });
    }
}

static struct slice next_word(struct slice *rest)
{
    size_t at = slice_find_byte(*rest, ' ');
    struct slice word = slice_sub(*rest, 0, at == SIZE_MAX ? rest->n : at);
    *rest = at == SIZE_MAX ? SLICE_ABSENT : slice_sub(*rest, at + 1, rest->n);
    return word;
}

/* Does the analytic name a sub-technique of that technique? Then it covers those only. */
static bool names_sub_of(const struct car_entry *c, struct slice technique)
{
    struct slice rest = slice_str(c->techniques);
    while (rest.n > 0) {
        struct slice id = next_word(&rest);
        if (id.n > technique.n && slice_starts(id, technique) && id.p[technique.n] == '.')
            return true;
    }
    return false;
}

/* Does an analytic that names e cover a rule's technique? The technique itself, as it is called
 * today; or as the technique that it is a part of, unless the analytic says which parts. What was
 * retired had other parts than its successor has, and says nothing of those. */
static bool covers(const struct attack *a, const struct car_entry *c, const struct attack_entry *e,
                   const struct attack_entry *technique)
{
    struct slice want = slice_str(technique->id), have = slice_str(e->id);
    if (attack_current(a, e) == technique)
        return true;
    return e->current && want.n > have.n && slice_starts(want, have) && want.p[have.n] == '.' &&
           !names_sub_of(c, have);
}

/* The word of the analytic's techniques that covers the rule's one, or the absent slice. */
static struct slice covering(const struct attack *a, const struct car_entry *c,
                             const struct attack_entry *technique)
{
    struct slice rest = slice_str(c->techniques);
    while (rest.n > 0) {
        struct slice word = next_word(&rest);
        size_t at = slice_find_byte(word, '=');
        struct slice id = slice_sub(word, 0, at == SIZE_MAX ? word.n : at);
        const struct attack_entry *e = attack_find(a, id);
        if (e != NULL && covers(a, c, e, technique))
            return slice_sub(word, id.n + 1, word.n);
    }
    return SLICE_ABSENT;
}

static bool named(const struct links *l, const struct car_entry *c)
{
    for (size_t i = 0; i < l->n && i < l->room; i++)
        if (l->v[i].car == c)
            return true;
    return false;
}

size_t car_links(const struct attack *a, const struct rule *r, bool related, struct car_link *ret,
                 size_t room)
{
    struct links l = { ret, 0, room };
    struct attack_tag tag[ATTACK_TAGS];
    direct(r, &l);
    if (!related)
        return l.n;
    size_t n = attack_tags(a, r, ATTACK_TECHNIQUE, tag, ATTACK_TAGS);
    for (size_t i = 0; i < car_table_n; i++) {
        for (size_t k = 0; k < n && k < ATTACK_TAGS; k++) {
            const struct car_entry *c = &car_table[i];
            if (tag[k].entry == NULL || named(&l, c))
                continue;
            struct slice coverage = covering(a, c, tag[k].now);
            if (coverage.p != NULL)
                add(&l,
                    (struct car_link){ .car = c, .technique = tag[k].now, .coverage = coverage });
        }
    }
    return l.n;
}

void car_link_text(const struct car_link *l, struct buf *out)
{
    if (l->car == NULL) {
        buf_str(out, "CAR-");
        buf_slice(out, slice_sub(l->tag, 4, l->tag.n));
        return;
    }
    buf_printf(out, "%s: %s", l->car->id, l->car->title);
    if (l->technique != NULL)
        buf_printf(out, " (related by %s)", l->technique->id);
}
