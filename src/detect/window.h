/* window.h - the events that a correlation has in view, by group.
 *
 * Events come in time order. Where the condition can only become true by more events (gt, gte), the
 * window slides: at every event of a group, it holds those at most a timespan older, borders
 * included, and a row arises when the condition was false at the event before and is true now. A
 * group without events is forgotten, and so is that it had been true. Other conditions (lt, lte, eq,
 * neq, `not`) are judged once when a window is over: it opens with a group's first event and takes
 * all within the timespan after it.
 * Memory is bounded (LIMIT_WINDOW_EVENTS, LIMIT_CORRELATION_MEMORY): the oldest events go, and what
 * can then not be decided is counted.
 * Rank: base/, rule/, keyed.h. */
#ifndef DETECT_WINDOW_H
#define DETECT_WINDOW_H

#include "detect/keyed.h"
#include "rule/correlation.h"

struct group;

struct group_event {
    struct group_event *next, *before;   /* in its group, by time */
    struct group_event *later, *earlier; /* in the window */
    struct group *group;
    uint64_t time;      /* FILETIME */
    uint32_t ref;       /* of the correlation */
    double number;      /* of the value_ types that calculate */
    struct slice value; /* value_count: what must be distinct; behind bytes */
    struct slice bytes; /* the caller's; owned */
};

struct group {
    struct slice key;
    struct group_event *first, *last; /* n of them */
    size_t n;
    struct group *later, *earlier; /* windows that close: by time of opening */
    uint64_t opened;               /* time of the first event */
    uint64_t lossy_until;          /* events were dropped that could count until then; 0: none */
    bool active;                   /* the condition was true at the last event */
    uint32_t *seen;                /* by ref: events */
    struct keyed value;            /* -> events */
    double *number;                /* sorted, nnumber of them */
    size_t nnumber, number_room;
};

/* Bytes that all windows of a run hold, and may hold. */
struct window_memory {
    size_t used, cap;
};

/* A row arises. The group and its events are borrowed; negative ends everything. */
typedef int window_row_fn(void *ctx, const struct rule *rule, const struct group *g);

struct window {
    const struct rule *rule; /* with its correlation */
    window_row_fn *row;
    void *ctx;
    struct window_memory *memory;
    uint64_t seed;
    struct keyed group; /* key -> struct group * */
    struct group_event *first, *last;
    struct group *opened_first, *opened_last;
    uint64_t rows, undecided;
};

/* What the caller knows of an event. */
struct window_event {
    struct slice key; /* of its group */
    uint64_t time;
    uint32_t ref;
    double number;
    struct slice value, bytes;
};

void window_init(struct window *w, const struct rule *rule, window_row_fn *row, void *ctx,
                 struct window_memory *memory);
void window_release(struct window *w);
/* The next event; not earlier than the one before. What row returned where negative. */
int window_put(struct window *w, const struct window_event *e);
/* There are no more events. */
int window_end(struct window *w);

#endif
