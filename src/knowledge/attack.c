/* attack.c - look-up of ATT&CK tags in the generated table.
 *
 * Ids bisect; the fifteen short names of tactics are walked. Everything returned is static. */
#include "knowledge/attack.h"

#include "knowledge/attack_impl.h"
#include "knowledge/tables.h"

enum { TAG_ROOM = 64 }; /* longest short name: 20; ids are shorter */

struct entries {
    const struct attack_entry *v;
    size_t n;
};

static struct entries entries_of(const struct attack *a)
{
    if (a != NULL)
        return (struct entries){ a->entry.v, a->entry.n };
    return (struct entries){ attack_table, attack_table_n };
}

const char *attack_version(const struct attack *a)
{
    return a != NULL ? a->version : attack_table_version;
}

const char *attack_version_rest(const struct attack *a)
{
    return a != NULL ? a->rest : attack_table_rest;
}

const struct attack_entry *attack_at(const struct attack *a, size_t n)
{
    struct entries e = entries_of(a);
    return n < e.n ? &e.v[n] : NULL;
}

const char *attack_attribution(void)
{
    return attack_table_attribution;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The tag without its namespace, lower case, `-` for `_`; false when it is longer than any. */
static bool normalise(struct slice tag, char ret[TAG_ROOM])
{
    static const struct slice prefix = SLICE_INIT("attack.");
    if (tag.n >= prefix.n && slice_eq_nocase(slice_sub(tag, 0, prefix.n), prefix))
        tag = slice_sub(tag, prefix.n, tag.n);
    if (tag.n == 0 || tag.n >= TAG_ROOM)
        return false;
    for (size_t i = 0; i < tag.n; i++)
        ret[i] = tag.p[i] == '_' ? '-' : (char)lower(tag.p[i]);
    ret[tag.n] = '\0';
    return memchr(ret, '\0', tag.n) == NULL;
}

/* strcmp of a lower-case key with an upper-case id. */
static int id_cmp(const char *key, const char *id)
{
    size_t i = 0;
    while (id[i] != '\0' && (uint8_t)key[i] == lower((uint8_t)id[i]))
        i++;
    return (int)(uint8_t)key[i] - (int)lower((uint8_t)id[i]);
}

/* The first entry that is not before key. */
static size_t lower_bound(const struct entries *e, const char *key)
{
    size_t from = 0, to = e->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (id_cmp(key, e->v[mid].id) > 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

static const struct attack_entry *find(const struct entries *e, const char *key)
{
    size_t at = lower_bound(e, key);
    if (at < e->n && id_cmp(key, e->v[at].id) == 0)
        return &e->v[at];
    for (at = lower_bound(e, "ta"); at < e->n && e->v[at].kind == ATTACK_TACTIC; at++)
        if (strcmp(e->v[at].short_name, key) == 0)
            return &e->v[at];
    return NULL;
}

const struct attack_entry *attack_find(const struct attack *a, struct slice tag)
{
    char key[TAG_ROOM];
    if (!normalise(tag, key))
        return NULL;
    struct entries e = entries_of(a);
    const struct attack_entry *found = find(&e, key);
    if (found != NULL || a == NULL)
        return found;
    e = entries_of(NULL);
    found = find(&e, key);
    return found != NULL && !found->current ? found : NULL;
}

const struct attack_entry *attack_current(const struct attack *a, const struct attack_entry *e)
{
    /* The text table names final successors only; the bound is for a table that does not. */
    for (int i = 0; i < 4 && !e->current && e->successor[0] != '\0'; i++) {
        const struct attack_entry *next =
            attack_find(a, slice_of(e->successor, strcspn(e->successor, " ")));
        if (next == NULL)
            break;
        e = next;
    }
    return e;
}

bool attack_is_technique(struct slice tag)
{
    char key[TAG_ROOM];
    if (!slice_eq_nocase(slice_sub(tag, 0, 7), SLICE("attack.")) || !normalise(tag, key) ||
        key[0] != 't')
        return false;
    size_t n = strlen(key);
    return n > 1 && strspn(key + 1, "0123456789.") == n - 1 && key[1] != '.';
}

static bool have(const struct attack_tag *v, size_t n, const struct attack_tag *t)
{
    for (size_t i = 0; i < n; i++) {
        if (t->entry == NULL ? slice_eq_nocase(v[i].tag, t->tag)
                             : v[i].entry == t->entry && v[i].now == t->now)
            return true;
        if (t->entry != NULL && t->entry->kind == ATTACK_TACTIC && v[i].entry != NULL &&
            v[i].now == t->now)
            return true;
    }
    return false;
}

struct tags {
    struct attack_tag *v;
    size_t n, room, total;
};

/* Tactics stand by the matrix, others last. */
static void add(struct tags *l, struct attack_tag t)
{
    if (have(l->v, l->n, &t))
        return;
    l->total++;
    if (l->n == l->room)
        return;
    size_t at = l->n;
    if (t.entry != NULL && t.entry->kind == ATTACK_TACTIC) {
        while (at > 0 && l->v[at - 1].now->order > t.now->order)
            at--;
    }
    memmove(l->v + at + 1, l->v + at, (l->n - at) * sizeof *l->v);
    l->v[at] = t;
    l->n++;
}

static bool lists(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = names; n > 0 && *p != '\0'; p += *p == ',') {
        size_t len = strcspn(p, ",");
        if (len == n && memcmp(p, name, n) == 0)
            return true;
        p += len;
    }
    return false;
}

/* Does some technique of the rule belong to the tactic? */
static bool has_technique_of(const struct attack *a, const struct rule *r,
                             const struct attack_entry *tactic)
{
    for (size_t i = 0; i < r->tags.n; i++) {
        const struct attack_entry *e = attack_find(a, r->tags.v[i]);
        if (e != NULL && e->kind == ATTACK_TECHNIQUE &&
            lists(attack_current(a, e)->tactics, tactic->short_name))
            return true;
    }
    return false;
}

/* A tactic that became several: those to which the rule's techniques belong, else the first. */
static void add_parted(const struct attack *a, const struct rule *r, struct attack_tag t,
                       struct tags *l)
{
    bool found = false;
    const char *rest = t.entry->successor;
    while (*rest != '\0') {
        size_t len = strcspn(rest, " ");
        t.now = attack_find(a, slice_of(rest, len));
        rest += len + (rest[len] == ' ');
        if (t.now != NULL && has_technique_of(a, r, t.now)) {
            add(l, t);
            found = true;
        }
    }
    t.now = attack_current(a, t.entry);
    if (!found)
        add(l, t);
}

size_t attack_tags(const struct attack *a, const struct rule *r, enum attack_kind kind,
                   struct attack_tag *ret, size_t room)
{
    struct tags l = { .v = ret, .room = room };
    for (size_t i = 0; i < r->tags.n; i++) {
        struct attack_tag t = { r->tags.v[i], attack_find(a, r->tags.v[i]), NULL };
        if (t.entry != NULL ? t.entry->kind != kind
                            : kind != ATTACK_TECHNIQUE || !attack_is_technique(t.tag))
            continue;
        if (t.entry != NULL)
            t.now = attack_current(a, t.entry);
        if (t.entry != NULL && strchr(t.entry->successor, ' ') != NULL)
            add_parted(a, r, t, &l);
        else
            add(&l, t);
    }
    return l.total;
}

void attack_tag_text(const struct attack_tag *t, struct buf *out)
{
    const struct attack_entry *e = t->entry, *now = t->now;
    if (e == NULL) { /* the id alone, as ATT&CK writes it */
        for (size_t i = sizeof "attack." - 1; i < t->tag.n; i++)
            buf_byte(out, t->tag.p[i] == 't' ? 'T' : t->tag.p[i]);
        return;
    }
    buf_str(out, e->id);
    if (now == e || e->kind == ATTACK_TACTIC)
        buf_printf(out, ": %s", e->name);
    if (now != e)
        buf_printf(out, " (now %s: %s)", now->id, now->name);
    else if (!e->current)
        buf_str(out, " (retired)");
}
