#!/usr/bin/env bash
# Generates the gateway's handlers from the protos and methods.yaml.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: clients/http/generate.sh [--check]

Writes eventsv1/event_publisher_service.pb.gw.go with protoc 3.21.12 of Debian 12 and 13
and the generator of the version in go.mod.

  --check  only compare: fails if the committed file is not what would be written
TEXT
}

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$module/../.." && pwd)
source "$root/clients/stubs.sh"
begin_stubs "$@"
source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools" # Sets $go.
gateway=github.com/grpc-ecosystem/grpc-gateway/v2
version=$(awk -v module="$gateway" '$1 == module { print $2 }' "$module/go.mod")
export GOBIN=$root/build/tools/go-stubs
# shellcheck disable=SC2154
(cd / && "$go" install "$gateway/protoc-gen-grpc-gateway@$version")

options=module=github.com/dino-bridge/dino-bridge/clients/go,standalone=true
options+=,grpc_api_configuration=$module/methods.yaml
options+=,Mgoogle/rpc/status.proto=google.golang.org/genproto/googleapis/rpc/status
out=$(mktemp -d -t dino-gateway.XXXXXX)
trap 'rm -rf "$out"' EXIT
cd "$root/proto"
PATH=$GOBIN:$PATH protoc -I . -I "$googleapis" --grpc-gateway_out="$out" \
  --grpc-gateway_opt="$options" dino/events/v1/event_publisher_service.proto
file=event_publisher_service.pb.gw.go
keep_stub "$out/dino/events/v1/$file" "$module/eventsv1/$file"
