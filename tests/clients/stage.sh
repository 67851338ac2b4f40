# shellcheck shell=bash
# The stage on which clients are tested: a broker and bridges on free loopback ports.
#
# Sourced by run.sh. Whoever sources it calls set_stage DIRECTORY PROGRAM and, in the end,
# clear_stage. The programs end with the script, even if that is killed.

declare -A stage_pids=()
stage_order=()
stage_dir=

# start NAME COMMAND...: runs a program with its output in NAME.log.
start() {
  local name=$1
  shift
  : >"$stage_dir/$name.log"
  setpriv --pdeathsig=TERM -- "$@" >>"$stage_dir/$name.log" 2>&1 </dev/null &
  stage_pids[$name]=$!
  stage_order+=("$name")
}

# wait_for NAME TEXT: waits until NAME.log has the text. Fails if the program ends without it.
wait_for() {
  grep -qm1 "$2" \
    < <(timeout 20 tail --lines=+1 --follow --pid="${stage_pids[$1]}" "$stage_dir/$1.log")
}

# show_log NAME: for a program that does not do as it should.
show_log() {
  echo "error: $1 does not do as it should:" >&2
  tail -n 20 "$stage_dir/$1.log" >&2
}

# Starts a broker on a port below those that the system gives away, and exports its port.
start_broker() {
  local port
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    {
      printf 'listener %d 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n' "$port"
      printf 'max_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n'
      # Started by root it would become another user, and forget whom to end with.
      if ((EUID == 0)); then echo 'user root'; fi
    } >"$stage_dir/mosquitto.conf"
    start broker mosquitto -c "$stage_dir/mosquitto.conf"
    if wait_for broker ' running$'; then
      export STAGE_BROKER_PORT=$port STAGE_BROKER_PID=${stage_pids[broker]}
      return
    fi
    unset 'stage_order[-1]' # Somebody has that port: try another one.
  done
  show_log broker
  return 1
}

# start_bridge NAME BROKER FLAG...: exports the address where it listens as STAGE_NAME.
start_bridge() {
  local name=$1 broker=$2 variable=STAGE_${1^^}
  shift 2
  start "$name" "$stage_program" --grpc-address=127.0.0.1:0 --ops-address=127.0.0.1:0 --mqtt-brokers="$broker" \
    --mqtt-client-id-prefix="$name" --log-format=json "$@"
  wait_for "$name" '"grpc_address"' || {
    show_log "$name"
    return 1
  }
  declare -gx "$variable=$(sed -n 's/.*"grpc_address": *"\([^"]*\)".*/\1/p' "$stage_dir/$name.log")"
}

# write_keys: two callers; the keys of the tests are in STAGE_KEY and STAGE_READ_KEY.
write_keys() {
  local chat receipts
  export STAGE_KEY=the-key-of-the-chat STAGE_READ_KEY=the-key-of-the-receipts
  chat=$("$stage_program" hash-key chat <<<"$STAGE_KEY") &&
    receipts=$("$stage_program" hash-key receipts <<<"$STAGE_READ_KEY") || return
  printf '{"callers": [%s, %s, "methods": ["PublishRead"]}]}\n' "$chat" "${receipts%\}}" \
    >"$stage_dir/keys.json"
}

# issue AUTHORITY NAME SUBJECT-ALTERNATIVE-NAME: makes NAME.pem and NAME.key, signed by AUTHORITY.
issue() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
    -addext "subjectAltName=$3" -keyout "$2.key" -out "$2.csr" &&
    openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" -copy_extensions copyall -days 1 \
      -out "$2.pem"
}

# write_certificates: of the bridge, of a caller whom it knows and of one from elsewhere. Their
# directory is STAGE_CERTIFICATES.
write_certificates() (
  mkdir -p "$STAGE_CERTIFICATES" && cd "$STAGE_CERTIFICATES" || return
  local authority
  for authority in ca other-ca; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
      -subj "/CN=$authority" -keyout "$authority.key" -out "$authority.pem" || return
  done
  issue ca bridge IP:127.0.0.1 && issue ca caller URI:spiffe://test/caller &&
    issue other-ca stranger URI:spiffe://test/caller || return
  echo '{"callers": [{"name": "caller", "certificates": ["spiffe://test/caller"]}]}' >callers.json
)

# set_stage DIRECTORY PROGRAM: starts all. A test that needs a bridge with other settings
# gets a line here, and reads its address from the environment.
set_stage() {
  stage_dir=$1 stage_program=$2
  PATH=$PATH:/usr/sbin # Debian's mosquitto lives there.
  # gRPC's C library would ask a proxy for loopback addresses too.
  export no_proxy=127.0.0.1,${no_proxy:-}
  export STAGE_CERTIFICATES=$stage_dir/certificates
  start_broker && write_keys || return
  write_certificates >"$stage_dir/openssl.log" 2>&1 || {
    cat "$stage_dir/openssl.log" >&2
    return 1
  }
  local broker=127.0.0.1:$STAGE_BROKER_PORT
  start_bridge bridge "$broker" &&
    start_bridge bridge_with_keys "$broker" --auth-keys-file="$stage_dir/keys.json" &&
    start_bridge bridge_with_tls "$broker" --tls-cert-file="$STAGE_CERTIFICATES/bridge.pem" \
      --tls-key-file="$STAGE_CERTIFICATES/bridge.key" \
      --tls-client-ca-file="$STAGE_CERTIFICATES/ca.pem" \
      --auth-keys-file="$STAGE_CERTIFICATES/callers.json" &&
    start_bridge bridge_without_broker 127.0.0.1:1 || return # Nobody listens on port 1.
  local name
  for name in bridge bridge_with_keys bridge_with_tls; do
    wait_for "$name" 'session connected' || {
      show_log "$name"
      return 1
    }
  done
}

# Ends all, the broker last. Fails if one of them does not end as it should.
clear_stage() {
  local i name status=0
  for ((i = ${#stage_order[@]} - 1; i >= 0; i--)); do
    name=${stage_order[i]}
    # A test that was cut off may have left the broker frozen.
    kill -CONT "${stage_pids[$name]}" 2>/dev/null
    kill "${stage_pids[$name]}" 2>/dev/null
    wait "${stage_pids[$name]}" || {
      show_log "$name"
      status=1
    }
  done
  stage_order=()
  return "$status"
}
