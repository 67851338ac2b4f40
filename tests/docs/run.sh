#!/usr/bin/env bash
# Tests what the documents say: the AsyncAPI document, the commands of README.md and docs, and the
# subscribers in docs/examples.
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/docs/run.sh [--bridge PROGRAM] [asyncapi] [commands] [subscribers]

Tests the parts that are named, else all of them:

  asyncapi     docs/asyncapi.yaml with AsyncAPI's parser
  commands     the commands of README.md and docs that are not marked otherwise, but for
               docs/http.md, which tests/clients/run.sh has; it installs grpcurl and buf
  subscribers  docs/examples/subscribers in Node, Python, Go and Debian's Chromium

  --bridge PROGRAM  the bridge to test (build/release/bin/dino-bridge); dino-publish
                    must lie beside it
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
bridge=build/release/bin/dino-bridge
parts=()
while (($#)); do
  case "$1" in
    --bridge)
      bridge=${2:?--bridge needs a program}
      shift
      ;;
    asyncapi | commands | subscribers) parts+=("$1") ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "error: unknown argument '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
  shift
done
((${#parts[@]})) || parts=(asyncapi commands subscribers)
if [[ ! -x $bridge ]]; then
  echo "error: there is no program '$bridge'" >&2
  exit 2
fi
bridge=$(realpath "$bridge")

source tests/clients/stage.sh
source tests/support/process/go_program.sh
source tests/support/process/npm_packages.sh
source tests/support/process/test_counts.sh
exec </dev/null
scratch=$(mktemp -d -t dino-docs.XXXXXX)
trap 'clear_stage; rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.

# count_node FILE ARGUMENT...: runs the tests of a file and adds them.
count_node() {
  local status=0 name
  node "$@" >"$scratch/tests" 2>&1 || status=$?
  cat "$scratch/tests"
  declare -A sum=()
  for name in pass fail; do
    sum[$name]=$(sed -nE "s/^(#|ℹ) $name ([0-9]+)$/\\2/p" "$scratch/tests" | tail -n 1)
  done
  count "${sum[pass]:-0}" "${sum[fail]:-0}" "$status"
}

# A part that cannot begin counts as a failed test.
test_asyncapi() {
  npm_packages build/tools/asyncapi @asyncapi/parser@3.6.6 || return
  NODE_PATH=build/tools/asyncapi/node_modules count_node tests/docs/asyncapi.js docs
}

# What stands for the addresses and files in the documents, by page and section.
replacements() {
  cat <<TEXT
calling.md With an API key: 127.0.0.1:50051 => $STAGE_BRIDGE_WITH_KEYS
calling.md Over TLS: 127.0.0.1:50051 => $STAGE_BRIDGE_WITH_TLS
authentication.md With the key: dino-publish => dino-publish --address $STAGE_BRIDGE_WITH_KEYS
authentication.md With the key: chat.key => known.key
authentication.md With a certificate: dino-publish => dino-publish --address $STAGE_BRIDGE_WITH_TLS
: 127.0.0.1:50051 => $STAGE_BRIDGE
: 127.0.0.1:1883 => 127.0.0.1:$STAGE_BROKER_PORT
check.md: bridge:50051 => $STAGE_BRIDGE
check.md: broker:1883 => 127.0.0.1:$STAGE_BROKER_PORT
TEXT
}

# A folder like a clone with a release build, and with the files that the documents name.
make_clone() {
  local clone=$scratch/clone file
  mkdir -p "$clone/build/release/bin" || return
  for file in *; do
    [[ $file == build ]] || ln -s "$PWD/$file" "$clone/" || return
  done
  ln -s "$PWD/tests/docs/brief_bridge.sh" "$clone/build/release/bin/dino-bridge" &&
    ln -s "$(dirname "$bridge")/dino-publish" "$clone/build/release/bin/" &&
    cp "$STAGE_CERTIFICATES"/{bridge,caller}.{pem,key} "$STAGE_CERTIFICATES/ca.pem" "$clone" &&
    cp "$STAGE_CERTIFICATES/callers.json" "$clone" &&
    echo "$STAGE_KEY" >"$clone/known.key" && echo secret >"$clone/password"
}

test_commands() {
  local status=0 pages
  find_go build/tools && set_stage "$scratch" "$bridge" && make_clone || return
  # tests/clients/run.sh http runs those of docs/http.md.
  mapfile -t pages < <(git ls-files --cached --others --exclude-standard README.md 'docs/*.md' ':!docs/http.md')
  local tools=$PWD/build/tools/bin
  (
    export COMMANDS_REPLACE KEY=$STAGE_KEY DINO_GRPC_ADDRESS=$STAGE_BRIDGE DINO_BRIDGE=$bridge GOBIN=$tools CGO_ENABLED=0
    COMMANDS_REPLACE=$(replacements)
    PATH=$scratch/clone/build/release/bin:$(dirname "$(command -v "$go")"):$tools:$PATH
    root=$PWD
    cd "$scratch/clone" && python3 -B "$root/tests/docs/commands.py" "$root" "${pages[@]}"
  ) >"$scratch/commands" || status=$?
  cat "$scratch/commands"
  [[ "$(tail -n 1 "$scratch/commands")" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]
  count "${BASH_REMATCH[1]:-0}" "${BASH_REMATCH[2]:-0}" "$status"
  clear_stage
}

# As docs/examples/subscribers/README.md tells, in a copy.
make_subscribers() {
  local work=$PWD/build/docs/subscribers
  mkdir -p "$work" && cp -r docs/examples/subscribers/. "$work" || return
  (cd "$work" && npm install --silent --ignore-scripts --no-audit --no-fund) || return
  python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet --requirement "$work/requirements.txt" || return
  find_go "$PWD/build/tools" && (cd "$work/go" && CGO_ENABLED=0 "$go" build -o ../go-subscriber .)
}

test_subscribers() {
  local work=$PWD/build/docs/subscribers
  make_subscribers && npm_packages build/tools/page "${page_packages[@]}" || return
  NODE_PATH=$work/node_modules:build/tools/page/node_modules count_node tests/docs/subscribers.js \
    "$bridge" "$work" "$work/venv/bin/python" "$work/go-subscriber"
}

for part in "${parts[@]}"; do
  printf '\n== %s\n' "$part"
  "test_$part" || ((++failed))
done

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
