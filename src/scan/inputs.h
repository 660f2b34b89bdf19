/* inputs.h - every file below the paths of a run, and what it is.
 *
 * Nothing is opened for reading here but the first bytes. Files that are no event log stay in the
 * list with their reason, so that the summary accounts for each.
 * Rank: base/, input/, detect/summary.h. */
#ifndef SCAN_INPUTS_H
#define SCAN_INPUTS_H

#include "base/vec.h"
#include "detect/summary.h"
#include "input/probe.h"
#include "scan/image_check.h"

struct input {
    const char *path; /* in the arena */
    enum probe_kind kind;
    enum file_fate fate;
    struct slice reason;   /* why it is not read; absent otherwise */
    struct source *source; /* already open (standard input), else NULL */
    const char *inside;    /* of an archive or image: what of it is wanted, "" for all */
    uint64_t size;
    bool of_container; /* it lies inside an archive or image */
    bool has_sha256;
    uint8_t sha256[32];
    uint64_t time[8]; /* as in container.h */
};

struct inputs {
    struct arena arena;
    VEC(struct input) list;
    struct container_options container; /* how archives and images are read; set by the caller */
    bool hash;                          /* SHA-256 of what lies inside them, too */
    struct image_check image_check;     /* what is done with whole disk images */
    VEC(const char *) trouble;          /* folders that could not be opened: one sentence each */
    VEC(const char *) left_alone;       /* links, devices, sockets, pipes: likewise */
    const char *tmpdir;      /* where standard input is kept; set by the caller, as the rest */
    bool carve;              /* search named files of other kinds for records */
    bool (*stop)(void *ctx); /* NULL: never */
    void *stop_ctx;
};

void inputs_init(struct inputs *in);
void inputs_release(struct inputs *in);
/* Adds what path names; `image.E01!/p2/Windows`: a part of what is inside an archive or image. EV_ENOTFOUND when path does not exist; EV_ELIMIT beyond LIMIT_INPUT_FILES;
 * EV_EINTR when stop said so. */
int inputs_add(struct inputs *in, const char *path, struct ev_err *err);

#endif
