#!/usr/bin/env bash
# Checks that our C++ files are formatted, with the same clang-format on every machine.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/format.sh [--fix]

  --fix  format the files instead of only naming those that are not
TEXT
}

case "${1:-}" in
  '') how=(--dry-run --Werror) ;;
  --fix) how=(-i) ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools=$PWD/build/tools/clang-format
version=14.0.6

# Each release of Debian has another clang-format, and no two of them agree on every line.
if ! "$tools/bin/clang-format" --version 2>/dev/null | grep -qF "version $version"; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet "clang-format==$version"
fi
git ls-files -z '*.cc' '*.h' | xargs -0 "$tools/bin/clang-format" "${how[@]}"
