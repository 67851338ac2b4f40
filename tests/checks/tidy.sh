#!/usr/bin/env bash
# Looks at our C++ files with clang-tidy, clang's warnings and its thread safety analysis.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/tidy.sh [--every] [FILE...]
       tests/checks/tidy.sh --record

Looks at the .cc files that are named, or at all of ours, and at the headers that
they include; not again at what has not changed since it was clean, here or at the
commit that tests/checks/tidy_baseline.json names. Nothing is compiled but what
comes from the protos.

  --every   look at unchanged files too
  --record  name the current commit there, if all files are clean
TEXT
}

which=changed
case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
  --every)
    which=all
    shift
    ;;
  --record)
    if (($# > 1)); then
      echo "error: --record is about all files, not about '$2'" >&2
      exit 2
    fi
    which=record
    shift
    ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support/process/pypi_program.sh

# Debian 12's clang-tidy 14 takes six times as long: it looks at the headers of the system, too.
pypi_program clang-tidy 23.1.4
cmake --preset tidy >/dev/null
# Our files include the headers that this generates.
cmake --build --preset tidy -- --quiet generated

files=("$@")
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files 'bench/*.cc' 'clients/*.cc' 'server/*.cc' 'tests/*.cc')
fi
python3 -B tests/checks/tidy.py "$program" "$which" "${files[@]}"
