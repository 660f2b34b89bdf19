/* fields.c - what the rules for an event read.
 *
 * May include base/, event/, rule/, this folder. */
#include "match/compiled.h"

/* Of what a twin is made, besides the fields that it takes over as they are. */
static const uint32_t made_of_4688[] = {
    FIELD_NEWPROCESSNAME, FIELD_NEWPROCESSID,    FIELD_PARENTPROCESSNAME, FIELD_PROCESSID,
    FIELD_SUBJECTUSERSID, FIELD_SUBJECTUSERNAME, FIELD_SUBJECTDOMAINNAME, FIELD_SUBJECTLOGONID,
    FIELD_TARGETUSERSID,  FIELD_TARGETUSERNAME,  FIELD_TARGETDOMAINNAME,  FIELD_TARGETLOGONID,
    FIELD_MANDATORYLABEL,
};

struct fields {
    uint64_t *set;
    uint32_t n; /* names */
    bool all;
};

static void fields_add(struct fields *f, uint32_t id)
{
    if (id < f->n)
        f->set[id / 64] |= UINT64_C(1) << (id % 64);
}

/* Other twins than that of 4688 belong to rare events: all of their fields are read. */
static void add_twin(struct fields *f, enum twin_kind kind)
{
    f->all |= kind != TWIN_NONE && kind != TWIN_PROCESS_4688;
    for (size_t i = 0; i < sizeof made_of_4688 / sizeof *made_of_4688; i++)
        if (kind == TWIN_PROCESS_4688)
            fields_add(f, made_of_4688[i]);
}

static void add_rule(struct fields *f, const struct rule *r)
{
    for (size_t i = 0; i < r->ntest; i++) {
        const struct test *t = r->test[i];

        if (!t->field.p)
            f->all = true;
        else
            fields_add(f, t->field_id);
        if (t->kind == TEST_FIELDREF)
            fields_add(f, t->u.ref.field_id);
    }
}

/* Does the log source take events of this key, whatever their fields are? */
static bool source_takes(struct fields *f, const struct matcher *m, size_t source,
                         struct event *key)
{
    const struct logsource *ls = &m->dispatch.source[source];
    bool takes = false;

    for (size_t i = 0; i < ls->n; i++) {
        struct logsource_target bare = ls->target[i];
        uint32_t id = bare.field ? names_find(m->rs->names, slice_str(bare.field)) : NAME_NONE;

        bare.field = NULL;
        if (!logsource_target_takes(&bare, key))
            continue;
        takes = true;
        add_twin(f, bare.twin);
        f->all |= ls->target[i].field && id == NAME_NONE;
        fields_add(f, id);
    }
    return takes;
}

bool matcher_fields(const struct matcher *m, struct slice provider, struct slice channel,
                    uint32_t event_id, uint64_t *set)
{
    struct event key = {
        .provider = provider, .channel = channel, .event_id = event_id, .has_event_id = true
    };
    struct fields f = { .set = set, .n = names_count(m->rs->names) };

    memset(set, 0, (f.n / 64 + 1) * sizeof *set);
    for (size_t i = 0; i < m->dispatch.n; i++) {
        if (!source_takes(&f, m, i, &key))
            continue;
        for (size_t k = 0; k < m->n; k++)
            if (m->rule[k].source == i)
                add_rule(&f, m->rule[k].rule);
    }
    return !f.all;
}
