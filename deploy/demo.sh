#!/usr/bin/env bash
# Shows dino-bridge at work in a browser: people who chat, and broker and bridge to be stopped meanwhile.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/demo.sh [--port PORT] [--once] [--bridge PROGRAM]

Installs missing Debian packages (with sudo only if you are not root), builds
the release, and starts a mosquitto broker, dino-bridge and a small chat backend
on free loopback ports. Its page shows people who chat and what their devices
receive, and lets you break things. Stays up until Ctrl-C.

  --port PORT       the page's port. Default: a free one
  --once            play a conversation without a browser and end; the exit status
                    is 0 only if all events arrived
  --bridge PROGRAM  run this server instead of building one
  --help            show this text
TEXT
}

refuse() {
  echo "error: $1" >&2
  usage >&2
  exit 2
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bridge=
options=()
while (($#)); do
  case "$1" in
    --once) options+=("$1") ;;
    --port)
      [[ "${2:-}" =~ ^[0-9]{1,5}$ ]] || refuse '--port needs a number'
      ((10#$2 <= 65535)) || refuse 'there is no such port'
      options+=("$1" "$2")
      shift
      ;;
    --bridge)
      [[ -x "${2:-}" ]] || refuse '--bridge needs a program'
      bridge=$(realpath "$2")
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) refuse "unknown option '$1'" ;;
  esac
  shift
done

# What runs in the browser and in the backend, apart from ours.
mqtt_js=mqtt-5.16.0
mqtt_js_sha512=1b456c12db89cf9b0952064969a0033157d6ed22053f3908b8747e77aae4fad05e4b07427ddf416884727117ddd806f21431262e514cf920d07ad8bff886ce9f
requirements=$root/deploy/demo/requirements.txt

dir=$(mktemp -d -t dino-demo.XXXXXX)
trap 'rm -rf "$dir"' EXIT
source "$root/deploy/building.sh"
tools=$root/build/demo

# MQTT.js for browsers is one file. The packages that it needs elsewhere are left out.
fetch_mqtt_js() {
  [[ -s "$tools/$mqtt_js.js" ]] && return
  echo "Fetching $mqtt_js from npm"
  npm pack --silent --pack-destination "$dir" "${mqtt_js/-/@}" >"$dir/npm.log" 2>&1 ||
    fail 'npm failed' "$dir/npm.log"
  echo "$mqtt_js_sha512  $dir/$mqtt_js.tgz" | sha512sum --check --quiet ||
    fail "$mqtt_js is not what it was"
  tar --extract --to-stdout --file "$dir/$mqtt_js.tgz" package/dist/mqtt.esm.js >"$dir/mqtt.js"
  mv "$dir/mqtt.js" "$tools/$mqtt_js.js"
}

# The backend's environment, with the client package as it is here.
make_environment() {
  local wanted
  wanted="$root $(<"$requirements")"
  # One whose Python is gone is made anew.
  if "$tools/venv/bin/python" -c '' 2>/dev/null &&
    [[ "$(cat "$tools/venv/requirements" 2>/dev/null)" == "$wanted" ]]; then
    return
  fi
  echo 'Making the environment of the backend'
  python3 -m venv --clear "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" \
    --editable "$root/clients/python"
  echo "$wanted" >"$tools/venv/requirements"
}

if [[ -n "$bridge" ]]; then
  "$root/deploy/install-packages.sh" run demo
else
  build_release build run demo
  bridge=$root/build/release/bin/dino-bridge
fi
heading 'Starting'
mkdir -p "$tools"
fetch_mqtt_js
make_environment
rm -rf "$dir"
GRPC_VERBOSITY=ERROR exec "$tools/venv/bin/python" -B "$root/deploy/demo/backend" \
  --bridge "$bridge" --mqtt-module "$tools/$mqtt_js.js" "${options[@]}"
