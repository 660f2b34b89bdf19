/* message.c - fills the templates of message.def.
 *
 * A sentence is built in a small buffer of fixed size; what does not fit is cut, which shows as an
 * ellipsis. Only events that became rows get here.
 * May include base/ only. */
#include "event/message.h"

#include "base/buf.h"
#include "base/parse.h"
#include "base/plain.h"
#include "event/twin.h"

#define MESSAGE_MOST 1024 /* bytes of one sentence */
#define VALUE_MOST 200    /* bytes of one value in it */

enum meaning_kind { PARAMETER, LOGON, STATUS, SUBSTATUS, KERBEROS, TICKET, PROTOCOL, START };

static const struct message {
    struct slice channel, provider; /* provider empty: any */
    struct slice pattern;
} messages[] = {
#define MESSAGE(channel, provider, id, pattern)                                                    \
    { SLICE_INIT(channel), SLICE_INIT(provider), SLICE_INIT(pattern) },
#include "event/message.def"
#undef MESSAGE
};

/* Of the messages, apart: most are passed over by it. */
static const uint32_t message_id[] = {
#define MESSAGE(channel, provider, id, pattern) id,
#include "event/message.def"
#undef MESSAGE
};

/* Which fields hold a number of which kind, and in which events. */
static const struct {
    enum field_id field;
    enum meaning_kind kind;
    uint32_t first, last;
} numbered[] = {
    { FIELD_LOGONTYPE, LOGON, 0, UINT32_MAX },   { FIELD_STATUS, KERBEROS, 4768, 4773 },
    { FIELD_FAILURECODE, KERBEROS, 4768, 4773 }, { FIELD_TICKETENCRYPTIONTYPE, TICKET, 4768, 4773 },
    { FIELD_STATUS, STATUS, 0, UINT32_MAX },     { FIELD_SUBSTATUS, SUBSTATUS, 0, UINT32_MAX },
    { FIELD_SUBSTATUS, STATUS, 0, UINT32_MAX },  { FIELD_RETURNCODE, STATUS, 0, UINT32_MAX },
    { FIELD_PROTOCOL, PROTOCOL, 5152, 5159 },    { FIELD_SERVICESTARTTYPE, START, 4697, 4697 },
};

static struct slice meaning_of(enum meaning_kind kind, uint64_t number)
{
    if (number > UINT32_MAX)
        return SLICE_ABSENT;
    switch ((uint64_t)kind << 32 | number) {
#define MEANING(kind, number, words)                                                               \
    case (uint64_t)(kind) << 32 | (number):                                                        \
        return SLICE(words);
#include "event/meaning.def"
#undef MEANING
    default:
        return SLICE_ABSENT;
    }
}

/* Reads `%%digits` at the front of *s and steps over it. */
static bool parameter_next(struct slice *s, uint32_t *ret_number)
{
    size_t n = 2;

    if (!slice_starts(*s, SLICE("%%")))
        return false;
    while (n < s->n && n < 12 && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (parse_u32(slice_sub(*s, 2, n - 2), ret_number) < 0)
        return false;
    *s = slice_sub(*s, n, s->n);
    return true;
}

/* "%%1538\n\t\t\t%%1541" -> "READ_CONTROL, SYNCHRONIZE". Absent when the text is anything else
 * than known parameters. */
static struct slice parameters_meaning(struct slice text, struct arena *a)
{
    struct slice left = slice_trim(text), one = SLICE_ABSENT;
    uint8_t b[MESSAGE_MOST];
    size_t n = 0, count = 0;
    uint32_t number;

    while (parameter_next(&left, &number)) {
        one = meaning_of(PARAMETER, number);
        if (!one.p || n + one.n + 2 > sizeof b)
            return SLICE_ABSENT;
        if (count++ > 0) {
            memcpy(b + n, ", ", 2);
            n += 2;
        }
        memcpy(b + n, one.p, one.n);
        n += one.n;
        left = slice_trim(left);
        if (slice_starts(left, SLICE(",")))
            left = slice_trim(slice_sub(left, 1, left.n));
    }
    if (count == 0 || left.n > 0)
        return SLICE_ABSENT;
    return count == 1 ? one : arena_dup(a, slice_of(b, n));
}

struct slice event_meaning_find(struct event *ev, size_t i)
{
    const struct field *f = &ev->field[i];
    uint64_t number;

    for (size_t k = 0; k < sizeof numbered / sizeof *numbered; k++) {
        struct slice words;

        if (numbered[k].field != f->id || ev->event_id < numbered[k].first ||
            ev->event_id > numbered[k].last || value_u64(&f->value, &number) < 0)
            continue;
        words = meaning_of(numbered[k].kind, number);
        if (words.p)
            return words;
    }
    return parameters_meaning(event_text(ev, i), ev->arena);
}

/* A sentence in the making. missing: a field of the group was absent. */
struct writer {
    struct event *ev;
    const struct process *process;
    size_t
        data; /* the first field behind System: UserData may repeat its names (Channel of event 104),
                  * and the data speak here */
    uint8_t b[MESSAGE_MOST];
    size_t n;
    bool missing;
};

/* Appends at most cap bytes of s, cut at a code point. */
static void writer_put(struct writer *w, struct slice s, size_t cap)
{
    static const struct slice ellipsis = SLICE_INIT("\xe2\x80\xa6");
    size_t room = sizeof w->b - w->n, n = s.n;

    if (n <= cap && n <= room) {
        if (n > 0)
            memcpy(w->b + w->n, s.p, n);
        w->n += n;
        return;
    }
    if (room < ellipsis.n)
        return;
    n = cap < room - ellipsis.n ? cap : room - ellipsis.n;
    while (n > 0 && (s.p[n] & 0xc0) == 0x80)
        n--;
    memcpy(w->b + w->n, s.p, n);
    memcpy(w->b + w->n + n, ellipsis.p, ellipsis.n);
    w->n += n + ellipsis.n;
}

static bool given(struct slice s)
{
    return s.n > 0 && !slice_eq(s, SLICE("-"));
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes at the front of s that may stay as they are, at most n: no line ends, no two blanks. */
static size_t one_line(struct slice s, size_t n)
{
    if (s.n < n)
        n = s.n;
    n = plain_run(s.p, n, PLAIN_CONTROLS);
    for (size_t i = 1; i < n; i++)
        if (s.p[i] == ' ' && s.p[i - 1] == ' ')
            return i;
    return n;
}

/* A value on one line: lists and scripts come with line ends and tabs. */
static void writer_value(struct writer *w, struct slice s)
{
    uint8_t b[VALUE_MOST + 4];
    size_t n;

    s = slice_trim(s);
    if (!given(s)) {
        w->missing = true;
        s = SLICE("?");
    }
    n = one_line(s, sizeof b);
    if (n == s.n || n == sizeof b) {
        writer_put(w, slice_sub(s, 0, n), VALUE_MOST);
        return;
    }
    memcpy(b, s.p, n);
    for (size_t i = n; i < s.n && n < sizeof b; i++) {
        if (!is_blank(s.p[i]))
            b[n++] = s.p[i];
        else if (b[n - 1] != ' ')
            b[n++] = ' ';
    }
    writer_put(w, slice_of(b, n), VALUE_MOST);
}

static struct slice file_of(struct slice path)
{
    for (size_t i = path.n; i-- > 0;)
        if (path.p[i] == '\\')
            return slice_sub(path, i + 1, path.n);
    return path;
}

static void writer_account(struct writer *w, uint32_t domain_id, uint32_t name_id)
{
    struct slice domain = event_get(w->ev, domain_id), name = event_get(w->ev, name_id);

    if (given(domain) && given(name)) {
        writer_put(w, domain, VALUE_MOST);
        writer_put(w, SLICE("\\"), 1);
    }
    writer_value(w, name);
}

/* The names that are no fields. False when name is none of them. */
static bool writer_special(struct writer *w, struct slice name)
{
    if (name.n < 4 || name.n > 7 || name.p[0] < 'a') /* as fields are called */
        return false;
    bool user = slice_eq(name, SLICE("user")), image = slice_eq(name, SLICE("image"));

    if (slice_eq(name, SLICE("subject"))) {
        writer_account(w, FIELD_SUBJECTDOMAINNAME, FIELD_SUBJECTUSERNAME);
        return true;
    }
    if (slice_eq(name, SLICE("target"))) {
        writer_account(w, FIELD_TARGETDOMAINNAME, FIELD_TARGETUSERNAME);
        return true;
    }
    if (!user && !image && !slice_eq(name, SLICE("parent")))
        return false;
    writer_value(w, user ? w->process->user
                         : file_of(image ? w->process->image : w->process->parent_image));
    return true;
}

/* Is this the field of a template's name? Most names are ruled out by their length or first letter. */
static inline bool is_named(const struct field *f, struct slice name)
{
    if (f->name.n < name.n || (f->name.p[0] != name.p[0] && f->name.p[0] != ' '))
        return false;
    return f->part != EVENT_SYSTEM && f->part != EVENT_RENDERING && name_eq(f->name, name);
}

/* name: what stands between braces. */
static void writer_field(struct writer *w, struct slice name)
{
    static const struct slice file = SLICE_INIT(":file");
    bool base = slice_ends(name, file);
    struct slice text = SLICE_ABSENT, words = SLICE_ABSENT;
    size_t i;

    if (writer_special(w, name))
        return;
    if (base)
        name = slice_sub(name, 0, name.n - file.n);
    for (i = w->data; i < w->ev->n; i++)
        if (is_named(&w->ev->field[i], name))
            break;
    if (i < w->ev->n) {
        text = event_text(w->ev, i);
        words = event_meaning(w->ev, i);
    }
    if (words.p) {
        writer_put(w, words, VALUE_MOST);
        writer_put(w, SLICE(" ("), 2);
    }
    writer_value(w, base ? file_of(text) : text);
    if (words.p)
        writer_put(w, SLICE(")"), 1);
}

/* Writes the part of a template up to the end or a bracket; returns what is left. */
static struct slice writer_run(struct writer *w, struct slice t)
{
    while (t.n > 0 && t.p[0] != '[' && t.p[0] != ']') {
        size_t n = 0;

        if (t.p[0] == '{') {
            size_t end = slice_find_byte(t, '}');

            if (end == SIZE_MAX)
                return SLICE_ABSENT;
            writer_field(w, slice_sub(t, 1, end - 1));
            t = slice_sub(t, end + 1, t.n);
            continue;
        }
        while (n < t.n && t.p[n] != '[' && t.p[n] != ']' && t.p[n] != '{')
            n++;
        writer_put(w, slice_sub(t, 0, n), MESSAGE_MOST);
        t = slice_sub(t, n, t.n);
    }
    return t;
}

static void writer_template(struct writer *w, struct slice t)
{
    while (t.n > 0) {
        size_t mark;

        t = writer_run(w, t);
        if (t.n == 0)
            break;
        mark = w->n;
        w->missing = false;
        t = writer_run(w, slice_sub(t, 1, t.n));
        if (w->missing)
            w->n = mark;
        t = slice_sub(t, 1, t.n);
    }
}

void event_message(struct event *ev, const struct process *process, struct slice *ret)
{
    struct writer w; /* not set to 0 as a whole: the text is long, and most sentences are short */

    *ret = SLICE_ABSENT;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        const struct message *m = &messages[i];

        if (message_id[i] != ev->event_id || !slice_eq_nocase(m->channel, ev->channel))
            continue;
        if (m->provider.n > 0 && !slice_eq_nocase(m->provider, ev->provider))
            continue;
        w.ev = ev;
        w.process = process;
        w.data = 0;
        while (w.data < ev->n && ev->field[w.data].part == EVENT_SYSTEM)
            w.data++;
        w.n = 0;
        w.missing = false;
        writer_template(&w, m->pattern);
        *ret = arena_dup(ev->arena, slice_of(w.b, w.n));
        return;
    }
}
