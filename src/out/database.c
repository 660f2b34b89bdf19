/* database.c - see database.h. The only file that includes SQLite.
 *
 * May include base/, event/, sqlite3. */
#include "out/database.h"

#ifdef HAVE_SQLITE3

#include <sqlite3.h>

#include "base/mem.h"

#define STATEMENTS_MOST 4

struct database {
    sqlite3 *db;
    sqlite3_stmt *statement[STATEMENTS_MOST];
    struct output *out;
};

static int fail(const struct database *d, struct ev_err *err)
{
    return ev_err_set(err, EV_EIO, "cannot write %s: %s", output_path(d->out),
                      d->db ? sqlite3_errmsg(d->db) : "no memory");
}

static int run(struct database *d, const char *sql, struct ev_err *err)
{
    return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK ? EV_OK : fail(d, err);
}

static int prepare(struct database *d, const char *const *statement, struct ev_err *err)
{
    for (size_t i = 0; i < STATEMENTS_MOST && statement[i]; i++)
        if (sqlite3_prepare_v2(d->db, statement[i], -1, &d->statement[i], NULL) != SQLITE_OK)
            return fail(d, err);
    return EV_OK;
}

int database_open(struct output *out, const char *schema, const char *const *statement,
                  struct database **ret, struct ev_err *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    struct database *d;
    int rc;

    if (!output_temporary(out))
        return ev_err_set(err, EV_EUSAGE,
                          "%s: a database is written to a file, not to a pipe or a terminal",
                          output_path(out));
    d = xcalloc(1, sizeof *d);
    d->out = out;
    if (sqlite3_open_v2(output_temporary(out), &d->db, flags, NULL) != SQLITE_OK)
        rc = fail(d, err);
    else
        rc = run(d,
                 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;"
                 "PRAGMA locking_mode = EXCLUSIVE; PRAGMA encoding = 'UTF-8'; BEGIN;",
                 err);
    if (rc == EV_OK)
        rc = run(d, schema, err);
    if (rc == EV_OK)
        rc = prepare(d, statement, err);
    if (rc < 0) {
        database_free(d);
        return rc;
    }
    *ret = d;
    return EV_OK;
}

static void close_all(struct database *d)
{
    for (size_t i = 0; i < STATEMENTS_MOST; i++) {
        sqlite3_finalize(d->statement[i]);
        d->statement[i] = NULL;
    }
    sqlite3_close(d->db);
    d->db = NULL;
}

void database_free(struct database *d)
{
    if (!d)
        return;
    close_all(d);
    free(d);
}

void database_text(struct database *d, size_t statement, int at, struct slice s)
{
    if (s.p)
        sqlite3_bind_text64(d->statement[statement], at, (const char *)s.p, s.n, SQLITE_STATIC,
                            SQLITE_UTF8);
    else
        sqlite3_bind_null(d->statement[statement], at);
}

/* SQLite's integers have a sign: what does not fit becomes negative, as two's complement. */
void database_number(struct database *d, size_t statement, int at, bool has, uint64_t n)
{
    if (has)
        sqlite3_bind_int64(d->statement[statement], at, (sqlite3_int64)n);
    else
        sqlite3_bind_null(d->statement[statement], at);
}

int database_step(struct database *d, size_t statement, struct ev_err *err)
{
    int state = sqlite3_step(d->statement[statement]);
    int rc = state == SQLITE_DONE ? EV_OK : fail(d, err);

    sqlite3_reset(d->statement[statement]);
    sqlite3_clear_bindings(d->statement[statement]);
    return rc;
}

int64_t database_last_row(const struct database *d)
{
    return sqlite3_last_insert_rowid(d->db);
}

int database_finish(struct database *d, const char *sql, struct ev_err *err)
{
    int rc = run(d, sql, err);

    if (rc == EV_OK)
        rc = run(d, "COMMIT", err);
    close_all(d);
    return rc == EV_OK ? output_adopt(d->out, err) : rc;
}

#else

struct database {
    char none;
};

int database_open(struct output *out, const char *schema, const char *const *statement,
                  struct database **ret, struct ev_err *err)
{
    (void)schema;
    (void)statement;
    (void)ret;
    return ev_err_set(err, EV_EUSAGE,
                      "%s: this evtriage was built without SQLite; install libsqlite3-dev, then "
                      "configure and build again",
                      output_path(out));
}

void database_free(struct database *d)
{
    (void)d;
}

void database_text(struct database *d, size_t statement, int at, struct slice s)
{
    (void)d;
    (void)statement;
    (void)at;
    (void)s;
}

void database_number(struct database *d, size_t statement, int at, bool has, uint64_t n)
{
    (void)d;
    (void)statement;
    (void)at;
    (void)has;
    (void)n;
}

int database_step(struct database *d, size_t statement, struct ev_err *err)
{
    (void)d;
    (void)statement;
    return ev_err_set(err, EV_EUNSUPPORTED, "built without SQLite");
}

int64_t database_last_row(const struct database *d)
{
    (void)d;
    return 0;
}

int database_finish(struct database *d, const char *sql, struct ev_err *err)
{
    (void)d;
    (void)sql;
    return ev_err_set(err, EV_EUNSUPPORTED, "built without SQLite");
}

#endif
