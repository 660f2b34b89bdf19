/* options.h - the command line as a struct, from options.def.
 *
 * Rank: base/, rule/ (levels). */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "base/err.h"
#include "rule/rule.h"

enum command_bit { C_SCAN = 1, C_RULES = 2, C_DUMP = 4, C_VERIFY = 8, C_COVERAGE = 16 };

struct option_list {
    const char **v;
    size_t n;
};

struct option_ids {
    uint32_t *v;
    size_t n;
};

typedef bool option_FLAG;
typedef const char *option_STRING;
typedef struct option_list option_LIST;
typedef enum rule_level option_LEVEL;
typedef uint64_t option_TIME; /* FILETIME */
typedef uint64_t option_SIZE; /* bytes */
typedef uint32_t option_COUNT;
typedef struct option_ids option_IDS;

struct options {
#define GROUP(commands, title)
#define ALIAS(member, letter, name)
#define OPT(member, letter, name, kind, argument, commands, help) option_##kind member;
#include "app/options.def"
#undef OPT
#define OPT(member, letter, name, kind, argument, commands, help) bool has_##member;
#include "app/options.def"
#undef OPT
#undef ALIAS
#undef GROUP
    struct option_list argument; /* what is no option */
    char *const *argv;           /* the whole command line, for the manifest; set by the caller */
    size_t argc;
};

enum option_kind { FLAG, STRING, LIST, LEVEL, TIME, SIZE, COUNT, IDS };

/* One row, for those who print it. */
struct option_row {
    const char *group; /* a heading; all else is empty then */
    const char *name;
    int letter; /* 0: none */
    enum option_kind kind;
    const char *argument;
    unsigned commands;
    const char *help;
    bool alias; /* kind, argument, commands and help are those of the row that it stands after */
};

/* All rows in the order of the file. *ret_n of them; static. */
const struct option_row *options_rows(size_t *ret_n);

/* Parses argv[1..] for one command. now: FILETIME that -30d counts from. EV_EUSAGE with what is
 * wrong and how it is meant. Released with options_release also after failure. */
int options_parse(int argc, char *const *argv, unsigned command, uint64_t now, struct options *ret,
                  struct ev_err *err);
void options_release(struct options *o);

#endif
