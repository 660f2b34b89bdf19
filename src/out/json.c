/* json.c - write JSON. */
#include "out/json.h"

#include <assert.h>

#include "base/escape.h"

void json_init(struct json *j, struct buf *out, bool pretty)
{
    *j = (struct json){ .out = out, .pretty = pretty };
}

static void line(struct json *j)
{
    if (!j->pretty)
        return;
    buf_byte(j->out, '\n');
    for (unsigned i = 0; i < j->depth; i++)
        buf_str(j->out, "  ");
}

/* What stands before a key, or before a value that has none. */
static void separate(struct json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->depth == 0)
        return;
    if (j->comma[j->depth])
        buf_byte(j->out, ',');
    j->comma[j->depth] = true;
    line(j);
}

static void open(struct json *j, char first, char last)
{
    separate(j);
    buf_byte(j->out, (uint8_t)first);
    assert(j->depth + 1 < JSON_DEPTH); /* the nesting is ours, not the input's */
    j->depth++;
    j->comma[j->depth] = false;
    j->close[j->depth] = last;
}

void json_object(struct json *j)
{
    open(j, '{', '}');
}

void json_array(struct json *j)
{
    open(j, '[', ']');
}

void json_end(struct json *j)
{
    bool filled = j->comma[j->depth];
    char last = j->close[j->depth];
    j->depth--;
    if (filled)
        line(j);
    buf_byte(j->out, (uint8_t)last);
}

static void colon(struct json *j)
{
    buf_str(j->out, j->pretty ? ": " : ":");
    j->after_key = true;
}

void json_key(struct json *j, const char *key)
{
    separate(j);
    buf_byte(j->out, '"');
    buf_str(j->out, key);
    buf_byte(j->out, '"');
    colon(j);
}

void json_key_slice(struct json *j, struct slice key)
{
    separate(j);
    escape_json_string(key, j->out);
    colon(j);
}

void json_slice(struct json *j, struct slice s)
{
    separate(j);
    if (s.p == NULL)
        buf_str(j->out, "null");
    else
        escape_json_string(s, j->out);
}

void json_str(struct json *j, const char *s)
{
    json_slice(j, slice_str(s));
}

void json_u64(struct json *j, uint64_t n)
{
    separate(j);
    buf_u64(j->out, n);
}

void json_bool(struct json *j, bool b)
{
    separate(j);
    buf_str(j->out, b ? "true" : "false");
}

void json_null(struct json *j)
{
    separate(j);
    buf_str(j->out, "null");
}

void json_raw(struct json *j, struct slice text)
{
    separate(j);
    buf_slice(j->out, text);
}
