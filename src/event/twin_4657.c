/* twin_4657.c - Security 4657 (registry value changed) as Sysmon 13 or 12 would tell it.
 *
 * Sysmon abbreviates the roots, calls every ControlSet00N CurrentControlSet and writes data by type.
 * Facts: notes/peers.md 5.1; how Sysmon writes: records of the corpora.
 * May include base/ only. */
#include <inttypes.h>

#include "base/err.h"
#include "base/parse.h"
#include "event/twin_build.h"

/* The parts of a key: root in Sysmon's spelling, and what follows with its backslash. */
struct key {
    struct slice root, rest;
};

/* Is s the prefix or does it go on with a backslash behind it? */
static bool under(struct slice s, struct slice prefix)
{
    return s.n >= prefix.n && slice_eq_nocase(slice_sub(s, 0, prefix.n), prefix) &&
           (s.n == prefix.n || s.p[prefix.n] == '\\');
}

static struct key key_root(struct slice name)
{
    static const struct {
        struct slice native, shown;
    } root[] = {
        { SLICE_INIT("\\REGISTRY\\MACHINE"), SLICE_INIT("HKLM") },
        { SLICE_INIT("\\REGISTRY\\USER"), SLICE_INIT("HKU") },
    };

    for (size_t i = 0; i < sizeof root / sizeof *root; i++)
        if (under(name, root[i].native))
            return (struct key){ root[i].shown, slice_sub(name, root[i].native.n, name.n) };
    return (struct key){ SLICE(""), name };
}

/* HKLM\SYSTEM\ControlSet001\x -> HKLM\System\CurrentControlSet\x; HKLM\SOFTWARE\Classes\x ->
 * HKCR\x. False when Sysmon writes the key as it is. */
static bool key_abbreviate(struct key *k)
{
    static const struct slice set = SLICE_INIT("\\SYSTEM\\ControlSet");
    static const struct slice classes = SLICE_INIT("\\SOFTWARE\\Classes");
    size_t at = set.n;

    if (!slice_eq(k->root, SLICE("HKLM")))
        return false;
    if (under(k->rest, classes)) {
        *k = (struct key){ SLICE("HKCR"), slice_sub(k->rest, classes.n, k->rest.n) };
        return true;
    }
    if (k->rest.n < set.n || !slice_eq_nocase(slice_sub(k->rest, 0, set.n), set))
        return false;
    while (at < k->rest.n && k->rest.p[at] >= '0' && k->rest.p[at] <= '9')
        at++;
    if (at != set.n + 3 || (at < k->rest.n && k->rest.p[at] != '\\'))
        return false;
    *k =
        (struct key){ SLICE("HKLM\\System\\CurrentControlSet"), slice_sub(k->rest, at, k->rest.n) };
    return true;
}

static void put_object(struct twin *t, struct key k, struct slice value)
{
    twin_text(t, FIELD_TARGETOBJECT,
              ARENA_JOIN(t->from->arena, k.root, k.rest, SLICE("\\"), value));
}

/* Where Sysmon has another name for the key, the long one stands second. */
static void target_object(struct twin *t)
{
    struct slice value = event_get(t->from, FIELD_OBJECTVALUENAME);
    struct slice name = event_get(t->from, FIELD_OBJECTNAME);
    struct key k = key_root(name), shown = k;

    if (!text_given(name))
        return;
    if (!text_given(value))
        value = SLICE("(Default)");
    if (key_abbreviate(&shown))
        put_object(t, shown, value);
    put_object(t, k, value);
}

enum registry_type { TYPE_OTHER, TYPE_TEXT, TYPE_DWORD, TYPE_QWORD, TYPE_BINARY };

/* %%1872 and so on: winnt.h's REG_* in their order. */
static enum registry_type type_of(struct slice type)
{
    uint32_t number;

    type = slice_trim(type);
    if (!slice_starts(type, SLICE("%%")) || parse_u32(slice_sub(type, 2, type.n), &number) < 0 ||
        number < 1872 || number > 1883)
        return TYPE_OTHER;
    switch (number - 1872) {
    case 1: /* REG_SZ */
    case 2: /* REG_EXPAND_SZ */
        return TYPE_TEXT;
    case 4:
        return TYPE_DWORD;
    case 11:
        return TYPE_QWORD;
    default: /* REG_MULTI_SZ, too (seen: NullSessionPipes) */
        return TYPE_BINARY;
    }
}

static struct slice details_text(struct arena *a, enum registry_type type, const struct field *f,
                                 struct slice text)
{
    uint64_t u;
    bool number = value_u64(&f->value, &u) == EV_OK;

    if (type == TYPE_BINARY)
        return SLICE("Binary Data");
    if (type == TYPE_DWORD && number && u <= UINT32_MAX)
        return arena_printf(a, "DWORD (0x%08" PRIx64 ")", u);
    if (type == TYPE_QWORD && number)
        return arena_printf(a, "QWORD (0x%08" PRIx64 "-0x%08" PRIx64 ")", u >> 32, u & UINT32_MAX);
    return type == TYPE_TEXT && text.n == 0 ? SLICE("(Empty)") : text;
}

static void details(struct twin *t)
{
    size_t i = event_find(t->from, FIELD_NEWVALUE, 0);
    enum registry_type type = type_of(event_get(t->from, FIELD_NEWVALUETYPE));

    if (i == SIZE_MAX)
        return;
    twin_text(t, FIELD_DETAILS,
              details_text(t->from->arena, type, &t->from->field[i], event_text(t->from, i)));
}

/* A value that comes to be is set, says Sysmon; 4657 never tells of keys. */
static void event_type(struct twin *t, struct slice operation)
{
    operation = slice_trim(operation);
    if (slice_eq(operation, SLICE("%%1904")) || slice_eq(operation, SLICE("%%1905"))) {
        twin_text(t, FIELD_EVENTTYPE, SLICE("SetValue"));
        details(t);
    } else if (slice_eq(operation, SLICE("%%1906"))) {
        twin_text(t, FIELD_EVENTTYPE, SLICE("DeleteValue"));
    }
}

void twin_4657(struct twin *t)
{
    for (size_t i = 0; i < t->from->n; i++) {
        const struct field *f = &t->from->field[i];

        if (f->id == FIELD_PROCESSID) {
            twin_id(t, f, FIELD_PROCESSID);
            continue;
        }
        twin_push(t, *f);
        if (f->id == FIELD_PROCESSNAME)
            twin_alias(t, f, FIELD_IMAGE);
    }
    target_object(t);
    event_type(t, event_get(t->from, FIELD_OPERATIONTYPE));
    twin_text(t, FIELD_USER, account_text(t->from, account_subject));
}
