#!/usr/bin/env bash
# Demonstrates dino-bridge: builds it, runs it with a broker and publishes one of each event.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/quickstart.sh [--once] [--broker HOST:PORT]

Installs missing Debian packages (with sudo only if you are not root), builds
the release, starts a mosquitto broker and dino-bridge on free
loopback ports, subscribes as the users 1234 and 4321, publishes one of each
event and shows what arrives. Stays up until Ctrl-C.

  --once              end after the six events; the exit status is 0 only if
                      each recipient received each with the exact JSON
  --broker HOST:PORT  use this MQTT v5 broker instead of starting one
  --help              show this text
TEXT
}

refuse() {
  echo "error: $1" >&2
  usage >&2
  exit 2
}

once=false
broker=
while (($#)); do
  case "$1" in
    --once) once=true ;;
    --broker | --broker=*)
      if [[ $1 == --broker ]]; then
        broker=${2:-}
        shift
      else
        broker=${1#*=}
      fi
      [[ $broker =~ ^.+:[0-9]+$ ]] || refuse '--broker needs HOST:PORT'
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) refuse "unknown option '$1'" ;;
  esac
  shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bridge=$root/build/release/bin/dino-bridge
publish=$root/build/release/bin/dino-publish
users=(1234 4321)
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.

source "$root/deploy/building.sh"

# ---- processes ----------------------------------------------------------------------

dir=
source "$root/deploy/programs.sh"

clean_up() {
  stop_programs
  if [[ -n "$dir" ]]; then rm -rf "$dir"; fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- steps --------------------------------------------------------------------------

# Starts a broker on a free port, and sets $broker.
start_broker() {
  local port
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    {
      printf 'listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n' "$port"
      # Its default of 20 would narrow the bridge's window of 64.
      printf 'max_inflight_messages 1000\nset_tcp_nodelay true\nlog_dest stderr\n'
    } >"$dir/mosquitto.conf"
    start broker mosquitto -c "$dir/mosquitto.conf"
    within 10 says_or_ended broker ' running$' || fail 'mosquitto hangs' "$dir/broker.log"
    if runs "${pids[-1]}"; then
      broker=127.0.0.1:$port
      return
    fi
    unset 'pids[-1]' # The port is taken: try another one.
  done
  fail 'mosquitto does not start' "$dir/broker.log"
}

bridge_says() {
  runs "$bridge_pid" || fail 'dino-bridge has ended' "$dir/bridge.log"
  grep -q "$1" "$dir/bridge.log"
}

# Starts the bridge and sets $address.
start_bridge() {
  start bridge "$bridge" --grpc-address=127.0.0.1:0 --ops-address=127.0.0.1:0 --mqtt-brokers="$broker" \
    --mqtt-client-id-prefix="dino-quickstart-$RANDOM" --log-format=json --drain-timeout=2s
  bridge_pid=${pids[-1]}
  within 15 bridge_says '"grpc_address"' || fail 'dino-bridge does not listen' "$dir/bridge.log"
  address=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$dir/bridge.log" | head -n 1)
  within 15 bridge_says 'session connected' ||
    fail "dino-bridge cannot reach the broker at $broker" "$dir/bridge.log"
}

subscription_stands() {
  runs "$1" || fail "cannot subscribe at $broker" "$dir/user-$2.log"
  grep -q ' received SUBACK$' "$dir/user-$2.log"
}

# Subscribes as a user, with output to $dir/user-USER.log, which is read for events.
subscribe() {
  local user=$1 host=${broker%:*}
  host=${host#[} host=${host%]}
  # -d prints the SUBACK; ESC marks events among its other output.
  start "user-$user" stdbuf -oL mosquitto_sub -d -V 5 -h "$host" -p "${broker##*:}" -q 1 \
    -t "dms/dev/$user" -F '\e%t\e%C\e%F\e%E\e%P\e%p'
  within 10 subscription_stands "${pids[-1]}" "$user" ||
    fail "cannot subscribe at $broker" "$dir/user-$user.log"
  exec {fd}<"$dir/user-$user.log"
  inbox[$user]=$fd
}

declare -A inbox arrived unfinished

# Shows what arrived since the last call, and records it in $arrived.
show_arrivals() {
  local user part line _ topic content_type utf8 expiry properties json
  for user in "${users[@]}"; do
    while IFS= read -r part <&"${inbox[$user]}" || { unfinished[$user]+=$part && false; }; do
      line=${unfinished[$user]:-}$part
      unfinished[$user]=
      [[ $line == $'\e'* ]] || continue
      IFS=$'\e' read -r _ topic content_type utf8 expiry properties json <<<"$line"
      printf '  %s%s%s  %s%s, payload format %s, expires in %s s\n  %s%s\n  %s\n' \
        "$green" "$topic" "$plain" "$dim" "$content_type" "$utf8" "$expiry" "$properties" \
        "$plain" "$json"
      if [[ $properties =~ event_id:([0-9a-f-]+) ]]; then
        arrived[$user/${BASH_REMATCH[1]}]=$json
      fi
    done
  done
}

event_arrived() {
  show_arrivals
  [[ -n "${arrived[$1/$2]:-}" ]]
}

# publish_one RPC NAME USER...: publishes an event and checks that each user receives it.
publish_one() {
  local rpc=$1 name=$2 user event_id expected status=0
  shift 2
  printf '\n%s%s%s\n' "$bold" "$rpc" "$plain"
  "$publish" --address="$address" "$rpc" <"$root/deploy/quickstart/$name.request.json" \
    >"$dir/answer.json" || {
    echo "  ${red}the call failed${plain}"
    return 1
  }
  event_id=$(sed -n 's/.*"event_id": *"\([^"]*\)".*/\1/p' "$dir/answer.json")
  expected=$(<"$root/deploy/quickstart/$name.event.json")
  for user in "$@"; do
    if ! within 10 event_arrived "$user" "$event_id"; then
      echo "  ${red}did not arrive at $user${plain}"
      status=1
    elif [[ "${arrived[$user/$event_id]}" != "$expected" ]]; then
      printf '  %snot what %s should get:%s\n  %s\n' "$red" "$user" "$plain" "$expected"
      status=1
    fi
  done
  return "$status"
}

publish_six() {
  local failures=0
  publish_one PublishGroup group 1234 4321 || ((++failures))
  publish_one PublishMessage message 1234 4321 || ((++failures))
  publish_one PublishAttachment attachment 1234 4321 || ((++failures))
  publish_one PublishEdit edit 1234 4321 || ((++failures))
  publish_one PublishActionLog action_log 1234 4321 || ((++failures))
  publish_one PublishRead read 4321 || ((++failures))
  ((failures == 0)) ||
    fail "$failures of 6 events did not arrive as they should" "$dir/bridge.log"
  printf '\n%sAll six events arrived.%s\n' "$green" "$plain"
}

stay() {
  local shown=${publish#"$root/"} host=${broker%:*}
  heading 'Up until Ctrl-C'
  cat <<TEXT
  gRPC  $address
  MQTT  $broker
  logs  $dir

Three things to try, in another terminal at $root:

1. Publish your own message; it appears here.
   $shown --address=$address PublishMessage \\
     < deploy/quickstart/message.request.json
2. Send a request that breaks the rules, and read what it says.
   echo '{"message": {"group_id": "lunch"}}' | $shown --address=$address PublishMessage
3. Watch the topics of all users.
   mosquitto_sub -V 5 -h $host -p ${broker##*:} -t 'dms/dev/+' -F '%t %P %p'

TEXT
  trap 'exit 0' INT
  while runs "$bridge_pid"; do
    show_arrivals
    sleep 0.2
  done
  fail 'dino-bridge has ended' "$dir/bridge.log"
}

dir=$(mktemp -d -t dino-quickstart.XXXXXX)
chmod 755 "$dir"
build_release build run
heading 'Starting'
[[ -n "$broker" ]] || start_broker
echo "  MQTT v5 broker at $broker"
start_bridge
echo "  dino-bridge at $address"
for user in "${users[@]}"; do subscribe "$user"; done
echo "  subscribed as ${users[*]}"
heading 'Publishing one of each event'
publish_six
$once || stay
