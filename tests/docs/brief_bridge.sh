#!/usr/bin/env bash
# Stands in for dino-bridge where a document runs it: starts DINO_BRIDGE with the flags of the document, at free
# ports, until it listens. Its own commands and --help run as they are.
set -euo pipefail

if [[ "${1:---}" != --* || "$1" == --help ]]; then exec "$DINO_BRIDGE" "$@"; fi
export DINO_GRPC_ADDRESS=127.0.0.1:0 DINO_OPS_ADDRESS=127.0.0.1:0 DINO_LOG_FORMAT=json
exec {log}< <(exec env --unset=DINO_BRIDGE setpriv --pdeathsig=TERM -- "$DINO_BRIDGE" "$@" 2>&1)
pid=$!
while IFS= read -r line <&"$log"; do
  printf '%s\n' "$line"
  if [[ $line == *'"grpc_address"'* ]]; then kill "$pid"; fi
done
wait "$pid"
