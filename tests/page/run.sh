#!/usr/bin/env bash
# Looks at the status page in a browser: all well, one of two brokers dead, every publication refused,
# server gone.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/page/run.sh [--bridge PROGRAM] [--warm-up SECONDS]

Starts brokers, dino-bridge and Debian's Chromium on loopback, and checks with
axe-core at 1280 and 360 px, light and dark. Screenshots go to build/status-page.

  --bridge PROGRAM   the server; dino-publish must lie beside it.
                     Default: build/release/bin/dino-bridge
  --warm-up SECONDS  publishes for so long before each screenshot, so that the
                     charts are full. Default: 0
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/checks/bridge_option.sh"
warm_up=0
options=()
while (($#)); do
  case "$1" in
    --warm-up)
      warm_up=${2:?--warm-up needs seconds}
      shift 2
      ;;
    *)
      options+=("$1")
      shift
      ;;
  esac
done
read_bridge_option "${options[@]}"
cd "$root"

source tests/page/tools.sh

mkdir -p build/status-page
rm -f build/status-page/*.png
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
node tests/page/status_page.js "$bridge" build/status-page "$warm_up"
