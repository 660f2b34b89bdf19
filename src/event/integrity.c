#include "event/integrity.h"

#include <stdio.h>

const char *image_state_name(enum image_state s)
{
    static const char *const name[] = { [IMAGE_NOT_ASKED] = "not-checked",
                                        [IMAGE_MATCHES] = "matches",
                                        [IMAGE_DIFFERS] = "differs",
                                        [IMAGE_NO_HASH] = "no-hash-stored",
                                        [IMAGE_UNREAD] = "unreadable" };
    return name[s];
}

enum image_state image_compare(const struct digests *stored, const struct digests *is)
{
    const bool md5 = stored->has_md5 && is->has_md5, sha1 = stored->has_sha1 && is->has_sha1;

    if (!md5 && !sha1)
        return IMAGE_NO_HASH;
    if ((md5 && memcmp(stored->md5, is->md5, sizeof is->md5) != 0) ||
        (sha1 && memcmp(stored->sha1, is->sha1, sizeof is->sha1) != 0))
        return IMAGE_DIFFERS;
    return IMAGE_MATCHES;
}

void image_sentence(const struct image_integrity *m, char *out)
{
    const bool md5 = m->stored.has_md5 && m->media.has_md5;
    const bool sha1 = m->stored.has_sha1 && m->media.has_sha1;
    const char *which = md5 && sha1 ? "MD5 and SHA-1" : sha1 ? "SHA-1" : "MD5";
    char was[41] = "", is[41] = "";

    switch (m->state) {
    case IMAGE_MATCHES:
        snprintf(out, IMAGE_SENTENCE, "the %s that it holds match%s its content", which,
                 md5 && sha1 ? "" : "es");
        return;
    case IMAGE_DIFFERS:
        digest_hex(md5 ? m->stored.md5 : m->stored.sha1, md5 ? 16 : 20, was);
        digest_hex(md5 ? m->media.md5 : m->media.sha1, md5 ? 16 : 20, is);
        snprintf(out, IMAGE_SENTENCE,
                 "its content is not what was acquired: the %s that it holds is %s, that of its "
                 "content %s",
                 md5 ? "MD5" : "SHA-1", was, is);
        return;
    case IMAGE_NO_HASH:
        snprintf(out, IMAGE_SENTENCE, "it holds no hash of its content to compare with");
        return;
    case IMAGE_UNREAD:
        snprintf(out, IMAGE_SENTENCE, "its content cannot be verified: %.*s",
                 (int)(m->fault.n < 180 ? m->fault.n : 180), (const char *)m->fault.p);
        return;
    default:
        snprintf(out, IMAGE_SENTENCE, "not compared with what it holds");
    }
}
