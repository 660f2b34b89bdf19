/* space.c - see space.h. May include: base/, input/, this folder, the libraries' headers. */
#include "jail/space.h"

#include "base/mem.h"
#include "jail/image.h"

#ifdef HAVE_IMAGES

enum {
    BITMAP = 6, /* the record of $Bitmap: a bit a cluster, from the first on */
    PIECE = LIMIT_KIB(64),
    LOOK = LIMIT_MIB(256) /* zeros that are looked past before the program hears again */
};

/* n bytes of the volume from `from` on, at `at` of what is made of them. */
struct run {
    uint64_t at, from, n;
};

struct space {
    const struct source *volume;
    struct jail *j;
    uint64_t size, block; /* of all runs; bytes of a block */
    VEC(struct run) run;
    bool full;
};

static bool add(struct space *s, uint64_t from, uint64_t n)
{
    struct run *last = s->run.n ? &s->run.v[s->run.n - 1] : NULL;

    if (last && last->from + last->n == from)
        last->n += n;
    else if (!vec_push(&s->run, LIMIT_EVIDENCE_MEMBERS, (struct run){ s->size, from, n }))
        s->full = true;
    if (!s->full)
        s->size += n;
    return !s->full;
}

/* The run that holds the byte at offset, or the first behind it. */
static size_t run_at(const struct space *s, uint64_t offset)
{
    size_t low = 0, high = s->run.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->run.v[middle].at + s->run.v[middle].n <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int space_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                         struct ev_err *err)
{
    const struct space *s = self;
    uint8_t *to = buf;
    size_t got = 0;

    for (size_t i = run_at(s, offset); i < s->run.n && got < n; i++) {
        const struct run *r = &s->run.v[i];
        const uint64_t skip = offset + got - r->at;
        size_t want = n - got < r->n - skip ? n - got : (size_t)(r->n - skip), part = 0;
        int rc = source_read_at(s->volume, r->from + skip, to + got, want, &part, err);
        if (rc < 0)
            return rc;
        /* Behind the end of an image that was cut short. */
        memset(to + got + part, 0, want - part);
        got += want;
    }
    *ret_n = got;
    return EV_OK;
}

static bool only_zeros(const uint8_t *p, size_t n)
{
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Past the holes of the image's file, then past zeros as they are read: what a library makes of an image
 * does not tell its holes. */
static uint64_t space_next_data(void *self, uint64_t offset)
{
    const struct space *s = self;
    uint8_t *room = xcalloc(1, PIECE);
    uint64_t looked = 0;

    for (size_t i = run_at(s, offset); i < s->run.n && looked < LOOK; i++) {
        const struct run *r = &s->run.v[i];
        uint64_t at = offset > r->at ? offset - r->at : 0;
        while (at < r->n && looked < LOOK) {
            const uint64_t next = source_next_data(s->volume, r->from + at) - r->from;
            size_t want, got = 0;
            if (next > at) {
                at = next < r->n ? next : r->n;
                continue;
            }
            want = r->n - at < PIECE ? (size_t)(r->n - at) : PIECE;
            if (source_read_at(s->volume, r->from + at, room, want, &got, NULL) < 0 ||
                !only_zeros(room, got))
                looked = LOOK;
            else
                at += want;
            looked += want;
        }
        offset = r->at + at;
    }
    free(room);
    return offset;
}

static bool space_size(void *self, uint64_t *ret)
{
    *ret = ((struct space *)self)->size;
    return true;
}

static void space_close(void *self)
{
    struct space *s = self;

    vec_release(&s->run);
    free(s);
}

static struct space *space_new(struct jail *j, TSK_FS_INFO *fs, const struct source *volume)
{
    struct space *s = xcalloc(1, sizeof *s);

    s->volume = volume;
    s->j = j;
    s->block = fs->block_size;
    return s;
}

/* Takes s over. */
static void hand_over(struct space *s, const char *inside)
{
    static const struct source_ops ops = { .read_at = space_read_at,
                                           .size = space_size,
                                           .next_data = space_next_data,
                                           .close = space_close };
    const struct about a = { .state = SOURCE_RAW };
    struct jail *j = s->j;

    if (s->full)
        jail_trouble(j, inside, "is in more than %d pieces: the rest is not searched",
                     LIMIT_EVIDENCE_MEMBERS);
    if (s->size / LIMIT_EVIDENCE_RATIO > j->item_size && s->size > LIMIT_EVIDENCE_FREE)
        jail_trouble(j, inside,
                     "would be more than %d times as large as the file that it is in: not searched",
                     LIMIT_EVIDENCE_RATIO);
    else if (s->size > 0) {
        jail_found(j, source_new(&ops, s, inside), inside, &a);
        return;
    }
    space_close(s);
}

static TSK_WALK_RET_ENUM on_block(const TSK_FS_BLOCK *b, void *ctx)
{
    struct space *s = ctx;

    jail_alive(s->j);
    return add(s, b->addr * s->block, s->block) ? TSK_WALK_CONT : TSK_WALK_STOP;
}

/* The zero bits of $Bitmap: libtsk asks it a thousand times slower. False: it cannot be read. */
static bool by_bitmap(struct space *s, const struct tsk *t, TSK_FS_INFO *fs)
{
    TSK_FS_FILE *f = t->tsk_fs_file_open_meta(fs, NULL, BITMAP);
    uint8_t *room = xcalloc(1, PIECE);
    uint64_t cluster = 0;
    ssize_t n = f ? 1 : -1;

    for (TSK_OFF_T at = 0; n > 0 && cluster <= fs->last_block && !s->full; at += n) {
        n = t->tsk_fs_file_read(f, at, (char *)room, PIECE, TSK_FS_FILE_READ_FLAG_NONE);
        jail_alive(s->j);
        for (size_t i = 0; n > 0 && i < 8 * (size_t)n && cluster <= fs->last_block; i++, cluster++)
            if (!(room[i / 8] >> i % 8 & 1) && !add(s, cluster * s->block, s->block))
                break;
    }
    if (f)
        t->tsk_fs_file_close(f);
    free(room);
    return cluster > 0;
}

void space_unallocated(struct jail *j, const struct tsk *t, TSK_FS_INFO *fs,
                       const struct source *volume, const char *path)
{
    char inside[LIMIT_PATH];
    struct space *s;

    if (!item_join(j, path, "/", "$Unallocated", inside) || !item_wanted(j, inside))
        return;
    s = space_new(j, fs, volume);
    if (!TSK_FS_TYPE_ISNTFS(fs->ftype) || !by_bitmap(s, t, fs))
        t->tsk_fs_block_walk(fs, fs->first_block, fs->last_block,
                             (TSK_FS_BLOCK_WALK_FLAG_ENUM)(TSK_FS_BLOCK_WALK_FLAG_UNALLOC |
                                                           TSK_FS_BLOCK_WALK_FLAG_AONLY),
                             on_block, s);
    hand_over(s, inside);
}

struct slack {
    struct space *s;
    const struct tsk *t;
};

/* What is between the end of a file and that of its last cluster. */
static TSK_WALK_RET_ENUM on_file(TSK_FS_FILE *f, void *ctx)
{
    const struct slack *x = ctx;
    struct space *s = x->s;
    const TSK_FS_ATTR *a = x->t->tsk_fs_file_attr_get(f);
    uint64_t end, last;

    jail_alive(s->j);
    if (!a || !(a->flags & TSK_FS_ATTR_NONRES) ||
        a->flags & (TSK_FS_ATTR_COMP | TSK_FS_ATTR_SPARSE) || a->size <= 0 ||
        a->nrd.allocsize <= a->size)
        return TSK_WALK_CONT;
    end = (uint64_t)a->size;
    last = (end + s->block - 1) / s->block * s->block;
    for (const TSK_FS_ATTR_RUN *r = a->nrd.run; r && end < last; r = r->next) {
        const uint64_t from = r->offset * s->block;
        if (r->flags || end < from || end - from >= r->len * s->block)
            continue;
        if (r->addr <= UINT64_MAX / s->block / 2)
            (void)add(s, r->addr * s->block + (end - from), last - end);
        break;
    }
    return s->full ? TSK_WALK_STOP : TSK_WALK_CONT;
}

void space_slack(struct jail *j, const struct tsk *t, TSK_FS_INFO *fs, const struct source *volume,
                 const char *path)
{
    char inside[LIMIT_PATH];
    struct slack x = { NULL, t };

    if (!TSK_FS_TYPE_ISNTFS(fs->ftype) || !item_join(j, path, "/", "$Slack", inside) ||
        !item_wanted(j, inside))
        return;
    x.s = space_new(j, fs, volume);
    t->tsk_fs_meta_walk(fs, fs->first_inum, fs->last_inum,
                        (TSK_FS_META_FLAG_ENUM)(TSK_FS_META_FLAG_ALLOC | TSK_FS_META_FLAG_USED),
                        on_file, &x);
    hand_over(x.s, inside);
}

void space_whole(struct jail *j, const struct source *volume, const char *path)
{
    char inside[LIMIT_PATH];
    struct space *s;
    uint64_t size = 0;

    if (!(j->flags & WIRE_UNALLOCATED) || !source_size(volume, &size) || size == 0 ||
        !item_join(j, path, "/", "$Volume", inside) || !item_wanted(j, inside))
        return;
    s = xcalloc(1, sizeof *s);
    s->volume = volume;
    s->j = j;
    (void)add(s, 0, size);
    hand_over(s, inside);
}
#endif
