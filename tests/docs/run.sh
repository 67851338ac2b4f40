#!/usr/bin/env bash
# Tests what the documents for callers and subscribers say: the AsyncAPI document, the commands of
# docs/calling.md, and the subscribers in docs/examples.
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/docs/run.sh [--bridge PROGRAM] [asyncapi] [commands] [subscribers]

Tests the parts that are named, else all of them:

  asyncapi     docs/asyncapi.yaml with AsyncAPI's parser
  commands     the commands of docs/calling.md, with grpcurl and buf
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

# Of the sections that need another server, the address and what the caller shows to it.
replacements() {
  cat <<TEXT
With an API key: 127.0.0.1:50051 => $STAGE_BRIDGE_WITH_KEYS
Over TLS: 127.0.0.1:50051 => $STAGE_BRIDGE_WITH_TLS
Over TLS: ca.pem => $STAGE_CERTIFICATES/ca.pem
Over TLS: caller. => $STAGE_CERTIFICATES/caller.
: 127.0.0.1:50051 => $STAGE_BRIDGE
TEXT
}

test_commands() {
  local status=0
  find_go build/tools && set_stage "$scratch" "$bridge" || return
  COMMANDS_REPLACE=$(replacements) KEY=$STAGE_KEY GOBIN=$PWD/build/tools/bin CGO_ENABLED=0 \
    PATH=$(dirname "$(command -v "$go")"):$PWD/build/tools/bin:$PATH \
    python3 tests/docs/commands.py docs/calling.md . >"$scratch/commands" || status=$?
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
