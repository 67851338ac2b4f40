#!/usr/bin/env bash
# Checks the API with buf.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/proto/check.sh style|breaking

  style     names and comments are as buf wants them
  breaking  callers of the last release, which is kept in tests/proto/released,
            can still call; and buf would refuse a change that breaks them
TEXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support/process/buf.sh
work=build/proto

# expect_refusal NAME FILE SED-EXPRESSION: buf refuses the API once that has changed a file.
expect_refusal() {
  local workspace=$work/broken status=0
  rm -rf "$workspace"
  cp -r "$work/now" "$workspace"
  sed -i "$3" "$workspace/proto/dino/events/v1/$2"
  if cmp -s "proto/dino/events/v1/$2" "$workspace/proto/dino/events/v1/$2"; then
    echo "error: nothing was changed for '$1'" >&2
    return 1
  fi
  "$buf" breaking "$workspace" --against "$work/released" >"$work/refusal" 2>&1 || status=$?
  # 100 means that it found something; others, that it could not look.
  if ((status != 100)); then
    cat "$work/refusal"
    echo "error: buf ends with $status, not 100, for '$1'" >&2
    return 1
  fi
  echo "refused as it should be, $1: $(head -n 1 "$work/refusal")"
}

check_breaking() {
  make_workspace "$work/released" tests/proto/released
  "$buf" breaking "$work/now" --against "$work/released"
  expect_refusal 'another field number' event.proto 's/ sender_id = 2;/ sender_id = 2000;/'
  expect_refusal 'another type' event.proto 's/int64 sender_id = /string sender_id = /'
  expect_refusal 'another name' event_publisher_service.proto 's/rpc PublishRead(/rpc PublishReads(/'
}

case "${1:-}" in
  style | breaking) ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
install_buf
rm -rf "$work"
make_workspace "$work/now" proto
case "$1" in
  style) "$buf" lint "$work/now" ;;
  breaking) check_breaking ;;
esac
