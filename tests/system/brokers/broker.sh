#!/usr/bin/env bash
# Installs, starts and stops a broker on loopback, for run.sh and for the suite's --stop and --start.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/system/brokers/broker.sh BROKER install
       tests/system/brokers/broker.sh BROKER start DIRECTORY PORT
       tests/system/brokers/broker.sh BROKER stop DIRECTORY

BROKER is mosquitto, mochi or hivemq. It keeps sessions in DIRECTORY, where its
log is, too. Everybody may publish, but it refuses dms/broker_suite/13 and
dms/broker_suite/16 (HiveMQ closes the connection on the latter). `start` returns
when the broker works; the broker ends by itself after twenty minutes.
TEXT
}

if (($# < 2)); then
  usage >&2
  exit 2
fi
broker=$1 action=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
tools=$root/build/tools
denied=dms/broker_suite/13
poison=dms/broker_suite/16
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.

# ---- mosquitto, of Debian ------------------------------------------------------------------

install_mosquitto() { { mosquitto -h || true; } | sed -n 1p; }

configure_mosquitto() {
  {
    printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' "acl_file $dir/acl" \
      'set_tcp_nodelay true' 'max_queued_messages 0' 'max_inflight_messages 0' \
      'persistence true' "persistence_location $dir/" 'log_dest stderr'
    # Otherwise it would become a user that cannot write there.
    if ((EUID == 0)); then echo 'user root'; fi
  } >"$dir/mosquitto.conf"
  # Patterns: lines for `topic` hold only for those who have connected since the broker started, and
  # it queues nothing for other sessions.
  printf '%s\n' "pattern deny $denied" "pattern deny $poison" 'pattern readwrite #' >"$dir/acl"
  command=(mosquitto -c "$dir/mosquitto.conf")
}

# ---- mochi, from the Go module proxy -------------------------------------------------------

mochi_version=v2.7.9
mochi=$tools/mochi/$mochi_version

install_mochi() {
  if [[ ! -x $mochi/docker ]]; then
    GOBIN=$mochi CGO_ENABLED=0 go install "github.com/mochi-mqtt/server/v2/cmd/docker@$mochi_version"
  fi
  echo "mochi $mochi_version"
}

configure_mochi() {
  cat >"$dir/config.yaml" <<TEXT
listeners:
  - {type: tcp, id: tcp, address: "127.0.0.1:$port"}
hooks:
  auth:
    ledger:
      auth: [{allow: true}]
      acl:
        - filters: {$denied: 1, $poison: 1}
        - filters: {"#": 3}
options:
  capabilities:
    # It announces no such limit.
    maximum_packet_size: 100000
    # With one capability of ours, it has no defaults for the others.
    maximum_clients: 1000
    maximum_client_writes_pending: 8192
    maximum_inflight: 8192
    maximum_message_expiry_interval: 86400
    maximum_qos: 2
    maximum_session_expiry_interval: 86400
    minimum_protocol_version: 5
    receive_maximum: 1024
    retain_available: 1
    wildcard_sub_available: 1
TEXT
  command=("$mochi/docker" -config "$dir/config.yaml")
}

# ---- HiveMQ CE, from Maven -----------------------------------------------------------------

hivemq=$tools/hivemq

install_hivemq() {
  local source=$root/tests/system/brokers/hivemq
  if ! cmp --silent "$source/pom.xml" "$hivemq/pom.xml"; then
    if ! command -v mvn || ! command -v javac; then
      "$root/deploy/install-packages.sh" hivemq
    fi >&2
    rm -rf "$hivemq"
    mvn --quiet --batch-mode --file "$source/pom.xml" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$hivemq/lib" >&2
    cp "$source/pom.xml" "$hivemq/pom.xml"
  fi
  javac -d "$hivemq/classes" -cp "$hivemq/lib/*" "$source/Broker.java"
  basename "$hivemq"/lib/hivemq-community-edition-embedded-*.jar .jar
}

configure_hivemq() {
  mkdir -p "$dir/config" "$dir/data"
  cat >"$dir/config/config.xml" <<TEXT
<hivemq>
  <listeners>
    <tcp-listener><port>$port</port><bind-address>127.0.0.1</bind-address></tcp-listener>
  </listeners>
  <mqtt><queued-messages><max-queue-size>100000</max-queue-size></queued-messages></mqtt>
  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
</hivemq>
TEXT
  command=(java -Xmx512m --add-opens=java.base/java.lang=ALL-UNNAMED
    --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
    -cp "$hivemq/classes:$hivemq/lib/*" Broker "$dir/config" "$dir/data" "$denied" "$poison")
}

# ---- all -----------------------------------------------------------------------------------

# Not one that has ended and nobody has waited for.
runs() { [[ -r /proc/$1/status ]] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

works() {
  timeout 5 mosquitto_pub -V 5 -h 127.0.0.1 -p "$port" -q 1 -t broker_suite/ready -m x 2>/dev/null
}

start() {
  local pid end=$((SECONDS + 120))
  "configure_$broker"
  setsid timeout --kill-after=10 1200 "${command[@]}" >>"$dir/log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$dir/pid"
  until works; do
    if ! runs "$pid" || ((SECONDS > end)); then
      echo "error: $broker does not start" >&2
      tail -n 20 "$dir/log" >&2
      return 1
    fi
    sleep 0.1
  done
}

stop() {
  local pid end=$((SECONDS + 30))
  pid=$(cat "$dir/pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || return 0
  while runs "$pid"; do
    if ((SECONDS > end)); then kill -KILL -- "-$pid" || true; fi
    sleep 0.05
  done
}

case "$broker" in mosquitto | mochi | hivemq) ;; *)
  usage >&2
  exit 2
  ;;
esac
case "$action:$#" in
  install:2) "install_$broker" ;;
  start:4)
    dir=$3 port=$4
    start
    ;;
  stop:3)
    dir=$3
    stop
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
