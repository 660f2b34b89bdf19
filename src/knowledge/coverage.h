/* coverage.h - could a rule have fired on this evidence, and if not, why not?
 *
 * Judged rule by rule on each computer, from what its logs hold (detect/evidence.h):
 * - The rule's log source must be there. A category (and Sysmon, PowerShell 4103 and 4104, which
 *   somebody has to switch on) needs an event of its kind; a channel that Windows always writes
 *   needs to be there only; events of the Security log need an audit subcategory that is on, which
 *   any event of the subcategory proves.
 * - Process creation by the class of the rule on the shapes of source that are there (DESIGN.md
 *   section 8), and by the times in which 4688 have no command lines.
 * - With a window of time the log must reach into it.
 * Rank: base/, event/, rule/, match/, detect/, attack.h, needed.h. */
#ifndef KNOWLEDGE_COVERAGE_H
#define KNOWLEDGE_COVERAGE_H

#include "base/vec.h"
#include "detect/evidence.h"
#include "knowledge/attack.h"
#include "knowledge/needed.h"
#include "rule/logsource.h"

enum cover_state { COVER_NOT, COVER_PART, COVER_FIRE };
/* "could not", "in part", "could fire" */
const char *cover_state_name(enum cover_state s);

enum cover_reason {
    COVER_OK,
    COVER_NEVER,           /* no event log can hold it */
    COVER_NO_LOG,          /* none of its channels is there */
    COVER_NO_EVENT,        /* the log is there, but no event of the kind, which is switched on */
    COVER_UNSEEN,          /* no event of the audit subcategory: off, or nothing happened */
    COVER_NO_COMMAND_LINE, /* 4688 without command lines, always or at times */
    COVER_FIELDS,          /* the source lacks fields that the rule tests */
    COVER_OLD_SYSMON,      /* Sysmon before version 10 tells no OriginalFileName */
    COVER_TWIN,            /* only a poorer source of Windows' own is there */
    COVER_SUSPECTED,       /* only script blocks that PowerShell found suspicious */
    COVER_BEGINS,          /* the log begins inside or after the window */
    COVER_ENDS,            /* the log ends before the window */
    COVER_REASONS
};
/* "no-log" ...: for machines. */
const char *cover_reason_name(enum cover_reason r);

/* One way in which a rule's events may come. */
struct cover_need {
    const char *channel, *provider; /* NULL: any */
    enum twin_kind twin;
    bool any;     /* of any EventID */
    bool kind;    /* an event of the kind must be there */
    uint32_t *id; /* nid of them */
    size_t nid;
    size_t channel_at; /* number of the channel among those of all rules */
};

/* What is known of a rule before any evidence. */
struct cover_rule {
    struct cover_need *need;
    size_t nneed;
    const char *never; /* NULL: some event log can have it */
    bool process;      /* of process_creation */
    bool original_name;
    struct cover_class { /* on a shape of source, when it was asked for */
        bool known;
        enum rule_class class;
        struct slices missing;
    } class[SHAPE_COUNT];
};

/* The answer for a rule on a computer; what it points to lives as long as the coverage. */
struct cover {
    enum cover_state state;
    enum cover_reason reason;
    const struct rule *rule;        /* the one it is about: of a correlation, the weakest part */
    const struct cover_rule *about; /* of that rule */
    const struct cover_need *need;  /* NULL: all of them */
    const struct evidence_host *host;
    uint64_t from, to; /* of the reason: FILETIME, 0: none */
    bool long_log;     /* COVER_NO_EVENT: so many others that a busy kind was surely off */
    const struct slices *missing; /* COVER_FIELDS */
};

/* Rules of a tactic or technique by state, on the best computer for each. */
struct cover_group {
    const struct attack_entry *entry;
    uint64_t n[COVER_FIRE + 1];
};

/* Events that no rule looks at. */
struct cover_blank {
    struct slice channel, provider;
    uint32_t event_id;
    uint64_t n, hosts;
};

/* Something that somebody could switch on, or collect. */
struct cover_setting {
    struct slice name, how;
    uint64_t rules, full, pairs; /* that it would let fire: rules, of these wholly, and rules times
                                  * computers */
};

/* Rules that share a reason. */
struct cover_cause {
    struct slice text;
    enum cover_state state;
    uint64_t rules;
};

struct coverage {
    struct arena arena;
    struct arena *classes;       /* of classes that are judged late */
    const struct ruleset *rules; /* borrowed, as evidence */
    const struct evidence *evidence;
    const struct attack *attack; /* borrowed; NULL: the built-in table */
    struct cover_rule *rule;     /* by rule->index */
    const char **channel;        /* nchannel names that rules need */
    size_t nchannel;
    size_t nhost; /* judged: all of the evidence's up to LIMIT_COVER_CELLS answers */
    const struct evidence_channel **at; /* nhost x nchannel; NULL: not there */
    uint8_t *state;                     /* nhost x rules->n: enum cover_state */
    uint8_t *shown;                     /* by rule: it is in the totals and listings */
    uint8_t *best;                      /* by rule: on the computer where it is best */
    uint32_t *best_host;                /* by rule */
    uint64_t n[COVER_FIRE + 1];         /* rules by best */
    uint64_t without_log; /* of n[COVER_NOT]: no log of theirs, or no event of the kind */
    VEC(struct cover_group) tactics, techniques;
    VEC(struct cover_blank) blanks; /* by number, at most LIMIT_COVER_BLANKS */
    uint64_t blank_events, more_blanks;
    VEC(struct cover_setting) settings; /* by rules */
    VEC(struct cover_cause) causes;     /* of rules below COVER_FIRE, by number */
};

/* Judges every rule of rules (linked) on every computer. Borrows both, and attack (NULL: the built-in
 * table), whose entries the totals name. shows: which rules the totals
 * and listings are about; NULL: all that make rows of their own. */
void coverage_init(struct coverage *c, const struct ruleset *rules, const struct evidence *e,
                   const struct attack *attack,
                   bool (*shows)(const void *ctx, const struct rule *r), const void *ctx);
void coverage_release(struct coverage *c);
struct cover coverage_judge(const struct coverage *c, size_t host, const struct rule *r);
/* Is the rule in the totals and listings? */
bool coverage_shows(const struct coverage *c, const struct rule *r);
/* Rules of that state on the computer. */
uint64_t coverage_count(const struct coverage *c, size_t host, enum cover_state state);

/* The reason as words, with its times: "no Sysmon log". Nothing for COVER_OK. */
void cover_text(const struct cover *c, struct buf *out);
/* The same without times and names of fields, so that rules group by it. */
void cover_cause_text(const struct cover *c, struct buf *out);
/* "Sysmon" for Microsoft-Windows-Sysmon/Operational. */
struct slice channel_label(struct slice channel);

/* The class of a process_creation rule on a shape; judged when first asked for. */
const struct cover_class *cover_class(const struct coverage *c, const struct rule *r, enum shape s);
/* The setting that writes the first of its events; NULL: none, Windows always does. */
const struct policy_entry *cover_policy(const struct cover_need *n);
/* When it is on, a machine in use writes its events all day. */
bool cover_is_busy(const struct policy_entry *p);

/* For coverage_init: fills tactics, techniques, blanks, settings, causes. */
void coverage_totals(struct coverage *c);
void coverage_settings(struct coverage *c);

#endif
