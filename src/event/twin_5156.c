/* twin_5156.c - Security 5156 (connection allowed) as Sysmon 3 would tell it.
 *
 * Source is the local side in both, whoever began (seen in 92 records of either kind), so the
 * addresses are only renamed. The program stands as a device path.
 * Facts: notes/peers.md 5.1.
 * May include base/ only. */
#include "base/err.h"
#include "event/twin_build.h"

static bool starts_nocase(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && slice_eq_nocase(slice_sub(s, 0, prefix.n), prefix);
}

/* Does the path behind the volume begin with a folder that Windows keeps on the system drive? */
static bool on_system_drive(struct slice path)
{
    static const struct slice folder[] = {
        SLICE_INIT("\\windows\\"),     SLICE_INIT("\\program files\\"),
        SLICE_INIT("\\programdata\\"), SLICE_INIT("\\program files (x86)\\"),
        SLICE_INIT("\\users\\"),       SLICE_INIT("\\perflogs\\"),
        SLICE_INIT("\\winnt\\"),       SLICE_INIT("\\documents and settings\\"),
    };

    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++)
        if (starts_nocase(path, folder[i]))
            return true;
    return false;
}

/* Windows gives a volume its number at boot and its letter in the registry; the log tells only the
 * number. The folders of the system drive say C: (where it has another letter, a rule that writes
 * C: does not mean it by letter); any other path gets "?:", so that `:\Temp\` is found and nothing
 * is said about the letter. */
static struct slice device_path(struct slice path, struct arena *a)
{
    static const struct slice volume = SLICE_INIT("\\device\\harddiskvolume");
    static const struct slice network = SLICE_INIT("\\device\\mup\\");
    size_t at = volume.n;

    if (starts_nocase(path, network))
        return ARENA_JOIN(a, SLICE("\\\\"), slice_sub(path, network.n, path.n));
    if (!starts_nocase(path, volume))
        return SLICE_ABSENT;
    while (at < path.n && path.p[at] >= '0' && path.p[at] <= '9')
        at++;
    if (at == volume.n || at == path.n || path.p[at] != '\\')
        return SLICE_ABSENT;
    path = slice_sub(path, at, path.n);
    return ARENA_JOIN(a, on_system_drive(path) ? SLICE("C:") : SLICE("?:"), path);
}

static void image(struct twin *t, size_t i)
{
    twin_alias(t, &t->from->field[i], FIELD_IMAGE);
    twin_text(t, FIELD_IMAGE, device_path(event_text(t->from, i), t->from->arena));
}

static void protocol(struct twin *t, const struct field *f)
{
    uint64_t number;

    if (value_u64(&f->value, &number) == EV_OK && (number == 6 || number == 17))
        twin_text(t, FIELD_PROTOCOL, number == 6 ? SLICE("tcp") : SLICE("udp"));
    else
        twin_push(t, *f);
}

static void initiated(struct twin *t, struct slice direction)
{
    direction = slice_trim(direction);
    if (slice_eq(direction, SLICE("%%14593")))
        twin_text(t, FIELD_INITIATED, SLICE("true"));
    else if (slice_eq(direction, SLICE("%%14592")))
        twin_text(t, FIELD_INITIATED, SLICE("false"));
}

static void address(struct twin *t, size_t i, uint32_t ip, uint32_t is_ipv6)
{
    bool v6 = slice_find_byte(event_text(t->from, i), ':') != SIZE_MAX;

    twin_alias(t, &t->from->field[i], ip);
    twin_text(t, is_ipv6, v6 ? SLICE("true") : SLICE("false"));
}

static void field(struct twin *t, size_t i)
{
    const struct field *f = &t->from->field[i];

    switch (f->id) {
    case FIELD_PROTOCOL: /* a number here, a word there */
        protocol(t, f);
        return;
    case FIELD_APPLICATION:
        image(t, i);
        break;
    case FIELD_PROCESS_ID_5156:
        twin_id(t, f, FIELD_PROCESSID);
        break;
    case FIELD_DIRECTION:
        initiated(t, event_text(t->from, i));
        break;
    case FIELD_SOURCEADDRESS:
        address(t, i, FIELD_SOURCEIP, FIELD_SOURCEISIPV6);
        break;
    case FIELD_DESTADDRESS:
        address(t, i, FIELD_DESTINATIONIP, FIELD_DESTINATIONISIPV6);
        break;
    case FIELD_DESTPORT:
        twin_alias(t, f, FIELD_DESTINATIONPORT);
        break;
    default: /* SourcePort has its name already */
        break;
    }
    twin_push(t, *f);
}

void twin_5156(struct twin *t)
{
    for (size_t i = 0; i < t->from->n; i++)
        field(t, i);
}
