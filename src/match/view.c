/* view.c - an event as tests look at it.
 *
 * May include base/, event/. */
#include "match/view.h"

#include "base/err.h"
#include "base/fold.h"
#include "base/mem.h"

void view_init(struct view *v, uint32_t ids, struct arena *scratch)
{
    *v = (struct view){ .nhead = ids, .scratch = scratch };
    v->head = xcalloc((size_t)ids + 1, sizeof *v->head);
    memset(v->head, 0xff, ((size_t)ids + 1) * sizeof *v->head);
}

void view_release(struct view *v)
{
    free(v->head);
    free(v->next);
    free(v->folded);
    *v = (struct view){ 0 };
}

static void view_index(struct view *v)
{
    size_t n = v->event.n;

    if (n > v->room) {
        v->next = xrealloc(v->next, n, sizeof *v->next);
        v->folded = xrealloc(v->folded, n, sizeof *v->folded);
        v->room = n;
    }
    for (size_t i = n; i-- > 0;) {
        const struct field *f = &v->event.field[i];

        v->folded[i] = SLICE_ABSENT;
        v->next[i] = VIEW_END;
        if (f->id >= v->nhead || f->part == EVENT_RENDERING)
            continue;
        v->next[i] = v->head[f->id];
        v->head[f->id] = (uint32_t)i;
    }
}

int view_fill(struct view *v, struct event *ev, enum twin_kind kind)
{
    int rc = twin_make(ev, kind, &v->event);

    v->open = false;
    if (rc < 0)
        v->event.n = 0;
    return rc;
}

void view_open(struct view *v)
{
    if (v->open)
        return;
    v->open = true;
    v->is_4688 = event_is_4688(&v->event);
    view_index(v);
}

void view_leave(struct view *v)
{
    for (size_t i = 0; i < v->event.n && v->open; i++)
        if (v->event.field[i].id < v->nhead)
            v->head[v->event.field[i].id] = VIEW_END;
    v->open = false;
    v->event.n = 0;
}

struct slice view_folded(struct view *v, uint32_t i)
{
    struct slice text;

    if (v->folded[i].p)
        return v->folded[i];
    text = event_text(&v->event, i);
    v->folded[i] = fold_slice(text, v->scratch);
    if (!v->folded[i].p) {
        v->event.cut = true;
        v->folded[i] = text.p ? text : SLICE("");
    }
    return v->folded[i];
}

bool view_silent(struct view *v, uint32_t id)
{
    uint32_t i = view_first(v, id);
    struct slice text;

    if (i == VIEW_END)
        return true;
    if (!v->is_4688 ||
        (id != FIELD_COMMANDLINE && id != FIELD_PARENTIMAGE && id != FIELD_PARENTPROCESSNAME))
        return false;
    text = event_text(&v->event, i);
    return text.n == 0 || slice_eq(text, SLICE("-"));
}
