#!/usr/bin/env bash
# Compares the running bridge with two oracles that share no code with it: the rules that a request
# must satisfy and the exact bytes of the event JSON, written anew from the contract.
#
# Hypothesis generates requests of every RPC that publishes one event, and shrinks and prints one on
# which they disagree. Tests of the oracles themselves follow. The last line is
# `N passed, N failed`; the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/oracle/run.sh [--bridge PROGRAM] [--examples N] [--seed N]

  --bridge PROGRAM  the bridge to test (build/release/bin/dino-bridge)
  --examples N      how many requests to generate (2000)
  --seed N          which ones: the same seed generates the same requests (1)
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bridge=$root/build/release/bin/dino-bridge
examples=2000
seed=1
while (($#)); do
  case "$1" in
    --bridge) bridge=${2:?--bridge needs a program} ;;
    --examples | --seed)
      if [[ ! ${2:-} =~ ^[0-9]+$ ]]; then
        echo "error: $1 needs a number" >&2
        exit 2
      fi
      if [[ $1 == --seed ]]; then seed=$2; else examples=$2; fi
      ;;
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
  shift 2
done
if [[ ! -x $bridge ]]; then
  echo "error: there is no program '$bridge'" >&2
  exit 2
fi

source "$root/tests/support/process/test_counts.sh"
venv=$root/build/tools/oracle
stubs=$root/build/oracle

install() {
  # One whose Python is gone is made anew.
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 || python3 -m venv --clear "$venv" || return
  "$venv/bin/pip" install --quiet --requirement "$root/tests/oracle/requirements.txt"
}

make_stubs() {
  local common
  common=$("$venv/bin/python" -c \
    'import google.rpc.status_pb2 as s; print(s.__file__.rsplit("/google/", 1)[0])') || return
  rm -rf "$stubs" && mkdir -p "$stubs" && cd "$root/proto" &&
    "$venv/bin/python" -m grpc_tools.protoc -I . -I "$common" --python_out="$stubs" \
      dino/events/v1/{event,delivery,server_info,event_publisher_service}.proto
}

ORACLE_BRIDGE=$(realpath "$bridge")
export ORACLE_BRIDGE ORACLE_EXAMPLES=$examples ORACLE_SEED=$seed
export PYTHONPATH=$stubs PYTHONDONTWRITEBYTECODE=1
export PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
if install && make_stubs && cd "$root/tests/oracle"; then
  count_pytest "$venv/bin/python" -m pytest -v -rP --tb=short --durations=5
else
  failed=1
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
