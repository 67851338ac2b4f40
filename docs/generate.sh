#!/usr/bin/env bash
# Generates the reference of the API, the JSON Schemas and the AsyncAPI document.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: docs/generate.sh [--check]

Writes docs/api.md, docs/asyncapi.yaml, docs/schemas and the kinds in docs/events.md. Their
sources are the comments in proto/, the golden events in tests/support/golden, clients/retry_policy.json,
and docs/generate/schemas.py for what type a key of the JSON has.

  --check  only compare: fails if the committed files are not what would be written
TEXT
}

how='write'
case "${1:-}" in
  '') ;;
  --check) how=check ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/process/buf.sh
install_buf
work=build/docs/api
rm -rf "$work"
make_workspace "$work" proto
"$buf" build "$work" --output "$work/image.json"
mkdir -p docs/schemas
python3 -B docs/generate "$work/image.json" . "$how"
