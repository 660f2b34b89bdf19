/* rx.c - trees of expressions: making, anchoring, printing (rx.h).
 * May include base/, rule/, this folder. */
#include "knowledge/rx_impl.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/utf16.h"
#include "rule/ralloc.h"

#define LAST 0x10ffffU

struct rx *rx_new(struct arena *a, enum rx_kind kind)
{
    struct rx *r = ralloc(a, 1, sizeof *r);

    if (r)
        r->kind = kind;
    return r;
}

bool rx_add(struct arena *a, struct rx *r, struct rx *child)
{
    if (!r || !child)
        return false;
    if (r->n == r->room) {
        uint32_t room = r->room ? 2 * r->room : 4;
        struct rx **more = ralloc(a, room, sizeof(struct rx *));
        if (!more)
            return false;
        if (r->n)
            memcpy(more, r->u.child, r->n * sizeof(struct rx *));
        r->u.child = more;
        r->room = room;
    }
    r->u.child[r->n++] = child;
    return true;
}

bool rx_add_range(struct arena *a, struct rx *set, uint32_t from, uint32_t to)
{
    if (!set)
        return false;
    if (set->n == set->room) {
        uint32_t room = set->room ? 2 * set->room : 2;
        struct rx_range *more = ralloc(a, room, sizeof *more);
        if (!more)
            return false;
        if (set->n)
            memcpy(more, set->u.range, set->n * sizeof *more);
        set->u.range = more;
        set->room = room;
    }
    set->u.range[set->n++] = (struct rx_range){ from, to };
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct rx_range *x = a, *y = b;

    return x->from < y->from ? -1 : x->from > y->from;
}

void rx_set_finish(struct rx *set)
{
    uint32_t n = 0;

    if (!set->n)
        return;
    qsort(set->u.range, set->n, sizeof *set->u.range, compare_ranges);
    for (uint32_t i = 0; i < set->n; i++) {
        struct rx_range r = set->u.range[i];
        struct rx_range *last = n ? &set->u.range[n - 1] : NULL;
        if (last && (r.from <= last->to || r.from == last->to + 1))
            last->to = r.to > last->to ? r.to : last->to;
        else
            set->u.range[n++] = r;
    }
    set->n = n;
}

size_t rx_complement(const struct rx *set, struct rx_range *ret, size_t room)
{
    uint32_t at = 0;
    size_t n = 0;

    for (uint32_t i = 0; i < set->n; i++) {
        if (set->u.range[i].from > at && n < room)
            ret[n++] = (struct rx_range){ at, set->u.range[i].from - 1 };
        if (set->u.range[i].to >= LAST)
            return n;
        at = set->u.range[i].to + 1;
    }
    if (n < room)
        ret[n++] = (struct rx_range){ at, LAST };
    return n;
}

bool rx_is_full(const struct rx *set)
{
    return set->n == 1 && set->u.range[0].from == 0 && set->u.range[0].to == LAST;
}

struct rx *rx_full(struct arena *a)
{
    struct rx *set = rx_new(a, RX_SET);

    return rx_add_range(a, set, 0, LAST) ? set : NULL;
}

struct rx *rx_point(struct arena *a, uint32_t c)
{
    struct rx *set = rx_new(a, RX_SET);

    return rx_add_range(a, set, c, c) ? set : NULL;
}

struct rx *rx_repeat(struct arena *a, struct rx *child, uint32_t min, uint32_t max)
{
    struct rx *r = rx_new(a, RX_REPEAT);

    if (!rx_add(a, r, child))
        return NULL;
    r->min = min;
    r->max = max;
    return r;
}

/* --- from a pattern ---------------------------------------------------------------------------- */

#define MOST_CASES 8

static bool add_literal(struct arena *a, struct rx *cat, struct slice s,
                        const struct fold_inverse *inverse)
{
    for (size_t i = 0, len; i < s.n; i += len) {
        uint32_t c = utf8_decode(slice_sub(s, i, s.n), &len), other[MOST_CASES];
        size_t n = inverse ? fold_inverse_find(inverse, c, other, MOST_CASES) : 0;
        struct rx *set = rx_point(a, c);

        for (size_t k = 0; set && k < n; k++)
            if (!rx_add_range(a, set, other[k], other[k]))
                return false;
        if (!set)
            return false;
        rx_set_finish(set);
        if (!rx_add(a, cat, set))
            return false;
    }
    return true;
}

static struct rx *dashes(struct arena *a)
{
    struct rx *set = rx_new(a, RX_SET);

    if (!rx_add_range(a, set, '-', '-') || !rx_add_range(a, set, '/', '/') ||
        !rx_add_range(a, set, 0x2013, 0x2015))
        return NULL;
    return set;
}

struct rx *rx_of_pattern(const struct pattern *p, const struct fold_inverse *inverse,
                         struct arena *a)
{
    struct rx *cat = rx_new(a, RX_CAT);
    bool good = cat != NULL;

    for (size_t i = 0; good && i < p->n; i++) {
        switch (p->token[i].kind) {
        case TOKEN_LITERAL:
            good = add_literal(a, cat, p->token[i].literal, p->cased ? NULL : inverse);
            break;
        case TOKEN_ANY:
            good = rx_add(a, cat, rx_repeat(a, rx_full(a), 0, RX_MANY));
            break;
        case TOKEN_ONE:
            good = rx_add(a, cat, rx_full(a));
            break;
        case TOKEN_DASH:
            good = rx_add(a, cat, dashes(a));
            break;
        }
    }
    return good ? cat : NULL;
}

/* --- anchors ----------------------------------------------------------------------------------- */

bool rx_has(const struct rx *r, enum rx_kind kind)
{
    if (r->kind == kind)
        return true;
    if (r->kind != RX_CAT && r->kind != RX_ALT && r->kind != RX_REPEAT)
        return false;
    for (uint32_t i = 0; i < r->n; i++)
        if (rx_has(r->u.child[i], kind))
            return true;
    return false;
}

static bool has_anchor(const struct rx *r)
{
    return rx_has(r, RX_START) || rx_has(r, RX_END) || rx_has(r, RX_TEXT_END);
}

static int whole_alternative(struct rx *r, struct arena *a, struct rx **ret, struct ev_err *err)
{
    struct rx *cat = rx_new(a, RX_CAT);
    struct rx *single[] = { r };
    struct rx *const *child = r->kind == RX_CAT ? r->u.child : single;
    uint32_t from = 0, to = r->kind == RX_CAT ? r->n : 1;
    bool good = cat != NULL, starts = false, ends = false;

    for (; from < to && child[from]->kind == RX_START; from++)
        starts = true;
    if (!starts)
        good = good && rx_add(a, cat, rx_repeat(a, rx_full(a), 0, RX_MANY));
    enum rx_kind end = to > from ? child[to - 1]->kind : RX_EMPTY;
    if (end == RX_END || end == RX_TEXT_END) {
        ends = true;
        to--;
    }
    for (uint32_t i = from; good && i < to; i++) {
        if (has_anchor(child[i]))
            return ev_err_set(err, EV_EUNSUPPORTED,
                              "a regular expression with an anchor inside: the target compares "
                              "whole values");
        good = rx_add(a, cat, child[i]);
    }
    if (!ends)
        good = good && rx_add(a, cat, rx_repeat(a, rx_full(a), 0, RX_MANY));
    else if (end == RX_END)
        good = good && rx_add(a, cat, rx_repeat(a, rx_point(a, '\n'), 0, 1));
    if (!good)
        return ev_err_set(err, EV_ELIMIT, RALLOC_FULL);
    *ret = cat;
    return EV_OK;
}

int rx_whole(struct rx *r, struct arena *a, struct rx **ret, struct ev_err *err)
{
    struct rx *alt;
    int rc = EV_OK;

    while (r->kind == RX_CAT && r->n == 1)
        r = r->u.child[0];
    if (r->kind != RX_ALT)
        return whole_alternative(r, a, ret, err);
    alt = rx_new(a, RX_ALT);
    for (uint32_t i = 0; rc == EV_OK && i < r->n; i++) {
        struct rx *one = NULL;
        rc = whole_alternative(r->u.child[i], a, &one, err);
        if (rc == EV_OK && !rx_add(a, alt, one))
            rc = ev_err_set(err, EV_ELIMIT, RALLOC_FULL);
    }
    if (rc == EV_OK)
        *ret = alt;
    return rc;
}

/* --- printing ---------------------------------------------------------------------------------- */

static void print_ranges(const struct rx_range *range, size_t n, const struct rx_style *style,
                         struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        style->in_set(range[i].from, out);
        if (range[i].to == range[i].from)
            continue;
        if (range[i].to > range[i].from + 1)
            buf_byte(out, '-');
        style->in_set(range[i].to, out);
    }
}

static void print_set(const struct rx *set, const struct rx_style *style, struct buf *out)
{
    struct rx_range missing[64];
    const struct rx_range *r = set->u.range;

    if (set->n == 1 && r->from == r->to) {
        style->point(r->from, out);
    } else if (style->set) {
        style->set(set, out);
    } else if (rx_is_full(set)) {
        buf_str(out, style->any);
    } else if (r[set->n - 1].to == LAST) {
        size_t n = rx_complement(set, missing, sizeof missing / sizeof *missing);
        buf_str(out, "[^");
        print_ranges(missing, n, style, out);
        buf_byte(out, ']');
    } else {
        buf_byte(out, '[');
        print_ranges(r, set->n, style, out);
        buf_byte(out, ']');
    }
}

static void print_times(const struct rx *r, struct buf *out)
{
    if (r->max == RX_MANY && r->min <= 1)
        buf_byte(out, r->min ? '+' : '*');
    else if (r->max == RX_MANY)
        buf_printf(out, "{%u,}", r->min);
    else if (r->min == 0 && r->max == 1)
        buf_byte(out, '?');
    else if (r->min == r->max)
        buf_printf(out, "{%u}", r->min);
    else
        buf_printf(out, "{%u,%u}", r->min, r->max);
}

static void print_child(const struct rx *r, bool group, const struct rx_style *style,
                        struct buf *out)
{
    if (group)
        buf_str(out, style->open);
    rx_print(r, style, out);
    if (group)
        buf_byte(out, ')');
}

static void print_list(const struct rx *r, const struct rx_style *style, struct buf *out)
{
    for (uint32_t i = 0; i < r->n; i++) {
        if (i && r->kind == RX_ALT)
            buf_byte(out, '|');
        print_child(r->u.child[i], r->kind == RX_CAT && r->u.child[i]->kind == RX_ALT, style, out);
    }
}

void rx_print(const struct rx *r, const struct rx_style *style, struct buf *out)
{
    switch (r->kind) {
    case RX_EMPTY:
        break;
    case RX_SET:
        print_set(r, style, out);
        break;
    case RX_CAT:
    case RX_ALT:
        print_list(r, style, out);
        break;
    case RX_REPEAT:
        if (style->any_run && r->min == 0 && r->max == RX_MANY && r->u.child[0]->kind == RX_SET &&
            rx_is_full(r->u.child[0])) {
            buf_str(out, style->any_run);
            break;
        }
        print_child(r->u.child[0], r->u.child[0]->kind != RX_SET, style, out);
        print_times(r, out);
        break;
    case RX_START:
        buf_str(out, style->start);
        break;
    case RX_END:
        buf_str(out, style->end);
        break;
    case RX_TEXT_END:
        buf_str(out, style->text_end);
        break;
    case RX_EDGE:
        buf_str(out, style->edge);
        break;
    case RX_NO_EDGE:
        buf_str(out, style->no_edge);
        break;
    }
}
