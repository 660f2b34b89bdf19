/* item.c - what something is by its first bytes, and who takes it apart.
 * May include: base/, input/, jail.h. */
#include "jail/jail.h"

#include <stdio.h>

#include "base/mem.h"
#include "jail/image.h"

/* Does inner lie in outer, by the marks between layers, or equal it? "" holds all. */
static bool lies_in(const char *inner, const char *outer)
{
    size_t n = strlen(outer);

    return strncmp(inner, outer, n) == 0 &&
           (n == 0 || inner[n] == '\0' || strchr("/!@", inner[n]) != NULL);
}

bool item_wanted(const struct jail *j, const char *path)
{
    return lies_in(path, j->wanted) || lies_in(j->wanted, path);
}

static void too_many(struct jail *j, const char *path, const char *what, unsigned long long most)
{
    if (!j->full)
        jail_trouble(j, path, "more than %llu %s in one item: the rest is not looked at", most,
                     what);
    j->full = true;
}

bool item_count(struct jail *j, const char *path)
{
    jail_alive(j);
    if (++j->looked <= LIMIT_EVIDENCE_MEMBERS)
        return true;
    too_many(j, path, "files", LIMIT_EVIDENCE_MEMBERS);
    return false;
}

bool item_join(struct jail *j, const char *a, const char *between, const char *b, char *room)
{
    int n = snprintf(room, LIMIT_PATH, "%s%s%s", a, *a ? between : "", b);

    if (n >= 0 && n < WIRE_TEXT - 1)
        return true;
    jail_trouble(j, a, "a name in it makes the path too long, skipped");
    return false;
}

static void source_later(void *s)
{
    source_free(s);
}

/* An archive or image. Takes s over. */
static void container(struct jail *j, struct source *s, const char *path, enum probe_kind kind,
                      struct slice head)
{
    if (j->depth >= LIMIT_EVIDENCE_DEPTH) {
        jail_trouble(j, path, "lies %d containers deep: not opened", LIMIT_EVIDENCE_DEPTH);
        source_free(s);
        return;
    }
    if (++j->containers > LIMIT_EVIDENCE_CONTAINERS) {
        too_many(j, path, "archives and images", LIMIT_EVIDENCE_CONTAINERS);
        source_free(s);
        return;
    }
    if (slice_starts(head, SLICE("Rar!"))) {
        jail_trouble(j, path, "a rar archive, which is not read: unpack it, and name the folder");
        source_free(s);
        return;
    }
    if (!source_can_read_at(s) && !(kind == PROBE_ARCHIVE && archive_streams(head))) {
        s = jail_spool(j, s, path);
        if (!s)
            return;
    }
    j->depth++;
    if (kind == PROBE_ARCHIVE)
        archive_take(j, s, path);
    else
        image_take(j, s, path, head);
    j->depth--;
    jail_later(j, source_later, s);
}

/* The first bytes, and a source that still has them. */
static int look(struct source **s, uint8_t *head, size_t *ret_n, struct ev_err *err)
{
    size_t n = 0, part = 1;
    int rc = EV_OK;

    if (source_can_read_at(*s))
        return source_read_at(*s, 0, head, PROBE_HEAD, ret_n, err);
    while (n < PROBE_HEAD && part > 0 && rc == EV_OK) {
        rc = source_stream(*s, head + n, PROBE_HEAD - n, &part, err);
        n += rc == EV_OK ? part : 0;
    }
    /* What precedes damage is worth something. */
    if (rc < 0 && n == 0)
        return rc;
    *s = source_with_head(slice_of(head, n), *s);
    *ret_n = n;
    return EV_OK;
}

void item_take(struct jail *j, struct source *s, const char *path, const struct about *a)
{
    static const struct about nothing = { .state = SOURCE_LIVE };
    uint8_t head[PROBE_HEAD];
    struct ev_err err = { 0 };
    enum probe_kind kind;
    size_t n = 0;

    if (!a)
        a = &nothing;
    if (look(&s, head, &n, &err) < 0) {
        /* Encrypted members are told of together, those of a bomb by its archive. */
        if (err.rc != EV_EUNSUPPORTED && !(j->top && j->top->bomb))
            jail_trouble(j, path, "%s", err.text);
        source_free(s);
        return;
    }
    kind = probe_whole(s, slice_of(head, n));
    if (kind == PROBE_EVTX || kind == PROBE_EVENT_XML) {
        if (!lies_in(path, j->wanted))
            source_free(s);
        else if (source_can_read_at(s))
            jail_found(j, s, path, a);
        else
            jail_found_stream(j, s, path, a);
    } else if (kind == PROBE_ARCHIVE || kind == PROBE_DISK_IMAGE) {
        container(j, s, path, kind, slice_of(head, n));
    } else {
        if (kind == PROBE_EVT)
            jail_trouble(j, path, "a log of the format before Windows Vista, which is not read");
        source_free(s);
        jail_passed(j);
    }
}
