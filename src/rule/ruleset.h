/* ruleset.h - all rules of a run, and what became of each file.
 *
 * Loads files and folders (*.yml, *.yaml), every document of each. A rule that cannot be used is a
 * message with file:line:column, what is wrong and what to do; the others load.
 * Rank: base/, event/, rule.h, logsource.h. */
#ifndef RULE_RULESET_H
#define RULE_RULESET_H

#include "rule/logsource.h"
#include "rule/rule.h"

enum message_kind { MESSAGE_WARNING, MESSAGE_ERROR };

struct rule_message {
    enum message_kind kind;
    struct slice file;
    uint32_t line, column;
    struct slice text;
};

/* What happened to a file, for the manifest. */
struct rule_file {
    struct slice path;
    uint8_t sha256[32];
    uint32_t rules, refused; /* documents */
};

enum refusal {
    REFUSAL_SYNTAX,      /* YAML or Sigma fault */
    REFUSAL_UNSUPPORTED, /* a construct that this version does not do (a taxonomy, a placeholder ...) */
    REFUSAL_LOGSOURCE, /* cannot occur in a Windows event log */
    REFUSAL_KINDS
};

struct filter_document;
struct placeholders;

struct ruleset {
    struct arena arena;
    struct arena beside; /* of the rules that another thread read */
    struct names *names; /* borrowed from the caller of ruleset_load */
    struct rule **rule;  /* usable rules, order of load; rule[i]->index == i */
    size_t n;
    struct rule_message *message;
    size_t nmessage, messages_dropped;
    struct rule_file *file;
    size_t nfile;
    struct filter_document *filter; /* until ruleset_link has applied them, nfilter of them */
    size_t nfilter;
    struct rule **broken; /* what could be read of refused documents: for checks alone */
    size_t nbroken;
    size_t refused[REFUSAL_KINDS]; /* documents */
    size_t not_rules;              /* YAML documents of other kinds: counted, not an error */
};

/* Loads every path in order (folders: bytewise order of names). names gets every field that a rule
 * reads. EV_EIO and the like only when nothing could be looked at; faults of rules are messages.
 * The caller releases *ret with ruleset_free. */
int ruleset_load(const char *const *path, size_t npath, struct names *names, struct ruleset **ret,
                 struct ev_err *err);
/* The same with more than rules. */
struct ruleset_sources {
    const char *const *rule;
    size_t nrule;
    const char *const *filter; /* only the filters of these files are taken */
    size_t nfilter;
    const struct placeholders *placeholders; /* for the modifier expand; may be NULL */
    bool
        no_digests; /* leave rule_file.sha256 zero: only a manifest shows it, and it costs a tenth */
    unsigned threads; /* more than 1: two read the files, to the same result */
};
int ruleset_load_from(const struct ruleset_sources *from, struct names *names, struct ruleset **ret,
                      struct ev_err *err);
/* One document from memory, for tests and tools; file is the name that messages show. */
int ruleset_load_text(struct slice text, const char *file, struct names *names,
                      struct ruleset **ret, struct ev_err *err);
/* The same with values for expand. */
int ruleset_load_text_with(struct slice text, const char *file, const struct placeholders *ph,
                           struct names *names, struct ruleset **ret, struct ev_err *err);
/* Registers the field names of a rule and gives its tests their ids. False: LIMIT_NAMES. */
bool ruleset_add_names(struct ruleset *rs, const struct rule *r);
/* A rule that had loaded turned out to be unusable: the counts of its file and of the set. */
void ruleset_count_refused(struct ruleset *rs, const struct rule *r);
void ruleset_free(struct ruleset *rs);

#endif
