/* rule_texts.c - see rule_texts.h. May include base/, rule/. */
#include "out/rule_texts.h"

#include "base/limits.h"

void rule_texts_release(struct rule_texts *t)
{
    for (size_t i = 0; i < t->v.n; i++)
        buf_release(&t->v.v[i].text);
    vec_release(&t->v);
}

const struct rule_text *rule_texts_get(struct rule_texts *t, const struct rule *r, unsigned parts,
                                       rule_text_fn *write, void *ctx)
{
    while (t->v.n <= r->index) {
        struct rule_text none = { .rule = NULL };

        buf_init(&none.text, LIMIT_OUT_ROW);
        (void)vec_push(&t->v, SIZE_MAX, none);
    }
    struct rule_text *one = &t->v.v[r->index];
    if (one->rule == r)
        return one;
    one->rule = r;
    buf_clear(&one->text);
    for (unsigned i = 0; i < parts; i++) {
        write(ctx, r, i, &one->text);
        one->end[i] = one->text.n;
    }
    return one;
}
