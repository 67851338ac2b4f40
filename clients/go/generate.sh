#!/usr/bin/env bash
# Generates the messages of the package from the protos, and copies the retry policy.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: clients/go/generate.sh [--check]

Writes dino/events/v1/*.pb.go with protoc 3.21.12 of Debian 12 and 13 and the pinned
generators, and dinoevents/retry_policy.json, which a module cannot take from outside.

  --check  only compare: fails if the committed files are not what would be written
TEXT
}

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$module/../.." && pwd)
source "$root/clients/stubs.sh"
begin_stubs "$@"
source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools" # Sets $go.
export GOBIN=$root/build/tools/go-stubs
# shellcheck disable=SC2154
(cd / && "$go" install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6 &&
  "$go" install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1)

options=module=github.com/dino-bridge/dino-bridge/clients/go
options+=,Mgoogle/rpc/status.proto=google.golang.org/genproto/googleapis/rpc/status
out=$(mktemp -d -t dino-stubs.XXXXXX)
trap 'rm -rf "$out"' EXIT
cd "$root/proto"
PATH=$GOBIN:$PATH protoc -I . -I "$googleapis" --go_out="$out" --go_opt="$options" \
  --go-grpc_out="$out" --go-grpc_opt="$options" dino/events/v1/*.proto
mkdir "$out/dinoevents" && cp "$root/clients/retry_policy.json" "$out/dinoevents/"
cd "$out"
find . -type f -printf '%P\n' | while read -r file; do
  keep_stub "$file" "$module/$file"
done
