/* logsource.c - see logsource.h; the facts are in logsource.def. */
#include "rule/logsource.h"

#define SYSMON_CHANNEL                                                                             \
    .channel = "Microsoft-Windows-Sysmon/Operational", .provider = "Microsoft-Windows-Sysmon"
#define COUNT_(...) (sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))
/* The provider as well: other providers have an EventID 1, too. */
#define SYSMON(...)                                                                                \
    {                                                                                              \
        SYSMON_CHANNEL, .id = { __VA_ARGS__ }, .nid = COUNT_(__VA_ARGS__)                          \
    }
#define SYSMON_EVENT_TYPE(event_id, a, b)                                                          \
    {                                                                                              \
        SYSMON_CHANNEL, .id = { event_id }, .nid = 1, .field = "EventType", .value = { a, b }      \
    }
#define SECURITY_CHANNEL .channel = "Security", .provider = "Microsoft-Windows-Security-Auditing"
#define SECURITY_4657(a, b)                                                                        \
    {                                                                                              \
        SECURITY_CHANNEL, .id = { 4657 }, .nid = 1, .field = "OperationType", .value = { a, b },   \
                          .twin = TWIN_REGISTRY_4657                                               \
    }
#define IN(name, ...)                                                                              \
    {                                                                                              \
        .channel = name, .id = { __VA_ARGS__ }, .nid = COUNT_(__VA_ARGS__)                         \
    }
#define ALL(name)                                                                                  \
    {                                                                                              \
        .channel = name                                                                            \
    }

/* First pass: the arrays of targets. */
#define TARGETS(name, ...) static const struct logsource_target name[] = { __VA_ARGS__ };
#define CATEGORY(text, name, product)
#define SERVICE(text, name)
#define NEVER(text, reason)
#include "rule/logsource.def"
#undef TARGETS
#undef CATEGORY
#undef SERVICE
#undef NEVER

struct category {
    const char *name;
    const char *product; /* NULL: the rule need not name one */
    const struct logsource_target *target;
    size_t n;
    const char *never; /* why no event log can have it */
};

struct service {
    const char *name;
    const struct logsource_target *target;
    size_t n;
};

#define TARGETS(name, ...)
#define SERVICE(text, name)
#define CATEGORY(text, name, product) { text, product, name, sizeof name / sizeof *name, NULL },
#define NEVER(text, reason) { text, "windows", NULL, 0, reason },
static const struct category categories[] = {
#include "rule/logsource.def"
};
#undef CATEGORY
#undef SERVICE
#undef NEVER

#define CATEGORY(text, name, product)
#define NEVER(text, reason)
#define SERVICE(text, name) { text, name, sizeof name / sizeof *name },
static const struct service services[] = {
#include "rule/logsource.def"
};
#undef TARGETS
#undef CATEGORY
#undef SERVICE
#undef NEVER

static const struct logsource_target everything[] = { { .channel = NULL } };

static const struct category *find_category(struct slice name)
{
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        if (slice_eq(name, slice_str(categories[i].name)))
            return &categories[i];
    return NULL;
}

static const struct service *find_service(struct slice name)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (slice_eq(name, slice_str(services[i].name)))
            return &services[i];
    return NULL;
}

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}

static int check_product(const struct rule *r, const struct category *c, struct ev_err *err)
{
    if (slice_eq(r->product, SLICE("windows")) ||
        (r->product.p == NULL && c != NULL && c->product == NULL))
        return EV_OK;
    if (r->product.p != NULL)
        return ev_err_set(err, EV_EUNSUPPORTED, "product \"%.*s\" is never in a Windows event log",
                          shown(r->product), (const char *)r->product.p);
    struct slice name = r->category.p != NULL ? r->category : r->service;
    return ev_err_set(err, EV_EUNSUPPORTED,
                      "log source \"%.*s\" without product: add \"product: windows\" if Windows is "
                      "meant",
                      shown(name), (const char *)name.p);
}

static bool in_channels(const char *channel, const struct service *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(channel, s->target[i].channel) == 0)
            return true;
    return false;
}

/* The category's targets that lie in the service's channels: in the tables always one run. */
static int intersect(const struct category *c, const struct service *s, struct logsource *ret,
                     struct ev_err *err)
{
    size_t from = 0, to;
    while (from < c->n && !in_channels(c->target[from].channel, s))
        from++;
    for (to = from; to < c->n && in_channels(c->target[to].channel, s);)
        to++;
    if (c->never != NULL) {
        *ret = (struct logsource){ NULL, 0, c->never };
        return EV_OK;
    }
    if (from == to)
        return ev_err_set(err, EV_EUNSUPPORTED,
                          "category \"%s\" never occurs in the logs of service \"%s\"", c->name,
                          s->name);
    *ret = (struct logsource){ c->target + from, to - from, NULL };
    return EV_OK;
}

int logsource_resolve(const struct rule *r, struct logsource *ret, struct ev_err *err)
{
    const struct category *c = NULL;
    const struct service *s = NULL;
    if (r->correlation != NULL && r->ncondition == 0)
        return ev_err_set(err, EV_EUNSUPPORTED, "a correlation has no log source of its own");
    if (r->category.p != NULL)
        c = find_category(r->category);
    int rc = check_product(r, c, err);
    if (rc < 0)
        return rc;
    if (r->category.p != NULL && c == NULL)
        return ev_err_set(err, EV_EUNSUPPORTED,
                          "category \"%.*s\" is not known to occur in a Windows event log: "
                          "the rule is left out",
                          shown(r->category), (const char *)r->category.p);
    if (r->service.p != NULL) {
        s = find_service(r->service);
        if (s == NULL)
            return ev_err_set(err, EV_EUNSUPPORTED,
                              "service \"%.*s\" is not a known Windows log: the rule is left out",
                              shown(r->service), (const char *)r->service.p);
    }
    if (c != NULL && s != NULL)
        return intersect(c, s, ret, err);
    if (c != NULL)
        *ret = (struct logsource){ c->target, c->n, c->never };
    else if (s != NULL)
        *ret = (struct logsource){ s->target, s->n, NULL };
    else
        *ret = (struct logsource){ everything, 1, NULL };
    return EV_OK;
}

static bool same(const char *want, struct slice have)
{
    return want == NULL || slice_eq_nocase(slice_str(want), have);
}

static bool field_agrees(const struct logsource_target *t, struct event *ev)
{
    struct slice name = slice_str(t->field);
    for (size_t i = 0; i < ev->n; i++) {
        if (ev->field[i].part == EVENT_SYSTEM || !slice_eq(ev->field[i].name, name))
            continue;
        struct slice text = event_text(ev, i);
        for (size_t v = 0; v < sizeof t->value / sizeof *t->value; v++)
            if (t->value[v] != NULL && same(t->value[v], text))
                return true;
    }
    return false;
}

bool logsource_target_takes(const struct logsource_target *t, struct event *ev)
{
    if (t->nid > 0) {
        bool found = false;
        for (uint8_t i = 0; i < t->nid && ev->has_event_id && !found; i++)
            found = ev->event_id == t->id[i];
        if (!found)
            return false;
    }
    return same(t->channel, ev->channel) && same(t->provider, ev->provider) &&
           (t->field == NULL || field_agrees(t, ev));
}

struct slice logsource_field(const struct rule *r, struct slice field)
{
    if (!slice_eq(r->category, SLICE("antivirus")))
        return field;
    if (slice_eq(field, SLICE("Signature")))
        return SLICE("ThreatName");
    return slice_eq(field, SLICE("Filename")) ? SLICE("Path") : field;
}

bool logsource_asks_ids(struct slice channel)
{
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        for (size_t k = 0; k < categories[i].n; k++)
            if (categories[i].target[k].nid > 0 && same(categories[i].target[k].channel, channel))
                return true;
    return false;
}
