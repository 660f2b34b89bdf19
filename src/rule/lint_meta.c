/* lint_meta.c - conventions about what a rule says of itself (notes/sigma.md 1.2 and 1.11).
 *
 * May include base/, rule/. */
#include "base/parse.h"
#include "rule/lint.h"

static int shown(struct slice s)
{
    return (int)(s.n < 80 ? s.n : 80);
}
#define SHOWN(s) shown(s), (const char *)((s).p ? (s).p : (const uint8_t *)"")

#define TITLE_LONGEST 110 /* SigmaHQ's own longest is 97 */
#define DESCRIPTION_SHORTEST 16

static bool is_hex(uint8_t c)
{
    uint8_t low = (uint8_t)(c | 0x20);
    return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'f');
}

static bool is_uuid(struct slice s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-' : !is_hex(s.p[i]))
            return false;
    }
    return true;
}

/* YYYY-MM-DD as v2 has it. */
static bool is_date(struct slice s)
{
    if (s.n != 10)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static bool blank(struct slice s)
{
    return slice_trim(s).n == 0;
}

static void check_title(struct lint *l, const struct rule *r)
{
    if (r->title.n > TITLE_LONGEST)
        lint_at_key(l, r, "title-form", "title", "a title of %zu bytes: at most %d are usual",
                    r->title.n, TITLE_LONGEST);
    if (r->title.n > 0 && r->title.p[r->title.n - 1] == '.')
        lint_at_key(l, r, "title-form", "title", "the title ends with a full stop: remove it");
    if (slice_starts(r->title, SLICE("Detects ")) || slice_starts(r->title, SLICE("Detect ")))
        lint_at_key(l, r, "title-form", "title",
                    "the title begins with \"%.*s\": name the thing itself",
                    r->title.p[6] == 's' ? 7 : 6, (const char *)r->title.p);
}

static void check_id(struct lint *l, const struct rule *r)
{
    if (r->id.n == 0)
        lint_at_key(l, r, "id-missing", "id", "the rule has no id: add a random UUID");
    else if (!is_uuid(r->id))
        lint_at_key(l, r, "id-form", "id", "\"%.*s\" is no UUID: other tools expect one",
                    SHOWN(r->id));
    for (size_t i = 0; i < r->nrelated; i++) {
        static const char *const types[] = { "derived", "obsolete", "merged",
                                             "renamed", "similar",  "correlation" };
        bool known = false;
        for (size_t t = 0; t < sizeof types / sizeof *types; t++)
            known = known || slice_eq(r->related[i].type, slice_str(types[t]));
        if (!known)
            lint_at_key(l, r, "related-form", "related",
                        "related type \"%.*s\": types are derived, obsolete, merged, renamed, "
                        "similar",
                        SHOWN(r->related[i].type));
        if (!is_uuid(r->related[i].id))
            lint_at_key(l, r, "related-form", "related", "related id \"%.*s\" is no UUID",
                        SHOWN(r->related[i].id));
        else if (slice_eq_nocase(r->related[i].id, r->id))
            lint_at_key(l, r, "related-form", "related", "the rule is related to itself");
    }
}

static void check_date(struct lint *l, const struct rule *r, const char *name)
{
    const struct rule_key *k = rule_key_find(r, name);
    struct slice text = k != NULL ? slice_trim(k->text) : SLICE_ABSENT;
    /* What is no date at all was told by the loader. */
    bool read = slice_eq(name[0] == 'd' ? r->date : r->modified, text);
    if (text.n > 0 && !read && !is_date(text))
        lint_at_key(l, r, "date-form", name, "\"%.*s\" is the old form: write %.*s", SHOWN(text),
                    SHOWN(name[0] == 'd' ? r->date : r->modified));
}

static void check_dates(struct lint *l, const struct rule *r)
{
    if (blank(r->date))
        lint_at_key(l, r, "date-missing", "date", "the rule has no date: add \"date: YYYY-MM-DD\"");
    check_date(l, r, "date");
    check_date(l, r, "modified");
    if (is_date(r->date) && is_date(r->modified) && slice_cmp(r->modified, r->date) < 0)
        lint_at_key(l, r, "date-order", "modified", "modified %.*s is before the date %.*s",
                    SHOWN(r->modified), SHOWN(r->date));
}

static void check_texts(struct lint *l, const struct rule *r)
{
    if (r->status == STATUS_UNKNOWN && rule_key_find(r, "status") == NULL)
        lint_at_key(l, r, "status-missing", "status",
                    "the rule has no status: write experimental for a new one");
    if (!r->has_level && rule_key_find(r, "level") == NULL)
        lint_at_key(l, r, "level-missing", "level", "the rule has no level, taken as medium");
    if (blank(r->author))
        lint_at_key(l, r, "author-missing", "author", "the rule has no author");
    if (blank(r->description))
        lint_at_key(l, r, "description-missing", "description", "the rule has no description");
    else if (r->description.n < DESCRIPTION_SHORTEST)
        lint_at_key(l, r, "description-form", "description",
                    "a description of %zu bytes says little: write a sentence", r->description.n);
    else if (slice_eq_nocase(r->description, r->title))
        lint_at_key(l, r, "description-form", "description", "the description repeats the title");
    if (r->falsepositives.n == 0)
        lint_at_key(l, r, "falsepositives-missing", "falsepositives",
                    "no false positives are named: write Unknown where none are known");
}

static void check_references(struct lint *l, const struct rule *r)
{
    const struct slices *s = &r->references;
    for (size_t i = 0; i < s->n; i++) {
        if (!slice_starts(s->v[i], SLICE("http://")) && !slice_starts(s->v[i], SLICE("https://")) &&
            slice_find_byte(s->v[i], ' ') == SIZE_MAX)
            lint_at_key(l, r, "reference-form", "references",
                        "reference \"%.*s\" is no link: begin it with https://", SHOWN(s->v[i]));
        for (size_t k = 0; k < i; k++)
            if (slice_eq(s->v[i], s->v[k]))
                lint_at_key(l, r, "reference-duplicate", "references",
                            "reference \"%.*s\" stands twice", SHOWN(s->v[i]));
        if (i == 100) /* pairs: a list of thousands may not cost a second */
            return;
    }
}

static bool in_words(const char *words, struct slice s)
{
    struct slice rest = slice_str(words);
    while (rest.n > 0) {
        size_t end = slice_find_byte(rest, ' ');
        end = end < rest.n ? end : rest.n;
        if (slice_eq(slice_sub(rest, 0, end), s))
            return true;
        rest = slice_sub(rest, end + 1, rest.n);
    }
    return false;
}

static bool digits_from(struct slice s, size_t at, size_t least)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n >= least && at + n == s.n;
}

/* "2021-44228", "2013-05-009" */
static bool is_dashed_number(struct slice s, size_t groups)
{
    for (size_t i = 1; i < groups; i++) {
        size_t dash = slice_find_byte(s, '-');
        if (dash == SIZE_MAX || !digits_from(slice_sub(s, 0, dash), 0, 1))
            return false;
        s = slice_sub(s, dash + 1, s.n);
    }
    return digits_from(s, 0, 1);
}

static bool is_stp(struct slice s)
{
    return s.n > 0 && s.p[0] >= '1' && s.p[0] <= '5' &&
           (s.n == 1 || (s.n == 2 && (s.p[1] == 'a' || s.p[1] == 'u' || s.p[1] == 'k')));
}

/* What may stand after the namespace; NULL when it may. */
static const char *tag_fault(struct slice space, struct slice name)
{
    if (slice_eq(space, SLICE("tlp")) && !in_words("red amber amber-strict green clear", name))
        return "TLP is red, amber, amber-strict, green or clear";
    if (slice_eq(space, SLICE("stp")) && !is_stp(name))
        return "STP is 1 to 5, with a, u or k after it";
    if (slice_eq(space, SLICE("detection")) &&
        !in_words("dfir emerging-threats threat-hunting", name))
        return "detection is dfir, emerging-threats or threat-hunting";
    if (slice_eq(space, SLICE("cve")) && !is_dashed_number(name, 2))
        return "write cve.YYYY-NNNN";
    if (slice_eq(space, SLICE("car")) && !is_dashed_number(name, 3))
        return "write car.YYYY-MM-NNN";
    return NULL;
}

static bool is_tag_text(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.')
            return false;
    }
    return s.n > 0;
}

static void check_tag(struct lint *l, const struct rule *r, struct slice tag)
{
    size_t dot = slice_find_byte(tag, '.');
    struct slice space = slice_sub(tag, 0, dot < tag.n ? dot : tag.n);
    struct slice name = dot < tag.n ? slice_sub(tag, dot + 1, tag.n) : SLICE_ABSENT;
    const char *fault = tag_fault(space, name);
    if (!is_tag_text(tag) || name.n == 0 || space.n == 0)
        fault = "write namespace.name in lower case, without blanks";
    else if (!in_words("attack car cve d3fend detection stp tlp", space))
        fault = "namespaces are attack, car, cve, d3fend, detection, stp, tlp";
    else if (slice_eq(space, SLICE("attack")) && slice_find_byte(name, '_') != SIZE_MAX)
        fault = "write tactics with a hyphen instead of the underscore";
    if (fault != NULL)
        lint_at_key(l, r, "tag-form", "tags", "tag \"%.*s\": %s", SHOWN(tag), fault);
}

static void check_tags(struct lint *l, const struct rule *r)
{
    if (r->tags.n == 0)
        lint_at_key(l, r, "tags-missing", "tags",
                    "the rule has no tags: name tactic and technique");
    for (size_t i = 0; i < r->tags.n && i < 200; i++) {
        check_tag(l, r, r->tags.v[i]);
        for (size_t k = 0; k < i; k++)
            if (slice_eq(r->tags.v[i], r->tags.v[k]))
                lint_at_key(l, r, "tag-duplicate", "tags", "tag \"%.*s\" stands twice",
                            SHOWN(r->tags.v[i]));
    }
}

/* Names in upper case or with blanks break scripts of those who share rules. */
static void check_file(struct lint *l, const struct rule *r)
{
    struct slice name = r->file;
    for (size_t at; (at = slice_find_byte(name, '/')) != SIZE_MAX;)
        name = slice_sub(name, at + 1, name.n);
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')
            continue;
        lint_add(l, r, "file-name", r->line, 1,
                 "file names have lower-case letters, digits and _ only");
        return;
    }
}

void lint_meta(struct lint *l, const struct rule *r)
{
    check_file(l, r);
    check_title(l, r);
    check_id(l, r);
    check_texts(l, r);
    check_dates(l, r);
    check_references(l, r);
    check_tags(l, r);
}
