#include "event/verification.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

const char *verify_weight_name(enum verify_weight w)
{
    static const char *const name[] = {
        [WEIGHT_NOTE] = "note", [WEIGHT_SIGN] = "sign", [WEIGHT_DAMAGE] = "damage"
    };

    return name[w];
}

const char *verify_sum_name(enum verify_sum s)
{
    static const char *const name[] = {
        [SUM_NONE] = "none", [SUM_GOOD] = "good", [SUM_BAD] = "bad"
    };

    return name[s];
}

static const struct {
    const char *name;
    enum verify_weight weight;
} kinds[VERIFY_KINDS] = {
    [VERIFY_FILE_HEADER] = { "file-header", WEIGHT_DAMAGE },
    [VERIFY_DIRTY] = { "dirty", WEIGHT_NOTE },
    [VERIFY_HEADER_COUNTS] = { "header-counts", WEIGHT_NOTE },
    [VERIFY_CHUNK_HEADER] = { "chunk-header", WEIGHT_DAMAGE },
    [VERIFY_CHUNK_CHECKSUM] = { "chunk-checksum", WEIGHT_DAMAGE },
    [VERIFY_CHUNK_NUMBERS] = { "chunk-numbers", WEIGHT_SIGN },
    [VERIFY_TRUNCATED] = { "truncated", WEIGHT_DAMAGE },
    [VERIFY_RECORD_SIZE] = { "record-size", WEIGHT_DAMAGE },
    [VERIFY_UNREADABLE] = { "unreadable-record", WEIGHT_DAMAGE },
    [VERIFY_HIDDEN] = { "hidden-record", WEIGHT_SIGN },
    [VERIFY_NUMBER_GAP] = { "number-gap", WEIGHT_SIGN },
    [VERIFY_NUMBER_ORDER] = { "number-order", WEIGHT_SIGN },
    [VERIFY_ID_GAP] = { "id-gap", WEIGHT_NOTE },
    [VERIFY_ID_ORDER] = { "id-order", WEIGHT_NOTE },
    [VERIFY_TIME_BACK] = { "time-back", WEIGHT_NOTE },
    [VERIFY_TIME_DIFFERS] = { "time-differs", WEIGHT_NOTE },
    [VERIFY_LOG_CLEARED] = { "log-cleared", WEIGHT_SIGN },
    [VERIFY_CLOCK_CHANGED] = { "clock-changed", WEIGHT_NOTE },
    [VERIFY_ONLY_SHADOW] = { "only-in-shadow-copy", WEIGHT_SIGN },
    [VERIFY_RECORD_CHANGED] = { "record-changed", WEIGHT_SIGN },
    [VERIFY_SLACK] = { "slack-content", WEIGHT_NOTE },
    [VERIFY_LIMIT] = { "limit", WEIGHT_NOTE },
};

const char *verify_kind_name(enum verify_kind k)
{
    return kinds[k].name;
}

enum verify_weight verify_kind_weight(enum verify_kind k)
{
    return kinds[k].weight;
}

void verification_init(struct verification *v)
{
    *v = (struct verification){ 0 };
}

void verification_release(struct verification *v)
{
    vec_release(&v->note);
    vec_release(&v->only_span);
    vec_release(&v->chunk);
}

void verification_note(struct verification *v, enum verify_kind kind, uint64_t offset,
                       uint64_t record_number, const char *fmt, ...)
{
    struct verify_note n = { .kind = kind, .offset = offset, .record_number = record_number };
    va_list ap;

    v->count[kind]++;
    va_start(ap, fmt);
    vsnprintf(n.text, sizeof n.text, fmt, ap);
    va_end(ap);
    (void)vec_push(&v->note, LIMIT_FINDINGS, n);
}

uint64_t verification_weight(const struct verification *v, enum verify_weight w)
{
    uint64_t n = 0;

    for (int k = 0; k < VERIFY_KINDS; k++)
        n += kinds[k].weight == w ? v->count[k] : 0;
    return n;
}

uint64_t verification_bytes(const struct verification *v)
{
    uint64_t n = 0;

    for (int c = 0; c < SPAN_CLASSES; c++)
        n += v->bytes[c];
    return n;
}

uint64_t verification_recoverable(const struct verification *v)
{
    return v->records[SPAN_HIDDEN] + v->records[SPAN_TORN] + v->records[SPAN_SLACK_RECORD] +
           v->records[SPAN_CARVED_RECORD];
}
