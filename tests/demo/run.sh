#!/usr/bin/env bash
# Chats in the page of deploy/demo.sh, in a browser, and breaks all that it lets one break.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/demo/run.sh [--bridge PROGRAM]

Runs deploy/demo.sh, without a browser (--once) and with Debian's Chromium: two
people, then three, who chat while broker and bridge go and return, a topic is
refused and a connection is dropped. Checks the page with axe-core at 1280 and
360 px, light and dark. Screenshots go to build/demo-page.

  --bridge PROGRAM  the server. Default: build/release/bin/dino-bridge
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
read_bridge_option "$@"
cd "$root"
source tests/page/tools.sh

node --test --test-reporter=spec tests/demo/ledger_test.mjs
deploy/demo.sh --once --bridge "$bridge"
mkdir -p build/demo-page
rm -f build/demo-page/*.png
node tests/demo/demo.js "$bridge" build/demo-page
