# shellcheck shell=bash
# Programs that a script runs beside itself. The script that sources this sets `dir`, where their
# output goes, and calls stop_programs in the end.

: "${dir:=}"
pids=()
declare -A pid_of

# start NAME PROGRAM...: runs a program that ends with this script, even if that is killed.
# Its output goes to $dir/NAME.log.
start() {
  local name=$1 as_whom=()
  shift
  if [[ $1 == mosquitto && $EUID == 0 ]]; then
    # Not as root. It would change to this user by itself, and forget us at that.
    as_whom=(--reuid=mosquitto --regid=mosquitto --clear-groups)
  fi
  : >"$dir/$name.log"
  # In a session of its own, Ctrl-C does not reach it: stop_programs keeps the order.
  setsid setpriv "${as_whom[@]}" --pdeathsig=TERM -- "$@" >"$dir/$name.log" 2>&1 </dev/null &
  pids+=("$!")
  pid_of[$name]=$!
}

runs() { kill -0 "$1" 2>/dev/null; }
ended() { ! runs "$1"; }

# within SECONDS CONDITION...: waits until a condition holds; fails if it does not in time.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# stop PID: ends a program, by force if it does not stop when asked.
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

# serve NAME WORD COMMAND...: starts a server on a port that nobody else has, and sets $port. PORT
# in the command stands for it; the server logs WORD when it listens. Fails if it does not start.
serve() {
  local name=$1 word=$2
  shift 2
  for _ in {1..20}; do
    port=$((20000 + RANDOM % 12000))
    start "$name" "${@//PORT/$port}"
    within 20 says_or_ended "$name" "$word" || return
    if runs "${pid_of[$name]}"; then return; fi
    unset 'pids[-1]' # Somebody has that port: try another one.
  done
  return 1
}
