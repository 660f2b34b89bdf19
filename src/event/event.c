/* event.c - look-ups in an event.
 *
 * May include base/ only. */
#include "event/event.h"

#include "base/hash128.h"

struct slice event_text_make(struct event *ev, struct field *f)
{
    f->text = value_text(&f->value, ev->arena);
    if (!f->text.p)
        ev->cut = true;
    return f->text;
}

size_t event_find(const struct event *ev, uint32_t id, size_t from)
{
    if (id == NAME_NONE)
        return SIZE_MAX;
    for (size_t i = from; i < ev->n; i++)
        if (ev->field[i].id == id && ev->field[i].part != EVENT_RENDERING)
            return i;
    return SIZE_MAX;
}

struct slice event_get(struct event *ev, uint32_t id)
{
    size_t i = event_find(ev, id, 0);

    return i == SIZE_MAX ? SLICE_ABSENT : event_text(ev, i);
}

size_t event_find_name(const struct event *ev, struct slice name, size_t from)
{
    for (size_t i = from; i < ev->n; i++)
        if (ev->field[i].part != EVENT_RENDERING && name_eq(ev->field[i].name, name))
            return i;
    return SIZE_MAX;
}

struct slice event_get_name(struct event *ev, struct slice name)
{
    size_t i = event_find_name(ev, name, 0);

    return i == SIZE_MAX ? SLICE_ABSENT : event_text(ev, i);
}

/* Lengths go in with bytes, so that no two lists of fields give the same stream. No SHA-256, which took
 * half of all that a row costs: rows fold only if what they say is equal, too (detect/duplicates.c), so
 * whoever makes two events of one hash gets two rows. */
void event_content_hash(struct event *ev, uint8_t ret[16])
{
    /* Two, because each product waits for the one before. */
    struct hash128 names, texts;

    event_texts(ev, 0);
    hash128_init(&names);
    hash128_init(&texts);
    for (size_t i = 0; i < ev->n; i++) {
        const struct slice name = ev->field[i].name, text = event_text(ev, i);

        hash128_piece(&names, ev->field[i].part, name.p, name.n);
        hash128_piece(&texts, 0, text.p, text.n);
    }
    hash128_done(&texts, ret);
    hash128_piece(&names, 0, ret, 16);
    hash128_done(&names, ret);
}

const char *origin_name(enum event_origin origin)
{
    static const char *const name[] = { "active", "deleted", "recovered", "carved" };

    return name[origin];
}
