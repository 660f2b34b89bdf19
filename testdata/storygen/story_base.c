/* story_base.c - chance, text, time, and the list of events. */
#include "story.h"

#include "../writer/ew_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t story_random(struct story *s)
{
    uint64_t z = s->rng += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

unsigned story_between(struct story *s, unsigned low, unsigned high)
{
    return low + (unsigned)(story_random(s) % (high - low + 1U));
}

const char *story_text(struct story *s, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof text)
        abort();
    return ew_arena_copy(&s->arena, (struct ew_str){ text, (size_t)n }).p;
}

uint64_t story_time(const char *text)
{
    uint64_t t;

    if (!ew_text_time(ew_str(text), &t))
        abort();
    return t;
}

uint64_t story_after(struct story *s, uint64_t t, unsigned low, unsigned high)
{
    return t + (uint64_t)story_between(s, low, high) * 10000 + story_between(s, 0, 9999);
}

const char *story_utc(struct story *s, uint64_t t)
{
    struct ew_buf b = { 0 };
    const char *text;

    ew_text_put_time(&b, t, 3, false);
    text = ew_arena_copy(&s->arena, (struct ew_str){ (char *)b.p, b.n }).p;
    ew_buf_release(&b);
    return text;
}

const char *story_digest(struct story *s, const char *of, size_t digits)
{
    uint64_t h = 0xcbf29ce484222325U + digits;
    char *text = ew_arena_alloc(&s->arena, digits + 1);

    for (const char *p = of; *p != '\0'; p++)
        h = (h ^ (uint8_t)*p) * 0x100000001b3U;
    for (size_t i = 0; i < digits; i++) {
        h ^= h << 13;
        h ^= h >> 7;
        h ^= h << 17;
        text[i] = "0123456789ABCDEF"[h >> 60];
    }
    return text;
}

void story_tell(struct story *s, enum log log, const struct kind *kind, uint64_t t,
                const char *const *value, size_t n)
{
    struct entry *e;

    if (s->n == s->cap) {
        s->cap = s->cap * 2 + 256;
        s->entry = realloc(s->entry, s->cap * sizeof *s->entry);
        if (s->entry == NULL)
            abort();
    }
    e = &s->entry[s->n];
    *e = (struct entry){ .time = t, .order = s->n, .log = log, .kind = kind, .nvalues = n };
    s->n++;
    e->pid = kind->by == BY_NOBODY  ? -1
             : kind->by == BY_ACTOR ? (int64_t)s->actor_pid
                                    : (int64_t)s->pid_of[kind->by];
    e->tid = kind->by == BY_NOBODY ? -1 : 4 * (int64_t)story_between(s, 20, 2400);
    e->user = strcmp(kind->user, "*") == 0 ? s->actor_sid : kind->user;
    e->activity = s->activity;
    e->computer = s->computer;
    e->value = ew_arena_alloc(&s->arena, (n + 1) * sizeof *e->value);
    for (size_t i = 0; i < n; i++)
        e->value[i] = ew_arena_copy(&s->arena, ew_str(value[i])).p;
}
