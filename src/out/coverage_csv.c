/* coverage_csv.c - one row a computer and rule. */
#include "base/escape.h"
#include "base/limits.h"
#include "out/coverage_out.h"

struct csv {
    const struct coverage *c;
    struct buf row, cell;
};

static void put(struct csv *w, struct slice s)
{
    buf_byte(&w->row, ',');
    escape_csv(s, true, &w->row);
}

static void put_tags(struct csv *w, const struct rule *r, enum attack_kind kind)
{
    struct attack_tag tag[ATTACK_TAGS];
    size_t n = attack_tags(w->c->attack, r, kind, tag, ATTACK_TAGS);
    buf_clear(&w->cell);
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
        buf_str(&w->cell, i ? "; " : "");
        attack_tag_text(&tag[i], &w->cell);
    }
    put(w, buf_view(&w->cell));
}

static void put_row(struct csv *w, size_t host, const struct rule *r)
{
    static const char *const state[] = { "could-not", "in-part", "could-fire" };
    const struct cover one = coverage_judge(w->c, host, r);
    const struct slice computer = w->c->evidence->host[host].computer;
    escape_csv(computer.p ? computer : SLICE(""), true, &w->row);
    put(w, r->id);
    put(w, r->title);
    put(w, slice_str(level_name(r->level)));
    put(w, slice_str(state[one.state]));
    put(w, slice_str(cover_reason_name(one.reason)));
    buf_clear(&w->cell);
    cover_text(&one, &w->cell);
    put(w, buf_view(&w->cell));
    put_tags(w, r, ATTACK_TACTIC);
    put_tags(w, r, ATTACK_TECHNIQUE);
    put(w, r->file);
    buf_str(&w->row, "\r\n");
}

int coverage_csv(const struct coverage *c, const struct coverage_view *v, struct output *out,
                 struct ev_err *err)
{
    struct csv w = { .c = c };
    int rc;
    (void)v;
    buf_init(&w.row, LIMIT_OUT_ROW);
    buf_init(&w.cell, LIMIT_OUT_ROW);
    buf_str(&w.row, "computer,rule_id,rule_title,level,state,reason,explanation,tactics,techniques,"
                    "rule_file\r\n");
    rc = coverage_flush(out, &w.row, err);
    for (size_t h = 0; h < c->nhost && rc == EV_OK; h++) {
        for (size_t i = 0; i < c->rules->n && rc == EV_OK; i++) {
            if (!coverage_shows(c, c->rules->rule[i]))
                continue;
            put_row(&w, h, c->rules->rule[i]);
            rc = coverage_flush(out, &w.row, err);
        }
    }
    buf_release(&w.row);
    buf_release(&w.cell);
    return rc;
}
