/* source.h - bytes from somewhere: the only byte access that readers see.
 *
 * A source always delivers its bytes in order (source_stream); reading at an offset and a known
 * size are capabilities that standard input and compressed members lack.
 * Rank: base/. */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "base/digest.h"
#include "base/err.h"
#include "base/slice.h"

struct source;

/* What the bytes are, as far as where they come from tells. */
enum source_state {
    SOURCE_LIVE,
    SOURCE_DELETED, /* a file that its file system has given up */
    SOURCE_RAW      /* no file: bytes without order, to be carved */
};

struct source_ops {
    /* Up to n bytes at offset; *ret_n < n only at the end. Thread safe. NULL: no random access. */
    int (*read_at)(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                   struct ev_err *err);
    /* The next bytes; *ret_n == 0 at the end. NULL: made from read_at. */
    int (*stream)(void *self, void *buf, size_t n, size_t *ret_n, struct ev_err *err);
    /* Size in bytes; false when unknown. NULL: unknown. */
    bool (*size)(void *self, uint64_t *ret_size);
    /* Where the bytes at offset lie in the file at the bottom, and how many in a row; SOURCE_HOLE:
     * they are zeros. False: they are nowhere as they are. NULL: nowhere. */
    bool (*where)(void *self, uint64_t offset, uint64_t *ret_at, uint64_t *ret_n);
    /* Where bytes other than zeros may be next, at or after offset; the size or more when nowhere: what a
     * file system or the maker of an image left out. NULL: right there. */
    uint64_t (*next_data)(void *self, uint64_t offset);
    void (*close)(void *self);
};
#define SOURCE_HOLE UINT64_MAX

/* Takes `self` over. path: what `source_file` shows, copied. */
struct source *source_new(const struct source_ops *ops, void *self, const char *path);
/* What ops was made for, when s has them; NULL otherwise. */
void *source_self(const struct source *s, const struct source_ops *ops);
void source_free(struct source *s); /* closes; NULL is fine */
const char *source_path(const struct source *s);
/* SOURCE_LIVE until it is set. */
enum source_state source_state(const struct source *s);
void source_set_state(struct source *s, enum source_state state);
bool source_size(const struct source *s, uint64_t *ret_size);
bool source_can_read_at(const struct source *s);
int source_read_at(const struct source *s, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                   struct ev_err *err);
/* Where bytes other than zeros may be next, at or after offset. */
uint64_t source_next_data(const struct source *s, uint64_t offset);
int source_stream(struct source *s, void *buf, size_t n, size_t *ret_n, struct ev_err *err);

/* As source_ops.where; *ret_n is at least 1. */
bool source_where(const struct source *s, uint64_t offset, uint64_t *ret_at, uint64_t *ret_n);

/* size bytes of `of`, which is borrowed and can be read at an offset. */
struct source *source_piece(const struct source *of, uint64_t from, uint64_t size,
                            const char *path);
/* Reads s, which can be read at an offset, from start to end. which: of DIGEST_*. EV_EINTR when stop
 * (NULL: never) said so; errors as source_read_at, EV_EIO when it ends before its size. */
int source_digest(const struct source *s, unsigned which, bool (*stop)(void *ctx), void *stop_ctx,
                  struct digests *ret, uint64_t *ret_size, struct ev_err *err);

/* The same bytes, whose CRC-32 should be crc: each piece that is read is summed up. Takes `of` over. */
struct source *source_summed(struct source *of, uint32_t crc);
/* Once nobody reads s any more: EV_EFORMAT, with a sentence, when its sum is another; what nobody has read is
 * read for that, with errors as of source_read_at. EV_OK for all that source_summed did not make. */
int source_settle(const struct source *s, struct ev_err *err);

/* A regular file, opened read-only (O_RDONLY|O_CLOEXEC|O_NOCTTY); readable with pread. */
int source_open_file(const char *path, struct source **ret, struct ev_err *err);
/* Bytes in memory, borrowed. */
struct source *source_open_memory(struct slice bytes, const char *path);
/* What `from` streams, `head` put before it; takes `from` over. For those who had to look. */
struct source *source_with_head(struct slice head, struct source *from);
struct stdin_options {
    const char *tmpdir;      /* as in tempfile.h */
    uint64_t max_bytes;      /* EV_ELIMIT beyond */
    bool (*stop)(void *ctx); /* asked between reads, EV_EINTR when true; NULL: never */
    void *stop_ctx;
};
/* Standard input, spooled to a temporary file without a name so that read_at works. */
int source_open_stdin(const struct stdin_options *o, struct source **ret, struct ev_err *err);

#endif
