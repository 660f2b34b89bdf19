/* cidr.c - see cidr.h. */
#include "rule/cidr.h"

#include "base/parse.h"

/* Four decimal numbers without leading zeros, which some programs read as octal. */
static int read_v4(struct slice text, uint8_t ret[4])
{
    for (int i = 0; i < 4; i++) {
        size_t dot = slice_find_byte(text, '.');
        struct slice part = slice_sub(text, 0, dot < text.n ? dot : text.n);
        uint32_t n;
        if ((i < 3) != (dot != SIZE_MAX) || part.n > 3 || parse_u32(part, &n) < 0 || n > 255 ||
            (part.n > 1 && part.p[0] == '0'))
            return EV_ESYNTAX;
        ret[i] = (uint8_t)n;
        text = slice_sub(text, part.n + 1, text.n);
    }
    return EV_OK;
}

/* Groups of hexadecimal digits joined by colons, the last of which may be a v4 address. Returns the
 * bytes written, at most room, or SIZE_MAX. */
static size_t read_groups(struct slice text, uint8_t *out, size_t room)
{
    size_t n = 0;
    for (bool more = text.n > 0; more;) {
        size_t colon = slice_find_byte(text, ':');
        struct slice part = slice_sub(text, 0, colon < text.n ? colon : text.n);
        uint64_t v;
        more = colon != SIZE_MAX;
        if (!more && n + 4 <= room && slice_find_byte(part, '.') != SIZE_MAX)
            return read_v4(part, out + n) == EV_OK ? n + 4 : SIZE_MAX;
        if (n + 2 > room || part.n > 4 || parse_hex64(part, &v) < 0)
            return SIZE_MAX;
        out[n++] = (uint8_t)(v >> 8);
        out[n++] = (uint8_t)v;
        text = slice_sub(text, part.n + 1, text.n);
    }
    return n;
}

static int read_v6(struct slice text, uint8_t ret[16])
{
    uint8_t tail[16];
    size_t gap = slice_find(text, SLICE("::"));
    if (gap == SIZE_MAX)
        return read_groups(text, ret, 16) == 16 ? EV_OK : EV_ESYNTAX;
    size_t front = read_groups(slice_sub(text, 0, gap), ret, 14);
    size_t back = read_groups(slice_sub(text, gap + 2, text.n), tail, 14);
    if (front == SIZE_MAX || back == SIZE_MAX || front + back > 14 ||
        slice_find_byte(slice_sub(text, 0, gap), '.') != SIZE_MAX)
        return EV_ESYNTAX;
    memset(ret + front, 0, 16 - front - back);
    memcpy(ret + 16 - back, tail, back);
    return EV_OK;
}

static int read_address(struct slice text, uint8_t ret[16], bool *ret_v6)
{
    uint8_t out[16] = { 0 };
    bool v6 = slice_find_byte(text, ':') != SIZE_MAX;
    if (text.n > 45 || (v6 ? read_v6(text, out) : read_v4(text, out)) < 0)
        return EV_ESYNTAX;
    memcpy(ret, out, sizeof out);
    *ret_v6 = v6;
    return EV_OK;
}

int address_parse(struct slice text, uint8_t ret[16], bool *ret_v6)
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    uint8_t out[16];
    size_t zone = slice_find_byte(text, '%');
    if (zone != SIZE_MAX)
        text = slice_sub(text, 0, zone);
    int rc = read_address(text, out, ret_v6);
    if (rc < 0)
        return rc;
    if (*ret_v6 && memcmp(out, mapped, sizeof mapped) == 0) {
        memcpy(out, out + 12, 4);
        memset(out + 4, 0, 12);
        *ret_v6 = false;
    }
    memcpy(ret, out, sizeof out);
    return EV_OK;
}

bool cidr_contains(const uint8_t net[16], uint8_t bits, const uint8_t address[16])
{
    size_t bytes = bits / 8;
    if (memcmp(net, address, bytes) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));
    return bits % 8 == 0 || ((net[bytes] ^ address[bytes]) & mask) == 0;
}

int cidr_parse(struct slice text, uint8_t ret_net[16], uint8_t *ret_bits, bool *ret_v6,
               struct ev_err *err)
{
    uint8_t net[16];
    bool v6;
    uint32_t bits;
    size_t slash = slice_find_byte(text, '/');
    struct slice address = slice_sub(text, 0, slash < text.n ? slash : text.n);
    if (read_address(address, net, &v6) < 0)
        return ev_err_set(err, EV_ESYNTAX, "\"%.*s\" is no network: write 10.0.0.0/8 or fe80::/10",
                          (int)(text.n < 60 ? text.n : 60), (const char *)text.p);
    uint32_t most = v6 ? 128 : 32;
    bits = most;
    if (slash < text.n && (parse_u32(slice_sub(text, slash + 1, text.n), &bits) < 0 || bits > most))
        return ev_err_set(err, EV_ESYNTAX, "the prefix length must be a number from 0 to %u",
                          (unsigned)most);
    for (uint32_t i = bits; i < most; i++)
        if ((net[i / 8] & (0x80 >> (i % 8))) != 0)
            return ev_err_set(err, EV_ESYNTAX,
                              "\"%.*s\" has bits of the host set: write the network's own address",
                              (int)text.n, (const char *)text.p);
    memcpy(ret_net, net, sizeof net);
    *ret_bits = (uint8_t)bits;
    *ret_v6 = v6;
    return EV_OK;
}
