/* manifest.c - write the manifest.
 *
 * Written piece by piece, because a run may have two million inputs. A path that is no UTF-8 is
 * there twice: repaired for reading, and as hex for finding the file. */
#include "out/manifest.h"

#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/filetime.h"
#include "base/limits.h"
#include "knowledge/car.h"
#include "knowledge/needed.h"
#include "out/integrity_out.h"
#include "out/notices.h"

enum { MANIFEST_VERSION = 1 };

struct writer {
    struct json json;
    struct buf buf;
    struct output *out;
    struct ev_err *err;
    int rc;
};

/* Passes on what has been written, once it is worth it. */
static void drain(struct writer *w, bool all)
{
    if (w->buf.n < LIMIT_MIB(1) && !all)
        return;
    if (w->rc == EV_OK && w->buf.full)
        w->rc = ev_err_set(w->err, EV_ELIMIT, "one entry of the manifest is too large");
    if (w->rc == EV_OK)
        w->rc = output_write(w->out, buf_view(&w->buf), w->err);
    buf_clear(&w->buf);
}

static void text(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void number(struct json *j, const char *key, uint64_t n)
{
    json_key(j, key);
    json_u64(j, n);
}

static void signed_number(struct json *j, const char *key, int n)
{
    char digits[16];
    int len = snprintf(digits, sizeof digits, "%d", n);
    json_key(j, key);
    json_raw(j, slice_of(digits, (size_t)len));
}

static void sha256_text(struct json *j, const char *key, bool has, const uint8_t p[32])
{
    char hex[65];
    digest_hex(p, 32, hex);
    text(j, key, has ? slice_str(hex) : SLICE_ABSENT);
}

static void time_member(struct json *j, const char *key, uint64_t t)
{
    char iso[FILETIME_TEXT];
    size_t n = filetime_iso(t, iso);
    text(j, key, t != 0 ? slice_of(iso, n) : SLICE_ABSENT);
}

static void program(struct json *j, const struct manifest *m)
{
    uint8_t digest[32] = { 0 };
    bool has = sha256_file(m->program, digest, NULL) == EV_OK;
    json_key(j, "program");
    json_object(j);
    text(j, "name", SLICE(PACKAGE_NAME));
    text(j, "version", SLICE(PACKAGE_VERSION));
    sha256_text(j, "sha256", has, digest);
    text(j, "decoder", slice_str(m->decoder));
    text(j, "matcher", slice_str(m->matcher));
    number(j, "threads", m->threads);
    text(j, "attack", slice_str(attack_version(m->attack)));
    if (attack_version_rest(m->attack)[0] != '\0')
        text(j, "attack_rest", slice_str(attack_version_rest(m->attack)));
    text(j, "car", slice_str(car_version()));
    text(j, "needed", slice_str(needed_version()));
    json_end(j);
    json_key(j, "command_line");
    json_array(j);
    for (size_t i = 0; i < m->argc; i++)
        json_str(j, m->argv[i]);
    json_end(j);
}

static void run(struct json *j, const struct manifest *m, const struct summary *sum)
{
    json_key(j, "run");
    json_object(j);
    time_member(j, "start", m->start);
    time_member(j, "end", m->end);
    json_key(j, "complete");
    json_bool(j, !sum->interrupted);
    if (m->exit >= 0)
        signed_number(j, "exit", m->exit);
    json_key(j, "machine_zone");
    json_object(j);
    text(j, "name", slice_str(m->zone));
    signed_number(j, "minutes_east", m->zone_minutes);
    json_end(j);
    json_end(j);
}

static void rule_files(struct writer *w, const struct ruleset *rs)
{
    struct json *j = &w->json;
    struct sha256 *all = sha256_new();
    uint8_t digest[32];
    json_key(j, "files");
    json_array(j);
    for (size_t i = 0; i < rs->nfile; i++) {
        const struct rule_file *f = &rs->file[i];
        sha256_add(all, slice_of(f->sha256, sizeof f->sha256));
        json_object(j);
        integrity_json_path(j, f->path);
        sha256_text(j, "sha256", true, f->sha256);
        number(j, "rules", f->rules);
        number(j, "refused", f->refused);
        json_end(j);
        drain(w, false);
    }
    json_end(j);
    sha256_done(all, digest);
    sha256_free(all);
    /* Of the files' digests in order: one line that says "the same rules". */
    sha256_text(j, "sha256_of_digests", true, digest);
}

static void rule_messages(struct writer *w, const struct ruleset *rs)
{
    struct json *j = &w->json;
    json_key(j, "messages");
    json_array(j);
    for (size_t i = 0; i < rs->nmessage; i++) {
        const struct rule_message *m = &rs->message[i];
        json_object(j);
        text(j, "kind", m->kind == MESSAGE_ERROR ? SLICE("error") : SLICE("warning"));
        text(j, "file", m->file);
        number(j, "line", m->line);
        number(j, "column", m->column);
        text(j, "text", m->text);
        json_end(j);
        drain(w, false);
    }
    json_end(j);
    number(j, "messages_dropped", rs->messages_dropped);
}

static void rule_activity(struct writer *w, const struct summary *sum)
{
    struct json *j = &w->json;
    json_key(j, "activity");
    json_array(j);
    for (size_t i = 0; sum->rule_count != NULL && i < sum->rules->n; i++) {
        const struct rule_counts *c = &sum->rule_count[i];
        if (c->hits + c->undecided + c->regex_limit + c->suppressed + c->capped == 0)
            continue;
        json_object(j);
        text(j, "id", sum->rules->rule[i]->id);
        text(j, "title", sum->rules->rule[i]->title);
        number(j, "hits", c->hits);
        number(j, "undecided", c->undecided);
        number(j, "regex_limit", c->regex_limit);
        number(j, "suppressed", c->suppressed);
        number(j, "capped", c->capped);
        json_end(j);
        drain(w, false);
    }
    json_end(j);
}

static void rules(struct writer *w, const struct summary *sum)
{
    struct json *j = &w->json;
    const struct ruleset *rs = sum->rules;
    json_key(j, "rules");
    json_object(j);
    number(j, "loaded", rs ? rs->n : 0);
    number(j, "without_log", rules_without_log(sum));
    number(j, "process_creation", sum->process_rules);
    number(j, "need_command_line", sum->blind_rules);
    if (rs != NULL) {
        json_key(j, "refused");
        json_object(j);
        number(j, "syntax", rs->refused[REFUSAL_SYNTAX]);
        number(j, "unsupported", rs->refused[REFUSAL_UNSUPPORTED]);
        number(j, "logsource", rs->refused[REFUSAL_LOGSOURCE]);
        json_end(j);
        number(j, "not_rules", rs->not_rules);
        rule_files(w, rs);
        rule_messages(w, rs);
        rule_activity(w, sum);
    }
    json_end(j);
}

static void accounting(struct json *j, const char *key, const struct accounting *a)
{
    json_key(j, key);
    json_object(j);
    number(j, "bytes", a->bytes);
    number(j, "chunks", a->chunks);
    number(j, "records", a->records);
    number(j, "events", a->events);
    number(j, "skipped", a->skipped);
    number(j, "unreadable", a->unreadable);
    number(j, "recovered", a->recovered);
    number(j, "recovered_events", a->recovered_events);
    number(j, "recovered_unbound", a->recovered_unbound);
    number(j, "unbound", a->unbound);
    json_key(j, "findings");
    json_object(j);
    for (size_t i = 0; i < FINDING_KINDS; i++) {
        if (a->finding[i] > 0)
            number(j, finding_name((enum finding_kind)i), a->finding[i]);
    }
    json_end(j);
    json_end(j);
}

static void input_findings(struct writer *w, const struct summary_file *f)
{
    struct json *j = &w->json;
    json_key(j, "findings");
    json_array(j);
    for (size_t i = 0; i < f->nfinding; i++) {
        const struct finding *g = &f->finding[i];
        json_object(j);
        text(j, "kind", slice_str(finding_name(g->kind)));
        number(j, "offset", g->offset);
        number(j, "record_number", g->record_number);
        text(j, "text", slice_str(g->text));
        json_end(j);
        drain(w, false);
    }
    json_end(j);
}

/* Of a log in a file system: those that Windows shows, and those beside its name, which programs that
 * change the former leave alone. */
static void times(struct json *j, const uint64_t t[8])
{
    static const char *const name[] = { "created", "modified", "changed", "accessed" };
    static const char *const of[] = { "times", "times_of_name" };

    for (int k = 0; k < 2; k++, t += 4) {
        if (!(t[0] | t[1] | t[2] | t[3]))
            continue;
        json_key(j, of[k]);
        json_object(j);
        for (int i = 0; i < 4; i++)
            time_member(j, name[i], t[i]);
        json_end(j);
    }
}

/* Disk images as a whole. */
static void images(struct writer *w, const struct summary *sum)
{
    json_key(&w->json, "images");
    json_array(&w->json);
    for (size_t i = 0; i < sum->nimage; i++) {
        integrity_json(&w->json, &sum->image[i]);
        drain(w, false);
    }
    json_end(&w->json);
}

static void inputs(struct writer *w, const struct summary *sum)
{
    static const char *const fate[] = { [FILE_READ] = "read",
                                        [FILE_UNREADABLE] = "unreadable",
                                        [FILE_NOT_A_LOG] = "not-a-log",
                                        [FILE_EMPTY] = "empty",
                                        [FILE_OPENED] = "opened" };
    struct json *j = &w->json;
    json_key(j, "inputs");
    json_array(j);
    for (size_t i = 0; i < sum->nfile; i++) {
        const struct summary_file *f = &sum->file[i];
        json_object(j);
        integrity_json_path(j, f->path);
        text(j, "state", slice_str(fate[f->fate]));
        text(j, "reason", f->reason);
        number(j, "size", f->size);
        sha256_text(j, "sha256", f->has_sha256, f->sha256);
        times(j, f->time);
        accounting(j, "accounting", &f->counts);
        input_findings(w, f);
        json_end(j);
        drain(w, false);
    }
    json_end(j);
    images(w, sum);
    accounting(j, "total", &sum->total);
}

/* When a computer wrote no command lines. */
static void spans(struct json *j, const struct summary_host *h)
{
    json_key(j, "without_command_lines");
    json_array(j);
    for (size_t i = 0; i < h->nspan; i++) {
        json_object(j);
        time_member(j, "from", h->span[i].first);
        time_member(j, "to", h->span[i].last);
        number(j, "security_4688", h->span[i].count);
        number(j, "sysmon_1", h->span[i].sysmon);
        json_end(j);
    }
    json_end(j);
}

static void events(struct writer *w, const struct summary *sum)
{
    struct json *j = &w->json;
    json_key(j, "events");
    json_object(j);
    time_member(j, "first", sum->first);
    time_member(j, "last", sum->last);
    json_key(j, "channels");
    json_object(j);
    for (size_t i = 0; i < sum->nchannel; i++) {
        json_key_slice(j, sum->channel[i].channel);
        json_u64(j, sum->channel[i].events);
        drain(w, false);
    }
    json_end(j);
    json_key(j, "process_creation");
    json_array(j);
    for (size_t i = 0; i < sum->nhost; i++) {
        const struct summary_host *h = &sum->host[i];
        json_object(j);
        text(j, "computer", h->computer);
        number(j, "sysmon_1", h->sysmon_1);
        number(j, "security_4688", h->s4688);
        number(j, "security_4688_with_command_line", h->s4688_with_command_line);
        spans(j, h);
        json_end(j);
        drain(w, false);
    }
    json_end(j);
    json_end(j);
}

static void rows(struct json *j, const struct summary *sum)
{
    json_key(j, "rows");
    json_object(j);
    for (int i = LEVEL_CRITICAL; i >= 0; i--)
        number(j, level_name((enum rule_level)i), sum->rows[i]);
    json_key(j, "hidden");
    json_object(j);
    number(j, "level", sum->hidden_level);
    number(j, "time", sum->hidden_time);
    number(j, "rule", sum->hidden_rule);
    number(j, "verdict", sum->hidden_verdict);
    json_end(j);
    number(j, "duplicates", sum->duplicates);
    number(j, "changed_records", sum->changed);
    number(j, "undecided", sum->undecided);
    number(j, "regex_limit", sum->regex_limit);
    number(j, "suppressed_by_filters", sum->suppressed);
    number(j, "only_correlated", sum->fed);
    number(j, "correlations_capped", sum->capped);
    number(j, "correlations_untimed", sum->untimed);
    number(j, "filtered_events", sum->filtered);
    number(j, "oversize", sum->oversize);
    json_end(j);
}

static void notices(struct json *j, const struct summary *sum)
{
    struct arena a;
    struct notice *v;
    arena_init(&a, LIMIT_TALLY_ARENA);
    size_t n = notices_of(sum, &a, &v);
    json_key(j, "notices");
    json_array(j);
    for (size_t i = 0; i < n; i++) {
        json_object(j);
        text(j, "kind", v[i].kind == NOTICE_WARNING ? SLICE("warning") : SLICE("info"));
        text(j, "text", v[i].text);
        json_end(j);
    }
    json_end(j);
    arena_release(&a);
}

static void outputs(struct json *j, const struct manifest *m)
{
    json_key(j, "outputs");
    json_array(j);
    for (size_t i = 0; i < m->noutput; i++) {
        const struct manifest_output *o = &m->output[i];
        json_object(j);
        integrity_json_path(j, slice_str(o->path));
        json_key(j, "file");
        json_bool(j, o->is_file);
        number(j, "bytes", o->bytes);
        sha256_text(j, "sha256", true, o->sha256);
        json_end(j);
    }
    json_end(j);
}

int manifest_write(const struct manifest *m, const struct summary *sum, struct output *out,
                   struct ev_err *err)
{
    struct writer w = { .out = out, .err = err, .rc = EV_OK };
    buf_init(&w.buf, LIMIT_OUT_ROW);
    json_init(&w.json, &w.buf, true);
    json_object(&w.json);
    number(&w.json, "manifest", MANIFEST_VERSION);
    program(&w.json, m);
    run(&w.json, m, sum);
    inputs(&w, sum);
    events(&w, sum);
    rules(&w, sum);
    rows(&w.json, sum);
    notices(&w.json, sum);
    outputs(&w.json, m);
    json_end(&w.json);
    buf_byte(&w.buf, '\n');
    drain(&w, true);
    buf_release(&w.buf);
    return w.rc;
}

void manifest_machine_zone(uint64_t at, char name[64], int *ret_minutes)
{
    char link[256];
    struct tm tm;
    time_t t = (time_t)(at / FILETIME_SECOND) - (time_t)(FILETIME_UNIX_EPOCH / FILETIME_SECOND);
    if (localtime_r(&t, &tm) == NULL) {
        snprintf(name, 64, "unknown");
        *ret_minutes = 0;
        return;
    }
    *ret_minutes = (int)(tm.tm_gmtoff / 60);
    snprintf(name, 64, "%s", tm.tm_zone);
    ssize_t n = readlink("/etc/localtime", link, sizeof link - 1);
    link[n > 0 ? n : 0] = '\0';
    const char *zone = strstr(link, "zoneinfo/");
    /* TZ overrides the link; then the abbreviation is what is true. */
    if (zone != NULL && getenv("TZ") == NULL)
        snprintf(name, 64, "%s", zone + strlen("zoneinfo/"));
}
