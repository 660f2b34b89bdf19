/* database.h - a SQLite database as an output: a file that is there complete or not at all.
 *
 * SQLite writes to the temporary name of an output (output.h), without a journal of its own: until
 * the commit nobody reads it. Nothing of SQLite appears here. Where evtriage was built without it,
 * opening says so.
 * Rank: base/, output.h. */
#ifndef OUT_DATABASE_H
#define OUT_DATABASE_H

#include "out/output.h"

struct database;

/* Makes the tables of schema and prepares the statements, nstatement of them, ended by NULL.
 * EV_EUNSUPPORTED without SQLite; EV_EUSAGE when the output is no file; EV_EIO. Borrows out. */
int database_open(struct output *out, const char *schema, const char *const *statement,
                  struct database **ret, struct ev_err *err);
/* NULL is fine. */
void database_free(struct database *d);

/* Values for the statement at that index, from 0. Texts are borrowed until database_step. */
void database_text(struct database *d, size_t statement, int at, struct slice s);
void database_number(struct database *d, size_t statement, int at, bool has, uint64_t n);
/* Runs it; the values are forgotten. EV_EIO. */
int database_step(struct database *d, size_t statement, struct ev_err *err);
/* The key of the row inserted last. */
int64_t database_last_row(const struct database *d);

/* Runs SQL behind the last row (indexes), ends the transaction and closes the file, which the
 * caller then commits. */
int database_finish(struct database *d, const char *sql, struct ev_err *err);

/* Events as rows of the tables event and field (evtriage-output(5)). */
struct event_database;
int event_database_open(struct output *out, struct event_database **ret, struct ev_err *err);
/* Bytes of rows.h, whole events. */
int event_database_write(struct event_database *d, struct slice rows, struct ev_err *err);
int event_database_finish(struct event_database *d, struct ev_err *err);
void event_database_free(struct event_database *d);

#endif
