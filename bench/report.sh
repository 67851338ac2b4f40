#!/usr/bin/env bash
# Prints the report of a benchmark run, as Markdown.
#
# usage: bench/report.sh DIRECTORY
# DIRECTORY/rounds: a line of tab-separated numbers per round, as run.sh's one_round writes it.
# DIRECTORY/facts: lines of a name and a value.
set -euo pipefail

readonly kTargetRatio=0.60
readonly kTargetIdleMib=40

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$1

fact() { awk -v name="$1" '$1 == name { print $2 }' "$work/facts"; }

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
  local ratio idle_rss
  ratio=$(statistics 4 | cut -d ' ' -f 1)
  idle_rss=$(fact idle_rss)
  cat <<REPORT
# Benchmark results

Written by \`bench/run.sh\` ($(date -u +%F), $(git -C "$repository" describe --always --dirty)). Broker, service and
load share one machine over loopback. Rates change with the machine; compare within one run only.

| | |
|---|---|
| CPU | $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores |
| Memory | $(awk '$1 == "MemTotal:" { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo) |
| System | $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r) |
| Load average before | $(fact load_before) (0: nothing else ran) |
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
RPC. Bridge: 8 callers of PublishMessage with 1,000 recipients each; latency of a call in milliseconds. CPU: what the
program itself used per publication, in microseconds; unlike the rates it hardly depends on what else the machine does.

| round | bare /s | bridge /s | ratio | bare CPU | bridge CPU | p50 | p99 | max |
|---|---|---|---|---|---|---|---|---|
$(table 2 9)

## Calls with 2 recipients

64 callers; latency of a call in milliseconds.

| round | calls /s | p50 | p99 | max |
|---|---|---|---|---|
$(table 10 13)

## Memory of the service

| | VmRSS MiB | RssAnon MiB |
|---|---|---|
| idle, connected, before the load | $(fact idle_rss) | $(fact idle_anon) |
| after it | $(fact after_rss) | $(fact after_anon) |
REPORT
}

report
