#!/usr/bin/env bash
# Tries deploy/vernemq/acl on a mosquitto: who can publish and who receives.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
dir=$(mktemp -d -t dino-acl.XXXXXX)
source "$root/deploy/programs.sh"
clean_up() {
  stop_programs
  rm -rf "$dir"
}
trap clean_up EXIT

fail() {
  echo "error: $1" >&2
  tail -n 20 "$dir"/*.log >&2
  exit 1
}

cp "$root/deploy/vernemq/acl" "$dir/acl"
: >"$dir/passwords"
chmod 600 "$dir/passwords"
for user in bridge 1234 4321; do
  mosquitto_passwd -b "$dir/passwords" "$user" laptop
done

# The configuration holds the port, so `serve` does not do.
start_broker() {
  if ((EUID == 0)); then chown -R mosquitto "$dir"; fi
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    printf '%s\n' "listener $port 127.0.0.1" "allow_anonymous false" "password_file $dir/passwords" \
      "acl_file $dir/acl" "log_dest stderr" >"$dir/mosquitto.conf"
    start broker mosquitto -c "$dir/mosquitto.conf"
    within 10 says_or_ended broker ' running$' || fail 'mosquitto hangs'
    if runs "${pid_of[broker]}"; then return; fi
    unset 'pids[-1]' # Somebody has that port: try another one.
  done
  fail 'mosquitto does not start'
}

# subscribe USER TOPIC: what arrives goes to $dir/USER.log.
subscribe() {
  start "$1" stdbuf -oL mosquitto_sub -d -V 5 -h 127.0.0.1 -p "$port" -u "$1" -P laptop -q 1 -t "$2" \
    -F 'got %t %p'
  within 10 grep -q 'received SUBACK' "$dir/$1.log" || fail "$1 cannot subscribe"
}

# publish USER TOPIC TEXT: prints what the broker says if it refuses.
publish() {
  mosquitto_pub -d -V 5 -h 127.0.0.1 -p "$port" -u "$1" -P laptop -q 1 -t "$2" -m "$3" 2>&1
}

start_broker
subscribe 1234 'dms/dev/#'
subscribe 4321 dms/dev/1234
subscribe bridge 'dms/#'

refused() { grep -qi 'not authorized\|RC:135' <<<"$1"; }
for topic in dms/dev/1234 dms/dev/4321 dms/dev/rooms/lobby; do
  out=$(publish 1234 "$topic" forged) || true
  refused "$out" || fail "a device can publish to $topic: $out"
done
out=$(publish bridge dms/prod/1234 elsewhere) || true
refused "$out" || fail "the bridge can publish below another environment: $out"
for user in 4321 1234; do
  out=$(publish bridge "dms/dev/$user" "for-$user")
  if refused "$out"; then fail "the bridge cannot publish: $out"; fi
done

# 1234's own event was published last: whatever else it may get is there before it.
within 10 grep -q '^got dms/dev/1234 for-1234$' "$dir/1234.log" || fail '1234 does not get its event'
others=$(grep -h '^got ' "$dir"/{1234,4321,bridge}.log | grep -vx 'got dms/dev/1234 for-1234' || true)
[[ -z "$others" ]] || fail "somebody received what is not for them: $others"
[[ $(grep -c '^got ' "$dir/1234.log") == 1 ]] || fail '1234 receives more than its own event'
if grep -q '^got ' "$dir/4321.log"; then fail '4321 reads the events of 1234'; fi
echo 'the bridge publishes; a device reads its own topic, and nothing else'
