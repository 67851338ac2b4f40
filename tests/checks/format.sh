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
source tests/support/process/pypi_program.sh

pypi_program clang-format 14.0.6
git ls-files -z '*.cc' '*.h' | xargs -0 "$program" "${how[@]}"
