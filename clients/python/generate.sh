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

package=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$package/../.." && pwd)
source "$root/clients/stubs.sh"
begin_stubs "$@"
out=$(mktemp -d -t dino-stubs.XXXXXX)
trap 'rm -rf "$out"' EXIT
cd "$root/proto"
protoc -I . -I "$googleapis" --python_out="$out" --pyi_out="$out" dino/events/v1/*.proto
cd "$out"
for file in dino/events/v1/*; do
  keep_stub "$file" "$package/src/$file"
done
