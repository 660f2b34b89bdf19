/* attack.c - look-up of ATT&CK tags in the generated table.
 *
 * Ids bisect; the fifteen short names of tactics are walked. Everything returned is static. */
#include "knowledge/attack.h"

#include "knowledge/tables.h"

enum { TAG_ROOM = 64 }; /* longest short name: 20; ids are shorter */

const char *attack_version(void)
{
    return attack_table_version;
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
static size_t lower_bound(const char *key)
{
    size_t from = 0, to = attack_table_n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (id_cmp(key, attack_table[mid].id) > 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

const struct attack_entry *attack_find(struct slice tag)
{
    char key[TAG_ROOM];
    if (!normalise(tag, key))
        return NULL;
    size_t at = lower_bound(key);
    if (at < attack_table_n && id_cmp(key, attack_table[at].id) == 0)
        return &attack_table[at];
    for (at = lower_bound("ta"); at < attack_table_n; at++) {
        if (attack_table[at].kind != ATTACK_TACTIC)
            break;
        if (strcmp(attack_table[at].short_name, key) == 0)
            return &attack_table[at];
    }
    return NULL;
}

const struct attack_entry *attack_current(const struct attack_entry *e)
{
    /* The text table names final successors only; the bound is for one that does not. */
    for (int i = 0; i < 4 && !e->current && e->successor[0] != '\0'; i++) {
        const struct attack_entry *next = attack_find(slice_str(e->successor));
        if (next == NULL)
            break;
        e = next;
    }
    return e;
}

/* tNNNN or tNNNN.NNN with the namespace: a technique, even if no table has it. */
static bool looks_like_technique(struct slice tag)
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
        if (t->entry == NULL ? slice_eq_nocase(v[i].tag, t->tag) : v[i].entry == t->entry)
            return true;
        if (t->entry != NULL && t->entry->kind == ATTACK_TACTIC && v[i].entry != NULL &&
            attack_current(v[i].entry) == attack_current(t->entry))
            return true;
    }
    return false;
}

/* Puts t at its place: tactics by the matrix, others last. */
static void insert(struct attack_tag *v, size_t n, struct attack_tag t)
{
    size_t at = n;
    if (t.entry != NULL && t.entry->kind == ATTACK_TACTIC) {
        while (at > 0 && v[at - 1].entry->order > t.entry->order)
            at--;
    }
    memmove(v + at + 1, v + at, (n - at) * sizeof *v);
    v[at] = t;
}

size_t attack_tags(const struct rule *r, enum attack_kind kind, struct attack_tag *ret, size_t room)
{
    size_t n = 0, total = 0;
    for (size_t i = 0; i < r->tags.n; i++) {
        struct attack_tag t = { r->tags.v[i], attack_find(r->tags.v[i]) };
        if (t.entry != NULL ? t.entry->kind != kind
                            : kind != ATTACK_TECHNIQUE || !looks_like_technique(t.tag))
            continue;
        if (have(ret, n, &t))
            continue;
        total++;
        if (n < room)
            insert(ret, n++, t);
    }
    return total;
}

void attack_tag_text(const struct attack_tag *t, struct buf *out)
{
    const struct attack_entry *e = t->entry;
    if (e == NULL) { /* the id alone, as ATT&CK writes it */
        for (size_t i = sizeof "attack." - 1; i < t->tag.n; i++)
            buf_byte(out, t->tag.p[i] == 't' ? 'T' : t->tag.p[i]);
        return;
    }
    const struct attack_entry *now = attack_current(e);
    buf_str(out, e->id);
    if (now == e || e->kind == ATTACK_TACTIC)
        buf_printf(out, ": %s", e->name);
    if (now != e)
        buf_printf(out, " (now %s: %s)", now->id, now->name);
    else if (!e->current)
        buf_str(out, " (retired)");
}
