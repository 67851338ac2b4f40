#!/usr/bin/env bash
# Checks what the files of the repository may include and that each fact stands in one of them.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/rules.sh [DIRECTORY]

Checks this repository, or the one in DIRECTORY, by the rules in tests/rules/table.py:
who may include whom, which folder may include which library, no file of more than
300 lines, no function defined twice, each fact in one place. In documents: every
link leads to a file and a heading, or to a known host; docs/README.md leads to every
page of docs; every block of commands is run by a test, or says why not; every test that
they name exists; README.md has at most 200 lines. Prints each breach as
`file:line: reason`; the last line says how many rules hold.
TEXT
}

if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  usage
  exit 0
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 -B "$here/rules" "${1:-$here/..}"
