/* summary.h - the figures of a run, for the terminal, the HTML page and the manifest.
 * Rank: base/, event/, rule/, match/. */
#ifndef DETECT_SUMMARY_H
#define DETECT_SUMMARY_H

#include "event/accounting.h"
#include "match/matcher.h"

enum file_fate { FILE_READ, FILE_UNREADABLE, FILE_NOT_A_LOG, FILE_EMPTY };

struct summary_file {
    struct slice path;
    enum file_fate fate;
    struct slice reason; /* why it was not read; absent when it was */
    uint64_t size;
    uint8_t sha256[32]; /* set when has_sha256 */
    bool has_sha256;
    struct accounting counts;
    struct finding *finding; /* at most LIMIT_FINDINGS */
    size_t nfinding;
};

struct summary_channel {
    struct slice channel;
    uint64_t events;
};

struct summary_host { /* process creation on one computer */
    struct slice computer;
    uint64_t sysmon_1, s4688, s4688_with_command_line;
    uint64_t first, last; /* FILETIME of its events */
};

struct summary {
    struct arena arena;
    const struct ruleset *rules;
    struct summary_file *file;
    size_t nfile;
    struct summary_channel *channel; /* by events, then name */
    size_t nchannel;
    struct summary_host *host; /* by name */
    size_t nhost;
    struct accounting total;
    uint64_t first, last;              /* FILETIME of all events read */
    uint64_t rows[LEVEL_CRITICAL + 1]; /* written, by level */
    uint64_t hidden_level, hidden_time, hidden_rule, hidden_verdict; /* rows an option hid */
    uint64_t duplicates;                                             /* rows folded into also_in */
    uint64_t undecided, regex_limit;                                 /* events x rules */
    const struct rule_counts *rule_count; /* one per rule of rules; NULL: none */
    uint64_t filtered;                    /* events of computers that --computer left out */
    uint64_t oversize;                    /* rows beyond LIMIT_DETECTION, not written */
    bool interrupted;
};

#endif
