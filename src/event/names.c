/* names.c - the table behind field ids.
 *
 * A map from the name to the id; the texts lie in an arena. Blanks in event names are dropped in a
 * small buffer on the stack, so that a look-up takes no memory and the table stays const.
 * May include base/ only. */
#include "event/names.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

struct names {
    struct arena arena;
    struct map map;
    VEC(struct slice) text;
    size_t longest;
};

/* Room for a name without its blanks; longer ones are compared one by one. */
#define SHORT_NAME 256

static const struct slice fixed[] = {
#define NAME(id, text) SLICE_INIT(text),
#include "event/names.def"
#undef NAME
};

/* Copies s without blanks to b; SIZE_MAX when cap is too small. */
static size_t strip_blanks(struct slice s, uint8_t *b, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ' ')
            continue;
        if (n == cap)
            return SIZE_MAX;
        b[n++] = s.p[i];
    }
    return n;
}

bool name_eq_blanks(struct slice event_name, struct slice name)
{
    size_t at = 0;

    if (event_name.n && name.n && event_name.p[0] != name.p[0] && event_name.p[0] != ' ')
        return false;
    for (size_t i = 0; i < event_name.n; i++) {
        if (event_name.p[i] == ' ')
            continue;
        if (at == name.n || name.p[at++] != event_name.p[i])
            return false;
    }
    return at == name.n;
}

struct names *names_new(void)
{
    struct names *n = xcalloc(1, sizeof *n);

    arena_init(&n->arena, LIMIT_RULE_ARENA);
    map_init(&n->map, 0);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        names_add(n, fixed[i]);
    return n;
}

void names_free(struct names *n)
{
    if (!n)
        return;
    map_release(&n->map);
    vec_release(&n->text);
    arena_release(&n->arena);
    free(n);
}

uint32_t names_add(struct names *n, struct slice name)
{
    uint8_t *p = arena_zalloc(&n->arena, name.n + 1, 1);
    struct slice key = slice_of(p, strip_blanks(name, p, name.n));
    const uint64_t *known = map_get(&n->map, key);

    if (known)
        return (uint32_t)*known;
    uint32_t id = (uint32_t)n->text.n;
    if (!vec_push(&n->text, LIMIT_NAMES, key))
        return NAME_NONE;
    map_put(&n->map, key, id, NULL);
    if (key.n > n->longest)
        n->longest = key.n;
    return id;
}

uint32_t names_find(const struct names *n, struct slice name)
{
    uint8_t b[SHORT_NAME];
    struct slice key = name;

    if (memchr(name.p ? name.p : b, ' ', name.n)) {
        size_t len = strip_blanks(name, b, sizeof b);
        if (len == SIZE_MAX) {
            for (size_t i = 0; n->longest > sizeof b && i < n->text.n; i++)
                if (name_eq(name, n->text.v[i]))
                    return (uint32_t)i;
            return NAME_NONE;
        }
        key = slice_of(b, len);
    }
    const uint64_t *id = key.n <= n->longest ? map_get(&n->map, key) : NULL;
    return id ? (uint32_t)*id : NAME_NONE;
}

struct slice names_text(const struct names *n, uint32_t id)
{
    return id < n->text.n ? n->text.v[id] : SLICE_ABSENT;
}

uint32_t names_count(const struct names *n)
{
    return (uint32_t)n->text.n;
}
