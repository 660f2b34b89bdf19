/* attack.h - ATT&CK and CAR names for the tags of rules.
 *
 * Tables are generated at build time from the text files in this folder (their head says version
 * and terms). Retired ids resolve to their successor and keep the id as written.
 * Rank: base/, rule/. */
#ifndef KNOWLEDGE_ATTACK_H
#define KNOWLEDGE_ATTACK_H

#include "base/buf.h"
#include "base/slice.h"
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
    const char *successor;  /* id, or "" when the entry is current or has none */
    bool current;
    uint16_t order; /* tactics: place in the matrix, from 1 */
};

/* The entry of a tag without or with "attack." prefix: `attack.t1003.001`,
 * `attack.credential_access` (`_` is `-`, case does not matter), `T1003`. NULL when unknown. Static.
 */
const struct attack_entry *attack_find(struct slice tag);

/* The entry that counts today: e itself, or what its successor resolves to; e when it has none. */
const struct attack_entry *attack_current(const struct attack_entry *e);

/* A technique or tactic that a rule is tagged with. */
struct attack_tag {
    struct slice tag;                 /* as in the rule: "attack.t1086" */
    const struct attack_entry *entry; /* of that tag; NULL: no such id in the table */
};
#define ATTACK_TAGS 128 /* room that callers have; SigmaHQ's most is 14 techniques in one rule */

/* The rule's tags of that kind: techniques in the order of the rule, tactics in the order of the
 * matrix; none twice. An id that looks like a technique (tNNNN) but is in no table has entry NULL.
 * Fills at most room of them and returns how many there are (beyond room, with repetitions). */
size_t attack_tags(const struct rule *r, enum attack_kind kind, struct attack_tag *ret,
                   size_t room);

/* "T1003.001: LSASS Memory", "T1086 (now T1059.001: PowerShell)", "T1026: Multiband Communication
 * (retired)", "T9999" for an id that is in no table. */
void attack_tag_text(const struct attack_tag *t, struct buf *out);

/* "ATT&CK v19.1": version line of the table, for --version --verbose and the manifest. */
const char *attack_version(void);
/* MITRE's attribution line. */
const char *attack_attribution(void);

struct car_entry {
    const char *id; /* "CAR-2013-05-009" */
    const char *title;
};
/* By tag `car.2013-05-009` or id; NULL when unknown. */
const struct car_entry *car_find(struct slice tag);
/* "CAR 2022-03-14" */
const char *car_version(void);

#endif
