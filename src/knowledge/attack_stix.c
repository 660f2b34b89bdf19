/* attack_stix.c - a table of ATT&CK from a STIX 2 bundle, as MITRE publishes it.
 *
 * Wanted of each object: its id among the external references, its name, the phases of the kill
 * chain, whether it is revoked (and by what, which is an object of its own) or deprecated. The order
 * of the tactics is that of the matrix object.
 * May include: base/. */
#include "base/json_read.h"
#include "base/limits.h"
#include "base/map.h"
#include "knowledge/attack_impl.h"

struct stix {
    struct attack *a;
    const struct json_node *objects;
    struct map by_ref;     /* "attack-pattern--..." -> index of the object */
    struct map revoked_by; /* ref -> index of the object that replaced it */
    struct buf tactics;
};

static const struct {
    const char *type;
    enum attack_kind kind;
} types[] = {
    { "attack-pattern", ATTACK_TECHNIQUE },
    { "x-mitre-tactic", ATTACK_TACTIC },
    { "intrusion-set", ATTACK_GROUP },
    { "malware", ATTACK_SOFTWARE },
    { "tool", ATTACK_SOFTWARE },
    { "course-of-action", ATTACK_MITIGATION },
    { "x-mitre-data-source", ATTACK_DATA_SOURCE },
    { "campaign", ATTACK_CAMPAIGN },
};

static bool type_is(const struct json_node *o, const char *type)
{
    return slice_eq(json_text(json_member(o, "type")), slice_str(type));
}

/* "T1003.001"; absent when the object has no id of ATT&CK. */
static struct slice external_id(const struct json_node *o)
{
    const struct json_node *refs = json_member(o, "external_references");
    for (size_t i = 0; i < json_length(refs); i++) {
        const struct json_node *ref = json_element(refs, i);
        if (slice_eq(json_text(json_member(ref, "source_name")), SLICE("mitre-attack")))
            return json_text(json_member(ref, "external_id"));
    }
    return SLICE_ABSENT;
}

static const struct json_node *object_of(const struct stix *s, struct slice ref)
{
    const uint64_t *at = map_get(&s->by_ref, ref);
    return at != NULL ? json_element(s->objects, (size_t)*at) : NULL;
}

/* Short names of the phases, with commas. */
static void phases(struct stix *s, const struct json_node *o)
{
    const struct json_node *list = json_member(o, "kill_chain_phases");
    buf_clear(&s->tactics);
    for (size_t i = 0; i < json_length(list); i++) {
        const struct json_node *phase = json_element(list, i);
        if (!slice_eq(json_text(json_member(phase, "kill_chain_name")), SLICE("mitre-attack")))
            continue;
        buf_str(&s->tactics, s->tactics.n > 0 ? "," : "");
        buf_slice(&s->tactics, json_text(json_member(phase, "phase_name")));
    }
    buf_byte(&s->tactics, '\0');
}

static uint16_t tactic_place(const struct stix *s, struct slice ref)
{
    for (size_t i = 0; i < json_length(s->objects); i++) {
        const struct json_node *o = json_element(s->objects, i);
        if (!type_is(o, "x-mitre-matrix"))
            continue;
        const struct json_node *list = json_member(o, "tactic_refs");
        for (size_t k = 0; k < json_length(list) && k < UINT16_MAX; k++)
            if (slice_eq(json_text(json_element(list, k)), ref))
                return (uint16_t)(k + 1);
    }
    return 0;
}

static int add_object(struct stix *s, const struct json_node *o, enum attack_kind kind,
                      struct ev_err *err)
{
    struct arena *a = &s->a->arena;
    struct slice id = external_id(o), ref = json_text(json_member(o, "id"));
    struct slice name = json_text(json_member(o, "name"));
    struct attack_entry e = { .successor = "", .short_name = "", .tactics = "", .current = true };
    if (id.n == 0 || id.n > 32 || name.n > 1024 || !attack_kind_of(id, &e.kind) || e.kind != kind)
        return EV_OK;
    e.id = arena_str(a, id);
    e.name = arena_str(a, name.p != NULL ? name : SLICE(""));
    if (json_truth(json_member(o, "revoked")) || json_truth(json_member(o, "x_mitre_deprecated"))) {
        const uint64_t *by = map_get(&s->revoked_by, ref);
        struct slice next =
            by != NULL ? external_id(json_element(s->objects, (size_t)*by)) : SLICE_ABSENT;
        e.current = false;
        e.successor = next.n > 0 && next.n <= 32 ? arena_str(a, next) : "";
    }
    if (kind == ATTACK_TACTIC) {
        struct slice word = json_text(json_member(o, "x_mitre_shortname"));
        e.short_name = word.p != NULL && word.n <= 64 ? arena_str(a, word) : "";
        e.order = tactic_place(s, ref);
    } else if (kind == ATTACK_TECHNIQUE) {
        phases(s, o);
        e.tactics = s->tactics.full ? "" : (const char *)s->tactics.p;
    }
    if (!attack_add(s->a, &e))
        return ev_err_set(err, EV_ELIMIT, "more than %d entries", LIMIT_ATTACK_ENTRIES);
    return EV_OK;
}

static void index_objects(struct stix *s)
{
    for (size_t i = 0; i < json_length(s->objects); i++) {
        struct slice ref = json_text(json_member(json_element(s->objects, i), "id"));
        if (ref.n > 0)
            (void)map_put(&s->by_ref, ref, i, NULL);
    }
    for (size_t i = 0; i < json_length(s->objects); i++) {
        const struct json_node *o = json_element(s->objects, i);
        if (!type_is(o, "relationship") ||
            !slice_eq(json_text(json_member(o, "relationship_type")), SLICE("revoked-by")))
            continue;
        const uint64_t *to = map_get(&s->by_ref, json_text(json_member(o, "target_ref")));
        struct slice from = json_text(json_member(o, "source_ref"));
        if (to != NULL && object_of(s, from) != NULL)
            (void)map_put(&s->revoked_by, from, *to, NULL);
    }
}

static int read_objects(struct stix *s, struct ev_err *err)
{
    int rc = EV_OK;
    for (size_t i = 0; i < json_length(s->objects) && rc == EV_OK; i++) {
        const struct json_node *o = json_element(s->objects, i);
        struct slice version = json_text(json_member(o, "x_mitre_version"));
        if (type_is(o, "x-mitre-collection") && version.n > 0 && version.n < 32)
            s->a->version =
                (const char *)arena_printf(&s->a->arena, "ATT&CK v%.*s", SLICE_ARG(version)).p;
        for (size_t k = 0; k < sizeof types / sizeof *types && rc == EV_OK; k++)
            if (type_is(o, types[k].type))
                rc = add_object(s, o, types[k].kind, err);
    }
    return rc;
}

int attack_read_stix(struct attack *a, struct slice text, const char *name, struct ev_err *err)
{
    struct json_document *d;
    struct stix s = { .a = a };
    int rc = json_document_parse(text, name, &d, err);
    if (rc < 0)
        return rc;
    map_init(&s.by_ref, map_seed());
    map_init(&s.revoked_by, map_seed());
    buf_init(&s.tactics, LIMIT_KIB(1));
    s.objects = json_member(json_root(d), "objects");
    if (json_length(s.objects) == 0) {
        rc = ev_err_set(err, EV_EFORMAT, "no STIX bundle: it has no list \"objects\"");
    } else {
        index_objects(&s);
        rc = read_objects(&s, err);
    }
    buf_release(&s.tactics);
    map_release(&s.by_ref);
    map_release(&s.revoked_by);
    json_document_free(d);
    return rc;
}
