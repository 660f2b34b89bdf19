/* arena.h - memory that is given back all at once.
 *
 * Three lifetimes: run (rules, names), file or chunk, event (reset per event). Allocation is a
 * pointer bump in blocks of growing size; nothing is freed singly.
 * Rank: slice.h. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_block;
struct arena {
    struct arena_block *first, *now;
    uint8_t *at, *end; /* what is left of `now` */
    size_t used, cap;  /* bytes handed out since reset; most that may be */
};

/* cap: most bytes alive at once. Storage is the caller's; no memory is taken yet. */
void arena_init(struct arena *a, size_t cap);
/* Forgets all; keeps the blocks for reuse. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#define ARENA_ALIGN 16

/* arena_try where the block at hand may not do. */
void *arena_try_slow(struct arena *a, size_t n);

/* n bytes, aligned to 16, not zeroed. NULL when the cap is reached or memory ends: sizes here may
 * come from input. n == 0 gives a valid pointer, with a place of its own. */
static inline void *arena_try(struct arena *a, size_t n)
{
    size_t room = n <= PTRDIFF_MAX / 2
                      ? (n + (n == 0) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1)
                      : SIZE_MAX;
    uint8_t *p = a->at;

    if (room > (size_t)(a->end - p) || room > a->cap - a->used)
        return arena_try_slow(a, n);
    a->at = p + room;
    a->used += room;
    return p;
}
/* For who writes many small things one behind the other, from a->at on: where the bytes end that may
 * be written, and taking them, up to `to`. */
static inline uint8_t *arena_end(const struct arena *a)
{
    size_t room = (size_t)(a->end - a->at);

    if (!a->at)
        return NULL;
    return a->at + (room < a->cap - a->used ? room : a->cap - a->used);
}
static inline void arena_take(struct arena *a, uint8_t *to)
{
    size_t n = (size_t)(to - a->at);

    if (n == 0)
        return;
    n = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    n = n < (size_t)(a->end - a->at) ? n : (size_t)(a->end - a->at);
    a->used = n < a->cap - a->used ? a->used + n : a->cap;
    a->at += n;
}
/* The same for sizes that are ours; aborts where arena_try returns NULL. Zeroed. */
void *arena_zalloc(struct arena *a, size_t n, size_t size);
/* A copy in the arena, terminated by a NUL that does not count. Absent stays absent.
 * The absent slice also when the cap is reached: then s.p was not NULL. */
struct slice arena_dup(struct arena *a, struct slice s);
/* A terminated copy; aborts when the cap is reached: for our own strings only. */
const char *arena_str(struct arena *a, struct slice s);
struct slice arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The parts, one behind the other; the absent slice when the cap is reached. Unlike arena_printf for
 * data, which hold NULs. ARENA_JOIN(a, slice, slice, ...) */
struct slice arena_join(struct arena *a, const struct slice *part, size_t n);
#define ARENA_JOIN(a, ...)                                                                         \
    arena_join(a, (const struct slice[]){ __VA_ARGS__ },                                           \
               sizeof((const struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice))

#endif
