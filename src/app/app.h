/* app.h - the command line program as one call.
 *
 * Rank: app/ may include every room. */
#ifndef EVTRIAGE_APP_APP_H
#define EVTRIAGE_APP_APP_H

/* Runs the program with main()'s arguments and returns its exit code. */
int app_run(int argc, char **argv);

#endif
