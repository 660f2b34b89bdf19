/* coverage_json.c - everything that coverage knows, as one JSON object. */
#include "base/filetime.h"
#include "base/limits.h"
#include "out/coverage_out.h"
#include "out/json.h"

static const char *const state_word[] = { "could-not", "in-part", "could-fire" };

static void time_member(struct json *j, const char *key, uint64_t t)
{
    char text[FILETIME_TEXT];
    json_key(j, key);
    if (t)
        json_slice(j, slice_of(text, filetime_iso(t, text)));
    else
        json_null(j);
}

static void number_member(struct json *j, const char *key, uint64_t n)
{
    json_key(j, key);
    json_u64(j, n);
}

static void text_member(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void states(struct json *j, const char *key, const uint64_t n[COVER_FIRE + 1])
{
    json_key(j, key);
    json_object(j);
    number_member(j, "could_fire", n[COVER_FIRE]);
    number_member(j, "in_part", n[COVER_PART]);
    number_member(j, "could_not", n[COVER_NOT]);
    json_end(j);
}

static void gaps(struct json *j, const struct evidence_channel *c)
{
    json_key(j, "gaps");
    json_array(j);
    for (size_t i = 0; i < c->ngap; i++) {
        json_object(j);
        number_member(j, "from", c->gap[i].from);
        number_member(j, "to", c->gap[i].to);
        time_member(j, "before", c->gap[i].before);
        time_member(j, "after", c->gap[i].after);
        json_end(j);
    }
    json_end(j);
}

static void kinds(struct json *j, const struct evidence_channel *c)
{
    json_key(j, "events_by_id");
    json_array(j);
    for (size_t i = 0; i < c->nid; i++) {
        json_object(j);
        text_member(j, "provider", c->id[i].provider);
        number_member(j, "event_id", c->id[i].event_id);
        number_member(j, "events", c->id[i].n);
        time_member(j, "first", c->id[i].first);
        time_member(j, "last", c->id[i].last);
        json_end(j);
    }
    json_end(j);
}

static void channel(struct json *j, const struct evidence_channel *c)
{
    json_object(j);
    text_member(j, "channel", c->name);
    number_member(j, "events", c->events);
    time_member(j, "first", c->first);
    time_member(j, "last", c->last);
    number_member(j, "records", c->all);
    time_member(j, "oldest", c->oldest);
    time_member(j, "newest", c->newest);
    number_member(j, "oldest_record_id", c->oldest_record);
    number_member(j, "newest_record_id", c->newest_record);
    number_member(j, "missing_record_ids", c->missing);
    number_member(j, "gap_count", c->gaps);
    gaps(j, c);
    kinds(j, c);
    json_end(j);
}

static void command_lines(struct json *j, const struct evidence_host *h)
{
    const struct summary_host *p = &h->process;
    json_key(j, "process_creation");
    json_object(j);
    number_member(j, "sysmon_1", p->sysmon_1);
    number_member(j, "sysmon_1_without_original_file_name", p->sysmon_1_old);
    number_member(j, "s4688", p->s4688);
    number_member(j, "s4688_with_command_line", p->s4688_with_command_line);
    number_member(j, "s4688_without_parent_name_field", p->s4688_no_parent);
    time_member(j, "command_lines_since", p->with_first);
    time_member(j, "command_lines_until", p->with_last);
    json_key(j, "command_lines_off");
    json_array(j);
    for (size_t i = 0; i < p->nspan; i++) {
        json_object(j);
        time_member(j, "from", p->span[i].first);
        time_member(j, "to", p->span[i].last);
        number_member(j, "s4688", p->span[i].count);
        json_end(j);
    }
    json_end(j);
    number_member(j, "script_blocks", h->script_blocks);
    number_member(j, "script_blocks_verbose", h->script_verbose);
    json_end(j);
}

static void marks(struct json *j, const struct evidence_host *h)
{
    uint64_t all = 0;
    json_key(j, "logging");
    json_array(j);
    for (size_t i = 0; i < h->nmark; i++) {
        json_object(j);
        time_member(j, "time", h->mark[i].time);
        text_member(j, "what", slice_str(mark_name(h->mark[i].kind)));
        text_member(j, "channel", h->mark[i].channel);
        text_member(j, "detail", h->mark[i].detail);
        json_end(j);
    }
    json_end(j);
    for (int k = 0; k < MARK_KINDS; k++)
        all += h->marks[k];
    number_member(j, "logging_count", all);
}

static void host(struct json *j, const struct coverage *c, size_t at)
{
    const struct evidence_host *h = &c->evidence->host[at];
    uint64_t n[COVER_FIRE + 1];
    for (int s = 0; s <= COVER_FIRE; s++)
        n[s] = at < c->nhost ? coverage_count(c, at, (enum cover_state)s) : 0;
    json_object(j);
    text_member(j, "computer", h->computer);
    number_member(j, "events", h->events);
    time_member(j, "first", h->first);
    time_member(j, "last", h->last);
    states(j, "rules", n);
    command_lines(j, h);
    json_key(j, "channels");
    json_array(j);
    for (size_t i = 0; i < h->nchannel; i++)
        channel(j, &h->channel[i]);
    json_end(j);
    marks(j, h);
    json_end(j);
}

static void log_file(struct json *j, const struct evidence_log *l)
{
    static const char *const fate[] = { "read", "unreadable", "no event log", "empty" };
    json_object(j);
    text_member(j, "file", l->path);
    text_member(j, "fate", slice_str(fate[l->fate]));
    text_member(j, "reason", l->reason);
    number_member(j, "size", l->size);
    number_member(j, "records", l->records);
    number_member(j, "unreadable", l->unreadable);
    number_member(j, "findings", l->findings);
    text_member(j, "channel", l->channel);
    text_member(j, "computer", l->computer);
    time_member(j, "oldest", l->oldest);
    time_member(j, "newest", l->newest);
    json_key(j, "wrapped");
    json_bool(j, l->wrapped);
    json_key(j, "full");
    json_bool(j, l->full);
    json_key(j, "dirty");
    json_bool(j, l->dirty);
    json_end(j);
}

static void rule(struct json *j, const struct coverage *c, const struct rule *r, struct buf *text)
{
    json_object(j);
    text_member(j, "id", r->id);
    text_member(j, "title", r->title);
    text_member(j, "level", slice_str(level_name(r->level)));
    text_member(j, "file", r->file);
    text_member(j, "state", slice_str(state_word[c->best[r->index]]));
    json_key(j, "computers");
    json_array(j);
    for (size_t h = 0; h < c->nhost; h++) {
        const struct cover one = coverage_judge(c, h, r);
        buf_clear(text);
        cover_text(&one, text);
        json_object(j);
        text_member(j, "computer", c->evidence->host[h].computer);
        text_member(j, "state", slice_str(state_word[one.state]));
        text_member(j, "reason", slice_str(cover_reason_name(one.reason)));
        text_member(j, "explanation", text->n ? buf_view(text) : SLICE(""));
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void groups(struct json *j, const char *key, const struct cover_group *v, size_t n)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_object(j);
        text_member(j, "id", slice_str(v[i].entry->id));
        text_member(j, "name", slice_str(v[i].entry->name));
        states(j, "rules", v[i].n);
        json_end(j);
    }
    json_end(j);
}

static void causes(struct json *j, const struct coverage *c)
{
    json_key(j, "causes");
    json_array(j);
    for (size_t i = 0; i < c->causes.n; i++) {
        json_object(j);
        text_member(j, "state", slice_str(state_word[c->causes.v[i].state]));
        text_member(j, "explanation", c->causes.v[i].text);
        number_member(j, "rules", c->causes.v[i].rules);
        json_end(j);
    }
    json_end(j);
}

static void blanks(struct json *j, const struct coverage *c)
{
    json_key(j, "no_rule_looks_at");
    json_object(j);
    number_member(j, "events", c->blank_events);
    number_member(j, "more_kinds", c->more_blanks);
    json_key(j, "kinds");
    json_array(j);
    for (size_t i = 0; i < c->blanks.n; i++) {
        const struct cover_blank *b = &c->blanks.v[i];
        json_object(j);
        text_member(j, "channel", b->channel);
        text_member(j, "provider", b->provider);
        number_member(j, "event_id", b->event_id);
        number_member(j, "events", b->n);
        number_member(j, "computers", b->hosts);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void settings(struct json *j, const struct coverage *c)
{
    json_key(j, "settings");
    json_array(j);
    for (size_t i = 0; i < c->settings.n; i++) {
        json_object(j);
        text_member(j, "name", c->settings.v[i].name);
        text_member(j, "how", c->settings.v[i].how);
        number_member(j, "rules", c->settings.v[i].rules);
        number_member(j, "rules_wholly", c->settings.v[i].full);
        number_member(j, "rules_times_computers", c->settings.v[i].pairs);
        json_end(j);
    }
    json_end(j);
}

static void evidence(struct json *j, const struct evidence *e)
{
    json_key(j, "evidence");
    json_object(j);
    time_member(j, "from", e->from);
    time_member(j, "to", e->to);
    number_member(j, "events", e->events);
    number_member(j, "outside", e->outside);
    time_member(j, "first", e->first);
    time_member(j, "last", e->last);
    number_member(j, "left_out_by_limits", e->lost);
    json_key(j, "files");
    json_array(j);
    for (size_t i = 0; i < e->nlog; i++)
        log_file(j, &e->log[i]);
    json_end(j);
    json_end(j);
}

/* The lists that grow with the evidence, written part by part. */
static int lists(struct json *j, const struct coverage *c, struct output *out, struct ev_err *err)
{
    struct buf text;
    int rc = EV_OK;
    buf_init(&text, LIMIT_OUT_ROW);
    json_key(j, "computers");
    json_array(j);
    for (size_t h = 0; h < c->evidence->nhost && rc == EV_OK; h++) {
        host(j, c, h);
        rc = coverage_flush(out, j->out, err);
    }
    json_end(j);
    json_key(j, "rules");
    json_array(j);
    for (size_t i = 0; i < c->rules->n && rc == EV_OK; i++) {
        if (coverage_shows(c, c->rules->rule[i]))
            rule(j, c, c->rules->rule[i], &text);
        rc = coverage_flush(out, j->out, err);
    }
    json_end(j);
    buf_release(&text);
    return rc;
}

int coverage_json(const struct coverage *c, const struct coverage_view *v, struct output *out,
                  struct ev_err *err)
{
    struct buf b;
    struct json j;
    (void)v;
    buf_init(&b, LIMIT_OUT_ROW);
    json_init(&j, &b, true);
    json_object(&j);
    evidence(&j, c->evidence);
    states(&j, "rule_states", c->n);
    number_member(&j, "computers_not_judged", c->evidence->nhost - c->nhost);
    int rc = lists(&j, c, out, err);
    groups(&j, "tactics", c->tactics.v, c->tactics.n);
    groups(&j, "techniques", c->techniques.v, c->techniques.n);
    causes(&j, c);
    settings(&j, c);
    blanks(&j, c);
    json_end(&j);
    buf_byte(&b, '\n');
    if (rc == EV_OK)
        rc = coverage_flush(out, &b, err);
    buf_release(&b);
    return rc;
}
