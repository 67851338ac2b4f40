#!/usr/bin/env bash
# Measures the service beside its broker's limit, a bare echo and its peers, in turns, and writes
# what came out to bench/RESULTS.md. Not a test: a missed target is reported only.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=
output=$repository/bench/RESULTS.md
report_only=false
list=false
parts=()
options=()

usage() {
  cat <<'TEXT'
usage: bench/run.sh [OPTION...] [PART...]

Builds, starts brokers, measures each part (all, if none is named) and writes the report
from what all parts have left behind in build/bench-results, earlier ones too.

  --list           show the parts, and how long each takes
  --rounds N       rounds of each program (5)
  --quick          one short round: shows that all works, not how fast it is
  --profile        count instructions with callgrind as well, and what metrics and traces cost
  --report         only write the report again, without measuring
  --build DIR      take the programs from this build folder; default: build preset "bench"
  --output FILE    where to write the report (bench/RESULTS.md); plots/ goes beside it
TEXT
}

say() { printf '%s\n' "$*" >&2; }
die() {
  say "bench/run.sh: $*"
  exit 1
}

while (($# > 0)); do
  case $1 in
    --rounds | --build | --output)
      (($# > 1)) || die "$1 needs a value"
      case $1 in
        --rounds)
          [[ $2 =~ ^[1-9][0-9]?$ ]] || die "--rounds takes a number from 1 to 99"
          options+=(--rounds "$2")
          ;;
        --build) build=$(realpath "$2") ;;
        --output) output=$(realpath "$2") ;;
      esac
      shift
      ;;
    --quick | --profile) options+=("$1") ;;
    --report) report_only=true ;;
    --list) list=true ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*)
      say "bench/run.sh: unknown option '$1'"
      usage >&2
      exit 2
      ;;
    *) parts+=("$1") ;;
  esac
  shift
done

cd "$repository"
results=build/bench-results
tools=build/bench-tools

suite() {
  python3 -B -m bench.suite --build "${build:-build/bench}" --uncounted build/uncounted \
    --tools "$repository/$tools" --results "$results" "$@" &
  local suite=$! status=0
  # It ends what it has started, and then itself.
  trap 'kill -TERM "$suite" 2>/dev/null' INT TERM
  wait "$suite" || status=$?
  while kill -0 "$suite" 2>/dev/null; do wait "$suite" || status=$?; done
  trap - INT TERM
  return "$status"
}

report() { python3 -B -m bench.report --results "$results" --output "$output"; }

# build PRESET [NINJA-OPTION...]
build() {
  say "building preset $1"
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1" -- "${@:2}" >&2
}

needs_uncounted() { [[ " ${parts[*]} ${options[*]} " =~ \ (metrics|--profile)\  ]]; }
needs_peers() { ((${#parts[@]} == 0)) || [[ " ${parts[*]} " =~ \ (peers|centrifugo)\  ]]; }

if $list; then
  suite --list
  exit
fi
if ! $report_only; then
  deploy/install-packages.sh build run bench
  [[ -n $build ]] || build bench
  if needs_uncounted; then build uncounted dino-bridge; fi
  if needs_peers; then bench/install-peers.sh "$tools"; fi
  suite "${options[@]}" "${parts[@]}"
fi
report
sed -n '/^## Targets/,/^## Machine/{/^| /p}' "$output" >&2
say "written to $output"
