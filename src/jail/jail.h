/* jail.h - the reader of evidence: what its layers share.
 *
 * One process looks at one item. Layers lie on each other: a file, an image in it, a volume, a file
 * system, an archive, a member. Each is a source; item_take() looks at the first bytes of one, and hands
 * a log to the program, or lets the layer that fits take it apart. Paths are those inside the item.
 * What a layer cannot do is one TROUBLE message; the next is read.
 * Rank: base/, input/ (source, probe, wire). */
#ifndef JAIL_JAIL_H
#define JAIL_JAIL_H

#include "base/buf.h"
#include "base/vec.h"
#include "input/probe.h"
#include "input/source.h"
#include "input/wire.h"

struct libs; /* libs.h: the libraries for images, loaded before the lock */

struct secret {
    enum wire_key kind;
    char *text; /* terminated */
    size_t n;
};

/* Something to be freed once no log is read through it any more. */
struct later {
    void (*run)(void *p);
    void *p;
};

/* The archive that lies in no other one: what is unpacked in it, however deep, counts against it. */
struct outermost {
    const void *of;
    uint64_t in, out; /* its bytes, as far as they are known; what was unpacked */
    bool bomb;        /* it is given up */
};

struct jail {
    int socket;
    uint8_t *slots;
    unsigned slot, unacked;
    const struct libs *libs;
    uint32_t flags; /* WIRE_ALL_FILES ... */
    char *own_name; /* of the item, without its folder */
    char *wanted;   /* path inside; "" all */
    VEC(struct secret) keys;
    VEC(struct source *) handle; /* logs read in place; NULL: closed */
    const struct source *lent;   /* one of them that the program does not free by closing it */
    size_t open_handles;
    VEC(struct later) later;
    unsigned depth;
    struct outermost *top;       /* NULL: not in an archive */
    uint64_t item_size;          /* of the file that all lies in */
    uint64_t looked, containers; /* against LIMIT_EVIDENCE_MEMBERS, _CONTAINERS */
    uint64_t passed;             /* not told yet */
    unsigned quiet;              /* work since the last message */
    bool full;                   /* a cap was told of: once is enough */
    struct wire in, out;
    struct buf name; /* scratch */
};

/* What is known of a log besides its bytes. */
struct about {
    enum source_state state;
    uint64_t time[8]; /* FILETIME: created, modified, changed, accessed, the same of $FILE_NAME */
    bool has_sum;     /* the program is to check it */
    uint32_t sum;
};

/* --- talk.c: the conversation. All end the process when the program is gone. --- */

/* Hands a log that is read in place over and serves reads until the program says go. Takes s over. */
void jail_found(struct jail *j, struct source *s, const char *path, const struct about *a);
/* Streams a log to the program. Takes s over. */
void jail_found_stream(struct jail *j, struct source *s, const char *path, const struct about *a);
/* Lets the program read a whole disk that an image holds, until it says go. Borrows s. stored: as in
 * wire.h. */
void jail_media(struct jail *j, struct source *s, const char *path,
                const uint8_t stored[WIRE_STORED]);
/* Spools a stream: a source over a temporary file, or NULL after TROUBLE was told. Takes s over. */
struct source *jail_spool(struct jail *j, struct source *s, const char *path);
/* A file beside the evidence, by its name; NULL: err says why. */
struct source *jail_open_file(struct jail *j, const char *name, struct ev_err *err);
void jail_trouble(struct jail *j, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A file that is no log. */
void jail_passed(struct jail *j);
/* Long work goes on: to be called for each step of it. */
void jail_alive(struct jail *j);
/* Everything was looked at: says so and serves reads until the program hangs up. */
_Noreturn void jail_done(struct jail *j);
/* Waits for the keys and START. */
void jail_begin(struct jail *j);
/* Frees p by run, now or when no log is read in place any more; in the order of the calls. */
void jail_later(struct jail *j, void (*run)(void *p), void *p);

/* --- item.c: what something is, and who takes it apart --- */

/* Looks at s, which is called path. Takes s over. a: NULL: nothing known. */
void item_take(struct jail *j, struct source *s, const char *path, const struct about *a);
/* Is path wanted, or something inside it, or something that it is inside of? */
bool item_wanted(const struct jail *j, const char *path);
/* Counts a file that is looked at; false, with one TROUBLE, when there are too many. */
bool item_count(struct jail *j, const char *path);
/* path, joined: a "/" b, or b alone. Into room of 2 * LIMIT_PATH; false: too long, told. */
bool item_join(struct jail *j, const char *a, const char *between, const char *b, char *room);

/* --- the layers; each borrows s, which the caller keeps through jail_later --- */
void archive_take(struct jail *j, struct source *s, const char *path);
/* By first bytes: an archive that is read from start to end without seeking. */
bool archive_streams(struct slice head);

#endif
