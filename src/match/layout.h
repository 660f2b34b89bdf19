/* layout.h - which values of an event a cohort looks at, remembered by the event's form.
 *
 * Events of one template have the same fields in the same order, with values of the same types. What
 * a cohort wants of each field is worked out for the first of them; the next ones are compared.
 * Rank: base/, event/. */
#ifndef MATCH_LAYOUT_H
#define MATCH_LAYOUT_H

#include "event/event.h"

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

struct layout {
    uint64_t *shape;   /* by field, n of them */
    struct look *look; /* nlook of them, first nread whose field has a sieve */
    struct mute *mute;
    uint64_t *silent; /* bit by place in cohort.carried; before the mute ones are asked */
    size_t n, nread, nlook, nmute;
    bool spoke;  /* a number behind the first nread was set by the last event */
    size_t room; /* of shape, look and mute */
};

/* Layouts of one cohort that are kept. */
#define LAYOUTS 4
/* Events with more fields have none. */
#define LAYOUT_MOST 512

/* The cohort's layout for the event, made when there is none. Of an event that has more fields than
 * LAYOUT_MOST it lies in a; else in the arena of groups. */
struct layout *layout_of(const struct index *ix, struct cohort *c, const struct event *ev,
                         struct arena *groups, struct arena *a);

static inline uint64_t field_shape(const struct field *f)
{
    return f->id | (uint64_t)f->part << 32 | (uint64_t)f->value.type << 40;
}

static inline bool layout_is(const struct layout *l, const struct event *ev)
{
    uint64_t other = 0;

    if (l->n != ev->n)
        return false;
    for (size_t i = 0; i < ev->n; i++)
        other |= field_shape(&ev->field[i]) ^ l->shape[i];
    return other == 0;
}

#endif
