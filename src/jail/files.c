/* files.c - the logs of a file system, by libtsk: those that are there, and those that were deleted.
 *
 * Without --all-files only the folders where Windows keeps logs are looked at; where there are none of
 * these (a stick, a folder that someone copied), all are. May include: base/, input/, this folder. */
#include "jail/disk.h"
#include "jail/image.h"
#include "jail/runs.h"
#include "jail/space.h"

#include <stdio.h>

#include "base/mem.h"

#ifdef HAVE_IMAGES

struct files {
    struct jail *j;
    const struct tsk *t;
    struct disk *disk;
    TSK_FS_INFO *fs;
    bool all;   /* every folder */
    bool kept;  /* a folder where Windows keeps logs was seen */
    bool again; /* a second time, as there was none: memory was taken */
    unsigned depth;
};

static const char *const keeps[][6] = {
    { "windows", "system32", "winevt", "logs", NULL },
    { "windows.old", "windows", "system32", "winevt", "logs", NULL },
};

struct trail {
    const struct trail *up;
    const char *name;
    unsigned depth;
};

static bool same_name(const char *a, const char *b)
{
    return slice_eq_nocase(slice_str(a), slice_str(b));
}

/* Does the folder lead to one that Windows keeps logs in, or lie in one? 2: it is in one. */
static int leads(const struct trail *t)
{
    const char *part[LIMIT_EVIDENCE_FOLDERS];
    unsigned depth = t->depth;
    int best = 0;

    for (unsigned i = depth; i > 0; i--, t = t->up)
        part[i - 1] = t->name;
    if (depth > 0 && same_name(part[0], "$OrphanFiles"))
        return 1;
    for (size_t k = 0; k < sizeof keeps / sizeof *keeps; k++) {
        unsigned i = 0;
        while (i < depth && keeps[k][i] && same_name(part[i], keeps[k][i]))
            i++;
        if (!keeps[k][i])
            return 2;
        if (i == depth)
            best = 1;
    }
    return best;
}

/* --- a file as a source --- */

struct file {
    const struct tsk *t;
    TSK_FS_FILE *file;
    const struct source *volume;
    uint64_t size;
};

static int file_read_at(void *self, uint64_t offset, void *buf, size_t n, size_t *ret_n,
                        struct ev_err *err)
{
    struct file *f = self;
    ssize_t got;

    if (offset >= f->size)
        n = 0;
    else if (n > f->size - offset)
        n = (size_t)(f->size - offset);
    if (n == 0) {
        *ret_n = 0;
        return EV_OK;
    }
    f->t->tsk_error_reset();
    got = f->t->tsk_fs_file_read(f->file, (TSK_OFF_T)offset, buf, n, TSK_FS_FILE_READ_FLAG_NONE);
    if (got < 0) {
        const char *why = f->t->tsk_error_get();
        return ev_err_set(err, EV_EIO, "cannot be read in its file system: %.200s",
                          why ? why : "?");
    }
    *ret_n = (size_t)got;
    return EV_OK;
}

static bool file_size(void *self, uint64_t *ret)
{
    *ret = ((struct file *)self)->size;
    return true;
}

static bool file_where(void *self, uint64_t offset, uint64_t *ret_at, uint64_t *ret_n)
{
    const struct file *f = self;

    return runs_where(f->t, f->file, f->volume, offset, ret_at, ret_n);
}

static void file_close(void *self)
{
    struct file *f = self;

    f->t->tsk_fs_file_close(f->file);
    free(f);
}

/* Files of what was in memory: pages, whose chunks and records are in no order. */
static bool is_memory(const struct files *x, const struct trail *up, const char *name)
{
    static const char *const root[] = { "pagefile.sys", "hiberfil.sys", "swapfile.sys" };

    if (!(x->j->flags & WIRE_UNALLOCATED))
        return false;
    for (size_t i = 0; up->depth == 0 && i < sizeof root / sizeof *root; i++)
        if (same_name(name, root[i]))
            return true;
    return up->depth == 1 && same_name(up->name, "windows") && same_name(name, "MEMORY.DMP");
}

/* What a hibernation file begins with, written or read back; a block that Windows 7 and older compressed. */
static bool is_compressed(const struct source *s)
{
    static const struct slice begins[] = { SLICE_INIT("HIBR"), SLICE_INIT("hibr"),
                                           SLICE_INIT("RSTR"), SLICE_INIT("rstr"),
                                           SLICE_INIT("WAKE"), SLICE_INIT("wake") };
    const size_t most = LIMIT_MIB(1);
    uint8_t *d = xcalloc(1, most);
    size_t n = 0;
    bool found = false;

    if (source_read_at(s, 0, d, most, &n, NULL) == EV_OK)
        found = slice_find(slice_of(d, n), SLICE("\x81\x81xpress")) != SIZE_MAX;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        found |= slice_starts(slice_of(d, n), begins[i]);
    free(d);
    return found;
}

static uint64_t filetime(int64_t seconds, uint32_t nano)
{
    return seconds > 0 ? ((uint64_t)seconds + 11644473600u) * 10000000u + nano / 100 : 0;
}

/* Takes f over. memory: its bytes are searched, whatever its first ones are. */
static void take(struct files *x, TSK_FS_FILE *f, const char *path, bool deleted, bool memory)
{
    static const struct source_ops ops = {
        .read_at = file_read_at, .size = file_size, .where = file_where, .close = file_close
    };
    struct about a = { .state = deleted ? SOURCE_DELETED : SOURCE_LIVE };
    const TSK_FS_META *m = f->meta;
    struct source *s;
    struct file *file;

    if (m->size <= 0 || (uint64_t)m->size > LIMIT_EVIDENCE_LOG || !item_wanted(x->j, path) ||
        !item_count(x->j, path)) {
        x->t->tsk_fs_file_close(f);
        return;
    }
    a.time[0] = filetime(m->crtime, m->crtime_nano);
    a.time[1] = filetime(m->mtime, m->mtime_nano);
    a.time[2] = filetime(m->ctime, m->ctime_nano);
    a.time[3] = filetime(m->atime, m->atime_nano);
    if (TSK_FS_TYPE_ISNTFS(x->fs->ftype)) {
        a.time[4] = filetime(m->time2.ntfs.fn_crtime, (uint32_t)m->time2.ntfs.fn_crtime_nano);
        a.time[5] = filetime(m->time2.ntfs.fn_mtime, (uint32_t)m->time2.ntfs.fn_mtime_nano);
        a.time[6] = filetime(m->time2.ntfs.fn_ctime, (uint32_t)m->time2.ntfs.fn_ctime_nano);
        a.time[7] = filetime(m->time2.ntfs.fn_atime, (uint32_t)m->time2.ntfs.fn_atime_nano);
    }
    file = xcalloc(1, sizeof *file);
    *file = (struct file){ x->t, f, x->disk->src, (uint64_t)m->size };
    s = source_new(&ops, file, path);
    if (!memory) {
        item_take(x->j, s, path, &a);
        return;
    }
    if (same_name(path + strlen(path) - strlen("hiberfil.sys"), "hiberfil.sys") && is_compressed(s))
        jail_trouble(x->j, path,
                     "a hibernation file, which Windows compresses: only what it holds as it is "
                     "was searched; decompress it, and name the result with --recover");
    a.state = SOURCE_RAW;
    jail_found(x->j, s, path, &a);
}

static void folder(struct files *x, TSK_INUM_T at, const char *path, const struct trail *trail);

/* An entry of a folder. Takes f over. */
static void entry(struct files *x, TSK_FS_FILE *f, const char *path, const struct trail *up)
{
    char name[1024] =
        ""; /* 255 units of UTF-16; f and its own are gone before the folder is read */
    const struct trail here = { up, name, up->depth + 1 };
    char inside[LIMIT_PATH];
    bool deleted = f->name && f->name->flags & TSK_FS_NAME_FLAG_UNALLOC, is_folder;
    TSK_FS_FILE *record;

    if (f->name && f->name->name)
        snprintf(name, sizeof name, "%s", f->name->name);
    /* libtsk gives no record to a name whose number is not the record's: one that was given up. */
    if (!f->meta && deleted && f->name->meta_addr &&
        (record = x->t->tsk_fs_file_open_meta(x->fs, NULL, f->name->meta_addr)) != NULL) {
        x->t->tsk_fs_file_close(f);
        f = record;
    }
    if (!f->meta || !*name || strcmp(here.name, ".") == 0 || strcmp(here.name, "..") == 0 ||
        here.depth >= LIMIT_EVIDENCE_FOLDERS || !item_join(x->j, path, "/", here.name, inside)) {
        x->t->tsk_fs_file_close(f);
        return;
    }
    /* A name that was given up, of a record that now is another file's: that file has its own name. */
    deleted |= (f->meta->flags & TSK_FS_META_FLAG_UNALLOC) != 0;
    if (TSK_FS_TYPE_ISNTFS(x->fs->ftype) && f->meta->addr < 16 && here.depth == 1) {
        x->t->tsk_fs_file_close(f); /* $MFT, $Boot and the like */
        return;
    }
    /* For what lost its folder libtsk reads all of a volume but NTFS. */
    if (strcmp(name, "$OrphanFiles") == 0 && here.depth == 1 && !TSK_FS_TYPE_ISNTFS(x->fs->ftype) &&
        !(x->j->flags & WIRE_UNALLOCATED)) {
        x->t->tsk_fs_file_close(f);
        return;
    }
    is_folder = f->meta->type == TSK_FS_META_TYPE_DIR || f->meta->type == TSK_FS_META_TYPE_VIRT_DIR;
    if (deleted && (f->meta->flags & TSK_FS_META_FLAG_ALLOC) && !is_folder) {
        x->t->tsk_fs_file_close(f);
        return;
    }
    if (is_folder && !(deleted && !(f->meta->flags & TSK_FS_META_FLAG_ALLOC))) {
        TSK_INUM_T inum = f->meta->addr;
        int way = leads(&here);
        x->t->tsk_fs_file_close(f);
        x->kept |= way == 2;
        if ((x->all || way) && item_wanted(x->j, inside))
            folder(x, inum, inside, &here);
        return;
    }
    const bool memory = is_memory(x, up, name);
    if (f->meta->type == TSK_FS_META_TYPE_REG && !(memory && x->again) &&
        (x->all || memory || leads(up) == 2 || (up->name && same_name(up->name, "$OrphanFiles"))))
        take(x, f, inside, deleted, memory);
    else
        x->t->tsk_fs_file_close(f);
}

static void folder(struct files *x, TSK_INUM_T at, const char *path, const struct trail *trail)
{
    TSK_FS_DIR *dir;
    size_t n;

    x->t->tsk_error_reset();
    dir = x->t->tsk_fs_dir_open_meta(x->fs, at);
    if (!dir) {
        const char *why = x->t->tsk_error_get();
        jail_trouble(x->j, path, "a folder that cannot be read: %.200s",
                     why ? why : "unknown fault");
        return;
    }
    n = x->t->tsk_fs_dir_getsize(dir);
    for (size_t i = 0; i < n; i++) {
        TSK_FS_FILE *f = x->t->tsk_fs_dir_get(dir, i);
        jail_alive(x->j);
        if (f)
            entry(x, f, path, trail);
    }
    x->t->tsk_fs_dir_close(dir);
}

static void files_later(void *p)
{
    struct files *x = p;

    x->t->tsk_fs_close(x->fs);
    disk_free(x->disk);
    free(x);
}

/* Not all that libtsk knows: for YAFFS2 it reads the whole disk, whatever is on it. */
static TSK_FS_INFO *open_known(const struct tsk *t, struct disk *d)
{
    static const TSK_FS_TYPE_ENUM known[] = { TSK_FS_TYPE_NTFS_DETECT, TSK_FS_TYPE_FAT_DETECT,
                                              TSK_FS_TYPE_EXT_DETECT };
    TSK_FS_INFO *fs = NULL;

    for (size_t i = 0; d && !fs && i < sizeof known / sizeof *known; i++)
        fs = t->tsk_fs_open_img(&d->img, 0, known[i]);
    return fs;
}

void files_take(struct jail *j, struct source *volume, const char *path)
{
    const struct tsk *t = libs_tsk(j->libs);
    struct files *x = xcalloc(1, sizeof *x);
    const struct trail root = { NULL, NULL, 0 };
    size_t n = strlen(path);

    x->j = j;
    x->t = t;
    x->disk = disk_new(j, t, volume);
    t->tsk_error_reset();
    x->fs = open_known(t, x->disk);
    if (!x->fs) {
        uint8_t head[16] = { 0 };
        size_t got = 0;
        (void)source_read_at(volume, 0, head, sizeof head, &got, NULL);
        jail_trouble(j, path, "%s",
                     memcmp(head + 3, "NTFS    ", 8) == 0
                         ? "an NTFS volume whose tables cannot be read: damaged or cut short"
                         : "no file system that is known");
        space_whole(j, volume, path);
        disk_free(x->disk);
        free(x);
        return;
    }
    /* Who names something inside wants it, wherever it lies. */
    x->all = (j->flags & WIRE_ALL_FILES) || strlen(j->wanted) > n + 1;
    folder(x, x->fs->root_inum, path, &root);
    if (!x->all && !x->kept) {
        x->all = x->again = true;
        folder(x, x->fs->root_inum, path, &root);
    }
    if (j->flags & WIRE_UNALLOCATED) {
        space_slack(j, t, x->fs, volume, path);
        space_unallocated(j, t, x->fs, volume, path);
    }
    jail_later(j, files_later, x);
}
#endif
