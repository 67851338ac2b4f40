#!/usr/bin/env bash
# Looks at the status page in a browser while events flow and the broker stops.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/page/run.sh [--bridge PROGRAM]

Starts mosquitto, dino-bridge and Debian's Chromium on loopback. Screenshots go
to build/status-page.

  --bridge PROGRAM  the server; dino-publish must lie beside it.
                    Default: build/release/bin/dino-bridge
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
read_bridge_option "$@"
cd "$root"

playwright=1.49.1
tools=build/tools/page
# It drives the browser; the browser is Debian's.
grep -qs "\"version\": \"$playwright\"" "$tools/node_modules/playwright-core/package.json" ||
  npm install --prefix "$tools" --no-save --no-audit --no-fund "playwright-core@$playwright"
mkdir -p build/status-page
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
NODE_PATH=$tools/node_modules node tests/page/status_page.js "$bridge" build/status-page
