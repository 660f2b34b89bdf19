/* source.h - bytes from somewhere: the only byte access that readers see.
 *
 * A source always delivers its bytes in order (source_stream); reading at an offset and a known
 * size are capabilities that standard input and compressed members lack.
 * Rank: base/. */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "base/err.h"
#include "base/slice.h"

struct source;

struct source_ops {
    /* Up to n bytes at offset; *ret_n < n only at the end. Thread safe. NULL: no random access. */
    int (*read_at)(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                   struct ev_err *err);
    /* The next bytes; *ret_n == 0 at the end. NULL: made from read_at. */
    int (*stream)(void *self, void *buf, size_t n, size_t *ret_n, struct ev_err *err);
    /* Size in bytes; false when unknown. NULL: unknown. */
    bool (*size)(void *self, uint64_t *ret_size);
    void (*close)(void *self);
};

/* Takes `self` over. path: what `source_file` shows, copied. */
struct source *source_new(const struct source_ops *ops, void *self, const char *path);
void source_free(struct source *s); /* closes; NULL is fine */
const char *source_path(const struct source *s);
bool source_size(const struct source *s, uint64_t *ret_size);
bool source_can_read_at(const struct source *s);
int source_read_at(const struct source *s, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                   struct ev_err *err);
int source_stream(struct source *s, void *buf, size_t n, size_t *ret_n, struct ev_err *err);

/* A regular file, opened read-only (O_RDONLY|O_CLOEXEC|O_NOCTTY); readable with pread. */
int source_open_file(const char *path, struct source **ret, struct ev_err *err);
/* Bytes in memory, borrowed. */
struct source *source_open_memory(struct slice bytes, const char *path);
struct stdin_options {
    const char *tmpdir;      /* as in tempfile.h */
    uint64_t max_bytes;      /* EV_ELIMIT beyond */
    bool (*stop)(void *ctx); /* asked between reads, EV_EINTR when true; NULL: never */
    void *stop_ctx;
};
/* Standard input, spooled to a temporary file without a name so that read_at works. */
int source_open_stdin(const struct stdin_options *o, struct source **ret, struct ev_err *err);

#endif
