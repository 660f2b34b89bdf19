/* limits.h - every cap of the program with its reason. A cap that is reached is reported, never
 * silent. Sizes in bytes unless named otherwise.
 * Rank: includes nothing. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_KIB(n) ((size_t)(n) << 10)
#define LIMIT_MIB(n) ((size_t)(n) << 20)

/* --- evtx: the format gives most of them (doc/evtx-format.md) --- */
#define LIMIT_RECORD_VALUES 4096 /* a record of 64 KiB holds at most 16,000 descriptors; seen: 40 */
#define LIMIT_EVENT_FIELDS 16384 /* an array of 64 KiB of empty strings yields 32,768; seen: 700 */
#define LIMIT_BINXML_DEPTH 64    /* element depth; seen: 6 */
#define LIMIT_CHUNK_STEPS 4000000    /* of all records of a chunk: small ones share templates */
#define LIMIT_TEMPLATE_DEPTH 8       /* nested template instances; seen: 1 */
#define LIMIT_BINXML_STEPS 1000000   /* tokens of one record, templates filled in; seen: 3,000 */
#define LIMIT_TEMPLATES LIMIT_MIB(8) /* compiled, of one worker; all of 800 logs need 2 MiB */
#define LIMIT_TEMPLATE_STORE LIMIT_MIB(8) /* definitions of one file, to bind recovered records */
#define LIMIT_NAME_ARENA LIMIT_MIB(1)     /* names of one chunk of 64 KiB as UTF-8 */
#define LIMIT_EVENT_ARENA LIMIT_MIB(8) /* text of one record: 64 KiB of UTF-16 expands to < 1 MiB */
#define LIMIT_EVENT_XML LIMIT_MIB(4)   /* XML of one record; seen: 80 KiB */
#define LIMIT_RENDER_XML LIMIT_MIB(1)  /* XML of a record that we render; seen: 80 KiB */
#define LIMIT_RENDER_LITERAL LIMIT_MIB(1) /* markup of one template; seen: 20 KiB */
#define LIMIT_XML_DEPTH 64                /* libxml2 path: element depth */
#define LIMIT_BIND_WORK 131072 /* tokens and name characters of one slack record: twice a chunk */
#define LIMIT_FINDINGS 1000    /* findings kept word for word per file; all are counted */

/* --- rules --- */
#define LIMIT_RULE_FILE LIMIT_MIB(16)        /* largest SigmaHQ rule file: 270 KiB */
#define LIMIT_RULE_FILES 200000              /* files looked at in rule folders */
#define LIMIT_RULE_ARENA LIMIT_MIB(1024)     /* all rules of a run; 3,000 rules need 20 MiB */
#define LIMIT_RULE_FILE_ARENA LIMIT_MIB(128) /* of one file: it may not starve the others */
#define LIMIT_RULE_NODES 1000000             /* tests of one rule; largest seen 4,432 */
#define LIMIT_SELECTIONS 1000                /* of one rule; largest seen 30 */
#define LIMIT_RULE_DEPTH 64                  /* nesting of YAML, detections and conditions */
#define LIMIT_YAML_EVENTS 2000000            /* of one file, aliases expanded: stops alias bombs */
#define LIMIT_YAML_ARENA LIMIT_MIB(512)      /* trees of one file: 2,000,000 nodes of 88 bytes */
#define LIMIT_RULE_ERRORS 100                /* messages kept per file */
#define LIMIT_NAMES 1000000                  /* field names of all rules; 3,000 rules use 300 */
#define LIMIT_LITERAL LIMIT_KIB(64)          /* one pattern */
#define LIMIT_PLACEHOLDERS 16                /* in one value; seen: 1 */
#define LIMIT_EXPANSION 100000               /* values that placeholders make of one */
#define LIMIT_CORRELATION_REFS 64            /* rules, fields of one correlation; seen: 5 */
#define LIMIT_CORRELATION_DEPTH 16           /* correlations of correlations; seen: 2 */
#define LIMIT_SHOWN_RULES 200                /* told below one correlation on a card; seen: 3 */
#define LIMIT_CONDITION LIMIT_KIB(64)        /* text of one condition */

#define LIMIT_LINT_ARENA LIMIT_MIB(256) /* texts of notes, folded values */
#define LIMIT_LINT_NOTES 1000000        /* notes of one run; beyond, they are counted */

#define LIMIT_EXPLAIN_HITS 100           /* events that scan --explain shows: for reading */
#define LIMIT_EXPLAIN_MISSES 20          /* near misses of it */
#define LIMIT_EXPLAIN_TEXT LIMIT_KIB(64) /* text of one of them */

/* --- the dialect of 2020 --- */
#define LIMIT_LEGACY_NODES 50000 /* of one rule: its optimiser takes the square; seen: 700 */
#define LIMIT_LEGACY_WORDS 2000  /* of one condition; as deep as its tree can be; seen: 40 */
#define LIMIT_LEGACY_EXPORT LIMIT_MIB(64) /* text of one export, or of one page */

/* --- exports --- */
#define LIMIT_FIELD_FILE LIMIT_KIB(256)   /* a mapping of fields; the built-in ones have 2 KiB */
#define LIMIT_FIELD_ROWS 10000            /* of one; SigmaHQ's rules use 300 fields */
#define LIMIT_EXPORT LIMIT_MIB(16)        /* text of one query; the longest of SigmaHQ: 700 KiB */
#define LIMIT_EXPORT_ARENA LIMIT_MIB(256) /* its tree, expressions with both cases written out */
#define LIMIT_REGEX_REPEAT 1000           /* the n of {n} in an expression that is written anew */
#define LIMIT_QUERY_TERMS 100000 /* of one query, after windash and the like were written out */

/* --- matching --- */
#define LIMIT_REGEX_MATCH 1000000      /* PCRE2 match limit; reached = "not decided" */
#define LIMIT_REGEX_DEPTH 10000        /* PCRE2 depth limit */
#define LIMIT_REGEX_HEAP_KIB 20000     /* PCRE2 heap limit in KiB */
#define LIMIT_REGEX_STACK LIMIT_MIB(1) /* PCRE2 JIT stack of a worker; then its interpreter tries */
#define LIMIT_MATCH_ARENA LIMIT_MIB(64) /* folded texts and reasons of one event, per worker */
#define LIMIT_MEMO LIMIT_MIB(16)        /* remembered values of one worker */
#define LIMIT_MEMO_VALUE 65536          /* bytes of one: what a record can hold */
#define LIMIT_LISTS LIMIT_MIB(2)        /* of one worker: lists of facts that values gave */
#define LIMIT_GROUP_ARENA LIMIT_MIB(8)  /* of one worker: rules by channel, provider and EventID */
#define LIMIT_GAPS 64     /* sets of missing fields for which a worker keeps a table */
#define LIMIT_MATCHED 64  /* reasons kept for one hit */
#define LIMIT_UNTESTED 64 /* untested fields kept for one hit */

/* --- detections --- */
#define LIMIT_DETECTION LIMIT_MIB(4) /* one encoded detection */
#define LIMIT_ROW_TEXT                                                                             \
    LIMIT_MIB(3)         /* of a row rendered before the sort; a larger one goes unrendered */
#define LIMIT_ALSO_IN 16 /* places named for one record, the rest is a count */

/* --- script blocks of several 4104 --- */
#define LIMIT_SCRIPT_BLOCK LIMIT_MIB(4) /* text of one; seen: 2 MiB. The rest is not matched */
#define LIMIT_SCRIPT_SHOWN LIMIT_MIB(1) /* of it in a row, which has to fit LIMIT_DETECTION */
#define LIMIT_SCRIPT_PARTS 65536        /* records of one; 4 MiB in parts of 64 bytes */
#define LIMIT_SCRIPT_COPIES 8           /* of a block with other record numbers, e.g. forwarded */

/* --- correlations --- */
#define LIMIT_CORRELATION_MEMORY LIMIT_MIB(256) /* events and groups in view, of all correlations */
#define LIMIT_CORRELATION_LISTED                                                                   \
    100                            /* events that a row lists; a cell of a spreadsheet takes 32 K */
#define LIMIT_WINDOW_EVENTS 100000 /* of one group: the condition is evaluated at each */
#define LIMIT_WINDOW_NUMBERS 16384 /* where evaluating costs their number: sums, orders */
#define LIMIT_WINDOW_RUN 256       /* temporal_ordered: events after which runs are thinned out */

/* --- output --- */
#define LIMIT_OUT_ROW LIMIT_MIB(64)     /* one row of text: LIMIT_DETECTION, six bytes for one */
#define LIMIT_HTML_ROWS 50000           /* rows of the page; a browser sorts these in a blink */
#define LIMIT_HTML_PLAIN_ROWS 1000      /* of its table without scripts */
#define LIMIT_HTML_BYTES LIMIT_MIB(256) /* JSON of the page's rows; browsers take strings of 512 */
#define LIMIT_HTML_META LIMIT_MIB(256)  /* its summary and rules */
#define LIMIT_HTML_LIST 2000            /* lines of one list in the summary */
#define LIMIT_TABLE_ROWS 5000 /* rows of the terminal's table, the newest; others are counted */
#define LIMIT_ZONE_FILE LIMIT_KIB(128) /* one TZif file; largest of tzdata: 4 KiB */

/* --- knowledge --- */
#define LIMIT_JSON_FILE LIMIT_MIB(512) /* one document of others; a STIX bundle of ATT&CK: 50 MiB */
#define LIMIT_ATTACK_ENTRIES 100000    /* of one ATT&CK table; v19.1 with all it retired: 2,100 */
#define LIMIT_ATTACK_ARENA LIMIT_MIB(128) /* its texts; v19.1: 200 KiB */

/* --- a run --- */
#define LIMIT_INPUT_FILES 2000000         /* files of one run; a full image has about 500,000 */
#define LIMIT_INPUT_ARENA LIMIT_MIB(1024) /* their paths: 2 million of 300 bytes, and reasons */
#define LIMIT_STDIN (UINT64_C(1) << 40)   /* spooled to disk: the disk is the limit before this */
#define LIMIT_TALLY_NAMES 10000           /* channels and computers told apart; input makes names */
#define LIMIT_TALLY_HOURS                                                                          \
    262144             /* hours with process creation, of all computers: 30 years of one */
#define LIMIT_SPANS 64 /* told of one computer: times without command lines */
#define LIMIT_TALLY_ARENA LIMIT_MIB(64)
#define LIMIT_DUMP_HOLD LIMIT_MIB(4)     /* text of a job, per thread, before it waits its turn */
#define LIMIT_SURVEY_ARENA LIMIT_MIB(64) /* names of one worker's survey */
#define LIMIT_SURVEY_KINDS 262144 /* EventIDs by provider, channel and computer; seen: 3,000 */
#define LIMIT_SURVEY_RUNS 262144  /* record numbers in a row; a log of samples has one a record */
#define LIMIT_SURVEY_MARKS 65536  /* logs cleared, services stopped, of all computers */
#define LIMIT_EVIDENCE_ARENA LIMIT_MIB(512) /* of all computers, sorted */
#define LIMIT_EVIDENCE_GAPS 100             /* told of one channel, the largest ones */
#define LIMIT_EVIDENCE_MARKS 1000           /* told of one computer */
#define LIMIT_COVER_CELLS 200000000         /* answers: rules times computers, a byte each */
#define LIMIT_COVER_CHANNELS 256            /* that log sources name; logsource.def has 80 */
#define LIMIT_COVER_BLANKS 1000             /* kinds of events that no rule looks at, told */
#define LIMIT_COVER_STRANGERS 100000        /* techniques of rules that stand in a timeline only */
#define LIMIT_COVER_SETTINGS 1000           /* things to switch on; the tables give 150 */
#define LIMIT_SUMMARY_ARENA LIMIT_MIB(2048) /* paths and findings of all files */
#define LIMIT_SUMMARY_TEXT LIMIT_MIB(16)    /* the summary for people */
#define LIMIT_THREADS 256
#define LIMIT_RUN_FINDINGS 20000 /* kept word for word of all files; all are counted */
#define LIMIT_VERIFY_RECORDS                                                                       \
    4000000 /* compared between logs: 200 MiB; a Security log of 1 GB has 1,000,000 */
#define LIMIT_VERIFY_CHUNKS 4000000 /* rows of the chunk table: 256 GiB of log */

/* --- evidence: archives and disk images (evtriage-evidence(7) names these) --- */
#define LIMIT_EVIDENCE_DISK (UINT64_C(64) << 30) /* of temporary files at a time, without --disk */
#define LIMIT_EVIDENCE_SILENCE 120 /* seconds without a word from the helper: it hangs */
#define LIMIT_EVIDENCE_MEMORY                                                                      \
    (UINT64_C(3) << 30)                 /* address space of the helper; xz -9 needs 64 M */
#define LIMIT_EVIDENCE_MEMBERS 2000000  /* files looked at in one item; as LIMIT_INPUT_FILES */
#define LIMIT_EVIDENCE_CONTAINERS 10000 /* archives and images inside one item */
#define LIMIT_EVIDENCE_DEPTH 8          /* zip in tar in image in ... */
#define LIMIT_EVIDENCE_RATIO                                                                       \
    2000 /* of all that an archive unpacks to, nested ones too, to its size: deflate 1,032 */
#define LIMIT_EVIDENCE_FREE LIMIT_MIB(256) /* unpacked before the ratio counts: a second's work */
#define LIMIT_SUMMED_PARTS 65536 /* reads of one log, whose sums are joined: 4 GiB of chunks */
#define LIMIT_EVIDENCE_BLOCK LIMIT_KIB(256) /* what libarchive unpacks for a member's first byte */
#define LIMIT_EVIDENCE_BESIDE 4096     /* further files opened for one item: .E01 to .EZZ: 1,500 */
#define LIMIT_EVIDENCE_CHAIN 64        /* images that continue each other; people make a handful */
#define LIMIT_EVIDENCE_PARTITIONS 1024 /* of one disk; GPT has room for 128 */
#define LIMIT_EVIDENCE_SHADOWS 512     /* of one volume; Windows keeps 64 */
#define LIMIT_EVIDENCE_FOLDERS 64      /* depth of folders in a file system */
#define LIMIT_EVIDENCE_LOG (UINT64_C(1) << 40) /* bytes of one log in a file system */
#define LIMIT_KEY_FILE LIMIT_KIB(64)           /* passwords, recovery keys */

/* --- folder walk --- */
#define LIMIT_WALK_DEPTH 128
#define LIMIT_WALK_NAMES 4000000 /* of one folder: 300 MiB of names */
#define LIMIT_PATH 4096

#endif
