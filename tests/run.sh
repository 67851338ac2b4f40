#!/usr/bin/env bash
# Builds everything and runs every test and check.
#
# Goes on after a failure, so that one run tells all. The last line is `N passed, N failed`;
# the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/run.sh [--fast | --all | --system | --attacks
                    | --soak [--seed N] [--minutes M | --faults F]]

Installs missing Debian packages, runs every test under the address and
undefined behaviour sanitizers, 5,000 seeds of the simulator, and what depends
on speed or on the real program (system tests, the broker suite, clients in
Python and Go, oracles, documents, quickstart, demo, status page, Prometheus) with the
release build. Checks how that build is hardened and what it is linked with, format,
clang-tidy, protos, scripts, the rules of folders, that a release is the same
bytes twice, the Helm chart and the alerts. Prints the time of each step.

  --fast  only build the preset `dev` and run its tests
  --all   also compile each file by itself, run the thread sanitizer, clang-tidy on
          every file, the images, the signing of a release, each fuzz target for a
          minute, the example of docs/adding-an-event.md, 100,000 seeds, the broker
          suite with mochi and HiveMQ CE, and the client packages under faults and
          kills and with old libraries
  --system   only build the optimized server and run the system tests with it
  --attacks  only build it and attack it from all sides for a minute in each posture;
          needs a quiet machine
  --soak  only build the optimized server and run it under injected faults, for
          M minutes (30) or until there were F of them; the same seed N (1) injects
          the same faults
TEXT
}

mode=default
seed=1
minutes=30
faults=0
while (($#)); do
  case "$1" in
    --fast | --all | --system | --attacks | --soak) mode=${1#--} ;;
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
scratch=$(mktemp -d -t dino-tests.XXXXXX)
trap 'rm -rf "$scratch"' EXIT

# count PASSED FAILED NAME: adds to the sums.
count() { printf '%d %d %s\n' "$@" >>"$scratch/counts"; }

# step NAME COMMAND...: runs a command under a heading and keeps its time. Its status is the
# command's.
step() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n==== %s\n' "$name"
  "$@" || status=$?
  printf '%d s %s\n' "$((SECONDS - began))" "$name" >>"$scratch/times"
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
  local preset=$1 output
  shift
  output=$(cmake --preset "$preset" 2>&1) || {
    printf '%s\n' "$output"
    return 1
  }
  cmake --build --preset "$preset" -- "$@"
}

# run_tests PRESET [CTEST-OPTION...]: runs the tests of a preset and counts each. Most of them wait, so
# there are many more of them at a time than processors; dino_test says which of them compute.
run_tests() {
  local preset=$1 status=0 output passed failed
  local log=build/$1/Testing/Temporary/LastTest.log
  output=$(mktemp -p "$scratch")
  shift
  rm -f "$log"
  ctest --preset "$preset" --no-tests=error -j "$((16 * $(nproc)))" "$@" >"$output" 2>&1 ||
    status=$?
  grep -vE '^ +Start +[0-9]+:|^ *[0-9]+/[0-9]+ Test .* Passed ' "$output"
  # GoogleTest says how many of each process; one that has crashed counts as one.
  read -r passed failed < <(awk '/^\[  PASSED  \] [0-9]+ test/ {passed += $4}
    /^\[  FAILED  \] [0-9]+ tests?, listed below/ {failed += $4; told = 1}
    /^Test Failed\.$|^Test time-out/ {if (!told) ++failed}
    /^[0-9]+\/[0-9]+ Test: / {told = 0}
    END {print passed + 0, failed + 0}' "$log")
  if ((passed + failed == 0)); then failed=1; fi
  if ((status != 0 && failed == 0)); then failed=1; fi
  count "$passed" "$failed" "tests of $preset"
  return "$status"
}

# build_and_test PRESET
build_and_test() {
  if step "Build $1" build "$1"; then
    step "Tests of $1" run_tests "$1"
  else
    count 0 1 "build of $1"
  fi
}

# counted NAME COMMAND...: a step whose last line says how many of its tests passed and failed.
counted() {
  local name=$1 output
  output=$(mktemp -p "$scratch")
  step "$@" >"$output" 2>&1
  cat "$output"
  if [[ ! "$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$output" | tail -n 1)" =~ \
    ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    count 0 1 "$name: none ran"
  else
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$name"
  fi
}

# A long run of the optimized server; the program that injects the faults comes from `dev`.
run_soak() {
  build release dino-bridge && build dev soak || return
  build/dev/bin/soak --bridge=build/release/bin/dino-bridge --seed="$seed" \
    --duration="${minutes}m" --faults="$faults" --faults-per-minute=60 --pause=20ms \
    --log=build/soak-bridge.log
}

# build_release: and says whether the optimized server is there.
build_release() { step 'Build release' build release || { count 0 1 'build of release' && false; }; }

# The system tests, with the optimized server.
run_system_tests() { DINO_BRIDGE=$bridge step 'System tests of release' run_tests asan -L system; }

# All attacks at once, for a minute in each posture, with the latencies of others compared.
run_attacks() {
  build asan system_test &&
    DINO_ATTACK_SECONDS=60 DINO_BRIDGE=$bridge build/asan/bin/system_test --gtest_filter='*AttackTest*'
}

# simulate SEEDS: that many histories of the delivery core in simulated time; one in ten more with brokers
# that come and go behind a name.
simulate() {
  build simulator && build/simulator/bin/simulator --seeds "$1" &&
    build/simulator/bin/simulator --names --seeds "$(($1 / 10))"
}

# beside FUNCTION: runs its steps in the background, until `join` shows what they said.
beside() { "$1" >"$scratch/$1" 2>&1 & }

# join FUNCTION...: waits for all that runs beside.
join() {
  local name
  wait
  for name in "$@"; do cat "$scratch/$name"; done
}

# What the optimized program does outside of GoogleTest, in two lanes; most of it waits.
checks_of_clients() {
  counted 'Clients in Python and Go' tests/clients/run.sh --bridge "$bridge"
  if [[ $mode == all ]]; then
    counted 'Clients under faults' tests/clients/run.sh --bridge "$bridge" faults outbox-kills
    counted 'Versions of the Python package' clients/python/versions.sh
    counted 'Versions of the Go package' clients/go/versions.sh
  fi
}

checks_of_the_program() {
  check 'Soak for 20 s' build/asan/bin/soak --bridge="$bridge" --seed=1 --duration=20s \
    --faults-per-minute=40 --callers=4
  counted 'Oracles' tests/oracle/run.sh --bridge "$bridge"
  counted 'Documents' tests/docs/run.sh --bridge "$bridge"
  check 'Quickstart' deploy/quickstart.sh --once
  check 'Status page' tests/page/run.sh --bridge "$bridge"
  check 'Demo' tests/demo/run.sh --bridge "$bridge"
  check 'Prometheus' tests/checks/prometheus.sh --bridge "$bridge"
  check 'Reference of metrics' tests/checks/metrics.py --check --bridge "$bridge"
  check 'Reference of settings' tests/checks/settings.py --check --bridge "$bridge"
  check 'Roll' tests/cluster/roll.sh --bridge "$bridge"
  check 'Address families' tests/checks/address_families.sh --bridge "$bridge"
  check 'Hardening' tests/checks/hardening.sh --bridge "$bridge"
  check 'Dependencies' deploy/inventory/dependencies.py --check
}

checks_of_sources() {
  check 'Format' tests/checks/format.sh
  check 'Scripts' check_scripts
  check 'Rules' tests/rules.sh
  check 'Warnings' tests/checks/warnings.sh
  check 'Protos: style' tests/proto/check.sh style
  check 'Protos: no breaking change' tests/proto/check.sh breaking
  check 'Documents are fresh' docs/generate.sh --check
  if [[ $mode == all ]]; then
    check 'clang-tidy' nice tests/checks/tidy.sh --every
  else
    check 'clang-tidy' nice tests/checks/tidy.sh
  fi
  check 'Chart' tests/chart/run.sh
  if [[ $mode == all ]]; then
    check 'Release' tests/checks/release.sh --signing
  else
    check 'Release' tests/checks/release.sh
  fi
  check 'Alerts' tests/checks/alerts.sh
  check 'ACL' tests/checks/acl.sh
}

check_scripts() { git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck; }

if ! step 'Debian packages' deploy/install-packages.sh test; then
  echo '0 passed, 1 failed'
  exit 1
fi
simulated_seeds=5000
if [[ $mode == all ]]; then simulated_seeds=100000; fi
bridge=$PWD/build/release/bin/dino-bridge
case "$mode" in
  soak) check 'Soak' run_soak ;;
  fast) build_and_test dev ;;
  system) build_release && check 'Build the system tests' build asan system_test && run_system_tests ;;
  attacks) build_release && check 'Attacks' run_attacks ;;
  *)
    if build_release; then released=true; fi
    build_and_test asan
    check 'Simulator' simulate "$simulated_seeds"
    beside checks_of_sources
    if [[ -n "${released:-}" ]]; then
      beside checks_of_clients
      beside checks_of_the_program
      run_system_tests
      join checks_of_clients checks_of_the_program
    fi
    join checks_of_sources
    # It compares latencies, so nothing runs beside it.
    if [[ -n "${released:-}" ]]; then
      counted 'Broker suite with mosquitto' tests/system/brokers/run.sh --bridge "$bridge" mosquitto
      if [[ $mode == all ]]; then
        counted 'Broker suite with mochi and HiveMQ' \
          tests/system/brokers/run.sh --bridge "$bridge" mochi hivemq
      fi
    fi
    ;;
esac
if [[ $mode == all ]]; then
  check 'Each file by itself' build dev dino-bridge dino-publish
  build_and_test tsan
  counted 'Fuzz targets' tests/fuzz/run.sh
  check 'Image' tests/checks/image.sh
  check 'Image of the outbox' tests/checks/outbox_image.sh --bridge "$bridge"
  check 'Adding an event' tests/checks/adding_an_event.sh
fi

printf '\nThe slowest of %d s:\n' "$SECONDS"
sort --numeric-sort --reverse "$scratch/times" | head -n 5 | sed 's/^/  /'
awk '$2 > 0 {$1 = $2 = ""; print "failed:" substr($0, 2)}' "$scratch/counts"
awk '{passed += $1; failed += $2}
     END {printf "%d passed, %d failed\n", passed, failed; exit failed > 0}' "$scratch/counts"
