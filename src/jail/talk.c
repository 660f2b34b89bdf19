/* talk.c - the jail's side of the conversation.
 *
 * When the program is gone there is nobody to read for: the process ends.
 * May include: base/, input/, jail.h. */
#include "jail/jail.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "input/src_file.h"

enum { ALIVE_EVERY = 256 /* steps of work between two words */ };

static void say(struct jail *j, const struct wire *w)
{
    j->quiet = 0;
    if (wire_send(j->socket, w, -1) < 0)
        _exit(0);
}

static void hear(struct jail *j, int *ret_fd)
{
    if (wire_receive(j->socket, -1, &j->in, ret_fd) < 0)
        _exit(0);
}

static void later_run(struct jail *j)
{
    for (size_t i = 0; i < j->later.n; i++)
        j->later.v[i].run(j->later.v[i].p);
    j->later.n = 0;
}

void jail_later(struct jail *j, void (*run)(void *p), void *p)
{
    if (!j->open_handles && !j->later.n)
        run(p);
    else if (!vec_push(&j->later, SIZE_MAX / 64, (struct later){ run, p }))
        _exit(1);
}

/* Answers READ: bytes in a slot. */
static void serve_read(struct jail *j)
{
    const uint64_t h = j->in.handle;
    struct source *s = h < j->handle.n ? j->handle.v[h] : NULL;
    struct ev_err err = { 0 };
    size_t n = 0, want = j->in.n < WIRE_SLOT ? j->in.n : WIRE_SLOT;
    int rc = s ? source_read_at(s, j->in.offset, j->slots, want, &n, &err) : EV_ENOTFOUND;

    wire_init(&j->out, rc < 0 ? WIRE_FAILED : WIRE_DATA, slice_str(err.text));
    j->out.n = (uint32_t)n;
    say(j, &j->out);
}

static void serve_next(struct jail *j)
{
    const uint64_t h = j->in.handle;
    struct source *s = h < j->handle.n ? j->handle.v[h] : NULL;
    const uint64_t offset = s ? source_next_data(s, j->in.offset) : j->in.offset;

    wire_init(&j->out, WIRE_DATA, SLICE_ABSENT);
    j->out.offset = offset;
    say(j, &j->out);
}

static void serve_close(struct jail *j)
{
    const uint64_t h = j->in.handle;

    if (h >= j->handle.n || !j->handle.v[h] || j->handle.v[h] == j->lent)
        return;
    source_free(j->handle.v[h]);
    j->handle.v[h] = NULL;
    if (--j->open_handles == 0)
        later_run(j);
}

/* Serves reads until GO. */
static void serve(struct jail *j)
{
    for (;;) {
        hear(j, NULL);
        if (j->in.type == WIRE_READ)
            serve_read(j);
        else if (j->in.type == WIRE_NEXT)
            serve_next(j);
        else if (j->in.type == WIRE_CLOSE)
            serve_close(j);
        else if (j->in.type == WIRE_GO)
            return;
    }
}

static void tell_passed(struct jail *j)
{
    if (!j->passed)
        return;
    wire_init(&j->out, WIRE_PASSED, SLICE_ABSENT);
    j->out.handle = j->passed;
    j->passed = 0;
    say(j, &j->out);
}

static void found_init(struct jail *j, const char *path, const struct about *a)
{
    tell_passed(j);
    wire_init(&j->out, WIRE_FOUND, slice_str(path));
    if (a->state == SOURCE_DELETED)
        j->out.flags |= WIRE_DELETED;
    if (a->state == SOURCE_RAW)
        j->out.flags |= WIRE_RAW;
    if (a->has_sum) {
        j->out.flags |= WIRE_SUM;
        j->out.offset = a->sum;
    }
    memcpy(j->out.time, a->time, sizeof j->out.time);
}

/* Where all of s lies in the item, for the program to read it there; the slot is free. 0: not all of it
 * does, or in too many pieces. */
static uint32_t extents(struct jail *j, const struct source *s, uint64_t size)
{
    uint8_t *slot = j->slots + (size_t)j->slot * WIRE_SLOT;
    uint64_t pair[2];
    uint32_t n = 0;

    for (uint64_t at = 0; at < size; at += pair[1]) {
        if ((n + 1) * sizeof pair > WIRE_SLOT || !source_where(s, at, &pair[0], &pair[1]))
            return 0;
        if (pair[1] > size - at)
            pair[1] = size - at;
        memcpy(slot + n++ * sizeof pair, pair, sizeof pair);
    }
    return n;
}

void jail_found(struct jail *j, struct source *s, const char *path, const struct about *a)
{
    found_init(j, path, a);
    j->out.handle = j->handle.n;
    if (!source_size(s, &j->out.size) || !vec_push(&j->handle, LIMIT_EVIDENCE_MEMBERS, s)) {
        source_free(s);
        return;
    }
    j->open_handles++;
    j->out.slot = j->slot;
    j->out.n = extents(j, s, j->out.size);
    if (j->out.n)
        j->out.flags |= WIRE_EXTENTS;
    say(j, &j->out);
    serve(j);
}

void jail_media(struct jail *j, struct source *s, const char *path,
                const uint8_t stored[WIRE_STORED])
{
    const size_t h = j->handle.n;

    tell_passed(j);
    buf_clear(&j->name);
    buf_str(&j->name, path);
    buf_byte(&j->name, 0);
    buf_put(&j->name, stored, WIRE_STORED);
    wire_init(&j->out, WIRE_MEDIA, buf_view(&j->name));
    j->out.handle = h;
    if (!source_size(s, &j->out.size) || !vec_push(&j->handle, LIMIT_EVIDENCE_MEMBERS, s))
        return;
    j->lent = s;
    say(j, &j->out);
    serve(j);
    j->lent = NULL;
    j->handle.v[h] = NULL;
}

/* Waits until the slot that is used next is free. True: the program does not want the rest. */
static bool slot_wait(struct jail *j, unsigned most)
{
    bool enough = false;

    while (j->unacked > most) {
        hear(j, NULL);
        if (j->in.type == WIRE_CLOSE) { /* a log in place is done with while another streams */
            serve_close(j);
            continue;
        }
        if (j->in.type != WIRE_ACK)
            _exit(1);
        j->unacked--;
        enough |= j->in.flags != 0;
    }
    return enough;
}

/* Sends all of s and END, whose text is what went wrong. */
static void send_stream(struct jail *j, struct source *s)
{
    struct ev_err err = { 0 };
    size_t n = 1;
    bool enough = false;
    int rc = EV_OK;

    while (rc == EV_OK && n > 0 && !enough) {
        enough = slot_wait(j, WIRE_SLOTS - 1);
        rc = source_stream(s, j->slots + (size_t)j->slot * WIRE_SLOT, WIRE_SLOT, &n, &err);
        if (rc < 0 || n == 0)
            break;
        wire_init(&j->out, WIRE_DATA, SLICE_ABSENT);
        j->out.slot = j->slot;
        j->out.n = (uint32_t)n;
        say(j, &j->out);
        j->slot = (j->slot + 1) % WIRE_SLOTS;
        j->unacked++;
    }
    (void)slot_wait(j, 0);
    wire_init(&j->out, WIRE_END, rc < 0 ? slice_str(err.text) : SLICE_ABSENT);
    say(j, &j->out);
}

void jail_found_stream(struct jail *j, struct source *s, const char *path, const struct about *a)
{
    found_init(j, path, a);
    j->out.flags |= WIRE_STREAM;
    say(j, &j->out);
    send_stream(j, s);
    source_free(s);
    serve(j);
}

/* FD or NO; others in between are logs that are done with. */
static int hear_fd(struct jail *j, struct ev_err *err)
{
    int fd = -1;

    do {
        hear(j, &fd);
        if (j->in.type == WIRE_CLOSE)
            serve_close(j);
    } while (j->in.type == WIRE_CLOSE);
    if (j->in.type == WIRE_FD && fd >= 0)
        return fd;
    ev_err_set(err, EV_EIO, "%s", j->in.ntext ? j->in.text : "the program refused it");
    return -1;
}

struct source *jail_spool(struct jail *j, struct source *s, const char *path)
{
    struct ev_err err = { 0 };
    struct source *kept;
    int fd;

    wire_init(&j->out, WIRE_SPOOL, slice_str(path));
    say(j, &j->out);
    send_stream(j, s);
    fd = hear_fd(j, &err);
    source_free(s);
    if (fd < 0) {
        jail_trouble(j, path, "%s", err.text);
        return NULL;
    }
    kept = source_from_fd(fd, j->in.size, path);
    if (j->in.ntext)
        jail_trouble(j, path, "%s", j->in.text);
    return kept;
}

struct source *jail_open_file(struct jail *j, const char *name, struct ev_err *err)
{
    int fd;

    wire_init(&j->out, WIRE_FILE, slice_str(name));
    say(j, &j->out);
    fd = hear_fd(j, err);
    return fd < 0 ? NULL : source_from_fd(fd, j->in.size, name);
}

void jail_trouble(struct jail *j, const char *path, const char *fmt, ...)
{
    char sentence[600];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, ap);
    va_end(ap);
    buf_clear(&j->name);
    buf_slice(&j->name, slice_sub(slice_str(path), 0, WIRE_TEXT - 640));
    buf_byte(&j->name, 0);
    buf_str(&j->name, sentence);
    wire_init(&j->out, WIRE_TROUBLE, buf_view(&j->name));
    say(j, &j->out);
}

void jail_passed(struct jail *j)
{
    j->passed++;
    jail_alive(j);
}

void jail_alive(struct jail *j)
{
    if (++j->quiet < ALIVE_EVERY)
        return;
    wire_init(&j->out, WIRE_ALIVE, SLICE_ABSENT);
    say(j, &j->out);
}

_Noreturn void jail_done(struct jail *j)
{
    tell_passed(j);
    wire_init(&j->out, WIRE_DONE, SLICE_ABSENT);
    say(j, &j->out);
    for (;;)
        serve(j);
}

void jail_begin(struct jail *j)
{
    wire_init(&j->out, WIRE_READY, SLICE_ABSENT);
    say(j, &j->out);
    for (;;) {
        hear(j, NULL);
        if (j->in.type == WIRE_KEY) {
            struct secret k = { (enum wire_key)j->in.flags, NULL, j->in.ntext };
            k.text = xcalloc(1, k.n + 1);
            memcpy(k.text, j->in.text, k.n);
            (void)vec_push(&j->keys, LIMIT_KEY_FILE, k);
        } else if (j->in.type == WIRE_START) {
            j->flags = j->in.flags;
            j->own_name = xstrdup(j->in.text);
            j->wanted =
                xstrdup(j->in.text +
                        (strlen(j->in.text) < j->in.ntext ? strlen(j->in.text) + 1 : j->in.ntext));
            serve(j);
            return;
        }
    }
}
