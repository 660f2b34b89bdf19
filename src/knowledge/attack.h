/* attack.h - ATT&CK and CAR names for the tags of rules.
 *
 * Tables are generated at build time from the text files in this folder (their head says version
 * and terms). Retired ids resolve to their successor and keep the id as written.
 * Rank: base/, rule/. */
#ifndef KNOWLEDGE_ATTACK_H
#define KNOWLEDGE_ATTACK_H

#include "base/buf.h"
#include "base/slice.h"

enum attack_kind { ATTACK_TACTIC, ATTACK_TECHNIQUE, ATTACK_GROUP, ATTACK_SOFTWARE };

struct attack_entry {
    enum attack_kind kind;
    const char *id;   /* "TA0006", "T1003.001", "G0016", "S0002" */
    const char *name; /* "Credential Access"; sub-techniques by their own name: "LSASS Memory" */
    const char *short_name; /* tactics: "credential-access"; else "" */
    const char *successor;  /* id, or "" when the entry is current or has none */
    bool current;
    uint16_t order; /* tactics: place in the matrix */
};

/* The entry of a tag without or with "attack." prefix: `attack.t1003.001`, `attack.credential_access`
 * (`_` is `-`, case does not matter), `T1003`. NULL when unknown. Static. */
const struct attack_entry *attack_find(struct slice tag);

/* "2026-..": version line of the table, for --version --verbose and the manifest. */
const char *attack_version(void);
/* MITRE's attribution line. */
const char *attack_attribution(void);

struct car_entry {
    const char *id; /* "CAR-2013-05-009" */
    const char *title;
};
/* By tag `car.2013-05-009` or id; NULL when unknown. */
const struct car_entry *car_find(struct slice tag);

#endif
