#!/usr/bin/env bash
# Runs the bridge with the chart's addresses where there is only IPv6, and where there is only IPv4, and
# asks it what Kubernetes and an operator ask.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/address_families.sh [--bridge PROGRAM]

Starts mosquitto and dino-bridge in network namespaces of their own. Needs the
right to make them, as root or by user namespaces.

  --bridge PROGRAM  the server; dino-publish must lie beside it.
                    Default: build/release/bin/dino-bridge
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
read_bridge_option "$@"

# The family to have, in the namespace where this script starts itself again.
family=${FAMILY_UNDER_TEST:-}
if [[ -z "$family" ]]; then
  unshare=(unshare --net)
  if ((EUID != 0)); then unshare+=(--map-root-user); fi
  for family in IPv6 IPv4; do
    FAMILY_UNDER_TEST=$family "${unshare[@]}" "${BASH_SOURCE[0]}" --bridge "$bridge"
  done
  exit
fi

dir=$(mktemp -d -t dino-families.XXXXXX)
source "$root/deploy/programs.sh"
clean_up() {
  stop_programs
  rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "error: only $family: $1" >&2
  tail -n 20 "$dir"/*.log >&2
  exit 1
}

# chart_default SETTING: what the chart sets it to.
chart_default() { sed -nE "s/.*\"$1\" \"([^\"]+)\".*/\1/p" "$root/helm/dino-bridge/templates/_settings.tpl" | head -n 1; }

# has_status CODE PATH: what the ops address answers.
has_status() {
  [[ "$(curl --globoff --noproxy "*" --silent --output /dev/null --write-out '%{http_code}' "http://$pod:$ops_port$2")" == "$1" ]]
}

# serving SERVICE: asks grpc.health.v1 as the kubelet does; the answer is a message of two bytes, status 1.
serving() {
  local length=${#1} body
  body=$(if ((length)); then printf '\\x00\\x00\\x00\\x00\\x%02x\\x0a\\x%02x%s' "$((length + 2))" "$length" "$1"; else printf '\\x00\\x00\\x00\\x00\\x00'; fi)
  # shellcheck disable=SC2059 # The bytes are the format.
  [[ "$(printf "$body" | curl --globoff --noproxy "*" --silent --http2-prior-knowledge --header 'content-type: application/grpc' \
    --header 'te: trailers' --data-binary @- "http://$pod:$grpc_port/grpc.health.v1.Health/Check" |
    od -An -tx1 | tr -d ' \n')" == 00000000020801 ]]
}

ip link set lo up
case "$family" in
  IPv6)
    ip -4 address flush dev lo
    ip address add fd00::2/128 dev lo
    address=fd00::2 pod='[fd00::2]'
    ;;
  IPv4)
    echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
    ip address add 10.0.0.2/32 dev lo
    address=10.0.0.2 pod=10.0.0.2
    ;;
esac
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
grpc_address=$(chart_default grpc-address) ops_address=$(chart_default ops-address)
grpc_port=${grpc_address##*:} ops_port=${ops_address##*:}
export DINO_GRPC_ADDRESS=$grpc_address DINO_OPS_ADDRESS=$ops_address DINO_MQTT_BROKERS=$pod:1883 \
  DINO_ALLOW_ANONYMOUS=true

# In a user namespace there is no other user that it could become.
printf 'listener 1883 %s\nallow_anonymous true\nlog_dest stderr\nuser root\n' "$address" >"$dir/mosquitto.conf"
start broker env mosquitto -c "$dir/mosquitto.conf"
start bridge "$bridge"
within 20 has_status 200 /readyz || fail 'it does not become ready'
has_status 200 /livez || fail '/livez is not answered'
serving '' || fail 'the gRPC probe of readiness is not answered'
serving liveness || fail 'the gRPC probe of liveness is not answered'
"$bridge" health --ready || fail '"dino-bridge health" finds no server'
"$(dirname "$bridge")/dino-publish" GetServerInfo <<<'{}' >"$dir/info.log" 2>&1 ||
  fail 'dino-publish finds no server'
echo "only $family: probes answered"
