/* wire.h - what the program and its jailed reader of evidence say to each other.
 *
 * Messages of a SOCK_SEQPACKET pair: a fixed head, then text. Bytes of evidence go through slots of
 * shared memory, which the jail writes and the program copies out of before it looks at them: the jail
 * may change them at any time, and nothing in a message is believed without a check.
 *
 * The jail speaks: READY, then, after the KEYs and START, one FOUND for each log (with WIRE_STREAM,
 * DATA until END follow), TROUBLE, PASSED, ALIVE, FILE and SPOOL in between, DONE at the end. After each
 * FOUND it serves READ, NEXT and CLOSE until it hears GO.
 * Rank: base/. */
#ifndef INPUT_WIRE_H
#define INPUT_WIRE_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"

enum {
    WIRE_SOCKET = 3, /* file descriptors that the jail is born with */
    WIRE_MEMORY = 4,
    WIRE_EVIDENCE = 5,
    WIRE_SLOTS = 4,
    WIRE_TEXT = 4096
};
#define WIRE_SLOT LIMIT_KIB(256) /* one batch of the native reader */

enum wire_type {
    /* from the jail */
    WIRE_READY = 1, /* locked; nothing was parsed yet */
    WIRE_FOUND,     /* text: path inside; handle, size, flags, time; with WIRE_SUM offset */
    WIRE_DATA,      /* n bytes in a slot; of a FOUND stream, a SPOOL, or an answer to READ */
    WIRE_END,       /* of a stream; text: what was wrong, or nothing */
    WIRE_TROUBLE,   /* text: path inside, NUL, sentence */
    WIRE_PASSED,    /* handle: how many more files were no logs */
    WIRE_ALIVE,     /* long work goes on */
    WIRE_FILE,      /* text: name of a file beside the evidence; answered by FD or NO */
    WIRE_SPOOL,     /* DATA until END follow; answered by FD or NO */
    WIRE_DONE,      /* everything was looked at */
    WIRE_FAILED,    /* answer to READ; text: why */
    WIRE_MEDIA, /* a whole disk, in place, until GO: handle, size, text: path inside, NUL, and what
                     * digests the image holds of it: WIRE_STORED bytes */
    /* from the program */
    WIRE_KEY,   /* flags: enum wire_key; text: the secret */
    WIRE_START, /* flags: WIRE_ALL_FILES ...; text: the path inside that is wanted, or nothing */
    WIRE_GO,
    WIRE_ACK,   /* a slot is free again */
    WIRE_READ,  /* handle, offset, n */
    WIRE_CLOSE, /* handle */
    WIRE_NEXT, /* handle, offset: where is the next byte that may be no zero? answered by DATA: offset */
    WIRE_FD, /* a descriptor comes with it */
    WIRE_NO  /* text: why not */
};

enum wire_key {
    WIRE_KEY_ARCHIVE,
    WIRE_KEY_BITLOCKER_PASSWORD,
    WIRE_KEY_BITLOCKER_RECOVERY,
    WIRE_KEY_BITLOCKER_STARTUP /* content of a .BEK file */
};

enum {
    /* START */
    WIRE_ALL_FILES = 1,
    WIRE_UNALLOCATED = 2,
    WIRE_MEDIA_WANTED = 4,
    WIRE_NO_SHADOWS = 8,
    WIRE_SUMS_WANTED = 512, /* of logs that lie in an archive as they are: the program checks */
    /* FOUND */
    WIRE_STREAM = 16,
    WIRE_DELETED = 32,
    WIRE_EXTENTS = 128, /* in place, and n pairs in the slot say where: offset in the item or
                         * SOURCE_HOLE, bytes; all of it */
    WIRE_RAW = 64,      /* bytes without order, to be carved */
    WIRE_SUM = 256      /* offset: the CRC-32 that its archive holds of it */
};

/* 1: there is an MD5, 2: a SHA-1; the MD5, the SHA-1. */
enum { WIRE_STORED = 1 + 16 + 20 };

struct wire {
    uint32_t type, flags;
    uint32_t slot, n;
    uint64_t handle, offset, size;
    uint64_t time
        [8]; /* FILETIME: created, modified, changed, accessed, the same of $FILE_NAME; 0: unknown */
    uint32_t ntext;
    char text[WIRE_TEXT];
};

/* Sends head and text (which has to fit); fd >= 0 goes along. EV_EIO when the other side is gone. */
int wire_send(int socket, const struct wire *w, int fd);
/* Waits for a message, milliseconds at most (-1: for ever). *ret_fd is -1 or a descriptor that the caller
 * owns; NULL: descriptors are refused. EV_ETRUNC: the other side has ended; EV_EFORMAT: no message
 * of ours; EV_ELIMIT: nothing came in time; EV_EINTR: a signal came. text is terminated. */
int wire_receive(int socket, int milliseconds, struct wire *ret, int *ret_fd);
/* Sets type and text; all else zero. */
void wire_init(struct wire *w, enum wire_type type, struct slice text);

#endif
