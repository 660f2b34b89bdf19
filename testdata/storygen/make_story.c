/* make_story.c - writes the logs of the story.
 *
 *   make_story DIRECTORY       makes DIRECTORY/story/..., DIRECTORY/story-dc/...
 *   make_story --tsv FILE NAME also what a reader must come to for the log NAME
 *
 * The folders must be there. What is told, and by whom, stands in README.md.
 */
#include "story.h"

#include "../writer/ew_expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One file: which log, from when to when, what its first record is called. */
struct output {
    const char *path;
    enum log log;
    const char *from, *to; /* borders in time; from included, to not */
    uint64_t first_number;
    uint16_t minor_version;
};

static const struct output outputs[] = {
    { "story/Security.evtx", LOG_SECURITY, "2026-03-01 00:00:00", "2026-03-05 11:47:00", 184201,
      2 },
    { "story/Security-after-clearing.evtx", LOG_SECURITY, "2026-03-05 11:52:20.33",
      "2026-03-08 00:00:00", 0, 2 },
    { "story/System.evtx", LOG_SYSTEM, "2026-03-01 00:00:00", "2026-03-08 00:00:00", 9311, 2 },
    { "story/Microsoft-Windows-Sysmon%4Operational.evtx", LOG_SYSMON, "2026-03-01 00:00:00",
      "2026-03-08 00:00:00", 60411, 2 },
    { "story/Microsoft-Windows-PowerShell%4Operational.evtx", LOG_POWERSHELL, "2026-03-01 00:00:00",
      "2026-03-08 00:00:00", 1203, 2 },
    { "story/Microsoft-Windows-TaskScheduler%4Operational.evtx", LOG_TASKS, "2026-03-01 00:00:00",
      "2026-03-08 00:00:00", 22090, 2 },
    { "story/Microsoft-Windows-TerminalServices-LocalSessionManager%4Operational.evtx",
      LOG_SESSIONS, "2026-03-01 00:00:00", "2026-03-08 00:00:00", 411, 2 },
    { "story/Microsoft-Windows-WMI-Activity%4Operational.evtx", LOG_WMI, "2026-03-01 00:00:00",
      "2026-03-08 00:00:00", 2011, 2 },
    { "story/Microsoft-Windows-Windows-Defender%4Operational.evtx", LOG_DEFENDER,
      "2026-03-01 00:00:00", "2026-03-08 00:00:00", 833, 2 },
    { "story-dc/Security.evtx", LOG_DC, "2026-03-01 00:00:00", "2026-03-08 00:00:00", 7710023, 1 },
    { "story-old/Security.evtx", LOG_OLD, "2026-03-01 00:00:00", "2026-03-08 00:00:00", 51007, 1 },
};

struct run {
    const char *directory, *tsv, *tsv_name;
    struct story *s;
};

static int by_time(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "make_story: %s: %s\n", what, why);
    exit(1);
}

/* "+Name:type": an element of that name; otherwise Data with that Name. */
static struct ew_node *field(struct ew_arena *a, const struct kind *k, struct ew_str spec,
                             const char *text)
{
    const char *colon = memchr(spec.p, ':', spec.n);
    struct ew_str name = spec, type = ew_str("str");
    struct ew_node *n;
    struct ew_value v;

    if (colon != NULL) {
        name.n = (size_t)(colon - spec.p);
        type = (struct ew_str){ colon + 1, spec.n - name.n - 1 };
    }
    if (!ew_value_parse(a, type, ew_str(text), &v))
        die(k->provider, text);
    if (name.n > 0 && name.p[0] == '+') {
        n = ew_node_new(a, EW_ELEMENT, (struct ew_str){ name.p + 1, name.n - 1 });
    } else if (k->root != NULL) {
        n = ew_node_new(a, EW_ELEMENT, name);
    } else {
        n = ew_node_new(a, EW_ELEMENT, ew_str("Data"));
        if (name.n > 0)
            ew_node_text_attr(a, n, "Name", name);
    }
    ew_node_add(n, ew_node_value(a, &v));
    return n;
}

static struct ew_node *body(struct ew_arena *a, const struct entry *e)
{
    const struct kind *k = e->kind;
    struct ew_node *n = ew_node_new(a, EW_ELEMENT, ew_str(k->root != NULL ? k->root : "EventData"));
    const char *at = k->fields;
    size_t i = 0;

    if (k->xmlns != NULL)
        ew_node_text_attr(a, n, "xmlns", ew_str(k->xmlns));
    if (k->section != NULL)
        ew_node_text_attr(a, n, "Name", ew_str(k->section));
    for (; *at != '\0'; i++) {
        size_t len = strcspn(at, ";");

        if (i >= e->nvalues)
            die(k->provider, "fewer values than fields");
        ew_node_add(n, field(a, k, (struct ew_str){ at, len }, e->value[i]));
        at += len + (at[len] == ';');
    }
    if (i != e->nvalues)
        die(k->provider, "more values than fields");
    return n;
}

static void write_event(struct run *r, struct ew_file *f, const struct entry *e, struct ew_buf *tsv)
{
    const struct kind *k = e->kind;
    struct ew_arena a = { 0 };
    struct ew_event ev;
    char err[160], prefix[24];

    ew_event_init(&ev);
    ev.layout = k->layout;
    ev.time = e->time;
    ev.keywords = k->keywords;
    ev.qualifiers = k->qualifiers;
    ev.pid = e->pid;
    ev.tid = e->tid;
    ev.id = k->id;
    ev.task = k->task;
    ev.version = k->version;
    ev.level = k->level;
    ev.opcode = k->opcode;
    ev.provider = ew_str(k->provider);
    ev.guid = ew_str(k->guid != NULL ? k->guid : "");
    ev.source = ew_str(k->source != NULL ? k->source : "");
    ev.channel = ew_str(k->channel);
    ev.computer = ew_str(e->computer);
    ev.user = ew_str(e->user);
    ev.activity = ew_str(e->activity);
    ev.user_data = k->root != NULL;
    ev.body = body(&a, e);
    snprintf(prefix, sizeof prefix, "%llu", (unsigned long long)f->next_number);
    if (!ew_file_add(f, &ev, err, sizeof err))
        die(k->provider, err);
    if (r->tsv != NULL)
        ew_expect(&ev, prefix, tsv);
    ew_arena_release(&a);
}

/* Returns the number of the record that would come next. */
static uint64_t write_log(struct run *r, const struct output *o, uint64_t first_number)
{
    struct ew_file_options options = { .first_number = first_number,
                                       .minor_version = o->minor_version };
    uint64_t from = story_time(o->from), to = story_time(o->to), next;
    struct ew_buf tsv = { 0 };
    struct ew_file f;
    char path[512];

    ew_file_init(&f, &options);
    for (size_t i = 0; i < r->s->n; i++) {
        const struct entry *e = &r->s->entry[i];

        if (e->log == o->log && e->time >= from && e->time < to)
            write_event(r, &f, e, &tsv);
    }
    ew_file_finish(&f);
    next = f.next_id;
    snprintf(path, sizeof path, "%s/%s", r->directory, o->path);
    if (!ew_file_save(&f.image, path))
        die(path, "cannot be written");
    if (r->tsv != NULL && strcmp(r->tsv_name, o->path) == 0 && !ew_file_save(&tsv, r->tsv))
        die(r->tsv, "cannot be written");
    ew_buf_release(&tsv);
    ew_file_release(&f);
    return next;
}

/* Events of the Security log that are in neither file still use up numbers. */
static uint64_t between(const struct story *s, const struct output *a, const struct output *b)
{
    uint64_t n = 0, from = story_time(a->to), to = story_time(b->from);

    for (size_t i = 0; i < s->n; i++)
        n += s->entry[i].log == b->log && s->entry[i].time >= from && s->entry[i].time < to;
    return n;
}

int main(int argc, char **argv)
{
    struct story s = { .rng = 20260302,
                       .next_pid = 5200,
                       .next_index = 0x3c0,
                       .next_logon = 0x8a3c4,
                       .computer = COMPUTER,
                       .activity = "" };
    struct run r = { .s = &s };
    struct cast_now c = { 0 };
    uint64_t next = 0;

    if (argc == 5 && strcmp(argv[1], "--tsv") == 0) {
        r.tsv = argv[2];
        r.tsv_name = argv[3];
    } else if (argc != 2) {
        fputs("usage: make_story [--tsv FILE NAME] DIRECTORY\n", stderr);
        return 2;
    }
    r.directory = argv[argc - 1];
    story_week(&s, &c);
    story_attack(&s, &c);
    story_dc(&s);
    qsort(s.entry, s.n, sizeof *s.entry, by_time);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const struct output *o = &outputs[i];

        next =
            write_log(&r, o, o->first_number > 0 ? o->first_number : next + between(&s, o - 1, o));
    }
    free(s.entry);
    ew_arena_release(&s.arena);
    return 0;
}
