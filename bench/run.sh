#!/usr/bin/env bash
# Measures the service against a bare libmosquitto program on the same broker, in turns, and
# writes what came out to bench/RESULTS.md. Not a test: a missed target is reported only.
set -euo pipefail

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

listening() { grep -q '"message": *"listening"' "$work/bridge.log"; }

# Starts the service; sets bridge_pid and bridge_address.
start_bridge() {
  : >"$work/bridge.log"
  "$build/bin/dino-bridge" --grpc-address=127.0.0.1:0 --ops-address=127.0.0.1:0 \
    --mqtt-brokers="127.0.0.1:$broker_port" >"$work/bridge.log" 2>&1 &
  bridge_pid=$!
  children+=("$bridge_pid")
  await dino-bridge "$bridge_pid" listening ||
    die "dino-bridge ended: $(tail -5 "$work/bridge.log")"
  bridge_address=$(sed -n '/"message": *"listening"/s/.*"grpc_address": *"\([^"]*\)".*/\1/p' \
    "$work/bridge.log")
}

# measure PROGRAM FLAG...: runs it, and sets line to the JSON it printed.
measure() {
  local program=$1 pid
  shift
  # In the background, so that a signal need not wait for its end.
  "$build/bin/$program" "$@" >"$work/line" &
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

# state NAME VALUE: a fact for the report.
state() { printf '%s %s\n' "$1" "$2" >>"$work/facts"; }

# state_memory WHEN
state_memory() {
  local rss anon
  rss=$(memory VmRSS)
  anon=$(memory RssAnon)
  state "$1_rss" "$rss"
  state "$1_anon" "$anon"
  say "memory, $1: $rss MiB, of it anonymous $anon MiB"
}

# The processor time that the service has used, in clock ticks.
ticks() { awk '{ print $14 + $15 }' "/proc/$bridge_pid/stat"; }

# bridge_cpu TICKS LINE: processor time since then per publication, in microseconds.
bridge_cpu() {
  awk -v ticks=$(($(ticks) - $1)) -v hz="$(getconf CLK_TCK)" \
    -v publications="$(field all_acknowledged "$2")" \
    'BEGIN { printf "%.2f", ticks * 1e6 / hz / publications }'
}

measure_bare() {
  bare
  bare_line=$line
}

measure_bridge() {
  local before
  before=$(ticks)
  bridge
  bridge_line=$line
  cpu=$(bridge_cpu "$before" "$line")
}

one_round() {
  local round=$1 bare_line bridge_line small_line cpu
  # Each goes first in turn.
  if ((round % 2)); then
    measure_bare
    measure_bridge
  else
    measure_bridge
    measure_bare
  fi
  bridge --recipients=2 --callers=64 --warm_up=5000 --calls=50000
  small_line=$line
  local bare_rate bridge_rate ratio
  bare_rate=$(field acknowledged_per_second "$bare_line")
  bridge_rate=$(field acknowledged_per_second "$bridge_line")
  ratio=$(awk -v a="$bridge_rate" -v b="$bare_rate" 'BEGIN { printf "%.3f", a / b }')
  local columns=("$round" "$bare_rate" "$bridge_rate" "$ratio") name
  columns+=("$(field cpu_us_per_publication "$bare_line")" "$cpu")
  for name in p50_ms p99_ms max_ms; do columns+=("$(field $name "$bridge_line")"); done
  for name in calls_per_second p50_ms p99_ms max_ms; do
    columns+=("$(field $name "$small_line")")
  done
  (IFS=$'\t'; printf '%s\n' "${columns[*]}") >>"$work/rounds"
  say "round $round of $rounds: bare $bare_rate/s, bridge $bridge_rate/s, ratio $ratio;" \
    "2 recipients: ${columns[9]} calls/s"
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
state load_before "$load_before"
start_broker
say "mosquitto on 127.0.0.1:$broker_port"
start_bridge
say "dino-bridge on $bridge_address"
bridge --calls=0
sleep 1 # Lets the last sessions connect.
state_memory idle
for ((round = 1; round <= rounds; ++round)); do one_round "$round"; done
state_memory after

"$repository/bench/report.sh" "$work" >"$work/report"
cp "$work/report" "$results"
sed -n '/^## Targets/,/^## Calls/{/^| [ai]/p}' "$results" >&2
say "written to $results"
