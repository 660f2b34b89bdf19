/* attack.h - ATT&CK names for the tags of rules.
 *
 * Tables are generated at build time from the text files in this folder (their head says version
 * and terms). Retired ids resolve to their successor and keep the id as written.
 * Rank: base/, rule/. */
#ifndef KNOWLEDGE_ATTACK_H
#define KNOWLEDGE_ATTACK_H

#include "base/buf.h"
#include "base/err.h"
#include "rule/rule.h"

enum attack_kind {
    ATTACK_TACTIC,
    ATTACK_TECHNIQUE,
    ATTACK_GROUP,
    ATTACK_SOFTWARE,
    ATTACK_MITIGATION,
    ATTACK_DATA_SOURCE,
    ATTACK_CAMPAIGN
};

struct attack_entry {
    enum attack_kind kind;
    const char *id;         /* "TA0006", "T1003.001", "G0016", "S0002" */
    const char *name;       /* "Credential Access"; sub-techniques' own name: "LSASS Memory" */
    const char *short_name; /* tactics: "credential-access"; else "" */
    const char *tactics;    /* techniques: short names joined with ","; else "" */
    const char *successor;  /* id, or "" when the entry is current or has none; of a tactic that
                             * became several: all of them, with blanks */
    bool current;
    uint16_t order; /* tactics: place in the matrix, from 1 */
};

/* A table of ATT&CK. NULL stands everywhere for the one that is built in. */
struct attack;

/* Reads a table that replaces the built-in one: a STIX 2 bundle of enterprise-attack, or text in the
 * form of attack.txt (its first byte decides: `{`). Retired tactics and techniques that it does not
 * have keep what the built-in table says of them, so that old rules still resolve. EV_EIO,
 * EV_EFORMAT, EV_ELIMIT. Freed with attack_free. */
int attack_open(const char *path, struct attack **ret, struct ev_err *err);
void attack_free(struct attack *a);

/* The entry of a tag without or with "attack." prefix: `attack.t1003.001`,
 * `attack.credential_access` (`_` is `-`, case does not matter), `T1003`. NULL when unknown. Lives
 * as long as the table. */
const struct attack_entry *attack_find(const struct attack *a, struct slice tag);

/* The entry that counts today: e itself, or what its first successor resolves to; e when it has
 * none. */
const struct attack_entry *attack_current(const struct attack *a, const struct attack_entry *e);

/* The n-th entry of the table, sorted by id; NULL after the last. */
const struct attack_entry *attack_at(const struct attack *a, size_t n);

/* A technique or tactic that a rule is tagged with. */
struct attack_tag {
    struct slice tag;                 /* as in the rule: "attack.t1086" */
    const struct attack_entry *entry; /* of that tag; NULL: no such id in the table */
    const struct attack_entry *now; /* the entry that counts today; of a tactic that became several
                                       * the one that a technique of the rule belongs to */
};
#define ATTACK_TAGS 128 /* room that callers have; SigmaHQ's most is 14 techniques in one rule */

/* The rule's tags of that kind: techniques in the order of the rule, tactics in the order of the
 * matrix; none twice. An id that looks like a technique (tNNNN) but is in no table has entry NULL.
 * Fills at most room of them and returns how many there are (beyond room, with repetitions). */
size_t attack_tags(const struct attack *a, const struct rule *r, enum attack_kind kind,
                   struct attack_tag *ret, size_t room);

/* "T1003.001: LSASS Memory", "T1086 (now T1059.001: PowerShell)", "T1026: Multiband Communication
 * (retired)", "T9999" for an id that is in no table. */
void attack_tag_text(const struct attack_tag *t, struct buf *out);

/* Does the tag, with its namespace, look like a technique (attack.tNNNN.NNN), known or not? */
bool attack_is_technique(struct slice tag);

/* "ATT&CK v19.1": version line of the table, for --version --verbose and the manifest. */
const char *attack_version(const struct attack *a);
/* "v18.1: groups, software, ...": what of the table is of another version; "" when nothing is. */
const char *attack_version_rest(const struct attack *a);
/* MITRE's attribution line. */
const char *attack_attribution(void);

#endif
