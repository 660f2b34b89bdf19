#include "app/command.h"

const struct command commands[] = {
    { "scan", C_SCAN, "[OPTION]... PATH...", "match event logs against rules, write a timeline",
      cmd_scan },
    { "dump", C_DUMP, "[OPTION]... PATH...", "write events as they are: XML, JSON lines or CSV",
      cmd_dump },
    { "verify", C_VERIFY, "[OPTION]... PATH...",
      "examine logs as files: structure, checksums, gaps, signs of tampering", cmd_verify },
    { "rules", C_RULES, "check|list|show|card|export|navigator|test [OPTION]... [PATH]...",
      "check rules, list or show them, make pages and queries of them, run their own tests",
      cmd_rules },
    { "coverage", C_COVERAGE, "[OPTION]... PATH...",
      "say which rules this evidence could have fired, and why not", cmd_coverage },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command *command_find(const char *name)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}
