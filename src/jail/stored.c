/* stored.c - see stored.h.
 *
 * libarchive would copy each byte twice and sum it up slowly. The header is found from its end, as
 * only that is told: the one whose names end at the member's first byte. What somebody might forge
 * with that is a checksum, which the header is free to name anyway. May include: base/, input/, jail.h. */
#include "jail/stored.h"

#include "base/crc32.h"
#include "base/limits.h"

enum { HEADER = 30, BACK = 1024 /* of names and extra fields; longer ones go the slow way */ };

static uint32_t u16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const uint8_t *p)
{
    return u16(p) | u16(p + 2) << 16;
}

/* Its local header's checksum; false: there is none, or it is no plain stored member. */
static bool header_before(const struct source *s, uint64_t at, uint64_t size, uint32_t *ret_crc)
{
    uint8_t room[HEADER + BACK];
    const size_t want = at < sizeof room ? (size_t)at : sizeof room;
    size_t n = 0;

    if (source_read_at(s, at - want, room, want, &n, NULL) < 0 || n < want || n < HEADER)
        return false;
    for (size_t i = n - HEADER + 1; i-- > 0;) {
        const uint8_t *p = room + i;
        if (memcmp(p, "PK\3\4", 4) != 0 || HEADER + u16(p + 26) + u16(p + 28) != n - i)
            continue;
        /* Flags: encrypted, sizes behind the data. */
        if (u16(p + 6) & 0x9 || u16(p + 8) != 0 || u32(p + 18) != size || u32(p + 22) != size)
            return false;
        *ret_crc = u32(p + 14);
        return true;
    }
    return false;
}

static bool sum_fits(struct jail *j, const struct source *s, uint32_t crc)
{
    uint8_t *step =
        j->slots + (size_t)j->slot * WIRE_SLOT; /* free: nothing of the member is sent yet */
    uint64_t at = 0;
    uint32_t is = 0;
    size_t n = 1;
    int rc = EV_OK;

    while (rc == EV_OK && n > 0) {
        n = 0;
        rc = source_read_at(s, at, step, WIRE_SLOT, &n, NULL);
        is = crc32_add(is, slice_of(step, n));
        at += n;
        jail_alive(j);
    }
    return rc == EV_OK && is == crc;
}

struct source *stored_member(struct jail *j, const struct source *s, uint64_t at, uint64_t size,
                             const char *path, struct about *a)
{
    enum probe_kind kind = PROBE_OTHER;
    struct source *member;
    uint64_t all = 0;
    uint32_t crc;

    if (!source_size(s, &all) || at > all || size == 0 || size > all - at || size >= UINT32_MAX ||
        !header_before(s, at, size, &crc))
        return NULL;
    member = source_piece(s, at, size, path);
    if (probe_source(member, &kind, NULL) == EV_OK &&
        (kind == PROBE_OTHER || kind == PROBE_EMPTY || kind == PROBE_IMAGE_PART))
        return member; /* nobody needs its sum */
    a->has_sum =
        (kind == PROBE_EVTX || kind == PROBE_EVENT_XML) && (j->flags & WIRE_SUMS_WANTED) != 0;
    a->sum = crc;
    if (!a->has_sum && !sum_fits(j, member, crc))
        jail_trouble(
            j, path,
            "is damaged or was altered: it does not fit the checksum that its archive holds");
    return member;
}
