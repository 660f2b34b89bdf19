/* grid.h - small tables of text on a terminal, by libsmartcols.
 *
 * For listings that are not rows of a timeline (those are table.c). Cells are cut to the width of
 * the terminal where their column allows it; control characters become control pictures.
 * Rank: base/. */
#ifndef OUT_GRID_H
#define OUT_GRID_H

#include "base/buf.h"
#include "base/err.h"

struct grid;

enum grid_flag { GRID_RIGHT = 1, GRID_CUT = 2, GRID_WRAP = 4 };

struct grid_column {
    const char *name;
    double width; /* below 1: part of the line; 0: as wide as its cells */
    unsigned flags;
};

/* width: of the terminal; 0: there is none, 240. EV_ENOMEM. */
int grid_new(const struct grid_column *column, size_t n, unsigned width, struct grid **ret,
             struct ev_err *err);
void grid_free(struct grid *g);
/* Before the first line: blanks before each line, and whether grid_paint does anything. */
void grid_style(struct grid *g, unsigned indent, bool color);
/* A line; cells fill from the left. Memory that ends is told by grid_print. */
void grid_line(struct grid *g);
void grid_text(struct grid *g, struct slice s);
void grid_number(struct grid *g, uint64_t n);
/* "2020-02-18 10:11:12Z"; "-" for 0. */
void grid_time(struct grid *g, uint64_t t);
/* Color of the cell that was filled last, by name ("red"). */
void grid_paint(struct grid *g, const char *color);
/* Appends the table; nothing when it has no line. */
int grid_print(struct grid *g, struct buf *out, struct ev_err *err);

/* The time as grid_time writes it, appended. */
void put_second(struct buf *out, uint64_t t);

#endif
