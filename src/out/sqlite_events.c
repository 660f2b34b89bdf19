/* sqlite_events.c - events as tables of a database (database.h).
 *
 * `event` holds what every event has, `field` each of its fields in order, System's under the names
 * that rules use. The key of `field` begins with the event, so that all of an event lies together.
 * May include base/, event/, this folder. */
#include "base/filetime.h"
#include "base/mem.h"
#include "event/rows.h"
#include "out/database.h"

static const char schema[] =
    "CREATE TABLE event (id INTEGER PRIMARY KEY, time INTEGER, time_created TEXT, computer TEXT, "
    "channel TEXT, provider TEXT, event_id INTEGER, record_id INTEGER, source_file TEXT, "
    "source_offset INTEGER, source_chunk INTEGER, record_number INTEGER, origin TEXT, cut INTEGER);"
    "CREATE TABLE field (event_id INTEGER NOT NULL REFERENCES event (id), ord INTEGER NOT NULL, "
    "name TEXT NOT NULL, value TEXT, PRIMARY KEY (event_id, ord)) WITHOUT ROWID;";

static const char *const statements[] = {
    "INSERT INTO event (time, time_created, computer, channel, provider, event_id, record_id, "
    "source_file, source_offset, source_chunk, record_number, origin, cut) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    "INSERT INTO field (event_id, ord, name, value) VALUES (?1, ?2, ?3, ?4)", NULL
};

enum { ADD_EVENT, ADD_FIELD };

struct event_database {
    struct database *d;
};

int event_database_open(struct output *out, struct event_database **ret, struct ev_err *err)
{
    struct event_database *e = xcalloc(1, sizeof *e);
    int rc = database_open(out, schema, statements, &e->d, err);

    if (rc < 0) {
        free(e);
        return rc;
    }
    *ret = e;
    return EV_OK;
}

static int write_event(struct database *d, const struct event_row *r, struct ev_err *err)
{
    char time[FILETIME_TEXT];
    size_t n = r->time ? filetime_iso(r->time, time) : 0;

    database_number(d, ADD_EVENT, 1, r->time != 0, r->time);
    database_text(d, ADD_EVENT, 2, n ? slice_of(time, n) : SLICE_ABSENT);
    database_text(d, ADD_EVENT, 3, r->computer);
    database_text(d, ADD_EVENT, 4, r->channel);
    database_text(d, ADD_EVENT, 5, r->provider);
    database_number(d, ADD_EVENT, 6, r->has_event_id, r->event_id);
    database_number(d, ADD_EVENT, 7, r->has_record_id, r->record_id);
    database_text(d, ADD_EVENT, 8, r->file);
    database_number(d, ADD_EVENT, 9, true, r->offset);
    database_number(d, ADD_EVENT, 10, true, r->chunk);
    database_number(d, ADD_EVENT, 11, true, r->record_number);
    database_text(d, ADD_EVENT, 12, slice_str(origin_name(r->origin)));
    database_number(d, ADD_EVENT, 13, true, r->cut);
    return database_step(d, ADD_EVENT, err);
}

static int write_fields(struct database *d, struct rd *r, uint32_t n, struct ev_err *err)
{
    int64_t event = database_last_row(d);
    struct slice name, value;
    int rc = EV_OK;

    for (uint32_t i = 0; rc == EV_OK && i < n && rows_field(r, &name, &value); i++) {
        database_number(d, ADD_FIELD, 1, true, (uint64_t)event);
        database_number(d, ADD_FIELD, 2, true, i);
        database_text(d, ADD_FIELD, 3, name.p ? name : SLICE(""));
        database_text(d, ADD_FIELD, 4, value);
        rc = database_step(d, ADD_FIELD, err);
    }
    return rc;
}

int event_database_write(struct event_database *e, struct slice rows, struct ev_err *err)
{
    struct rd r = rd_init(rows);
    struct event_row row;
    int rc = EV_OK;

    while (rc == EV_OK && rows_next(&r, &row)) {
        rc = write_event(e->d, &row, err);
        if (rc == EV_OK)
            rc = write_fields(e->d, &r, row.nfield, err);
    }
    return rc;
}

int event_database_finish(struct event_database *e, struct ev_err *err)
{
    return database_finish(e->d, "CREATE INDEX event_kind ON event (channel, event_id)", err);
}

void event_database_free(struct event_database *e)
{
    if (e)
        database_free(e->d);
    free(e);
}
