/* zone.c - fixed offsets and TZif files.
 *
 * Of the file only transitions, offsets and the rule at its end are kept: names of zones are not
 * written anywhere. */
#include "out/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "out/zone_rule.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"

struct transition {
    int64_t at; /* seconds since 1970 */
    int32_t offset;
};

struct zone {
    char *name;
    int32_t first; /* before the first transition, and of a fixed zone */
    struct transition *transition;
    size_t n;
    bool has_rule;
    struct zone_rule rule; /* from the last transition on */
};

void zone_free(struct zone *z)
{
    if (z == NULL)
        return;
    free(z->name);
    free(z->transition);
    free(z);
}

const char *zone_name(const struct zone *z)
{
    return z ? z->name : "UTC";
}

/* Big-endian, as TZif has it; size 4 or 8, signed. */
static int64_t be(const uint8_t *p, size_t size)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++)
        v = v << 8 | p[i];
    return size == 4 ? (int64_t)(int32_t)(uint32_t)v : (int64_t)v;
}

enum { HEADER = 44 };

/* A header and the sizes that it promises. */
struct block {
    size_t isutc, isstd, leap, time, type, chars;
    size_t time_size;
    size_t bytes; /* of the data after the header */
};

static int block_parse(struct slice s, size_t time_size, struct block *ret, struct ev_err *err)
{
    if (s.n < HEADER || memcmp(s.p, "TZif", 4) != 0)
        return ev_err_set(err, EV_EFORMAT, "no TZif header");
    size_t count[6];
    for (size_t i = 0; i < 6; i++) {
        count[i] = (size_t)(uint32_t)be(s.p + 20 + 4 * i, 4);
        if (count[i] > LIMIT_ZONE_FILE)
            return ev_err_set(err, EV_EFORMAT, "TZif header counts more than a file can hold");
    }
    struct block b = { count[0], count[1], count[2], count[3], count[4], count[5], time_size, 0 };
    b.bytes = b.time * (time_size + 1) + b.type * 6 + b.chars + b.leap * (time_size + 4) + b.isstd +
              b.isutc;
    if (b.bytes > s.n - HEADER || b.type == 0)
        return ev_err_set(err, EV_EFORMAT, "TZif file ends too early");
    *ret = b;
    return EV_OK;
}

static int read_transitions(struct slice data, const struct block *b, struct zone *z,
                            struct ev_err *err)
{
    const uint8_t *times = data.p, *index = times + b->time * b->time_size;
    const uint8_t *types = index + b->time;
    z->first = (int32_t)be(types, 4);
    z->transition = xcalloc(b->time ? b->time : 1, sizeof *z->transition);
    for (size_t i = 0; i < b->time; i++) {
        struct transition t = { be(times + i * b->time_size, b->time_size), 0 };
        if (index[i] >= b->type || (i > 0 && t.at <= z->transition[i - 1].at))
            return ev_err_set(err, EV_EFORMAT, "TZif transition %zu is damaged", i);
        t.offset = (int32_t)be(types + 6 * (size_t)index[i], 4);
        z->transition[z->n++] = t;
    }
    return EV_OK;
}

static bool offsets_are_sane(const struct zone *z)
{
    bool ok = z->first > -26 * 3600 && z->first < 26 * 3600;
    for (size_t i = 0; i < z->n; i++)
        ok = ok && z->transition[i].offset > -26 * 3600 && z->transition[i].offset < 26 * 3600;
    return ok;
}

static int parse_into(struct slice s, struct zone *z, struct ev_err *err)
{
    struct block b;
    int rc = block_parse(s, 4, &b, err);
    if (rc < 0)
        return rc;
    struct slice data = slice_sub(s, HEADER, s.n);
    bool second = s.p[4] >= '2'; /* the same again with 64-bit times, then the rule */
    if (second) {
        s = slice_sub(data, b.bytes, data.n);
        rc = block_parse(s, 8, &b, err);
        if (rc < 0)
            return rc;
        data = slice_sub(s, HEADER, s.n);
    }
    rc = read_transitions(data, &b, z, err);
    if (rc < 0)
        return rc;
    if (!offsets_are_sane(z))
        return ev_err_set(err, EV_EFORMAT, "TZif offset of more than a day");
    struct slice rule = second ? slice_trim(slice_sub(data, b.bytes, data.n)) : SLICE_ABSENT;
    z->has_rule = rule.n > 0;
    if (z->has_rule && zone_rule_parse(rule, &z->rule) < 0)
        return ev_err_set(err, EV_EFORMAT, "TZif rule not understood: %.*s", SLICE_ARG(rule));
    return EV_OK;
}

int zone_parse(struct slice tzif, struct zone **ret, struct ev_err *err)
{
    struct zone *z = xcalloc(1, sizeof *z);
    z->name = xstrdup("");
    int rc = parse_into(tzif, z, err);
    if (rc < 0) {
        zone_free(z);
        return rc;
    }
    *ret = z;
    return EV_OK;
}

/* Two digits at s, or -1. */
static int two(const char *s)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
        return -1;
    return (s[0] - '0') * 10 + (s[1] - '0');
}

/* +h, +hh, +hhmm, +hh:mm, and UTC. */
static bool fixed_offset(const char *s, int32_t *ret)
{
    if (strcmp(s, "UTC") == 0 || strcmp(s, "Z") == 0 || strcmp(s, "utc") == 0) {
        *ret = 0;
        return true;
    }
    if (s[0] != '+' && s[0] != '-')
        return false;
    size_t n = strlen(s + 1);
    int h = n == 1 && s[1] >= '0' && s[1] <= '9' ? s[1] - '0' : n >= 2 ? two(s + 1) : -1, m = 0;
    if (n == 4)
        m = two(s + 3);
    else if (n == 5)
        m = s[3] == ':' ? two(s + 4) : -1;
    else if (n > 2)
        return false;
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *ret = (s[0] == '-' ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

/* Letters, digits and + - _ in parts that / separates: no way out of the folder. */
static bool plain_name(const char *s)
{
    if (s[0] == '/' || s[0] == '\0' || strlen(s) > 64)
        return false;
    static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_/";
    return s[strspn(s, ok)] == '\0';
}

static int read_zone(const char *name, uint8_t *p, size_t room, size_t *ret_n, struct ev_err *err)
{
    char path[128];
    snprintf(path, sizeof path, ZONE_FOLDER "/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return ev_err_set(err, EV_ENOTFOUND,
                          "no time zone %s in " ZONE_FOLDER "; give an offset such as +02:00, or "
                          "install tzdata",
                          name);
    }
    size_t n = 0;
    ssize_t got;
    while (n < room && (got = read(fd, p + n, room - n)) != 0) {
        if (got < 0 && errno != EINTR) {
            int rc = ev_err_errno(err, EV_EIO, errno, "cannot read %s", path);
            close(fd);
            return rc;
        }
        if (got > 0)
            n += (size_t)got;
    }
    close(fd);
    *ret_n = n;
    return EV_OK;
}

int zone_open(const char *name, struct zone **ret, struct ev_err *err)
{
    struct zone *z = NULL;
    int32_t offset;
    if (fixed_offset(name, &offset)) {
        z = xcalloc(1, sizeof *z);
        z->first = offset;
        z->name = xstrdup(name);
        *ret = z;
        return EV_OK;
    }
    if (!plain_name(name))
        return ev_err_set(err, EV_ENOTFOUND,
                          "no time zone \"%s\"; give an offset such as +02:00, or a name such as "
                          "Europe/Berlin",
                          name);
    size_t n = 0;
    uint8_t *bytes = xcalloc(LIMIT_ZONE_FILE, 1);
    int rc = read_zone(name, bytes, LIMIT_ZONE_FILE, &n, err);
    if (rc == EV_OK) {
        rc = zone_parse(slice_of(bytes, n), &z, err);
        if (rc < 0)
            (void)ev_err_file(err, name);
    }
    free(bytes);
    if (rc < 0)
        return rc;
    free(z->name);
    z->name = xstrdup(name);
    *ret = z;
    return EV_OK;
}

int32_t zone_offset(const struct zone *z, uint64_t t)
{
    if (z == NULL)
        return 0;
    int64_t at = (int64_t)(t / FILETIME_SECOND) - (int64_t)(FILETIME_UNIX_EPOCH / FILETIME_SECOND);
    size_t from = 0, to = z->n; /* transitions that are not after `at` */
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (z->transition[mid].at <= at)
            from = mid + 1;
        else
            to = mid;
    }
    if (from == z->n && z->has_rule)
        return zone_rule_offset(&z->rule, at);
    return from == 0 ? z->first : z->transition[from - 1].offset;
}

size_t zone_text(const struct zone *z, uint64_t t, char out[FILETIME_TEXT])
{
    out[0] = '\0';
    if (t == 0)
        return 0;
    /* Offsets with seconds are of times before standard time; RFC 3339 has none. */
    return filetime_iso_offset(t, zone_offset(z, t) / 60, out);
}
