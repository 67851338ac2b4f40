# shellcheck shell=bash
# Runs programs in the background. The script that sources this sets `dir` for their output, and
# calls stop_programs at the end.

: "${dir:=}"
pids=()
declare -A pid_of

# start NAME PROGRAM...: runs a program that ends with this script, even if the script is killed.
# Its output goes to $dir/NAME.log.
start() {
  local name=$1 as_whom=()
  shift
  if [[ $1 == mosquitto && $EUID == 0 ]]; then
    # As root, mosquitto would switch to this user itself, which clears --pdeathsig.
    as_whom=(--reuid=mosquitto --regid=mosquitto --clear-groups)
  fi
  : >"$dir/$name.log"
  # In its own session it gets no Ctrl-C: stop_programs keeps the order.
  setsid setpriv "${as_whom[@]}" --pdeathsig=TERM -- "$@" >"$dir/$name.log" 2>&1 </dev/null &
  pids+=("$!")
  pid_of[$name]=$!
}

runs() { kill -0 "$1" 2>/dev/null; }
ended() { ! runs "$1"; }

# within SECONDS CONDITION...: waits until a condition holds; fails if it takes longer.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# stop PID: terminates a program, and kills it if it does not stop in time.
stop() {
  kill "$1" 2>/dev/null || return 0
  within 15 ended "$1" || kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop_programs() {
  local i
  trap '' HUP INT TERM
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do # The broker last.
    stop "${pids[i]}"
  done
}

says_or_ended() { grep -q "$2" "$dir/$1.log" || ended "${pid_of[$1]}"; }

# serve NAME WORD COMMAND...: starts a server on a free port, and sets $port, which replaces PORT
# in the command. The server logs WORD when it listens. Fails if it does not start.
serve() {
  local name=$1 word=$2
  shift 2
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    start "$name" "${@//PORT/$port}"
    within 20 says_or_ended "$name" "$word" || return
    if runs "${pid_of[$name]}"; then return; fi
    unset 'pids[-1]' # The port is taken: try another one.
  done
  return 1
}
