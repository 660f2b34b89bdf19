/* dash.c - all kinds of dash as one.
 *
 * May include base/. */
#include "match/dash.h"

/* Length of the dash at the front of s, 0 when there is none: what TOKEN_DASH matches. */
static size_t dash_length(struct slice s)
{
    if (s.p[0] == '-' || s.p[0] == '/')
        return 1;
    return s.n >= 3 && s.p[0] == 0xe2 && s.p[1] == 0x80 && s.p[2] >= 0x93 && s.p[2] <= 0x95 ? 3 : 0;
}

size_t dash_unify(struct slice s, uint8_t *b)
{
    size_t n = 0;

    /* Without the first byte of the long dashes (nearly always) no byte moves. */
    if (slice_find_byte(s, 0xe2) == SIZE_MAX) {
        for (size_t i = 0; i < s.n; i++)
            b[i] = s.p[i] == '/' ? '-' : s.p[i];
        return s.n;
    }
    for (size_t i = 0; i < s.n;) {
        size_t dash = dash_length(slice_of(s.p + i, s.n - i));

        b[n++] = dash ? '-' : s.p[i];
        i += dash ? dash : 1;
    }
    return n;
}

bool dash_stands_in(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (dash_length(slice_of(s.p + i, s.n - i)))
            return true;
    return false;
}
