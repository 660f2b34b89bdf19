/* report.c - see report.h. */
#include "rule/report.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

/* All files of a run together; far above what a person reads. */
#define MESSAGES_MAX 1000000
/* Texts quote parts of rules; a message is one sentence. */
#define TEXT_MAX 512

void report_init(struct report *r, struct arena *arena)
{
    *r = (struct report){ .arena = arena };
}

void report_release(struct report *r)
{
    vec_release(&r->message);
}

void report_file(struct report *r, struct slice file)
{
    r->file = file;
    r->in_file = 0;
    report_document(r);
}

void report_document(struct report *r)
{
    r->refused = false;
    r->why = REFUSAL_SYNTAX;
}

__attribute__((format(printf, 5, 0))) static void keep(struct report *r, enum message_kind kind,
                                                       uint32_t line, uint32_t column,
                                                       const char *fmt, va_list ap)
{
    char text[TEXT_MAX];
    int n = vsnprintf(text, sizeof text, fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct slice copy = SLICE_ABSENT;
    /* That the arena is full must still be told; messages of a file are few. */
    struct arena *a = r->arena;
    if (r->in_file < LIMIT_RULE_ERRORS && a->cap - a->used < 2 * TEXT_MAX)
        a->cap = a->used + 2 * TEXT_MAX;
    if (r->in_file < LIMIT_RULE_ERRORS)
        copy = arena_dup(r->arena, slice_of(text, len));
    struct rule_message m = { kind, r->file, line, column, copy };
    if (copy.p == NULL || !vec_push(&r->message, MESSAGES_MAX, m)) {
        r->dropped++;
        return;
    }
    r->in_file++;
}

int report_error(struct report *r, enum refusal why, uint32_t line, uint32_t column,
                 const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    keep(r, why == REFUSAL_LOGSOURCE ? MESSAGE_WARNING : MESSAGE_ERROR, line, column, fmt, ap);
    va_end(ap);
    if (!r->refused || why < r->why)
        r->why = why;
    r->refused = true;
    return why == REFUSAL_SYNTAX ? EV_ESYNTAX : EV_EUNSUPPORTED;
}

void report_warning(struct report *r, uint32_t line, uint32_t column, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    keep(r, MESSAGE_WARNING, line, column, fmt, ap);
    va_end(ap);
}
