/* probe.h - what a file is, by its first bytes, never by its name.
 * Rank: base/, source.h. */
#ifndef INPUT_PROBE_H
#define INPUT_PROBE_H

#include "input/source.h"

enum probe_kind {
    PROBE_EMPTY,
    PROBE_EVTX,       /* "ElfFile\0", or "ElfChnk\0" at 0 or 4096: header gone, chunks there */
    PROBE_EVENT_XML,  /* text with <Event or <Events near the start; UTF-8 or UTF-16, BOM or not */
    PROBE_EVT,        /* the log format before Vista ("LfLe" at 4): named, not read */
    PROBE_ARCHIVE,    /* zip, 7z, gzip, xz, zstd, bzip2, cab, tar: read by evidence.h */
    PROBE_DISK_IMAGE, /* E01, VHD(X), VMDK, QCOW2, a volume or MBR/GPT: read by evidence.h */
    PROBE_IMAGE_PART, /* a later segment of a split image: its first part brings it along */
    PROBE_OTHER
};

enum { PROBE_HEAD = 4096 + 8 }; /* the header block of a log and the magic of its first chunk */

/* What begins with head: the first PROBE_HEAD bytes, fewer only where there are no more. */
enum probe_kind probe_bytes(struct slice head);
/* The same, and an archive where s, which begins with head and can be read anywhere, is a program that
 * unpacks itself: a zip or 7z archive right behind the last section of a PE file. */
enum probe_kind probe_whole(const struct source *s, struct slice head);
/* EV_EIO when the first bytes cannot be read. */
int probe_source(const struct source *s, enum probe_kind *ret, struct ev_err *err);
const char *probe_name(enum probe_kind k); /* "event log", "event XML", "zip archive" ... */

#endif
