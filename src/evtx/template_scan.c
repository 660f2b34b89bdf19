/* template_scan.c - the tokens of a template definition.
 * May include: base/, binxml.h. */
#include "evtx/template_scan.h"

bool template_scan_start(struct template_scan *s, struct slice chunk, uint32_t at)
{
    uint32_t n = (uint32_t)chunk.n, size;

    if (at > n || n - at < TEMPLATE_HEADER)
        return false;
    size = binxml_u32(chunk.p + at + 20);
    if (size > n - at - TEMPLATE_HEADER)
        return false;
    *s = (struct template_scan){ chunk.p, n, at + TEMPLATE_HEADER, at + TEMPLATE_HEADER + size };
    return true;
}

static bool take_name(struct template_scan *s, struct scan_token *t)
{
    uint32_t at;

    if (s->end - s->at < 4)
        return false;
    at = binxml_u32(s->p + s->at);
    if (at > s->n || s->n - at < 8)
        return false;
    t->name = (struct binxml_name){ s->p + at + 8, binxml_u16(s->p + at + 6) };
    if (s->n - at - 8 < 2 * t->name.units)
        return false;
    t->name_at = s->at;
    s->at += 4;
    t->name_inline = at == s->at;
    if (!t->name_inline)
        return true;
    if (s->end - s->at < 10 + 2 * t->name.units)
        return false;
    s->at += 10 + 2 * t->name.units;
    return true;
}

static bool take_text(struct template_scan *s, struct scan_token *t)
{
    if (s->end - s->at < 2)
        return false;
    t->units = binxml_u16(s->p + s->at);
    t->text = s->p + s->at + 2;
    if (s->end - s->at - 2 < 2 * t->units)
        return false;
    s->at += 2 + 2 * t->units;
    return true;
}

static bool take_number(struct template_scan *s, struct scan_token *t)
{
    if (s->end - s->at < 2)
        return false;
    t->number = binxml_u16(s->p + s->at);
    s->at += 2;
    return true;
}

static bool take_element(struct template_scan *s, struct scan_token *t, bool attributes)
{
    if (!take_number(s, t) || s->end - s->at < 4)
        return false;
    s->at += 4;
    if (!take_name(s, t) || (attributes && s->end - s->at < 4))
        return false;
    s->at += attributes ? 4 : 0;
    return true;
}

bool template_scan_next(struct template_scan *s, struct scan_token *ret)
{
    uint8_t token;

    if (s->at >= s->end)
        return false;
    token = s->p[s->at++];
    ret->token = token & 0xbf;
    ret->name_at = 0;
    switch (ret->token) {
    case TOKEN_EOF:
        s->at = s->end;
        return true;
    case TOKEN_CLOSE_START:
    case TOKEN_CLOSE_EMPTY:
    case TOKEN_END:
        return true;
    case TOKEN_ELEMENT:
        return take_element(s, ret, token != ret->token);
    case TOKEN_VALUE:
        return s->at < s->end && s->p[s->at++] == VALUE_UTF16 && take_text(s, ret);
    case TOKEN_CDATA:
    case TOKEN_PI_DATA:
        return take_text(s, ret);
    case TOKEN_ATTRIBUTE:
    case TOKEN_ENTITY_REF:
    case TOKEN_PI_TARGET:
        return take_name(s, ret);
    case TOKEN_CHAR_REF:
        return take_number(s, ret);
    case TOKEN_NORMAL:
    case TOKEN_OPTIONAL:
        if (!take_number(s, ret) || s->at >= s->end)
            return false;
        ret->type = s->p[s->at++];
        return true;
    case TOKEN_FRAGMENT:
        if (s->end - s->at < 3)
            return false;
        s->at += 3;
        return true;
    default:
        return false; /* also an instance inside a definition: nobody writes that */
    }
}

uint16_t binxml_name_hash(struct binxml_name name)
{
    uint32_t h = 0;

    for (uint32_t i = 0; i < name.units; i++)
        h = h * 65599 + binxml_u16(name.p + 2 * i);
    return (uint16_t)h;
}

enum scan_names template_scan_names(struct slice chunk, uint32_t at)
{
    enum scan_names worst = NAMES_GOOD;
    struct template_scan s;
    struct scan_token k = { .token = TOKEN_FRAGMENT };

    if (!template_scan_start(&s, chunk, at))
        return NAMES_BAD;
    while (k.token != TOKEN_EOF) {
        if (!template_scan_next(&s, &k) || (k.name_at && k.name.units == 0))
            return NAMES_BAD;
        if (k.name_at && !binxml_name_has_hash(k.name))
            worst = NAMES_DOUBTFUL;
    }
    return worst;
}
