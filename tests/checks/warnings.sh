#!/usr/bin/env bash
# Checks that a compiler's warning stops the build of a developer, and not that of a user.
set -euo pipefail
export LC_ALL=C # The compiler speaks English then.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source=server/base/counters.cc
copy=$(mktemp -d -t dino-warnings.XXXXXX)
trap 'rm -rf "$copy"' EXIT

git ls-files -z | xargs -0 cp --parents --target-directory="$copy"
cd "$copy"
printf 'namespace {\nint unused;\n}\n' >>"$source"

# compile PRESET: compiles only the library of that file. What the compiler says goes to $copy/PRESET.log.
compile() {
  cmake --preset "$1" >"$1.log" 2>&1 || fail "cmake fails for $1" "$1"
  cmake --build --preset "$1" --target dino_base >"$1.log" 2>&1
}

fail() {
  echo "error: $1" >&2
  tail -n 20 "$2.log" >&2
  exit 1
}

compile release || fail 'a warning stops the build of release' release
grep -q 'warning: .*unused' release.log || fail 'release does not warn' release
if compile dev; then fail 'a warning does not stop the build of dev' dev; fi
grep -q 'error: .*unused.*-Werror' dev.log || fail 'dev fails for another reason' dev
echo 'a warning passes in release and stops dev'
