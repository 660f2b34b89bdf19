#include "event/span.h"

const char *span_name(enum span_class c)
{
    static const char *const name[SPAN_CLASSES] = {
        [SPAN_FILE_HEADER] = "file header",
        [SPAN_CHUNK_HEADER] = "chunk headers",
        [SPAN_RECORD] = "records",
        [SPAN_UNREADABLE] = "unreadable records",
        [SPAN_PADDING] = "padding",
        [SPAN_HIDDEN] = "hidden records",
        [SPAN_TORN] = "torn records",
        [SPAN_LOST] = "lost",
        [SPAN_SLACK_EMPTY] = "slack, empty",
        [SPAN_SLACK_RECORD] = "slack, records",
        [SPAN_SLACK_RESIDUE] = "slack, other content",
        [SPAN_CHUNK_EMPTY] = "empty chunks",
        [SPAN_CARVED_HEADER] = "misplaced chunk headers",
        [SPAN_CARVED_RECORD] = "carved records",
        [SPAN_FOREIGN] = "no chunk",
    };

    return name[c];
}
