/* src_digest.c - digests of all that a source holds.
 * May include: base/, source.h. */
#include "base/limits.h"
#include "base/mem.h"
#include "input/source.h"

int source_digest(const struct source *s, unsigned which, bool (*stop)(void *ctx), void *stop_ctx,
                  struct digests *ret, uint64_t *ret_size, struct ev_err *err)
{
    struct digester *d = digester_new(which);
    uint8_t *step = xcalloc(1, LIMIT_MIB(1));
    uint64_t at = 0, size = 0;
    size_t n = 1;
    int rc = EV_OK;

    while (rc == EV_OK && n > 0) {
        n = 0;
        if (stop && stop(stop_ctx))
            rc = ev_err_set(err, EV_EINTR, "interrupted");
        else
            rc = source_read_at(s, at, step, LIMIT_MIB(1), &n, err);
        if (rc == EV_OK)
            digester_add(d, slice_of(step, n));
        at += n;
    }
    if (rc == EV_OK && source_size(s, &size) && at < size)
        rc = ev_err_set(err, EV_EIO, "it ends at byte %llu of %llu", (unsigned long long)at,
                        (unsigned long long)size);
    if (rc == EV_OK) {
        digester_done(d, ret);
        *ret_size = at;
    }
    digester_free(d);
    free(step);
    return rc;
}
