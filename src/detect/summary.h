/* summary.h - the figures of a run, for the terminal, the HTML page and the manifest.
 * Rank: base/, event/, rule/, match/. */
#ifndef DETECT_SUMMARY_H
#define DETECT_SUMMARY_H

#include "event/accounting.h"
#include "event/integrity.h"
#include "match/matcher.h"

enum file_fate {
    FILE_READ,
    FILE_UNREADABLE,
    FILE_NOT_A_LOG,
    FILE_EMPTY,
    FILE_OPENED /* an archive or image: what is inside has entries of its own */
};

struct summary_file {
    struct slice path;
    enum file_fate fate;
    struct slice reason; /* why it was not read; absent when it was */
    uint64_t size;
    uint8_t sha256[32]; /* set when has_sha256 */
    bool has_sha256;
    bool inside;      /* of an archive or image: no file of this name exists */
    bool image;       /* a disk image */
    uint64_t time[8]; /* of such a log, FILETIME: created, modified, changed, accessed, and the same
                       * four beside its name (NTFS: $FILE_NAME); 0: unknown */
    struct accounting counts;
    struct finding *finding; /* at most LIMIT_FINDINGS */
    size_t nfinding;
};

struct summary_channel {
    struct slice channel;
    uint64_t events;
    uint8_t *seen; /* a bit for each of SUMMARY_IDS EventIDs; NULL where no category asks for any */
};

enum { SUMMARY_IDS = 65536 };

/* Was there an event of this id? Asked for channels that have seen. */
static inline bool summary_saw(const struct summary_channel *c, uint32_t id)
{
    return id < SUMMARY_IDS && c->seen[id / 8] >> (id % 8) & 1;
}

/* A stretch of time in which no 4688 of a computer has a command line. */
struct summary_span {
    uint64_t first, last;   /* FILETIME of its first and last 4688 */
    uint64_t count, sysmon; /* 4688 and Sysmon 1 in it */
};

struct summary_host { /* process creation on one computer */
    struct slice computer;
    uint64_t sysmon_1, s4688, s4688_with_command_line;
    uint64_t sysmon_1_old;          /* of sysmon_1, without OriginalFileName: before version 10 */
    uint64_t s4688_no_parent;       /* of s4688, without ParentProcessName: before Windows 10 */
    uint64_t first, last;           /* FILETIME of its events */
    uint64_t with_first, with_last; /* of the 4688 with command lines */
    struct summary_span *span;      /* without command lines, in order; at most LIMIT_SPANS */
    size_t nspan;
    uint64_t more_spans;
};

struct coverage; /* knowledge/coverage.h */

struct summary {
    struct arena arena;
    const struct coverage *coverage; /* could the rules have fired? NULL: nobody judged */
    const struct ruleset *rules;
    struct summary_file *file;
    size_t nfile;
    struct image_integrity *image; /* disk images that were hashed whole */
    size_t nimage;
    struct summary_channel *channel; /* by events, then name */
    size_t nchannel;
    struct summary_host *host; /* by name */
    size_t nhost;
    struct accounting total;
    bool recover;                      /* recovered records were looked at, too */
    uint64_t first, last;              /* FILETIME of all events read */
    uint64_t rows[LEVEL_CRITICAL + 1]; /* written, by level */
    uint64_t hidden_level, hidden_time, hidden_rule, hidden_verdict; /* rows an option hid */
    uint64_t duplicates;                                             /* rows folded into also_in */
    uint64_t changed; /* records with rows in two versions: the same but for their content */
    uint64_t undecided, regex_limit;      /* events x rules */
    const struct rule_counts *rule_count; /* one per rule of rules; NULL: none */
    uint64_t suppressed;                  /* rows that filter documents took away */
    uint64_t fed;      /* events of rules that only feed correlations: no rows of their own */
    uint64_t untimed;  /* of these, events without a readable time: not correlated */
    uint64_t capped;   /* decisions of correlations lost to a cap */
    uint64_t filtered; /* events of computers that --computer left out */
    uint64_t oversize; /* rows beyond LIMIT_DETECTION, not written */
    uint64_t process_rules, blind_rules; /* of process_creation; of these, how many cannot fire
                                           * on a 4688 without command line */
    uint64_t script_blocks;              /* of several 4104, put together */
    uint64_t script_incomplete;          /* of these, with parts missing */
    uint64_t script_lost;                /* parts beyond LIMIT_SCRIPT_*, not matched */
    uint64_t crowded; /* events that LIMIT_TALLY_* left out of the counts by name and hour */
    bool interrupted;
    bool unsorted; /* rows in the order of the input: nothing folded, nothing correlated */
};

#endif
