/* gen_completions.c - completions of the shells, from options.def and the table of commands.
 *
 * Usage: gen_completions bash|zsh|fish, prints the file. A program of the build, not installed. */
#include <stdio.h>

#include "app/command.h"

/* What may be typed after an option, where that is not a file. Levels and statuses are the rules'. */
struct choices {
    const char *option, *words;
};
static const struct choices known[] = {
    { "require", "full" },
    { "format", "csv jsonl html table xml json tsv text md" },
    { "source", "Sysmon/1 Security/4688 Security/4688-no-command-line Security/4688-no-parent" },
    { "dialect", "current atc-2020" },
    { "target", "es-qs xpack-watcher graylog splunk logpoint grep" },
    { "decoder", "native libevtx" },
    { "matcher", "indexed naive" },
    { "color", "auto always never" },
    { "status", "stable test experimental deprecated unsupported" },
};
static const char levels[] = "informational low medium high critical";

static const char *words_of(const struct option_row *r)
{
    if (r->kind == LEVEL)
        return levels;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].option, r->name) == 0)
            return known[i].words;
    return NULL;
}

static bool wants_file(const struct option_row *r)
{
    return strcmp(r->argument, "FILE") == 0 || strcmp(r->argument, "PATH") == 0 ||
           strcmp(r->argument, "DIR") == 0 || strcmp(r->argument, "FOLDER") == 0;
}

/* The rows that a command takes; an alias stands for the row before it. */
typedef void row_fn(const struct option_row *as, const struct option_row *of, const char *command);

static void each_row(const struct command *c, row_fn *fn)
{
    size_t n;
    const struct option_row *r = options_rows(&n), *of = NULL;

    for (size_t i = 0; i < n; i++) {
        if (r[i].group)
            continue;
        of = r[i].alias ? of : &r[i];
        if (of && (!c || (of->commands & c->bit)))
            fn(&r[i], of, c ? c->name : "");
    }
}

/* "check|list ..." of the usage: the actions of a command; 0 when it has none. */
static size_t actions_of(const struct command *c)
{
    return c->usage[0] == '[' ? 0 : strcspn(c->usage, " ");
}

static void print_actions(const struct command *c)
{
    for (size_t i = 0; i < actions_of(c); i++)
        putchar(c->usage[i] == '|' ? ' ' : c->usage[i]);
}

static void print_commands(void)
{
    for (const struct command *c = commands; c->name; c++)
        printf("%s%s", c == commands ? "" : " ", c->name);
}

/* --- bash --- */

static void bash_names(const struct option_row *as, const struct option_row *of,
                       const char *command)
{
    (void)command;
    (void)of;
    printf(" --%s", as->name);
    if (as->letter)
        printf(" -%c", as->letter);
}

static void bash_value(const struct option_row *as, const struct option_row *of,
                       const char *command)
{
    (void)command;
    if (of->kind == FLAG)
        return;
    printf("    --%s", as->name);
    if (as->letter)
        printf(" | -%c", as->letter);
    puts(")");
    if (words_of(of))
        printf("        COMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n", words_of(of));
    else if (wants_file(of))
        puts("        compopt -o filenames\n        COMPREPLY=($(compgen -f -- \"$cur\"))");
    puts("        return\n        ;;");
}

static void print_bash(void)
{
    puts("# Completion of evtriage for bash; made from options.def.\n"
         "_evtriage()\n{\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words\n"
         "    # --option=value comes as three words\n"
         "    if [[ $cur == = ]]; then\n        cur=\n"
         "    elif [[ $prev == = ]]; then\n        prev=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
         "    COMPREPLY=()\n"
         "    if ((COMP_CWORD == 1)); then");
    printf("        COMPREPLY=($(compgen -W '");
    print_commands();
    puts(" --help --version' -- \"$cur\"))\n        return\n    fi\n    case $prev in");
    each_row(NULL, bash_value);
    puts("    esac\n    case ${COMP_WORDS[1]} in");
    for (const struct command *c = commands; c->name; c++) {
        printf("    %s)\n        words='", c->name);
        each_row(c, bash_names);
        puts("'\n        ;;");
    }
    puts("    *) return ;;\n    esac\n"
         "    if [[ $cur == -* ]]; then\n"
         "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n        return\n    fi");
    for (const struct command *c = commands; c->name; c++) {
        if (!actions_of(c))
            continue;
        printf("    if ((COMP_CWORD == 2)) && [[ ${COMP_WORDS[1]} == %s ]]; then\n"
               "        COMPREPLY=($(compgen -W '",
               c->name);
        print_actions(c);
        puts("' -- \"$cur\"))\n        return\n    fi");
    }
    puts("    compopt -o filenames\n    COMPREPLY=($(compgen -f -- \"$cur\"))\n}\n"
         "complete -F _evtriage evtriage");
}

/* --- zsh --- */

/* Text of a specification: in single quotes; brackets and colons have a meaning there. */
static void zsh_text(const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *s))
            printf("\\%c", *s);
        else
            putchar(*s);
    }
}

static void zsh_spec(const char *dashes, const char *name, const struct option_row *of)
{
    printf("                '%s%s%s%s[", of->kind == LIST ? "*" : "", dashes, name,
           of->kind == FLAG      ? ""
           : strlen(dashes) == 2 ? "="
                                 : "+");
    zsh_text(of->help);
    putchar(']');
    if (of->kind != FLAG) {
        putchar(':');
        zsh_text(of->argument);
        putchar(':');
        if (words_of(of))
            printf("(%s)", words_of(of));
        else if (wants_file(of))
            printf("_files");
    }
    puts("' \\");
}

static void zsh_row(const struct option_row *as, const struct option_row *of, const char *command)
{
    const char letter[] = { (char)as->letter, '\0' };

    (void)command;
    zsh_spec("--", as->name, of);
    if (as->letter)
        zsh_spec("-", letter, of);
}

static void print_zsh(void)
{
    puts("#compdef evtriage\n# Completion of evtriage for zsh; made from options.def.\n"
         "_evtriage() {\n    if ((CURRENT == 2)); then\n        local -a commands=(");
    for (const struct command *c = commands; c->name; c++) {
        printf("            '%s:", c->name);
        zsh_text(c->summary);
        puts("'");
    }
    puts("        )\n        _describe command commands\n        return\n    fi\n"
         "    shift words\n    ((CURRENT--))\n    case $words[1] in");
    for (const struct command *c = commands; c->name; c++) {
        printf("        %s)\n            _arguments -s -S \\\n", c->name);
        each_row(c, zsh_row);
        if (actions_of(c)) {
            printf("                '1:action:(");
            print_actions(c);
            puts(")' \\");
        }
        puts("                '*:path:_files'\n            ;;");
    }
    puts("    esac\n}\n_evtriage \"$@\"");
}

/* --- fish --- */

static void fish_text(const char *s)
{
    for (; *s; s++) {
        if (*s == '\'' || *s == '\\')
            putchar('\\');
        putchar(*s);
    }
}

static void fish_row(const struct option_row *as, const struct option_row *of, const char *command)
{
    printf("complete -c evtriage -n '__fish_seen_subcommand_from %s' -l %s", command, as->name);
    if (as->letter)
        printf(" -s %c", as->letter);
    if (of->kind != FLAG && words_of(of))
        printf(" -x -a '%s'", words_of(of));
    else if (of->kind != FLAG)
        printf(wants_file(of) ? " -r -F" : " -x");
    printf(" -d '");
    fish_text(of->help);
    puts("'");
}

static void print_fish(void)
{
    puts("# Completion of evtriage for fish; made from options.def.");
    for (const struct command *c = commands; c->name; c++) {
        printf("complete -c evtriage -f -n __fish_use_subcommand -a %s -d '", c->name);
        fish_text(c->summary);
        puts("'");
    }
    for (const struct command *c = commands; c->name; c++) {
        each_row(c, fish_row);
        if (!actions_of(c))
            continue;
        printf("complete -c evtriage -f -n '__fish_seen_subcommand_from %s; and not "
               "__fish_seen_subcommand_from ",
               c->name);
        print_actions(c);
        printf("' -a '");
        print_actions(c);
        puts("'");
    }
}

int main(int argc, char **argv)
{
    const char *shell = argc == 2 ? argv[1] : "";

    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else {
        fputs("usage: gen_completions bash|zsh|fish\n", stderr);
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
