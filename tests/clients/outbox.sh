# shellcheck shell=bash
# shellcheck disable=SC2154 # Variables of run.sh and python_package.sh.
# Tests the outbox of the client packages. Sourced by run.sh, whose functions it uses.

# Builds the Go programs: a writer, and the function of docs/outbox.md.
make_go_outbox() {
  source "$root/tests/support/process/go_program.sh"
  find_go "$root/build/tools"
  local work=$root/build/clients/outbox
  rm -rf "$work" && mkdir -p "$work" && cp -r "$root"/tests/clients/outbox/. "$work" || return
  {
    printf 'package main\n\nimport (\n\t"context"\n\t"database/sql"\n\n'
    printf '\teventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"\n'
    printf '\t"github.com/dino-bridge/dino-bridge/clients/go/outbox"\n)\n\n'
    awk '/^```$/ && code { exit } code { print } $0 == "```go" { code = 1 }' "$root/docs/outbox.md"
  } >"$work/document/post.go"
  export OUTBOX_GO_DOCUMENT=$work/bin/document OUTBOX_GO_WRITER=$work/bin/writer
  (cd "$work" && "$go" mod edit -replace "github.com/dino-bridge/dino-bridge/clients/go=$root/clients/go" &&
    "$go" vet ./... && "$go" build -o bin/ ./...)
}

go_outbox_works() { (cd "$root/clients/go" && "$go" vet ./outbox && "$go" test -count=1 ./outbox); }

make_outbox() {
  make_package_tools && build_wheel wheel "$package" &&
    venv/bin/pip install --quiet --no-deps --force-reinstall wheel/*.whl || return
  make_go_outbox
}

test_outbox() {
  make_outbox || return
  check 'enqueue in Go' go_outbox_works
  check 'one table for all packages' cmp "$root/clients/outbox/outbox.sql" "$root/clients/go/outbox/outbox.sql"
  cd "$package" || return
  DINO_BRIDGE=$bridge count_pytest "$package_build/venv/bin/python" -m pytest -q --durations=3 outbox
}

# 100,000 events of a Python and a Go writer, three workers, 30 kills.
test_outbox-kills() {
  make_outbox || return
  check 'outbox under 30 kills' "$package_build/venv/bin/python" "$package/outbox/kills.py" \
    --bridge "$bridge" --go-writer "$OUTBOX_GO_WRITER"
}
