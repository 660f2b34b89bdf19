/* finding.c - names of findings.
 *
 * May include base/ only. */
#include "event/finding.h"

const char *finding_name(enum finding_kind k)
{
    static const char *const name[FINDING_KINDS] = {
        [FINDING_FILE_HEADER] = "file-header",
        [FINDING_DIRTY] = "dirty",
        [FINDING_CHUNK_COUNT] = "chunk-count",
        [FINDING_CHUNK_HEADER] = "chunk-header",
        [FINDING_CHUNK_CHECKSUM] = "chunk-checksum",
        [FINDING_TRUNCATED] = "truncated",
        [FINDING_RECORD_SIZE] = "record-size",
        [FINDING_RECORD_UNREADABLE] = "record-unreadable",
        [FINDING_TEMPLATE] = "template",
        [FINDING_HIDDEN] = "hidden-record",
        [FINDING_OTHER_DECODER] = "other-decoder",
        [FINDING_CARVED] = "carved",
        [FINDING_IMAGE] = "image-differs",
        [FINDING_LIMIT] = "limit",
    };

    return name[k];
}
