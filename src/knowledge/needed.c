/* needed.c - look-up of events and of the settings that write them, in the generated table.
 *
 * Events bisect; the hundred policies are walked.
 * May include: base/, match/, rule/. */
#include "knowledge/needed.h"

#include "base/parse.h"
#include "knowledge/tables.h"
#include "match/dispatch.h"
#include "rule/logsource.h"

const char *needed_version(void)
{
    return needed_table_version;
}

const char *release_text(const char *code)
{
    for (size_t i = 0; i < release_table_n; i++)
        if (strcmp(release_table[i].code, code) == 0)
            return release_table[i].text;
    return code;
}

const struct needed_entry *needed_at(size_t n)
{
    return n < needed_table_n ? &needed_table[n] : NULL;
}

/* The first entry of the channel; needed_table_n when there is none. A walk over channels, since
 * the case of a name from a log may differ from the table's. */
static size_t first_of(struct slice channel)
{
    for (size_t i = 0; i < needed_table_n; i++)
        if (slice_eq_nocase(channel, slice_str(needed_table[i].channel)))
            return i;
    return needed_table_n;
}

const struct needed_entry *needed_find(struct slice channel, uint32_t event_id)
{
    size_t from = first_of(channel);
    const struct needed_entry *rest = NULL;
    for (size_t i = from; i < needed_table_n; i++) {
        const struct needed_entry *e = &needed_table[i];
        if (strcmp(e->channel, needed_table[from].channel) != 0)
            break;
        if (e->any)
            rest = e;
        else if (e->event_id == event_id)
            return e;
    }
    return rest;
}

bool needed_has_field(const struct needed_entry *e, struct slice field)
{
    struct slice left = slice_str(e->fields);
    while (left.n > 0) {
        size_t end = slice_find_byte(left, ' ');
        if (end == SIZE_MAX)
            end = left.n;
        struct slice word = slice_sub(left, 0, end);
        size_t at = slice_find_byte(word, '@');
        if (slice_eq(at == SIZE_MAX ? word : slice_sub(word, 0, at), field))
            return true;
        left = slice_sub(left, end + 1, left.n);
    }
    return false;
}

struct list {
    const struct needed_entry **v;
    size_t n, room;
};

static void list_add(struct list *l, const struct needed_entry *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < l->n && i < l->room; i++)
        if (l->v[i] == e)
            return;
    if (l->n < l->room)
        l->v[l->n] = e;
    l->n++;
}

static bool takes_id(const struct logsource_target *t, uint32_t id)
{
    for (size_t i = 0; i < t->nid; i++)
        if (t->id[i] == id)
            return true;
    return t->nid == 0;
}

static void of_target(const struct logsource_target *t, const struct ids *ids, struct list *l)
{
    if (t->channel == NULL)
        return;
    struct slice channel = slice_str(t->channel);
    if (!ids->any) {
        for (size_t i = 0; i < ids->n; i++)
            if (takes_id(t, ids->v[i]))
                list_add(l, needed_find(channel, ids->v[i]));
        return;
    }
    for (size_t i = 0; i < t->nid; i++)
        list_add(l, needed_find(channel, t->id[i]));
    if (t->nid == 0)
        list_add(l, needed_find(channel, UINT32_MAX));
}

size_t needed_of_rule(const struct rule *r, const struct needed_entry **ret, size_t room)
{
    struct list l = { ret, 0, room };
    struct logsource ls;
    struct ids ids;
    if (logsource_resolve(r, &ls, NULL) < 0)
        return 0;
    rule_ids(r, &ids);
    for (size_t i = 0; i < ls.n; i++)
        of_target(&ls.target[i], &ids, &l);
    return l.n;
}

const struct policy_entry *policy_at(size_t n)
{
    return n < policy_table_n ? &policy_table[n] : NULL;
}

const struct policy_entry *policy_find(struct slice id)
{
    for (size_t i = 0; i < policy_table_n; i++)
        if (slice_eq(id, slice_str(policy_table[i].id)))
            return &policy_table[i];
    return NULL;
}

/* Of the whole channel: its only range is all EventIDs. */
static bool whole_channel(const struct policy_entry *p)
{
    return p->nids == 1 && p->ids[0].from == 0 && p->ids[0].to == UINT16_MAX;
}

bool policy_writes(const struct policy_entry *p, struct slice channel, uint32_t event_id)
{
    if (!slice_eq_nocase(channel, slice_str(p->channel)))
        return false;
    for (size_t i = 0; i < p->nids; i++)
        if (event_id >= p->ids[i].from && event_id <= p->ids[i].to)
            return true;
    return false;
}

static size_t policies(const struct needed_entry *e, bool by_field, bool whole,
                       const struct policy_entry **ret, size_t n, size_t room)
{
    for (size_t i = 0; i < policy_table_n; i++) {
        const struct policy_entry *p = &policy_table[i];
        if ((p->field[0] != '\0') != by_field || whole_channel(p) != whole ||
            !policy_writes(p, slice_str(e->channel), e->event_id))
            continue;
        if (n < room)
            ret[n] = p;
        n++;
    }
    return n;
}

size_t policies_of(const struct needed_entry *e, const struct policy_entry **ret, size_t room)
{
    size_t n = e->any ? 0 : policies(e, false, false, ret, 0, room);
    if (n == 0)
        n = policies(e, false, true, ret, 0, room);
    return e->any ? n : policies(e, true, false, ret, n, room);
}

static void auditpol_command(struct slice setting, struct buf *out)
{
    size_t end = slice_find_byte(setting, ' ');
    if (end == SIZE_MAX)
        end = setting.n;
    buf_str(out, "auditpol /set /subcategory:");
    buf_put(out, setting.p, end);
    if (slice_find(setting, SLICE("success")) != SIZE_MAX)
        buf_str(out, " /success:enable");
    if (slice_find(setting, SLICE("failure")) != SIZE_MAX)
        buf_str(out, " /failure:enable");
}

static void registry_command(struct slice setting, struct buf *out)
{
    size_t name = slice_find_byte(setting, '!'), value = slice_find_byte(setting, '=');
    if (name == SIZE_MAX || value == SIZE_MAX || value < name)
        return;
    buf_str(out, "reg add \"");
    buf_put(out, setting.p, name);
    buf_str(out, "\" /v ");
    buf_put(out, setting.p + name + 1, value - name - 1);
    buf_str(out, " /t REG_DWORD /d ");
    buf_put(out, setting.p + value + 1, setting.n - value - 1);
    buf_str(out, " /f");
}

void policy_command(const struct policy_entry *p, struct buf *out)
{
    switch (p->kind) {
    case POLICY_AUDITPOL:
        auditpol_command(slice_str(p->setting), out);
        break;
    case POLICY_REGISTRY:
        registry_command(slice_str(p->setting), out);
        break;
    case POLICY_SYSMON:
        buf_str(out, p->setting);
        break;
    case POLICY_CHANNEL:
        buf_printf(out, "wevtutil set-log \"%s\" /enabled:true", p->setting);
        break;
    case POLICY_NONE:
        break;
    }
}

const char *policy_default_name(enum policy_default d)
{
    static const char *const name[] = {
        [POLICY_ON] = "on",
        [POLICY_ON_SERVER] = "on on servers",
        [POLICY_IN_PART] = "in part",
        [POLICY_OFF] = "off",
    };
    return name[d];
}
