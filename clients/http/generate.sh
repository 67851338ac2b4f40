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

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$module/../.." && pwd)
wanted='libprotoc 3.21.12'
if [[ "$(protoc --version)" != "$wanted" ]]; then
  echo "error: protoc must be $wanted (package protobuf-compiler)" >&2
  exit 2
fi
source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools" # Sets $go.
gateway=github.com/grpc-ecosystem/grpc-gateway/v2
version=$(awk -v module="$gateway" '$1 == module { print $2 }' "$module/go.mod")
export GOBIN=$root/build/tools/go-stubs
# shellcheck disable=SC2154
(cd / && "$go" install "$gateway/protoc-gen-grpc-gateway@$version")

googleapis=/usr/share/gocode/src/github.com/gogo/googleapis # golang-github-gogo-googleapis-dev
options=module=github.com/dino-bridge/dino-bridge/clients/go,standalone=true
options+=,grpc_api_configuration=$module/methods.yaml
options+=,Mgoogle/rpc/status.proto=google.golang.org/genproto/googleapis/rpc/status
out=$(mktemp -d -t dino-gateway.XXXXXX)
trap 'rm -rf "$out"' EXIT
cd "$root/proto"
PATH=$GOBIN:$PATH protoc -I . -I "$googleapis" --grpc-gateway_out="$out" \
  --grpc-gateway_opt="$options" dino/events/v1/event_publisher_service.proto
file=event_publisher_service.pb.gw.go
if [[ "${1:-}" != --check ]]; then
  install -D -m 644 "$out/dino/events/v1/$file" "$module/eventsv1/$file"
elif ! cmp --silent "$module/eventsv1/$file" "$out/dino/events/v1/$file"; then
  echo "error: $file is not fresh: run clients/http/generate.sh" >&2
  exit 1
fi
