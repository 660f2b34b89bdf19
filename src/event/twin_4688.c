/* twin_4688.c - Security 4688 as Sysmon 1 would tell it.
 *
 * Facts: notes/peers.md 5.1; which account: DESIGN.md section 8.
 * May include base/ only. */
#include "base/err.h"
#include "event/twin_build.h"

/* The account that the new process runs as. */
static struct account account_4688(const struct event *ev)
{
    size_t i = event_find(ev, FIELD_TARGETLOGONID, 0);
    uint64_t id;

    /* Never by SID: Windows writes S-1-0-0 beside a filled name (notes/peers.md 5.1). */
    if (i != SIZE_MAX && value_u64(&ev->field[i].value, &id) == EV_OK && id != 0)
        return account_target;
    return account_subject;
}

/* The word and the SID: SigmaHQ's rules list both. */
static void twin_integrity(struct twin *t, const struct field *f, struct slice label)
{
    static const struct {
        struct slice sid, word;
    } level[] = {
        { SLICE_INIT("S-1-16-0"), SLICE_INIT("Untrusted") },
        { SLICE_INIT("S-1-16-4096"), SLICE_INIT("Low") },
        { SLICE_INIT("S-1-16-8192"), SLICE_INIT("Medium") },
        { SLICE_INIT("S-1-16-8448"), SLICE_INIT("Medium Plus") },
        { SLICE_INIT("S-1-16-12288"), SLICE_INIT("High") },
        { SLICE_INIT("S-1-16-16384"), SLICE_INIT("System") },
        { SLICE_INIT("S-1-16-20480"), SLICE_INIT("Protected") },
    };

    if (!text_given(label))
        return;
    for (size_t i = 0; i < sizeof level / sizeof *level; i++)
        if (slice_eq(level[i].sid, label))
            twin_text(t, FIELD_INTEGRITYLEVEL, level[i].word);
    twin_alias(t, f, FIELD_INTEGRITYLEVEL);
}

static void process_4688_field(struct twin *t, size_t i, struct account who)
{
    const struct field *f = &t->from->field[i];

    if (f->id == FIELD_PROCESSID) { /* 4688 names the parent so */
        twin_id(t, f, FIELD_PARENTPROCESSID);
        return;
    }
    if (f->id == FIELD_MANDATORYLABEL)
        twin_integrity(t, f, event_text(t->from, i));
    twin_push(t, *f);
    if (f->id == who.logon)
        twin_alias(t, f, FIELD_LOGONID);
    if (f->id == FIELD_NEWPROCESSNAME)
        twin_alias(t, f, FIELD_IMAGE);
    if (f->id == FIELD_PARENTPROCESSNAME)
        twin_alias(t, f, FIELD_PARENTIMAGE);
    if (f->id == FIELD_NEWPROCESSID)
        twin_id(t, f, FIELD_PROCESSID);
}

void twin_4688(struct twin *t)
{
    struct account who = account_4688(t->from);

    for (size_t i = 0; i < t->from->n; i++)
        process_4688_field(t, i, who);
    twin_text(t, FIELD_USER, account_text(t->from, who));
}
