#!/usr/bin/env bash
# Says how much of server/ the tests reach.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/coverage.sh [--report]

Builds the preset `coverage`, runs its tests and prints how many lines and
branches of server/ they reach: by folder, and of the files with the largest
gaps. Generated code and main.cc are left out. A page for each file goes to
build/coverage/html. Fails below 95 % of lines or 85 % of branches.

  --report  only print what the last run has reached
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
run=true
case "${1:-}" in
  '') ;;
  --report) run=false ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

build=build/coverage
profiles=$build/profiles
if $run; then
  deploy/install-packages.sh test coverage
  cmake --preset coverage >/dev/null
  cmake --build --preset coverage
  rm -rf "$profiles"
  # Each program adds to a few files of its own; what is killed leaves nothing.
  LLVM_PROFILE_FILE=$root/$profiles/%4m.profraw \
    ctest --preset coverage -j "$((8 * $(nproc)))" >"$build/ctest.log" 2>&1 ||
    grep -E '^ *[0-9]+ - |tests failed' "$build/ctest.log" >&2
  llvm-profdata merge --sparse "$profiles"/*.profraw --output="$build/merged.profdata"
fi

objects=()
for program in "$build"/bin/*; do objects+=("--object=$program"); done
what=("--instr-profile=$build/merged.profdata" "${objects[@]}"
  '--ignore-filename-regex=^/usr/|/build/|/tests/|/bench/|/clients/|server/main.cc')
llvm-cov show --format=html --show-branches=count --output-dir="$build/html" "${what[@]}" 2>/dev/null
llvm-cov export --summary-only "${what[@]}" 2>/dev/null | python3 tests/checks/coverage.py
