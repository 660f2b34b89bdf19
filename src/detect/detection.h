/* detection.h - one row of the timeline, complete in itself.
 *
 * Made from a hit and its event while the event lives; flattened into bytes for the sort; read back
 * for the sinks. Everything a sink writes is in here or in the rule.
 * Rank: base/, event/, rule/, match/. */
#ifndef DETECT_DETECTION_H
#define DETECT_DETECTION_H

#include "base/buf.h"
#include "event/twin.h"
#include "match/matcher.h"

struct detection_field {
    struct slice name, text;
    struct slice meaning; /* what the text stands for (event_meaning); absent: itself */
    uint8_t part;         /* enum event_part */
};

struct detection_matched {
    struct slice selection, field;
    struct slice modifiers, pattern; /* as in the rule; pattern absent: a null test */
    uint64_t offset, length;
    bool keyword; /* the test names no field; field is where it was found */
};

/* An event of a correlation's row. */
struct detection_event {
    const struct rule *rule;
    uint64_t timestamp;
    enum verdict verdict;
    struct slice computer, channel, source_file;
    uint32_t event_id;
    bool has_event_id, has_record_id, has_place;
    uint64_t record_id, offset;
    struct slice details; /* "Name=value, ..." of the fields that the correlation reads */
};

struct detection {
    const struct rule *rule;
    uint64_t timestamp; /* FILETIME; 0: neither TimeCreated nor header time */
    bool header_time;   /* timestamp is the record header's */
    enum verdict verdict;
    struct slice computer, channel, provider, message;
    uint32_t event_id;
    bool has_event_id, has_record_id, cut;
    uint64_t record_id;
    struct process process;
    struct detection_field *field; /* all of the event, System too, in order */
    size_t nfield;
    struct detection_matched *matched;
    size_t nmatched;
    struct untested *untested;
    size_t nuntested;
    struct slice source_file;
    struct record_place place;
    uint8_t hash[16];      /* event_content_hash */
    struct slices also_in; /* "file@offset", at most LIMIT_ALSO_IN */
    uint64_t also_in_more; /* places beyond */
    /* Correlations: what they are made of; nevent 0 for rows about one record. */
    struct detection_event *event; /* at most LIMIT_CORRELATION_LISTED, by time */
    size_t nevent;
    uint64_t nevent_more; /* events beyond */
    bool no_place;        /* the events lie in different places */
    bool mixed_origin;    /* they have different origins */
    /* Of a row that was rendered before the sort (render.h): its text. Then of all above only what
     * detection_encode_key keeps, and also_in, is there. common: the part of the text that the rows
     * of its event share. */
    struct slice text, common;
};

/* What a record tells of itself, who ran what included, but no message and no fields: what rows and
 * the events of correlations share. */
void detection_of_record(struct event *ev, struct slice source_file, struct detection *ret);
/* Fills *ret from a hit; borrows from ev, hit and its rule, texts in ev->arena. In two steps for
 * events that several rules hit: what the event tells is the same for all of them. */
void detection_of_event(struct event *ev, struct slice source_file, struct detection *ret);
void detection_of_hit(struct event *ev, const struct hit *hit, struct detection *d);
void detection_make(struct event *ev, const struct hit *hit, struct slice source_file,
                    struct detection *ret);

/* Appends the flat form to out (rule as its index). out->full when it did not fit. */
void detection_encode(const struct detection *d, struct buf *out);
/* Appends the front of the flat form alone: rule, verdict, times, numbers, hash, place, the flags,
 * computer, channel and source_file. The row's text (render.h) follows, appended by the caller. */
void detection_encode_key(const struct detection *d, struct buf *out);
/* Reads it back; slices borrow from bytes, arrays are in a. EV_EFORMAT when bytes are damaged. */
int detection_decode(struct slice bytes, const struct ruleset *rs, struct arena *a,
                     struct detection *ret);

/* The total order of rows (DESIGN.md section 5): timestamp, computer, channel, record_id, content
 * hash, rule_id, rule_file, document, origin, source_file, source_offset; bytewise. */
int detection_cmp(const struct detection *a, const struct detection *b);

/* `selection: CommandLine contains "comsvcs.dll,#24"`, several joined with "; ". A keyword test says
 * `keyword` for its field, a null test `null` for its pattern; quotes within a pattern are doubled. */
void detection_matched_text(const struct detection *d, struct buf *out);

#endif
