#!/usr/bin/env bash
# Run by `helm test`: checks that a server is ready and that its gRPC port responds.
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
  echo "$GRPC_ADDRESS: accepts connections"
fi
