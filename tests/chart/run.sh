#!/usr/bin/env bash
# Tests the chart, and what it shares with deploy/.
#
#   --write    first writes what is generated: the settings in the chart's schema, and the table of
#              values in its README
#   --release  first keeps values and manifests of today's chart as those of the last release
set -euo pipefail

writes=
case "${1:-}" in
  '') ;;
  --write) writes='TestTheSchemaKnowsEverySetting.*|TestTheReadmeHasEveryValue' ;;
  --release) writes='TestKeepsTheLastRelease' ;;
  *)
    echo 'usage: tests/chart/run.sh [--write | --release]' >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support/process/go_program.sh
find_go "$PWD/build/tools"
cd tests/chart
if [[ -n "$writes" ]]; then "$go" test -count=1 -run "$writes" . -write; fi
"$go" vet ./...
"$go" test -count=1 ./...
