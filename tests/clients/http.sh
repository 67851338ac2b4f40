# shellcheck shell=bash
# shellcheck disable=SC2154 # Variables of run.sh.
# Tests the gateway for HTTP/JSON in clients/http. Sourced by run.sh, whose functions it uses.

http_module=$root/clients/http

# start_gateway BRIDGE FLAG...: one for the bridge of that name; exports its address as STAGE_HTTP….
start_gateway() {
  local bridge=STAGE_${1^^} name=http${1#bridge}
  shift
  start "$name" "$STAGE_HTTP_PROGRAM" -listen=127.0.0.1:0 -upstream="${!bridge}" "$@"
  wait_for "$name" 'listening at' || {
    show_log "$name"
    return 1
  }
  declare -gx "STAGE_${name^^}=$(sed -n 's/.*listening at //p' "$stage_dir/$name.log")"
}

# A gateway for each bridge of the stage.
start_gateways() {
  start_gateway bridge && start_gateway bridge_with_keys && start_gateway bridge_without_broker &&
    start_gateway bridge_with_tls -upstream-ca-file="$STAGE_CERTIFICATES/ca.pem" \
      -upstream-cert-file="$STAGE_CERTIFICATES/caller.pem" -upstream-key-file="$STAGE_CERTIFICATES/caller.key"
}

# The page needs gateways, so that tests/docs/run.sh leaves it to this.
commands_of_the_page_work() {
  cd "$root" && COMMANDS_REPLACE="With an API key: 127.0.0.1:8081 => $STAGE_HTTP_WITH_KEYS
: 127.0.0.1:8081 => $STAGE_HTTP" KEY=$STAGE_KEY CGO_ENABLED=0 \
    PATH=$(dirname "$(command -v "$go")"):$PATH python3 -B tests/docs/commands.py . docs/http.md
}

test_http() {
  find_go_for_clients && make_staticcheck || return
  check 'handlers of the gateway are fresh' "$http_module/generate.sh" --check
  check 'format of the gateway' go_is_formatted "$http_module"
  check 'vet and staticcheck of the gateway' go_is_vetted "$http_module"
  count_go "$http_module" -race ./...
  export STAGE_HTTP_PROGRAM=$root/build/clients/dino-http
  (cd "$http_module" && CGO_ENABLED=0 "$go" build -o "$STAGE_HTTP_PROGRAM" ./dino-http) && start_gateways || return
  check 'commands of docs/http.md' commands_of_the_page_work
  enter_work python && make_python_client || return
  cd "$root/tests/clients/python" || return
  PYTHONPATH=$root/build/clients/python count_pytest pytest -v gateway
}
