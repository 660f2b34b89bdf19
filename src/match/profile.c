/* profile.c - see profile.h.
 *
 * May include base/, this folder. */
#include "match/profile.h"

#include <stdlib.h>

#include "base/mem.h"
#include "match/group.h"

void match_profile_init(struct match_profile *p, size_t nrule, size_t nfield)
{
    *p = (struct match_profile){ .nrule = nrule, .nfield = nfield };
    p->rule = xcalloc(nrule + 1, sizeof *p->rule);
    p->field = xcalloc(nfield + 1, sizeof *p->field);
}

void match_profile_release(struct match_profile *p)
{
    free(p->rule);
    free(p->field);
    *p = (struct match_profile){ 0 };
}

void match_profile_add(struct match_profile *to, const struct match_profile *from)
{
    for (size_t i = 0; i < to->nrule; i++) {
        to->rule[i].woken += from->rule[i].woken;
        to->rule[i].ns += from->rule[i].ns;
    }
    for (size_t i = 0; i <= to->nfield; i++) {
        to->field[i].values += from->field[i].values;
        to->field[i].remembered += from->field[i].remembered;
        to->field[i].bytes += from->field[i].bytes;
        to->field[i].facts += from->field[i].facts;
        to->field[i].ns += from->field[i].ns;
    }
    to->events += from->events;
    to->alike += from->alike;
    to->facts += from->facts;
    to->ns_values += from->ns_values;
    to->ns_rules += from->ns_rules;
}

const struct match_profile *scratch_profile(const struct scratch *s)
{
    return s->profile;
}

bool matcher_field_index(const struct matcher *m, size_t i, size_t *ret_atoms, size_t *ret_chain)
{
    const struct sieve *s = m->index && i <= m->index->nfield ? m->index->sieve[i] : NULL;

    if (!s)
        return false;
    *ret_atoms = sieve_atoms(s);
    *ret_chain = sieve_longest_chain(s);
    return true;
}
