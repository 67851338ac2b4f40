#!/usr/bin/env bash
# Runs the package's tests with the oldest and the newest libraries, on each Python that is here.
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: clients/python/versions.sh [PYTHON...]

  PYTHON  an interpreter, such as python3.13. Default: those of 3.11 and 3.13 that are
          found, which are Debian 12's and 13's
TEXT
}

case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
esac
package=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$package/../..
source "$root/tests/support/process/test_counts.sh"

# The oldest that there are wheels of.
oldest() {
  case "$1" in
    3.11) echo grpcio==1.51.1 protobuf==4.21.12 googleapis-common-protos==1.56.4 ;;
    *) echo grpcio==1.66.2 protobuf==4.21.12 googleapis-common-protos==1.56.4 ;;
  esac
}

# test_with NAME PYTHON LIBRARY...: runs the tests in an environment of its own.
test_with() {
  local venv=$root/build/clients/versions/$1 python=$2
  shift 2
  printf '\n== %s: %s\n' "$("$python" --version)" "$*"
  if ! "$python" -m venv --clear "$venv" ||
    ! "$venv/bin/pip" install --quiet "$@" "$package" hypothesis==6.170.17 pytest==9.2.0; then
    ((++failed))
    return
  fi
  "$venv/bin/pip" list 2>/dev/null | grep -E '^(grpcio|protobuf|googleapis)'
  cd "$package" && PYTHONDONTWRITEBYTECODE=1 RULES_EXAMPLES=20 count_pytest "$venv/bin/python" -m pytest -q
}

pythons=("$@")
if ((!${#pythons[@]})); then
  for python in python3.11 python3.13; do
    if "$python" --version >/dev/null 2>&1; then pythons+=("$python"); fi
  done
fi
for python in "${pythons[@]}"; do
  version=$("$python" -c 'import sys; print("{}.{}".format(*sys.version_info))')
  # shellcheck disable=SC2046 # They are several words.
  test_with "$version-oldest" "$python" $(oldest "$version")
  test_with "$version-newest" "$python" --upgrade grpcio protobuf googleapis-common-protos
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
