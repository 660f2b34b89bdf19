/* native_fact.h - what struct event takes from System: texts that seldom change, and numbers.
 * Rank: base/, event/, native_impl.h. */
#ifndef EVTX_NATIVE_FACT_H
#define EVTX_NATIVE_FACT_H

#include "evtx/native_impl.h"

/* Provider, channel and EventID of a record as `want` was asked for them. */
struct native_key {
    struct slice provider, channel;
    uint32_t event_id;
};

/* native_memo_text where the value is not that of the record before. */
struct slice native_memo_make(struct native_job *j, enum template_fact fact, const struct value *v);

/* The text of a value that seldom changes. Borrowed until the next record. */
static inline struct slice native_memo_text(struct native_job *j, enum template_fact fact,
                                            const struct value *v)
{
    const struct native_memo *m = &j->nw->memo[fact];

    if (v->n == m->n && v->type == m->type && memcmp(v->p, m->raw, m->n) == 0)
        return slice_of(m->text, m->text_n);
    return native_memo_make(j, fact, v);
}

/* The facts of the event that this field tells. Texts of the key are there already. */
void native_fact_set(struct native_job *j, const struct native_key *key, uint8_t fact,
                     struct field *f);

#endif
