/* verify_json.c - what verify found about a file, as JSON. */
#include <stdio.h>

#include "base/filetime.h"
#include "out/json.h"
#include "out/verify_out.h"

/* A class as a key: "slack, empty" is slack_empty. */
static void key(struct json *j, enum span_class c)
{
    char text[64];
    size_t n = 0;

    for (const char *name = span_name(c); *name && n + 1 < sizeof text; name++)
        if (*name != ',')
            text[n++] = *name == ' ' ? '_' : *name;
    json_key_slice(j, slice_of(text, n));
}

static void number(struct json *j, const char *name, uint64_t n)
{
    json_key(j, name);
    json_u64(j, n);
}

static void span(struct json *j, const char *name, uint64_t least, uint64_t most)
{
    json_key(j, name);
    if (most == 0) {
        json_null(j);
        return;
    }
    json_object(j);
    number(j, "first", least);
    number(j, "last", most);
    json_end(j);
}

static void put_time(struct json *j, const char *name, uint64_t t)
{
    char text[FILETIME_TEXT];
    size_t n = filetime_iso(t, text);

    json_key(j, name);
    if (t)
        json_slice(j, slice_of(text, n));
    else
        json_null(j);
}

static void put_header(struct json *j, const struct verification *v)
{
    char version[32];

    json_key(j, "header");
    if (!v->header) {
        json_null(j);
        return;
    }
    json_object(j);
    snprintf(version, sizeof version, "%u.%u", v->major, v->minor);
    json_key(j, "version");
    json_str(j, version);
    number(j, "flags", v->flags);
    json_key(j, "checksum");
    json_str(j, verify_sum_name(v->header_sum));
    number(j, "chunks", v->counted);
    number(j, "first_chunk", v->first_chunk);
    number(j, "last_chunk", v->last_chunk);
    number(j, "next_record", v->next_number);
    json_end(j);
}

static void put_notes(struct json *j, const struct verification *v)
{
    json_key(j, "notes");
    json_array(j);
    for (size_t i = 0; i < v->note.n; i++) {
        const struct verify_note *n = &v->note.v[i];

        json_object(j);
        json_key(j, "weight");
        json_str(j, verify_weight_name(verify_kind_weight(n->kind)));
        json_key(j, "kind");
        json_str(j, verify_kind_name(n->kind));
        number(j, "offset", n->offset);
        json_key(j, "record_number");
        if (n->record_number)
            json_u64(j, n->record_number);
        else
            json_null(j);
        json_key(j, "text");
        json_slice(j, slice_str(n->text));
        json_end(j);
    }
    json_end(j);
}

static void put_chunks(struct json *j, const struct verification *v)
{
    json_key(j, "chunks");
    json_array(j);
    for (size_t i = 0; i < v->chunk.n; i++) {
        const struct verify_chunk *c = &v->chunk.v[i];

        json_object(j);
        number(j, "offset", c->offset);
        number(j, "flags", c->flags);
        number(j, "used_to", c->free_at);
        json_key(j, "header_checksum");
        json_str(j, verify_sum_name(c->header_sum));
        json_key(j, "records_checksum");
        json_str(j, verify_sum_name(c->records_sum));
        number(j, "first_number", c->first_number);
        number(j, "last_number", c->last_number);
        number(j, "first_id", c->first_id);
        number(j, "last_id", c->last_id);
        number(j, "records", c->records);
        span(j, "found", c->first, c->last);
        json_end(j);
    }
    json_end(j);
}

static void put_spans(struct json *j, const char *name, const uint64_t n[SPAN_CLASSES])
{
    json_key(j, name);
    json_object(j);
    for (int i = 0; i < SPAN_CLASSES; i++) {
        if (n[i] == 0)
            continue;
        key(j, (enum span_class)i);
        json_u64(j, n[i]);
    }
    json_end(j);
}

/* Records that nothing but shadow copies has. */
static void put_only(struct json *j, const struct verification *v)
{
    json_key(j, "only_in_shadow_copy");
    json_object(j);
    number(j, "records", v->only);
    json_key(j, "event_record_ids");
    json_array(j);
    for (size_t i = 0; i < v->only_span.n; i++) {
        json_object(j);
        number(j, "first", v->only_span.v[i].first);
        number(j, "last", v->only_span.v[i].last);
        json_end(j);
    }
    json_end(j);
    put_time(j, "first_event", v->only_first);
    put_time(j, "last_event", v->only_last);
    json_end(j);
}

void verify_json(const struct verification *v, struct slice path, struct buf *out)
{
    struct json j;

    json_init(&j, out, false);
    json_object(&j);
    json_key(&j, "file");
    json_slice(&j, path);
    number(&j, "size", v->size);
    put_header(&j, v);
    put_spans(&j, "bytes", v->bytes);
    put_spans(&j, "records", v->records);
    span(&j, "record_numbers", v->least_number, v->most_number);
    span(&j, "event_record_ids", v->least_id, v->most_id);
    put_time(&j, "first_event", v->least_time);
    put_time(&j, "last_event", v->most_time);
    number(&j, "damage", verification_weight(v, WEIGHT_DAMAGE));
    number(&j, "signs", verification_weight(v, WEIGHT_SIGN));
    json_key(&j, "counts");
    json_object(&j);
    for (int k = 0; k < VERIFY_KINDS; k++) {
        if (v->count[k])
            number(&j, verify_kind_name((enum verify_kind)k), v->count[k]);
    }
    json_end(&j);
    if (v->only)
        put_only(&j, v);
    put_notes(&j, v);
    put_chunks(&j, v);
    json_end(&j);
}
