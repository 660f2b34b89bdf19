/* carried.c - which fields a source can tell at all.
 *
 * All facts stand in source.def. Look-ups walk its texts: matchers ask once per test when they are
 * built, nobody asks per event.
 * May include base/ only. */
#include "event/carried.h"

#include "event/twin.h"

#define SOURCES_MOST 6

enum source {
    SOURCE_END, /* of a category's list */
#define SOURCE(id, name, fields) id,
#define CATEGORY(name, ...)
#include "event/source.def"
#undef SOURCE
#undef CATEGORY
    SOURCE_COUNT
};

static const char *const source_fields[SOURCE_COUNT] = {
#define SOURCE(id, name, fields) [id] = fields,
#define CATEGORY(name, ...)
#include "event/source.def"
#undef SOURCE
#undef CATEGORY
};

static const char *const source_names[SOURCE_COUNT] = {
#define SOURCE(id, name, fields) [id] = name,
#define CATEGORY(name, ...)
#include "event/source.def"
#undef SOURCE
#undef CATEGORY
};

static const struct {
    struct slice name;
    enum source source[SOURCES_MOST];
} categories[] = {
#define SOURCE(id, name, fields)
#define CATEGORY(name, ...) { SLICE_INIT(name), { __VA_ARGS__ } },
#include "event/source.def"
#undef SOURCE
#undef CATEGORY
};

const char *shape_name(enum shape s)
{
    static const char *const name[SHAPE_COUNT] = {
        [SHAPE_SYSMON_1] = "Sysmon/1",
        [SHAPE_4688] = "Security/4688",
        [SHAPE_4688_NO_COMMAND_LINE] = "Security/4688-no-command-line",
        [SHAPE_4688_NO_PARENT] = "Security/4688-no-parent",
    };

    return name[s];
}

/* Is word one of the words of list? */
static bool has_word(const char *list, struct slice word)
{
    struct slice left = slice_str(list);
    size_t at = 0;

    if (word.n == 0 || slice_find_byte(word, ' ') != SIZE_MAX)
        return false;
    /* Asked hundreds of thousands of times while rules are judged: the search is the library's. */
    for (; (at = slice_find(left, word)) != SIZE_MAX; left = slice_sub(left, at + 1, left.n)) {
        const bool begins = left.p + at == (const uint8_t *)list || left.p[at - 1] == ' ';
        const bool ends = at + word.n == left.n || left.p[at + word.n] == ' ';

        if (begins && ends)
            return true;
    }
    return false;
}

bool category_carries(struct slice category, struct slice field)
{
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
        if (!slice_eq(categories[i].name, category))
            continue;
        for (size_t k = 0; k < SOURCES_MOST && categories[i].source[k] != SOURCE_END; k++)
            if (has_word(source_fields[categories[i].source[k]], field))
                return true;
        return false;
    }
    return false;
}

static enum source source_at(struct slice category, size_t n)
{
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        if (slice_eq(categories[i].name, category))
            return n < SOURCES_MOST ? categories[i].source[n] : SOURCE_END;
    return SOURCE_END;
}

const char *category_source(struct slice category, size_t n)
{
    enum source s = source_at(category, n);

    return s == SOURCE_END || source_names[s][0] == '\0' ? NULL : source_names[s];
}

bool category_source_carries(struct slice category, size_t n, struct slice field)
{
    enum source s = source_at(category, n);

    return field_is_system(field) || (s != SOURCE_END && has_word(source_fields[s], field));
}

bool field_is_system(struct slice field)
{
    static const char system[] =
        "Provider_Name Provider_Guid Provider_EventSourceName EventID EventID_Qualifiers Version "
        "Level Task Opcode Keywords TimeCreated_SystemTime EventRecordID Correlation_ActivityID "
        "Correlation_RelatedActivityID Execution_ProcessID Execution_ThreadID Channel Computer "
        "Security_UserID";

    return has_word(system, field);
}

bool shape_carries(enum shape s, struct slice field)
{
    if (field_is_system(field))
        return true;
    if (s == SHAPE_SYSMON_1)
        return has_word(source_fields[SYSMON_1], field);
    if (s == SHAPE_4688_NO_COMMAND_LINE && slice_eq(field, SLICE("CommandLine")))
        return false;
    if (s == SHAPE_4688_NO_PARENT && has_word("ParentImage ParentProcessName", field))
        return false;
    return has_word(source_fields[SECURITY_4688], field);
}

/* CommandLine stands empty where auditing of command lines is off, ParentProcessName where Windows
 * did not know the parent: neither says that there was none. */
bool field_silent(struct event *twin, uint32_t id)
{
    struct slice text;
    size_t i = event_find(twin, id, 0);

    if (i == SIZE_MAX)
        return true;
    if (id != FIELD_COMMANDLINE && id != FIELD_PARENTIMAGE && id != FIELD_PARENTPROCESSNAME)
        return false;
    if (!event_is_4688(twin))
        return false;
    text = event_text(twin, i);
    return text.n == 0 || slice_eq(text, SLICE("-"));
}

bool field_unknown(struct event *twin, struct slice category, struct slice field, uint32_t id)
{
    return category_carries(category, field) && field_silent(twin, id);
}
