#!/usr/bin/env bash
# Follows docs/adding-an-event.md in a copy of the tree: its event must not compile without its file,
# and must be published with it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tests/checks/adding_an_event.sh

Builds the server and dino-publish with the event that docs/adding-an-event.md
invents, in build/adding-an-event, and publishes one through mosquitto. Takes
some minutes without a warm ccache.
TEXT
}

if (($#)); then
  usage
  [[ $1 == -h || $1 == --help ]]
  exit
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
# Always the same place, so that ccache knows the files again.
copy=$root/build/adding-an-event/tree
build=$root/build/adding-an-event/build
dir=$(mktemp -d -t dino-event.XXXXXX)
source "$root/deploy/programs.sh"
clean_up() {
  stop_programs
  rm -rf "$dir" "$copy"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "error: $1" >&2
  tail -n 20 "$dir"/*.log >&2
  exit 1
}

# block N: the Nth block of code of the page.
block() {
  awk -v wanted="$1" '/^```/ { inside = !inside; n += inside; next } inside && n == wanted' \
    "$copy/docs/adding-an-event.md"
}

# insert FILE BEGIN END: puts the text from stdin before the first line END after a line BEGIN.
insert() {
  local text
  text=$(cat)
  TEXT=$text BEGIN=$2 END=$3 awk '
    $0 == ENVIRON["BEGIN"] { inside = 1 }
    inside && $0 == ENVIRON["END"] { print ENVIRON["TEXT"]; inside = 0; done = 1 }
    { print }
    END { exit !done }' "$1" >"$dir/inserted" || fail "$1 has no place for the event"
  cp "$dir/inserted" "$1"
}

copy_tree() {
  rm -rf "$copy"
  mkdir -p "$copy"
  git -C "$root" ls-files -z --cached --others --exclude-standard |
    tar -C "$root" --null --files-from=- --ignore-failed-read -c 2>/dev/null | tar -C "$copy" -x
}

extend_api() {
  local api=$copy/proto/dino/events/v1
  { echo && block 1; } >>"$api/event.proto"
  { echo && block 2; } | insert "$api/event_publisher_service.proto" \
    'service EventPublisherService {' '}'
  { echo && block 3; } >>"$api/event_publisher_service.proto"
  block 4 | insert "$api/event_publisher_service.proto" '  oneof request {' '  }'
}

configure() {
  cmake -S "$copy" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_UNITY_BUILD=ON \
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DDINO_TESTS=OFF >"$dir/configure.log" ||
    fail 'it cannot be configured'
}

# make_fail TARGET TEXT: builds a target, which must fail with an error that says so.
make_fail() {
  if cmake --build "$build" --target "$1" >"$dir/build.log" 2>&1; then
    fail "$1 compiles without the file of the event"
  fi
  grep -q "error: $2" "$dir/build.log" || fail "the error does not say '$2'"
  grep -m 1 "error: $2" "$dir/build.log"
}

start_programs() {
  serve broker ' running$' mosquitto -v -p PORT || fail 'mosquitto does not start'
  broker_port=$port
  start bridge "$build/bin/dino-bridge" --grpc-address=127.0.0.1:0 --ops-address=127.0.0.1:0 \
    --mqtt-brokers="127.0.0.1:$broker_port" --log-format=json --drain-timeout=2s
  within 20 says_or_ended bridge '"grpc_address"' || fail 'dino-bridge does not start'
  address=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$dir/bridge.log" | head -n 1)
}

receive() { mosquitto_sub -V 5 -p "$broker_port" -i "$1" -c -x 3600 -q 1 -t "dms/dev/$1" "${@:2}"; }

copy_tree
extend_api
configure
make_fail dino_api "enumeration value .*kPin.* not handled in switch"

block 5 >"$copy/server/event/kinds/pin.cc"
cmake --build "$build" --target dino-bridge dino-publish >"$dir/build.log" 2>&1 ||
  fail 'it does not compile'

start_programs
for user in 1234 4321; do receive "$user" -E; done # The broker keeps what comes from here on.
publish() { block 6 | "$build/bin/dino-publish" --address="$address" PublishPin; }
published() { publish >"$dir/answer.log" 2>&1; }
within 20 published || fail 'the event is not published'
for user in 1234 4321; do
  receive "$user" -C 1 -W 20 >"$dir/received.log" || fail "user $user receives nothing"
  block 7 | diff - "$dir/received.log" || fail "user $user receives something else"
done
echo 'both users receive the event of docs/adding-an-event.md'
