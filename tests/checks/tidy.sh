#!/usr/bin/env bash
# Looks at our C++ files with clang-tidy, clang's warnings and its thread safety analysis.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/tidy.sh [FILE...]

Looks at the .cc files that are named, or at all of ours, and at the headers that
they include. Nothing is compiled but what comes from the protos.
TEXT
}

if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  usage
  exit 0
fi
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools=$PWD/build/tools/clang-tidy
version=23.1.4

# Debian 12 has clang-tidy 14, which takes six times as long: it looks at the headers of the
# system, too. PyPI's package holds the program itself.
if ! "$tools/bin/clang-tidy" --version 2>/dev/null | grep -qF "version $version"; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet "clang-tidy==$version"
fi

cmake --preset tidy >/dev/null
# Our files include the headers that this generates.
cmake --build --preset tidy -- --quiet generated

files=("$@")
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files 'bench/*.cc' 'clients/*.cc' 'server/*.cc' 'tests/*.cc')
fi
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 1 "$tools/bin/clang-tidy" --quiet -p build/tidy 2> >(
    grep -vE '^[0-9]+ warnings? (and [0-9]+ errors? )?generated|^Suppressed|^Use -header|^\[1/1\]' >&2
  )
