/* rule_json.c - rule, ATT&CK and CAR members.
 *
 * A technique's `id` and `name` are those of today, so that rows of old and new rules join; `tag` is
 * as the rule says it, and `current` tells whether both are the same technique. */
#include "out/rule_json.h"

static void strings(struct json *j, const char *key, const struct slices *v)
{
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < v->n; i++)
        json_slice(j, v->v[i]);
    json_end(j);
}

static void member(struct json *j, const char *key, struct slice s)
{
    json_key(j, key);
    json_slice(j, s);
}

static void rule_member(struct json *j, const struct rule *r)
{
    json_key(j, "rule");
    json_object(j);
    member(j, "id", r->id);
    member(j, "title", r->title);
    member(j, "status",
           r->status == STATUS_UNKNOWN ? SLICE_ABSENT : slice_str(status_name(r->status)));
    member(j, "author", r->author);
    member(j, "description", r->description);
    strings(j, "tags", &r->tags);
    strings(j, "references", &r->references);
    strings(j, "falsepositives", &r->falsepositives);
    member(j, "file", r->file);
    json_end(j);
}

static void technique(struct json *j, const struct attack_tag *t)
{
    const struct attack_entry *now = t->now;
    struct buf id;
    buf_init(&id, 128);
    attack_tag_text(t, &id); /* of an unknown one: the id alone */
    json_object(j);
    member(j, "id", now ? slice_str(now->id) : buf_view(&id));
    member(j, "name", now ? slice_str(now->name) : SLICE_ABSENT);
    member(j, "tag", t->tag);
    json_key(j, "current");
    json_bool(j, t->entry != NULL && t->entry->current);
    json_end(j);
    buf_release(&id);
}

static void attack_member(struct json *j, const struct attack *a, const struct rule *r)
{
    struct attack_tag tag[ATTACK_TAGS];
    json_key(j, "attack");
    json_object(j);
    json_key(j, "tactics");
    json_array(j);
    size_t n = attack_tags(a, r, ATTACK_TACTIC, tag, ATTACK_TAGS);
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++) {
        const struct attack_entry *now = tag[i].now;
        json_object(j);
        member(j, "id", slice_str(now->id));
        member(j, "name", slice_str(now->name));
        json_end(j);
    }
    json_end(j);
    json_key(j, "techniques");
    json_array(j);
    n = attack_tags(a, r, ATTACK_TECHNIQUE, tag, ATTACK_TAGS);
    for (size_t i = 0; i < n && i < ATTACK_TAGS; i++)
        technique(j, &tag[i]);
    json_end(j);
    json_end(j);
}

static void car_member(struct json *j, const struct view *view, const struct rule *r)
{
    struct car_link link[CAR_LINKS];
    struct buf id;
    buf_init(&id, 128);
    json_key(j, "car");
    json_array(j);
    size_t n = car_links(view->attack, r, view->car_related, link, CAR_LINKS);
    for (size_t i = 0; i < n && i < CAR_LINKS; i++) {
        const struct car_entry *car = link[i].car;
        buf_clear(&id);
        buf_str(&id, "CAR-");
        buf_slice(&id, slice_sub(link[i].tag, 4, 64));
        json_object(j);
        member(j, "id", car ? slice_str(car->id) : buf_view(&id));
        member(j, "title", car ? slice_str(car->title) : SLICE_ABSENT);
        if (link[i].technique)
            member(j, "related", slice_str(link[i].technique->id));
        json_end(j);
    }
    json_end(j);
    buf_release(&id);
}

void rule_json(struct json *j, const struct view *view, const struct rule *r)
{
    rule_member(j, r);
    attack_member(j, view->attack, r);
    car_member(j, view, r);
}
