#!/usr/bin/env bash
# Looks at our C++ files with clang-tidy, clang's warnings and its thread safety analysis.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/tidy.sh [FILE...]

Looks at the .cc files that are named, or at all of ours, and at the headers that
they include. Nothing is compiled but what comes from the protos.
TEXT
}

if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  usage
  exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmake --preset tidy >/dev/null
# Our files include the headers that this generates.
cmake --build --preset tidy -- --quiet generated

files=("$@")
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files 'bench/*.cc' 'clients/*.cc' 'server/*.cc' 'tests/*.cc')
fi
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/tidy 2> >(
    grep -vE '^[0-9]+ warnings? (and [0-9]+ errors? )?generated|^Suppressed|^Use -header' >&2
  )
