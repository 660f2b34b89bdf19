/* parts.c - an image of several files beside each other: which they are, and raw ones as one disk.
 *
 * May include: base/, input/, this folder, the libraries' headers. */
#include "jail/image.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/opened.h"

#ifdef HAVE_IMAGES

/* The next name of a set: E01 to E99, EAA to EZZ, FAA ...; 001 to 999. False at the end. */
static bool next_name(char *name)
{
    size_t n = strlen(name);
    char *s = name + n - 3;

    if (n < 4 || s[-1] != '.')
        return false;
    if (s[1] >= '0' && s[1] <= '9') {
        int digits = s[0] >= '0' && s[0] <= '9' ? 3 : 2, value = 0, most = digits == 3 ? 999 : 99;
        for (int i = 3 - digits; i < 3; i++)
            value = value * 10 + (s[i] - '0');
        if (value < 0 || value > most)
            return false;
        if (value < most) {
            snprintf(s + 3 - digits, (size_t)digits + 1, "%0*d", digits, value + 1);
            return true;
        }
        s[1] = s[2] = (char)(s[0] == 'e' ? 'a' : 'A');
        return digits == 2;
    }
    for (int i = 2; i >= 0; i--) {
        char last = s[i] >= 'a' ? 'z' : 'Z';
        if (s[i] != last) {
            s[i]++;
            return true;
        }
        s[i] = (char)(last == 'z' ? 'a' : 'A');
    }
    return false;
}

struct source *parts_add(struct opened *o, struct source *s)
{
    o->part = xrealloc(o->part, o->npart + 1, sizeof(struct source *));
    o->part[o->npart++] = s;
    return s;
}

struct source *parts_named(struct jail *j, const char *path, const char *name, struct ev_err *err)
{
    const char *base = name;

    /* Whoever made the image chose the name: only the last part of it, so only in its folder. */
    for (const char *s = name; *s; s++)
        if (*s == '/' || *s == '\\' || *s == ':')
            base = s + 1;
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
        ev_err_set(err, EV_EFORMAT, "names a file without a name");
        return NULL;
    }
    if (*path) {
        ev_err_set(err, EV_EUNSUPPORTED,
                   "goes on in %.200s, which can be opened only where it lies in a folder, not in "
                   "an archive or image",
                   base);
        return NULL;
    }
    struct ev_err why = { 0 };
    struct source *s = jail_open_file(j, base, &why);
    if (!s)
        ev_err_set(err, EV_ENOTFOUND, "goes on in %.200s, which cannot be opened in its folder: %s",
                   base, why.text);
    return s;
}

void parts_following(struct jail *j, const char *path, struct opened *o)
{
    char name[LIMIT_PATH];
    struct source *s;

    if (*path || snprintf(name, sizeof name, "%s", j->own_name) >= LIMIT_PATH)
        return;
    while (o->npart < LIMIT_EVIDENCE_BESIDE && next_name(name)) {
        s = jail_open_file(j, name, NULL);
        if (!s)
            break;
        parts_add(o, s);
    }
}

/* --- raw, of several files --- */

struct joined {
    struct source *const *part;
    size_t npart;
    const struct source *first;
    struct opened *holder;
};

static int joined_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                          struct ev_err *err)
{
    const struct joined *d = self;
    uint8_t *to = buf;
    size_t got = 0, part = 0;
    uint64_t size = 0;

    for (size_t i = 0; i <= d->npart && got < n; i++) {
        const struct source *s = i ? d->part[i - 1] : d->first;
        int rc;
        (void)source_size(s, &size);
        if (offset >= size) {
            offset -= size;
            continue;
        }
        rc = source_read_at(s, offset, to + got, n - got, &part, err);
        if (rc < 0)
            return rc;
        got += part;
        offset = 0;
    }
    *ret_n = got;
    return EV_OK;
}

static bool joined_size(void *self, uint64_t *ret)
{
    const struct joined *d = self;
    uint64_t size = 0, all = 0;

    for (size_t i = 0; i <= d->npart; i++) {
        (void)source_size(i ? d->part[i - 1] : d->first, &size);
        all += size;
    }
    *ret = all;
    return true;
}

static uint64_t joined_next_data(void *self, uint64_t offset)
{
    const struct joined *d = self;
    uint64_t size = 0, base = 0, next;

    for (size_t i = 0; i <= d->npart; i++, base += size) {
        const struct source *s = i ? d->part[i - 1] : d->first;
        (void)source_size(s, &size);
        if (offset >= base + size)
            continue;
        next = source_next_data(s, offset - base);
        if (next < size)
            return base + next;
        offset = base + size;
    }
    return offset;
}

static void joined_close(void *self)
{
    struct joined *d = self;

    opened_close(d->holder);
    free(d);
}

struct source *parts_split_raw(struct jail *j, struct source *s, const char *path)
{
    static const struct source_ops ops = { .read_at = joined_read_at,
                                           .size = joined_size,
                                           .next_data = joined_next_data,
                                           .close = joined_close };
    size_t n = strlen(j->own_name);
    struct opened *o;
    struct joined *d;

    if (*path || n < 4 || strcmp(j->own_name + n - 4, ".001") != 0)
        return NULL;
    o = opened_new(NULL, NULL, NULL); /* for its parts alone */
    parts_following(j, path, o);
    d = xcalloc(1, sizeof *d);
    *d = (struct joined){ o->part, o->npart, s, o };
    return source_new(&ops, d, path);
}
#endif
