#!/usr/bin/env bash
# Cross-compiles unit tests for arm64 and runs them by an emulator.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/emulated.sh

Compiles, with the preset `release-arm64`, the unit tests of `event`, `fanout` and `mqtt/queue`, and runs
them by qemu-aarch64. Needs the packages of `deploy/install-packages.sh --for arm64 build unit`;
tests/checks/image.sh --architecture arm64 calls this in a root that has them.
TEXT
}

if (($#)); then
  usage
  [[ "${1:-}" == -h || "${1:-}" == --help ]]
  exit
fi
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
source tests/support/process/test_counts.sh
folder=build/release-arm64
log=$(mktemp -t dino-emulated.XXXXXX)
trap 'rm -f "$log"' EXIT

# run PROGRAM [FILTER]: counts its tests, or those that a filter of GoogleTest lets through.
run() {
  local status=0
  echo "$1"
  "$emulator" "$folder/bin/$1" --gtest_brief=1 --gtest_filter="${2:-*}" 2>&1 | tee "$log" || status=$?
  count "$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\?\.$/\1/p' "$log")" \
    "$(sed -n 's/^\[  FAILED  \] \([0-9]*\) tests\?, listed below:$/\1/p' "$log" | grep . || echo 0)" "$status"
}

cmake --preset release-arm64 -DDINO_TESTS=ON &&
  cmake --build --preset release-arm64 --target event_test fanout_test mqtt_test || exit
emulator=$(sed -n 's/^CMAKE_CROSSCOMPILING_EMULATOR:FILEPATH=//p' "$folder/CMakeCache.txt")
run event_test
run fanout_test
suites=$(sed -n 's/^TEST\(_F\)\?(\([A-Za-z0-9]*\),.*/\2.*/p' tests/unit/mqtt/queue/*_test.cc | sort -u | paste --serial --delimiters=:)
run mqtt_test "$suites"
# shellcheck disable=SC2154 # test_counts.sh sets both.
echo "unit tests on arm64: $passed passed, $failed failed"
((!failed))
