#!/usr/bin/env bash
# Writes the version to every place that has it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/set-version.sh X.Y.Z

Writes the version to VERSION and to every other file that must have it: the packages, the
chart, the Dockerfiles, the documents. CMake reads VERSION itself. tests/rules.sh checks that
they agree; the list is in tests/rules/versions.py.
TEXT
}

if (($# != 1)) || [[ "$1" == -* ]]; then
  usage
  [[ "${1:-}" == -h || "${1:-}" == --help ]]
  exit
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec python3 -B "$root/tests/rules/versions.py" "$root" "$1"
