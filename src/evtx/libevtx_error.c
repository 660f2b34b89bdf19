/* libevtx_error.c - libevtx's back traces as half a sentence.
 * May include: base/, libevtx. */
#include "evtx/libevtx_impl.h"

#include <stdio.h>

#include "base/parse.h"

/* "libfwevt_xml_document_read: invalid token 0x05." -> "invalid token 0x05" */
static struct slice reason_line(struct slice s)
{
    size_t end = slice_find_byte(s, '\n'), colon;

    s = slice_trim(slice_sub(s, 0, end));
    colon = slice_find(s, SLICE(": "));
    if (slice_starts(s, SLICE("lib")) && colon != SIZE_MAX)
        s = slice_sub(s, colon + 2, s.n);
    return slice_ends(s, SLICE(".")) ? slice_sub(s, 0, s.n - 1) : s;
}

/* "unable to read element data at offset: 0x00020b98." tells where the record lies. */
static uint64_t told_offset(struct slice s)
{
    static const struct slice key = SLICE_INIT("element data at offset: 0x");
    size_t at = slice_find(s, key), n = 0;
    uint64_t offset = 0;

    if (at == SIZE_MAX)
        return 0;
    s = slice_sub(s, at + key.n, 16);
    while (n < s.n && strchr("0123456789abcdef", s.p[n]))
        n++;
    return parse_hex64(slice_sub(s, 0, n), &offset) == EV_OK ? offset : 0;
}

void libevtx_why_read(struct libevtx_why *why, libevtx_error_t **error)
{
    char text[4096] = "";
    struct slice line = SLICE("it does not say why");

    why->offset = 0;
    if (*error) {
        /* The back trace begins with the innermost call. */
        if (libevtx_error_backtrace_sprint(*error, text, sizeof text) < 0)
            (void)libevtx_error_sprint(*error, text, sizeof text);
        text[sizeof text - 1] = 0;
        why->offset = told_offset(slice_str(text));
        if (text[0])
            line = reason_line(slice_str(text));
        libevtx_error_free(error);
    }
    snprintf(why->text, sizeof why->text, "%.*s", SLICE_ARG(line));
}
