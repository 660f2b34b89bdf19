/* archive.c - zip, 7z, tar, cab and single compressed files, by libarchive.
 *
 * Members are read from start to end in the order of the archive; nothing is written anywhere, so that
 * a member's name is a name and never a place. Formats are those listed here, not all that the library
 * knows. May include: base/, input/, jail.h, libarchive. */
#include "jail/jail.h"

#include <errno.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf16.h"
#include "jail/stored.h"

bool archive_streams(struct slice head)
{
    return !slice_starts(head, SLICE("PK")) && !slice_starts(head, SLICE("7z"));
}

#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>

#define STEP WIRE_SLOT
#define NEAR 4096

struct opened {
    struct jail *j;
    struct archive *a;
    struct archive_entry *entry;
    struct source *from;
    const char *path;
    uint8_t *step;
    uint64_t at; /* in from, where it can seek */
    size_t
        ahead; /* how much is read at once: little behind a jump, which may lead to a header only */
    bool seeks;
    /* Of the member at hand: bytes as its header says, and read; what of it was unpacked but not handed
     * on, zeros before that. */
    uint64_t said, got;
    la_int64_t offset;
    uint64_t hole;
    struct slice block;
    bool ended, bad_sum;
    uint64_t encrypted; /* members that no password opens */
    struct arena names;
    struct map seen; /* name to how often */
};

static int format_of(const struct opened *o)
{
    return archive_format(o->a) & ARCHIVE_FORMAT_BASE_MASK;
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **ret)
{
    struct opened *o = ctx;
    struct ev_err err = { 0 };
    size_t n = 0;
    int rc = o->seeks ? source_read_at(o->from, o->at, o->step, o->ahead, &n, &err)
                      : source_stream(o->from, o->step, STEP, &n, &err);

    jail_alive(o->j);
    if (rc < 0) {
        archive_set_error(a, EIO, "%s", err.text);
        return ARCHIVE_FATAL;
    }
    o->at += n;
    o->ahead = 4 * o->ahead < STEP ? 4 * o->ahead : STEP;
    if (!o->seeks && o->j->top->of == o)
        o->j->top->in += n;
    *ret = o->step;
    return (la_ssize_t)n;
}

static la_int64_t on_skip(struct archive *a, void *ctx, la_int64_t n)
{
    struct opened *o = ctx;
    uint64_t size = 0;

    (void)a;
    if (!o->seeks || n <= 0 || !source_size(o->from, &size) || o->at > size)
        return 0;
    if ((uint64_t)n > size - o->at)
        n = (la_int64_t)(size - o->at);
    o->at += (uint64_t)n;
    o->ahead = NEAR;
    return n;
}

static la_int64_t on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
    struct opened *o = ctx;
    uint64_t size = 0;
    int64_t base = 0;

    (void)a;
    if (!source_size(o->from, &size))
        return ARCHIVE_FATAL;
    if (whence == SEEK_CUR)
        base = (int64_t)o->at;
    else if (whence == SEEK_END)
        base = (int64_t)size;
    if (__builtin_add_overflow(base, (int64_t)offset, &base) || base < 0)
        return ARCHIVE_FATAL;
    if (o->at != (uint64_t)base)
        o->ahead = NEAR;
    o->at = (uint64_t)base;
    return base;
}

/* False when what was unpacked, of all layers of the outermost archive, cannot honestly come of so few
 * bytes. */
static bool unpacked(struct opened *o, size_t n)
{
    struct outermost *top = o->j->top;

    top->out += n;
    if (top->out > LIMIT_EVIDENCE_FREE && top->out / LIMIT_EVIDENCE_RATIO > top->in)
        top->bomb = true;
    return !top->bomb;
}

/* Whoever asks for the first bytes of a member makes the library unpack a block of it. */
static size_t block_of(struct opened *o, size_t n)
{
    const bool first = o->got == 0, more = o->got + n > o->said;
    size_t block = o->said < LIMIT_EVIDENCE_BLOCK && !more ? (size_t)o->said : LIMIT_EVIDENCE_BLOCK;

    o->got += n;
    return first && block > n ? block : n;
}

static int member_fault(struct opened *o, struct ev_err *err)
{
    const char *why = archive_error_string(o->a);

    if (archive_entry_is_data_encrypted(o->entry)) {
        o->encrypted++;
        return ev_err_set(err, EV_EUNSUPPORTED, "is encrypted");
    }
    if (why && strstr(why, "nsupported")) /* a method of packing */
        return ev_err_set(err, EV_EFORMAT,
                          "is not read (%s): unpack the archive, and name the folder", why);
    return ev_err_set(err, EV_EFORMAT, "is damaged: %s", why ? why : "it ends too early");
}

/* The next block of the member at hand. A zip's last block comes together with the news that the
 * checksum does not fit: it is as good as those before it. */
static int next_block(struct opened *o, struct ev_err *err)
{
    const void *p = NULL;
    la_int64_t offset = 0;
    size_t n = 0;
    int rc;

    if (o->bad_sum)
        return member_fault(o, err);
    rc = archive_read_data_block(o->a, &p, &n, &offset);
    if (rc == ARCHIVE_EOF) {
        o->ended = true;
        return EV_OK;
    }
    if (rc < ARCHIVE_OK) {
        const char *why = archive_error_string(o->a);
        o->bad_sum =
            p && n && why && strstr(why, "CRC") && !archive_entry_is_data_encrypted(o->entry);
        if (!o->bad_sum)
            return member_fault(o, err);
    }
    o->block = slice_of(p, n);
    if (offset > o->offset) /* a hole of a sparse file */
        o->hole = (uint64_t)(offset - o->offset);
    return EV_OK;
}

static int member_stream(void *self, void *buf, size_t n, size_t *ret_n, struct ev_err *err)
{
    struct opened *o = self;

    jail_alive(o->j);
    while (!o->block.n && !o->hole && !o->ended) {
        int rc = next_block(o, err);
        if (rc < 0)
            return rc;
    }
    if (o->hole) {
        n = o->hole < n ? (size_t)o->hole : n;
        memset(buf, 0, n);
        o->hole -= n;
    } else {
        n = o->block.n < n ? o->block.n : n;
        if (n)
            memcpy(buf, o->block.p, n);
        o->block = slice_sub(o->block, n, o->block.n);
    }
    o->offset += (la_int64_t)n;
    if (!unpacked(o, block_of(o, n)))
        return ev_err_set(err, EV_ELIMIT, "unpacks to more than %d times its size: a bomb",
                          LIMIT_EVIDENCE_RATIO);
    *ret_n = n;
    return EV_OK;
}

/* The rest of a member that nobody wants, with an eye on the ratio. */
static int drain(struct opened *o)
{
    const void *p;
    la_int64_t offset;
    size_t n;
    int rc = ARCHIVE_OK;

    if (format_of(o) == ARCHIVE_FORMAT_ZIP)
        return archive_read_data_skip(o->a);
    while (rc == ARCHIVE_OK) {
        rc = archive_read_data_block(o->a, &p, &n, &offset);
        jail_alive(o->j);
        if (rc == ARCHIVE_OK && !unpacked(o, n))
            return ARCHIVE_FATAL;
    }
    return rc == ARCHIVE_EOF ? ARCHIVE_OK : rc;
}

/* Length of the UTF-8 sequence at p, 0 when it is none. */
static size_t utf8_length(const uint8_t *p, size_t n)
{
    size_t want = p[0] < 0x80                   ? 1
                  : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                  : (p[0] & 0xf0) == 0xe0       ? 3
                  : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                                : 0;

    if (want > n)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return want;
}

/* A name as it is shown: '/' between folders, no slash in front, and the bytes of an unknown code page
 * as %XX, so that every name is text and none is lost. */
static void show_name(struct slice raw, struct buf *out)
{
    const bool text = utf8_valid(raw); /* or some bytes of it might look like UTF-8 by chance */

    buf_clear(out);
    while (raw.n && (raw.p[0] == '/' || raw.p[0] == '\\'))
        raw = slice_sub(raw, 1, raw.n);
    while (raw.n >= 2 && raw.p[0] == '.' && (raw.p[1] == '/' || raw.p[1] == '\\'))
        raw = slice_sub(raw, 2, raw.n);
    for (size_t i = 0; i < raw.n;) {
        size_t n = utf8_length(raw.p + i, raw.n - i);
        if (n > 1 && !text)
            n = 0;
        if (n == 0)
            buf_printf(out, "%%%02X", raw.p[i]);
        else if (raw.p[i] == '\\')
            buf_byte(out, '/');
        else
            buf_put(out, raw.p + i, n);
        i += n ? n : 1;
    }
}

/* `Security.evtx` of `dir/Security.evtx.gz`: the raw format calls its one member data. */
static struct slice bare_name(const char *path)
{
    struct slice s = slice_str(path);
    size_t from = s.n, to;

    while (from > 0 && s.p[from - 1] != '/')
        from--;
    to = s.n;
    while (to > from && s.p[to - 1] != '.')
        to--;
    return to > from + 1 ? slice_sub(s, from, to - 1 - from) : SLICE("data");
}

/* The whole path of the entry at hand: unlike any other of this archive. */
static bool name_entry(struct opened *o, struct archive_entry *entry, char *room)
{
    const char *raw = archive_entry_pathname(entry);
    struct slice key;
    uint64_t *times;
    bool fresh;
    char name[LIMIT_PATH];

    if (!raw)
        raw = archive_entry_pathname_utf8(entry);
    if (format_of(o) == ARCHIVE_FORMAT_RAW)
        show_name(bare_name(*o->path ? o->path : o->j->own_name), &o->j->name);
    else
        show_name(slice_str(raw ? raw : "(no name)"), &o->j->name);
    if (o->j->name.full || o->j->name.n >= LIMIT_PATH - 32) {
        jail_trouble(o->j, o->path, "a name in it is too long, skipped");
        return false;
    }
    key = arena_dup(&o->names, buf_view(&o->j->name));
    if (!key.p)
        return false;
    times = map_put(&o->seen, key, 0, &fresh);
    snprintf(name, sizeof name, "%.*s", SLICE_ARG(key));
    if (!fresh)
        snprintf(name + key.n, sizeof name - key.n, "#%llu", (unsigned long long)*times + 1);
    ++*times;
    return item_join(o->j, o->path, "!/", name, room);
}

static uint64_t filetime(bool set, time_t t)
{
    return set && t > -11644473600 ? ((uint64_t)t + 11644473600u) * 10000000u : 0;
}

/* The member at hand as it lies in the archive; NULL: it is packed, or not where it can be read. */
static struct source *stored(struct opened *o, struct archive_entry *e, const char *path,
                             struct about *a)
{
    const char *format = archive_format_name(o->a);
    const la_int64_t at = archive_filter_bytes(o->a, 0);

    if (!o->seeks || format_of(o) != ARCHIVE_FORMAT_ZIP || !format ||
        !strstr(format, "(uncompressed)") || at < 0 || o->said >= UINT32_MAX ||
        archive_entry_is_encrypted(e))
        return NULL;
    return stored_member(o->j, o->from, (uint64_t)at, o->said, path, a);
}

static void entry(struct opened *o, struct archive_entry *e)
{
    static const struct source_ops ops = { .stream = member_stream };
    const unsigned type = archive_entry_filetype(e);
    struct about about = { .state = SOURCE_LIVE };
    char path[LIMIT_PATH];
    struct source *s;

    if ((type != AE_IFREG && type != 0) || archive_entry_hardlink(e))
        return;
    if (!name_entry(o, e, path) || !item_wanted(o->j, path))
        return;
    about.time[0] = filetime(archive_entry_birthtime_is_set(e), archive_entry_birthtime(e));
    about.time[1] = filetime(archive_entry_mtime_is_set(e), archive_entry_mtime(e));
    s = stored(o, e, path, &about);
    item_take(o->j, s ? s : source_new(&ops, o, path), path, &about);
}

static const char *fault(struct opened *o)
{
    const char *s = archive_error_string(o->a);

    return s ? s : "it ends too early";
}

/* What the library took as a file that is packed in no way: it would be found in itself, again and again. */
static bool is_itself(const struct opened *o)
{
    return format_of(o) == ARCHIVE_FORMAT_RAW &&
           archive_filter_code(o->a, 0) == ARCHIVE_FILTER_NONE;
}

static void tell_encrypted(const struct opened *o, uint64_t members)
{
    const char *how = format_of(o) == ARCHIVE_FORMAT_7ZIP
                          ? "; 7z archives are not read with a password: unpack it (7z x), and "
                            "name the folder"
                          : ", and no password fits (--password-file)";

    if (members)
        jail_trouble(o->j, o->path, "%llu member%s encrypted%s", (unsigned long long)members,
                     members == 1 ? " is" : "s are", how);
    else
        jail_trouble(o->j, o->path, "is encrypted%s", how);
}

static void entries(struct opened *o)
{
    const struct outermost *top = o->j->top;
    struct archive_entry *e;
    uint64_t n = 0;
    int rc;

    while ((rc = archive_read_next_header(o->a, &e)) != ARCHIVE_EOF) {
        if (rc == ARCHIVE_RETRY || rc == ARCHIVE_FAILED)
            jail_trouble(o->j, o->path, "a member cannot be read: %s", fault(o));
        if (rc == ARCHIVE_FATAL) {
            if (n == 0 && archive_read_has_encrypted_entries(o->a) > 0)
                tell_encrypted(o, 0);
            else
                jail_trouble(o->j, o->path, "is damaged after %llu members, which are read: %s",
                             (unsigned long long)n, fault(o));
            return;
        }
        if (n++ == 0 && is_itself(o)) {
            jail_trouble(o->j, o->path, "is damaged: it only begins as an archive does");
            return;
        }
        o->entry = e;
        o->got = o->hole = 0;
        o->offset = 0;
        o->block = SLICE_ABSENT;
        o->ended = o->bad_sum = false;
        o->said = archive_entry_size_is_set(e) ? (uint64_t)archive_entry_size(e) : UINT64_MAX;
        if (!item_count(o->j, o->path))
            return;
        if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN)
            entry(o, e);
        if (!top->bomb && drain(o) == ARCHIVE_FATAL && !top->bomb && archive_errno(o->a) != 0)
            continue; /* the next header says what is wrong */
        if (top->bomb && top->of == o)
            jail_trouble(o->j, o->path,
                         "unpacks to more than %d times its size: a bomb, given up "
                         "after %llu members",
                         LIMIT_EVIDENCE_RATIO, (unsigned long long)n);
        if (top->bomb)
            return;
    }
}

static int open_archive(struct opened *o)
{
    struct archive *a = o->a;

    archive_read_support_format_zip(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_cab(a);
    archive_read_support_format_raw(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_lzip(a);
    for (size_t i = 0; i < o->j->keys.n; i++)
        if (o->j->keys.v[i].kind == WIRE_KEY_ARCHIVE)
            archive_read_add_passphrase(a, o->j->keys.v[i].text);
    archive_read_set_read_callback(a, on_read);
    archive_read_set_callback_data(a, o);
    if (o->seeks) {
        archive_read_set_skip_callback(a, on_skip);
        archive_read_set_seek_callback(a, on_seek);
    }
    return archive_read_open1(a);
}

void archive_take(struct jail *j, struct source *s, const char *path)
{
    struct opened o = {
        .j = j, .from = s, .path = path, .ahead = STEP, .seeks = source_can_read_at(s)
    };
    struct outermost own = { .of = &o };

    if (o.seeks)
        (void)source_size(s, &own.in);
    if (!j->top)
        j->top = &own;
    o.a = archive_read_new();
    o.step = xcalloc(1, STEP);
    arena_init(&o.names, LIMIT_INPUT_ARENA);
    map_init(&o.seen, map_seed());
    if (open_archive(&o) != ARCHIVE_OK)
        jail_trouble(j, path, "cannot be opened as an archive: %s", fault(&o));
    else
        entries(&o);
    if (o.encrypted)
        tell_encrypted(&o, o.encrypted);
    if (j->top == &own)
        j->top = NULL;
    archive_read_free(o.a);
    map_release(&o.seen);
    arena_release(&o.names);
    free(o.step);
}
#else
void archive_take(struct jail *j, struct source *s, const char *path)
{
    (void)s;
    jail_trouble(j, path,
                 "an archive; built without libarchive: install libarchive-dev and rebuild");
}
#endif
