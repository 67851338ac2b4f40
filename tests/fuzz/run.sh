#!/usr/bin/env bash
# Runs the fuzz targets with libFuzzer, one after the other.
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing was found.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/fuzz/run.sh [--seconds N | --runs N] [TARGET...]

Builds the preset `fuzz` and runs each target, or those that are named, for N
seconds (60) or on N inputs on one processor. Inputs that reach new code are kept in
build/fuzz/corpus and taken up the next time; tests/fuzz/corpus has some
to begin with. An input on which a target fails goes to build/fuzz/finds, and
build/fuzz/bin/fuzz --target=TARGET FILE repeats it.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit
program=build/fuzz/bin/fuzz
limit=-max_total_time=60
targets=()
while (($#)); do
  case "$1" in
    --seconds | --runs)
      if [[ ! ${2:-} =~ ^[1-9][0-9]*$ ]]; then
        echo "error: $1 needs a number" >&2
        exit 2
      fi
      if [[ $1 == --runs ]]; then limit=-runs=$2; else limit=-max_total_time=$2; fi
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) targets+=("$1") ;;
  esac
  shift
done
if ((${#targets[@]} == 0)); then
  for path in tests/fuzz/targets/*.cc; do targets+=("$(basename "$path" .cc)"); done
fi

# The longest input of a target, in bytes.
longest() {
  case "$1" in
    http2 | custom_event | request) echo 1024 ;;
    forwarded_certificate | key_file | settings) echo 4096 ;;
    *) echo 512 ;;
  esac
}

# fuzz TARGET OPTION-OR-CORPUS...
fuzz() {
  local target=$1 options=("-max_len=$(longest "$1")" -timeout=25 -rss_limit_mb=2048)
  shift
  case "$target" in
    http2) options+=(-detect_leaks=0) ;; # The server's threads allocate while an input runs.
    settings) ;;                         # Most of the time it compares names of flags.
    *) options+=(-use_value_profile=1) ;;
  esac
  ASAN_OPTIONS=allow_user_poisoning=0 "$program" "--target=$target" "${options[@]}" \
    "-artifact_prefix=build/fuzz/finds/$target/" "$@"
}

run() {
  local target=$1 kept=build/fuzz/corpus/$1 log=build/fuzz/$1.log status=0
  mkdir -p "$kept" "build/fuzz/finds/$target"
  fuzz "$target" "$limit" -print_final_stats=1 "$kept" "tests/fuzz/corpus/$target" \
    >"$log" 2>&1 || status=$?
  printf '%s: %s inputs, %s kept\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(find "$kept" -type f | wc -l)"
  if ((status)); then
    tail -n 40 "$log"
    echo "error: $target failed; see $log"
  fi
  return "$status"
}

cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -- --quiet || exit
passed=0
failed=0
for target in "${targets[@]}"; do
  if run "$target"; then ((++passed)); else ((++failed)); fi
done
echo "$passed passed, $failed failed"
((failed == 0))
