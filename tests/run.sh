#!/usr/bin/env bash
# Builds everything and runs every test and check.
#
# Goes on after a failure, so that one run tells all. The last line is `N passed, N failed`;
# the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/run.sh [--fast] [--tsan] [--soak [--seed N] [--minutes M | --faults F]]

Installs what is missing from Debian's packages, builds with and without
sanitizers, runs every test, those of clients in Python and Go too, and checks
format, clang-tidy, protos, scripts, the Helm chart, the alerts, the status page and
the image.

  --fast  only build the preset `dev` and run its tests
  --tsan  run the tests under the thread sanitizer as well
  --soak  only build the optimized server and run it under injected faults, for
          M minutes (30) or until there were F of them; the same seed N (1) injects
          the same faults
TEXT
}

presets=(dev asan)
fast=false
soak=false
seed=1
minutes=30
faults=0
while (($#)); do
  case "$1" in
    --fast) fast=true presets=(dev) ;;
    --tsan) presets+=(tsan) ;;
    --soak) soak=true ;;
    --seed | --minutes | --faults)
      if [[ ! "${2:-}" =~ ^[0-9]+$ ]]; then
        echo "error: $1 needs a number" >&2
        exit 2
      fi
      case "$1" in
        --seed) seed=$2 ;;
        --minutes) minutes=$2 ;;
        --faults) faults=$2 ;;
      esac
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "error: unknown option '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
  shift
done

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
exec </dev/null
passed=0
failed=0
failures=()
scratch=$(mktemp -d -t dino-tests.XXXXXX)
trap 'rm -rf "$scratch"' EXIT

# count PASSED FAILED NAME: adds to the sums.
count() {
  ((passed += $1, failed += $2))
  if (($2)); then failures+=("$3"); fi
}

# step NAME COMMAND...: runs a command under a heading, with its time. Its status is the
# command's.
step() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n==== %s\n' "$name"
  "$@" || status=$?
  printf -- '---- %s: %s, %d s\n' "$name" "$( ((status == 0)) && echo ok || echo FAILED)" \
    "$((SECONDS - began))"
  return "$status"
}

# check NAME COMMAND...: a step that counts as one.
check() {
  if step "$@"; then count 1 0 "$1"; else count 0 1 "$1"; fi
}

# build PRESET [NINJA-OPTION...]
build() {
  local preset=$1
  shift
  cmake --preset "$preset" >"$scratch/configure" 2>&1 || {
    cat "$scratch/configure"
    return 1
  }
  cmake --build --preset "$preset" -- "$@"
}

# Runs the tests of a preset and counts each.
run_tests() {
  local preset=$1 status=0 summary of
  ctest --preset "$preset" --no-tests=error -j4 2>&1 | tee "$scratch/ctest" |
    grep -vE '^ +Start +[0-9]+:' || status=$?
  summary=$(grep -oE '[0-9]+ tests? failed out of [0-9]+' "$scratch/ctest" | tail -n 1)
  if [[ -z "$summary" ]]; then
    count 0 1 "tests of $preset: none ran"
    return 1
  fi
  of=${summary##* }
  count "$((of - ${summary%% *}))" "${summary%% *}" "tests of $preset"
  return "$status"
}

# Counts each test of the clients in other languages.
run_clients() {
  local status=0
  tests/clients/run.sh | tee "$scratch/clients" || status=$?
  if [[ ! "$(tail -n 1 "$scratch/clients")" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    count 0 1 'clients: none ran'
    return 1
  fi
  count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" 'clients'
  return "$status"
}

# A long run of the optimized server; the program that injects the faults comes from `dev`.
run_soak() {
  build release dino-bridge && build dev soak || return
  build/dev/bin/soak --bridge=build/release/bin/dino-bridge --seed="$seed" \
    --duration="${minutes}m" --faults="$faults" --faults-per-minute=60 --pause=20ms \
    --log=build/soak-bridge.log
}

check_scripts() { git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck; }

if ! step 'Debian packages' deploy/install-packages.sh test; then
  echo '0 passed, 1 failed'
  exit 1
fi
if $soak; then
  fast=true presets=()
  check 'Soak' run_soak
fi
for preset in "${presets[@]}"; do
  if step "Build $preset" build "$preset"; then
    step "Tests of $preset" run_tests "$preset"
  else
    count 0 1 "build of $preset"
  fi
done
if ! $fast; then
  step 'Clients in Python and Go' run_clients
  check 'Quickstart' deploy/quickstart.sh --once
  check 'Format' tests/checks/format.sh
  check 'Warnings' tests/checks/warnings.sh
  check 'Scripts' check_scripts
  check 'Protos: style' tests/proto/check.sh style
  check 'Protos: no breaking change' tests/proto/check.sh breaking
  check 'clang-tidy' tests/checks/tidy.sh
  check 'Helm' tests/chart/run.sh
  check 'Rules' tests/rules.sh
  check 'Alerts' tests/checks/alerts.sh
  check 'Status page' tests/page/run.sh --bridge build/dev/bin/dino-bridge
  check 'ACL' tests/checks/acl.sh
  check 'Image' tests/checks/image.sh
  check 'Prometheus' tests/checks/prometheus.sh --bridge build/dev/bin/dino-bridge
fi

printf '\n'
if ((failed)); then printf 'failed: %s\n' "${failures[@]}"; fi
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
