/* evidence.c - see evidence.h. */
#include "detect/evidence.h"

#include "base/limits.h"

const char *mark_name(enum mark_kind k)
{
    static const char *const name[MARK_KINDS] = {
        [MARK_CLEARED] = "log cleared",
        [MARK_STOPPED] = "event log service stopped",
        [MARK_STARTED] = "event log service started",
        [MARK_CRASHED] = "unexpected shutdown before",
        [MARK_FULL] = "Security log full",
        [MARK_DROPPED] = "audit events dropped",
        [MARK_POLICY] = "audit policy changed",
        [MARK_CLOCK] = "clock set",
        [MARK_SYSMON] = "Sysmon service or configuration changed",
    };
    return name[k];
}

void evidence_init(struct evidence *e)
{
    *e = (struct evidence){ 0 };
    arena_init(&e->arena, LIMIT_EVIDENCE_ARENA);
}

void evidence_release(struct evidence *e)
{
    arena_release(&e->arena);
    *e = (struct evidence){ 0 };
}

/* EventIDs that the scan saw; without counts, it kept none. */
static void channel_ids(const struct summary_channel *from, struct evidence_channel *to,
                        struct arena *a)
{
    size_t n = 0;
    for (uint32_t id = 0; from->seen && id < SUMMARY_IDS; id++)
        n += summary_saw(from, id);
    to->id = arena_zalloc(a, n, sizeof *to->id);
    for (uint32_t id = 0; from->seen && id < SUMMARY_IDS; id++)
        if (summary_saw(from, id))
            to->id[to->nid++] = (struct evidence_id){ .event_id = id, .n = 1 };
}

/* One computer of each sort says as much as all of them: with Sysmon, an old one or none; 4688 with
 * command lines always, sometimes, never; with the parent's name or without. */
static size_t sort_of(const struct summary_host *h)
{
    const size_t lines = !h->s4688 ? 0 : !h->s4688_with_command_line ? 1 : h->nspan ? 2 : 3;
    const size_t sysmon = !h->sysmon_1 ? 0 : h->sysmon_1_old == h->sysmon_1 ? 1 : 2;
    return (lines * 3 + sysmon) * 2 + (h->s4688 > 0 && h->s4688_no_parent == h->s4688);
}

void evidence_of_summary(const struct summary *sum, struct evidence *ret)
{
    struct arena *a = &ret->arena;
    struct evidence_channel *channel = arena_zalloc(a, sum->nchannel, sizeof *channel);
    bool seen[24] = { false };

    for (size_t i = 0; i < sum->nchannel; i++) {
        channel[i].name = sum->channel[i].channel;
        channel[i].events = channel[i].all = sum->channel[i].events;
        channel[i].untold = !sum->channel[i].seen;
        channel_ids(&sum->channel[i], &channel[i], a);
    }
    ret->one_host = true;
    ret->first = sum->first;
    ret->last = sum->last;
    ret->host = arena_zalloc(a, sizeof seen / sizeof *seen, sizeof *ret->host);
    for (size_t i = 0; i < sum->nhost; i++) {
        const size_t sort = sort_of(&sum->host[i]);
        if (seen[sort] || sort == 0)
            continue;
        seen[sort] = true;
        ret->host[ret->nhost].process = sum->host[i];
        ret->host[ret->nhost++].computer = sum->host[i].computer;
    }
    ret->nhost += ret->nhost == 0;
    for (size_t i = 0; i < ret->nhost; i++) {
        ret->host[i].channel = channel;
        ret->host[i].nchannel = sum->nchannel;
        ret->host[i].first = sum->first;
        ret->host[i].last = sum->last;
    }
}
