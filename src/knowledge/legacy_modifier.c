/* legacy_modifier.c - modifiers that edit the text of a value.
 *
 * A `*` is put before and behind the text as it stands, so that a last backslash turns into an
 * escape of it: an error of that time that its exports show.
 * May include: base/, rule/encode.h. */
#include "knowledge/legacy_modifier.h"

#include "rule/encode.h"

typedef int (*modify_fn)(const struct lvalue *v, struct arena *a, int detail, struct lvalue *ret);

enum { PAD_FRONT = 1, PAD_BACK = 2 };

static int pad(const struct lvalue *v, struct arena *a, int where, struct lvalue *ret)
{
    const struct slice star = SLICE("*"), none = SLICE("");
    const struct slice s = v->text;
    if (v->kind != LVALUE_TEXT)
        return EV_ESYNTAX;
    const bool front = (where & PAD_FRONT) && !slice_starts(s, star);
    const bool back = (where & PAD_BACK) && !slice_ends(s, star) && !(front && s.n == 0);
    ret->kind = LVALUE_TEXT;
    ret->text = ARENA_JOIN(a, front ? star : none, s, back ? star : none);
    return ret->text.p ? EV_OK : EV_ELIMIT;
}

static int regex(const struct lvalue *v, struct arena *a, int unused, struct lvalue *ret)
{
    (void)a;
    (void)unused;
    if (v->kind != LVALUE_TEXT)
        return EV_ESYNTAX;
    ret->kind = LVALUE_REGEX;
    ret->text = v->text;
    return EV_OK;
}

static int wide(const struct lvalue *v, struct arena *a, int how, struct lvalue *ret)
{
    if (v->kind != LVALUE_TEXT)
        return EV_ESYNTAX;
    ret->kind = LVALUE_BYTES;
    ret->text = encode_utf16(v->text, (enum encoding)how, a);
    return ret->text.p ? EV_OK : EV_ELIMIT;
}

static int base64(const struct lvalue *v, struct arena *a, int offsets, struct lvalue *ret)
{
    if (v->kind != LVALUE_TEXT && v->kind != LVALUE_BYTES)
        return EV_ESYNTAX;
    ret->kind = LVALUE_TEXT;
    if (!offsets) {
        ret->text = encode_base64(v->text, a);
        return ret->text.p ? EV_OK : EV_ELIMIT;
    }
    ret->kind = LVALUE_LIST;
    ret->child = arena_zalloc(a, 3, sizeof *ret->child);
    for (; ret->n < 3; ret->n++) {
        struct lvalue *part = arena_zalloc(a, 1, sizeof *part);
        part->kind = LVALUE_TEXT;
        part->text = encode_base64_offset(v->text, ret->n, a);
        ret->child[ret->n] = part;
    }
    return EV_OK;
}

static const struct {
    const char *name;
    modify_fn run;
    int detail;
    bool lists; /* takes a list, item by item */
} modifier_table[] = {
    { "contains", pad, PAD_FRONT | PAD_BACK, true },
    { "startswith", pad, PAD_BACK, true },
    { "endswith", pad, PAD_FRONT, true },
    { "base64", base64, 0, true },
    { "base64offset", base64, 1, true },
    { "utf16le", wide, ENCODING_UTF16LE, true },
    { "wide", wide, ENCODING_UTF16LE, true },
    { "utf16be", wide, ENCODING_UTF16BE, true },
    { "utf16", wide, ENCODING_UTF16, true },
    { "re", regex, 0, false },
};

enum { PARTS_MOST = 3 }; /* that a value becomes: base64offset */

/* Item by item; items that become several stand in the same list. */
static int modify_list(size_t k, const struct lvalue *v, struct arena *a, struct lvalue *m)
{
    int rc = EV_OK;
    m->kind = LVALUE_LIST;
    m->child = arena_zalloc(a, (size_t)v->n * PARTS_MOST, sizeof *m->child);
    for (uint32_t i = 0; rc == EV_OK && i < v->n; i++) {
        struct lvalue *part = arena_zalloc(a, 1, sizeof *part);
        rc = modifier_table[k].run(v->child[i], a, modifier_table[k].detail, part);
        if (rc == EV_OK && part->kind != LVALUE_LIST)
            m->child[m->n++] = part;
        for (uint32_t j = 0; rc == EV_OK && part->kind == LVALUE_LIST && j < part->n; j++)
            m->child[m->n++] = part->child[j];
    }
    return rc;
}

static int modify(size_t k, const struct lvalue *v, struct arena *a, const struct lvalue **ret)
{
    struct lvalue *m = arena_zalloc(a, 1, sizeof *m);
    int rc;
    if (v->kind == LVALUE_LIST && modifier_table[k].lists)
        rc = modify_list(k, v, a, m);
    else
        rc = modifier_table[k].run(v, a, modifier_table[k].detail, m);
    if (rc == EV_OK)
        *ret = m;
    return rc;
}

static int modify_all(const struct lvalue *v, struct arena *a, const struct lvalue **ret)
{
    if (v->kind != LVALUE_LIST)
        return EV_ESYNTAX;
    struct lvalue *m = arena_zalloc(a, 1, sizeof *m);
    *m = *v;
    m->kind = LVALUE_ALL;
    *ret = m;
    return EV_OK;
}

int legacy_modify(struct slice modifiers, const struct lvalue *v, struct arena *a,
                  const struct lvalue **ret)
{
    const size_t known = sizeof modifier_table / sizeof *modifier_table;
    int rc = EV_OK;
    while (rc == EV_OK && modifiers.p) {
        const size_t bar = slice_find_byte(modifiers, '|');
        const struct slice name = slice_sub(modifiers, 0, bar);
        size_t k = 0;
        while (k < known && !slice_eq(name, slice_str(modifier_table[k].name)))
            k++;
        if (v->kind == LVALUE_ALL)
            rc = EV_ESYNTAX;
        else if (k < known)
            rc = modify(k, v, a, &v);
        else
            rc = slice_eq(name, SLICE("all")) ? modify_all(v, a, &v) : EV_ESYNTAX;
        modifiers = bar == SIZE_MAX ? SLICE_ABSENT : slice_sub(modifiers, bar + 1, modifiers.n);
    }
    if (rc == EV_OK)
        *ret = v;
    return rc;
}
