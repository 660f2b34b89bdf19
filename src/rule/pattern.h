/* pattern.h - a Sigma string value as tokens (notes/sigma.md 1.5).
 *
 * Escapes and wildcards are parsed before modifiers add theirs, so `\Temp\` with contains is
 * ANY `\Temp\` ANY. A windash position is one token that stands for five dashes: no expansion.
 * Rank: base/. */
#ifndef RULE_PATTERN_H
#define RULE_PATTERN_H

#include "base/arena.h"
#include "base/err.h"

enum token_kind {
    TOKEN_LITERAL, /* bytes; folded unless the pattern is cased */
    TOKEN_ANY,     /* `*`: any run, empty too; never two in a row */
    TOKEN_ONE,     /* `?`: exactly one code point (one byte where the text is invalid) */
    TOKEN_DASH     /* one of - / en dash, em dash, horizontal bar (windash) */
};

struct token {
    enum token_kind kind;
    struct slice literal; /* TOKEN_LITERAL: never empty */
};

struct pattern {
    struct token *token; /* in the rule arena; n == 0 matches only the empty text */
    size_t n;
    bool cased; /* literals compare bytewise, else folded against the folded text */
};

/* Parses the YAML scalar text. Literals are left unfolded until pattern_finish. */
int pattern_parse(struct slice text, struct arena *a, struct pattern *ret, struct ev_err *err);
/* The whole text as one literal: base64 results, numbers. */
int pattern_literal(struct slice text, struct arena *a, struct pattern *ret);
/* contains / endswith / startswith: ANY at front / back unless already there. */
int pattern_pad(struct pattern *p, bool front, bool back, struct arena *a);
/* windash: see notes/sigma.md 1.7. */
int pattern_windash(struct pattern *p, struct arena *a);
/* Folds the literals unless p->cased. Called once, last. */
int pattern_finish(struct pattern *p, struct arena *a);
/* True when there is no wildcard or dash token. */
bool pattern_is_plain(const struct pattern *p);

#endif
