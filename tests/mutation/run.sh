#!/bin/sh
# Changes the code of one folder at a time and counts what its unit tests notice:
#   tests/mutation/run.sh [--only TEXT] [--sample N] [--seed N] [--jobs N] event|fanout...
set -eu
cd "$(dirname "$0")/../.."

targets=
for argument; do
  if [ -d "server/$argument" ] && [ -d "tests/unit/$argument" ]; then
    targets="$targets ${argument}_test"
  fi
done
cmake --preset dev >/dev/null
# shellcheck disable=SC2086  # One word a target.
nice cmake --build --preset dev --target $targets >/dev/null
exec nice python3 tests/mutation/mutate.py "$@"
