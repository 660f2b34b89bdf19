/* container.h - the event logs inside an archive or a disk image.
 *
 * The libraries that parse these run in a second program, evtriage-evidence, one process for one item,
 * which locks itself up before it looks at the first byte (DESIGN section 10). This is the program's
 * side: it starts the helper, takes from it one log after the other, opens further files of a split
 * image for it, and outlives it, whatever happens to it. What can be read and how paths inside are
 * written: evtriage-evidence(7).
 *
 * A log of a file system is read in place, by questions to the helper; one of an archive, which can
 * only be read from start to end, goes to an unlinked temporary file first.
 * Rank: base/, source.h, wire.h. */
#ifndef INPUT_CONTAINER_H
#define INPUT_CONTAINER_H

#include "base/buf.h"
#include "input/source.h"

/* What all evidence of a run shares. Plain: set what is wanted, the rest zero. */
struct container_options {
    const char *program; /* the helper; NULL: where it is installed, or beside this program */
    const char *tmpdir;  /* NULL: $TMPDIR, else /tmp */
    uint64_t disk;       /* most bytes in temporary files at a time; 0: LIMIT_EVIDENCE_DISK */
    bool all_files;   /* of file systems: look at every file, not only where Windows keeps logs */
    bool unallocated; /* of disks: also space that no file uses, page files */
    bool no_shadows;
    bool sums;  /* sources of logs that an archive holds as they are: source_settle() tells whether
                * their checksum fits; else that was looked at before, and is told */
    bool media; /* also hand over the disk in each image, to be hashed */
    struct slice archive_passwords; /* one a line each; absent: none */
    struct slice bitlocker_passwords, bitlocker_recovery, bitlocker_startup;
    unsigned
        silence; /* seconds after which the helper counts as hanging; 0: LIMIT_EVIDENCE_SILENCE */
    bool (*stop)(void *ctx); /* asked while waiting; NULL: never */
    void *stop_ctx;
};

struct container;

/* What the helper found. */
struct container_member {
    const char *path;      /* whole: `host.E01!/p2/Windows/...`; borrowed until the next one */
    struct source *source; /* a log, the caller's; NULL: see trouble */
    const char *trouble;   /* a layer or member that could not be read: why; borrowed likewise */
    bool media;            /* source is no log but the disk that an image file holds; it is to be
                            * freed before the next member is asked for */
    struct digests stored; /* then: what the image holds of it; has_md5, has_sha1 */
    uint64_t time
        [8]; /* FILETIME: created, modified, changed, accessed, the same of $FILE_NAME; 0: unknown */
};

/* Splits `host.E01!/p2/Windows` at the shortest part that names a file. *ret_file is a copy for
 * free(), *ret_inside points into path ("" when path names the file itself). False: no such file. */
bool container_split(const char *path, char **ret_file, const char **ret_inside);

/* Starts a helper for the file at path. inside: what of it is wanted, "" for all. from: its
 * bytes when they are open already (standard input), else NULL. Borrows o and from. Errors
 * say what to do: EV_EUNSUPPORTED when this build has no helper. */
int container_open(const char *path, const char *inside, const struct source *from,
                   const struct container_options *o, struct container **ret, struct ev_err *err);
/* The next log or trouble: 1; 0 at the end; EV_EINTR when stopped; other negatives when the helper is
 * lost: err says what happened, and there is no more. Sources already given stay valid, but those
 * that are read in place fail. */
int container_next(struct container *e, struct container_member *ret, struct ev_err *err);
/* Further files of the item that were opened for the helper: path, NULL after the last; borrowed. */
const char *container_beside(const struct container *e, size_t i);
/* Files that were looked at and are no logs. */
uint64_t container_passed(const struct container *e);
/* Sources that were given keep the helper alive until the last is freed. NULL is fine. */
void container_free(struct container *e);
/* Appends what evidence this build can read here, one line a library: "zip, 7z, tar, cab (libarchive
 * 3.6.2)", "no E01: libewf.so.2 is not installed: install libewf2". Asks the helper; o: which one. */
void container_support(const struct container_options *o, struct buf *out);

#endif
