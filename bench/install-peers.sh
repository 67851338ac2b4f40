#!/usr/bin/env bash
# Installs the peers that the bridge is measured beside, in the versions that bench/peers pins.
#
# usage: bench/install-peers.sh DIRECTORY
# Those whose language is missing here are left out, with a note; their measures then are too.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/peers" && pwd)
mkdir -p "$1"
tools=$(cd "$1" && pwd)

say() { printf '%s\n' "$*" >&2; }

# is_current NAME FILE...: true if NAME was installed from files that were the same.
is_current() {
  local name=$1
  shift
  cat "$@" | cmp -s - "$tools/$name.installed"
}

# install NAME FUNCTION FILE...: unless that was done, from the same files.
install() {
  local name=$1 function=$2
  shift 2
  is_current "$name" "$@" && return
  say "installing $name"
  rm -f "$tools/$name.installed"
  "$function" >"$tools/$name.log" 2>&1 || {
    say "note: $name is left out: $(tail -n 1 "$tools/$name.log")"
    return
  }
  cat "$@" >"$tools/$name.installed"
}

# Each is called in a condition, where -e does not hold.
python_peers() {
  python3 -m venv --clear "$tools/python" &&
    "$tools/python/bin/pip" install --disable-pip-version-check -r "$sources/python/requirements.txt"
}

node_peer() {
  mkdir -p "$tools/mqtt-js" && cp "$sources"/mqtt-js/package*.json "$tools/mqtt-js/" &&
    npm ci --prefix "$tools/mqtt-js" --no-audit --no-fund
}

go_peer() { (cd "$sources/paho-golang" && go build -o "$tools/bin/paho-golang-publisher" .); }

centrifugo() {
  GOBIN=$tools/bin go install \
    "github.com/centrifugal/centrifugo/v6@$(<"$sources/centrifugo/VERSION")"
}

install gmqtt-and-paho-mqtt python_peers "$sources/python/requirements.txt"
install mqtt.js node_peer "$sources/mqtt-js/package-lock.json"
install paho.golang go_peer "$sources"/paho-golang/{go.mod,go.sum,main.go}
install centrifugo centrifugo "$sources/centrifugo/VERSION"
