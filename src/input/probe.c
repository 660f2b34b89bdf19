/* probe.c - the signatures of everything an analyst may drop here.
 *
 * One table, one row a signature; first match wins. Text is looked at last: the first element of
 * event XML must be Event or Events, whatever the encoding. May include: base/, source.h. */
#include "input/probe.h"

struct signature {
    size_t offset;
    struct slice magic;
    enum probe_kind kind;
};

static const struct signature signatures[] = {
    { 0, SLICE_INIT("ElfFile\0"), PROBE_EVTX },
    { 0, SLICE_INIT("ElfChnk\0"), PROBE_EVTX },
    { 4096, SLICE_INIT("ElfChnk\0"), PROBE_EVTX },
    { 4, SLICE_INIT("LfLe"), PROBE_EVT },
    { 0, SLICE_INIT("PK\3\4"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("PK\5\6"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("PK\7\x08"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("7z\xbc\xaf\x27\x1c"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("\x1f\x8b\x08"), PROBE_ARCHIVE },
    { 0,
      SLICE_INIT("\xfd"
                 "7zXZ\0"),
      PROBE_ARCHIVE },
    { 0, SLICE_INIT("\x28\xb5\x2f\xfd"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("\x04\x22\x4d\x18"), PROBE_ARCHIVE }, /* lz4 */
    { 0, SLICE_INIT("LZIP\x01"), PROBE_ARCHIVE },
    { 4, SLICE_INIT("1AY&SY"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("MSCF\0\0\0\0"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("Rar!\x1a\x07"), PROBE_ARCHIVE },
    { 257, SLICE_INIT("ustar"), PROBE_ARCHIVE },
    { 0, SLICE_INIT("EVF\x09\x0d\x0a\xff\0"), PROBE_DISK_IMAGE },
    { 0, SLICE_INIT("EVF2\x0d\x0a\x81\0"), PROBE_DISK_IMAGE },
    { 0, SLICE_INIT("conectix"), PROBE_DISK_IMAGE },
    { 0, SLICE_INIT("vhdxfile"), PROBE_DISK_IMAGE },
    { 0, SLICE_INIT("KDMV"), PROBE_DISK_IMAGE },
    { 0, SLICE_INIT("# Disk DescriptorFile"), PROBE_DISK_IMAGE },
    { 0, SLICE_INIT("QFI\xfb"), PROBE_DISK_IMAGE },
    { 3, SLICE_INIT("NTFS    "), PROBE_DISK_IMAGE },
    { 3, SLICE_INIT("-FVE-FS-"), PROBE_DISK_IMAGE },
    { 3, SLICE_INIT("EXFAT   "), PROBE_DISK_IMAGE },
    { 512, SLICE_INIT("EFI PART"), PROBE_DISK_IMAGE },
};

static enum probe_kind probe_signature(struct slice head)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const struct signature *s = &signatures[i];

        if (head.n >= s->offset + s->magic.n &&
            memcmp(head.p + s->offset, s->magic.p, s->magic.n) == 0)
            return s->kind;
    }
    return PROBE_OTHER;
}

/* A master boot record: its mark, four entries that are active or not, one of them in use. */
static bool probe_mbr(struct slice head)
{
    bool used = false;

    if (head.n < 512 || head.p[510] != 0x55 || head.p[511] != 0xaa)
        return false;
    for (size_t i = 446; i < 510; i += 16) {
        if (head.p[i] != 0 && head.p[i] != 0x80)
            return false;
        used |= head.p[i + 4] != 0;
    }
    return used;
}

/* The ASCII skeleton of UTF-16: every unit above 7e becomes '?'. Returns the characters. */
static size_t narrow(struct slice s, size_t from, bool big_endian, uint8_t *out)
{
    size_t n = 0;

    for (size_t i = from; i + 1 < s.n; i += 2) {
        uint8_t low = s.p[i + (big_endian ? 1 : 0)], high = s.p[i + (big_endian ? 0 : 1)];

        out[n++] = high == 0 && low < 0x7f ? low : '?';
    }
    return n;
}

/* The text of head with encoding and byte order mark taken off; room: PROBE_HEAD. */
static struct slice probe_text(struct slice head, uint8_t *room)
{
    if (head.n >= 3 && memcmp(head.p, "\xef\xbb\xbf", 3) == 0)
        return slice_sub(head, 3, head.n);
    if (head.n >= 2 && head.p[0] == 0xff && head.p[1] == 0xfe)
        return slice_of(room, narrow(head, 2, false, room));
    if (head.n >= 2 && head.p[0] == 0xfe && head.p[1] == 0xff)
        return slice_of(room, narrow(head, 2, true, room));
    if (head.n >= 2 && head.p[0] == '<' && head.p[1] == 0)
        return slice_of(room, narrow(head, 0, false, room));
    if (head.n >= 2 && head.p[0] == 0 && head.p[1] == '<')
        return slice_of(room, narrow(head, 0, true, room));
    return head;
}

/* Offset of the next '<', or SIZE_MAX; what stands before must be text (some dumpers write a line
 * of their own above each event). */
static size_t next_tag(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<')
            return i;
        if (s.p[i] < 0x20 && s.p[i] != '\t' && s.p[i] != '\r' && s.p[i] != '\n')
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

static struct slice after(struct slice s, struct slice mark)
{
    size_t at = slice_find(s, mark);

    return at == SIZE_MAX ? SLICE_ABSENT : slice_sub(s, at + mark.n, s.n);
}

static bool probe_xml(struct slice s)
{
    for (;;) {
        size_t at = next_tag(s);

        if (at == SIZE_MAX)
            return false;
        s = slice_sub(s, at, s.n);
        if (slice_starts(s, SLICE("<?")))
            s = after(s, SLICE("?>"));
        else if (slice_starts(s, SLICE("<!--")))
            s = after(s, SLICE("-->"));
        else
            break;
    }
    if (!slice_starts(s, SLICE("<Event")))
        return false;
    s = slice_sub(s, 6, s.n);
    if (s.n > 0 && s.p[0] == 's')
        s = slice_sub(s, 1, s.n);
    return s.n > 0 && memchr(" \t\r\n/>", s.p[0], 6) != NULL;
}

/* FAT: a jump, and the type's name where it stands for people only; a boot sector for sure. */
static bool probe_fat(struct slice head)
{
    return head.n >= 512 && (head.p[0] == 0xeb || head.p[0] == 0xe9) && head.p[510] == 0x55 &&
           head.p[511] == 0xaa &&
           (memcmp(head.p + 54, "FAT", 3) == 0 || memcmp(head.p + 82, "FAT32", 5) == 0);
}

/* The segment number of the E01 family; a VMDK extent without a description of the whole. */
static bool probe_part(struct slice head)
{
    if (head.n >= 13 && memcmp(head.p, "EVF\x09\x0d\x0a\xff\0", 8) == 0)
        return head.p[9] != 1 || head.p[10] != 0;
    if (head.n >= 36 && memcmp(head.p, "KDMV", 4) == 0)
        return memcmp(head.p + 28, "\0\0\0\0\0\0\0\0", 8) == 0;
    return false;
}

enum probe_kind probe_bytes(struct slice head)
{
    uint8_t room[PROBE_HEAD];
    enum probe_kind k;

    if (head.n == 0)
        return PROBE_EMPTY;
    k = probe_signature(head);
    if (k == PROBE_OTHER && (probe_fat(head) || probe_mbr(head)))
        k = PROBE_DISK_IMAGE;
    if (k == PROBE_DISK_IMAGE && probe_part(head))
        k = PROBE_IMAGE_PART;
    if (k == PROBE_OTHER && probe_xml(probe_text(head, room)))
        k = PROBE_EVENT_XML;
    return k;
}

static uint32_t little(struct slice s, size_t at, size_t n)
{
    uint32_t v = 0;

    for (size_t i = n; i > 0; i--)
        v = v << 8 | (at + i <= s.n ? s.p[at + i - 1] : 0);
    return v;
}

/* Where the last section of a program for Windows ends (PE: [MS-PECOFF]); 0: it is none. */
static uint64_t program_end(struct slice head)
{
    const size_t pe = little(head, 0x3c, 4);
    uint64_t end = 0;

    if (!slice_starts(head, SLICE("MZ")) || pe >= head.n || head.n - pe < 24 ||
        memcmp(head.p + pe, "PE\0\0", 4) != 0)
        return 0;
    for (size_t i = 0, at = pe + 24 + little(head, pe + 20, 2); i < little(head, pe + 6, 2);
         i++, at += 40) {
        const uint64_t to = (uint64_t)little(head, at + 16, 4) + little(head, at + 20, 4);
        if (at + 40 > head.n)
            break;
        end = to > end ? to : end;
    }
    return end;
}

enum probe_kind probe_whole(const struct source *s, struct slice head)
{
    enum probe_kind kind = probe_bytes(head);
    const uint64_t end = kind == PROBE_OTHER ? program_end(head) : 0;
    uint8_t mark[6];
    size_t n = 0;

    if (end && source_can_read_at(s) &&
        source_read_at(s, end, mark, sizeof mark, &n, NULL) == EV_OK &&
        (slice_starts(slice_of(mark, n), SLICE("PK\3\4")) ||
         slice_starts(slice_of(mark, n), SLICE("7z\xbc\xaf\x27\x1c"))))
        kind = PROBE_ARCHIVE;
    return kind;
}

int probe_source(const struct source *s, enum probe_kind *ret, struct ev_err *err)
{
    uint8_t bytes[PROBE_HEAD];
    size_t n = 0;
    int rc = source_read_at(s, 0, bytes, sizeof bytes, &n, err);

    if (rc == EV_OK)
        *ret = probe_whole(s, slice_of(bytes, n));
    return rc;
}

const char *probe_name(enum probe_kind k)
{
    switch (k) {
    case PROBE_EMPTY:
        return "empty file";
    case PROBE_EVTX:
        return "event log";
    case PROBE_EVENT_XML:
        return "event XML";
    case PROBE_EVT:
        return "event log of the format before Windows Vista";
    case PROBE_ARCHIVE:
        return "archive";
    case PROBE_DISK_IMAGE:
        return "disk image";
    case PROBE_IMAGE_PART:
        return "part of a split disk image";
    case PROBE_OTHER:
        break;
    }
    return "no event log";
}
