/* evidence.h - what logs hold, computer by computer: the facts by which a rule's silence is judged.
 *
 * Plain values without behaviour. scan/survey.h fills them from logs, evidence_of_summary from what
 * a scan counted anyway; knowledge/coverage.h judges rules on them; out/ shows them.
 * Times are FILETIMEs, 0 is none. Everything lives in the evidence's arena.
 * Rank: base/, event/, summary.h. */
#ifndef DETECT_EVIDENCE_H
#define DETECT_EVIDENCE_H

#include "detect/summary.h"

/* Events of one kind in one channel of one computer, inside the window. */
struct evidence_id {
    struct slice provider; /* absent: not told apart */
    uint32_t event_id;
    uint64_t n, first, last;
};

/* Record numbers that are missing between two that are there. */
struct evidence_gap {
    uint64_t from, to;      /* EventRecordID, both missing */
    uint64_t before, after; /* times of the records around it */
};

struct evidence_channel {
    struct slice name;
    uint64_t events, first, last;          /* inside the window */
    uint64_t all, oldest, newest;          /* of all records that were read */
    uint64_t oldest_record, newest_record; /* EventRecordID; 0, 0: none */
    struct evidence_id *id;                /* by EventID, then provider */
    size_t nid;
    bool untold;              /* EventIDs were not told apart: it may have any */
    struct evidence_gap *gap; /* the largest ones, by number; at most LIMIT_EVIDENCE_GAPS */
    size_t ngap;
    uint64_t gaps, missing; /* all gaps, and the records in them */
};

/* Something that happened to logging itself. */
enum mark_kind {
    MARK_CLEARED, /* 1102, 104: a log was cleared */
    MARK_STOPPED, /* 1100, 6006: the event log service stopped */
    MARK_STARTED, /* 6005 */
    MARK_CRASHED, /* 6008: the last shutdown was unexpected */
    MARK_FULL,    /* 1104: the Security log is full */
    MARK_DROPPED, /* 1101: audit events were dropped */
    MARK_POLICY,  /* 4719: the audit policy was changed */
    MARK_CLOCK,   /* 4616: the clock was set */
    MARK_SYSMON,  /* Sysmon 4, 16: its service or configuration changed */
    MARK_KINDS
};
/* "cleared", "service stopped" ... */
const char *mark_name(enum mark_kind k);

struct evidence_mark {
    enum mark_kind kind;
    uint64_t time;
    struct slice channel; /* MARK_CLEARED: the log that was cleared; else that of the event */
    struct slice detail;  /* account, or what the event says; absent: nothing */
};

struct evidence_host {
    struct slice computer;
    uint64_t events, first, last;     /* inside the window */
    struct evidence_channel *channel; /* by name */
    size_t nchannel;
    struct summary_host process; /* process creation and command lines, inside the window */
    uint64_t script_blocks, script_verbose; /* 4104, and those at level 5: logging is on */
    struct evidence_mark *mark;             /* by time; at most LIMIT_EVIDENCE_MARKS */
    size_t nmark;
    uint64_t marks[MARK_KINDS]; /* all of them */
};

/* One log file. */
struct evidence_log {
    struct slice path;
    enum file_fate fate;
    struct slice reason; /* why it was not read */
    uint64_t size, records, unreadable, findings;
    struct slice channel, computer; /* of its newest record */
    uint64_t oldest, newest;        /* times of the records with the lowest and highest number */
    uint64_t oldest_number, newest_number; /* numbers in the record headers */
    bool header, dirty, full;              /* an event log with a header; its flags */
    bool
        wrapped; /* the newest record lies before the oldest: the log had reached its maximum size */
};

struct evidence {
    struct arena arena;
    struct evidence_host *host; /* by name */
    size_t nhost;
    struct evidence_log *log; /* in the order of the inputs */
    size_t nlog;
    uint64_t from, to;            /* the window; to 0: no end */
    uint64_t events, first, last; /* inside the window */
    uint64_t outside;             /* events outside of it */
    uint64_t lost;                /* events and gaps that LIMIT_SURVEY_* left out */
    bool one_host;                /* channels were not told apart by computer */
    bool interrupted;
};

void evidence_init(struct evidence *e);
void evidence_release(struct evidence *e);
/* What a scan counted, as evidence: channels of all computers together, process creation by
 * computer. Borrows sum's slices; all else is in ret's arena. */
void evidence_of_summary(const struct summary *sum, struct evidence *ret);

#endif
