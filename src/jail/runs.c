#include "jail/runs.h"

#ifdef HAVE_IMAGES

enum { PLAIN = TSK_FS_ATTR_NONRES, STRANGE = TSK_FS_ATTR_COMP | TSK_FS_ATTR_ENC };

/* The run that offset lies in; NULL: none. */
static const TSK_FS_ATTR_RUN *run_at(const TSK_FS_ATTR *a, uint64_t block)
{
    const TSK_FS_ATTR_RUN *r = a->nrd.run;

    /* Runs are a list in order, as long as the library accepts: it walks it for each read, too. */
    while (r && block - r->offset >= r->len)
        r = r->next;
    return r && block >= r->offset ? r : NULL;
}

bool runs_where(const struct tsk *t, TSK_FS_FILE *f, const struct source *volume, uint64_t offset,
                uint64_t *ret_at, uint64_t *ret_n)
{
    const TSK_FS_ATTR *a = t->tsk_fs_file_attr_get(f);
    const uint64_t size = a ? (uint64_t)a->size : 0;
    uint64_t block_size, filled, at, left;
    const TSK_FS_ATTR_RUN *r;

    if (!a || !(a->flags & PLAIN) || a->flags & STRANGE || a->nrd.skiplen || offset >= size)
        return false;
    filled = a->nrd.initsize < 0 ? 0 : (uint64_t)a->nrd.initsize;
    if (offset >= filled) {
        *ret_at = SOURCE_HOLE;
        *ret_n = size - offset;
        return true;
    }
    block_size = f->fs_info->block_size;
    r = run_at(a, offset / block_size);
    if (!r || r->flags & (TSK_FS_ATTR_RUN_FLAG_FILLER | TSK_FS_ATTR_RUN_FLAG_ENCRYPTED))
        return false;
    left = (r->offset + r->len) * block_size - offset;
    if (left > filled - offset)
        left = filled - offset;
    if (r->flags & TSK_FS_ATTR_RUN_FLAG_SPARSE) {
        *ret_at = SOURCE_HOLE;
        *ret_n = left;
        return true;
    }
    if (__builtin_mul_overflow((uint64_t)r->addr + (offset / block_size - r->offset), block_size,
                               &at) ||
        !source_where(volume, at + offset % block_size, ret_at, ret_n))
        return false;
    if (*ret_n > left)
        *ret_n = left;
    return true;
}
#endif
