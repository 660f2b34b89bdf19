#include "out/integrity_out.h"

#include <inttypes.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/utf16.h"

void integrity_json_path(struct json *j, struct slice p)
{
    char hex[2 * LIMIT_PATH + 1];

    json_key(j, "path");
    json_slice(j, p);
    if (utf8_valid(p) || p.n > LIMIT_PATH)
        return;
    digest_hex(p.p, p.n, hex);
    json_key(j, "path_hex");
    json_str(j, hex);
}

static void digest(struct json *j, const char *key, bool has, const uint8_t *p, size_t n)
{
    char hex[65];

    digest_hex(p, n, hex);
    json_key(j, key);
    json_slice(j, has ? slice_str(hex) : SLICE_ABSENT);
}

static void digests(struct json *j, const struct digests *d)
{
    digest(j, "sha256", d->has_sha256, d->sha256, sizeof d->sha256);
    digest(j, "sha1", d->has_sha1, d->sha1, sizeof d->sha1);
    digest(j, "md5", d->has_md5, d->md5, sizeof d->md5);
}

static void number(struct json *j, const char *key, uint64_t n)
{
    json_key(j, key);
    json_u64(j, n);
}

void integrity_json(struct json *j, const struct image_integrity *m)
{
    char sentence[IMAGE_SENTENCE];

    json_object(j);
    integrity_json_path(j, m->path);
    json_key(j, "verified");
    json_str(j, image_state_name(m->state));
    image_sentence(m, sentence);
    json_key(j, "text");
    json_slice(j, slice_str(sentence));
    json_key(j, "media");
    json_object(j);
    number(j, "size", m->size);
    digests(j, &m->media);
    json_end(j);
    json_key(j, "stored");
    json_object(j);
    digests(j, &m->stored);
    json_end(j);
    json_key(j, "files");
    json_array(j);
    for (size_t k = 0; k < m->nfile; k++) {
        json_object(j);
        integrity_json_path(j, m->file[k].path);
        number(j, "size", m->file[k].size);
        digests(j, &m->file[k].digest);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void line(const char *name, bool has, const uint8_t *p, size_t n, struct slice of,
                 struct buf *out)
{
    char hex[65];

    if (!has)
        return;
    digest_hex(p, n, hex);
    buf_printf(out, "  %-7s  %s  ", name, hex);
    escape_controls(of, out);
    buf_byte(out, '\n');
}

static void lines(const struct digests *d, struct slice of, struct buf *out)
{
    line("SHA-256", d->has_sha256, d->sha256, sizeof d->sha256, of, out);
    line("SHA-1", d->has_sha1, d->sha1, sizeof d->sha1, of, out);
    line("MD5", d->has_md5, d->md5, sizeof d->md5, of, out);
}

void integrity_text(const struct image_integrity *m, bool all, struct buf *out)
{
    char sentence[IMAGE_SENTENCE];

    escape_controls(m->path, out);
    image_sentence(m, sentence);
    buf_printf(out, "\n  %" PRIu64 " bytes of disk; %s\n", m->size, sentence);
    if (!all)
        return;
    lines(&m->media, SLICE("the disk"), out);
    for (size_t i = 0; i < m->nfile; i++)
        lines(&m->file[i].digest, m->file[i].path, out);
}
