# shellcheck shell=bash
# shellcheck disable=SC2154 # Variables of run.sh.
# Tests the Go package in clients/go. Sourced by run.sh, whose functions it uses.

go_module=$root/clients/go
go_module_path=github.com/dino-bridge/dino-bridge/clients/go
go_build=$root/build/clients/go_package
staticcheck_version=v0.8.2

source "$root/tests/support/process/go_program.sh"

# Sets $go.
find_go_for_clients() { find_go "$root/build/tools" && mkdir -p "$go_build"; }

make_staticcheck() {
  staticcheck=$root/build/tools/staticcheck/staticcheck
  if "$staticcheck" -version 2>/dev/null | grep -qF "(${staticcheck_version#v})"; then return; fi
  (cd / && GOBIN=$(dirname "$staticcheck") "$go" install "honnef.co/go/tools/cmd/staticcheck@$staticcheck_version")
}

# go_is_formatted FOLDER
go_is_formatted() {
  local found gofmt
  gofmt=$("$go" env GOROOT)/bin/gofmt || return
  found=$(cd "$1" && git ls-files -z '*.go' | xargs -0 "$gofmt" -l) || return
  if [[ -n "$found" ]]; then
    echo "gofmt would change: $found"
    return 1
  fi
}

# In the folder of a module.
go_is_vetted() {
  (cd "$1" && "$go" mod verify >/dev/null && "$go" mod tidy -diff && "$go" vet ./... &&
    PATH=$(dirname "$(command -v "$go")"):$PATH "$staticcheck" ./...)
}

# count_go FOLDER ARGUMENT...: runs `go test -v` there and adds its tests.
count_go() {
  local status=0 folder=$1
  shift
  (cd "$folder" && "$go" test -v -count=1 "$@") >"$scratch/tests" 2>&1 || status=$?
  grep -vE '^ *(=== |--- PASS|PASS|ok )' "$scratch/tests"
  count "$(go_results | grep -c PASS)" "$(go_results | grep -c FAIL)" "$status"
}

# Two proxies are the same, and the package's first example publishes in a folder that has nothing else.
publishes_from_the_module() {
  local version proxies empty=$go_build/empty
  rm -rf "$go_build/proxy" "$go_build/proxy-again" "$empty" && mkdir -p "$empty" || return
  version=$(python3 -B "$root/tests/clients/module_proxy.py" "$go_module_path" "$go_module" "$go_build/proxy") &&
    python3 -B "$root/tests/clients/module_proxy.py" "$go_module_path" "$go_module" "$go_build/proxy-again" >/dev/null &&
    diff -r "$go_build/proxy" "$go_build/proxy-again" || return
  awk '/^```$/ && code { exit } code { print } $0 == "```go" { code = 1 }' "$go_module/README.md" |
    sed "s/dino-bridge:50051/$STAGE_BRIDGE/" >"$empty/main.go"
  proxies=file://$go_build/proxy,$("$go" env GOPROXY) || return
  (cd "$empty" && export GOPROXY=$proxies GONOSUMDB=$go_module_path &&
    "$go" mod init example.com/chat && "$go" get "$go_module_path/dinoevents@$version" && "$go" run .)
}

# What the server's tests say of generated requests. Needs the Python package's tools.
make_oracle_requests() {
  (make_package_tools && cd "$root/tests/oracle" &&
    PYTHONPATH=$package/src "$package_build/venv/bin/python" verdicts.py 2000 1 >"$go_build/requests")
}

test_go-package() {
  find_go_for_clients && make_staticcheck || return
  check 'messages of the Go package are fresh' "$go_module/generate.sh" --check
  check 'format of the Go package' go_is_formatted "$go_module"
  check 'vet and staticcheck of the Go package' go_is_vetted "$go_module"
  check "vet and staticcheck of the Go package's tests" go_is_vetted "$go_module/live"
  check 'first event from the module' publishes_from_the_module
  make_oracle_requests || return
  DINO_ORACLE_REQUESTS=$go_build/requests count_go "$go_module" -race ./...
  count_go "$go_module/live" -race .
}

# The program that the faults need.
make_go_loads() {
  find_go_for_clients && (cd "$go_module" && "$go" build -o "$go_build/faultload" ./internal/faultload)
}
