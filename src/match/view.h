/* view.h - an event as tests look at it: fields by id, texts folded once.
 *
 * One view for each kind of twin and worker, filled on first demand for each event.
 * Rank: base/, event/. */
#ifndef MATCH_VIEW_H
#define MATCH_VIEW_H

#include "event/carried.h"
#include "event/twin.h"

#define VIEW_END UINT32_MAX

struct view {
    struct event event; /* the twin; its fields are the view's to change */
    uint32_t *head;     /* by field id: index of the first field, or VIEW_END */
    uint32_t nhead;
    uint32_t *next;        /* by field: the next one of the same id, or VIEW_END */
    struct slice *folded;  /* by field; p NULL until view_folded made it */
    size_t room;           /* of next and folded */
    struct arena *scratch; /* folded texts; borrowed */
    bool is_4688;
    bool open; /* view_open was called for the event at hand */
};

/* ids: names_count of the table whose ids the events carry. */
void view_init(struct view *v, uint32_t ids, struct arena *scratch);
void view_release(struct view *v);

/* Looks at ev through a twin. EV_ELIMIT when the event's arena is full: the view is empty. Only
 * v->event may be used before view_open. */
int view_fill(struct view *v, struct event *ev, enum twin_kind kind);

/* Indexes the fields; most events of a log never need that. Does nothing the second time. */
void view_open(struct view *v);

/* The event may go after this. Only what it set is taken back: there are more ids than fields. */
void view_leave(struct view *v);

/* Index of the first field with this id (not RenderingInfo), or VIEW_END; then next[]. */
static inline uint32_t view_first(const struct view *v, uint32_t id)
{
    return id < v->nhead ? v->head[id] : VIEW_END;
}

/* The folded text of field i. */
struct slice view_folded(struct view *v, uint32_t i);

/* The record's half of field_unknown (event/carried.h), by the view's look-up. */
bool view_silent(struct view *v, uint32_t id);

#endif
