#!/usr/bin/env bash
# Generates the messages of the package from the protos.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: clients/python/generate.sh [--check]

Writes src/dino/events/v1/*_pb2.py and *_pb2.pyi with protoc 3.21.12 of Debian 12 and 13,
whose code runs with protobuf 4.21 and all newer ones. Newer generators write code
that accepts only two major versions.

  --check  only compare: fails if the committed files are not what would be written
TEXT
}

case "${1:-}" in
  '' | --check) ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

package=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wanted='libprotoc 3.21.12'
if [[ "$(protoc --version)" != "$wanted" ]]; then
  echo "error: protoc must be $wanted (package protobuf-compiler)" >&2
  exit 2
fi
googleapis=/usr/share/gocode/src/github.com/gogo/googleapis # golang-github-gogo-googleapis-dev
out=$(mktemp -d -t dino-stubs.XXXXXX)
trap 'rm -rf "$out"' EXIT
cd "$package/../../proto"
protoc -I . -I "$googleapis" --python_out="$out" --pyi_out="$out" dino/events/v1/*.proto
cd "$out"
if [[ "${1:-}" == --check ]]; then
  for file in dino/events/v1/*; do
    diff -u "$package/src/$file" "$file" || {
      echo "error: $file is not fresh: run clients/python/generate.sh" >&2
      exit 1
    }
  done
else
  cp dino/events/v1/*_pb2.py* "$package/src/dino/events/v1/"
fi
