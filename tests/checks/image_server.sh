# shellcheck shell=bash
# The server in an image: what tests/checks/image.sh tries with it. That script sets these variables, and
# has `expect` and `fail`.

: "${root:?}" "${dir:?}" "${broker:=}" "${bridge_pid:=}" "${emulator:=}"
declare -a image_environment
declare -A pid_of

# inside NAME=VALUE... PROGRAM ARGUMENT...: runs something in the image as its user, without any
# right, on a root that cannot be written to, with its environment and these variables; by the emulator
# if there is one.
inside() {
  local variables=() command
  while [[ "$1" == *=* ]]; do
    variables+=("$1")
    shift
  done
  command=("$@")
  if [[ -n "$emulator" ]]; then command=("$emulator" "/usr/local/bin/$1" "${@:2}"); fi
  exec setpriv --no-new-privs --bounding-set=-all,+setuid,+setgid,+sys_chroot --inh-caps=-all \
    env --ignore-environment "${image_environment[@]}" "${variables[@]}" \
    /usr/sbin/chroot --userspec=65532:65532 --groups= "$dir/root" "${command[@]}"
}

says() {
  ! ended "$bridge_pid" || fail 'dino-bridge has ended' "$dir/bridge.log"
  grep -q "$1" "$dir/bridge.log"
}

# Starts the server on ports nobody else has, and sets $address and $ops.
start_bridge() {
  ops=127.0.0.1:$((20000 + RANDOM % 12000))
  inside DINO_GRPC_ADDRESS=127.0.0.1:0 DINO_OPS_ADDRESS="$ops" DINO_MQTT_BROKERS="127.0.0.1:$broker" \
    dino-bridge >"$dir/bridge.log" 2>&1 </dev/null &
  bridge_pid=$!
  pids+=("$bridge_pid")
  within 60 says 'session connected' || fail 'it does not reach the broker' "$dir/bridge.log"
  within 60 says '"grpc_address"' || fail 'it does not listen' "$dir/bridge.log"
  address=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$dir/bridge.log" | head -n 1)
}

refuses_strangers() {
  local status=0
  (inside dino-bridge) >"$dir/refusal.log" 2>&1 || status=$?
  expect 'exit status without a word on who may call' 2 "$status"
  grep -q 'DINO_GRPC_ADDRESS: other machines can reach' "$dir/refusal.log" ||
    fail 'it does not say why' "$dir/refusal.log"
}

cannot_write() {
  if setpriv --reuid=65532 --regid=65532 --clear-groups touch "$dir/root/tmp/file" 2>/dev/null; then
    fail 'the root can be written to'
  fi
  expect 'capabilities of the server' 0000000000000000 \
    "$(sed -n 's/^CapEff:\t//p' "/proc/$bridge_pid/status")"
  expect 'user of the server' 65532 "$(stat --format=%u "/proc/$bridge_pid")"
}

answers_a_call() {
  start user stdbuf -oL mosquitto_sub -d -V 5 -h 127.0.0.1 -p "$broker" -q 1 -t dms/dev/1234 -F $'\e%p'
  within 60 grep -q 'received SUBACK' "$dir/user.log" || fail 'cannot subscribe' "$dir/user.log"
  (inside dino-publish --address="$address" PublishMessage) \
    <"$root/deploy/quickstart/message.request.json" >"$dir/answer.json" ||
    fail 'the call failed' "$dir/bridge.log"
  within 60 grep -qF $'\e'"$(<"$root/deploy/quickstart/message.event.json")" "$dir/user.log" ||
    fail 'the event did not arrive' "$dir/user.log"
  echo "a call was answered: $(tr -d '\n' <"$dir/answer.json")"
}

health() { (inside DINO_OPS_ADDRESS="$ops" dino-bridge health "$@") >"$dir/health.log" 2>&1; }
ready() { health --ready; }
not_ready() { ! ready; }

follows_the_broker() {
  within 60 ready || fail 'it is not ready' "$dir/health.log"
  (inside dino-publish --check --address="$address" --publish=probe --receive-from="127.0.0.1:$broker") \
    >"$dir/check.log" 2>&1 || fail 'dino-publish --check fails' "$dir/check.log"
  sed 's/^/check: /' "$dir/check.log"
  stop "${pid_of[broker]}"
  within 60 not_ready || fail 'it is ready without a broker' "$dir/bridge.log"
  health || fail 'it is not healthy without a broker' "$dir/health.log"
  start broker mosquitto -v -p "$broker"
  within 60 ready || fail 'it is not ready again' "$dir/health.log"
  echo 'it is ready with the broker only, and healthy without it too'
}

stops() {
  local status=0
  kill "$bridge_pid"
  within 60 ended "$bridge_pid" || fail 'it does not end on SIGTERM' "$dir/bridge.log"
  wait "$bridge_pid" || status=$?
  expect 'exit status after SIGTERM' 0 "$status"
}
