#!/usr/bin/env bash
# Lets a real Prometheus scrape a real bridge: what the metrics say, and whether the alert for a lost
# broker fires and clears.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/prometheus.sh [--bridge PROGRAM]

Starts mosquitto, dino-bridge and Prometheus on loopback, with the alerts of
the chart. Takes about a minute.

  --bridge PROGRAM  the server; dino-publish must lie beside it.
                    Default: build/release/bin/dino-bridge
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
read_bridge_option "$@"
publish=$(dirname "$bridge")/dino-publish
alerts=$root/helm/dino-bridge/files/alerts.yaml
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.

dir=$(mktemp -d -t dino-prometheus.XXXXXX)
chmod 755 "$dir"
source "$root/deploy/programs.sh"

clean_up() {
  stop_programs
  rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "error: $1" >&2
  tail -n 20 "$dir"/*.log >&2
  exit 1
}

# ---- what Prometheus knows --------------------------------------------------------------

# ask EXPRESSION: the series and their values, one a line.
ask() { promtool query instant "http://127.0.0.1:$prometheus_port" "$1" 2>/dev/null; }
some() { [[ -n "$(ask "$1")" ]]; }
none() { ! some "$1"; }

firing() { some "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"; }
not_firing() { none "ALERTS{alertname=\"$1\"}"; }

# Reads http://127.0.0.1:$ops_port/metrics.
metrics() {
  local connection
  exec {connection}<>"/dev/tcp/127.0.0.1/$ops_port"
  printf 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&"$connection"
  timeout 10 cat <&"$connection" | tr -d '\r' | sed '1,/^$/d'
  exec {connection}>&-
}

# Each metric that an alert or the dashboard looks at, but for those of files that nobody gave it.
every_metric_is_there() {
  local name
  while read -r name; do
    case "$name" in
      dino_bridge_certificate_expiry_timestamp_seconds | dino_bridge_caller_*) continue ;;
    esac
    within 10 some "{__name__=\"$name\"}" || fail "there is no metric $name"
  done < <(grep -hoE '\b(dino_bridge|grpc_server|process)_[a-z_]+' "$alerts" \
    "$root/helm/dino-bridge/files/dashboard.json" | sort -u)
}

publish_some() {
  local i
  for i in {1..5}; do
    "$publish" --address="$address" PublishMessage <"$root/deploy/quickstart/message.request.json" \
      >"$dir/answer-$i.json" || fail 'a call failed'
  done
}

serve broker ' running$' mosquitto -v -p PORT || fail 'mosquitto does not start'
broker_port=$port

cat >"$dir/prometheus.yaml" <<TEXT
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [$alerts]
TEXT
# The bridge's port for operators is taken first: Prometheus must know it.
serve bridge '"grpc_address"' "$bridge" --grpc-address=127.0.0.1:0 --ops-address=127.0.0.1:PORT \
  --mqtt-brokers="127.0.0.1:$broker_port" --log-format=json --drain-timeout=2s ||
  fail 'dino-bridge does not start'
ops_port=$port
address=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$dir/bridge.log" | head -n 1)
printf '%s\n' 'scrape_configs:' '  - job_name: dino-bridge' \
  "    static_configs: [{targets: ['127.0.0.1:$ops_port']}]" >>"$dir/prometheus.yaml"
serve prometheus 'Server is ready' prometheus --config.file="$dir/prometheus.yaml" \
  --storage.tsdb.path="$dir/data" --web.listen-address=127.0.0.1:PORT ||
  fail 'Prometheus does not start'
prometheus_port=$port

connected='sum(dino_bridge_sessions{state="connected"})'
within 20 some "$connected == 8" || fail 'Prometheus sees no eight sessions'
metrics | promtool check metrics || fail 'promtool finds fault with the metrics'
publish_some
within 10 some 'sum(grpc_server_handled_total{grpc_method="PublishMessage",grpc_code="OK"}) == 5' ||
  fail 'Prometheus does not see five calls'
every_metric_is_there
none 'ALERTS{alertstate="firing"}' || fail "an alert fires: $(ask ALERTS)"
echo 'Prometheus sees the sessions and the calls, and no alert fires'

stop "${pid_of[broker]}"
within 90 firing DinoBridgeBrokerDown || fail 'no alert fires without the broker'
echo 'without the broker DinoBridgeBrokerDown fires'

start broker mosquitto -v -p "$broker_port"
within 30 not_firing DinoBridgeBrokerDown || fail 'the alert does not clear'
within 10 some "$connected == 8" || fail 'not all sessions are back'
echo 'with the broker it clears'
