/* leaf.c - one test against one event.
 *
 * A test is asked about one field after the other (any occurrence counts); what differs between the
 * kinds is one function each.
 * May include base/, event/, rule/. */
#include "match/leaf.h"

#include "base/fold.h"
#include "match/glob.h"
#include "match/number.h"

int leaf_init(struct leaf *l, const struct test *t, struct slice category, struct arena *a,
              struct ev_err *err)
{
    *l = (struct leaf){ .test = t };
    if (t->field.p && category.p)
        l->carried = category_carries(category, t->field);
    if (t->kind == TEST_FIELDREF && category.p)
        l->ref_carried = category_carries(category, t->u.ref.field);
    if (t->kind == TEST_REGEX) {
        l->guard = arena_zalloc(a, 1, sizeof *l->guard);
        guard_init(l->guard, t, a);
        return regex_new(t, &l->regex, err);
    }
    if (t->kind == TEST_PATTERN)
        l->pattern = t->u.text.pattern;
    return EV_OK;
}

void leaf_release(struct leaf *l)
{
    regex_free(l->regex);
    l->regex = NULL;
}

/* The question that a leaf puts to one field. */
struct question {
    const struct leaf *leaf;
    struct view *view;
    struct regex_state *regex;
    uint32_t field;
    struct place *place; /* never NULL */
};

/* Offsets in the folded text become offsets in the text. */
static void place_unfold(struct question *q, size_t offset, size_t length)
{
    struct slice text = event_text(&q->view->event, q->field);
    struct slice folded = view_folded(q->view, q->field);

    if (folded.p != text.p && folded.n != text.n) {
        size_t end = fold_offset(text, offset + length);

        offset = fold_offset(text, offset);
        length = end - offset;
    }
    q->place->offset = offset;
    q->place->length = length;
}

static enum tri ask_pattern(struct question *q)
{
    const struct pattern *p = &q->leaf->pattern;
    const struct test *t = q->leaf->test;
    struct slice text =
        p->cased ? event_text(&q->view->event, q->field) : view_folded(q->view, q->field);
    size_t offset, length;

    if (glob_match(p, text, &offset, &length)) {
        q->place->offset = offset;
        q->place->length = length;
        if (!p->cased)
            place_unfold(q, offset, length);
        return TRI_TRUE;
    }
    if (!t->u.text.is_number || !number_equals(t, text))
        return TRI_FALSE;
    *q->place = (struct place){ .offset = 0, .length = text.n };
    return TRI_TRUE;
}

static enum tri ask_regex(struct question *q)
{
    struct slice text = event_text(&q->view->event, q->field);

    switch (regex_search(q->leaf->regex, q->regex, text, &q->place->offset, &q->place->length)) {
    case REGEX_YES:
        return TRI_TRUE;
    case REGEX_LIMIT:
        /* The engine gave up on a text of which a look would have told. */
        return guard_excludes(q->leaf->guard, view_folded(q->view, q->field)) ? TRI_FALSE
                                                                              : TRI_UNKNOWN;
    default:
        return TRI_FALSE;
    }
}

static enum tri ask_cidr(struct question *q)
{
    struct slice text = event_text(&q->view->event, q->field);

    q->place->length = text.n;
    return number_cidr(q->leaf->test, text) ? TRI_TRUE : TRI_FALSE;
}

static enum tri ask_compare(struct question *q)
{
    return number_compare(q->leaf->test, event_text(&q->view->event, q->field)) ? TRI_TRUE
                                                                                : TRI_FALSE;
}

static enum tri ask_timepart(struct question *q)
{
    struct slice text = event_text(&q->view->event, q->field);

    return number_timepart(q->leaf->test, &q->view->event.field[q->field].value, text) ? TRI_TRUE
                                                                                       : TRI_FALSE;
}

static enum tri ask_null(struct question *q)
{
    return event_text(&q->view->event, q->field).n == 0 ? TRI_TRUE : TRI_FALSE;
}

static enum tri ask_exists(struct question *q)
{
    return q->leaf->test->u.exists ? TRI_TRUE : TRI_FALSE;
}

/* How does one text lie in the other? */
static bool ref_holds(enum ref_mode mode, struct slice text, struct slice other)
{
    switch (mode) {
    case REF_EQUALS:
        return slice_eq(text, other);
    case REF_CONTAINS:
        return slice_find(text, other) != SIZE_MAX;
    case REF_STARTS:
        return slice_starts(text, other);
    case REF_ENDS:
        return slice_ends(text, other);
    }
    return false;
}

static enum tri ask_fieldref(struct question *q)
{
    const struct test *t = q->leaf->test;
    struct view *v = q->view;
    bool cased = t->u.ref.cased;
    struct slice text = cased ? event_text(&v->event, q->field) : view_folded(v, q->field);

    for (uint32_t i = view_first(v, t->u.ref.field_id); i != VIEW_END; i = v->next[i])
        if (ref_holds(t->u.ref.mode, text, cased ? event_text(&v->event, i) : view_folded(v, i)))
            return TRI_TRUE;
    return TRI_FALSE;
}

static enum tri (*const ask[])(struct question *q) = {
    [TEST_PATTERN] = ask_pattern, [TEST_REGEX] = ask_regex,       [TEST_CIDR] = ask_cidr,
    [TEST_COMPARE] = ask_compare, [TEST_TIMEPART] = ask_timepart, [TEST_EXISTS] = ask_exists,
    [TEST_NULL] = ask_null,       [TEST_FIELDREF] = ask_fieldref,
};

/* Asks about one field; true ends the search. */
static bool ask_field(struct question *q, uint32_t field, enum tri *answer)
{
    enum tri t;

    q->field = field;
    *q->place = (struct place){ .field = field };
    t = ask[q->leaf->test->kind](q);
    q->place->field = field;
    if (t > *answer)
        *answer = t;
    return t == TRI_TRUE;
}

enum tri leaf_plain(const struct leaf *l, struct view *v, struct regex_state *s,
                    struct place *ret_place)
{
    struct place unused;
    struct question q = { .leaf = l, .view = v, .regex = s };
    const struct test *t = l->test;
    enum tri answer = TRI_FALSE;

    q.place = ret_place ? ret_place : &unused;
    if (!t->field.p) { /* keyword: any value, RenderingInfo's too */
        for (size_t i = 0; i < v->event.n; i++)
            if (ask_field(&q, (uint32_t)i, &answer))
                break;
        return answer;
    }
    if (view_first(v, t->field_id) == VIEW_END) {
        *q.place = (struct place){ .field = VIEW_END };
        return t->kind == TEST_NULL || (t->kind == TEST_EXISTS && !t->u.exists) ? TRI_TRUE
                                                                                : TRI_FALSE;
    }
    for (uint32_t i = view_first(v, t->field_id); i != VIEW_END; i = v->next[i])
        if (ask_field(&q, i, &answer))
            break;
    return answer;
}

static bool is_ascii(struct slice s)
{
    uint64_t v, all = 0;
    size_t i = 0;

    for (; s.n - i >= sizeof v; i += sizeof v) {
        memcpy(&v, s.p + i, sizeof v);
        all |= v;
    }
    for (; i < s.n; i++)
        all |= s.p[i];
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

/* A text that is the literal, or begins or ends with it: no search tells more. */
static bool place_at_end(const struct pattern *p, bool is_number, struct slice text,
                         struct place *ret)
{
    const struct token *t = p->token;

    if (pattern_is_plain(p)) {
        ret->length = text.n;
        return true;
    }
    if (p->n != 2 || is_number)
        return false;
    if (t[0].kind == TOKEN_LITERAL && t[1].kind == TOKEN_ANY) {
        ret->length = t[0].literal.n;
        return true;
    }
    if (t[0].kind != TOKEN_ANY || t[1].kind != TOKEN_LITERAL)
        return false;
    ret->length = t[1].literal.n;
    ret->offset = text.n - ret->length;
    return true;
}

void leaf_place(const struct leaf *l, struct view *v, struct regex_state *s,
                struct place *ret_place)
{
    const struct test *t = l->test;
    uint32_t i = t->field.p ? view_first(v, t->field_id) : VIEW_END;

    if (t->kind == TEST_PATTERN && i != VIEW_END && v->next[i] == VIEW_END) {
        struct slice text = event_text(&v->event, i);

        *ret_place = (struct place){ .field = i };
        if ((l->pattern.cased || is_ascii(text)) &&
            place_at_end(&l->pattern, t->u.text.is_number, text, ret_place))
            return;
    }
    leaf_plain(l, v, s, ret_place);
}

bool leaf_unknown(const struct leaf *l, struct view *v)
{
    return (l->carried && view_silent(v, l->test->field_id)) ||
           (l->ref_carried && view_silent(v, l->test->u.ref.field_id));
}
