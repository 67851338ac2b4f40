#!/usr/bin/env bash
# Rolls a release by local processes, under load, at the chart's default values.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/cluster/roll.sh [--bridge PROGRAM]

Starts mosquitto, bridges and callers on loopback. Takes about half a minute.

  --bridge PROGRAM  the server. Default: build/release/bin/dino-bridge
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
read_bridge_option "$@"
source "$root/tests/support/process/go_program.sh"
find_go "$root/build/tools"
cd "$root/tests/cluster"
"$go" vet ./...
"$go" test -count=1 ./load ./publisher
"$go" test -count=1 -v ./roll -args -bridge="$bridge"
