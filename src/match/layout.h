/* layout.h - which values of an event a cohort looks at, remembered by the event's form.
 *
 * Events of one template have the same fields in the same order, with values of the same types. What
 * a cohort wants of each field is worked out for the first of them; the next ones are compared.
 * Rank: base/, event/. */
#ifndef MATCH_LAYOUT_H
#define MATCH_LAYOUT_H

#include "event/event.h"

#include <assert.h>

struct cohort;
struct index;

/* A value to look at. */
struct look {
    uint32_t at;     /* index of the field */
    uint32_t field;  /* whose sieve; index.nfield: none but that of keywords */
    uint32_t *last;  /* the cohort's entry of the field's last value */
    uint32_t number; /* of the facts that the value of the event at hand gave (lists.h) */
    bool keywords;   /* the sieve of keywords, too */
};

/* A field that counts as absent when it is empty or a dash. */
struct mute {
    uint32_t at, place; /* index of the field; in cohort.carried */
};

#define MUTES 3 /* fields that may be (group.c) */

/* The fields of events of one form: ids, parts and types of values, in their order. */
struct form {
    uint64_t *v; /* by field, n of them */
    size_t n, room;
};

struct layout {
    uint32_t form; /* a number for its shape (group.h), or 0 */
    struct form fields;
    struct look *look; /* nlook of them, first nread that are compared with the last one */
    struct mute mute[MUTES];
    uint64_t *silent; /* bit by place in cohort.carried; before the mute ones are asked */
    size_t nread, nlook, nmute;
    size_t room;          /* of look and mute */
    uint32_t age;         /* memo_age of these entries in the memo: */
    uint32_t like, asked; /* what the last event came to, by facts and by values; or 0 */
    bool spoke;           /* a number behind the first nread was set by the last event */
};

/* Layouts of one cohort that are kept. */
#define LAYOUTS 4
/* Events with more fields have none. */
#define LAYOUT_MOST 512

/* The cohort's layout for the event, made when there is none. form: a number of the event's shape that no
 * other shape had, or 0. Of an event that has more fields than LAYOUT_MOST it lies in a, and leaves out
 * values that hold no keyword; else in the arena of groups. */
struct layout *layout_of(const struct index *ix, struct cohort *c, const struct event *ev,
                         uint32_t form, struct arena *groups, struct arena *a);

#define FORM_KEY UINT64_C(0xffffffffff) /* id and part */

/* Id, part and type of a field. */
static inline uint64_t form_field(const struct field *f)
{
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t v; /* id and part, and padding */

    static_assert(offsetof(struct field, part) == offsetof(struct field, id) + 4, "part behind id");
    memcpy(&v, (const uint8_t *)f + offsetof(struct field, id), sizeof v);
    return (v & FORM_KEY) | (uint64_t)f->value.type << 40;
#else
    return f->id | (uint64_t)f->part << 32 | (uint64_t)f->value.type << 40;
#endif
}

static inline bool form_is(const struct form *s, const struct event *ev)
{
    uint64_t other = 0;

    if (s->n != ev->n)
        return false;
    for (size_t i = 0; i < ev->n; i++)
        other |= form_field(&ev->field[i]) ^ s->v[i];
    return other == 0;
}

/* Makes it that of the event. a: for more room. */
void form_set(struct form *s, const struct event *ev, struct arena *a);

#endif
