#!/bin/sh
# shells.sh - what bash, zsh and fish offer after the beginning of a command line. Prints TAP.
dir=${builddir:-build}/completions
n=0

result() { # NAME GOT WANT: every word of WANT is among those of GOT, and no word of WANT begins with !
    n=$((n + 1))
    for word in $3; do
        case $word in
        !*) ! printf '%s\n' "$2" | tr ' \t' '\n\n' | grep -qxF -e "${word#!}" || { echo "# offers ${word#!}"; echo "not ok $n - $1"; return; } ;;
        *) printf '%s\n' "$2" | tr ' \t' '\n\n' | grep -qxF -e "$word" || { echo "# got: $2"; echo "# misses $word"; echo "not ok $n - $1"; return; } ;;
        esac
    done
    echo "ok $n - $1"
}

skip() {
    n=$((n + 1))
    echo "ok $n - $1 # SKIP $2"
}

# The words of a command line, the last one being completed.
in_bash() {
    bash -c '
        compopt() { :; } # works during a completion only
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _evtriage; echo "${COMPREPLY[@]}"' - "$dir/evtriage" "$@"
}

echo 1..9
if command -v bash >/dev/null; then
    result "bash offers commands" "$(in_bash evtriage '')" "scan dump rules --help"
    result "bash offers the options of a command" "$(in_bash evtriage scan --)" "--rules --output --fail-on !--dialect"
    result "bash offers levels" "$(in_bash evtriage scan --level '')" "informational low medium high critical"
    result "bash offers what follows an equals sign" "$(in_bash evtriage scan --decoder = n)" "native !libevtx"
    result "bash offers actions" "$(in_bash evtriage rules '')" "check list show test"
    result "bash offers files" "$(in_bash evtriage scan -o "$srcdir/READ")" "$srcdir/README.md"
else
    for what in commands options levels "equals sign" actions files; do skip "bash offers $what" "no bash"; done
fi
if command -v zsh >/dev/null; then
    result "zsh reads its file" "$(zsh -f -n "$dir/_evtriage" 2>&1 && echo fine)" fine
else
    skip "zsh reads its file" "no zsh"
fi
if command -v fish >/dev/null; then
    fish_says=$(HOME=$(mktemp -d) fish --no-config -c "source $dir/evtriage.fish; complete -C 'evtriage scan --de'; complete -C 'evtriage rules '" 2>&1)
    result "fish offers options" "$fish_says" "--decoder !--dialect"
    result "fish offers actions" "$fish_says" "check show"
else
    skip "fish offers options" "no fish"
    skip "fish offers actions" "no fish"
fi
