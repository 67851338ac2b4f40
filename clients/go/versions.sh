#!/usr/bin/env bash
# Runs the package's tests with the oldest Go and libraries that it takes, and with the newest.
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: clients/go/versions.sh

The oldest are the Go and the libraries of clients/go/go.mod; the newest are those of the
module proxy, with a Go that they take.
TEXT
}

if (($#)); then
  usage
  [[ "$1" == -h || "$1" == --help ]] && exit 0
  exit 2
fi
module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$module/../.." && pwd)
source "$root/tests/support/process/test_counts.sh"
source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools" || exit # Sets $go.
mod=$(mktemp -d -t dino-go.XXXXXX)
trap 'rm -rf "$mod"' EXIT
cd "$module" || exit

# test_with NAME ARGUMENT...: runs `go test` with these arguments.
test_with() {
  printf '\n== %s\n' "$1"
  # shellcheck disable=SC2154
  if "$go" version && "$go" list "${@:2}" -m google.golang.org/grpc google.golang.org/protobuf &&
    "$go" test "${@:2}" -count=1 ./...; then
    ((++passed))
  else
    ((++failed))
  fi
}

GOTOOLCHAIN=go1.22.12 test_with oldest
cp go.mod "$mod/newest.mod" && cp go.sum "$mod/newest.sum" || exit
export GOTOOLCHAIN=auto
if "$go" get -modfile="$mod/newest.mod" -u ./...; then
  test_with newest -modfile="$mod/newest.mod"
else
  ((++failed))
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
