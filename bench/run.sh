#!/usr/bin/env bash
# Measures the service against a bare libmosquitto program on the same broker, in turns, and
# writes what came out to bench/RESULTS.md. Not a test: a missed target is reported only.
set -euo pipefail

readonly kTargetRatio=0.60
readonly kTargetIdleMib=40

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rounds=5
build=
results=$repository/bench/RESULTS.md

usage() {
  cat <<USAGE
usage: bench/run.sh [--rounds N] [--build DIR] [--results FILE]
  --rounds N      rounds of each program (default $rounds)
  --build DIR     take the programs from this build folder; default: build preset "bench"
  --results FILE  where to write the report (default bench/RESULTS.md)
USAGE
}

say() { printf '%s\n' "$*" >&2; }
die() { say "bench/run.sh: $*"; exit 1; }

while (($# > 0)); do
  case $1 in
    --rounds | --build | --results)
      (($# > 1)) || die "$1 needs a value"
      case $1 in
        --rounds) rounds=$2 ;;
        --build) build=$(realpath "$2") ;;
        --results) results=$(realpath "$2") ;;
      esac
      shift 2
      ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "--rounds takes a number from 1 on"

# Debian keeps the broker where only root's PATH looks.
PATH=$PATH:/usr/sbin
command -v mosquitto >/dev/null || die "needs the mosquitto broker (Debian package mosquitto)"

work=$(mktemp -d)
children=()

# Ends a child, by force if it does not stop when asked.
end_child() {
  local i
  kill "$1" 2>/dev/null || return 0
  for ((i = 0; i < 300; ++i)); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# Ends what was started, the last first.
clean_up() {
  trap - EXIT INT TERM
  local i
  for ((i = ${#children[@]} - 1; i >= 0; --i)); do end_child "${children[i]}"; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# await WHAT PID COMMAND...: waits until the command succeeds while the process lives.
await() {
  local what=$1 pid=$2 i
  shift 2
  for ((i = 0; i < 150; ++i)); do
    kill -0 "$pid" 2>/dev/null || return 1
    "$@" && return 0
    sleep 0.1
  done
  die "$what did not start within 15 s"
}

accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Starts a broker with nothing in the way of speed; sets broker_port.
start_broker() {
  local attempt
  for attempt in {1..20}; do
    broker_port=$((20000 + RANDOM % 10000))
    accepts "$broker_port" && continue
    cat >"$work/mosquitto.conf" <<CONF
listener $broker_port 127.0.0.1
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
persistence false
log_dest none
CONF
    mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
    children+=($!)
    await mosquitto $! accepts "$broker_port" && return
    unset 'children[-1]'
    say "mosquitto ended (attempt $attempt): $(tail -1 "$work/mosquitto.log")"
  done
  die "mosquitto does not start"
}

listening() { grep -q '"grpc_address"' "$work/bridge.log"; }

# Starts the service; sets bridge_pid and bridge_address.
start_bridge() {
  : >"$work/bridge.log"
  "$build/server/app/dino-bridge" --grpc-address=127.0.0.1:0 \
    --mqtt-brokers="127.0.0.1:$broker_port" >"$work/bridge.log" 2>&1 &
  bridge_pid=$!
  children+=("$bridge_pid")
  await dino-bridge "$bridge_pid" listening ||
    die "dino-bridge ended: $(tail -5 "$work/bridge.log")"
  bridge_address=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$work/bridge.log" | head -1)
}

# measure PROGRAM FLAG...: runs it, and sets line to the JSON it printed.
measure() {
  local program=$1 pid
  shift
  # In the background, so that a signal need not wait for its end.
  "$build/bench/$program" "$@" >"$work/line" &
  pid=$!
  children+=("$pid")
  local status=0
  wait "$pid" || status=$?
  unset 'children[-1]'
  ((status == 0)) || die "$program failed"
  line=$(<"$work/line")
}

bare() { measure bare-publisher --port="$broker_port"; }
bridge() { measure load-driver --address="$bridge_address" "$@"; }

# field NAME LINE: a number of a line of JSON.
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" <<<"$2"; }

# memory NAME: a number of the service's memory, in MiB.
memory() { awk -v name="$1:" '$1 == name { printf "%.1f", $2 / 1024 }' "/proc/$bridge_pid/status"; }

# statistics COLUMN: median, lowest and highest of a column of the rounds.
statistics() {
  cut -f "$1" "$work/rounds" | sort -g | awk '
    { value[NR] = $1 }
    END {
      middle = int((NR + 1) / 2)
      median = NR % 2 ? value[middle] : (value[middle] + value[middle + 1]) / 2
      print median, value[1], value[NR]
    }'
}

one_round() {
  local round=$1 bare_line bridge_line small_line
  # Each goes first in turn.
  if ((round % 2)); then
    bare && bare_line=$line
    bridge && bridge_line=$line
  else
    bridge && bridge_line=$line
    bare && bare_line=$line
  fi
  bridge --recipients=2 --callers=64 --warm_up=5000 --calls=50000 && small_line=$line
  local bare_rate bridge_rate ratio
  bare_rate=$(field acknowledged_per_second "$bare_line")
  bridge_rate=$(field acknowledged_per_second "$bridge_line")
  ratio=$(awk -v a="$bridge_rate" -v b="$bare_rate" 'BEGIN { printf "%.3f", a / b }')
  local columns=("$round" "$bare_rate" "$bridge_rate" "$ratio") name
  for name in p50_ms p99_ms max_ms; do columns+=("$(field $name "$bridge_line")"); done
  for name in calls_per_second p50_ms p99_ms max_ms; do
    columns+=("$(field $name "$small_line")")
  done
  (IFS=$'\t'; printf '%s\n' "${columns[*]}") >>"$work/rounds"
  say "round $round of $rounds: bare $bare_rate/s, bridge $bridge_rate/s, ratio $ratio;" \
    "2 recipients: ${columns[7]} calls/s"
}

verdict() { awk -v value="$1" -v operator="$2" -v target="$3" 'BEGIN {
  met = operator == ">=" ? value >= target : value < target
  print met ? "met" : "missed" }'; }

version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo unknown; }

# table FIRST LAST: the rounds' columns FIRST to LAST, then their median, min and max.
table() {
  local first=$1 last=$2 column kind
  awk -F '\t' -v first="$first" -v last="$last" '{
    printf "| %d |", $1
    for (i = first; i <= last; ++i) printf " %s |", $i
    print "" }' "$work/rounds"
  for kind in 1:median 2:min 3:max; do
    printf '| %s |' "${kind#*:}"
    for ((column = first; column <= last; ++column)); do
      printf ' %s |' "$(statistics "$column" | cut -d ' ' -f "${kind%:*}")"
    done
    printf '\n'
  done
}

report() {
  local ratio
  ratio=$(statistics 4 | cut -d ' ' -f 1)
  cat <<REPORT
# Benchmark results

Written by \`bench/run.sh\` ($(date -u +%F), $(git -C "$repository" describe --always --dirty)). Broker, service and
load share one machine over loopback. Rates change with the machine; compare within one run only.

| | |
|---|---|
| CPU | $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores |
| Memory | $(awk '$1 == "MemTotal:" { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo) |
| System | $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r) |
| Load average before | $load_before (0: nothing else ran) |
| Compiler | $(c++ --version | head -1) |
| Broker | mosquitto $(version mosquitto) |
| Libraries | libmosquitto $(version libmosquitto1), gRPC $(version libgrpc++-dev), protobuf $(version libprotobuf-dev) |

## Targets

| target | measured | |
|---|---|---|
| at least $kTargetRatio of the bare publisher's rate (median) | $ratio | $(verdict "$ratio" '>=' $kTargetRatio) |
| idle memory (VmRSS) below $kTargetIdleMib MiB | $idle_rss MiB | $(verdict "$idle_rss" '<' $kTargetIdleMib) |

## Calls with 1,000 recipients

Acknowledged publications per second, QoS 1, 300-byte payload. Bare: libmosquitto on 8 sessions, 2 loops, window 64, no
RPC. Bridge: 8 callers of PublishMessage with 1,000 recipients each; latency of a call in milliseconds.

| round | bare /s | bridge /s | ratio | p50 | p99 | max |
|---|---|---|---|---|---|---|
$(table 2 7)

## Calls with 2 recipients

64 callers; latency of a call in milliseconds.

| round | calls /s | p50 | p99 | max |
|---|---|---|---|---|
$(table 8 11)

## Memory of the service

| | VmRSS MiB | RssAnon MiB |
|---|---|---|
| idle, connected, before the load | $idle_rss | $idle_anon |
| after it | $after_rss | $after_anon |
REPORT
}

if [[ -z $build ]]; then
  build=$repository/build/bench
  say "building preset bench"
  cd "$repository"
  cmake --preset bench >"$work/configure.log" || die "cmake: $(tail -20 "$work/configure.log")"
  cmake --build "$build" --target dino-bridge bare-publisher load-driver >&2
fi

load_before=$(cut -d ' ' -f 1 /proc/loadavg)
say "load average: $load_before; others' work on this machine lowers and blurs all rates"
start_broker
say "mosquitto on 127.0.0.1:$broker_port"
start_bridge
say "dino-bridge on $bridge_address"
bridge --calls=0
sleep 1 # Lets the last sessions connect.
idle_rss=$(memory VmRSS)
idle_anon=$(memory RssAnon)
say "idle memory: $idle_rss MiB, of it anonymous $idle_anon MiB"
for ((round = 1; round <= rounds; ++round)); do one_round "$round"; done
after_rss=$(memory VmRSS)
after_anon=$(memory RssAnon)
say "memory after the load: $after_rss MiB, of it anonymous $after_anon MiB"

report >"$work/report"
cp "$work/report" "$results"
sed -n '/^## Targets/,/^## Calls/{/^| [ai]/p}' "$results" >&2
say "written to $results"
