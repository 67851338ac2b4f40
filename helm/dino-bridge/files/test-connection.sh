#!/usr/bin/env bash
# What `helm test` runs: whether a server is ready, and whether its gRPC port answers.
# Needs GRPC_ADDRESS and OPS_ADDRESS (host:port each), and OPEN=true if calls need no credentials.
set -euo pipefail

exec 3<>"/dev/tcp/${OPS_ADDRESS%:*}/${OPS_ADDRESS##*:}"
printf 'GET /readyz HTTP/1.0\r\nHost: %s\r\n\r\n' "$OPS_ADDRESS" >&3
read -r -t 10 status <&3
echo "http://$OPS_ADDRESS/readyz: ${status%$'\r'}"
[[ "$status" == *' 200 '* ]]

if [[ "${OPEN:-}" == true ]]; then
  dino-publish --address="$GRPC_ADDRESS" GetServerInfo <<<'{}'
else
  exec 4<>"/dev/tcp/${GRPC_ADDRESS%:*}/${GRPC_ADDRESS##*:}"
  echo "$GRPC_ADDRESS: takes connections"
fi
