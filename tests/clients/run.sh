#!/usr/bin/env bash
# Tests the bridge with clients in other languages, made as README.md and docs/calling.md tell.
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed.
set -uo pipefail

usage() {
  cat <<'TEXT'
usage: tests/clients/run.sh [--bridge PROGRAM] [PART...]

Tests with clients in other languages, with a broker and bridges of its own on free
loopback ports. PART is one or more of these; all but the last two, if none is named:

  python, go      the commands and examples of README.md and docs/calling.md, with the
                  versions that are pinned here, and clients that have only the
                  generated messages
  python-package  the package in clients/python: its types, its wheel, its tests
  go-package      the package in clients/go: vet, staticcheck, its module, its tests
  http            the gateway for HTTP/JSON in clients/http: its handlers, vet, staticcheck,
                  its tests in Python, and docs/http.md
  outbox          the outbox of both, with a PostgreSQL of its own, and docs/outbox.md
  faults          both packages under every fault of clients/conformance, with one and
                  two servers: some twenty minutes
  outbox-kills    the outbox with 100,000 events and 30 kills: some five minutes

  --bridge PROGRAM  the bridge to test (build/release/bin/dino-bridge)
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bridge=$root/build/release/bin/dino-bridge
languages=()
while (($#)); do
  case "$1" in
    --bridge | --bridge=*)
      if [[ $1 == --bridge ]]; then
        bridge=${2:-}
        shift
      else
        bridge=${1#*=}
      fi
      ;;
    python | go | python-package | go-package | http | outbox | faults | outbox-kills) languages+=("$1") ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "error: unknown argument '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
  shift
done
((${#languages[@]})) || languages=(python go python-package go-package http outbox)
if [[ ! -x $bridge ]]; then
  echo "error: there is no program '$bridge'" >&2
  exit 2
fi
bridge=$(realpath "$bridge")

source "$root/tests/clients/stage.sh"
source "$root/tests/support/process/test_counts.sh"
exec </dev/null
scratch=$(mktemp -d -t dino-clients.XXXXXX)
trap 'clear_stage; rm -rf "$scratch"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# code_of DOCUMENT SECTION LANGUAGE: prints the first code of that language in a section.
code_of() {
  awk -v section="$2" -v fence="\`\`\`$3" '
    /^##/ { here = $0 == section }
    /^```$/ && code { exit }
    code { print }
    here && $0 == fence { code = 1 }' "$root/$1"
}

# check NAME COMMAND...: counts a command as a test.
check() {
  local name=$1
  shift
  if "$@"; then
    ((++passed))
    echo "PASS: $name"
  else
    ((++failed))
    echo "FAIL: $name"
  fi
}

# enter_work NAME: enters a directory where the repository can be seen as the documents have it.
enter_work() {
  mkdir -p "$root/build/clients/$1" && cd "$root/build/clients/$1" && ln -sfn "$root" dino-bridge
}

make_python_client() {
  # One whose Python is gone is made anew.
  venv/bin/python -m pip --version >"$scratch/pip" 2>&1 || python3 -m venv --clear venv || return
  export PATH=$PWD/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
  export PIP_CONSTRAINT=$root/tests/clients/python/requirements.txt
  pip install --quiet --requirement "$PIP_CONSTRAINT" || return
  rm -rf dino
  code_of docs/calling.md '## Generated code' sh >commands
  quietly bash -e commands
}

# quietly COMMAND...: shows what a command says only if it fails.
quietly() {
  "$@" >"$scratch/making" 2>&1 || {
    cat "$scratch/making"
    return 1
  }
}

# gives_an_answer COMMAND...: runs an example.
gives_an_answer() {
  "$@" | tee "$scratch/answer" && grep -q ' acknowledged for 2$' "$scratch/answer"
}

# The README's commands make the package's environment, beside the repository.
publishes_as_the_readme_says() (
  rm -rf "$root/build/clients/readme" && enter_work readme || return
  code_of README.md '### Python' python >publish.py
  code_of README.md '### Python' sh | sed "s/127.0.0.1:50051/$STAGE_BRIDGE/" >commands
  PIP_CONSTRAINT=$root/clients/python/requirements-test.txt gives_an_answer bash -e commands
)

test_python() {
  check 'example of the README, Python' publishes_as_the_readme_says
  enter_work python && make_python_client || return
  code_of docs/calling.md '## Generated code' python | sed "s/127.0.0.1:50051/$STAGE_BRIDGE/" >example.py
  check 'example of docs/calling.md' gives_an_answer python example.py
  export PYTHONPATH=$PWD
  cd "$root/tests/clients/python" || return
  count_pytest pytest -v --ignore=gateway
}

# The README's commands, in a folder that is empty but for the repository beside it.
make_go_example() {
  rm -rf "$root/build/clients/go" && enter_work go || return
  code_of README.md '### Go' go >main.go
  code_of README.md '### Go' sh | sed "s/127.0.0.1:50051/$STAGE_BRIDGE/" >commands
}

# Prints the results of the tests in the output of `go test -v`, without the tests that only
# hold others.
go_results() {
  awk '$1 == "---" { result[$3] = $2 }
    END {
      for (name in result) for (parent = name; sub("/[^/]*$", "", parent);) holds[parent] = 1
      for (name in result) if (!(name in holds)) print result[name]
    }' "$scratch/tests"
}

test_go() {
  find_go_for_clients && make_go_example || return
  # shellcheck disable=SC2154 # find_go_for_clients sets it.
  PATH=$(dirname "$(command -v "$go")"):$PATH check 'example of the README, Go' gives_an_answer bash -e commands
  CGO_ENABLED=0 count_go "$root/tests/clients/go" .
}

source "$root/tests/clients/python_package.sh"
source "$root/tests/clients/go_package.sh"
source "$root/tests/clients/http.sh"
source "$root/tests/clients/outbox.sh"
export STAGE_GOLDEN=$root/tests/support/golden
if set_stage "$scratch" "$bridge"; then
  for language in "${languages[@]}"; do
    printf '\n== clients in %s\n' "$language"
    "test_$language" || ((++failed))
  done
  check 'all end in order' clear_stage
else
  ((++failed))
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
