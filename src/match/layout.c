/* layout.c - see layout.h.
 *
 * May include base/, event/, this folder. */
#include "match/layout.h"

#include "match/group.h"

static bool is_ignored(uint32_t ignores, uint8_t type)
{
    return ignores == UINT32_MAX || (type < 32 && (ignores >> type & 1));
}

/* Of fields with one id the first counts. */
static void add_mute(struct layout *l, uint32_t at, uint32_t place)
{
    for (size_t i = 0; i < l->nmute; i++)
        if (l->mute[i].place == place)
            return;
    if (l->nmute < MUTES)
        l->mute[l->nmute++] = (struct mute){ at, place };
}

/* Fields that hardly change: comparing them costs less than searching. */
static bool is_steady(const struct field *f)
{
    return f->part == EVENT_SYSTEM &&
           (f->id == FIELD_PROVIDER_NAME || f->id == FIELD_CHANNEL || f->id == FIELD_COMPUTER);
}

/* Values that only keywords are looked for in come last, but for those that are steady. The `last` of
 * RenderingInfo is not that of values which are read, for the same bytes give other facts there. */
static void add_look(const struct index *ix, struct cohort *c, struct layout *l,
                     const struct field *f, uint32_t at, bool reads)
{
    const uint32_t nfield = (uint32_t)ix->nfield;
    const bool own = reads || (is_steady(f) && f->id < nfield);
    const bool keywords = !is_ignored(c->no_keywords, f->value.type);

    l->look[l->nlook++] = (struct look){ .at = at,
                                         .field = reads ? f->id : nfield,
                                         .last = &c->last[own ? f->id : nfield],
                                         .keywords = keywords };
}

/* What of the field matters. */
static uint32_t wants_of(const struct index *ix, const struct cohort *c, const struct field *f)
{
    return f->id < ix->nfield && f->part != EVENT_RENDERING ? c->look[f->id] : 0;
}

static bool is_read(const struct index *ix, const struct cohort *c, const struct field *f)
{
    return wants_of(ix, c, f) & LOOK_READS && !is_ignored(ix->ignores[f->id], f->value.type);
}

/* Is it searched for keywords alone, and remembered all the same? */
static bool is_kept(const struct index *ix, const struct cohort *c, const struct field *f)
{
    return is_steady(f) && f->id < ix->nfield && !is_ignored(c->no_keywords, f->value.type) &&
           !is_read(ix, c, f);
}

static void add_field(const struct index *ix, struct cohort *c, struct layout *l,
                      const struct event *ev, uint32_t at)
{
    const struct field *f = &ev->field[at];
    uint32_t wants = wants_of(ix, c, f);

    if (wants & LOOK_MUTE)
        add_mute(l, at, wants & LOOK_PLACE);
    else if (wants & LOOK_CARRIED)
        bit_remove(l->silent, wants & LOOK_PLACE);
    if (is_read(ix, c, f))
        add_look(ix, c, l, f, at, true);
    else if (is_kept(ix, c, f))
        add_look(ix, c, l, f, at, false);
}

/* once: for this event alone. */
static void fill(const struct index *ix, struct cohort *c, struct layout *l, const struct event *ev,
                 bool once)
{
    l->nlook = l->nmute = 0;
    l->spoke = false;
    l->like = l->asked = 0;
    bit_first(l->silent, c->ncarried);
    for (uint32_t i = 0; i < ev->n; i++)
        add_field(ix, c, l, ev, i);
    l->nread = l->nlook;
    for (uint32_t i = 0; i < ev->n; i++) {
        const struct field *f = &ev->field[i];

        if (once && !words_may_stand(&c->words, &f->value))
            continue;
        if (!is_ignored(c->no_keywords, f->value.type) && !is_read(ix, c, f) && !is_kept(ix, c, f))
            add_look(ix, c, l, f, i, false);
    }
}

void form_set(struct form *s, const struct event *ev, struct arena *a)
{
    if (ev->n > s->room) {
        s->room = ev->n < LAYOUT_MOST / 2 ? 2 * ev->n : ev->n;
        s->v = arena_zalloc(a, s->room, sizeof *s->v);
    }
    s->n = ev->n;
    for (size_t i = 0; i < ev->n; i++)
        s->v[i] = form_field(&ev->field[i]);
}

static struct layout *layout_make(const struct index *ix, struct cohort *c, struct layout *l,
                                  const struct event *ev, uint32_t form, struct arena *a)
{
    form_set(&l->fields, ev, a);
    if (!l->silent)
        l->silent = arena_zalloc(a, bit_words(c->ncarried), sizeof *l->silent);
    if (l->fields.room > l->room || !l->look) {
        l->room = l->fields.room;
        l->look = arena_zalloc(a, l->room + 1, sizeof *l->look);
    }
    l->form = form;
    fill(ix, c, l, ev, false);
    return l;
}

/* For one event with very many fields. */
static struct layout *layout_once(const struct index *ix, struct cohort *c, const struct event *ev,
                                  struct arena *a)
{
    struct layout *l = arena_zalloc(a, 1, sizeof *l);

    l->silent = arena_zalloc(a, bit_words(c->ncarried), sizeof *l->silent);
    l->look = arena_zalloc(a, ev->n, sizeof *l->look);
    fill(ix, c, l, ev, true);
    return l;
}

/* The one that was used last stands first. */
static struct layout *front(struct cohort *c, size_t i)
{
    struct layout *l = c->layout[i];

    for (; i > 0; i--)
        c->layout[i] = c->layout[i - 1];
    return c->layout[0] = l;
}

static struct layout *find(struct cohort *c, const struct event *ev, uint32_t form)
{
    for (size_t i = 0; i < c->nlayout; i++)
        if (form && c->layout[i]->form == form)
            return i == 0 ? c->layout[0] : front(c, i);
    for (size_t i = 0; i < c->nlayout; i++)
        if (form_is(&c->layout[i]->fields, ev)) {
            c->layout[i]->form = form;
            return front(c, i);
        }
    return NULL;
}

struct layout *layout_of(const struct index *ix, struct cohort *c, const struct event *ev,
                         uint32_t form, struct arena *groups, struct arena *a)
{
    struct layout *l = find(c, ev, form);

    if (l)
        return l;
    if (ev->n > LAYOUT_MOST)
        return layout_once(ix, c, ev, a);
    if (c->nlayout < LAYOUTS)
        c->layout[c->nlayout++] = arena_zalloc(groups, 1, sizeof *l);
    return layout_make(ix, c, front(c, c->nlayout - 1), ev, form, groups);
}
