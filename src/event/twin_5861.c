/* twin_5861.c - WMI-Activity 5861 (permanent subscription) as Sysmon 19, 20 and 21 would tell it.
 *
 * One record tells what Sysmon spreads over three: the filter, the consumer and that they are bound.
 * PossibleCause holds both as MOF text ("instance of __EventFilter { Name = "x"; ... };"). Sysmon
 * writes MOF strings with their quotes, a blank before them, and escapes as they are; so does this.
 * The twin answers to EventID 19, 20 and 21, too: rules of the category ask by them for "any
 * subscription".
 * May include base/ only. */
#include "event/twin_build.h"

/* The text behind needle; absent when it is not there. */
static struct slice behind(struct slice s, struct slice needle)
{
    size_t at = slice_find(s, needle);

    return at == SIZE_MAX ? SLICE_ABSENT : slice_sub(s, at + needle.n, s.n);
}

/* Length of the string that begins at s.p[0] == '"', with both quotes; s.n when it does not end. */
static size_t mof_quoted(struct slice s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return s.n;
}

/* The text up to the first c outside of strings. */
static struct slice mof_until(struct slice s, uint8_t c)
{
    size_t i = 0;

    while (i < s.n && s.p[i] != c)
        i += s.p[i] == '"' ? mof_quoted(slice_sub(s, i, s.n)) : 1;
    return slice_sub(s, 0, i);
}

/* The text up to the } that closes what is open before s (CreatorSID is a list in braces). */
static struct slice mof_body(struct slice s)
{
    size_t i = 0, depth = 0;

    while (i < s.n && (s.p[i] != '}' || depth > 0)) {
        depth += s.p[i] == '{';
        depth -= s.p[i] == '}';
        i += s.p[i] == '"' ? mof_quoted(slice_sub(s, i, s.n)) : 1;
    }
    return slice_sub(s, 0, i);
}

struct instance {
    struct slice class, body;
};

/* The next "instance of CLASS { ... }" of *left, which moves behind it. */
static bool mof_instance(struct slice *left, struct instance *ret)
{
    struct slice s = behind(*left, SLICE("instance of ")), class;

    if (!s.p)
        return false;
    class = mof_until(s, '{');
    ret->body = mof_body(slice_sub(s, class.n + 1, s.n));
    *left = slice_sub(s, class.n + 1 + ret->body.n, s.n);
    class = slice_trim(class);
    ret->class = slice_sub(class, 0, slice_find_byte(class, ' ')); /* may be "X as $Alias" */
    return true;
}

/* The string that the property has, with its quotes; absent when it has none. */
static struct slice mof_string(struct slice body, struct slice property)
{
    while (body.n > 0) {
        struct slice one = mof_until(body, ';');
        struct slice name = mof_until(one, '=');
        struct slice value = slice_trim(slice_sub(one, name.n + 1, one.n));

        if (slice_eq_nocase(slice_trim(name), property) && value.n > 0 && value.p[0] == '"')
            return slice_sub(value, 0, mof_quoted(value));
        body = slice_sub(body, one.n + 1, body.n);
    }
    return SLICE_ABSENT;
}

static void put_string(struct twin *t, uint32_t id, struct slice quoted)
{
    if (quoted.p)
        twin_text(t, id, ARENA_JOIN(t->from->arena, SLICE(" "), quoted));
}

/* ` "CLASS.Name=\"x\""` */
static void put_reference(struct twin *t, uint32_t id, struct instance in)
{
    struct slice name = mof_string(in.body, SLICE("Name"));

    if (name.n < 2)
        return;
    name = slice_sub(name, 1, name.n - 2);
    twin_text(t, id,
              ARENA_JOIN(t->from->arena, SLICE(" \""), in.class, SLICE(".Name=\\\""), name,
                         SLICE("\\\"\"")));
}

static void put_filter(struct twin *t, struct instance in)
{
    put_string(t, FIELD_EVENTNAMESPACE, mof_string(in.body, SLICE("EventNamespace")));
    put_string(t, FIELD_NAME, mof_string(in.body, SLICE("Name")));
    put_string(t, FIELD_QUERY, mof_string(in.body, SLICE("Query")));
    put_reference(t, FIELD_FILTER, in);
}

static struct slice consumer_type(struct slice class)
{
    if (slice_eq_nocase(class, SLICE("CommandLineEventConsumer")))
        return SLICE("Command Line");
    return slice_eq_nocase(class, SLICE("ActiveScriptEventConsumer")) ? SLICE("Script") : class;
}

/* Sysmon's Destination is what runs or is written to. */
static void put_consumer(struct twin *t, struct instance in)
{
    static const struct slice destination[] = {
        SLICE_INIT("CommandLineTemplate"), SLICE_INIT("ExecutablePath"), SLICE_INIT("ScriptText"),
        SLICE_INIT("ScriptFileName"),      SLICE_INIT("Filename"),
    };

    put_string(t, FIELD_NAME, mof_string(in.body, SLICE("Name")));
    twin_text(t, FIELD_TYPE, consumer_type(in.class));
    for (size_t i = 0; i < sizeof destination / sizeof *destination; i++)
        put_string(t, FIELD_DESTINATION, mof_string(in.body, destination[i]));
    put_reference(t, FIELD_CONSUMER_SYSMON, in);
}

void twin_5861(struct twin *t)
{
    static const struct slice type[] = { SLICE_INIT("WmiFilterEvent"),
                                         SLICE_INIT("WmiConsumerEvent"),
                                         SLICE_INIT("WmiBindingEvent") };
    static const struct slice id[] = { SLICE_INIT("19"), SLICE_INIT("20"), SLICE_INIT("21") };
    struct slice left = event_get(t->from, FIELD_POSSIBLECAUSE);
    struct instance in;
    bool filter = false, consumer = false;

    for (size_t i = 0; i < t->from->n; i++)
        twin_push(t, t->from->field[i]);
    for (size_t i = 0; i < sizeof id / sizeof *id; i++) {
        twin_text(t, FIELD_EVENTID, id[i]);
        twin_text(t, FIELD_EVENTTYPE, type[i]);
    }
    while (!(filter && consumer) && mof_instance(&left, &in)) {
        bool is_filter = slice_eq_nocase(in.class, SLICE("__EventFilter"));

        if (is_filter && !filter)
            put_filter(t, in);
        if (!is_filter && !consumer)
            put_consumer(t, in);
        filter |= is_filter;
        consumer |= !is_filter;
    }
}
